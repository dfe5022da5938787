// Caller ID over the line: what is sent is heard, at all levels; what is damaged is not.
#include "tipring/dsp/caller_id.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "allocation_trap.hpp"
#include "caller_id_message.hpp"
#include "caller_id_signals.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using dsp::CallerIdStandard;
using dsp::Disclosure;
using test::Samples;

namespace {

struct Count {
    int right = 0, missing = 0, wrong = 0;
};

const std::vector<dsp::CallerId>& callers() {
    static const std::vector<dsp::CallerId> all{
        test::jane(),
        {"+390291234567", "", Disclosure::given, 1, 2, 3, 4},
        {"", "", Disclosure::restricted, 12, 31, 23, 59},
        {"", "", Disclosure::unavailable, 2, 29, 0, 0},
    };
    return all;
}

/// DTMF has no plus.
dsp::CallerId as_heard(CallerIdStandard standard, dsp::CallerId caller) {
    if (standard == CallerIdStandard::dtmf && caller.number.starts_with('+')) caller.number.erase(0, 1);
    return caller;
}

void try_one(CallerIdStandard standard, const dsp::CallerId& caller, double level, bool noisy, dsp::Law law,
             unsigned offset, Count& count) {
    Samples line = test::between_silence(test::sent(standard, caller, level), 400 + offset);
    if (noisy) test::add(line, test::noise(level - 20, static_cast<int>(line.size() / 8) + 1, offset));
    test::through(law, line);
    const auto heard = test::listen(line);
    if (heard.empty()) {
        ++count.missing;
    } else if (heard.size() == 1 && test::right(heard[0], standard, as_heard(standard, caller))) {
        ++count.right;
    } else {
        ++count.wrong;
    }
}

std::vector<dsp::HeardCallerId> heard_with_wrong_bit(CallerIdStandard standard, std::vector<bool> bits,
                                                     std::size_t at) {
    const bool bell = standard == CallerIdStandard::mdmf || standard == CallerIdStandard::sdmf;
    bits[at] = !bits[at];
    const auto modem = bell ? dsp::FskModem::bell202 : dsp::FskModem::v23;
    return test::listen(test::between_silence(dsp::fsk_audio(modem, bits, -13.5)));
}

}  // namespace

TEST_CASE("every standard x caller x level x noise x law is heard right") {
    std::string table = "right/missing/wrong of 16, quiet and with noise 20 dB below\n";
    int wrong = 0;
    int missing = 0;
    for (const auto standard : test::all_standards) {
        table += std::string(dsp::name(standard)) + ":";
        for (const double level : {-8.0, -13.5, -20.0, -26.0, -32.0}) {
            for (const bool noisy : {false, true}) {
                Count count;
                unsigned offset = 0;
                for (const auto& caller : callers()) {
                    for (const auto law : {dsp::Law::alaw, dsp::Law::mulaw}) {
                        for (int again = 0; again < 2; ++again)
                            try_one(standard, caller, level, noisy, law, offset++, count);
                    }
                }
                wrong += count.wrong;
                missing += count.missing;
                table += "  " + std::to_string(count.right) + "/" + std::to_string(count.missing) + "/" +
                         std::to_string(count.wrong);
            }
        }
        table += "\n";
    }
    INFO(table);
    CHECK(wrong == 0);
    CHECK(missing == 0);
}

TEST_CASE("in noise that hides a part of the messages none is heard wrong") {
    Count count;
    for (const auto standard : test::all_standards) {
        for (const double below : {4.0, 6.0, 8.0, 10.0}) {
            for (unsigned seed = 0; seed < 12; ++seed) {
                Samples line = test::between_silence(test::sent(standard, test::jane()), 400 + seed);
                test::add(line, test::noise(-13.5 - below, static_cast<int>(line.size() / 8) + 1, seed));
                test::through(dsp::Law::alaw, line);
                const auto heard = test::listen(line);
                if (heard.empty()) {
                    ++count.missing;
                } else {
                    ++(test::right(heard[0], standard, test::jane()) ? count.right : count.wrong);
                }
            }
        }
    }
    CHECK(count.wrong == 0);
    CHECK(count.right > 100);
    CHECK(count.missing > 20);  // else the noise was too weak to try anything
}

