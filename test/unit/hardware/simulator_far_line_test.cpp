// What the ends of a virtual line say to each other beyond hook and ringing: pulses, polarity, lamp, battery,
// other telephones on the pair. With a clock of the test's own.
#include <catch2/catch.hpp>

#include "analogue_line.hpp"

using namespace tipring::hardware;
using namespace tipring::hardware::simulator;
using namespace tipring::test::analogue_line;
using std::chrono::milliseconds;

TEST_CASE("A port opened with another longest flash hangs up after that") {
    const auto [length_ms, expected] = GENERATE(table<int, std::string>(
        {{200, "pulse_start 1"}, {201, "flash"}, {699, "flash"}, {700, "on_hook off_hook"}}));
    CAPTURE(length_ms);
    Line line(true);
    line.wire.opened(near_side, line.now, milliseconds(700));
    line.talk();
    line.open_loop_for(length_ms);
    CHECK(line.wire.last_break() == milliseconds(length_ms));
    line.pass(2000);
    CHECK(line.near_events() == expected);
}

TEST_CASE("A card dials pulses that the other end counts") {
    Line line(false);
    CHECK(line.wire.dial_pulse(near_side, "1", line.now) == Refusal::line_busy);
    line.wire.seize(near_side, line.now);
    line.wire.seize(far_side, line.now);
    line.pass(1000);
    line.events(near_side);
    line.events(far_side);
    CHECK(line.wire.dial_pulse(near_side, "", line.now) == Refusal::bad_argument);
    CHECK(line.wire.dial_pulse(near_side, "1*", line.now) == Refusal::bad_argument);
    CHECK(line.wire.dial_pulse(far_side, "1", line.now) == Refusal::wrong_kind);
    REQUIRE(line.wire.dial_pulse(near_side, "20", line.now) == Refusal::none);
    CHECK(line.wire.dial_pulse(near_side, "1", line.now) == Refusal::line_busy);
    CHECK(line.wire.dialling(near_side));
    CHECK_FALSE(line.wire.status(far_side).off_hook);
    line.pass(2 * 100 + 750 + 10 * 100 + 749);
    CHECK(line.near_events().empty());
    CHECK(line.far_events() == "pulse_start 2 pulse_start 0");
    line.pass(1);
    CHECK(line.near_events() == "pulses_dialled");
    CHECK_FALSE(line.wire.dialling(near_side));
    CHECK(line.wire.last_break() == milliseconds(50));

    SECTION("audio ends it in the middle of a digit, without a word") {
        REQUIRE(line.wire.dial_pulse(near_side, "95", line.now) == Refusal::none);
        line.pass(220);  // in the third break
        line.wire.stop_dialling();
        line.pass(3000);
        CHECK(line.far_events() == "pulse_start 3");
        CHECK(line.near_events() == "pulses_dialled");
    }
    SECTION("release() ends it, and then nothing is complete") {
        REQUIRE(line.wire.dial_pulse(near_side, "95", line.now) == Refusal::none);
        line.pass(210);
        line.wire.release(near_side, line.now);
        line.pass(3000);
        CHECK(line.near_events().empty());
        CHECK(line.far_events() == "pulse_start 2 on_hook");
    }
}

TEST_CASE("A flash of a card has the length that it was asked for") {
    Line line(false);
    line.talk_from(near_side);
    REQUIRE(line.wire.flash(near_side, milliseconds(300), line.now) == Refusal::none);
    line.pass(50 + 299);
    CHECK(line.far_events().empty());
    line.pass(1);
    CHECK(line.far_events() == "flash");
    CHECK(line.wire.last_break() == milliseconds(300));
}

TEST_CASE("Polarity reaches the other end, but for a ring burst and the drop") {
    Line line(true);
    REQUIRE(line.wire.set_polarity(near_side, true, line.now) == Refusal::none);
    CHECK(line.far_events() == "polarity");
    CHECK(line.wire.set_polarity(near_side, true, line.now) == Refusal::none);
    CHECK(line.far_events().empty());
    CHECK(line.wire.set_polarity(far_side, false, line.now) == Refusal::wrong_kind);
    line.wire.ring(near_side, us_ring, line.now);
    CHECK(line.wire.set_polarity(near_side, false, line.now) == Refusal::line_busy);
    line.pass(2000);
    CHECK(line.wire.set_polarity(near_side, false, line.now) == Refusal::none);
    line.pass(50);
    CHECK(line.far_events() == "ring_begin polarity ring_end");
    line.talk();
    line.wire.release(near_side, line.now);
    CHECK(line.wire.set_polarity(near_side, true, line.now) == Refusal::line_busy);
    line.pass(1000);
    line.far_events();
    line.wire.set_polarity(near_side, true, line.now);
    line.far_events();
    line.wire.opened(near_side, line.now);
    CHECK(line.far_events() == "polarity");  // a program that opens the port restores it
}

