#include "render.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <sstream>
#include <string>

using namespace tipring::cli;
using boost::json::parse;

namespace {

void use_utc() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
}

}  // namespace

TEST_CASE("ports as a table") {
    const auto answer = parse(R"([
        {"channel":1,"kind":"fxs","number":"101","label":"Büro","group":"","account":"sip","state":"talking","hook":"off","in_service":true,"alarm":false,"call":7},
        {"channel":12,"kind":"fxo","number":"901","label":"","group":"city","account":"sip","state":"idle","hook":"on","in_service":false,"alarm":false,"call":0}])");
    CHECK(render_ports(answer) ==
          "CHANNEL  KIND  NUMBER  LABEL  GROUP  ACCOUNT  STATE           HOOK  CALL\n"
          "      1  fxs   101     Büro   -      sip      talking         off      7\n"
          "     12  fxo   901     -      city   sip      out of service  on       -\n");
    CHECK(render_ports(parse("[]")) == "no ports\n");
}

TEST_CASE("the table of ports fits into 100 columns, with names as people give them") {
    const auto table =
        render_ports(parse(R"([{"channel":124,"kind":"fxs","number":"0301234567","label":"Reception desk 12",
        "group":"front-desk","account":"office","state":"conference","hook":"off-hook","in_service":true,"call":12345},
        {"channel":125,"kind":"fxo","number":"901","label":"","group":"city","account":"","state":"dial_tone_wait","hook":"off-hook","in_service":true}])"));
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        CHECK(line.size() <= 100);
    }
}

TEST_CASE("calls as a table, with the losses of both sides") {
    const auto answer = parse(
        R"([{"id":7,"state":"talking","from":"fxs 1","to":"sip sip","caller":"101","called":"500","route":"route 1",
        "duration_ms":75400,"rtp":[{"packets_lost":3,"jitter_ms":1.25}]}])");
    CHECK(render_calls(answer) ==
          "CALL  STATE    FROM   CALLER  TO       CALLED  TIME  LOST  JITTER MS  ROUTE\n"
          "   7  talking  fxs 1  101     sip sip  500     1:15     3        1.2  route 1\n");
    const auto hidden =
        render_calls(parse(R"([{"id":7,"caller":"101","presentation":"restricted","rtp":[]}])"));
    CHECK(hidden.find("101 (restricted)") != std::string::npos);
    CHECK(render_calls(parse("[]")) == "no calls\n");
}

TEST_CASE("status as a sheet") {
    use_utc();
    const auto answer = parse(
        R"({"version":"0.1.0","board":"simulator","config_file":"/etc/tipring/tipring.yaml","started":"2026-01-31T13:05:59.123Z",
        "uptime_s":75,"log_level":"info","ports":{"total":4,"idle":3,"busy":1,"alarm":0,"out_of_service":0},"spans":{"total":1,"up":1},
        "calls":{"active":1,"total":9},"sip":{"registrations":4,"registered":3,"dialogs":1,"refused":2,"malformed":0},
        "media":{"lines":4,"rtp_sessions":1,"ticks":900,"late_ticks":0,"worst_lateness_ms":0.4,"events_lost":0}})");
    CHECK(render_status(answer) ==
          "Tipring:       0.1.0 on board simulator\n"
          "Running for:   1:15, since 2026-01-31 13:05:59.123\n"
          "Configuration: /etc/tipring/tipring.yaml\n"
          "Log level:     info\n"
          "Ports:         4: 3 idle, 1 busy\n"
          "Spans:         1 of 1 up\n"
          "SIP:           3 of 4 registered, 1 dialogs, 2 requests refused\n"
          "Calls:         1 now, 9 since the start\n"
          "Media:         4 lines, 1 RTP sessions, 0 late ticks of 900 (worst 0.4 ms)\n");
}

TEST_CASE("a port as a sheet with its last states") {
    use_utc();
    const auto sheet = render_port(parse(
        R"({"channel":1,"kind":"fxs","number":"101","label":"Office 1","group":"","account":"sip","state":"idle","hook":"on",
        "in_service":true,"alarm":false,"call":0,"last_error":"","counters":{"calls_in":3,"calls_out":1,"answered":2,"failed":1,"unexpected_events":0,"hardware_errors":0},
        "audio":{"blocks_read":10,"blocks_written":11,"write_overruns":0,"events":4},
        "settings":{"country":"de","digit_map":"x.T","dial_mode":"both","to":"","echo_taps":128,"receive_gain_db":0.0,"transmit_gain_db":-3.0},
        "history":[{"time":"2026-01-31T13:05:59.123Z","state":"dial_tone","because":"off-hook"},{"time":"2026-01-31T13:06:00.000Z","state":"idle","because":"on-hook"}]})"));
    CHECK(sheet.find("Port:           1 (fxs), number 101, Office 1\n") != std::string::npos);
    CHECK(sheet.find("Calls:          3 made, 1 received, 2 answered, 1 failed\n") != std::string::npos);
    CHECK(sheet.find("Gains:          0.0 dB received, -3.0 dB transmitted\n") != std::string::npos);
    CHECK(sheet.find("Last error") == std::string::npos);
    CHECK(sheet.find("SINCE                    STATE      BECAUSE\n"
                     "2026-01-31 13:05:59.123  dial_tone  off-hook\n"
                     "2026-01-31 13:06:00.000  idle       on-hook\n") != std::string::npos);
}

