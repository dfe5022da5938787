// Every row of FxoLine's transition table.
#include "tipring/analog/fxo_line.hpp"

#include <catch2/catch.hpp>

#include "line_text.hpp"

using namespace tipring;
using analog::LineTimer;
using media::HeardTone;
using Kind = analog::LineInputKind;

namespace {

using Fxo = test::Fed<analog::FxoLine>;

Fxo fxo(const analog::FxoLine::Settings& settings = {}) {
    return {analog::FxoLine(settings)};
}

std::string burst(Fxo& fed) {
    fed.feed(Kind::ring_begin);
    fed.timer(LineTimer::burst);
    return fed.feed(Kind::ring_end);
}

Fxo ringing() {
    auto fed = fxo();
    CHECK(fed.feed(Kind::ring_begin) == "start_timer(burst 200) start_timer(ring 8000)");
    CHECK(fed.state() == "ring_check");
    CHECK(fed.timer(LineTimer::burst).empty());
    CHECK(fed.feed(Kind::ring_end) == "stop_timer(ring) start_timer(ring 8000) report_incoming()");
    CHECK(fed.state() == "ringing");
    return fed;
}

Fxo answered() {
    auto fed = ringing();
    CHECK(fed.feed(Kind::answer) == "stop_timer(ring) seize start_audio listen(dtmf)(progress)");
    CHECK(fed.state() == "talking");
    return fed;
}

Fxo seizing(const std::string& number = "5551234", const analog::FxoLine::Settings& settings = {}) {
    auto fed = fxo(settings);
    CHECK(fed.start(number) == "seize start_timer(dial 3000)");
    CHECK(fed.state() == "seizing");
    return fed;
}

Fxo waiting(const std::string& number = "5551234") {
    auto fed = seizing(number);
    CHECK(fed.feed(Kind::hook_complete) ==
          "stop_timer(dial) start_audio listen(progress) start_timer(dial 5000)");
    CHECK(fed.state() == "dial_tone_wait");
    return fed;
}

Fxo dialling() {
    auto fed = waiting("+555-1w2");
    // 5 digits of 200 ms, one pause of 500 ms, and 5 s.
    CHECK(fed.hear(HeardTone::dial) == "stop_timer(dial) listen start_timer(dial 6500) send_digits(5551w2)");
    CHECK(fed.state() == "dialling");
    return fed;
}

Fxo outgoing_talk() {
    auto fed = dialling();
    CHECK(fed.feed(Kind::digits_sent) ==
          "stop_timer(dial) listen(dtmf)(progress) report_alerting(inband) report_answered");
    CHECK(fed.state() == "talking");
    return fed;
}

const std::string clear_talk = "listen stop_audio release_wire start_timer(drop 1000)";

}  // namespace

TEST_CASE("fxo: a burst that is too short is no ring") {
    auto fed = fxo();
    fed.feed(Kind::ring_begin);
    CHECK(fed.feed(Kind::ring_end) == "stop_timer(ring) stop_timer(burst)");
    CHECK(fed.state() == "idle");
    CHECK(burst(fed).find("report_incoming") != std::string::npos);
}

TEST_CASE("fxo: a burst whose beginning is told twice is one") {
    auto fed = fxo();
    fed.feed(Kind::ring_begin);
    CHECK(fed.feed(Kind::ring_begin) ==
          "stop_timer(ring) stop_timer(burst) start_timer(burst 200) start_timer(ring 8000)");
    fed.timer(LineTimer::burst);
    CHECK(fed.feed(Kind::ring_end) == "stop_timer(ring) start_timer(ring 8000) report_incoming()");
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: a call is announced after the bursts asked for") {
    analog::FxoLine::Settings settings;
    settings.rings_before_announce = 2;
    auto fed = fxo(settings);
    CHECK(burst(fed) == "stop_timer(ring) start_timer(ring 8000)");
    CHECK(fed.state() == "ring_wait");
    SECTION("the second comes") {
        CHECK(burst(fed).find("report_incoming") != std::string::npos);
    }
    SECTION("a short one does not count") {
        fed.feed(Kind::ring_begin);
        fed.feed(Kind::ring_end);
        CHECK(fed.state() == "ring_wait");
        CHECK(burst(fed).find("report_incoming") != std::string::npos);
    }
    SECTION("the caller goes; the next call starts to count anew") {
        fed.timer(LineTimer::ring);
        CHECK(fed.state() == "idle");
        burst(fed);
        CHECK(fed.state() == "ring_wait");
    }
}