TEST_CASE("levels: the carrier's, and the two of a digit") {
    for (const double level : {-8.0, -32.0}) {
        for (const auto standard : {CallerIdStandard::mdmf, CallerIdStandard::etsi, CallerIdStandard::ntt}) {
            CHECK(test::power_dbm0(test::sent(standard, test::jane(), level)) == Approx(level).margin(0.1));
        }
    }
    // The first digit is A.
    const auto digits = test::sent(CallerIdStandard::dtmf, test::jane(), -20);
    CHECK(test::level_of(std::span(digits).first(500), 697) == Approx(-20).margin(0.5));
    CHECK(test::level_of(std::span(digits).first(500), 1633) == Approx(-18).margin(0.5));
}

TEST_CASE("a message is heard at any offset, in blocks of any size, with a clock that is 1 % off") {
    for (const auto standard : test::all_standards) {
        const auto audio = test::sent(standard, test::jane());
        for (std::size_t offset = 0; offset < 80; ++offset) {
            const auto heard = test::listen(test::between_silence(audio, 400 + offset));
            REQUIRE(heard.size() == 1);
            REQUIRE(test::right(heard[0], standard, test::jane()));
        }
        for (const std::size_t block : {1U, 7U, 160U, 1000U}) {
            dsp::CallerIdReceiver receiver;
            const auto heard = test::listen(receiver, test::between_silence(audio), block);
            REQUIRE(heard.size() == 1);
            CHECK(test::right(heard[0], standard, test::jane()));
        }
        for (const double deviation : {-0.01, 0.01}) {
            Samples line = test::with_clock(test::between_silence(audio), deviation);
            test::add(line, test::noise(-33.5, static_cast<int>(line.size() / 8) + 1, 1));
            const auto heard = test::listen(line);
            REQUIRE(heard.size() == 1);
            CHECK(test::right(heard[0], standard, test::jane()));
        }
    }
}

TEST_CASE("a message is heard through mains hum stronger than itself") {
    for (const auto standard : test::all_standards) {
        Samples line = test::between_silence(test::sent(standard, test::jane(), -20));
        const auto milliseconds = static_cast<int>(line.size() / 8) + 1;
        test::add(line, test::mix({{50, -10}, {150, -20}, {250, -25}}, milliseconds));
        test::through(dsp::Law::alaw, line);
        const auto heard = test::listen(line);
        REQUIRE(heard.size() == 1);
        CHECK(test::right(heard[0], standard, test::jane()));
    }
}

TEST_CASE("a message that is cut off is not reported, and the next one is") {
    for (const auto standard : test::all_standards) {
        const auto audio = test::sent(standard, test::jane());
        // What comes after the last bit of the message itself: 6 bits of mark, or half a digit and its pause.
        const std::size_t end = audio.size() - (standard == CallerIdStandard::dtmf ? 70 * 8 + 40 * 8 : 50);
        for (std::size_t length = 100; length < end; length += standard == CallerIdStandard::dtmf ? 97 : 53) {
            Samples line(audio.begin(), audio.begin() + static_cast<std::ptrdiff_t>(length));
            dsp::CallerIdReceiver receiver;
            test::append(line, test::quiet(100));
            REQUIRE(test::listen(receiver, line).empty());
            if (length % 5 != 0) continue;
            test::listen(receiver, test::quiet(500));
            const auto heard = test::listen(receiver, test::between_silence(audio));
            REQUIRE(heard.size() == 1);
            REQUIRE(test::right(heard[0], standard, test::jane()));
        }
    }
}

TEST_CASE("one wrong bit anywhere: not reported, or right all the same") {
    for (const auto standard : test::all_standards) {
        if (standard == CallerIdStandard::dtmf) continue;
        dsp::CallerIdSignal signal;
        signal.standard = standard;
        const auto octets = dsp::caller_id_octets(standard, test::jane());
        const auto bits = dsp::caller_id_bits(signal, octets);
        std::size_t reported = 0;
        // All bits of the message and of the end of its mark; a part of what goes before.
        const std::size_t dense = bits.size() - octets.size() * 10 - 60;
        for (std::size_t at = 0; at < bits.size(); at += at < dense ? 9 : 1) {
            const auto heard = heard_with_wrong_bit(standard, bits, at);
            INFO(dsp::name(standard) << " bit " << at);
            reported += heard.size();
            if (!heard.empty()) REQUIRE(test::right(heard[0], standard, test::jane()));
        }
        CHECK(reported > 0);  // of the preamble much can be missed
        CHECK(reported <= bits.size() - octets.size() * 10);
    }
}

