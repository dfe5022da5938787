// What a telephone shows of its caller: every format, before the answer and in a call. Runs on the simulator
// and on the real driver; what needs a polarity reversal only on virtual lines.
#include <catch2/catch.hpp>

#include <iostream>

#include "support/phones.hpp"
#include "support/sip_phone.hpp"
#include "support/sip_text.hpp"
#include "support/world.hpp"
#include "tipring/dsp/caller_id.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;
using dsp::CallerIdStandard;
using dsp::Disclosure;
using Moment = farend::DisplayedCallerId::Moment;

namespace {

/// One telephone's format: what stands in its port's settings, and what comes.
struct Format {
    std::string title, settings;
    CallerIdStandard standard;
    Moment moment;
    bool has_name = true;
    bool needs_polarity = false;
};

struct Caller {
    std::string title, from, headers;
    Disclosure disclosure;
    std::string number, name;
};

const std::vector<Caller> callers{
    {"name and number", "\"Zo\xC3\xAB M\xC3\xBCller\" <sip:0551234567@127.0.0.1>", "", Disclosure::given,
     "0551234567", "Zo\xC3\xAB M\xC3\xBCller"},
    {"number only", "<sip:0551234567@127.0.0.1>", "", Disclosure::given, "0551234567", ""},
    {"private", "\"Anna\" <sip:0551234567@127.0.0.1>", "Privacy: id\r\n", Disclosure::restricted, "", ""},
    {"unavailable", "<sip:127.0.0.1>", "", Disclosure::unavailable, "", ""},
};

const std::string one_peer =
    "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n    - {name: office, server: 127.0.0.1:5091, mode: peer}\n";

std::string fxs_port(const World& world, unsigned index, const std::string& settings) {
    return "  - {channel: " + std::to_string(world.fxs(index)) +
           ", kind: fxs, number: " + std::to_string(200 + index) + (settings.empty() ? "" : ", ") + settings +
           "}\n";
}

std::string describe(const farend::DisplayedCallerId& shown) {
    static constexpr std::array words{"given", "private", "unavailable"};
    return std::string(dsp::name(shown.standard)) + " " +
           words.at(static_cast<std::size_t>(shown.disclosure)) + " \"" + shown.number + "\" \"" +
           shown.name + "\" " + std::to_string(shown.day) + "." + std::to_string(shown.month) + ".";
}

void judge_shown(const Format& format, const Caller& caller, const farend::DisplayedCallerId& shown) {
    INFO(format.title << ", " << caller.title << ": " << describe(shown));
    CHECK(shown.standard == format.standard);
    CHECK(shown.disclosure == caller.disclosure);
    CHECK(shown.number == caller.number);
    CHECK(shown.name == (format.has_name ? caller.name : ""));
    const bool dated = format.standard != CallerIdStandard::dtmf && format.standard != CallerIdStandard::ntt;
    CHECK((shown.month >= 1 && shown.month <= 12) == dated);
}

/// All telephones ring at the same time, once for each kind of caller.
void show_all(std::vector<Format> formats) {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    if (!world->has_virtual_lines())
        std::erase_if(formats, [](const Format& format) { return format.needs_polarity; });
    std::string text = "country: us\n" + world->board_yaml() + one_peer + "ports:\n";
    std::vector<std::unique_ptr<farend::Telephone>> phones;
    for (unsigned i = 1; i <= formats.size(); ++i)
        text += fxs_port(*world, i, formats[i - 1].settings);
    Gateway gateway(folder, text);
    for (unsigned i = 1; i <= formats.size(); ++i)
        phones.push_back(world->telephone(i));
    SipText exchange;
    std::size_t calls = 0, displayed = 0;
    std::vector<std::size_t> shown_by(formats.size());
    for (std::size_t kind = 0; kind < callers.size(); ++kind) {
        const auto& caller = callers[kind];
        for (unsigned i = 1; i <= formats.size(); ++i)
            exchange.invite({std::to_string(200 + i), caller.from, caller.headers});
        for (std::size_t i = 0; i < formats.size(); ++i) {
            INFO(formats[i].title << ", " << caller.title);
            ++calls;
            if (!phones[i]->wait_caller_ids(shown_by[i] + 1, patience)) {
                // The emulated machine of the real driver tears a message now and then.
                if (world->has_virtual_lines()) FAIL_CHECK("nothing is shown");
                continue;
            }
            ++displayed;
            const auto shown = phones[i]->caller_ids();
            CHECK(shown.size() == ++shown_by[i]);
            judge_shown(formats[i], caller, shown.back());
            // Later the telephone cannot tell the call before from this one until its bell has been quiet, and the
            // driver reports no ring in the first two seconds of a channel.
            if (kind == 0 && world->has_virtual_lines()) CHECK(shown.back().moment == formats[i].moment);
            CHECK(phones[i]->wait_ringing(patience));
        }
        CHECK(exchange.give_up(patience));
        CHECK(gateway.wait_no_calls(patience));
        for (unsigned i = 1; i <= formats.size(); ++i)
            CHECK(gateway.wait_port_state(world->fxs(i), "idle", patience));
    }
    CHECK(4 * displayed >= 3 * calls);
}

}  // namespace

