// Calls to the exchange: which line is taken, how it is dialled, when the call counts as answered, and the flash.
// Runs on the simulator; on the real driver with what its wires carry: no other telephones on a line, no lost
// battery, no reversals, no glare, and flashes of unknown length.
#include <algorithm>
#include <catch2/catch.hpp>

#include "support/line_bench.hpp"
#include "support/talk.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;
using Service = farend::CentralOffice::Service;

namespace {

const std::string to_group_city = "  - {called: 0x., strip: 1, to: [group city]}\n";

/// A number that the exchange takes as a whole and answers at once.
Service service_of(std::size_t digits) {
    Service service;
    service.number_length = digits;
    service.answer_after = 0ms;
    return service;
}

/// The digits of a recording: how long each sounds, and the silence before it, to 5 ms.
struct Burst {
    std::chrono::milliseconds silence{0}, sound{0};
};
std::vector<Burst> bursts_of(const farend::Clip& clip) {
    constexpr std::size_t window = 40;
    std::vector<Burst> bursts;
    Burst current;
    for (std::size_t at = 0; at + window <= clip.size(); at += window) {
        if (farend::level_dbm0(std::span(clip).subspan(at, window)) > -30) {
            current.sound += 5ms;
        } else {
            if (current.sound > 0ms) bursts.push_back(std::exchange(current, {}));
            current.silence += 5ms;
        }
    }
    if (current.sound > 0ms) bursts.push_back(current);
    return bursts;
}

bool near(std::chrono::milliseconds value, std::chrono::milliseconds wanted) {
    return std::chrono::abs(value - wanted) <= (World::is_dahdi() ? 60ms : 15ms);
}

/// "1 2 3": the lines of these calls to the exchange, from the counters.
std::vector<std::uint64_t> calls_out(const LineBench& bench, unsigned first, unsigned last) {
    std::vector<std::uint64_t> counts;
    for (unsigned pair = first; pair <= last; ++pair)
        counts.push_back(
            bench.sheet(pair).at("counters").as_object().at("calls_out").to_number<std::uint64_t>());
    return counts;
}

}  // namespace

TEST_CASE("line seizure: a call passes the lines of a group that cannot be used, each for a counted reason",
          "[fxo][line_seizure]") {
    enum : unsigned { mute = 1, in_use, no_battery, glare, busy, good };
    const std::string line = "group: city, dial_tone_limit: 2s";
    std::vector<LineBench::Pair> pairs(good, {line, ""});
    pairs[0].phone = "hotline: \"0555\"";
    pairs[busy - 1].line = "group: city";  // busy tone is known after three cycles
    LineBench bench(pairs, "", to_group_city);
    auto silent = service_of(3);
    silent.dial_tone = false;
    bench.office(mute).set_service(silent);
    auto refusing = service_of(3);
    refusing.dial_tone_sound = "busy";
    bench.office(busy).set_service(refusing);
    bench.office(good).set_service(service_of(3));
    const bool all = !World::is_dahdi();
    if (all) {
        bench.office(in_use).set_line_in_use(true);
        bench.world().virtual_board()->set_faults({bench.world().fxo(no_battery)}, {.battery_off = true});
        bench.office(glare).ring_when_seized();
        REQUIRE(bench.office(in_use).wait_seized(patience));
    } else {
        for (const auto pair : {in_use, no_battery, glare})
            bench.office(pair).set_service(silent);
    }
    CHECK(bench.sheet(good).if_contains("last_proved_good") == nullptr);

    bench.phone(1).lift();
    REQUIRE(bench.office(good).wait_state("talking", patience));
    CHECK(bench.office(good).dialled() == "555");
    CHECK(bench.refused(mute, "no_dial_tone") == 1);
    CHECK(bench.refused(in_use, all ? "in_use" : "no_dial_tone") == 1);
    CHECK(bench.refused(no_battery, all ? "no_battery" : "no_dial_tone") == 1);
    CHECK(bench.refused(glare, all ? "ringing" : "no_dial_tone") == 1);
    CHECK(bench.refused(busy, "busy_tone") == 1);
    CHECK(bench.sheet(good).at("counters").as_object().at("refused").as_object().empty());
    CHECK(bench.sheet(good).if_contains("last_proved_good") != nullptr);
    CHECK(bench.sheet(mute).if_contains("last_proved_good") == nullptr);
    CHECK(bench.office(mute).wait_released(patience));
    CHECK(bench.office(busy).wait_released(patience));
    CHECK(bench.wait_line(good, "talking", patience));

    // What could not be used a moment ago is tried last: the next call meets the free line that is left at once.
    bench.phone(1).hang_up();
    CHECK(bench.office(good).wait_released(patience));
    CHECK(bench.wait_line(good, "idle", patience));
    REQUIRE(bench.gateway().wait_port_state(bench.world().fxs(1), "idle", patience));
    bench.phone(1).lift();
    CHECK(bench.office(good).wait_state("talking", patience));
    CHECK(bench.refused(mute, "no_dial_tone") == 1);
    if (all) {
        bench.office(in_use).set_line_in_use(false);
        bench.world().virtual_board()->set_faults({bench.world().fxo(no_battery)}, {});
    }
    CHECK(bench.all_idle());
}

