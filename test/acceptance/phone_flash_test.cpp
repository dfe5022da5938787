// The hook as a telephone moves it: flashes of every length in several countries, and rotary dials. On virtual
// lines both run by the line's clock; on the real driver only what leaves room for a late machine is tried.
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <iomanip>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "support/phones.hpp"
#include "support/sip_phone.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

/// One port: how it is set up, and its recall window as docs/countries.md has it (zero: off).
struct Recall {
    std::string title, settings;
    milliseconds shortest, longest;
};

enum class Taken : char { nothing = '-', flash = 'F', digit = 'D', hang_up = 'H' };

/// The driver reports a break of up to 200 ms as the dial pulse "1", whatever its length.
constexpr milliseconds longest_pulse{200};
/// And it must be told to wait a bit longer than that for the telephone to come back.
constexpr milliseconds earliest_hang_up{250};

/// In a window that begins below 200 ms that pulse is the flash, otherwise it is a digit.
Taken expected(const Recall& recall, milliseconds length) {
    const bool on = recall.longest > 0ms;
    if (length <= longest_pulse) return on && recall.shortest < longest_pulse ? Taken::flash : Taken::digit;
    if (length > std::max(recall.longest, earliest_hang_up)) return Taken::hang_up;
    return on ? Taken::flash : Taken::nothing;
}

/// The window alone would say something else.
bool bent_by_driver(const Recall& recall, milliseconds length) {
    const bool inside = length >= recall.shortest && length <= recall.longest;
    return length <= earliest_hang_up && recall.longest > 0ms && !inside;
}

/// One telephone that talks to a SIP client of its own.
struct Talker {
    Recall recall;
    unsigned channel = 0;
    std::unique_ptr<SipPhone> client;
    std::unique_ptr<farend::Telephone> phone;
    std::string number = {};
    std::string last_change = {};
};

/// The client takes the port behind it, too.
std::uint16_t sip_port(unsigned index) {
    return static_cast<std::uint16_t>(5089 + 2 * index);
}

struct Change {
    std::string time, state, because;
};

std::vector<Change> history(const Gateway& gateway, unsigned channel) {
    std::vector<Change> changes;
    const auto sheet = gateway.call("port.show", {{"port", std::to_string(channel)}});
    for (const auto& each : sheet.as_object().at("history").as_array()) {
        const auto& change = each.as_object();
        changes.push_back({change.at("time").as_string().c_str(), change.at("state").as_string().c_str(),
                           change.at("because").as_string().c_str()});
    }
    return changes;
}

void dial(const Gateway& gateway, Talker& talker) {
    talker.client->forget();
    REQUIRE(gateway.wait_port_state(talker.channel, "dial_tone", patience));
    talker.phone->dial_dtmf(talker.number);
    REQUIRE(talker.client->wait_event("CALL_ESTABLISHED", patience));
    REQUIRE(gateway.wait_port_state(talker.channel, "talking", patience));
    // For 600 ms after the line was seized the driver sees no break, and would take a long one for a shorter.
    talker.phone->play(farend::Clip(8000 * 7 / 10, 0), false);
    REQUIRE(talker.phone->wait_playing_done(patience));
}

/// What the flash was taken for: the first change of the port's state, or the digit at the far end. Nothing after the limit.
Taken taken_for(const Gateway& gateway, const Talker& talker, const std::string& digits_before,
                milliseconds limit) {
    auto found = Taken::nothing;
    eventually(limit, [&] {
        for (const auto& change : history(gateway, talker.channel)) {
            if (change.time <= talker.last_change) continue;
            found = change.because.starts_with("on_hook")                         ? Taken::hang_up
                    : change.state == "dial_tone" && change.because != "off_hook" ? Taken::flash
                                                                                  : Taken::nothing;
            return true;
        }
        if (talker.client->digits() != digits_before) found = Taken::digit;
        return found != Taken::nothing;
    });
    return found;
}

void print(const std::vector<milliseconds>& lengths, const std::vector<Talker>& talkers,
           const std::map<std::string, std::map<milliseconds, Taken>>& measured) {
    std::cout << std::left << std::setw(18) << "flash, ms" << std::right;
    for (const auto length : lengths)
        std::cout << std::setw(6) << length.count();
    std::cout << '\n';
    for (const auto& talker : talkers) {
        std::cout << std::left << std::setw(18) << talker.recall.title << std::right;
        for (const auto length : lengths) {
            const auto found = measured.at(talker.recall.title).at(length);
            const std::string mark = bent_by_driver(talker.recall, length) ? "*" : "";
            std::cout << std::setw(6) << static_cast<char>(found) + mark;
        }
        std::cout << '\n';
    }
    std::cout
        << "F flash, D digit to the far end, H hang-up, - nothing; * outside the window, but the driver "
           "cannot tell it from one inside\n";
}