TEST_CASE("a telephone's sheet tells what its user has set and what its country expects") {
    const auto sheet = render_port(parse(
        R"({"channel":1,"kind":"fxs","number":"101","label":"","state":"talking","hook":"off","in_service":true,"call":7,"messages":2,"calls_held":1,
        "services":{"forward_all":"","forward_busy":"500","forward_no_answer":"0170","do_not_disturb":true,"call_waiting":false},
        "settings":{"country":"uk","country_name":"United Kingdom","profile":"phone","services":"yes","call_waiting":true,"caller_id":"bt",
        "caller_id_timing":"reversal_dual_tone","flash_min_ms":50,"flash_max_ms":130,"disconnect":["battery","tone"],"hotline":"500","hotline_delay_ms":2500}})"));
    for (const auto* line :
         {"State:           talking, another call is held or waits\n", "Messages:        2 new\n",
          "Forwarding:      when busy to 500, without answer to 0170\n",
          "Do not disturb:  ON: the telephone does not ring\n",
          "Call waiting:    off, by the telephone's user\n", "Profile:         phone\n",
          "Country:         uk (United Kingdom)\n", "Caller ID:       bt, reversal dual tone\n",
          "Flash:           50 to 130 ms\n", "Hang-up told by: battery, tone\n",
          "Hotline:         500, 2.5 s after it is lifted\n"}) {
        INFO(line << "in\n" << sheet);
        CHECK(sheet.find(line) != std::string::npos);
    }
    for (const auto* word : {"Wire", "Proved", "Not usable", "Answer known"})
        CHECK(sheet.find(word) == std::string::npos);
}

TEST_CASE("a fax machine's sheet has no services") {
    const auto sheet = render_port(parse(
        R"({"channel":1,"kind":"fxs","services":{"forward_all":"500"},"settings":{"services":"no","profile":"fax","flash_min_ms":0,"flash_max_ms":0,
        "caller_id":"no","caller_id_timing":"reversal","disconnect":[]}})"));
    CHECK(sheet.find("Services:        none\n") != std::string::npos);
    CHECK(sheet.find("Forwarding") == std::string::npos);
    CHECK(sheet.find("Flash:           off\n") != std::string::npos);
    CHECK(sheet.find("Caller ID:       no\n") != std::string::npos);
    CHECK(sheet.find("Hang-up told by: none\n") != std::string::npos);
}

TEST_CASE("an exchange line's sheet tells whether it can be used, and since when that is known") {
    use_utc();
    const auto sheet = render_port(parse(
        R"({"channel":5,"kind":"fxo","number":"901","group":"city","state":"idle","hook":"on","in_service":true,
        "wire":{"battery":true,"in_use":true,"voltage":48.3},"last_proved_good":"2026-01-31T13:05:59.123Z","proved_good_s_ago":7300,
        "counters":{"calls_in":4,"calls_out":5,"answered":6,"failed":7,"refused":{"in_use":1,"no_dial_tone":3}},
        "settings":{"country":"de","rings":2,"caller_id":"yes","flash_ms":90,"answer_by":"polarity","disconnect":["battery","dial_tone"]}})"));
    for (const auto* line :
         {"Wire:             battery, 48.3 V, IN USE by another telephone\n",
          "Proved good:      2 hours ago, 2026-01-31 13:05:59.123\n",
          "Calls:            4 from the exchange, 5 to the exchange, 6 answered, 7 failed\n",
          "Not usable:       in use once, no dial tone 3 times\n", "Country:          de\n",
          "Flash:            90 ms, to the exchange\n", "Hang-up known by: battery, dial tone\n",
          "Answer known by:  polarity\n"}) {
        INFO(line << "in\n" << sheet);
        CHECK(sheet.find(line) != std::string::npos);
    }
    const auto other = render_port(parse(R"({"kind":"fxo","wire":{"battery":false}})"));
    CHECK(other.find("NO BATTERY") != std::string::npos);
    CHECK(other.find("not since the start") != std::string::npos);
    CHECK(other.find("Messages") == std::string::npos);
}

