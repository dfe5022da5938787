// The rows of FxsLine's table for a call that waits: tone, time, the caller's number in the call.
#include "fxs_fed.hpp"

using namespace tipring;
using namespace tipring::test;

TEST_CASE("fxs: a call waits, by its tone alone") {
    auto fed = called_phone();
    CHECK(fed.call(1) ==
          "start_timer(ring 120000) report_alerting#1(local) play_clip(call_waiting) start_timer(wait 6000)");
    CHECK(fed.machine.held_calls() == 1);
    CHECK_FALSE(fed.machine.has_held_call());
    CHECK_FALSE(fed.machine.connected(1));
    CHECK(fed.machine.waiting_slot() == analog::line_slots);
    SECTION("the tone comes again") {
        CHECK(fed.feed(Kind::clip_played) == "start_timer(wait 10000)");
        CHECK(fed.timer(LineTimer::wait) == "play_clip(call_waiting) start_timer(wait 6000)");
        CHECK(fed.feed(Kind::clip_played) == "start_timer(wait 10000)");
        CHECK(fed.feed(Kind::digit, 'D').empty());
    }
    SECTION("nobody takes it") {
        CHECK(fed.timer(LineTimer::ring) == "report_released#1(19) stop_timer(wait) stop_clip");
        CHECK(fed.state() == "talking");
        CHECK(fed.machine.waiting_slot() == 1);
    }
    SECTION("its caller gives up, between two tones") {
        fed.feed(Kind::clip_played);
        CHECK(fed.release_of(1) == "report_released#1(16) stop_timer(ring) stop_timer(wait)");
        CHECK(fed.state() == "talking");
        CHECK(fed.feed(Kind::on_hook) == "report_released(16) " + wire_down);
    }
    SECTION("the present one ends: a tone, and a flash takes the other") {
        CHECK(fed.release_of(0) ==
              "report_released(16) stop_clip stop_timer(ring) stop_timer(wait) listen play_tone(congestion) "
              "start_timer(ring "
              "120000) start_timer(tone 20000)");
        CHECK(fed.state() == "warning");
        CHECK(fed.feed(Kind::flash) ==
              "stop_timer(tone) stop_timer(ring) stop_tone listen(dtmf) report_answered#1 report_media#1");
        CHECK(fed.state() == "talking");
        CHECK(fed.machine.held_calls() == 0);
    }
    SECTION("the phone hangs up: it rings for the other") {
        CHECK(fed.feed(Kind::on_hook) == "report_released(16) stop_clip stop_timer(ring) stop_timer(wait) " +
                                             wire_down + " start_timer(tone 1000)");
        CHECK(fed.state() == "recalling");
        CHECK(fed.timer(LineTimer::tone) == "start_ringing start_timer(ring 120000)");
        CHECK(fed.feed(Kind::off_hook) ==
              "stop_timer(ring) seize start_audio listen(dtmf) report_answered#1");
        CHECK(fed.machine.connected(1));
    }
    SECTION("a third one is refused, in that slot and in the other") {
        CHECK(fed.machine.waiting_slot() == analog::line_slots);
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: a call that waits has its time, whatever the phone does meanwhile") {
    auto fed = called_phone();
    fed.call(1);
    fed.now += 50s;
    CHECK(fed.feed(Kind::flash) ==
          "stop_clip stop_timer(ring) stop_timer(wait) play_tone(recall) start_timer(ring 70000) "
          "start_timer(dial 3000) "
          "report_media");
    CHECK(fed.state() == "menu");
    fed.now += 2s;
    // The tone goes on after a digit that means nothing.
    CHECK(fed.feed(Kind::digit, '9') ==
          "stop_timer(dial) stop_timer(ring) stop_tone start_timer(ring 68000) report_media start_timer(wait "
          "10000)");
    fed.feed(Kind::flash);
    CHECK(fed.timer(LineTimer::ring).starts_with("report_released#1(19)"));
    CHECK(fed.state() == "talking");
    fed.call(1);
    fed.now += 100s;
    fed.feed(Kind::on_hook);
    fed.now += 1s;
    CHECK(fed.timer(LineTimer::tone) == "start_ringing start_timer(ring 19000)");
}

TEST_CASE("fxs: a recalled call that waited is announced by its own plan, a held one is not") {
    auto fed = idle_phone();
    fed.call(0, true, 1);
    fed.feed(Kind::off_hook);
    fed.call(1, true, 2);
    fed.feed(Kind::on_hook);
    fed.timer(LineTimer::tone);
    CHECK(fed.feed(Kind::ringer_off).empty());
    CHECK(fed.feed(Kind::ringer_off) == "start_audio play_clip(caller_id)");
    fed.feed(Kind::off_hook);
    fed.feed(Kind::flash);
    fed.feed(Kind::on_hook);
    fed.timer(LineTimer::tone);
    REQUIRE(fed.state() == "ringing");
    CHECK(fed.feed(Kind::ringer_off).empty());
    CHECK(fed.feed(Kind::ringer_off).empty());
}

TEST_CASE("fxs: the waiting caller's number in the call (type II)") {
    auto fed = called_phone();
    CHECK(fed.call(1, true) ==
          "start_timer(ring 120000) report_alerting#1(local) mute(on) play_clip(call_waiting) "
          "start_timer(wait 6000)");
    CHECK(fed.feed(Kind::digit, 'D').empty());  // before it was asked
    CHECK(fed.feed(Kind::clip_played) == "start_timer(wait 400)");
    SECTION("the phone shows it") {
        CHECK(fed.feed(Kind::digit, '5').empty());
        CHECK(fed.feed(Kind::digit, 'D') ==
              "stop_timer(wait) play_clip(waiting_caller_id) start_timer(wait 6000)");
        CHECK(fed.feed(Kind::digit, 'D').empty());
        CHECK(fed.feed(Kind::clip_played) == "mute(off) start_timer(wait 10000)");
        CHECK(fed.timer(LineTimer::wait) == "play_clip(call_waiting) start_timer(wait 6000)");
        CHECK(fed.feed(Kind::clip_played) == "start_timer(wait 10000)");  // told once
    }
    SECTION("the phone does not know it") {
        CHECK(fed.timer(LineTimer::wait) == "mute(off) start_timer(wait 10000)");
        CHECK(fed.feed(Kind::digit, 'D').empty());
    }
    SECTION("the message's end is not reported") {
        fed.feed(Kind::digit, 'D');
        CHECK(fed.timer(LineTimer::wait) == "stop_clip mute(off) start_timer(wait 10000)");
        CHECK(fed.timer(LineTimer::wait).starts_with("play_clip(call_waiting)"));
    }
    SECTION("whatever ends the message ends the silence") {
        fed.feed(Kind::digit, 'A');
        SECTION("the waiting caller gives up") {
            CHECK(fed.release_of(1) ==
                  "report_released#1(16) stop_timer(ring) stop_timer(wait) stop_clip mute(off)");
        }
        SECTION("a flash") {
            CHECK(fed.feed(Kind::flash).starts_with("stop_clip mute(off)"));
        }
        SECTION("the far end hangs up") {
            CHECK(fed.release_of(0).starts_with("report_released(16) stop_clip mute(off)"));
        }
        SECTION("the phone hangs up") {
            CHECK(fed.feed(Kind::on_hook).starts_with("report_released(16) stop_clip mute(off)"));
        }
        SECTION("the board fails") {
            CHECK(fed.feed(Kind::hardware_failed)
                      .starts_with("report_released(41) report_released#1(41) stop_clip mute(off)"));
            CHECK(fed.state() == "lockout");
        }
        SECTION("the port is taken out of service") {
            CHECK(fed.feed(Kind::out_of_service)
                      .starts_with("report_released(27) report_released#1(27) stop_clip mute(off)"));
        }
    }
    SECTION("a port without it mutes nobody") {
        auto settings = with_codes();
        settings.call_waiting_id = false;
        auto plain = called_phone(settings);
        CHECK(plain.call(1, true).find("mute") == std::string::npos);
    }
}

TEST_CASE("fxs: a call-waiting tone whose end is not reported leaves nobody muted, and is repeated") {
    const bool with_id = GENERATE(false, true);
    auto fed = called_phone();
    CHECK(fed.call(1, with_id).ends_with("play_clip(call_waiting) start_timer(wait 6000)"));
    if (with_id) {
        CHECK(fed.timer(LineTimer::wait) == "stop_clip mute(off) start_timer(wait 10000)");
        CHECK(fed.feed(Kind::digit, 'D').empty());
    } else {
        CHECK(fed.timer(LineTimer::wait) == "stop_clip play_clip(call_waiting) start_timer(wait 6000)");
    }
    CHECK(fed.release_of(1).find("stop_timer(wait)") != std::string::npos);
}

TEST_CASE("fxs: who takes no second call") {
    auto settings = with_codes();
    SECTION("call waiting is off") {
        settings.call_waiting = false;
        auto fed = called_phone(settings);
        CHECK(fed.machine.waiting_slot() == analog::line_slots);
        CHECK(fed.call(1) == "report_released#1(17)");
        CHECK(fed.state() == "talking");
    }
    SECTION("a phone that dials") {
        auto fed = idle_phone();
        fed.feed(Kind::off_hook);
        CHECK(fed.machine.waiting_slot() == analog::line_slots);
        CHECK(fed.call(1) == "report_released#1(17)");
    }
    SECTION("one with a held call") {
        auto fed = consulting(called_phone());
        CHECK(fed.machine.waiting_slot() == analog::line_slots);
    }
    SECTION("one in a conference") {
        auto fed = consulting(called_phone(plain_flash()));
        fed.feed(Kind::flash);
        REQUIRE(fed.state() == "conference");
        CHECK(fed.machine.waiting_slot() == analog::line_slots);
    }
}
