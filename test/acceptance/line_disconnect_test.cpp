// How calls on exchange lines end: every way in which an exchange hangs up releases the line, the record names
// it, and nothing else does. Runs on the simulator; on the real driver with what its wires carry: no reversals
// and no battery drop of another length than the driver's.
#include <catch2/catch.hpp>
#include <functional>
#include <future>
#include <map>
#include <set>

#include "support/line_bench.hpp"
#include "support/talk.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;
using farend::CentralOffice;

namespace {

using std::chrono::milliseconds;

/// How long after the exchange's hang-up a line was released.
using Release = std::future<milliseconds>;

/// `hang_up` returns at once; each line is watched by a thread of its own, so that none hides behind another.
Release released_after(CentralOffice& office, const std::function<void(CentralOffice&)>& hang_up) {
    const auto begun = std::chrono::steady_clock::now();
    hang_up(office);
    return std::async(std::launch::async, [&office, begun] {
        office.wait_released(2 * patience);
        return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
    });
}

/// More than a late machine needs, and less than any method could take for another one's time.
milliseconds lateness() {
    return (World::is_dahdi() ? 20s : 8s) + test::machine_watch().stood_still();
}

/// `time` is what the method itself takes: nothing may be taken for a hang-up sooner.
void check_time(milliseconds took, milliseconds time) {
    CHECK(took.count() >= time.count());
    CHECK(took.count() <= (time + lateness()).count());
}

milliseconds talk_of(const LineBench& bench, unsigned pair) {
    return milliseconds(std::stol(bench.record(pair, "talk")));
}

struct Ending {
    const char* name;
    std::string line;  ///< keys of its port
    std::string dial_tone;
    std::function<void(CentralOffice&)> hang_up;
    const char* disconnect;  ///< what the record says
    milliseconds time;       ///< that the method takes
    bool virtual_only = false;
};

Ending by_battery(const char* name, milliseconds length, bool virtual_only) {
    return {name,        "",
            "dial",      [length](CentralOffice& office) { office.hang_up_by_battery_drop(length); },
            "battery",   200ms,
            virtual_only};
}

/// Three cycles of the tone, and the third need not be over.
Ending by_tone(const char* tone, const std::string& line, const char* dial_tone, milliseconds cycle) {
    return {tone,        line,     dial_tone, [tone](CentralOffice& office) { office.hang_up_by_tone(tone); },
            "busy_tone", 2 * cycle};
}

std::vector<LineBench::Pair> pairs_of(const std::vector<Ending>& endings) {
    std::vector<LineBench::Pair> pairs;
    for (const auto& ending : endings)
        pairs.push_back({ending.line, ""});
    return pairs;
}

const std::string long_speech =
    "Good morning, this is the lift in the main building, and it stands between two floors. There are three "
    "of us in here, nobody is hurt, and the light is on. The number on the wall is four seven one one. We "
    "have pressed every button, one after the other, and nothing moves. Yes, we can hear you, loud and "
    "clear. No, the door does not open, not even a little. Please send somebody who knows this kind of "
    "lift. We shall wait, we have no choice, have we? My daughter asks whether you could sing something "
    "until they come. She likes slow songs best.";

void check_record(const LineBench& bench, unsigned pair, const std::string& disconnect) {
    CHECK(bench.record(pair, "disconnect") == disconnect);
    CHECK(bench.records(pair).size() == 1);
}

/// Calls from all these telephones to the exchange, which answers some by a reversal (what comes later ends the call),
/// and has the French dial tone for others.
void begin_calls(LineBench& bench, const std::vector<unsigned>& pairs, const std::set<unsigned>& reversed,
                 const std::set<unsigned>& french) {
    for (const auto pair : pairs) {
        const bool reverses = reversed.contains(pair);
        bench.office(pair).set_service({.number_length = 4,
                                        .answer_after = reverses ? 1s : 0s,
                                        .answer_by_polarity = reverses,
                                        .dial_tone_sound = french.contains(pair) ? "fr:dial" : "dial"});
        bench.phone(pair).lift();
    }
    for (const auto pair : pairs) {
        CAPTURE(pair);
        CHECK(bench.wait_line(pair, "talking", patience));
        CHECK(bench.office(pair).wait_state("talking", patience));
    }
}

/// Each of these ways of the exchange releases its line, and the record names it.
void check_endings(const std::vector<Ending>& endings) {
    LineBench bench(pairs_of(endings), "tones: [{name: old-pbx, cadence: \"600/250,0/250\"}]\n");
    std::vector<unsigned> pairs;
    for (unsigned pair = 1; pair <= endings.size(); ++pair) {
        const auto& ending = endings[pair - 1];
        if (ending.virtual_only && World::is_dahdi()) continue;
        pairs.push_back(pair);
        bench.office(pair).set_service(
            {.number_length = 4, .answer_after = 0ms, .dial_tone_sound = ending.dial_tone});
        bench.phone(pair).lift();
    }
    for (const auto pair : pairs) {
        CAPTURE(endings[pair - 1].name);
        CHECK(bench.office(pair).wait_state("talking", patience));
        CHECK(bench.wait_line(pair, "talking", patience));
    }
    test::machine_watch().restart();
    std::map<unsigned, Release> releases;
    for (const auto pair : pairs)
        releases[pair] = released_after(bench.office(pair), endings[pair - 1].hang_up);
    for (const auto pair : pairs) {
        CAPTURE(endings[pair - 1].name);
        check_time(releases[pair].get(), endings[pair - 1].time);
        CHECK_FALSE(bench.office(pair).line_seized());
    }
    for (const auto pair : pairs) {
        CAPTURE(endings[pair - 1].name);
        check_record(bench, pair, endings[pair - 1].disconnect);
    }
    CHECK(bench.all_idle());
}

}  // namespace