TEST_CASE("fxo: the caller hangs up before the answer") {
    auto fed = ringing();
    CHECK(fed.feed(Kind::ring_begin) == "start_timer(ring 8000)");
    CHECK(fed.feed(Kind::ring_end) == "start_timer(ring 8000)");
    CHECK(fed.alert(false).empty());
    CHECK(fed.timer(LineTimer::ring) == "report_released(16)");
    CHECK(fed.state() == "idle");
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: a burst that never ends does not hold the line") {
    auto fed = fxo();
    fed.feed(Kind::ring_begin);
    fed.timer(LineTimer::burst);
    CHECK(fed.timer(LineTimer::ring).empty());
    CHECK(fed.state() == "idle");
}

TEST_CASE("fxo: a refused call rings on, unannounced, until the caller gives up") {
    auto fed = ringing();
    CHECK(fed.release(17) == "report_released(17) stop_timer(ring) start_timer(ring 8000)");
    CHECK(fed.state() == "ignored");
    CHECK(burst(fed) == "start_timer(ring 8000)");
    CHECK(fed.start("1") == "report_released(44)");
    fed.timer(LineTimer::ring);
    CHECK(fed.state() == "idle");
}

TEST_CASE("fxo: answered, and released by either side") {
    auto fed = answered();
    CHECK(fed.machine.off_hook());
    CHECK(fed.feed(Kind::ring_end).empty());
    CHECK(fed.feed(Kind::hook_complete).empty());
    SECTION("by us") {
        CHECK(fed.release(16) == "report_released(16) " + clear_talk);
    }
    SECTION("battery drop") {
        CHECK(fed.feed(Kind::battery_lost) == "start_timer(battery 200)");
        CHECK(fed.timer(LineTimer::battery) == "report_released(16) " + clear_talk);
    }
    SECTION("busy tone") {
        CHECK(fed.hear(HeardTone::busy) == "report_released(16) " + clear_talk);
    }
    SECTION("congestion tone") {
        CHECK(fed.hear(HeardTone::congestion) == "report_released(16) " + clear_talk);
    }
    CHECK(fed.state() == "clearing");
    CHECK_FALSE(fed.machine.idle());
    CHECK(fed.start("1") == "report_released(44)");
    CHECK(fed.timer(LineTimer::drop).empty());
    CHECK(fed.machine.idle());
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: how the line was released is in the cause") {
    auto fed = answered();
    fed.feed(Kind::battery_lost);
    analog::LineInput input;
    input.kind = Kind::timer;
    input.timer = LineTimer::battery;
    const auto actions = fed.machine.handle(input);
    CHECK(actions.at(0).cause.detail == "battery drop");
    auto busy = answered();
    input.kind = Kind::tone_heard;
    input.tone = HeardTone::busy;
    CHECK(busy.machine.handle(input).at(0).cause.detail == "busy tone");
}

TEST_CASE("fxo: a short battery break and other tones change nothing") {
    auto fed = answered();
    fed.feed(Kind::battery_lost);
    CHECK(fed.feed(Kind::battery_present) == "stop_timer(battery)");
    CHECK(fed.hear(HeardTone::ringback).empty());
    CHECK(fed.hear(HeardTone::dial).empty());
    CHECK(fed.feed(Kind::polarity).empty());
    CHECK(fed.feed(Kind::digit, '5').empty());
    CHECK(fed.state() == "talking");
    CHECK(fed.feed(Kind::send_digit, '9') == "send_digits(9)");
}

TEST_CASE("fxo: answer at once: the caller hears ringback from us") {
    analog::FxoLine::Settings settings;
    settings.answer_at_once = true;
    auto fed = fxo(settings);
    CHECK(burst(fed) ==
          "stop_timer(ring) seize start_audio listen(dtmf)(progress) play_tone(ringback) report_incoming()");
    CHECK(fed.state() == "held");
    CHECK(fed.alert(false).empty());
    SECTION("early audio, then the answer") {
        CHECK(fed.alert(true) == "stop_tone");
        CHECK(fed.feed(Kind::answer).empty());
        CHECK(fed.state() == "talking");
    }
    SECTION("answer") {
        CHECK(fed.feed(Kind::answer) == "stop_tone");
        CHECK(fed.state() == "talking");
    }
    SECTION("refused") {
        CHECK(fed.release(17) == "report_released(17) stop_tone " + clear_talk);
    }
    SECTION("the caller hangs up") {
        fed.feed(Kind::battery_lost);
        CHECK(fed.timer(LineTimer::battery) == "report_released(16) stop_tone " + clear_talk);
    }
    SECTION("a battery drop that began before the answer still counts") {
        fed.feed(Kind::battery_lost);
        CHECK(fed.feed(Kind::answer) == "stop_timer(battery) stop_tone start_timer(battery 200)");
        fed.timer(LineTimer::battery);
        CHECK(fed.state() == "clearing");
    }
}

