// Routes: patterns, sources, order, rewriting, explanation.
#include <catch2/catch.hpp>

#include "tipring/routing/route.hpp"

using namespace tipring::routing;

namespace {

const Destination office{DestinationKind::sip, "office"};
const Destination city{DestinationKind::group, "city"};
const Destination trunk{DestinationKind::span, "1"};

Source phone(std::string number) {
    return {DestinationKind::port, std::move(number), "", LineKind::fxs};
}
Source line(std::string number, std::string group) {
    return {DestinationKind::port, std::move(number), std::move(group), LineKind::fxo};
}

RouteRule rule(std::string name, std::string called, std::vector<std::string> from,
               std::vector<Destination> to) {
    RouteRule made;
    made.name = std::move(name);
    made.called = std::move(called);
    made.from = std::move(from);
    made.to = std::move(to);
    return made;
}

}  // namespace

TEST_CASE("patterns") {
    CHECK(matches("", ""));
    CHECK(matches("", "alice"));
    CHECK(matches("201", "201"));
    CHECK_FALSE(matches("201", "20"));
    CHECK_FALSE(matches("201", "2011"));
    CHECK(matches("20x", "209"));
    CHECK_FALSE(matches("20x", "20*"));
    CHECK(matches("[2-4]1", "31"));
    CHECK_FALSE(matches("[2-4]1", "51"));
    CHECK(matches("0.", "0123"));
    CHECK_FALSE(matches("0.", "0"));
    CHECK(matches(".", "alice"));
    CHECK_FALSE(matches(".", ""));
    CHECK(matches("+49.", "+4930"));
    CHECK_FALSE(matches("+49.", "4930"));
    CHECK(matches("*21*xxx#", "*21*123#"));
    CHECK_FALSE(matches("x", "\xff"));
    CHECK_FALSE(matches("x", std::string_view("\0", 1)));
}

TEST_CASE("a wrong pattern is named with its position and matches nothing") {
    CHECK(check_pattern("").has_value());
    CHECK(check_pattern("+49[1-9]x.").has_value());
    CHECK(check_pattern("12q").error().message.find("position 3") != std::string::npos);
    CHECK(check_pattern("1.2").error().message.find("position 2") != std::string::npos);
    for (const auto* pattern : {"[", "[]", "[1", "[9-1]", "q", "1 2", "..", "(1)"}) {
        CAPTURE(pattern);
        CHECK(check_pattern(pattern).has_error());
        CHECK_FALSE(matches(pattern, "11"));
    }
}

TEST_CASE("the first rule that fits decides, its destinations in order") {
    const std::vector<RouteRule> rules = {rule("outside", "0.", {}, {office, city}),
                                          rule("rest", "", {}, {office})};
    const auto out = decide(rules, {"0123", "201", phone("201")});
    CHECK(out.rule == "outside");
    REQUIRE(out.steps.size() == 2);
    CHECK(out.steps[0].destination == office);
    CHECK(out.steps[1].destination == city);
    CHECK(out.steps[1].called == "0123");
    CHECK(out.explanation.size() == 1);
    const auto in = decide(rules, {"202", "201", phone("201")});
    CHECK(in.rule == "rest");
    REQUIRE(in.explanation.size() == 2);
    CHECK(in.explanation[0] == "rule \"outside\": no, 202 is not like 0.");
    CHECK(in.explanation[1] == "rule \"rest\": matches, 202 is like any number; goes to sip office");
}

TEST_CASE("numbers are rewritten: strip, then prefix") {
    auto made = rule("out", "9.", {}, {trunk});
    made.strip = 1;
    made.prefix = "0049";
    CHECK(decide({made}, {"930123", "", {}}).steps.at(0).called == "004930123");
    made.strip = 99;
    CHECK(decide({made}, {"930123", "", {}}).steps.at(0).called == "0049");
    const auto explained = decide({made}, {"930123", "", {}}).explanation.at(0);
    CHECK(explained == "rule \"out\": matches, 930123 is like 9.; goes to span 1 as 0049");
}

TEST_CASE("source filters") {
    const auto fits = [](std::string from, const Source& source) {
        return !decide({rule("r", "", {std::move(from)}, {office})}, {"1", "", source}).steps.empty();
    };
    const Source sip{DestinationKind::sip, "office", "", LineKind::none};
    const Source span{DestinationKind::span, "1", "", LineKind::none};
    CHECK(fits("sip", sip));
    CHECK(fits("sip office", sip));
    CHECK_FALSE(fits("sip home", sip));
    CHECK_FALSE(fits("sip", span));
    CHECK(fits("span 1", span));
    CHECK_FALSE(fits("span 2", span));
    CHECK(fits("span", span));
    CHECK(fits("port 201", phone("201")));
    CHECK_FALSE(fits("port 20", phone("201")));
    CHECK_FALSE(fits("port 1", span));
    CHECK(fits("group city", line("301", "city")));
    CHECK_FALSE(fits("group town", line("301", "city")));
    CHECK(fits("fxs", phone("201")));
    CHECK_FALSE(fits("fxo", phone("201")));
    CHECK(fits("fxo", line("301", "city")));
    CHECK_FALSE(fits("fxs", sip));
    CHECK_FALSE(fits("", sip));
    CHECK_FALSE(fits("nonsense", sip));
}

TEST_CASE("no rule, no destination, wrong rule: no route, and it says why") {
    CHECK(decide({}, {"1", "", phone("201")}).explanation ==
          std::vector<std::string>{"no rule is for 1 from port 201 (fxs)"});
    const auto nowhere = decide(
        {rule("empty", "", {}, {}), rule("bad", "q", {}, {office}), rule("sip", "", {"sip"}, {office})},
        {"1\r\nx", "", line("301", "city")});
    CHECK(nowhere.steps.empty());
    CHECK(nowhere.rule.empty());
    REQUIRE(nowhere.explanation.size() == 4);
    CHECK(nowhere.explanation[0] == "rule \"empty\": no, it has no destination");
    CHECK(nowhere.explanation[2] ==
          "rule \"sip\": no, the call comes from port 301 (fxo, group city), the rule is for sip");
    CHECK(nowhere.explanation[3].find('\n') == std::string::npos);
}
