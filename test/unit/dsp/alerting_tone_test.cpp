// The alerting tone (CAS, DT-AS): found at its lengths, levels and frequencies, and in nothing else. Caller ID by
// DTMF beside other digits.
#include <catch2/catch.hpp>
#include <string>

#include "caller_id_signals.hpp"
#include "tipring/dsp/dtmf.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using test::Samples;

namespace {

int alerts(std::span<const std::int16_t> line) {
    dsp::AlertingToneDetector detector;
    int count = 0;
    for (; !line.empty(); line = line.subspan(std::min<std::size_t>(80, line.size())))
        count += detector.process(line.first(std::min<std::size_t>(80, line.size()))) ? 1 : 0;
    return count;
}

/// The tone at any place of the detector's blocks, with noise 20 dB below.
int found_of_40(const Samples& tone, double level) {
    int found = 0;
    for (unsigned offset = 0; offset < 40; ++offset) {
        Samples line = test::between_silence(tone, 400 + offset);
        test::add(line, test::noise(level + 3 - 20, static_cast<int>(line.size() / 8) + 1, offset));
        test::through(offset % 2 == 0 ? dsp::Law::alaw : dsp::Law::mulaw, line);
        found += alerts(line);
    }
    return found;
}

struct Digit {
    char digit;
    unsigned on_ms, off_ms;
};

std::vector<dsp::HeardCallerId> heard_of(const std::vector<Digit>& digits,
                                         dsp::CallerIdDtmfCodes codes = {}) {
    Samples line = test::quiet(50);
    dsp::DtmfGenerator generator;
    for (const auto& one : digits) {
        Samples part((one.on_ms + one.off_ms) * 8);
        generator.start(one.digit, one.on_ms * 8, one.off_ms * 8);
        generator.produce(part);
        test::append(line, part);
    }
    test::append(line, test::quiet(100));
    dsp::CallerIdReceiver receiver(codes);
    return test::listen(receiver, line);
}

std::vector<Digit> evenly(std::string_view digits, unsigned on_ms, unsigned off_ms) {
    std::vector<Digit> all;
    for (const char digit : digits)
        all.push_back({digit, on_ms, off_ms});
    return all;
}

}  // namespace

TEST_CASE("alerting tone: two sines of the level that is asked for") {
    const auto tone = dsp::alerting_tone(100ms, -15);
    CHECK(tone.size() == 800);
    CHECK(test::level_of(tone, 2130) == Approx(-15).margin(0.1));
    CHECK(test::level_of(tone, 2750) == Approx(-15).margin(0.1));
    CHECK(dsp::alerting_tone(0ms, -15).empty());
    CHECK(dsp::alerting_tone(-5ms, -15).empty());
}

TEST_CASE("alerting tone: lengths and levels") {
    for (const auto length : {75ms, 80ms, 85ms, 100ms, 110ms, 140ms})
        CHECK(found_of_40(dsp::alerting_tone(length, -15), -15) == 40);
    for (const auto length : {20ms, 50ms, 64ms, 160ms, 300ms})
        CHECK(found_of_40(dsp::alerting_tone(length, -15), -15) == 0);
    for (const double level : {-3.0, -8.0, -13.5, -20.0, -26.0, -32.0, -36.0})
        CHECK(found_of_40(dsp::alerting_tone(80ms, level), level) == 40);
    CHECK(found_of_40(dsp::alerting_tone(80ms, -45), -45) == 0);
}

TEST_CASE("alerting tone: frequencies and twist") {
    for (const double off : {-0.01, -0.005, 0.005, 0.01})
        CHECK(found_of_40(test::mix({{2130 * (1 + off), -15}, {2750 * (1 + off), -15}}, 80), -15) == 40);
    for (const double off : {-0.03, 0.03}) {
        CHECK(found_of_40(test::mix({{2130 * (1 + off), -15}, {2750, -15}}, 80), -15) == 0);
        CHECK(found_of_40(test::mix({{2130, -15}, {2750 * (1 + off), -15}}, 80), -15) == 0);
    }
    CHECK(found_of_40(test::mix({{2130, -12.5}, {2750, -17.5}}, 80), -15) == 40);
    CHECK(found_of_40(test::mix({{2130, -17.5}, {2750, -12.5}}, 80), -15) == 40);
    CHECK(found_of_40(test::mix({{2130, -10}, {2750, -20}}, 80), -15) == 0);
    CHECK(found_of_40(test::mix({{2130, -10}}, 80), -15) == 0);
}

TEST_CASE("no alerting tone and no message in speech-like sound, noise or digits") {
    dsp::CallerIdReceiver receiver;
    for (unsigned seed = 1; seed <= 2; ++seed) {
        Samples line = test::speech_like(30000, seed);
        test::append(line, test::noise(-12, 5000, seed));
        for (const char digit : std::string_view("0123456789*#ABCD")) {
            Samples part(800);
            dsp::DtmfGenerator generator;
            generator.start(digit, 80 * 8, 20 * 8);
            generator.produce(part);
            test::append(line, part);
        }
        CHECK(alerts(line) == 0);
        CHECK(test::listen(receiver, line).empty());
    }
}

TEST_CASE("DTMF caller ID: paces of exchanges, all families") {
    for (const auto& [on, off] : {std::pair{40U, 40U}, {50U, 50U}, {70U, 70U}, {100U, 60U}, {100U, 100U}}) {
        const auto heard = heard_of(evenly("A0441223399C", on, off));
        REQUIRE(heard.size() == 1);
        CHECK(heard[0].number_text() == "0441223399");
    }
    CHECK(heard_of(evenly("D0441223399#", 70, 70))[0].number_text() == "0441223399");
    CHECK(heard_of(evenly("B10C", 70, 70))[0].disclosure == dsp::Disclosure::restricted);
    CHECK(heard_of(evenly("D1#", 70, 70))[0].disclosure == dsp::Disclosure::restricted);
    CHECK(heard_of(evenly("D3C", 70, 70))[0].disclosure == dsp::Disclosure::unavailable);
    CHECK(heard_of(evenly("0441223399#", 70, 70), {0, '#', 0, 0, 0})[0].number_text() == "0441223399");
}

TEST_CASE("DTMF caller ID: a digit that was lost or doubled, a pause, other digits: no number") {
    const auto whole = evenly("A0441223399C", 70, 70);
    for (std::size_t lost = 1; lost + 1 < whole.size(); ++lost) {
        auto digits = whole;
        digits[lost - 1].off_ms += digits[lost].on_ms + digits[lost].off_ms;
        digits.erase(digits.begin() + static_cast<std::ptrdiff_t>(lost));
        CHECK(heard_of(digits).empty());
        // One that was heard as two because of a gap within.
        digits = whole;
        digits[lost].on_ms = 40;
        digits[lost].off_ms = 30;
        digits.insert(digits.begin() + static_cast<std::ptrdiff_t>(lost), digits[lost]);
        CHECK(heard_of(digits).empty());
    }
    auto digits = whole;
    digits[4].off_ms = 600;
    CHECK(heard_of(digits).empty());
    CHECK(heard_of(evenly("0441223399#", 70, 70)).empty());
    CHECK(heard_of(evenly("A" + std::string(80, '1') + "C", 70, 70)).empty());
    // By hand.
    CHECK(heard_of({{'A', 200, 300}, {'1', 150, 120}, {'2', 300, 400}, {'C', 100, 100}}).empty());
}
