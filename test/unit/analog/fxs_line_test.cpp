// Every row of FxsLine's transition table.
#include "tipring/analog/fxs_line.hpp"

#include <catch2/catch.hpp>

#include "line_text.hpp"

using namespace tipring;
using analog::LineTimer;
using Kind = analog::LineInputKind;

namespace {

using Fxs = test::Fed<analog::FxsLine>;

Fxs fxs(const std::string& map = "2xx|9x.T|00", bool pulse = true, bool dtmf = true) {
    analog::FxsLine::Settings settings;
    settings.digit_map = routing::DigitMap::parse(map).value();
    settings.accept_pulse = pulse;
    settings.accept_dtmf = dtmf;
    return {analog::FxsLine(settings)};
}

Fxs dial_tone(Fxs fed = fxs()) {
    CHECK(fed.feed(Kind::off_hook) ==
          "seize start_audio listen(dtmf) play_tone(dial) start_timer(dial 16000)");
    CHECK(fed.state() == "dial_tone");
    CHECK(fed.machine.off_hook());
    return fed;
}

Fxs calling() {
    auto fed = dial_tone();
    CHECK(fed.digits("201") == "stop_timer(dial) report_incoming(201)");
    CHECK(fed.state() == "calling");
    return fed;
}

Fxs talking() {
    auto fed = calling();
    CHECK(fed.feed(Kind::answer).empty());
    CHECK(fed.state() == "talking");
    return fed;
}

Fxs rung() {
    auto fed = fxs();
    CHECK(fed.start("201") == "start_ringing start_timer(ring 120000) report_alerting(local)");
    CHECK(fed.state() == "ringing");
    return fed;
}

const std::string down = "listen stop_audio release_wire";

}  // namespace

TEST_CASE("fxs: dial tone at once; it stops at the first digit") {
    auto fed = dial_tone();
    SECTION("tone digit") {
        CHECK(fed.feed(Kind::digit, '2') == "stop_timer(dial) stop_tone start_timer(dial 8000)");
        CHECK(fed.state() == "dialling");
    }
    SECTION("pulse train, then the digit") {
        CHECK(fed.feed(Kind::pulse_start) == "stop_timer(dial) stop_tone start_timer(dial 8000)");
        CHECK(fed.feed(Kind::pulse_digit, '2') == "stop_timer(dial) start_timer(dial 8000)");
        CHECK(fed.machine.digits() == "2");
    }
    SECTION("no digit") {
        CHECK(fed.timer(LineTimer::dial) == "listen play_tone(congestion) start_timer(tone 20000)");
        CHECK(fed.state() == "warning");
    }
    SECTION("on-hook") {
        CHECK(fed.feed(Kind::on_hook) == "stop_timer(dial) stop_tone " + down);
        CHECK(fed.state() == "idle");
    }
}

TEST_CASE("fxs: dial tone may end before the first-digit timer") {
    analog::FxsLine::Settings settings;
    settings.digit_map = routing::DigitMap::parse("xxx").value();
    settings.dial_tone = std::chrono::milliseconds(5000);
    Fxs fed{analog::FxsLine(settings)};
    CHECK(fed.feed(Kind::off_hook) ==
          "seize start_audio listen(dtmf) play_tone(dial) start_timer(dial 16000) start_timer(tone 5000)");
    CHECK(fed.timer(LineTimer::tone) == "stop_tone");
    CHECK(fed.state() == "dial_tone");
    CHECK(fed.feed(Kind::digit, '1') == "stop_timer(dial) start_timer(dial 8000)");
}

TEST_CASE("fxs: the digit map decides when a number is over") {
    auto fed = dial_tone();
    SECTION("complete") {
        CHECK(fed.digits("201") == "stop_timer(dial) report_incoming(201)");
    }
    SECTION("complete or longer: the short timer") {
        CHECK(fed.digits("95") == "stop_timer(dial) start_timer(dial 3000)");
        CHECK(fed.timer(LineTimer::dial) == "report_incoming(95)");
    }
    SECTION("'#' ends it") {
        CHECK(fed.digits("955#") == "stop_timer(dial) report_incoming(955)");
    }
    SECTION("'#' too early") {
        CHECK(fed.digits("2#") ==
              "stop_timer(dial) report_misdialled(2#) listen play_tone(congestion) start_timer(tone 20000)");
    }
    SECTION("no number begins like this") {
        CHECK(fed.digits("7") ==
              "stop_timer(dial) stop_tone report_misdialled(7) listen play_tone(congestion) start_timer(tone "
              "20000)");
        CHECK(fed.state() == "warning");
    }
    SECTION("no more digits") {
        fed.digits("20");
        CHECK(fed.timer(LineTimer::dial) ==
              "report_misdialled(20) listen play_tone(congestion) start_timer(tone 20000)");
    }
    SECTION("an endless number is refused") {
        fed.digits("9" + std::string(analog::FxsLine::longest_number - 1, '5'));
        CHECK(fed.state() == "dialling");
        fed.digits("5");
        CHECK(fed.state() == "warning");
    }
    SECTION("on-hook while dialling") {
        fed.digits("20");
        CHECK(fed.feed(Kind::on_hook) == "stop_timer(dial) " + down);
        CHECK(fed.feed(Kind::off_hook).find("play_tone(dial)") != std::string::npos);
        CHECK(fed.machine.digits().empty());
    }
}

