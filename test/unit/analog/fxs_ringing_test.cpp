// The rows of FxsLine's table for the bell: caller ID in all timings, messages, late on-hook, polarity, what a
// phone is told when the far end has gone.
#include "fxs_fed.hpp"

using namespace tipring;
using namespace tipring::test;
using config::CallerIdTiming;

namespace {

Fxs timed(CallerIdTiming timing, bool ntt = false) {
    auto settings = with_codes();
    settings.caller_id_timing = timing;
    settings.caller_id_answered = ntt;
    return idle_phone(settings);
}

}  // namespace

TEST_CASE("fxs: caller ID in the first long silence") {
    auto fed = idle_phone();
    CHECK(fed.call(0, true, 2) == "start_ringing start_timer(ring 120000) report_alerting(local)");
    CHECK(fed.feed(Kind::ringer_off).empty());
    CHECK(fed.feed(Kind::ringer_off) == "start_audio play_clip(caller_id)");
    SECTION("once") {
        CHECK(fed.feed(Kind::clip_played) == "stop_audio");
        CHECK(fed.feed(Kind::ringer_off).empty());
        CHECK(fed.feed(Kind::off_hook) == "stop_timer(ring) seize start_audio listen(dtmf) report_answered");
    }
    SECTION("the phone answers in the middle of it") {
        CHECK(fed.feed(Kind::off_hook) == "stop_clip stop_timer(ring) seize listen(dtmf) report_answered");
        CHECK(fed.feed(Kind::clip_played).empty());  // crossed
        CHECK(fed.state() == "talking");
    }
    SECTION("the caller gives up in the middle of it") {
        CHECK(fed.release_of(0) == "report_released(16) stop_clip stop_timer(ring) stop_audio stop_ringing");
        CHECK(fed.state() == "idle");
        CHECK(fed.feed(Kind::clip_played).empty());
    }
    SECTION("nobody answers") {
        CHECK(fed.timer(LineTimer::ring) == "report_released(19) stop_clip stop_audio stop_ringing");
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: nothing to tell, nothing told") {
    for (const auto timing : {CallerIdTiming::after_first_ring, CallerIdTiming::before_ring,
                              CallerIdTiming::ring_pulse, CallerIdTiming::reversal}) {
        auto fed = timed(timing);
        CHECK(fed.call(0, false) == "start_ringing start_timer(ring 120000) report_alerting(local)");
        CHECK(fed.feed(Kind::ringer_off).empty());
    }
}

TEST_CASE("fxs: caller ID before the ring") {
    const auto [timing, reversal] = GENERATE(
        std::pair{CallerIdTiming::before_ring, false}, std::pair{CallerIdTiming::dual_tone, false},
        std::pair{CallerIdTiming::reversal, true}, std::pair{CallerIdTiming::reversal_dual_tone, true});
    auto fed = timed(timing);
    const std::string back = reversal ? " polarity(off)" : "";
    CHECK(fed.call(0, true) == std::string("start_audio ") + (reversal ? "polarity(on) " : "") +
                                   "start_timer(tone 6000) play_clip(caller_id) report_alerting(local)");
    CHECK(fed.state() == "announcing");
    SECTION("then it rings, with the port's own limit") {
        CHECK(fed.feed(Kind::clip_played) ==
              "stop_timer(tone) stop_audio" + back + " start_ringing start_timer(ring 120000)");
        CHECK(fed.feed(Kind::ringer_off).empty());
    }
    SECTION("also when the clip never ends") {
        CHECK(fed.timer(LineTimer::tone) ==
              "stop_clip stop_audio" + back + " start_ringing start_timer(ring 120000)");
    }
    SECTION("the phone is lifted meanwhile: it answers") {
        CHECK(fed.feed(Kind::off_hook) ==
              "stop_clip stop_timer(tone) seize listen(dtmf)" + back + " report_answered");
        CHECK(fed.state() == "talking");
    }
    SECTION("the caller gives up meanwhile") {
        CHECK(fed.release_of(0) == "report_released(16) stop_clip stop_timer(tone) stop_audio" + back);
        CHECK(fed.state() == "idle");
    }
    SECTION("the board fails meanwhile") {
        CHECK(fed.feed(Kind::hardware_failed).starts_with("report_released(41) stop_clip"));
        CHECK(fed.state() == "idle");
    }
    CHECK(fed.feed(Kind::on_hook).find("play") == std::string::npos);
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: caller ID after a short ring") {
    auto fed = timed(CallerIdTiming::ring_pulse);
    CHECK(fed.call(0, true) == "start_ringing(short) start_timer(tone 6000) report_alerting(local)");
    SECTION("the message, then the ring") {
        CHECK(fed.feed(Kind::ringer_off) ==
              "stop_timer(tone) stop_ringing start_audio start_timer(tone 6000) play_clip(caller_id)");
        CHECK(fed.feed(Kind::ringer_off).empty());  // the driver's late report
        CHECK(fed.feed(Kind::clip_played) ==
              "stop_timer(tone) stop_audio start_ringing start_timer(ring 120000)");
    }
    SECTION("lifted in the short ring: answered") {
        CHECK(fed.feed(Kind::off_hook) == "stop_timer(tone) seize start_audio listen(dtmf) report_answered");
    }
    SECTION("the driver never reports its end") {
        CHECK(fed.timer(LineTimer::tone) == "stop_ringing start_ringing start_timer(ring 120000)");
    }
    SECTION("the caller gives up") {
        CHECK(fed.release_of(0) == "report_released(16) stop_timer(tone) stop_ringing");
        CHECK(fed.state() == "idle");
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: a phone's modem answers the short rings (NTT)") {
    auto fed = timed(CallerIdTiming::ring_pulse, true);
    CHECK(fed.call(0, true) == "start_ringing(short) start_timer(tone 6000) report_alerting(local)");
    CHECK(fed.feed(Kind::ringer_off).empty());  // they go on until it answers
    SECTION("no modem: it rings as usual") {
        CHECK(fed.timer(LineTimer::tone) == "stop_ringing start_ringing start_timer(ring 120000)");
        CHECK(fed.state() == "ringing");
        return;
    }
    CHECK(fed.feed(Kind::off_hook) ==
          "stop_timer(tone) seize start_audio start_timer(tone 6000) play_clip(caller_id)");
    CHECK(fed.state() == "announcing");
    SECTION("it goes down, then the phone rings") {
        if (GENERATE(false, true)) {
            CHECK(fed.feed(Kind::clip_played).empty());
            CHECK(fed.feed(Kind::on_hook) ==
                  "stop_timer(tone) stop_audio release_wire start_timer(tone 1000)");
        } else {
            CHECK(fed.feed(Kind::on_hook) ==
                  "stop_clip stop_timer(tone) stop_audio release_wire start_timer(tone 1000)");
        }
        SECTION("and answers") {
            CHECK(fed.timer(LineTimer::tone) == "start_ringing start_timer(ring 120000)");
            fed.feed(Kind::off_hook);
            CHECK(fed.state() == "talking");
        }
        SECTION("or is lifted before that") {
            CHECK(fed.feed(Kind::off_hook).ends_with("report_answered"));
        }
        SECTION("or the caller gives up in between") {
            CHECK(fed.release_of(0) == "report_released(16) stop_timer(tone)");
            CHECK(fed.state() == "idle");
        }
    }
    SECTION("it stays up: somebody has lifted the handset") {
        fed.feed(Kind::clip_played);
        CHECK(fed.timer(LineTimer::tone) == "listen(dtmf) report_answered");
        CHECK(fed.state() == "talking");
    }
    SECTION(
        "the caller gives up: who holds the handset hears a tone, and is not taken for a phone that is "
        "down") {
        CHECK(fed.release_of(0) ==
              "report_released(16) stop_clip stop_timer(tone) play_tone(congestion) "
              "start_timer(tone 20000)");
        CHECK(fed.state() == "warning");
        fed.feed(Kind::on_hook);
        CHECK(fed.state() == "idle");
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: messages are told to a phone that is down") {
    auto fed = idle_phone();
    const auto show = [&](bool polarity, bool clip) {
        analog::LineInput input;
        input.kind = Kind::show_messages;
        input.inband = polarity;
        input.id_plan.known = clip;
        return fed.feed(input);
    };
    SECTION("by a message") {
        CHECK(show(false, true) == "start_audio start_timer(tone 6000) play_clip(message_waiting)");
        CHECK(fed.state() == "notifying");
        CHECK(fed.machine.idle());
        SECTION("to its end") {
            CHECK(fed.feed(Kind::clip_played) == "stop_timer(tone) stop_audio");
        }
        SECTION("that never ends") {
            CHECK(fed.timer(LineTimer::tone) == "stop_clip stop_audio");
        }
        SECTION("a call comes") {
            CHECK(fed.call(0, true) ==
                  "stop_clip stop_timer(tone) stop_audio start_ringing start_timer(ring "
                  "120000) report_alerting(local)");
            fed.release_of(0);
        }
        SECTION("the phone is lifted") {
            CHECK(fed.feed(Kind::off_hook) ==
                  "stop_clip stop_timer(tone) seize listen(dtmf) play_tone(dial) start_timer(dial 16000)");
            fed.feed(Kind::on_hook);
        }
        SECTION("the driver's late report") {
            CHECK(fed.feed(Kind::on_hook).empty());
            fed.feed(Kind::clip_played);
        }
        CHECK(fed.state() == "idle");
    }
    SECTION("by polarity, while the phone is down") {
        CHECK(show(true, false) == "polarity(on)");
        CHECK(show(true, false).empty());
        CHECK(fed.feed(Kind::off_hook).ends_with("polarity(off) start_timer(dial 16000)"));
        CHECK(fed.feed(Kind::on_hook).ends_with("release_wire polarity(on)"));
        CHECK(show(false, false) == "polarity(off)");
    }
    SECTION("not to a phone in use") {
        fed.feed(Kind::off_hook);
        CHECK(show(true, true).empty());
        CHECK(fed.state() == "dial_tone");
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: a called phone may be down for a moment") {
    auto settings = with_codes();
    settings.late_on_hook = 5s;
    SECTION("called") {
        auto fed = called_phone(settings);
        CHECK(fed.feed(Kind::on_hook) == "listen start_timer(tone 5000)");
        CHECK(fed.state() == "late");
        CHECK(fed.machine.connected(0));
        SECTION("lifted in time") {
            CHECK(fed.feed(GENERATE(Kind::off_hook, Kind::flash)) == "stop_timer(tone) listen(dtmf)");
            CHECK(fed.state() == "talking");
        }
        SECTION("not lifted") {
            CHECK(fed.timer(LineTimer::tone) == "report_released(16) stop_audio release_wire");
            CHECK(fed.state() == "idle");
        }
        SECTION("the caller hangs up") {
            CHECK(fed.release_of(0) == "report_released(16) stop_timer(tone) stop_audio release_wire");
            CHECK(fed.state() == "idle");
        }
        SECTION("a call that comes now is refused") {
            CHECK(fed.call(1) == "report_released#1(17)");
        }
        CHECK(fed.machine.unexpected() == 0);
    }
    SECTION("the caller, and one with two calls, hang up at once") {
        auto caller = calling_phone(settings);
        CHECK(caller.feed(Kind::on_hook) == "report_released(16) " + wire_down);
        auto two = waited_on(called_phone(settings));
        two.feed(Kind::on_hook);
        CHECK(two.state() == "recalling");
    }
}

TEST_CASE("fxs: polarity tells of the answer, and of the end") {
    auto settings = with_codes();
    settings.disconnect_battery = false;
    SECTION("answer, towards the phone that has dialled") {
        settings.answer_polarity = true;
        settings.disconnect_polarity = true;
        auto fed = idle_phone(settings);
        fed.feed(Kind::off_hook);
        fed.digits("201");
        CHECK(fed.feed(Kind::answer) == "polarity(on)");
        CHECK(fed.release_of(0) ==
              "report_released(16) listen play_tone(congestion) polarity(off) "
              "start_timer(tone 20000)");
        auto called = called_phone(settings);
        CHECK_FALSE(called.machine.conditions().reversed);
    }
    SECTION("held, it is gone; taken back, it is there again") {
        settings.answer_polarity = true;
        auto fed = calling_phone(settings);
        CHECK(fed.feed(Kind::flash).find("polarity(off)") != std::string::npos);
        CHECK(fed.feed(Kind::flash).find("polarity(on)") != std::string::npos);
    }
    SECTION("the end, until the phone is down") {
        settings.disconnect_polarity = true;
        auto fed = called_phone(settings);
        CHECK(fed.release_of(0) ==
              "report_released(16) listen play_tone(congestion) polarity(on) "
              "start_timer(tone 20000)");
        CHECK(fed.timer(LineTimer::tone) == "play_tone(howler) start_timer(tone 40000)");
        CHECK(fed.timer(LineTimer::tone) == "stop_tone stop_audio");
        CHECK(fed.feed(Kind::on_hook) == "release_wire polarity(off)");
    }
}

TEST_CASE("fxs: the far end has gone, and no tone is wanted") {
    auto settings = with_codes();
    settings.disconnect_tone = false;
    SECTION("battery drop alone") {
        auto fed = called_phone(settings);
        CHECK(fed.release_of(0) == "report_released(16) " + wire_down);
        CHECK(fed.feed(Kind::wire_settled).empty());
        CHECK(fed.state() == "lockout");
        CHECK(fed.feed(Kind::on_hook).empty());
        CHECK(fed.state() == "idle");
    }
    SECTION("nothing at all") {
        settings.disconnect_battery = false;
        auto fed = called_phone(settings);
        CHECK(fed.release_of(0) == "report_released(16) listen stop_audio");
        CHECK(fed.state() == "lockout");
    }
    SECTION("a busy number is told all the same, and who has another call") {
        auto fed = idle_phone(settings);
        fed.feed(Kind::off_hook);
        fed.digits("201");
        CHECK(fed.release_of(0, 17).find("play_tone(busy)") != std::string::npos);
        auto two = waited_on(called_phone(settings));
        two.release_of(0);
        CHECK(two.state() == "warning");
    }
}

TEST_CASE("fxs: no lock-out: the tone goes on") {
    auto settings = with_codes();
    settings.lock_out = false;
    auto fed = idle_phone(settings);
    fed.feed(Kind::off_hook);
    fed.digits("7");
    for (int i = 0; i < 3; ++i) {
        CHECK(fed.timer(LineTimer::tone) == "start_timer(tone 20000)");
        CHECK(fed.state() == "warning");
    }
    fed.feed(Kind::on_hook);
    CHECK(fed.state() == "idle");
}