TEST_CASE("line seizure: late, second, foreign and missing dial tones", "[fxo][line_seizure]") {
    enum : unsigned { late = 1, second_tone, untold, french, dead };
    LineBench bench({{"", ""},
                     {"dial_prefix: 9W", ""},
                     {"wait_for_dial_tone: no", ""},
                     {"country: fr", ""},
                     {"dial_tone_limit: 3s", ""}});
    bench.office(second_tone).set_service(service_of(1));
    auto service = service_of(4);
    service.dial_tone_delay = 2500ms;
    bench.office(late).set_service(service);
    service = service_of(4);
    service.dial_tone_sound = "fr:dial";
    bench.office(french).set_service(service);
    service.dial_tone = false;
    bench.office(untold).set_service(service);
    bench.office(dead).set_service(service);

    for (unsigned pair = 1; pair <= bench.size(); ++pair)
        bench.phone(pair).lift();
    REQUIRE(bench.office(second_tone).wait_state("talking", patience));
    CHECK(bench.office(second_tone).digits() == "9");
    bench.office(second_tone).hang_up_by_tone("dial");

    CHECK(bench.office(second_tone).wait_digits("95551", patience));
    for (const auto pair : {late, untold, french}) {
        CAPTURE(pair);
        CHECK(bench.office(pair).wait_state("talking", patience));
        CHECK(bench.wait_line(pair, "talking", patience));
        CHECK(bench.office(pair).dialled() == "5551");
    }
    CHECK(bench.phone(dead).wait_for_tone("congestion", patience));
    CHECK(bench.refused(dead, "no_dial_tone") == 1);
    CHECK(bench.office(dead).wait_released(patience));
    CHECK(bench.all_idle());
}

TEST_CASE("line seizure: waits, pulses, the times of a digit, and two stages", "[fxo][line_seizure]") {
    enum : unsigned { pausing = 1, pulse, times, two_stage };
    LineBench bench({{"dial_prefix: 0w", ""},
                     {"dial_mode: pulse", ""},
                     {"dtmf_time: 60/140ms", ""},
                     {"", "hotline: 904"}},
                    "", "  - {called: 904, strip: 3, to: [port 904]}\n");
    for (const auto pair : {pulse, times})
        bench.office(pair).set_service(service_of(4));
    bench.office(pausing).set_service(service_of(5));
    bench.office(two_stage).set_service(service_of(3));

    for (const auto pair : {pausing, times})
        bench.office(pair).start_recording();
    for (unsigned pair = 1; pair <= bench.size(); ++pair)
        bench.phone(pair).lift();
    REQUIRE(bench.phone(two_stage).wait_for_tone("dial", patience));
    bench.phone(two_stage).dial_dtmf("777");

    for (unsigned pair = 1; pair <= bench.size(); ++pair) {
        CAPTURE(pair);
        CHECK(bench.office(pair).wait_state("talking", patience));
        CHECK(bench.wait_line(pair, "talking", patience));
    }
    CHECK(bench.office(pulse).dialled() == "5551");
    CHECK(bench.office(pulse).digits().empty());
    CHECK(bench.office(pausing).dialled() == "05551");
    CHECK(bench.office(two_stage).dialled() == "777");
    CHECK(bench.office(two_stage).digits() == "777");

    CHECK(bench.office(times).dialled() == "5551");
    const auto timed = bursts_of(bench.office(times).stop_recording());
    REQUIRE(timed.size() == 4);
    for (const auto& burst : timed)
        CHECK(near(burst.sound, 60ms));
    for (std::size_t i = 1; i < timed.size(); ++i)
        CHECK(near(timed[i].silence, 140ms));
    const auto paused = bursts_of(bench.office(pausing).stop_recording());
    REQUIRE(paused.size() == 5);
    CHECK(near(paused[0].sound, 100ms));
    CHECK(near(paused[1].silence, 600ms));  // the pausing of a digit, and 'w'
    CHECK(near(paused[2].silence, 100ms));
    CHECK(bench.all_idle());
}

