// The line signalling of the virtual board against the driver's timing, with a clock of the test's own.
#include <catch2/catch.hpp>

#include "analogue_line.hpp"

using namespace tipring::hardware;
using namespace tipring::hardware::simulator;
using namespace tipring::test::analogue_line;
using std::chrono::milliseconds;

TEST_CASE("A phone's hook is reported: off at once, on after the flash time") {
    Line line(true);
    line.wire.seize(far_side, line.now);
    CHECK(line.near_events() == "off_hook");
    CHECK(line.wire.status(near_side).off_hook);
    line.pass(499);
    CHECK(line.far_events().empty());
    line.pass(1);
    CHECK(line.far_events() == "hook_complete");
    line.wire.release(far_side, line.now);
    CHECK_FALSE(line.wire.status(near_side).off_hook);
    line.pass(1249);
    CHECK(line.near_events().empty());
    line.pass(1);
    CHECK(line.near_events() == "on_hook");
    CHECK_FALSE(line.wire.next_deadline());
}

TEST_CASE("The length of a break decides between nothing, pulse, flash and on-hook") {
    const auto [length_ms, expected] = GENERATE(table<int, std::string>({{14, ""},
                                                                         {15, "pulse_start 1"},
                                                                         {60, "pulse_start 1"},
                                                                         {200, "pulse_start 1"},
                                                                         {201, "flash"},
                                                                         {600, "flash"},
                                                                         {1249, "flash"},
                                                                         {1250, "on_hook off_hook"}}));
    Line line(true);
    line.talk();
    line.open_loop_for(length_ms);
    line.pass(2000);
    CHECK(line.near_events() == expected);
}

TEST_CASE("Dial pulses make digits, ten of them a zero") {
    const auto [count, digit] = GENERATE(table<unsigned, std::string>(
        {{1, "1"}, {2, "2"}, {9, "9"}, {10, "0"}, {11, "*"}, {12, "#"}, {13, ""}}));
    Line line(true);
    line.talk();
    line.open_loop_for(60);
    CHECK(line.near_events() == "pulse_start");
    line.pass(40);
    line.dial_pulses(count - 1);
    line.pass(209);
    CHECK(line.near_events().empty());
    line.pass(1);
    CHECK(line.near_events() == digit);
}

TEST_CASE("Digits of a number are told apart by the pause") {
    Line line(true);
    line.talk();
    line.dial_pulses(3);
    line.pass(660);
    line.dial_pulses(10);
    line.pass(660);
    CHECK(line.near_events() == "pulse_start 3 pulse_start 0");
}

TEST_CASE("Within the debounce after seize() a phone that goes down is noticed late") {
    Line line(true);
    line.wire.seize(far_side, line.now);
    line.wire.seize(near_side, line.now);
    line.near_events();
    line.pass(100);
    line.wire.release(far_side, line.now);
    line.pass(500 + 1249);
    CHECK(line.near_events().empty());
    line.pass(1);
    CHECK(line.near_events() == "on_hook");
}

TEST_CASE("A line released within the debounce with its phone down does not report the next lifting") {
    Line line(true);
    line.wire.seize(far_side, line.now);
    line.wire.seize(near_side, line.now);
    line.near_events();
    line.pass(100);
    line.wire.release(far_side, line.now);
    line.wire.release(near_side, line.now);
    line.pass(5000);
    CHECK(line.near_events().empty());
    line.wire.seize(far_side, line.now);
    line.pass(5000);
    CHECK(line.near_events().empty());
    CHECK(line.wire.status(near_side).off_hook);
    line.wire.release(far_side, line.now);
    line.pass(1250);
    CHECK(line.near_events() == "on_hook");
    line.wire.seize(far_side, line.now);
    CHECK(line.near_events() == "off_hook");
}