TEST_CASE("The message lamp is lit for the phone until the port is closed") {
    Line line(true);
    CHECK(line.wire.set_message_lamp(far_side, 1, line.now) == Refusal::wrong_kind);
    REQUIRE(line.wire.set_message_lamp(near_side, 2, line.now) == Refusal::none);
    REQUIRE(line.wire.set_message_lamp(near_side, 3, line.now) == Refusal::none);
    CHECK(line.far_events() == "message_lamp1");
    line.wire.closed(near_side, line.now);
    CHECK(line.far_events() == "message_lamp0");
}

TEST_CASE("The voltage on the line, and other telephones on it") {
    Line line(false);
    CHECK(line.wire.status(near_side).voltage == 48);
    CHECK_FALSE(line.wire.status(far_side).voltage);
    line.wire.set_parallel_phones(1, line.now);
    CHECK(line.far_events() == "off_hook");
    CHECK(line.wire.status(near_side).in_use);
    CHECK(line.wire.status(near_side).voltage == 7);
    line.wire.seize(near_side, line.now);
    line.wire.release(near_side, line.now);
    line.pass(5000);
    CHECK(line.far_events().empty());  // the loop stays closed while one is off-hook
    line.wire.set_parallel_phones(0, line.now);
    CHECK_FALSE(line.wire.status(near_side).in_use);
    CHECK(line.wire.status(near_side).voltage == 48);
    line.pass(1250);
    CHECK(line.far_events() == "on_hook");
}

TEST_CASE("An exchange takes the battery away for as long as it likes") {
    Line line(false);
    line.talk_from(near_side);
    CHECK(line.wire.set_battery(near_side, false, line.now) == Refusal::wrong_kind);
    REQUIRE(line.wire.set_battery(far_side, false, line.now) == Refusal::none);
    CHECK(line.near_events() == "battery_lost");
    CHECK(line.wire.status(near_side).voltage == 0);
    line.pass(150);
    REQUIRE(line.wire.set_battery(far_side, true, line.now) == Refusal::none);
    CHECK(line.near_events() == "battery_present");
}

TEST_CASE("Glare: the seizure of the card answers a call that begins at this instant") {
    Line line(false);
    CHECK(line.wire.ring_when_seized(near_side, us_ring) == Refusal::wrong_kind);
    REQUIRE(line.wire.ring_when_seized(far_side, us_ring) == Refusal::none);
    line.pass(10'000);
    CHECK(line.near_events().empty());
    REQUIRE(line.wire.seize(near_side, line.now) == Refusal::none);
    CHECK(line.near_events() == "ring_begin");
    CHECK(line.far_events() == "off_hook");
    line.pass(500);
    CHECK(line.near_events() == "ring_end hook_complete");
    line.wire.release(near_side, line.now);
    line.pass(3000);
    line.near_events();
    line.wire.seize(near_side, line.now);  // the next one meets nothing
    CHECK(line.near_events().empty());
}

TEST_CASE("A telephone's pulses and flashes run by the line's own clock") {
    Line line(true);
    const HookTrain flash{.open = milliseconds(300)};
    CHECK(line.wire.play_hook(far_side, flash, line.now) == Refusal::line_busy);
    line.talk();
    CHECK(line.wire.play_hook(near_side, flash, line.now) == Refusal::wrong_kind);
    CHECK(line.wire.play_hook(far_side, {.open = std::chrono::hours(1)}, line.now) == Refusal::bad_argument);
    CHECK(line.wire.play_hook(far_side, {.count = 101}, line.now) == Refusal::bad_argument);
    REQUIRE(line.wire.play_hook(far_side, flash, line.now) == Refusal::none);
    REQUIRE(line.wire.play_hook(far_side, {milliseconds(700), milliseconds(90), milliseconds(30), 4},
                                line.now) == Refusal::none);
    SECTION("however late it is asked") {
        line.pass(5000);
        CHECK(line.near_events() == "flash pulse_start 4");
        CHECK(line.wire.last_break() == milliseconds(90));
        CHECK(line.wire.status(far_side).off_hook);
    }
    SECTION("and end with the call") {
        line.pass(1100);
        line.wire.release(far_side, line.now);
        line.pass(5000);
        CHECK(line.near_events() == "flash pulse_start 1 on_hook");
    }
}