TEST_CASE("telephones show their callers in the usual format of their country", "[fxs][caller_id]") {
    show_all({
        {"mdmf", "caller_id: mdmf", CallerIdStandard::mdmf, Moment::ringing},
        {"sdmf", "caller_id: sdmf", CallerIdStandard::sdmf, Moment::ringing, false},
        {"etsi", "country: de, caller_id: etsi", CallerIdStandard::etsi, Moment::ringing},
        {"bt", "country: uk", CallerIdStandard::bt, Moment::on_hook, true, true},
    });
}

TEST_CASE("telephones show their callers by DTMF and by the rarer timings", "[fxs][caller_id]") {
    show_all({
        {"dtmf before the ring", "country: br", CallerIdStandard::dtmf, Moment::on_hook, false},
        {"etsi after a short ring", "country: de, caller_id_timing: ring_pulse", CallerIdStandard::etsi,
         Moment::ringing},
        {"etsi after the alerting tone", "country: fr, caller_id_timing: dual_tone", CallerIdStandard::etsi,
         Moment::on_hook},
        {"dtmf after a reversal", "country: nl", CallerIdStandard::dtmf, Moment::on_hook, false, true},
    });
}

TEST_CASE("a Japanese telephone answers the short ring with its modem and then rings",
          "[fxs][caller_id][simulator]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder,
                    "country: jp\n" + world->board_yaml() + one_peer + "ports:\n" + fxs_port(*world, 1, ""));
    const auto phone = world->telephone(1);
    SipText exchange;
    exchange.invite({"201", "\"Anna\" <sip:0551234567@127.0.0.1>"});
    REQUIRE(phone->wait_ringing(patience));
    REQUIRE(phone->wait_polarity_reversals(1, patience));
    phone->lift();  // the modem, not a person
    phone->start_recording();
    REQUIRE(eventually(patience, [&] { return phone->hearing().level_dbm0 > -30; }));
    listen_to_the_end(*phone);
    const auto heard = phone->stop_recording();
    phone->hang_up();
    dsp::CallerIdReceiver receiver;
    REQUIRE(receiver.process(heard));
    CHECK(receiver.heard().standard == CallerIdStandard::ntt);
    CHECK(receiver.heard().number_text() == "0551234567");
    REQUIRE(gateway.wait_port_state(world->fxs(1), "ringing", patience));
    REQUIRE(phone->wait_ringing(patience));
    phone->lift();
    CHECK(gateway.wait_port_state(world->fxs(1), "talking", patience));
}