TEST_CASE("line disconnect: a drop of the battery releases the line, and the record says so",
          "[fxo][line_disconnect]") {
    check_endings({by_battery("drop of 250 ms", 250ms, true), by_battery("drop of 300 ms", 300ms, true),
                   by_battery("the board's drop", 0ms, false), by_battery("drop of 900 ms", 900ms, true)});
}

TEST_CASE("line disconnect: a busy tone of the country releases the line, and the record says so",
          "[fxo][line_disconnect]") {
    check_endings({by_tone("us:busy", "country: us", "us:dial", 1s),
                   by_tone("us:congestion", "country: us", "us:dial", 500ms),
                   by_tone("uk:busy", "country: uk", "uk:dial", 750ms),
                   by_tone("uk:congestion", "country: uk", "uk:dial", 750ms)});
}

TEST_CASE("line disconnect: a busy tone of another country or a learnt one releases the line",
          "[fxo][line_disconnect]") {
    check_endings({by_tone("de:busy", "country: de", "de:dial", 960ms),
                   by_tone("fr:congestion", "country: fr", "fr:dial", 500ms),
                   by_tone("600/250,0/250", "disconnect_tones: old-pbx", "us:dial", 500ms)});
}

TEST_CASE("line disconnect: dial tone, silence, the longest call and a reversal release the line",
          "[fxo][line_disconnect]") {
    enum : unsigned { dial_tone = 1, soon, silence, limit, reversal, only_reversal };
    const std::vector<LineBench::Pair> lines{
        {"", ""}, {"dial_tone_back: 2s", ""},     {"silence_limit: 10s", ""}, {"longest_call: 6s", ""},
        {"", ""}, {"first_reversal: hang_up", ""}};
    LineBench bench(lines);
    const bool all = !World::is_dahdi();
    std::vector<unsigned> pairs{dial_tone, soon, silence, limit};
    if (all) pairs.insert(pairs.end(), {reversal, only_reversal});
    test::machine_watch().restart();
    begin_calls(bench, pairs, {reversal}, {});

    const auto dial_tone_again = [](CentralOffice& office) { office.hang_up_by_tone("dial"); };
    auto by_dial_tone = released_after(bench.office(dial_tone), dial_tone_again);
    auto by_soon = released_after(bench.office(soon), dial_tone_again);
    bench.office(silence).hang_up_by_silence();
    CHECK(bench.office(limit).wait_released(patience + 6s));
    if (all) {
        REQUIRE(bench.settle(only_reversal));
        const auto reverse = [](CentralOffice& office) { office.hang_up_by_polarity(); };
        auto second = released_after(bench.office(reversal), reverse);
        auto first = released_after(bench.office(only_reversal), reverse);
        check_time(second.get(), 200ms);
        check_time(first.get(), 200ms);
        check_record(bench, reversal, "polarity");
        check_record(bench, only_reversal, "polarity");
    }
    check_time(by_dial_tone.get(), 10s);
    check_time(by_soon.get(), 2s);
    CHECK(bench.office(silence).wait_released(patience + 10s));
    check_record(bench, limit, "limit");
    check_record(bench, dial_tone, "dial_tone");
    check_record(bench, soon, "dial_tone");
    check_record(bench, silence, "silence");
    // Both run from the answer on. A record's clock may have begun a little later.
    check_time(talk_of(bench, limit) + 100ms, 6s);
    check_time(talk_of(bench, silence) + 100ms, 10s);
    CHECK(bench.all_idle());
}