TEST_CASE("fxs: a map may take '#' as a digit") {
    auto fed = dial_tone(fxs("x.#|x."));
    CHECK(fed.digits("12#") == "stop_timer(dial) report_incoming(12#)");
}

TEST_CASE("fxs: the dial mode of the port") {
    auto tones_only = dial_tone(fxs("2xx", false, true));
    CHECK(tones_only.feed(Kind::pulse_start).empty());
    CHECK(tones_only.feed(Kind::pulse_digit, '2').empty());
    CHECK(tones_only.state() == "dial_tone");
    auto pulses_only = dial_tone(fxs("2xx", true, false));
    CHECK(pulses_only.feed(Kind::digit, '2').empty());
    CHECK(pulses_only.feed(Kind::pulse_digit, '2') == "stop_timer(dial) stop_tone start_timer(dial 8000)");
}

TEST_CASE("fxs: the info tone comes before dial tone where the account cannot be used") {
    auto fed = fxs();
    analog::LineInput lifted;
    lifted.kind = Kind::off_hook;
    lifted.sip_down_tone = std::chrono::milliseconds(990);
    SECTION("once, then all is as after off_hook") {
        CHECK(fed.feed(lifted) == "seize start_audio listen(dtmf) play_tone(info) start_timer(tone 990)");
        CHECK(fed.state() == "dial_tone");
        CHECK(fed.timer(LineTimer::tone) == "play_tone(dial) start_timer(dial 16000)");
        CHECK(fed.timer(LineTimer::dial) == "listen play_tone(congestion) start_timer(tone 20000)");
        fed.feed(Kind::on_hook);
        fed.feed(Kind::wire_settled);
        dial_tone(std::move(fed));
    }
    SECTION("dial tone that is shorter than the wait for a digit ends then") {
        analog::FxsLine::Settings settings;
        settings.digit_map = routing::DigitMap::parse("2xx").value();
        settings.dial_tone = std::chrono::milliseconds(5000);
        Fxs brief{analog::FxsLine(settings)};
        brief.feed(lifted);
        CHECK(brief.timer(LineTimer::tone) ==
              "play_tone(dial) start_timer(dial 16000) start_timer(tone 5000)");
        CHECK(brief.timer(LineTimer::tone) == "stop_tone");
    }
    SECTION("a digit cuts it") {
        fed.feed(lifted);
        CHECK(fed.feed(Kind::digit, '2') == "stop_timer(tone) stop_tone start_timer(dial 8000)");
        CHECK(fed.digits("01") == "stop_timer(dial) report_incoming(201)");
    }
    SECTION("a pulse cuts it") {
        fed.feed(lifted);
        CHECK(fed.feed(Kind::pulse_start) == "stop_timer(tone) stop_tone start_timer(dial 8000)");
    }
    SECTION("a hotline does not wait for it") {
        analog::FxsLine::Settings settings;
        settings.hotline = "112";
        Fxs hot{analog::FxsLine(settings)};
        CHECK(hot.feed(lifted).ends_with("report_incoming(112)"));
        settings.hotline_delay = std::chrono::milliseconds(500);
        Fxs warm{analog::FxsLine(settings)};
        CHECK(warm.feed(lifted).ends_with("play_tone(info) start_timer(tone 990) start_timer(dial 500)"));
        CHECK(warm.timer(LineTimer::tone) == "play_tone(dial)");
        CHECK(warm.timer(LineTimer::dial).ends_with("report_incoming(112)"));
    }
}

