// Digit maps: every answer, every mistake, and maps made to be slow.
#include <catch2/catch.hpp>
#include <random>
#include <regex>

#include "tipring/routing/digit_map.hpp"

using namespace tipring::routing;

namespace {

DigitMatch match(std::string_view map, std::string_view digits) {
    return DigitMap::parse(map).value().match(digits);
}

constexpr auto no_match = DigitMatch::no_match;
constexpr auto partial = DigitMatch::partial;
constexpr auto complete = DigitMatch::complete;
constexpr auto longer = DigitMatch::complete_or_longer;

}  // namespace

TEST_CASE("fixed numbers and sets") {
    CHECK(match("911|[2-8]xx", "") == partial);
    CHECK(match("911|[2-8]xx", "9") == partial);
    CHECK(match("911|[2-8]xx", "911") == complete);
    CHECK(match("911|[2-8]xx", "9112") == no_match);
    CHECK(match("911|[2-8]xx", "20") == partial);
    CHECK(match("911|[2-8]xx", "201") == complete);
    CHECK(match("911|[2-8]xx", "1") == no_match);
    CHECK(match("[13-5*#]x", "*0") == complete);
    CHECK(match("[13-5*#]x", "20") == no_match);
    CHECK(match("*xx|#A", "*69") == complete);
    CHECK(match("*xx|#a", "#A") == complete);
    CHECK(match("x", "*") == no_match);
}

TEST_CASE("a number that a longer one begins with") {
    CHECK(match("12|1234", "12") == longer);
    CHECK(match("12|1234", "123") == partial);
    CHECK(match("12|1234", "1234") == complete);
    CHECK(match("0|00|011x.", "0") == longer);
    CHECK(match("0|00|011x.", "011") == longer);
    CHECK(match("0|00|011x.", "011491234567890123456789") == longer);
    CHECK(match("1x.2", "1") == partial);
    CHECK(match("1x.2", "12") == longer);
    CHECK(match("1x.2", "123") == partial);
    CHECK(match("x.#", "123") == partial);
    CHECK(match("x.#", "123#") == complete);
}

TEST_CASE("T makes a number complete only after the timer") {
    CHECK(match("0T|00T|[1-7]xxx|8xxxxxxx|#xxxxxxx|*xx|91xxxxxxxxxx|9011x.T", "0") == longer);
    CHECK(match("0T", "0") == longer);
    CHECK(match("xxT", "1") == partial);
    CHECK(match("xxT", "12") == longer);
    CHECK(match("xxT", "123") == no_match);
    CHECK(match("xxT|xx", "12") == complete);
    CHECK(match("x.T", "5") == longer);
}

TEST_CASE("RFC 3435 spelling: parentheses, blanks, lines") {
    CHECK(match("(0T | 00T |\n [1-7]xxx)", "1234") == complete);
    CHECK(DigitMap::parse("1xx|2xx").value().text() == "1xx|2xx");
}

TEST_CASE("mistakes are named with their position") {
    const auto message = [](std::string_view text) { return DigitMap::parse(text).error().message; };
    CHECK(message("12|3q").find("position 5") != std::string::npos);
    CHECK(message(".1").find("position 1") != std::string::npos);
    CHECK(message("1T2").find("position 3: nothing may follow T") != std::string::npos);
    for (const auto* text :
         {"",      " ",     "|",     "1|",  "|1", "1..", ".",  "T",    "[",   "[]",  "[1",  "[1-", "[1-]",
          "[9-1]", "[*-#]", "[a-d]", "[x]", "1)", "(1",  "()", "(1))", "1T.", "1|.", "+49", "1,2", "\xff"}) {
        CAPTURE(text);
        CHECK(DigitMap::parse(text).has_error());
    }
    CHECK(DigitMap::parse(std::string(4097, '1')).has_error());
    CHECK(DigitMap::parse(std::string_view("1\0", 2)).has_error());
}

TEST_CASE("an empty map, and digits that nobody can dial") {
    CHECK(DigitMap().match("1") == no_match);
    CHECK(match("x.", "12e4") == no_match);
    CHECK(match("x.", std::string_view("1\0", 2)) == no_match);
    CHECK(match("x.", std::string(100000, '7')) == longer);
}

TEST_CASE("maps that explode a backtracking matcher are followed to the end") {
    std::string map;
    for (int i = 0; i < 1000; ++i)
        map += "x.1.";
    map += "#";
    const auto parsed = DigitMap::parse(map).value();
    // A backtracking matcher would not come back in a lifetime.
    CHECK(parsed.match(std::string(60, '1')) == partial);
    CHECK(parsed.match(std::string(60, '1') + "2*") == no_match);
}

TEST_CASE("agrees with regular expressions") {
    std::mt19937 random(5);
    const std::string_view pieces[] = {"1", "2", "x", "[12]", "*"};
    const std::string_view as_regex[] = {"1", "2", "[0-9]", "[12]", "\\*"};
    for (int round = 0; round < 300; ++round) {
        std::string map;
        std::string regex;
        const auto alternatives = 1 + random() % 3;
        for (std::size_t a = 0; a < alternatives; ++a) {
            if (a > 0) map += "|", regex += "|";
            const auto length = 1 + random() % 5;
            for (std::size_t i = 0; i < length; ++i) {
                const auto piece = random() % 5;
                const bool repeated = random() % 3 == 0;
                map += std::string(pieces[piece]) + (repeated ? "." : "");
                regex += std::string(as_regex[piece]) + (repeated ? "*" : "");
            }
        }
        const auto parsed = DigitMap::parse(map).value();
        const std::regex expected(regex);
        for (int i = 0; i < 20; ++i) {
            std::string digits(1 + random() % 6, '1');
            for (auto& digit : digits)
                digit = "123*"[random() % 4];
            CAPTURE(map, digits);
            const auto answer = parsed.match(digits);
            const bool number = answer == complete || answer == longer;
            CHECK(number == std::regex_match(digits, expected));
        }
    }
}