void flash_all(const std::vector<Recall>& recalls) {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    std::string accounts, ports;
    std::vector<Talker> talkers;
    for (unsigned i = 1; i <= recalls.size(); ++i) {
        Talker talker{recalls[i - 1], world->fxs(i), {}, {}};
        talker.number = "70" + std::to_string(i);
        const auto port = sip_port(i);
        const auto number = std::to_string(i);
        accounts +=
            "    - {name: far" + number + ", server: '127.0.0.1:" + std::to_string(port) + "', mode: peer}\n";
        ports += "  - {channel: " + std::to_string(talker.channel) + ", kind: fxs, number: 20" + number +
                 ", account: far" + number + ", " + talker.recall.settings + "}\n";
        talkers.push_back(std::move(talker));
    }
    Gateway gateway(folder, world->board_yaml() + "digit_map: 70x\nsip:\n  listen: 127.0.0.1:5060\n" +
                                "  accounts:\n" + accounts + "ports:\n" + ports);
    for (unsigned i = 1; i <= talkers.size(); ++i) {
        auto& talker = talkers[i - 1];
        const auto offset = static_cast<std::uint16_t>(i - 1);
        talker.client.reset(
            new SipPhone(folder, {.user = talker.number,
                                  .sip_port = sip_port(i),
                                  .control_port = static_cast<std::uint16_t>(4491 + offset),
                                  .first_rtp_port = static_cast<std::uint16_t>(41000 + 100 * offset),
                                  .auto_answer = true,
                                  .says = {}}));
        REQUIRE(talker.client->ready());
        talker.phone = world->telephone(i);
        talker.phone->lift();
    }
    for (auto& talker : talkers)
        dial(gateway, talker);

    const std::vector<milliseconds> lengths =
        world->has_virtual_lines() ? std::vector{20ms,  60ms,  90ms,  130ms,  180ms,  230ms, 260ms,
                                                 400ms, 650ms, 800ms, 1000ms, 1300ms, 1500ms}
                                   : std::vector{90ms, 450ms, 1400ms};
    std::map<std::string, std::map<milliseconds, Taken>> measured;
    for (const auto length : lengths) {
        std::vector<std::string> digits;
        for (auto& talker : talkers) {
            talker.last_change = history(gateway, talker.channel).back().time;
            digits.push_back(talker.client->digits());
            talker.phone->flash(length);
        }
        for (std::size_t i = 0; i < talkers.size(); ++i) {
            const auto wanted = expected(talkers[i].recall, length);
            const auto found =
                taken_for(gateway, talkers[i], digits[i], wanted == Taken::nothing ? 3s : patience);
            measured[talkers[i].recall.title][length] = found;
            INFO(talkers[i].recall.title << ", " << length.count() << " ms");
            CHECK(static_cast<char>(found) == static_cast<char>(wanted));
        }
        // A flash leaves the call on hold, and a short one takes it back; after a hang-up the telephone is up
        // again by itself.
        for (auto& talker : talkers) {
            if (measured[talker.recall.title][length] != Taken::flash) continue;
            REQUIRE(gateway.wait_port_state(talker.channel, "dial_tone", patience));
            talker.phone->flash(110ms);
        }
        for (auto& talker : talkers) {
            INFO(talker.recall.title << ", after " << length.count() << " ms");
            if (measured[talker.recall.title][length] == Taken::hang_up) dial(gateway, talker);
            REQUIRE(gateway.wait_port_state(talker.channel, "talking", patience));
        }
    }
    print(lengths, talkers, measured);
    for (auto& talker : talkers)
        talker.phone->hang_up();
    CHECK(gateway.wait_no_calls(patience));
}

}  // namespace

TEST_CASE("flashes of 20 to 1500 ms: us, uk, de, fr", "[fxs][flash][many_lines]") {
    flash_all({{"us 100-700", "country: us", 100ms, 700ms},
               {"uk 50-130", "country: uk", 50ms, 130ms},
               {"de 70-310", "country: de", 70ms, 310ms},
               {"fr 70-310", "country: fr", 70ms, 310ms}});
}

TEST_CASE("flashes of 20 to 1500 ms: jp, in, at, and none at all", "[fxs][flash][many_lines]") {
    flash_all({{"jp 100-700", "country: jp", 100ms, 700ms},
               {"in 100-900", "country: in", 100ms, 900ms},
               {"at 70-310", "country: at", 70ms, 310ms},
               {"us, flash: off", "country: us, flash: off", 0ms, 0ms}});
}