TEST_CASE("fxs: ringback, early audio, answer") {
    auto fed = calling();
    CHECK(fed.alert(false) == "play_tone(ringback)");
    CHECK(fed.state() == "ringback");
    CHECK(fed.alert(false).empty());
    CHECK(fed.alert(true) == "stop_tone");
    CHECK(fed.state() == "early");
    CHECK(fed.alert(false) == "play_tone(ringback)");
    CHECK(fed.feed(Kind::answer) == "stop_tone");
    CHECK(fed.state() == "talking");
    CHECK(fed.feed(Kind::on_hook) == "report_released(16) " + down);
}

TEST_CASE("fxs: a refused call is told by tone, without a battery drop") {
    auto fed = calling();
    SECTION("busy") {
        CHECK(fed.release(17) == "report_released(17) listen play_tone(busy) start_timer(tone 20000)");
    }
    SECTION("other") {
        fed.alert(false);
        CHECK(fed.release(34) == "report_released(34) listen play_tone(congestion) start_timer(tone 20000)");
    }
    CHECK(fed.state() == "warning");
    CHECK(fed.timer(LineTimer::tone) == "play_tone(howler) start_timer(tone 40000)");
    CHECK(fed.state() == "howler");
    CHECK(fed.timer(LineTimer::tone) == "stop_tone stop_audio");
    CHECK(fed.state() == "lockout");
    CHECK(fed.feed(Kind::on_hook) == "release_wire");
    CHECK(fed.state() == "idle");
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: on-hook in every state of a call ends it") {
    for (int stage = 0; stage < 4; ++stage) {
        auto fed = calling();
        if (stage == 1) fed.alert(false);
        if (stage == 2) fed.alert(true);
        if (stage == 3) fed.feed(Kind::answer);
        CAPTURE(fed.state());
        CHECK(fed.feed(Kind::on_hook) ==
              std::string("report_released(16) ") + (stage == 1 ? "stop_tone " : "") + down);
        CHECK(fed.state() == "idle");
    }
}

TEST_CASE("fxs: the far end hangs up: battery drop, then a tone until on-hook") {
    auto fed = talking();
    CHECK(fed.release(16) == "report_released(16) " + down);
    CHECK(fed.state() == "dropping");
    SECTION("the phone stays off-hook") {
        CHECK(fed.feed(Kind::wire_settled) ==
              "seize start_audio play_tone(congestion) start_timer(tone 20000)");
        CHECK(fed.state() == "warning");
    }
    SECTION("the phone goes down meanwhile") {
        CHECK(fed.feed(Kind::on_hook).empty());
        CHECK(fed.feed(Kind::wire_settled).empty());
        CHECK(fed.state() == "idle");
    }
    SECTION("down and up again: still the tone, no dial tone") {
        fed.feed(Kind::on_hook);
        fed.feed(Kind::off_hook);
        CHECK(fed.feed(Kind::wire_settled) ==
              "seize start_audio play_tone(congestion) start_timer(tone 20000)");
    }
    const bool idle = fed.state() == "idle";
    CHECK(fed.start("201") ==
          (idle ? "start_ringing start_timer(ring 120000) report_alerting(local)" : "report_released(17)"));
}

TEST_CASE("fxs: digits in talk") {
    auto fed = talking();
    CHECK(fed.feed(Kind::digit, '5').empty());  // carried by the engine
    CHECK(fed.feed(Kind::pulse_digit, '7') == "report_digit(7)");
    CHECK(fed.feed(Kind::send_digit, '#') == "send_digits(#)");
}

TEST_CASE("fxs: the called phone rings and answers") {
    auto fed = rung();
    SECTION("answer") {
        CHECK(fed.feed(Kind::off_hook) == "stop_timer(ring) seize start_audio listen(dtmf) report_answered");
        CHECK(fed.state() == "talking");
        CHECK(fed.feed(Kind::on_hook) == "report_released(16) " + down);
    }
    SECTION("no answer") {
        CHECK(fed.timer(LineTimer::ring) == "report_released(19) stop_ringing");
        CHECK(fed.state() == "idle");
    }
    SECTION("the caller gives up") {
        CHECK(fed.release(16) == "report_released(16) stop_timer(ring) stop_ringing");
        CHECK(fed.state() == "idle");
    }
    SECTION("ringer reports mean nothing yet") {
        CHECK(fed.feed(Kind::ringer_on).empty());
        CHECK(fed.feed(Kind::ringer_off).empty());
        CHECK(fed.feed(Kind::on_hook).empty());
        CHECK(fed.machine.unexpected() == 0);
    }
}