TEST_CASE("line seizure: the groups' strategies, and the guard time of a line", "[fxo][line_seizure]") {
    std::vector<LineBench::Pair> pairs;
    for (int i = 0; i < 3; ++i)
        pairs.push_back({"group: turns, rings: 1", "hotline: \"01555\""});
    for (int i = 0; i < 3; ++i)
        pairs.push_back({"group: fair, rings: 1", "hotline: \"02555\""});
    pairs.push_back({"group: order, guard: 1min", "hotline: \"03555\""});
    // Within its longest flash (1250 ms here) the exchange takes the next seizure for the end of one.
    pairs.push_back({"group: order, guard: 2s", "hotline: \"03555\""});
    LineBench bench(pairs,
                    "groups: [{name: turns, strategy: round_robin}, {name: fair, strategy: least_used}]\n",
                    "  - {called: 01., strip: 2, to: [group turns]}\n"
                    "  - {called: 02., strip: 2, to: [group fair]}\n"
                    "  - {called: 03., strip: 2, to: [group order]}\n");
    using Counts = std::vector<std::uint64_t>;
    for (unsigned pair = 1; pair <= bench.size(); ++pair)
        bench.office(pair).set_service(service_of(3));
    // A call from the exchange is a use of the line, but no turn of it.
    for (const unsigned pair : {1U, 4U}) {
        bench.office(pair).ring();
        REQUIRE(bench.phone(pair).wait_ringing(patience));
        bench.phone(pair).lift();
        REQUIRE(bench.office(pair).wait_seized(patience));
        REQUIRE(bench.settle(pair));
        bench.office(pair).hang_up_by_battery_drop();
        REQUIRE(bench.office(pair).wait_released(patience));
    }
    CHECK(bench.all_idle());

    // Telephones 3, 6 and 8 call at the same time, again and again.
    const std::vector<Counts> turns{{1, 0, 0}, {1, 1, 0}, {1, 1, 1}, {2, 1, 1}};
    const std::vector<Counts> fair{{0, 1, 0}, {0, 1, 1}, {1, 1, 1}, {1, 2, 1}};
    const std::vector<Counts> order{{1, 0}, {1, 1}, {1, 2}, {1, 3}};
    const auto& world = bench.world();
    for (std::size_t round = 0; round < turns.size(); ++round) {
        CAPTURE(round);
        for (const unsigned caller : {3U, 6U, 8U})
            bench.phone(caller).lift();
        for (const unsigned caller : {3U, 6U, 8U})
            REQUIRE(bench.gateway().wait_port_state(world.fxs(caller), "talking", patience));
        CHECK(calls_out(bench, 1, 3) == turns[round]);
        CHECK(calls_out(bench, 4, 6) == fair[round]);
        CHECK(calls_out(bench, 7, 8) == order[round]);
        for (const unsigned caller : {3U, 6U, 8U})
            bench.phone(caller).hang_up();
        REQUIRE(bench.gateway().wait_no_calls(patience));
        for (const unsigned pair : {1U, 2U, 3U, 4U, 5U, 6U, 8U})
            CHECK(bench.wait_line(pair, "idle", patience));
        for (const unsigned caller : {3U, 6U, 8U})
            REQUIRE(bench.gateway().wait_port_state(world.fxs(caller), "idle", patience));
    }
    CHECK(bench.line_state(7) == "clearing");
}

