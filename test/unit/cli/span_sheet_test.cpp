// A span's line for people.
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

#include "render.hpp"

using namespace tipring::cli;

namespace {

bool in_text(const std::string& text, const std::string& part) {
    UNSCOPED_INFO("\"" << part << "\" in\n" << text);
    return text.find(part) != std::string::npos;
}

constexpr const char* clean_quarter =
    R"({"begins":"2026-01-31T13:00:00.000Z","seconds":300,"unread_seconds":0,"errored_seconds":0,"severely_errored_seconds":0,
    "unavailable_seconds":0,"alarm_seconds":{"los":0,"rai":0},"counts":{"bipolar_violations":0,"slips":null},"clean":true})";
constexpr const char* bad_quarter =
    R"({"begins":"2026-01-31T12:45:00.000Z","seconds":900,"unread_seconds":2,"errored_seconds":12,"severely_errored_seconds":3,
    "unavailable_seconds":20,"alarm_seconds":{"los":21,"rai":4},"counts":{"bipolar_violations":17,"slips":null},"clean":false})";

}  // namespace

TEST_CASE("a span's sheet tells what the driver is set to, and where it should not be so") {
    const auto sheet = render_span(boost::json::parse(
        R"({"span":2,"name":"main","label":"Telco","side":"user","switch":"euroisdn","missing":false,"layer1_up":true,"d_channel_up":true,
        "in_use":1,"idle":29,"last_error":"","line":{"alarms":["RAI","loopback"],"loop":"local","error":"",
        "settings":{"name":"TE2/0/2","description":"Card 0 Span 2","device":"Digium","type":"E1","framing":"ccs","coding":"hdb3","crc4":true,
        "build_out":0,"build_out_text":"0 db","sync_source":1,"sync_master":false,"channels":31,"configured_channels":31},
        "disagreements":[{"key":"crc4","message":"span 2: the port map says crc4: no, the driver says yes","advice":"correct one"}]}})"));
    CHECK(in_text(sheet, "Span:       2 (main), Telco\n"));
    CHECK(in_text(sheet, "Line:       E1, framing ccs, coding hdb3, CRC-4\n"));
    CHECK(in_text(sheet, "Build-out:  0 (0 db)\n"));
    CHECK(in_text(sheet, "Clock:      from span 1\n"));
    CHECK(in_text(sheet, "Alarms:     RAI, loopback\n"));
    CHECK(in_text(sheet, "Loop:       local, set by this gateway\n"));
    CHECK(in_text(sheet, "WARNING: span 2: the port map says crc4: no, the driver says yes;\ncorrect one\n"));
}

TEST_CASE("a span whose driver tells nothing") {
    const auto dynamic = render_span(boost::json::parse(
        R"({"span":1,"name":"1","line":{"alarms":[],"loop":"off","settings":{"type":"E1","framing":"unknown","crc4":null,"build_out":null,"sync_source":0}}})"));
    CHECK(in_text(dynamic, "E1, its driver tells no line settings"));
    CHECK(in_text(dynamic, "the card runs on its own clock"));
    CHECK_FALSE(in_text(dynamic, "Build-out"));
    CHECK_FALSE(in_text(dynamic, "Loop:"));
    const auto gone = render_span(
        boost::json::parse(R"({"span":1,"name":"1","line":{"error":"span 1: the card is gone"}})"));
    CHECK(in_text(gone, "span 1: the card is gone"));
}

