// FxoLine's transition table: calls to the exchange, up to the answer.
#include "fxo_fed.hpp"

using namespace tipring;
using namespace tipring::test;
using analog::LineTimer;
using config::AnswerBy;
using media::HeardTone;
using Kind = analog::LineInputKind;

TEST_CASE("fxo: a call to the exchange") {
    auto fed = seizing("+555-1w2");
    CHECK(fed.feed(Kind::ring_end).empty());
    CHECK(fed.feed(Kind::hook_complete) ==
          "stop_timer(dial) start_audio listen(progress) start_timer(dial 5000)");
    CHECK(fed.state() == "dial_tone_wait");
    CHECK(fed.feed(Kind::ring_begin).empty());
    CHECK(fed.feed(Kind::ring_end).empty());
    CHECK(fed.hear(HeardTone::ringback).empty());
    // 5 digits of 200 ms, one pause of 500 ms, and 5 s.
    CHECK(fed.hear(HeardTone::dial) ==
          "prove_good stop_timer(dial) listen start_timer(dial 6500) send_digits(5551w2)");
    CHECK(fed.state() == "dialling");
    CHECK(fed.feed(Kind::ring_begin).empty());
    CHECK(fed.feed(Kind::ring_end).empty());
    CHECK(fed.feed(Kind::digits_sent) ==
          "stop_timer(dial) listen(dtmf)(progress) report_alerting(inband) report_answered");
    CHECK(fed.state() == "talking");
    CHECK(fed.feed(Kind::ring_begin).empty());
    CHECK(fed.feed(Kind::ring_end).empty());
    CHECK(fed.alert(false).empty());
    CHECK(fed.release(16) == "report_released(16 remote) " + clear_talk);
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: without waiting for dial tone a pause is enough") {
    auto settings = plain();
    settings.wait_for_dial_tone = false;
    auto fed = seizing("12", settings);
    CHECK(fed.feed(Kind::hook_complete) ==
          "stop_timer(dial) start_audio listen(progress) start_timer(dial 1000)");
    CHECK(fed.timer(LineTimer::dial) == "listen start_timer(dial 5400) send_digits(12)");
}

TEST_CASE("fxo: an empty number is answered by dial tone, an undiallable one refused") {
    auto settings = answer_by(AnswerBy::polarity);
    settings.dial_prefix = "9";
    auto fed = waiting("", settings);
    CHECK(fed.hear(HeardTone::dial) ==
          "prove_good stop_timer(dial) listen listen(dtmf)(progress) report_alerting(inband) "
          "report_answered");
    auto refused = fxo(settings);
    CHECK(refused.start("+-") == "report_released(28)");
    CHECK(refused.machine.idle());
}

TEST_CASE("fxo: a prefix, and a second dial tone") {
    auto settings = plain();
    settings.dial_prefix = "9W";
    auto fed = dialling("12", settings);
    CHECK(fed.feed(Kind::digits_sent) == "stop_timer(dial) listen(progress) start_timer(dial 5000)");
    CHECK(fed.state() == "dial_tone_wait");
    SECTION("is heard") {
        CHECK(fed.hear(HeardTone::dial) ==
              "prove_good stop_timer(dial) listen start_timer(dial 5400) send_digits(12)");
        fed.feed(Kind::digits_sent);
        CHECK(fed.state() == "talking");
    }
    SECTION("is not: the line itself was well") {
        CHECK(fed.timer(LineTimer::dial) == "report_released(34) " + clear_talk);
    }
    SECTION("is not waited for in vain where none is asked for") {
        settings.wait_for_dial_tone = false;
        auto patient = waiting("12", settings);
        patient.timer(LineTimer::dial);
        CHECK(patient.feed(Kind::digits_sent).ends_with("start_timer(dial 5000)"));
        CHECK(patient.timer(LineTimer::dial).ends_with("send_digits(12)"));
    }
}

TEST_CASE("fxo: slow pulses get the time that they need") {
    auto settings = plain();
    settings.pulse = true;
    settings.pulse_digit = 4s;
    auto fed = waiting("12", settings);
    CHECK(fed.hear(HeardTone::dial).ends_with("start_timer(dial 13000) dial_pulses(12)"));
}