TEST_CASE("line seizure: when a call to the exchange counts as answered", "[fxo][line_seizure]") {
    enum : unsigned { immediate = 1, timer, voice, voice_busy, polarity };
    LineBench bench({{"answer_by: immediate", ""},
                     {"answer_by: timer, answer_after: 2s", ""},
                     {"answer_by: voice, answer_after: 0s", ""},
                     {"answer_by: voice, answer_after: 0s", ""},
                     {"answer_by: polarity, answer_after: 0s", ""}});
    auto service = service_of(4);
    service.answer_after = 60s;
    bench.office(immediate).set_service(service);
    bench.office(timer).set_service(service);
    service.answer_after = 5s;
    bench.office(voice).set_service(service);
    service.busy = true;
    bench.office(voice_busy).set_service(service);
    service.busy = false;
    service.answer_after = 3s;  // a reversal within a second after this one would tell nothing
    service.answer_by_polarity = true;
    bench.office(polarity).set_service(service);
    std::vector<unsigned> pairs{immediate, timer, voice, voice_busy};
    if (!World::is_dahdi()) pairs.push_back(polarity);
    for (const auto pair : pairs)
        bench.phone(pair).lift();

    CHECK(bench.wait_line(immediate, "talking", patience));
    if (!World::is_dahdi()) CHECK(bench.wait_line(polarity, "answer_wait", patience));
    CHECK(bench.wait_line(timer, "talking", patience));
    for (const auto pair : {immediate, timer}) {
        CAPTURE(pair);
        CHECK(bench.office(pair).wait_state("ringback", patience));
    }
    if (!World::is_dahdi()) {
        CHECK(bench.wait_line(polarity, "talking", patience));
        CHECK(bench.office(polarity).wait_state("talking", patience));
    }
    CHECK(bench.line_state(voice) == "answer_wait");
    CHECK(bench.office(voice).wait_state("talking", patience));
    CHECK(bench.line_state(voice) == "answer_wait");  // ringback was no voice, nor is silence
    bench.office(voice).play(
        spoken(bench.folder(), "Good morning, this is the emergency service, how can I help you?"), true);
    CHECK(bench.wait_line(voice, "talking", patience));

    CHECK(bench.office(voice_busy).wait_released(patience));
    CHECK(bench.record(voice_busy, "disconnect") == "busy_tone");
    CHECK(bench.record(voice_busy, "talk") == "0ms");
    if (!World::is_dahdi()) {
        bench.office(polarity).hang_up_by_polarity();
        CHECK(bench.office(polarity).wait_released(patience));
        CHECK(bench.record(polarity, "disconnect") == "polarity");
    }
    CHECK(bench.all_idle());
}

TEST_CASE("line seizure: a flash goes to the exchange as long as the country says, and the call goes on",
          "[fxo][line_seizure]") {
    const std::string phone = "services: no";
    LineBench bench({{"", phone}, {"country: de", phone}, {"country: uk", phone}, {"flash: 90ms", phone}});
    const std::array<std::chrono::milliseconds, 4> lengths{600ms, 250ms, 100ms, 90ms};
    const std::array<const char*, 4> dial_tones{"dial", "de:dial", "uk:dial", "dial"};
    for (unsigned pair = 1; pair <= 4; ++pair) {
        auto service = service_of(4);
        service.dial_tone_sound = dial_tones.at(pair - 1);
        bench.office(pair).set_service(service);
        bench.phone(pair).lift();
    }
    for (unsigned pair = 1; pair <= 4; ++pair) {
        CAPTURE(pair);
        REQUIRE(bench.office(pair).wait_state("talking", patience));
        REQUIRE(bench.wait_line(pair, "talking", patience));
    }
    for (unsigned pair = 1; pair <= 4; ++pair)
        bench.phone(pair).flash(400ms);
    for (unsigned pair = 1; pair <= 4; ++pair) {
        CAPTURE(pair);
        REQUIRE(bench.office(pair).wait_flashes(1, patience));
        if (!World::is_dahdi()) CHECK(near(bench.office(pair).flashes().front(), lengths.at(pair - 1)));
    }
    for (unsigned pair = 1; pair <= 4; ++pair)
        bench.office(pair).play(speech_like(pair, 30s), true);
    for (unsigned pair = 1; pair <= 4; ++pair) {
        CAPTURE(pair);
        CHECK(eventually(patience, [&] { return bench.phone(pair).hearing().level_dbm0 > -35; }));
        CHECK(bench.line_state(pair) == "talking");
        CHECK(bench.office(pair).flashes().size() == 1);
        CHECK(bench.records(pair).empty());
    }
    CHECK(bench.all_idle());
}