TEST_CASE("events are one line each; a hostile name cannot leave its line") {
    use_utc();
    const auto event = parse(
        R"({"sequence":1,"time":"2026-01-31T13:05:59.123Z","name":"call.answered","fields":{"call":"7","caller":"Eve\n\u001b[2J x"}})");
    CHECK(render_event(event) == "2026-01-31 13:05:59.123  call.answered  call=7  caller=\"Eve??[2J x\"\n");
    CHECK(render_events(parse("[]")) == "no events\n");
}

TEST_CASE("a route is told with its reasons") {
    const auto text = render_route(parse(
        R"json({"number":"0123","from":"port 101 (fxs)","rule":"route 1","steps":[{"to":"sip sip","called":"123"},{"to":"group city","called":"123"}],
        "explanation":["rule \"route 1\": matches"]})json"));
    CHECK(text ==
          "A call to 0123 from port 101 (fxs) goes by \"route 1\":\n  1. sip sip as 123\n  2. group city as "
          "123\n\nWhy:\n  rule \"route 1\": matches\n");
    CHECK(render_route(parse(R"json({"number":"9","from":"sip","steps":[]})json"))
              .find("A call to 9 from sip has no route.\n") == 0);
}

TEST_CASE("what is heard") {
    CHECK(render_hearing(parse(
              R"({"level_dbm0":-99.0,"frequency1_hz":0.0,"frequency2_hz":0.0,"tone":"","digits":""})")) ==
          "Hears: silence\n");
    CHECK(
        render_hearing(parse(
            R"({"level_dbm0":-13.0,"frequency1_hz":350.0,"frequency2_hz":440.0,"tone":"dial","digits":"12"})")) ==
        "Hears:       dial tone\nLevel:       -13.0 dBm0\nFrequencies: 350 + 440 Hz\nDigits:      12\n");
}

TEST_CASE("answers of an unexpected shape are shown as far as they go") {
    for (const auto* json :
         {"null", "3", "\"x\"", "{}", "[]", "[1,null,{}]", R"({"history":[3],"ports":4,"sip":[]})"}) {
        const auto answer = parse(json);
        for (auto* render :
             {render_ports, render_calls, render_registrations, render_spans, render_events, render_commands,
              render_status, render_port, render_route, render_sim_state, render_hearing}) {
            CHECK_NOTHROW(render(answer));
        }
    }
    CHECK(local_time("yesterday") == "yesterday");
    CHECK(local_time("2026-01-31T13:05:59.12xZ") == "2026-01-31T13:05:59.12xZ");
}

TEST_CASE("what a test of a line found, as a table") {
    CHECK(render_test(parse(R"({"ended":"","verdict":"poor","findings":[
        {"what":"noise","value":-61.2,"unit":"dBm0","verdict":"good","words":"quiet"},
        {"what":"echo return loss","value":9.0,"unit":"dB","verdict":"poor","words":"return loss 9.0 dB: low"},
        {"what":"DTMF","value":"none","verdict":"bad","words":"bad"}]})")) ==
          "MEASURE                VALUE  VERDICT\n"
          "noise             -61.2 dBm0  good     quiet\n"
          "echo return loss      9.0 dB  poor     return loss 9.0 dB: low\n"
          "DTMF                    none  bad      -\n"
          "\n"
          "The line is poor.\n");
    CHECK(render_test(parse(R"({"ended":"no\u001b dial tone","verdict":"bad","findings":[]})")) ==
          "It ended early: no? dial tone\nThe line is bad.\n");
}

TEST_CASE("what was learnt, with the lines for the configuration") {
    const auto learnt =
        parse(R"({"ended":"","verdict":"learnt","words":["three cycles"],"picture":"____####____####",
        "picture_seconds":8.0,"frequencies_hz":[350,440],"cadence":"350+440/500,0/500","level_dbm0":-20.3,"cycles":3,
        "jitter_ms":1.5,"configuration":"tones:\n  - {name: a}\n"})");
    CHECK(render_learnt(learnt) ==
          "|____####____####|\n"
          " 0 s      8.0 s\n\n"
          "Frequencies:     350 + 440 Hz\n"
          "Cadence:         350+440/500,0/500\n"
          "Level:           -20.3 dBm0\n"
          "Cycles measured: 3\n"
          "Irregularity:    1.5 ms\n\n"
          "three cycles\n\n"
          "For the configuration, when this is the tone that you heard:\n\n"
          "tones:\n  - {name: a}\n");
    CHECK(learnt_configuration(learnt) == "tones:\n  - {name: a}\n");
    CHECK(learnt_configuration(parse("{}")).empty());
    CHECK(render_learnt(parse(R"({"ended":"no call came","words":["silence"]})")) ==
          "silence\nIt ended early: no call came\n");
    CHECK(render_learnt(parse(R"({"ended":"","blocks_lost":3})")) ==
          "3 blocks of sound of 10 ms were lost meanwhile: do it again when the machine has less to do.\n");
}