TEST_CASE("telephones of one gateway see each other's names, and *67 hides them", "[fxs][caller_id]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, "country: us\n" + world->board_yaml() + "digit_map: 20x\nports:\n" +
                                fxs_port(*world, 1, "") + fxs_port(*world, 2, "label: Anna Smith") +
                                fxs_port(*world, 3, "") + fxs_port(*world, 4, "anonymous: yes, label: Eve"));
    const auto shown_by = world->telephone(1);
    struct Try {
        unsigned caller;
        std::string dials, number, name;
        Disclosure disclosure;
    };
    std::size_t count = 0;
    for (const auto& each :
         {Try{2, "201", "202", "Anna Smith", Disclosure::given},
          Try{2, "*67201", "", "", Disclosure::restricted},
          Try{2, "201", "202", "Anna Smith", Disclosure::given}, Try{3, "201", "203", "", Disclosure::given},
          Try{4, "201", "", "", Disclosure::restricted}, Try{4, "*82201", "204", "Eve", Disclosure::given}}) {
        INFO("port " << each.caller << " dials " << each.dials);
        const auto caller = world->telephone(each.caller);
        lift_and_dial(*caller, each.dials);
        REQUIRE(shown_by->wait_caller_ids(++count, patience));
        const auto shown = shown_by->caller_ids().back();
        CHECK(shown.disclosure == each.disclosure);
        CHECK(shown.number == each.number);
        CHECK(shown.name == each.name);
        caller->hang_up();
        CHECK(gateway.wait_no_calls(patience));
        CHECK(gateway.wait_port_state(world->fxs(each.caller), "idle", patience));
        CHECK(gateway.wait_port_state(world->fxs(1), "idle", patience));
    }
}

namespace {

/// Loudest 20 ms of what was heard, dBm0.
double loudest_dbm0(const farend::Clip& heard) {
    double loudest = -99;
    for (std::size_t at = 0; at + 160 <= heard.size(); at += 160)
        loudest = std::max(loudest, farend::level_dbm0(std::span(heard).subspan(at, 160)));
    return loudest;
}

/// Longest time in which the tone is not there.
std::chrono::milliseconds longest_without(const farend::Clip& heard, double hz) {
    std::chrono::milliseconds longest{0}, present{0};
    for (std::size_t at = 0; at + 160 <= heard.size(); at += 160) {
        const bool there = farend::level_at(std::span(heard).subspan(at, 160), hz) > whistle_dbm0 - 6;
        present = there ? 0ms : present + 20ms;
        longest = std::max(longest, present);
    }
    return longest;
}

const std::string second_caller = "\"Second Caller\" <sip:0559876543@127.0.0.1>";

}  // namespace

