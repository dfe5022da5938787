#include "values.hpp"

#include <catch2/catch.hpp>

using namespace tipring::config;
using namespace std::chrono_literals;

TEST_CASE("durations") {
    CHECK(*parse_duration("500ms") == 500ms);
    CHECK(*parse_duration("3s") == 3s);
    CHECK(*parse_duration("3 s") == 3s);
    CHECK(*parse_duration("2min") == 2min);
    CHECK(*parse_duration("1h") == 1h);
    for (const auto* text :
         {"", "s", "3", "3m", "-3s", "3.5s", "3s3s", "999999999h", "99999999999999999999s"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
}

TEST_CASE("numbers count up with their leading zeros and stem") {
    CHECK(*count_up("101", 3) == std::vector<std::string>{"101", "102", "103"});
    CHECK(*count_up("009", 2) == std::vector<std::string>{"009", "010"});
    CHECK(*count_up("+49301234599", 2) == std::vector<std::string>{"+49301234599", "+49301234600"});
    CHECK(*count_up("room-8", 3) == std::vector<std::string>{"room-8", "room-9", "room-10"});
    CHECK(*count_up("101-103", 3) == std::vector<std::string>{"101", "102", "103"});
    CHECK(*count_up("reception", 1) == std::vector<std::string>{"reception"});
    CHECK_FALSE(count_up("101-103", 2).has_value());
    CHECK_FALSE(count_up("103-101", 3).has_value());
    CHECK_FALSE(count_up("reception", 2).has_value());
}

TEST_CASE("host and port") {
    CHECK(parse_host_port("pbx.example.com")->host == "pbx.example.com");
    CHECK(parse_host_port("pbx.example.com")->port == 0);
    CHECK(parse_host_port("192.0.2.1:5070")->port == 5070);
    CHECK(parse_host_port("[2001:db8::1]:5070")->host == "2001:db8::1");
    CHECK(parse_host_port("[2001:db8::1]:5070")->port == 5070);
    CHECK(parse_host_port("2001:db8::1")->host == "2001:db8::1");
    for (const auto* text :
         {"", ":5060", "a:", "a:0", "a:65536", "a:b", "[::1", "[::1]x", "a b", "a;b", "a@b", "<a>"}) {
        INFO(text);
        CHECK_FALSE(parse_host_port(text).has_value());
    }
}

TEST_CASE("ranges and decimals") {
    CHECK(parse_range("7")->last == 7);
    CHECK(parse_range("1-4")->first == 1);
    CHECK(parse_range("1 - 4")->last == 4);
    for (const auto* text : {"", "-", "1-", "-4", "4-1", "1-2-3", "a"}) {
        INFO(text);
        CHECK_FALSE(parse_range(text).has_value());
    }
    CHECK(*parse_decimal("-3.5") == Approx(-3.5));
    CHECK(*parse_decimal("+3") == Approx(3));
    for (const auto* text : {"", "3dB", "nan", "inf", "1e5", "+"}) {
        INFO(text);
        CHECK_FALSE(parse_decimal(text).has_value());
    }
}

TEST_CASE("pairs of durations may share their unit") {
    CHECK(*parse_duration_pair("50-130ms", '-') == DurationPair{50ms, 130ms});
    CHECK(*parse_duration_pair("50 - 130 ms", '-') == DurationPair{50ms, 130ms});
    CHECK(*parse_duration_pair("500ms-1s", '-') == DurationPair{500ms, 1s});
    CHECK(*parse_duration_pair("80/100ms", '/') == DurationPair{80ms, 100ms});
    CHECK(*parse_duration_pair("130-50ms", '-') == DurationPair{130ms, 50ms});
    for (const auto* text : {"", "-", "50ms", "50-130", "50ms-130", "-130ms", "50-", "1-2-3ms", "a-bms",
                             "50-130m", "50/130ms"}) {
        INFO(text);
        CHECK_FALSE(parse_duration_pair(text, '-').has_value());
    }
}
