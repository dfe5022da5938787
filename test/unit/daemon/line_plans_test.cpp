// What becomes of each line in a reload: a table, without lines.
#include "line_plans.hpp"

#include <catch2/catch.hpp>

using namespace tipring;
using daemon::Step;

namespace {

using Steps = std::map<unsigned, Step>;
using Sections = std::vector<config::Span>;
using StandingSpans = std::vector<daemon::Standing<daemon::SpanPlan>>;

struct PhoneLine {
    unsigned channel = 0;
    std::string number;
    bool in_use = false;
};

daemon::PortPlan phone_plan(const PhoneLine& line) {
    daemon::PortPlan plan;
    plan.settings.channel = line.channel;
    plan.settings.number = line.number;
    return plan;
}

Steps phone_steps(const std::vector<PhoneLine>& now, const std::vector<PhoneLine>& file) {
    std::vector<daemon::Standing<daemon::PortPlan>> lines;
    for (const auto& line : now)
        lines.push_back({.plan = phone_plan(line), .in_use = line.in_use});
    std::vector<daemon::PortPlan> wanted;
    for (const auto& line : file)
        wanted.push_back(phone_plan(line));
    return daemon::steps(lines, wanted);
}

config::Span section(unsigned number, const std::string& name, std::vector<unsigned> bearers) {
    config::Span span;
    span.number = number;
    span.name = name;
    span.bearers = std::move(bearers);
    return span;
}

daemon::Standing<daemon::SpanPlan> stands(const config::Span& span, bool in_use = false) {
    return {.plan = {.settings = span, .country = "de"}, .in_use = in_use};
}

Steps span_steps(const StandingSpans& now, const Sections& file, const std::string& country = "de") {
    std::vector<daemon::SpanPlan> wanted;
    for (const auto& span : file)
        wanted.push_back({.settings = span, .country = country});
    return daemon::steps(now, wanted);
}

}  // namespace

TEST_CASE("ports that hand their numbers on wait behind the one in use, and all of them") {
    struct Row {
        const char* what;
        std::vector<PhoneLine> now, file;
        Steps steps;
    };
    const std::vector<PhoneLine> before{{1, "201"}, {2, "202"}, {3, "203"}};
    const std::vector<PhoneLine> talks{{1, "201"}, {2, "202"}, {3, "203", true}};
    const std::vector<PhoneLine> shifted{{1, "202"}, {2, "203"}, {3, "204"}};
    constexpr auto keep = Step::keep, remake = Step::remake, wait = Step::wait;
    const std::vector<Row> rows{
        {"nobody talks", before, shifted, {{1, remake}, {2, remake}, {3, remake}}},
        {"the last one talks", talks, shifted, {{1, wait}, {2, wait}, {3, wait}}},
        {"the last one talks, whatever the order",
         {talks[2], talks[1], talks[0]},
         {shifted[2], shifted[1], shifted[0]},
         {{1, wait}, {2, wait}, {3, wait}}},
        {"the first one talks: nobody wants its number",
         {{1, "201", true}, {2, "202"}, {3, "203"}},
         shifted,
         {{1, wait}, {2, remake}, {3, remake}}},
        {"rolled back before they have moved", talks, before, {{1, keep}, {2, keep}, {3, keep}}},
        {"the one in use is left alone: its own number stays",
         talks,
         {{1, "202"}, {2, "201"}, {3, "203"}},
         {{1, remake}, {2, remake}, {3, keep}}},
        {"in a circle",
         before,
         {{1, "202"}, {2, "203"}, {3, "201"}},
         {{1, remake}, {2, remake}, {3, remake}}},
        {"in a circle, one talks",
         talks,
         {{1, "202"}, {2, "203"}, {3, "201"}},
         {{1, wait}, {2, wait}, {3, wait}}},
        {"gone while it talks; another is to have its number",
         {{1, "201"}, {3, "203", true}},
         {{1, "203"}},
         {{1, wait}, {3, wait}}},
        {"gone", {{1, "201"}, {3, "203"}}, {{1, "203"}}, {{1, remake}, {3, Step::remove}}},
        {"a new one wants the number of one that talks",
         {{3, "203", true}},
         {{3, "204"}, {4, "203"}},
         {{3, wait}, {4, wait}}},
        {"a new one wants the number of one that waits itself",
         {{2, "202"}, {3, "203", true}},
         {{2, "203"}, {3, "204"}, {4, "202"}},
         {{2, wait}, {3, wait}, {4, wait}}},
        {"a new one behind one that is free",
         {{3, "203"}},
         {{3, "204"}, {4, "203"}},
         {{3, remake}, {4, Step::add}}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        CHECK(phone_steps(row.now, row.file) == row.steps);
    }
}

TEST_CASE("spans that hand their names or channels on wait behind the one in use") {
    constexpr auto keep = Step::keep, remake = Step::remake, wait = Step::wait;
    const auto a = section(1, "a", {1, 2}), b = section(2, "b", {3, 4}), c = section(3, "c", {5, 6});
    const Sections by_name{section(1, "b", {1, 2}), section(2, "c", {3, 4}), section(3, "d", {5, 6})};
    const Sections by_channel{section(1, "a", {2, 3}), section(2, "b", {4, 5}), section(3, "c", {6, 7})};
    const Steps all_wait{{1, wait}, {2, wait}, {3, wait}};
    for (const auto& file : {by_name, by_channel}) {
        CAPTURE(file.front().name);
        CHECK(span_steps({stands(a), stands(b), stands(c, true)}, file) == all_wait);
        CHECK(span_steps({stands(a), stands(b), stands(c)}, file) ==
              Steps{{1, remake}, {2, remake}, {3, remake}});
    }
    CHECK(span_steps({stands(a), stands(b), stands(c, true)}, {a, b, c}) ==
          Steps{{1, keep}, {2, keep}, {3, keep}});

    // A span that joins a trunk, and one that leaves it.
    auto trunk = a;
    trunk.nfas = {b};
    CHECK(span_steps({stands(a), stands(b, true)}, {trunk}) == Steps{{1, wait}, {2, wait}});
    CHECK(span_steps({stands(trunk, true)}, {a, b}) == Steps{{1, wait}, {2, wait}});
    CHECK(span_steps({stands(trunk)}, {a, b}) == Steps{{1, remake}, {2, Step::add}});
}

TEST_CASE("an open span takes over what concerns calls to come, even in use") {
    const auto span = section(1, "main", {1, 2});
    auto labelled = span;
    labelled.label = "Main number";
    auto on_other_side = labelled;
    on_other_side.side = config::SpanSide::network;
    CHECK(span_steps({stands(span, true)}, {labelled}) == Steps{{1, Step::adopt}});
    CHECK(span_steps({stands(span)}, {labelled}) == Steps{{1, Step::adopt}});
    CHECK(span_steps({stands(span, true)}, {on_other_side}) == Steps{{1, Step::wait}});
    CHECK(span_steps({stands(span)}, {on_other_side}) == Steps{{1, Step::remake}});
    // Its tones are those of the gateway's country.
    CHECK(span_steps({stands(span, true)}, {span}, "us") == Steps{{1, Step::wait}});
    CHECK(span_steps({stands(span)}, {labelled}, "us") == Steps{{1, Step::remake}});
    auto missing = stands(span);
    missing.missing = true;
    CHECK(span_steps({missing}, {labelled}) == Steps{{1, Step::remake}});
}
