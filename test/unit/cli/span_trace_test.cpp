// A D-channel's frames as lines and as a pcap file.
#include "span_trace.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

#include "pcap.hpp"

using namespace tipring::cli;

namespace {

boost::json::value trace_answer() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    return boost::json::parse(
        R"json({"span":2,"name":"main","network_side":true,"lost":3,"last":9,"more":false,"frames":[
        {"sequence":8,"time":"2026-01-31T12:00:01.123Z","time_us":1769860801123456,"direction":"sent","length":9,
         "octets":"0201080a0802800507","layer2":"I N(S) 4 N(R) 5 command P=0","layer3":true,"message":"CONNECT",
         "text":"CONNECT cr 5 (dest)","details":["I N(S) 4 N(R) 5 command P=0","CONNECT (0x07)"]},
        {"sequence":9,"time":"2026-01-31T12:00:01.130Z","time_us":1769860801130000,"direction":"received","length":300,
         "octets":"0201010a","layer2":"RR","layer3":false,"message":"","text":"RR \u001b[1m","details":["RR"]}]})json");
}

}  // namespace

TEST_CASE("frames as lines, with the day and the side before the first") {
    TracePrinter printer({});
    const std::string head = "2026-01-31  span 2, this end is the network side\n";
    const std::string frames =
        "12:00:01.123 -> CONNECT cr 5 (dest)  [I N(S) 4 N(R) 5 command P=0]\n"
        "12:00:01.130 <- RR ?[1m\n";
    const std::string lost = "(3 frames came too fast and are not shown)\n";
    CHECK(printer.lines(trace_answer()) == lost + head + frames);
    CHECK(printer.lines(trace_answer()) == lost + frames);
}

TEST_CASE("frames in the long form, without layer 2, and as JSON") {
    CHECK(TracePrinter({.details = true})
              .lines(trace_answer())
              .ends_with("12:00:01.123 -> CONNECT cr 5 (dest)\n"
                         "    I N(S) 4 N(R) 5 command P=0\n"
                         "    CONNECT (0x07)\n"
                         "12:00:01.130 <- RR ?[1m\n"
                         "    RR\n"));
    CHECK(TracePrinter({.q931 = true}).lines(trace_answer()).find("-> CONNECT cr 5 (dest)\n") !=
          std::string::npos);
    const auto raw = TracePrinter({.raw = true}).lines(trace_answer());
    CHECK(std::count(raw.begin(), raw.end(), '\n') == 2);
    CHECK(raw.starts_with("{\"sequence\":8,"));
}

TEST_CASE("answers to span.trace of an unexpected shape are shown as far as they go") {
    for (const auto* json : {"null", "3", "[]", "{}", R"({"frames":3})", R"({"frames":[null,3,{}]})",
                             R"({"frames":[{"time":7,"text":[],"details":{}}],"lost":"x"})"}) {
        const auto answer = boost::json::parse(json);
        CHECK_NOTHROW(TracePrinter({.details = true}).lines(answer));
        CHECK(pcap_packet(answer, false).empty());
    }
}

TEST_CASE("a pcap file: header, and a packet with the pseudo-header of Linux") {
    using namespace std::string_literals;
    CHECK(pcap_header() == "\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\xb1\0\0\0"s);
    const auto answer = trace_answer();
    const auto& frames = answer.at("frames").as_array();
    // 1769860801 = 0x697deec1, 123456 = 0x01e240; 16 + 9 octets.
    CHECK(pcap_packet(frames[0], true) ==
          "\xc1\xee\x7d\x69\x40\xe2\x01\0\x19\0\0\0\x19\0\0\0"
          "\0\x04\x20\xfd\0\x01\x01\0\0\0\0\0\0\0\0\x30"
          "\x02\x01\x08\x0a\x08\x02\x80\x05\x07"s);
    // Of a frame that was cut the file says how long it was: 16 + 4 of 16 + 300 octets.
    CHECK(pcap_packet(frames[1], false) ==
          "\xc1\xee\x7d\x69\xd0\xfb\x01\0\x14\0\0\0\x3c\x01\0\0"
          "\0\0\x20\xfd\0\x01\0\0\0\0\0\0\0\0\0\x30"
          "\x02\x01\x01\x0a"s);
}

TEST_CASE("octets that are none make no packet") {
    auto frame = trace_answer().at("frames").at(0).as_object();
    REQUIRE_FALSE(pcap_packet(frame, true).empty());
    for (const auto* hex : {"", "0", "0g", "0201080A"}) {
        frame["octets"] = hex;
        CHECK(pcap_packet(frame, true).empty());
    }
    frame["octets"] = "0201";
    for (const long long length : {1LL, -1LL, 70000LL}) {
        frame["length"] = length;
        CHECK(pcap_packet(frame, true).empty());
    }
}