TEST_CASE("rotary dials of 8 to 12 pulses a second and 50 to 75 % break dial right",
          "[fxs][pulse][many_lines]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    std::string ports;
    for (unsigned i = 1; i <= 4; ++i)
        ports += "  - {channel: " + std::to_string(world->fxs(i)) + ", kind: fxs, number: 20" +
                 std::to_string(i) + "}\n";
    Gateway gateway(folder,
                    "country: us\n" + world->board_yaml() + "digit_map: '2590|3146'\nsip:\n  listen: " +
                        "127.0.0.1:5060\n  accounts:\n    - {name: office, server: '127.0.0.1:5091', mode: " +
                        "peer}\nroutes:\n  - {name: by 2590, called: '2590', from: [fxs], strip: 4, prefix: "
                        "'700', to: [sip]}\n  - {name: by 3146, called: '3146', from: [fxs], strip: 4, "
                        "prefix: '700', to: [sip]}\nports:\n" +
                        ports);
    SipPhone client(folder, {.user = "700", .says = {}});
    REQUIRE(client.ready());
    std::vector<std::unique_ptr<farend::Telephone>> phones;
    for (unsigned i = 1; i <= 4; ++i)
        phones.push_back(world->telephone(i));
    struct Round {
        std::string number;
        std::array<farend::PulseDial, 4> dials;
    };
    // An emulated machine is too late for makes of 21 and 25 ms.
    const bool in_time = world->has_virtual_lines();
    for (const auto& round :
         {Round{"2590",
                {{{8, 0.5, 700ms}, {8, 0.75, 700ms}, {12, 0.5, 700ms}, {12, in_time ? 0.75 : 0.6, 700ms}}}},
          Round{"3146",
                {{{10, 0.5, 700ms},
                  {10, 0.6, 700ms},
                  {10, 0.67, 700ms},
                  {10, in_time ? 0.75 : 0.7, 700ms}}}}}) {
        for (std::size_t i = 0; i < phones.size(); ++i) {
            phones[i]->lift();
            REQUIRE(phones[i]->wait_for_tone("dial", patience));
            phones[i]->dial_pulse(round.number, round.dials.at(i));
        }
        std::set<std::string> dialled;
        CHECK(eventually(patience, [&] {
            dialled.clear();
            const auto calls = gateway.call("calls");
            for (const auto& call : calls.as_array())
                dialled.insert(std::string(call.as_object().at("caller").as_string()) + " " +
                               std::string(call.as_object().at("route").as_string()));
            return dialled.size() == phones.size();
        }));
        CHECK(dialled == std::set<std::string>{"201 by " + round.number, "202 by " + round.number,
                                               "203 by " + round.number, "204 by " + round.number});
        for (const auto& phone : phones)
            phone->hang_up();
        CHECK(gateway.wait_no_calls(patience));
        for (unsigned i = 1; i <= 4; ++i)
            CHECK(gateway.wait_port_state(world->fxs(i), "idle", patience));
    }
}

TEST_CASE("a rotary 112 reaches the rescuers while a call is held", "[fxs][flash][pulse]") {
    const std::string mode = GENERATE("both", "pulse");
    CAPTURE(mode);
    TemporaryFolder folder;
    const auto world = World::make(folder);
    const auto port = [&](unsigned i, const std::string& more) {
        return "  - {channel: " + std::to_string(world->fxs(i)) + ", kind: fxs, number: 20" +
               std::to_string(i) + more + "}\n";
    };
    Gateway gateway(folder, "country: de\n" + world->board_yaml() +
                                "routes:\n  - {name: rescuers, called: '112', from: [fxs], to: [port 203]}\n"
                                "ports:\n" +
                                port(1, "") + port(2, ", dial_mode: " + mode) + port(3, ""));
    const auto caller = world->telephone(1), rotary = world->telephone(2), rescuers = world->telephone(3);
    caller->lift();
    REQUIRE(gateway.wait_port_state(world->fxs(1), "dial_tone", patience));
    caller->dial_dtmf("202");
    REQUIRE(rotary->wait_ringing(patience));
    rotary->lift();
    REQUIRE(gateway.wait_port_state(world->fxs(2), "talking", patience));
    // For 600 ms after the line was seized the driver sees no break.
    rotary->play(farend::Clip(8000 * 7 / 10, 0), false);
    REQUIRE(rotary->wait_playing_done(patience));
    const auto hold = [&] {
        rotary->flash(110ms);
        REQUIRE(gateway.wait_port_state(world->fxs(2), "dial_tone", patience));
    };
    if (mode == "both") {
        hold();
        rotary->flash(110ms);  // it could have keys: a recall key takes the held call back
        REQUIRE(gateway.wait_port_state(world->fxs(2), "talking", patience));
    }
    hold();
    rotary->dial_pulse("112");
    REQUIRE(rescuers->wait_ringing(patience));
    rescuers->lift();
    REQUIRE(gateway.wait_port_state(world->fxs(2), "talking", patience));
    CHECK(gateway.port_state(world->fxs(1)) == "talking");
    whistle({rotary.get(), rescuers.get()});
    rotary->hang_up();
    REQUIRE(rotary->wait_ringing(patience));
    rotary->lift();
    REQUIRE(gateway.wait_port_state(world->fxs(2), "talking", patience));
    all_down(gateway, *world, {caller.get(), rotary.get(), rescuers.get()});
}
