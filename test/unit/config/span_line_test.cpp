// `line:` of a span: what the operator expects of the driver.
#include "loading.hpp"

using namespace tipring::config;

namespace {

std::string one_span(const std::string& channels, const std::string& line) {
    return "board: {simulator: {e1: 1, t1: 1}}\nspans:\n  - {span: 1, channels: " + channels +
           ", line: " + line + "}\n";
}

}  // namespace

TEST_CASE("span line: all that may be expected of an E1 and a T1") {
    const auto e1 =
        load_good(one_span("1-31", "{framing: ccs, coding: hdb3, crc4: yes, timing: 1, build_out: 0}"))
            .spans.at(0);
    CHECK(e1.line.framing == "ccs");
    CHECK(e1.line.coding == "hdb3");
    CHECK(e1.line.crc4 == true);
    CHECK(e1.line.timing == 1U);
    CHECK(e1.line.build_out == 0U);
    CHECK(e1.line.at.key == "spans[0].line");
    const auto t1 = load_good(one_span("1-24", "{framing: esf, coding: b8zs}")).spans.at(0);
    CHECK(t1.line.framing == "esf");
    CHECK_FALSE(t1.line.crc4);
    CHECK_FALSE(t1.line.timing);
    const auto none =
        load_good("board: {simulator: {e1: 1}}\nspans: [{span: 1, channels: 1-31}]\n").spans.at(0);
    CHECK(none.line.framing.empty());
    CHECK(none.line.at.key.empty());
}

TEST_CASE("span line: what cannot be is named with line, key and what to do") {
    struct Row {
        const char *channels, *line, *part;
    };
    for (const auto& row :
         {Row{"1-31", "{framing: esf}", "spans[0].line.framing"}, Row{"1-31", "{framing: esf}", "ccs or cas"},
          Row{"1-24", "{coding: hdb3}", "b8zs or ami"}, Row{"1-24", "{crc4: yes}", "a T1 has no CRC-4"},
          Row{"1-31", "{crc4: perhaps}", "spans[0].line.crc4"},
          Row{"1-31", "{timing: 1000}", "spans[0].line.timing"},
          Row{"1-31", "{build_out: 8}", "spans[0].line.build_out"}, Row{"1-31", "{frming: ccs}", "framing"},
          Row{"1-31", "ccs", "spans[0].line"}, Row{"1-31", "[ccs]", "spans[0].line"}}) {
        INFO(row.line);
        const auto problems = load_bad(one_span(row.channels, row.line));
        REQUIRE(problems.size() == 1);
        INFO(problems[0]);
        CHECK(contains(problems[0], row.part));
        CHECK(contains(problems[0], "test.yaml:3:"));
    }
}

TEST_CASE("span channels: the D-channel of a T1 is its last timeslot, and may be named") {
    const auto t1 =
        load_good("board: {simulator: {t1: 1}}\nspans: [{span: 1, channels: 1-24, switch: national}]\n")
            .spans.at(0);
    CHECK(t1.d_channel == 24);
    CHECK(t1.bearers.size() == 23);
    CHECK(t1.bearers.back() == 23);
    CHECK(t1.is_t1());
    const auto beside =
        load_good("board: {simulator: {e1: 1, t1: 1}}\nspans: [{span: 2, channels: 32-55, d_channel: 55}]\n")
            .spans.at(0);
    CHECK(beside.is_t1());
    CHECK(beside.bearers.front() == 32);
    CHECK_FALSE(
        load_good("board: {simulator: {e1: 1}}\nspans: [{span: 1, channels: 1-31}]\n").spans.at(0).is_t1());
}