TEST_CASE("fxo: pulses are dialled without audio, with our own pauses") {
    auto settings = plain();
    settings.pulse = true;
    settings.dial_prefix = "0ww";
    auto fed = waiting("1*2W3", settings);
    CHECK(fed.hear(HeardTone::dial) ==
          "prove_good stop_timer(dial) listen stop_audio start_timer(dial 6750) dial_pulses(0)");
    CHECK(fed.feed(Kind::pulses_dialled) == "stop_timer(dial) start_timer(dial 1000)");
    CHECK(fed.feed(Kind::pulses_dialled).empty());  // told twice
    CHECK(fed.timer(LineTimer::dial) == "start_timer(dial 8500) dial_pulses(12)");
    CHECK(fed.feed(Kind::pulses_dialled) ==
          "stop_timer(dial) start_audio listen(progress) start_timer(dial 5000)");
    CHECK(fed.hear(HeardTone::dial).ends_with("dial_pulses(3)"));
    CHECK(fed.feed(Kind::pulses_dialled) ==
          "stop_timer(dial) start_audio listen(dtmf)(progress) report_alerting(inband) report_answered");
    CHECK(fed.state() == "talking");
    CHECK(fed.machine.unexpected() == 0);
    auto refused = fxo(settings);
    CHECK(refused.start("#*") == "report_released(28)");
}

TEST_CASE("fxo: a line that cannot be used is released and counted, so that the next one is tried") {
    SECTION("no confirmation") {
        auto fed = seizing();
        CHECK(fed.timer(LineTimer::dial) ==
              "note_refused(not_confirmed) report_released(41) release_wire start_timer(drop 1000)");
    }
    SECTION("no dial tone") {
        auto fed = waiting();
        CHECK(fed.timer(LineTimer::dial) == "note_refused(no_dial_tone) report_released(34) " + clear_talk);
    }
    SECTION("busy, congestion or learnt tone instead") {
        auto fed = waiting();
        CHECK(fed.hear(GENERATE(HeardTone::busy, HeardTone::congestion, HeardTone::learnt)) ==
              "note_refused(busy_tone) report_released(34 busy_tone) stop_timer(dial) " + clear_talk);
    }
    SECTION("battery drop while waiting") {
        auto fed = waiting();
        CHECK(fed.feed(Kind::battery_lost) == "start_timer(battery 200)");
        CHECK(fed.timer(LineTimer::battery) ==
              "note_refused(no_battery) report_released(27 battery) stop_timer(dial) " + clear_talk);
    }
    SECTION("battery drop while dialling, though it began before") {
        auto fed = waiting();
        fed.feed(Kind::battery_lost);
        fed.hear(HeardTone::dial);
        CHECK(fed.timer(LineTimer::battery) ==
              "note_refused(no_battery) report_released(27 battery) stop_timer(dial) stop_audio release_wire "
              "start_timer(drop 1000)");
    }
    SECTION("battery that comes back") {
        auto fed = GENERATE(0, 1) == 0 ? waiting() : dialling();
        fed.feed(Kind::battery_lost);
        CHECK(fed.feed(Kind::battery_present) == "stop_timer(battery)");
    }
    SECTION("the engine never says that the digits are sent") {
        auto fed = dialling();
        CHECK(fed.timer(LineTimer::dial) ==
              "report_released(41) stop_audio release_wire start_timer(drop 1000)");
    }
    SECTION("glare: the exchange rings while we seize") {
        auto fed = seizing();
        CHECK(fed.feed(Kind::ring_begin) ==
              "note_refused(ringing) report_released(44) stop_timer(dial) release_wire "
              "start_timer(drop 1000)");
        // The caller still rings: the next burst is a call like any other.
        CHECK(fed.feed(Kind::ring_end).empty());
        CHECK(fed.feed(Kind::ring_begin) == "stop_timer(drop) start_timer(burst 200) start_timer(ring 8000)");
        CHECK(fed.state() == "ring_check");
    }
    SECTION("given up by the caller") {
        for (int stage = 0; stage < 4; ++stage) {
            auto fed = stage == 0   ? seizing()
                       : stage == 1 ? waiting()
                       : stage == 2 ? dialling()
                                    : answer_wait();
            CHECK(fed.release(16).starts_with("report_released(16 remote)"));
            CHECK(fed.state() == "clearing");
        }
    }
}