TEST_CASE("Ringing follows the cadence on both ends") {
    Line line(true);
    REQUIRE(line.wire.ring(near_side, uk_ring, line.now) == Refusal::none);
    CHECK(line.far_events() == "ring_begin");
    CHECK(line.near_events().empty());
    CHECK(line.wire.status(far_side).ringing);
    line.pass(400);
    CHECK(line.near_events() == "ringer_off");
    CHECK_FALSE(line.wire.status(far_side).ringing);
    CHECK(line.far_events().empty());
    line.pass(50);
    CHECK(line.far_events() == "ring_end");
    line.pass(150);
    CHECK(line.near_events() == "ringer_on");
    CHECK(line.far_events() == "ring_begin");
    line.pass(400 + 2000);
    CHECK(line.near_events() == "ringer_off ringer_on");
    CHECK(line.far_events() == "ring_end ring_begin");
    CHECK(line.wire.stop_ring(near_side, line.now) == Refusal::none);
    line.pass(10000);
    CHECK(line.far_events() == "ring_end");
    CHECK(line.near_events().empty());
    CHECK_FALSE(line.wire.next_deadline());
}

TEST_CASE("A phone that answers stops the ringing") {
    const bool in_burst = GENERATE(true, false);
    Line line(true);
    line.wire.ring(near_side, us_ring, line.now);
    line.pass(in_burst ? 500 : 3000);
    line.near_events();
    line.far_events();
    line.wire.seize(far_side, line.now);
    CHECK(line.near_events() == "off_hook");
    line.pass(20000);
    CHECK(line.near_events().empty());
    CHECK(line.far_events() == (in_burst ? "ring_end hook_complete" : "hook_complete"));
}

TEST_CASE("A cadence needs pairs, and an idle line") {
    Line line(true);
    CHECK(line.wire.ring(near_side, RingCadence{}, line.now) == Refusal::bad_argument);
    CHECK(line.wire.ring(near_side, RingCadence{2000}, line.now) == Refusal::bad_argument);
    CHECK(line.wire.ring(far_side, us_ring, line.now) == Refusal::wrong_kind);
    const RingCadence full{100, 100, 100, 100, 100, 100, 100, 500};
    CHECK(line.wire.ring(near_side, full, line.now) == Refusal::none);
    CHECK(line.wire.ring(near_side, us_ring, line.now) == Refusal::line_busy);
    line.pass(700);
    line.near_events();
    line.pass(500);
    CHECK(line.near_events() == "ringer_on");  // the eight steps are over: from the start
    line.talk();
    CHECK(line.wire.ring(near_side, us_ring, line.now) == Refusal::line_busy);
}

TEST_CASE("release() drops the battery for half a second") {
    Line line(true);
    line.talk();
    line.wire.release(near_side, line.now);
    CHECK(line.far_events() == "battery_lost");
    CHECK_FALSE(line.wire.status(far_side).battery);
    CHECK(line.wire.seize(near_side, line.now) == Refusal::line_busy);
    line.pass(499);
    CHECK(line.far_events().empty());
    line.pass(1);
    CHECK(line.far_events() == "battery_present");
    CHECK(line.near_events() == "hook_complete");
    CHECK(line.wire.ring(near_side, us_ring, line.now) == Refusal::line_busy);
    line.pass(300);
    CHECK(line.near_events().empty());
    CHECK(line.wire.status(near_side).off_hook);

    SECTION("a phone that goes down afterwards is reported as always") {
        line.wire.release(far_side, line.now);
        line.pass(1250);
        CHECK(line.near_events() == "on_hook");
    }
    SECTION("the line can be seized again") {
        CHECK(line.wire.seize(near_side, line.now) == Refusal::none);
    }
}

TEST_CASE("A phone that goes down around the drop") {
    Line line(true);
    line.talk();
    line.wire.release(near_side, line.now);
    SECTION("during the drop: reported when the line has settled") {
        line.pass(300);
        line.wire.release(far_side, line.now);
        line.pass(499);
        CHECK(line.near_events() == "hook_complete");
        line.pass(1);
        CHECK(line.near_events() == "on_hook");
    }
    SECTION("while settling: lost, but status() tells and the next lifting is reported") {
        line.pass(600);
        line.wire.release(far_side, line.now);
        line.pass(5000);
        CHECK(line.near_events() == "hook_complete");
        CHECK_FALSE(line.wire.status(near_side).off_hook);
        line.wire.seize(far_side, line.now);
        CHECK(line.near_events() == "off_hook");
    }
}

