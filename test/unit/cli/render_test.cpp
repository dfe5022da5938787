#include "render.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

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

TEST_CASE("calls as a table, with the losses of both sides") {
    const auto answer = parse(
        R"([{"id":7,"state":"talking","from":"fxs 1","to":"sip sip","caller":"101","called":"500","route":"route 1",
        "duration_ms":75400,"rtp":[{"packets_lost":3,"jitter_ms":1.25}]}])");
    CHECK(render_calls(answer) ==
          "CALL  STATE    FROM   CALLER  TO       CALLED  TIME  LOST  JITTER MS  ROUTE\n"
          "   7  talking  fxs 1  101     sip sip  500     1:15     3        1.2  route 1\n");
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
    CHECK(sheet.find("Calls:          3 in, 1 out, 2 answered, 1 failed\n") != std::string::npos);
    CHECK(sheet.find("Gains:          0.0 dB received, -3.0 dB transmitted\n") != std::string::npos);
    CHECK(sheet.find("Last error") == std::string::npos);
    CHECK(sheet.find("SINCE                    STATE      BECAUSE\n"
                     "2026-01-31 13:05:59.123  dial_tone  off-hook\n"
                     "2026-01-31 13:06:00.000  idle       on-hook\n") != std::string::npos);
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