TEST_CASE("fxo: the answer is a reversal") {
    auto fed = dialling("12", answer_by(AnswerBy::polarity));
    CHECK(fed.feed(Kind::digits_sent) ==
          "stop_timer(dial) listen(dtmf)(progress) start_timer(dial 10000) report_alerting(inband)");
    CHECK(fed.state() == "answer_wait");
    CHECK(fed.feed(Kind::voice_heard).empty());
    CHECK(fed.alert(false).empty());
    CHECK(fed.feed(Kind::ring_begin).empty());
    CHECK(fed.feed(Kind::ring_end).empty());
    CHECK(fed.feed(Kind::send_digit, '5') == "send_digits(5)");
    SECTION("it comes, and the one back ends the call") {
        CHECK(fed.feed(Kind::polarity) ==
              "prove_good stop_timer(dial) report_answered start_timer(settle 1000)");
        CHECK(fed.state() == "talking");
        CHECK(fed.feed(Kind::polarity).empty());  // a bounce
        fed.timer(LineTimer::settle);
        CHECK(fed.feed(Kind::polarity) == "start_timer(polarity 200)");
        CHECK(fed.timer(LineTimer::polarity) == "report_released(16 polarity) " + clear_talk);
    }
    SECTION("it does not: the limit counts as the answer") {
        CHECK(fed.timer(LineTimer::dial) == "report_answered");
        CHECK(fed.state() == "talking");
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: without a limit only the sign itself is the answer") {
    auto settings = answer_by(AnswerBy::polarity);
    settings.answer_after = 0ms;
    auto fed = dialling("12", settings);
    CHECK(fed.feed(Kind::digits_sent) == "stop_timer(dial) listen(dtmf)(progress) report_alerting(inband)");
    CHECK(fed.state() == "answer_wait");
    fed.feed(Kind::polarity);
    CHECK(fed.state() == "talking");
}

TEST_CASE("fxo: the answer is a voice") {
    auto fed = dialling("12", answer_by(AnswerBy::voice));
    CHECK(fed.feed(Kind::digits_sent) ==
          "stop_timer(dial) listen(dtmf)(progress)(voice) start_timer(dial 10000) report_alerting(inband)");
    SECTION("it comes") {
        CHECK(fed.feed(Kind::voice_heard) ==
              "prove_good stop_timer(dial) listen(dtmf)(progress) report_answered");
    }
    SECTION("a reversal before it is the answer signal all the same, and no release") {
        CHECK(fed.feed(Kind::polarity) == "start_timer(settle 1000)");
        CHECK(fed.state() == "answer_wait");
        CHECK(fed.feed(Kind::voice_heard).ends_with("start_timer(settle 1000) report_answered"));
        fed.timer(LineTimer::settle);
        fed.feed(Kind::polarity);
        CHECK(fed.timer(LineTimer::polarity).starts_with("report_released(16 polarity)"));
    }
    SECTION("a second reversal before it ends the call") {
        fed.feed(Kind::polarity);
        fed.timer(LineTimer::settle);
        CHECK(fed.feed(Kind::polarity) == "start_timer(polarity 200)");
        CHECK(fed.timer(LineTimer::polarity).starts_with("report_released(31 polarity)"));
    }
}

TEST_CASE("fxo: the answer is a matter of time") {
    auto fed = dialled(answer_by(AnswerBy::timer));
    CHECK(fed.state() == "answer_wait");
    CHECK(fed.feed(Kind::voice_heard).empty());
    CHECK(fed.timer(LineTimer::dial) == "report_answered");
    auto settings = answer_by(AnswerBy::timer);
    settings.answer_after = 0ms;
    CHECK(dialled(settings).state() == "talking");
}

TEST_CASE("fxo: a call that ends before its answer says why") {
    auto fed = answer_wait();
    std::string released;
    SECTION("busy or learnt tone") {
        fed.hear(HeardTone::ringback);
        released = fed.hear(GENERATE(HeardTone::busy, HeardTone::learnt));
        CHECK(released.starts_with("report_released(17 busy_tone)"));
    }
    SECTION("congestion") {
        released = fed.hear(HeardTone::congestion);
        CHECK(released.starts_with("report_released(42 busy_tone)"));
    }
    SECTION("dial tone again") {
        CHECK(fed.hear(HeardTone::dial) == "start_timer(tone 10000)");
        released = fed.timer(LineTimer::tone);
        CHECK(released.starts_with("report_released(31 dial_tone)"));
    }
    SECTION("dial tone that ends") {
        fed.hear(HeardTone::dial);
        CHECK(fed.feed(Kind::tone_gone) == "stop_timer(tone)");
        return;
    }
    SECTION("battery") {
        fed.feed(Kind::battery_lost);
        released = fed.timer(LineTimer::battery);
        CHECK(released.starts_with("report_released(31 battery)"));
    }
    SECTION("battery that comes back") {
        fed.feed(Kind::battery_lost);
        CHECK(fed.feed(Kind::battery_present) == "stop_timer(battery)");
        return;
    }
    CHECK(released.ends_with(clear_talk));
    CHECK(fed.state() == "clearing");
}