TEST_CASE("fxo: a call to the exchange") {
    auto fed = outgoing_talk();
    CHECK(fed.release(16) == "report_released(16) " + clear_talk);
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: without waiting for dial tone a pause is enough") {
    analog::FxoLine::Settings settings;
    settings.wait_for_dial_tone = false;
    auto fed = seizing("12", settings);
    fed.feed(Kind::hook_complete);
    CHECK(fed.timer(LineTimer::dial) == "listen start_timer(dial 5400) send_digits(12)");
}

TEST_CASE("fxo: an empty number is answered by dial tone, an undiallable one refused") {
    auto fed = waiting("");
    CHECK(fed.hear(HeardTone::dial) ==
          "stop_timer(dial) listen listen(dtmf)(progress) report_alerting(inband) report_answered");
    auto refused = fxo();
    CHECK(refused.start("+-") == "report_released(28)");
    CHECK(refused.machine.idle());
}

TEST_CASE("fxo: a line that cannot be used is released, so that the next one is tried") {
    SECTION("no confirmation") {
        auto fed = seizing();
        CHECK(fed.timer(LineTimer::dial) == "report_released(41) release_wire start_timer(drop 1000)");
    }
    SECTION("no dial tone") {
        auto fed = waiting();
        CHECK(fed.timer(LineTimer::dial) == "report_released(34) " + clear_talk);
    }
    SECTION("busy tone instead") {
        auto fed = waiting();
        CHECK(fed.hear(HeardTone::ringback).empty());
        CHECK(fed.hear(HeardTone::busy) == "report_released(34) stop_timer(dial) " + clear_talk);
    }
    SECTION("battery drop while waiting") {
        auto fed = waiting();
        fed.feed(Kind::battery_lost);
        CHECK(fed.timer(LineTimer::battery) == "report_released(27) stop_timer(dial) " + clear_talk);
    }
    SECTION("battery drop while dialling, though it began before") {
        auto fed = waiting();
        fed.feed(Kind::battery_lost);
        fed.hear(HeardTone::dial);
        CHECK(fed.timer(LineTimer::battery) ==
              "report_released(27) stop_timer(dial) stop_audio release_wire start_timer(drop 1000)");
    }
    SECTION("the engine never says that the digits are sent") {
        auto fed = dialling();
        CHECK(fed.timer(LineTimer::dial) ==
              "report_released(41) stop_audio release_wire start_timer(drop 1000)");
    }
    SECTION("glare: the exchange rings while we seize") {
        auto fed = seizing();
        CHECK(fed.feed(Kind::ring_begin) ==
              "report_released(44) stop_timer(dial) release_wire start_timer(drop 1000)");
        // The caller still rings: the next burst is a call like any other.
        CHECK(fed.feed(Kind::ring_begin) == "stop_timer(drop) start_timer(burst 200) start_timer(ring 8000)");
        CHECK(fed.state() == "ring_check");
    }
    SECTION("given up by the caller") {
        for (int stage = 0; stage < 3; ++stage) {
            auto fed = stage == 0 ? seizing() : stage == 1 ? waiting() : dialling();
            CHECK(fed.release(16).substr(0, 19) == "report_released(16)");
            CHECK(fed.state() == "clearing");
        }
    }
}

TEST_CASE("fxo: alarm, service, refusing board, shut down") {
    SECTION("alarm") {
        auto fed = answered();
        CHECK(fed.feed(Kind::alarm) == "report_released(27) listen stop_audio release_wire");
        CHECK(fed.state() == "unavailable");
        fed.feed(Kind::ring_begin);
        CHECK(fed.state() == "unavailable");
        fed.feed(Kind::alarm_clear);
        CHECK(fed.state() == "idle");
    }
    SECTION("out of service while ringing") {
        auto fed = ringing();
        CHECK(fed.feed(Kind::out_of_service) == "report_released(27) stop_timer(ring)");
        CHECK(fed.start("1") == "report_released(27)");
        fed.feed(Kind::in_service);
        CHECK(fed.state() == "idle");
    }
    SECTION("the board refuses to seize") {
        auto fed = seizing();
        CHECK(fed.feed(Kind::hardware_failed) ==
              "report_released(41) stop_timer(dial) release_wire start_timer(drop 1000)");
        CHECK(fed.state() == "clearing");
    }
    SECTION("shut down") {
        auto fed = outgoing_talk();
        CHECK(fed.feed(Kind::shut_down) == "listen stop_audio release_wire");
        CHECK(fed.feed(Kind::ring_begin).empty());
    }
}

TEST_CASE("fxo: what a state has no use for is counted") {
    auto fed = fxo();
    fed.feed(Kind::ring_end);
    fed.feed(Kind::flash);
    fed.feed(Kind::off_hook);
    CHECK(fed.machine.unexpected() == 3);
}