TEST_CASE("a span's health: verdict, this quarter, those that were not clean, the day") {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    const auto sheet = render_health(boost::json::parse(
        std::string(R"({"span":2,"verdict":["slips on span 2: check"],"current":)") + clean_quarter +
        ",\"intervals\":[" + bad_quarter + "," + clean_quarter + "],\"day\":" + bad_quarter + "}"));
    CHECK(sheet.starts_with("slips on span 2: check\n\nThis quarter of an hour, since 2026-01-31 13:00:\n"));
    CHECK(in_text(sheet, "Slips:                    not counted by this driver\n"));
    CHECK(in_text(
        sheet,
        "FROM              ERRORED  SEVERELY  UNAVAILABLE  ALARMS             COUNTED\n"
        "2026-01-31 12:45       12         3           20  LOS 21 s, RAI 4 s  17 Bipolar violations\n"));
    CHECK(in_text(sheet, "900 s, and 2 s without an answer of the driver"));
    CHECK(in_text(sheet, "12 s, 3 of them severely"));
    CHECK(in_text(sheet, "Since 2026-01-31 12:45, a day at most:\n"));
    const auto young = render_health(
        boost::json::parse(std::string(R"({"verdict":[],"intervals":[],"current":)") + clean_quarter + "}"));
    CHECK_FALSE(in_text(young, "a day at most"));
    CHECK_FALSE(in_text(young, "not clean"));
}

TEST_CASE("the result of a bit-error test") {
    const auto good = render_bit_test(boost::json::parse(
        R"({"pattern":"2^11-1","seconds":10,"in_sync":true,"found":true,"losses":0,"bits":640000,"errors":3,"error_ratio":4.7e-06,
        "errored_seconds":1,"verdict":"poor","words":"3 wrong bits","ended":""})"));
    CHECK(in_text(good, "Pattern found: yes, in sync\n"));
    CHECK(in_text(good, "Error ratio:   4.7e-06\n"));
    CHECK(in_text(good, "The channel is poor: 3 wrong bits\n"));
    const auto none = render_bit_test(boost::json::parse(
        R"({"found":false,"verdict":"none","words":"no loop?","ended":"nothing came back"})"));
    CHECK(in_text(none, "It ended early: nothing came back\nNot judged: no loop?\n"));
    CHECK(in_text(render_loop(boost::json::parse(R"({"span":2,"loop":"local"})")), "local loop"));
    CHECK(render_loop(boost::json::parse(R"({"span":2,"loop":"off"})")) == "span 2: no loop\n");
}

TEST_CASE("a span as a sheet with its channels") {
    const auto sheet = render_span(boost::json::parse(
        R"({"span":1,"name":"main","label":"City","side":"user","switch":"national","missing":false,"layer1_up":true,
            "d_channel_up":false,"in_use":1,"idle":0,"calls_in":4,"calls_out":5,"d_channel_losses":2,"restarts":30,
            "restart_failures":1,"repairs":3,"service_messages":true,"last_error":"layer 1 alarm","bearers":[
            {"timeslot":1,"channel":32,"state":"in_use","call":7,"out_here":true,"out_remote":false,"removed":false},
            {"timeslot":2,"channel":33,"state":"out_of_service_remote","call":0,"out_here":false,"out_remote":true,"removed":false},
            {"timeslot":3,"channel":34,"state":"out_of_service","call":0,"out_here":true,"out_remote":true,"removed":false},
            {"timeslot":4,"channel":35,"state":"out_of_service","call":0,"out_here":true,"out_remote":false,"removed":true},
            {"timeslot":5,"channel":36,"state":"idle","call":0}]})"));
    INFO(sheet);
    const auto has = [&sheet](const std::string& part) { return sheet.find(part) != std::string::npos; };
    CHECK(has("1 (main), City"));
    CHECK(has("national, user side, with SERVICE messages"));
    CHECK(has("layer 1 up, D-channel DOWN, lost 2 times"));
    CHECK(has("30 acknowledged, 1 NOT"));
    CHECK(has("layer 1 alarm"));
    CHECK(has("       1       32  in use                 out   "));
    CHECK(has("out of service remote  out, by the other side"));
    CHECK(has("out, here and by the other side"));
    CHECK(has("removed by the driver"));
    CHECK(has("       5       36  idle                   in   "));
    CHECK(render_span_restart(boost::json::parse(R"({"channels":1})")) == "RESTART for 1 channel\n");
    CHECK(render_span_restart(boost::json::parse(R"({"channels":29})")) == "RESTART for 29 channels\n");
    CHECK(render_span(boost::json::parse(R"({"span":2,"name":"2","missing":true})")).find("MISSING") !=
          std::string::npos);
}