TEST_CASE("type II: alerting tone, then a message without seizure") {
    for (const auto standard : {CallerIdStandard::mdmf, CallerIdStandard::etsi, CallerIdStandard::bt}) {
        dsp::CallerIdSignal signal;
        signal.standard = standard;
        signal.off_hook = true;
        const auto message = dsp::caller_id_audio(signal, test::jane());
        CHECK(message.size() + 300 * 20 / 3 <= test::sent(standard, test::jane()).size() + 1);
        Samples line = test::speech_like(1000, 2);
        test::append(line, dsp::alerting_tone(80ms, -15));
        test::append(line, test::quiet(60));
        test::append(line, message);
        test::append(line, test::quiet(60));
        test::append(line, test::speech_like(1000, 3));
        test::through(dsp::Law::mulaw, line);
        dsp::AlertingToneDetector detector;
        int alerts = 0;
        for (std::size_t i = 0; i + 80 <= line.size(); i += 80)
            alerts += detector.process(std::span(line).subspan(i, 80)) ? 1 : 0;
        CHECK(alerts == 1);
        const auto heard = test::listen(line);
        REQUIRE(heard.size() == 1);
        CHECK(test::right(heard[0], standard, test::jane()));
    }
}

TEST_CASE("one receiver hears one message after the other, of whatever standard") {
    dsp::CallerIdReceiver receiver;
    for (int round = 0; round < 2; ++round) {
        for (const auto standard : test::all_standards) {
            const auto heard =
                test::listen(receiver, test::between_silence(test::sent(standard, test::jane())));
            REQUIRE(heard.size() == 1);
            CHECK(test::right(heard[0], standard, test::jane()));
        }
    }
    const auto audio = test::between_silence(test::sent(CallerIdStandard::mdmf, test::jane()));
    test::listen(receiver, std::span(audio).first(audio.size() * 2 / 3));
    receiver.reset();
    CHECK(test::listen(receiver, std::span(audio).subspan(audio.size() * 2 / 3)).empty());
    CHECK(test::listen(receiver, audio).size() == 1);
}

TEST_CASE("message waiting") {
    for (const auto standard : {CallerIdStandard::mdmf, CallerIdStandard::sdmf, CallerIdStandard::etsi}) {
        for (const bool waiting : {true, false}) {
            dsp::CallerIdSignal signal;
            signal.standard = standard;
            const auto audio = dsp::message_waiting_audio(signal, waiting, 7);
            REQUIRE(audio.has_value());
            const auto heard = test::listen(test::between_silence(*audio));
            REQUIRE(heard.size() == 1);
            CHECK(heard[0].standard == standard);
            CHECK(heard[0].message_waiting);
            const int told = standard == CallerIdStandard::etsi ? 7 : 1;
            CHECK(heard[0].messages == (waiting ? told : 0));
            CHECK(heard[0].number_text().empty());
        }
    }
    for (const auto standard : {CallerIdStandard::bt, CallerIdStandard::ntt, CallerIdStandard::dtmf}) {
        dsp::CallerIdSignal signal;
        signal.standard = standard;
        const auto audio = dsp::message_waiting_audio(signal, true, 1);
        REQUIRE(audio.has_error());
        CHECK(audio.error().message.find(std::string(dsp::name(standard))) != std::string::npos);
    }
}

TEST_CASE("receivers allocate nothing") {
    Samples line;
    for (const auto standard : test::all_standards)
        test::append(line, test::between_silence(test::sent(standard, test::jane())));
    test::append(line, dsp::alerting_tone(80ms, -15));
    test::append(line, test::noise(-20, 500, 1));
    dsp::CallerIdReceiver receiver;
    dsp::AlertingToneDetector detector;
    std::size_t messages = 0;
    const test::AllocationTrap trap;
    for (std::size_t i = 0; i + 80 <= line.size(); i += 80) {
        messages += receiver.process(std::span(line).subspan(i, 80)) ? 1 : 0;
        detector.process(std::span(line).subspan(i, 80));
    }
    receiver.reset();
    detector.reset();
    CHECK(trap.count() == 0);
    CHECK(messages == test::all_standards.size());
}
