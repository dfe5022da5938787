// spans: timers, restart, channel_id.
#include "loading.hpp"

using namespace tipring::config;
using namespace std::chrono_literals;

namespace {

const std::string a_span =
    "country: us\nsip:\n  accounts:\n    - {name: a, server: 192.0.2.1}\nspans:\n  - span: 1\n    channels: "
    "1-31\n";

}  // namespace

TEST_CASE("timers of a span have their standard's names and units") {
    const auto config = load_good(
        a_span +
        "    channel_id: exclusive\n    restart: no\n"
        "    timers: {T200: 500ms, N200: 5, T203: 20s, T304: 15s, T309: 6s, T316: 1min, N316: 3, K: 7}\n");
    const auto& span = config.spans.at(0);
    CHECK(span.channel_wish == ChannelWish::exclusive);
    CHECK_FALSE(span.restart);
    CHECK(span.timer("T200") == 500ms);
    CHECK(span.timer("T304") == 15s);
    CHECK(span.timer("T309") == 6s);
    CHECK(span.timer("T316") == 1min);
    CHECK(span.counter("N200") == 5U);
    CHECK(span.counter("N316") == 3U);
    CHECK_FALSE(span.timer("T303"));
    CHECK(span.timers.size() == 8);

    const auto plain = load_good(a_span).spans.at(0);
    CHECK(plain.timers.empty());
    CHECK(plain.restart);
    CHECK(plain.channel_wish == ChannelWish::by_side);
}

TEST_CASE("timers that do not exist, have no unit or no sense are refused with their line") {
    const auto line_of = [](const std::string& timers) {
        const auto lines = load_bad(a_span + "    timers: {" + timers + "}\n");
        REQUIRE(lines.size() == 1);
        CHECK(contains(lines[0], "test.yaml:8"));
        return lines[0];
    };
    CHECK(contains(line_of("T399: 1s"), "T309"));
    CHECK(contains(line_of("t309: 6s"), "T309"));
    CHECK(contains(line_of("T309: 6"), "unit"));
    CHECK(contains(line_of("T309: 0s"), "use "));
    CHECK(contains(line_of("T200: 1h"), "out of range"));
    CHECK(contains(line_of("N316: 0"), "1 to 10"));
    CHECK(contains(line_of("N200: 2s"), "N200"));
    CHECK(contains(line_of("T203: 1s"), "not longer than T200"));
    CHECK(contains(load_bad(a_span + "    timers: [T309]\n")[0], "timers"));
    CHECK(contains(load_bad(a_span + "    channel_id: any\n")[0], "preferred"));
}

TEST_CASE("a timer of Q.931 that has a key of its own, or none, is not taken for one with a like name") {
    const auto line_of = [](const std::string& timers) {
        const auto lines = load_bad(a_span + "    timers: {" + timers + "}\n");
        REQUIRE(lines.size() == 1);
        CHECK(contains(lines[0], "there is no such key"));
        CHECK_FALSE(contains(lines[0], "did you mean"));
        return lines[0];
    };
    CHECK(contains(line_of("T302: 10s"), "spans[0].timers.T302: there is no such key; it is digit_timeout"));
    CHECK(contains(line_of("T306: 10s"), "it is announcement"));
    CHECK(contains(line_of("T301: 3min"), "ring_timeout"));
    CHECK(contains(line_of("T322: 4s"), "cannot be set"));
    CHECK(contains(line_of("T312: 10s"), "use T200, T203, T303"));
    CHECK(load_bad(a_span + "    timers: {T302: 10s, T309: 6}\n").size() == 2);
}