TEST_CASE("line disconnect: speech, short drops and other tones do not release the line",
          "[fxo][line_disconnect]") {
    enum : unsigned { tones_off = 1, foreign_tone, speech, speech_fr, short_drop, metering, late_answer };
    LineBench bench({{"disconnect: [battery]", ""},
                     {"", ""},
                     {"disconnect_tones: [old-pbx, older-pbx], silence_limit: 10s", ""},
                     {"country: fr, tone_cycles: 2", ""},
                     {"", ""},
                     {"", ""},
                     {"answer_by: immediate", ""}},
                    "tones: [{name: old-pbx, cadence: \"425/480,0/480\"}, {name: older-pbx, cadence: "
                    "\"400/200,0/200\"}]\n");
    const auto clip = spoken(bench.folder(), long_speech);
    REQUIRE(clip.size() > 25 * 8000);
    const bool all = !World::is_dahdi();
    std::vector<unsigned> pairs{tones_off, foreign_tone, speech, speech_fr};
    if (all) pairs.insert(pairs.end(), {short_drop, metering, late_answer});
    begin_calls(bench, pairs, {metering}, {speech_fr});

    bench.office(tones_off).hang_up_by_tone("busy");
    bench.office(foreign_tone).hang_up_by_tone("jp:busy");
    bench.office(speech).play(clip, false);
    bench.office(speech_fr).play(clip, false);
    if (all) {
        bench.office(short_drop).hang_up_by_battery_drop(150ms);
        bench.office(metering).hang_up_by_polarity();  // there ...
        bench.office(metering).hang_up_by_polarity();  // ... and back
        REQUIRE(bench.settle(late_answer));
        bench.office(late_answer).hang_up_by_polarity();  // the first one in a call that counts as answered
    }
    CHECK(bench.office(speech).wait_playing_done(60s));
    CHECK(bench.office(speech_fr).wait_playing_done(60s));
    for (const auto pair : pairs) {
        CAPTURE(pair);
        CHECK(bench.line_state(pair) == "talking");
        CHECK(bench.office(pair).line_seized());
        CHECK(bench.records(pair).empty());
    }
    CHECK(bench.all_idle());
    for (const auto pair : pairs) {
        CAPTURE(pair);
        check_record(bench, pair, "remote");
    }
}

TEST_CASE("line disconnect: a SIP client that vanishes leaves no line seized",
          "[fxo][sip][line_disconnect]") {
    LineBench bench({{"", ""}},
                    "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
                    "    - {name: office, server: 127.0.0.1:5091, mode: peer}\n",
                    "", ", rtp_timeout: 2s");
    SipPhone client(bench.folder(),
                    {.user = "700", .registrar = {}, .password = {}, .says = farend::tone(700, 0, 120s)});
    REQUIRE(client.ready());
    bench.office(1).set_service({.number_length = 4, .answer_after = 0ms});
    client.dial("sip:9015551@127.0.0.1:5060");
    REQUIRE(client.wait_event("CALL_ESTABLISHED", patience));
    REQUIRE(bench.wait_line(1, "talking", patience));
    test::machine_watch().restart();
    auto release = released_after(bench.office(1), [&client](CentralOffice&) { client.vanish(); });
    check_time(release.get(), 1500ms);  // 2 s after its last packet
    CHECK_FALSE(bench.office(1).line_seized());
    check_record(bench, 1, "no_rtp");
    CHECK(bench.all_idle());
}