TEST_CASE("a call that waits is shown during the call, and the far party hears nothing of it",
          "[fxs][caller_id][call_waiting]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, "country: us\n" + world->board_yaml() + one_peer + "digit_map: '20x|7xx'\n" +
                                "routes:\n  - {called: 203, from: [fxs], to: [port 203]}\nports:\n" +
                                fxs_port(*world, 1, "") + fxs_port(*world, 2, "") + fxs_port(*world, 3, "") +
                                fxs_port(*world, 4, "country: de"));
    SipText exchange;

    SECTION("between two telephones: the display has CAS and answers") {
        const auto phone = world->telephone(2);
        const auto far = world->telephone(3);
        connect(gateway, world->fxs(2), *phone, "203", *far);
        far->play(farend::tone(whistle_hz[0], 0, 1s, whistle_dbm0), true);
        REQUIRE(eventually(patience, [&] { return phone->hearing().level_dbm0 > whistle_dbm0 - 3; }));
        phone->start_recording();
        far->start_recording();
        exchange.invite({"202", second_caller});
        REQUIRE(phone->wait_caller_ids(1, patience));
        const auto shown = phone->caller_ids().back();
        INFO(describe(shown));
        CHECK(shown.moment == Moment::in_call);
        CHECK(shown.disclosure == Disclosure::given);
        CHECK(shown.number == "0559876543");
        CHECK(shown.name == "Second Caller");
        CHECK(phone->alerts_answered() == 1);
        // The talk path is back: both ways, at the level of before.
        CHECK(eventually(patience,
                         [&] { return std::abs(phone->hearing().frequency1_hz - whistle_hz[0]) < 20; }));
        const auto without = longest_without(phone->stop_recording(), whistle_hz[0]);
        const auto far_heard = loudest_dbm0(far->stop_recording());
        std::cout << "type II: talk path away for " << without.count() << " ms, far party heard " << far_heard
                  << " dBm0\n";
        CHECK(without < 3s);
        CHECK(far_heard < -50);
        CHECK(far->digits().empty());
        far->stop_playing();
        whistle({phone.get(), far.get()});
        CHECK(exchange.give_up(patience));
        CHECK(gateway.wait_port_state(world->fxs(2), "talking", patience));
    }
    SECTION("the telephone knows no CAS: only the tone, and a short silence") {
        const auto phone = world->telephone(2);
        const auto far = world->telephone(3);
        phone->set_type_two(false);
        connect(gateway, world->fxs(2), *phone, "203", *far);
        far->play(farend::tone(whistle_hz[0], 0, 1s, whistle_dbm0), true);
        REQUIRE(eventually(patience, [&] { return phone->hearing().level_dbm0 > whistle_dbm0 - 3; }));
        phone->start_recording();
        far->start_recording();
        exchange.invite({"202", second_caller});
        // The waiting tone (440 Hz), then the far party again.
        REQUIRE(eventually(patience, [&] { return std::abs(phone->hearing().frequency1_hz - 440) < 20; }));
        REQUIRE(eventually(patience, [&] {
            const auto now = phone->hearing();
            return std::abs(now.frequency1_hz - whistle_hz[0]) < 20 && now.level_dbm0 > whistle_dbm0 - 2;
        }));
        const auto without = longest_without(phone->stop_recording(), whistle_hz[0]);
        const auto far_heard = loudest_dbm0(far->stop_recording());
        std::cout << "type II without an answer: talk path away for " << without.count()
                  << " ms, far party heard " << far_heard << " dBm0\n";
        CHECK(without < 1500ms);
        CHECK(far_heard < -50);
        CHECK(phone->caller_ids().empty());
        CHECK(phone->alerts_answered() == 0);
        CHECK(exchange.give_up(patience));
    }
    SECTION("with a SIP client at the far end") {
        SipPhone client(folder, {.user = "700", .says = farend::Clip(8000, 0)});
        REQUIRE(client.ready());
        const auto phone = world->telephone(4);
        phone->lift();
        REQUIRE(eventually(patience, [&] { return phone->hearing().level_dbm0 > -20; }));
        phone->dial_dtmf("700");
        REQUIRE(client.wait_event("CALL_INCOMING", patience));
        REQUIRE(eventually(patience, [&] { return std::abs(phone->hearing().frequency1_hz - 425) < 15; }));
        client.answer();
        REQUIRE(client.wait_event("CALL_ESTABLISHED", patience));
        REQUIRE(gateway.wait_port_state(world->fxs(4), "talking", patience));
        exchange.invite({"204", second_caller});
        REQUIRE(phone->wait_caller_ids(1, patience));
        CHECK(phone->caller_ids().back().standard == CallerIdStandard::etsi);
        CHECK(phone->caller_ids().back().number == "0559876543");
        CHECK(exchange.give_up(patience));
        phone->hang_up();
        REQUIRE(client.wait_event("CALL_CLOSED", patience));
        const auto heard = loudest_dbm0(client.heard());
        std::cout << "type II: SIP client heard " << heard << " dBm0, digits \"" << client.digits() << "\"\n";
        CHECK(heard < -50);
        CHECK(client.digits().empty());
    }
}