TEST_CASE("release() of a line whose phone is down drops nothing") {
    Line line(true);
    line.talk();
    line.wire.release(far_side, line.now);
    SECTION("and is over at once") {
        line.pass(1250);
        CHECK(line.near_events() == "on_hook");
        line.wire.release(near_side, line.now);
        line.pass(1000);
        CHECK(line.near_events().empty());
        CHECK(line.far_events().empty());
        CHECK(line.wire.ring(near_side, us_ring, line.now) == Refusal::none);
    }
    SECTION("unless it may still be a flash") {
        line.pass(100);
        line.wire.release(near_side, line.now);
        CHECK(line.far_events() == "battery_lost");
    }
}

TEST_CASE("A card on an exchange line: seize, flash, release") {
    Line line(false);
    CHECK(line.wire.flash(near_side, flash_length, line.now) == Refusal::line_busy);
    CHECK(line.wire.seize(near_side, line.now) == Refusal::none);
    CHECK(line.wire.seize(near_side, line.now) == Refusal::line_busy);
    CHECK(line.far_events() == "off_hook");
    CHECK(line.wire.seize(far_side, line.now) == Refusal::none);
    line.pass(600);
    CHECK(line.near_events() == "hook_complete");
    CHECK(line.wire.flash(near_side, flash_length, line.now) == Refusal::none);
    CHECK(line.wire.flash(far_side, flash_length, line.now) == Refusal::wrong_kind);
    line.pass(49);
    CHECK(line.wire.status(far_side).off_hook);
    line.pass(1);
    CHECK_FALSE(line.wire.status(far_side).off_hook);
    line.pass(749);
    CHECK(line.near_events().empty());
    line.pass(1);
    CHECK(line.near_events() == "hook_complete");
    CHECK(line.far_events() == "flash");
    line.wire.release(near_side, line.now);
    line.pass(1250);
    CHECK(line.far_events() == "on_hook");
}

TEST_CASE("A card does not hear ringing that begins within two seconds after its release") {
    Line line(false);
    line.wire.release(near_side, line.now);
    line.pass(1999);
    line.wire.ring(far_side, us_ring, line.now);
    CHECK(line.near_events().empty());
    CHECK(line.wire.status(near_side).ringing);
    line.pass(2050);
    CHECK(line.near_events() == "ring_end");
    line.pass(3950);
    CHECK(line.near_events() == "ring_begin");

    Line phone(true);  // a telephone rings whenever there is ring voltage
    phone.wire.release(far_side, phone.now);
    phone.wire.ring(near_side, us_ring, phone.now);
    CHECK(phone.far_events() == "ring_begin");
}

TEST_CASE("A cut wire is an open loop without battery and ringing") {
    Line line(true);
    line.talk();
    line.wire.set_cut(true, line.now);
    CHECK(line.wire.status(near_side).alarm);
    CHECK(line.far_events() == "battery_lost");
    line.pass(1250);
    CHECK(line.near_events() == "on_hook");
    line.wire.set_cut(false, line.now);
    CHECK(line.far_events() == "battery_present");
    CHECK(line.near_events() == "off_hook");  // the phone was never put down
}

TEST_CASE("An exchange without battery is seen by the card") {
    Line line(false);
    line.wire.set_battery_off(true, line.now);
    CHECK(line.near_events() == "battery_lost");
    CHECK_FALSE(line.wire.status(near_side).battery);
    line.wire.set_battery_off(false, line.now);
    CHECK(line.near_events() == "battery_present");
}

TEST_CASE("Closing a channel releases its line") {
    Line line(true);
    line.talk();
    SECTION("the phone's") {
        line.wire.closed(far_side, line.now);
        line.pass(1250);
        CHECK(line.near_events() == "on_hook");
    }
    SECTION("the port's, with the drop; opening again remembers nothing") {
        line.wire.closed(near_side, line.now);
        CHECK(line.far_events() == "battery_lost");
        line.pass(1000);
        line.wire.opened(near_side, line.now);
        CHECK(line.near_events().empty());
        CHECK(line.wire.status(near_side).off_hook);
        line.wire.release(far_side, line.now);
        line.pass(1250);
        CHECK(line.near_events() == "on_hook");
    }
}
