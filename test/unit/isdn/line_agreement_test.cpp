// What the port map expects of a line, and what the driver says.
#include <catch2/catch.hpp>

#include "tipring/isdn/line_agreement.hpp"

using namespace tipring;
using Catch::Contains;

namespace {

struct ExpectedLine {
    ExpectedLine() {
        span.number = 2;
        span.first_channel = 1;
        span.d_channel = 16;
        driver.number = {2};
        driver.type = hardware::SpanType::e1;
        driver.framing = hardware::Framing::ccs;
        driver.coding = hardware::Coding::hdb3;
        driver.crc4 = true;
        driver.build_out = 0;
        driver.sync_source = 2;
    }
    std::string found(bool alarm = false) const {
        std::string text;
        for (const auto& one : isdn::compare_line(span, driver, alarm))
            text += one.key + ": " + one.message + "; " + one.advice + "\n";
        return text;
    }
    config::Span span;
    hardware::SpanSettings driver;
};

}  // namespace

TEST_CASE("line agreement: nothing expected, nothing found; everything as expected, nothing found") {
    ExpectedLine line;
    CHECK(line.found().empty());
    line.span.line = {
        .framing = "ccs", .coding = "hdb3", .crc4 = true, .timing = 1, .build_out = 0, .at = {}};
    CHECK(line.found().empty());
}

TEST_CASE("line agreement: each disagreement is one sentence with both sides and the place") {
    ExpectedLine line;
    line.span.line = {
        .framing = "cas", .coding = "ami", .crc4 = false, .timing = 0, .build_out = 2, .at = {}};
    const auto all = isdn::compare_line(line.span, line.driver, false);
    REQUIRE(all.size() == 5);
    CHECK(all[0].message == "span 2: the port map says framing: cas, the driver says ccs");
    CHECK_THAT(all[0].advice,
               Contains("span=2 line in /etc/dahdi/system.conf") && Contains("line: in the port map"));
    CHECK_THAT(all[2].message, Contains("crc4: no, the driver says yes"));
    CHECK_THAT(all[3].message, Contains("timing: 0") && Contains("span 2 clocks the card"));
}

TEST_CASE("line agreement: the clock") {
    ExpectedLine line;
    line.driver.sync_source = 0;
    line.span.line.timing = 1;
    CHECK_THAT(line.found(), Contains("the card runs on its own clock"));
    // Without a signal the card cannot take its clock from here.
    CHECK(line.found(true).empty());
    line.span.line.timing = 2;
    CHECK_FALSE(line.found().empty());
    line.driver.sync_source = 1;
    CHECK(line.found().empty());
    line.span.line.timing = 1;
    CHECK_THAT(line.found(), Contains("span 1 clocks the card"));
    line.span.line.timing = 0;
    CHECK(line.found().empty());
}

TEST_CASE("line agreement: a driver that tells nothing, and a card of the other type") {
    ExpectedLine line;
    line.driver.framing = hardware::Framing::unknown;
    line.driver.coding = hardware::Coding::unknown;
    line.driver.crc4.reset();
    line.driver.build_out.reset();
    line.span.line = {.framing = "ccs", .coding = {}, .crc4 = true, .timing = {}, .build_out = 1, .at = {}};
    const auto found = isdn::compare_line(line.span, line.driver, false);
    REQUIRE(found.size() == 3);
    for (const auto& one : found)
        CHECK_THAT(one.message, Contains("does not tell it"));
    line.span.line = {};
    CHECK(line.found().empty());
    line.driver.type = hardware::SpanType::t1;
    CHECK_THAT(line.found(), Contains("describes an E1, the driver says T1"));
}