TEST_CASE("fxs: glare: a phone lifted before start makes the line busy") {
    auto fed = dial_tone();
    CHECK(fed.start("201") == "report_released(17)");
    CHECK(fed.state() == "dial_tone");
    CHECK_FALSE(fed.machine.has_call());
}

TEST_CASE("fxs: a short hang-up before the call is a new beginning") {
    auto fed = dial_tone();
    SECTION("while dialling") {
        fed.digits("20");
        CHECK(fed.feed(Kind::flash) == "stop_timer(dial) play_tone(dial) start_timer(dial 16000)");
    }
    SECTION("in the reorder tone") {
        fed.digits("7");
        CHECK(fed.state() == "warning");
        CHECK(fed.feed(Kind::flash) ==
              "stop_timer(tone) listen(dtmf) play_tone(dial) start_timer(dial 16000)");
    }
    SECTION("in the off-hook warning") {
        fed.digits("7");
        fed.timer(LineTimer::tone);
        CHECK(fed.state() == "howler");
        fed.feed(Kind::flash);
    }
    CHECK(fed.state() == "dial_tone");
    CHECK(fed.digits("201").ends_with("report_incoming(201)"));
}

TEST_CASE("fxs: a flash of a phone that counts as down is a lifting") {
    auto idle = fxs();
    CHECK(idle.feed(Kind::flash) == "seize start_audio listen(dtmf) play_tone(dial) start_timer(dial 16000)");
    CHECK(idle.machine.off_hook());
    auto called = fxs();
    called.start("201");
    CHECK(called.feed(Kind::flash) == "stop_timer(ring) seize start_audio listen(dtmf) report_answered");
    CHECK(called.machine.off_hook());
    CHECK(called.machine.unexpected() == 0);
}

TEST_CASE("fxs: alarm, removal and service end the call with 27 and come back") {
    SECTION("alarm, phone still up") {
        auto fed = talking();
        CHECK(fed.feed(Kind::alarm) == "report_released(27) " + down);
        CHECK(fed.state() == "unavailable");
        CHECK(fed.start("201") == "report_released(27)");
        fed.feed(Kind::alarm_clear);
        CHECK(fed.state() == "lockout");
        CHECK(fed.feed(Kind::off_hook).empty());
        CHECK(fed.feed(Kind::flash).empty());
        CHECK(fed.state() == "lockout");
        CHECK(fed.machine.unexpected() == 0);
        fed.feed(Kind::on_hook);
        CHECK(fed.state() == "idle");
    }
    SECTION("service, phone put down meanwhile") {
        auto fed = rung();
        CHECK(fed.feed(Kind::out_of_service) == "report_released(27) stop_timer(ring) stop_ringing");
        CHECK(fed.feed(Kind::off_hook).empty());
        CHECK(fed.feed(Kind::on_hook).empty());
        fed.feed(Kind::alarm);
        fed.feed(Kind::in_service);
        CHECK(fed.state() == "unavailable");  // the alarm is still there
        fed.feed(Kind::alarm_clear);
        CHECK(fed.state() == "idle");
    }
    SECTION("removed is for ever") {
        auto fed = calling();
        CHECK(fed.feed(Kind::removed) == "report_released(27) " + down);
        fed.feed(Kind::in_service);
        fed.feed(Kind::alarm_clear);
        CHECK(fed.state() == "unavailable");
        CHECK(fed.machine.alarm());
    }
}

TEST_CASE("fxs: a board that refuses fails the call instead of hanging") {
    auto rings = rung();
    CHECK(rings.feed(Kind::hardware_failed) == "report_released(41) stop_timer(ring) stop_ringing");
    CHECK(rings.state() == "idle");
    auto talks = talking();
    CHECK(talks.feed(Kind::hardware_failed) == "report_released(41) listen stop_audio");
    CHECK(talks.state() == "lockout");
    CHECK(talks.feed(Kind::hardware_failed).empty());
}

TEST_CASE("fxs: shut down is silent and final") {
    auto fed = talking();
    CHECK(fed.feed(Kind::shut_down) == down);
    CHECK(fed.feed(Kind::off_hook).empty());
    CHECK(fed.start("201").empty());
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: what a state has no use for is counted") {
    auto fed = talking();
    CHECK(fed.feed(Kind::ring_begin).empty());
    CHECK(fed.feed(Kind::off_hook).empty());
    CHECK(fed.machine.unexpected() == 2);
    CHECK(fed.timer(LineTimer::dial).empty());  // stopped long ago: crossed, not unexpected
    CHECK(fed.machine.unexpected() == 2);
}
