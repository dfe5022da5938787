// Which numbers are emergency numbers, and when one of them is complete.
#include "tipring/routing/emergency.hpp"

#include <catch2/catch.hpp>

using namespace tipring::routing;

namespace {

const Source dialling_phone{DestinationKind::port, "201", "desk", LineKind::fxs};

RouteRule rule(std::string called, unsigned strip, std::vector<std::string> from = {}) {
    RouteRule made;
    made.called = std::move(called);
    made.strip = strip;
    made.from = std::move(from);
    made.to = {{DestinationKind::group, "city"}};
    return made;
}

EmergencyNumbers numbers_over(std::vector<RouteRule> rules) {
    return {{"112", "15"}, std::make_shared<const std::vector<RouteRule>>(std::move(rules)), dialling_phone};
}

}  // namespace

TEST_CASE("emergency numbers: those of the list, and no prefix that no route takes off") {
    const EmergencyNumbers listed({"112", "000"}, nullptr, dialling_phone);
    CHECK(listed.contains("112"));
    CHECK(listed.contains("000"));
    for (const auto* number : {"", "11", "1122", "0112", "9112", "9000", "911", "110"})
        CHECK_FALSE(listed.contains(number));
    CHECK_FALSE(EmergencyNumbers().contains("112"));
    CHECK_FALSE(EmergencyNumbers().contains(""));
}

TEST_CASE("emergency numbers: as a route sends them out") {
    const auto stripped = numbers_over({rule("9112", 0), rule("[09].", 1)});
    CHECK(stripped.contains("0112"));
    CHECK(stripped.contains("015"));
    CHECK(stripped.contains("112"));
    CHECK_FALSE(stripped.contains("9112"));  // the first rule that matches sends it as it is
    CHECK_FALSE(stripped.contains("0113"));
    CHECK_FALSE(stripped.contains("00112"));
    // A route of other lines means nothing.
    CHECK_FALSE(numbers_over({rule("0.", 1, {"port 202"})}).contains("0112"));
    CHECK(numbers_over({rule("0.", 1, {"group desk"})}).contains("0112"));
    auto put_in_front = rule("9", 1);
    put_in_front.prefix = "112";
    CHECK(numbers_over({put_in_front}).contains("9"));
}

TEST_CASE("emergency numbers: complete without a place in the digit map") {
    const EmergencyNumbers listed({"112", "15"}, nullptr, dialling_phone);
    const auto map = DigitMap::parse("[2-9]xx|155|0x.").value();
    const auto match = [&](std::string_view digits) { return listed.match(digits, map.match(digits)); };
    CHECK(match("") == DigitMatch::partial);
    CHECK(match("1") == DigitMatch::partial);
    CHECK(match("11") == DigitMatch::partial);
    CHECK(match("112") == DigitMatch::complete);
    CHECK(match("1121") == DigitMatch::no_match);
    CHECK(match("113") == DigitMatch::no_match);
    CHECK(match("15") == DigitMatch::complete_or_longer);
    CHECK(match("155") == DigitMatch::complete);
    CHECK(match("154") == DigitMatch::no_match);
    CHECK(match("201") == DigitMatch::complete);
    CHECK(match("0") == map.match("0"));
    CHECK(match("0112") == map.match("0112"));
}

TEST_CASE("emergency numbers: a shorter number of the digit map hides none") {
    const EmergencyNumbers listed({"112", "11"}, nullptr, dialling_phone);
    CHECK(listed.match("1", DigitMatch::complete) == DigitMatch::complete_or_longer);
    CHECK(listed.match("1", DigitMatch::no_match) == DigitMatch::partial);
    CHECK(listed.match("11", DigitMatch::no_match) == DigitMatch::complete_or_longer);
    CHECK(listed.match("112", DigitMatch::complete_or_longer) == DigitMatch::complete_or_longer);
    CHECK(listed.match("2", DigitMatch::complete) == DigitMatch::complete);
}

TEST_CASE("emergency numbers: those that lead nowhere") {
    using Numbers = std::vector<std::string>;
    CHECK(numbers_over({rule("11x", 0)}).without_route() == Numbers{"15"});
    CHECK(numbers_over({rule("", 0)}).without_route().empty());
    CHECK(numbers_over({rule("", 0, {"fxo"}), rule("0.", 1)}).without_route() == Numbers{"112", "15"});
    CHECK(EmergencyNumbers({"112"}, nullptr, dialling_phone).without_route() == Numbers{"112"});
}
