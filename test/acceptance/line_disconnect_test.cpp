// How calls on exchange lines end: every way in which an exchange hangs up releases the line, the record names
// it, and nothing else does. Runs on the simulator; on the real driver with what its wires carry: no reversals
// and no battery drop of another length than the driver's.
#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "support/line_bench.hpp"
#include "support/talk.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;
using farend::CentralOffice;

namespace {

struct Ending {
    const char* name;
    std::string line;  ///< keys of its port
    std::string dial_tone;
    std::function<void(CentralOffice&)> hang_up;
    const char* disconnect;  ///< what the record says
    bool virtual_only = false;
};

Ending by_battery(const char* name, std::chrono::milliseconds length, bool virtual_only) {
    return {name,      "",
            "dial",    [length](CentralOffice& office) { office.hang_up_by_battery_drop(length); },
            "battery", virtual_only};
}

Ending by_tone(const char* tone, const std::string& line, const char* dial_tone) {
    return {tone, line, dial_tone, [tone](CentralOffice& office) { office.hang_up_by_tone(tone); },
            "busy_tone"};
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
    for (const auto pair : pairs)
        endings[pair - 1].hang_up(bench.office(pair));
    for (const auto pair : pairs) {
        CAPTURE(endings[pair - 1].name);
        CHECK(bench.office(pair).wait_released(patience));
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
    check_endings(
        {by_tone("us:busy", "country: us", "us:dial"), by_tone("us:congestion", "country: us", "us:dial"),
         by_tone("uk:busy", "country: uk", "uk:dial"), by_tone("uk:congestion", "country: uk", "uk:dial")});
}

TEST_CASE("line disconnect: a busy tone of another country or a learnt one releases the line",
          "[fxo][line_disconnect]") {
    check_endings({by_tone("de:busy", "country: de", "de:dial"),
                   by_tone("fr:congestion", "country: fr", "fr:dial"),
                   by_tone("600/250,0/250", "disconnect_tones: old-pbx", "us:dial")});
}

TEST_CASE("line disconnect: dial tone, silence, the longest call and a reversal release the line",
          "[fxo][line_disconnect]") {
    enum : unsigned { dial_tone = 1, silence, limit, reversal };
    const std::vector<LineBench::Pair> lines{
        {"", ""}, {"silence_limit: 10s", ""}, {"longest_call: 6s", ""}, {"", ""}};
    LineBench bench(lines);
    const bool all = !World::is_dahdi();
    std::vector<unsigned> pairs{dial_tone, silence, limit};
    if (all) pairs.push_back(reversal);
    begin_calls(bench, pairs, {reversal}, {});

    bench.office(dial_tone).hang_up_by_tone("dial");
    bench.office(silence).hang_up_by_silence();
    CHECK(bench.office(limit).wait_released(patience + 6s));
    if (all) {
        bench.office(reversal).hang_up_by_polarity();
        CHECK(bench.office(reversal).wait_released(patience));
        check_record(bench, reversal, "polarity");
    }
    CHECK(bench.office(dial_tone).wait_released(patience));
    CHECK(bench.office(silence).wait_released(patience + 10s));
    check_record(bench, limit, "limit");
    check_record(bench, dial_tone, "dial_tone");
    check_record(bench, silence, "silence");
    CHECK(bench.all_idle());
}

TEST_CASE("line disconnect: speech, short drops and other tones do not release the line",
          "[fxo][line_disconnect]") {
    enum : unsigned { tones_off = 1, foreign_tone, speech, speech_fr, short_drop, metering };
    LineBench bench({{"disconnect: [battery]", ""},
                     {"", ""},
                     {"disconnect_tones: [old-pbx, older-pbx], silence_limit: 10s", ""},
                     {"country: fr, tone_cycles: 2", ""},
                     {"", ""},
                     {"", ""}},
                    "tones: [{name: old-pbx, cadence: \"425/480,0/480\"}, {name: older-pbx, cadence: "
                    "\"400/200,0/200\"}]\n");
    const auto clip = spoken(bench.folder(), long_speech);
    REQUIRE(clip.size() > 25 * 8000);
    const bool all = !World::is_dahdi();
    std::vector<unsigned> pairs{tones_off, foreign_tone, speech, speech_fr};
    if (all) pairs.insert(pairs.end(), {short_drop, metering});
    begin_calls(bench, pairs, {metering}, {speech_fr});

    bench.office(tones_off).hang_up_by_tone("busy");
    bench.office(foreign_tone).hang_up_by_tone("jp:busy");
    bench.office(speech).play(clip, false);
    bench.office(speech_fr).play(clip, false);
    if (all) {
        bench.office(short_drop).hang_up_by_battery_drop(150ms);
        bench.office(metering).hang_up_by_polarity();  // there ...
        bench.office(metering).hang_up_by_polarity();  // ... and back
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
    client.vanish();
    CHECK(bench.office(1).wait_released(patience));
    check_record(bench, 1, "no_rtp");
    CHECK(bench.all_idle());
}
