// Calls from the exchange that the line itself takes: at once, and to let the caller dial on. Runs on the
// simulator and on the real driver.
#include <catch2/catch.hpp>

#include "support/line_bench.hpp"
#include "support/talk.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

TEST_CASE("line answer: answer_at_once takes the line before anybody lifts, and plays ringback",
          "[fxo][line_answer]") {
    LineBench bench(std::vector<LineBench::Pair>{{"answer_at_once: yes, rings: 1", ""}});
    bench.office(1).ring();
    REQUIRE(bench.office(1).wait_seized(patience));
    CHECK(bench.wait_line(1, "held", patience));
    CHECK(bench.phone(1).wait_ringing(patience));
    CHECK_FALSE(bench.phone(1).off_hook());
    CHECK(bench.office(1).wait_for_tone("ringback", patience));
    bench.phone(1).lift();
    CHECK(bench.wait_line(1, "talking", patience));
    bench.office(1).play(farend::tone(1000, 0, 10s), true);
    CHECK(eventually(patience, [&] { return bench.phone(1).hearing().level_dbm0 > -30; }));
    REQUIRE(bench.settle(1));
    bench.office(1).hang_up_by_battery_drop();
    CHECK(bench.office(1).wait_released(patience));
    CHECK(bench.record(1, "disconnect") == "battery");
    CHECK(bench.record(1, "talk") != "0ms");
    CHECK(bench.all_idle());
}

TEST_CASE(
    "line answer: two_stage lets the caller dial an extension, and takes whoever dials none to the port's "
    "own",
    "[fxo][line_answer]") {
    enum : unsigned { dials = 1, wanted, waits };
    LineBench bench({{"two_stage: 20x, rings: 1, first_digit: 1min", ""},
                     {"", ""},
                     {"two_stage: 20x, rings: 1, first_digit: 2s", ""}},
                    "", "  - {called: 202, to: [port 202]}\n");
    for (const auto pair : {dials, waits})
        bench.office(pair).ring();
    for (const auto pair : {dials, waits})
        REQUIRE(bench.office(pair).wait_seized(patience));
    REQUIRE(bench.office(dials).wait_for_tone("dial", patience));
    CHECK_FALSE(bench.phone(dials).ringing());
    bench.office(dials).send_dtmf("202");
    CHECK(bench.phone(wanted).wait_ringing(patience));
    CHECK(bench.phone(waits).wait_ringing(patience));
    CHECK_FALSE(bench.phone(dials).ringing());
    for (const auto pair : {wanted, waits})
        bench.phone(pair).lift();
    for (const auto pair : {dials, waits}) {
        CAPTURE(pair);
        CHECK(bench.wait_line(pair, "talking", patience));
        REQUIRE(bench.settle(pair == dials ? wanted : waits));
        bench.office(pair).hang_up_by_battery_drop();
        CHECK(bench.office(pair).wait_released(patience));
    }
    CHECK(bench.record(dials, "called") == "202");
    CHECK(bench.record(waits, "called") == "203");
    CHECK(bench.all_idle());
}
