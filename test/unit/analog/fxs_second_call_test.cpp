// The rows of FxsLine's table for two calls: menu, hold, conference, transfer, recall.
#include "fxs_fed.hpp"

using namespace tipring;
using namespace tipring::test;

TEST_CASE("fxs: menu with a waiting call") {
    auto fed = waited_on(called_phone());
    CHECK(fed.feed(Kind::flash).ends_with("report_media"));
    CHECK(fed.state() == "menu");
    CHECK_FALSE(fed.machine.connected(0));
    const std::string out = "stop_timer(dial) stop_timer(ring) stop_tone ";
    SECTION("0 refuses it") {
        CHECK(fed.feed(Kind::digit, '0') == "report_released#1(17) " + out + "report_media");
        CHECK(fed.machine.connected(0));
    }
    SECTION("1 ends the present one and takes it") {
        CHECK(fed.feed(Kind::digit, '1') ==
              "report_released(16) " + out + "report_answered#1 report_media#1");
        CHECK(fed.machine.connected(1));
    }
    SECTION("2, or nothing, holds the present one and takes it") {
        const bool waits = GENERATE(false, true);
        CHECK((waits ? fed.timer(LineTimer::dial) : fed.feed(Kind::digit, '2')) ==
              std::string("report_hold(on) report_media ") + (waits ? "stop_timer(ring) stop_tone " : out) +
                  "report_answered#1 report_media#1");
        CHECK(fed.machine.has_held_call());
    }
    SECTION("3, 4, another digit and a flash go back") {
        const char digit = GENERATE('3', '4', '7', '#', 'F');
        if (digit == 'F') {
            fed.feed(Kind::flash);
        } else {
            fed.feed(Kind::digit, digit);
        }
        CHECK(fed.machine.connected(0));
        CHECK(fed.machine.held_calls() == 1);
    }
    SECTION("its caller gives up") {
        CHECK(fed.release_of(1) ==
              "report_released#1(16) stop_timer(ring) stop_timer(dial) stop_tone report_media");
    }
    SECTION("the present one ends") {
        fed.release_of(0);
        CHECK(fed.state() == "warning");
        fed.feed(Kind::on_hook);
        CHECK(fed.state() == "recalling");
        return;
    }
    CHECK(fed.state() == "talking");
}

TEST_CASE("fxs: a line that was away has forgotten what its calls were told") {
    auto fed = calling_phone();
    CHECK(fed.feed(Kind::flash).starts_with("report_hold(on)"));
    const auto away = GENERATE(Kind::out_of_service, Kind::alarm, Kind::hardware_failed);
    CAPTURE(name(away));
    fed.feed(away);
    fed.feed(Kind::on_hook);
    if (away != Kind::hardware_failed) fed.feed(away == Kind::alarm ? Kind::alarm_clear : Kind::in_service);
    REQUIRE(fed.state() == "idle");
    SECTION("the next call in the slot is told that it is held, and that it is not") {
        fed.feed(Kind::off_hook);
        fed.digits("201");
        fed.feed(Kind::answer);
        CHECK(fed.feed(Kind::flash).starts_with("report_hold(on)"));
        fed.digits("202");
        fed.command(Kind::release, 1);
        CHECK(fed.feed(Kind::flash).find("report_hold(off)") != std::string::npos);
    }
    SECTION("one that was not held is told nothing") {
        fed.call(0);
        fed.feed(Kind::off_hook);
        fed.call(1);
        fed.feed(Kind::flash);
        CHECK(fed.feed(Kind::digit, '1').find("report_hold") == std::string::npos);
    }
    SECTION("digits of the number that was being dialled are gone") {
        CHECK(fed.machine.digits().empty());
    }
}

TEST_CASE("fxs: menu with a held call") {
    auto fed = consulting(called_phone());
    CHECK(fed.feed(Kind::flash) == "play_tone(recall) start_timer(dial 3000) report_media#1");
    const std::string out = "stop_timer(dial) stop_tone ";
    SECTION("0 releases the held one") {
        CHECK(fed.feed(Kind::digit, '0') == "report_released(16) " + out + "report_media#1");
        CHECK(fed.machine.held_calls() == 0);
    }
    SECTION("1 releases the present one") {
        CHECK(fed.feed(Kind::pulse_digit, '1') ==
              "report_released#1(16) " + out + "report_hold(off) report_media");
    }
    SECTION("2 swaps, and swaps again") {
        CHECK(fed.feed(Kind::digit, '2') ==
              "report_hold#1(on) report_media#1 " + out + "report_hold(off) report_media");
        CHECK(fed.machine.connected(0));
        fed.feed(Kind::flash);
        fed.timer(LineTimer::dial);
        CHECK(fed.machine.connected(1));
    }
    SECTION("3 joins them in a conference") {
        CHECK(fed.feed(Kind::digit, '3') == out + "report_hold(off) report_media report_media#1");
        CHECK(fed.state() == "conference");
        CHECK((fed.machine.connected(0) && fed.machine.connected(1)));
        return;
    }
    SECTION("4 joins them and leaves") {
        CHECK(fed.feed(Kind::digit, '4') ==
              "report_join stop_timer(dial) play_tone(confirm) start_timer(tone 1500)");
        CHECK(fed.state() == "confirming");
        CHECK(fed.release_of(1) == "report_released#1(16)");
        CHECK(fed.release_of(0) == "report_released(16)");
        CHECK(fed.timer(LineTimer::tone) == "play_tone(dial) start_timer(dial 16000)");
        CHECK_FALSE(fed.machine.has_call());
        return;
    }
    SECTION("the held one hangs up") {
        CHECK(fed.release_of(0) == "report_released(16) " + out + "report_media#1");
    }
    SECTION("the phone hangs up: it rings again for the held one") {
        fed.feed(Kind::on_hook);
        CHECK(fed.state() == "recalling");
        CHECK(fed.timer(LineTimer::tone) == "start_ringing start_timer(ring 30000)");
        CHECK(fed.feed(Kind::off_hook).ends_with("report_hold(off) report_media"));
    }
    CHECK(fed.state() == "talking");
}

TEST_CASE("fxs: who may not transfer has no menu digit 4, and hanging up joins nobody") {
    auto settings = with_codes();
    settings.may_transfer = false;
    auto fed = consulting(called_phone(settings));
    fed.feed(Kind::flash);
    fed.feed(Kind::digit, '4');
    CHECK(fed.state() == "talking");
    fed.feed(Kind::on_hook);
    CHECK(fed.state() == "recalling");
}

TEST_CASE("fxs: hold, a second call, and back") {
    auto fed = called_phone();
    CHECK(fed.feed(Kind::flash) == "report_hold(on) report_media play_tone(recall) start_timer(dial 16000)");
    CHECK(fed.state() == "dial_tone");
    CHECK_FALSE(fed.machine.connected(0));
    SECTION("flash takes the held one back") {
        CHECK(fed.feed(Kind::flash) == "stop_timer(dial) stop_tone report_hold(off) report_media");
    }
    SECTION("also while dialling, calling, in ringback and in the reorder tone") {
        const int stage = GENERATE(0, 1, 2, 3, 4);
        fed.digits(stage == 0 ? "2" : stage == 4 ? "7" : "202");
        if (stage == 2) fed.command(Kind::alert, 1);
        if (stage == 3) {
            analog::LineInput input;
            input.kind = Kind::alert;
            input.inband = true;
            input.slot = 1;
            fed.feed(input);
        }
        CAPTURE(fed.state());
        const auto said = fed.feed(Kind::flash);
        CHECK(said.starts_with("report_released#1(16)") == (stage != 0 && stage != 4));
        CHECK(said.ends_with("report_hold(off) report_media"));
    }
    SECTION("even when the phone was left off the hook until it was silent") {
        fed.timer(LineTimer::dial);
        fed.timer(LineTimer::tone);
        fed.timer(LineTimer::tone);
        REQUIRE(fed.state() == "lockout");
        CHECK(fed.feed(Kind::flash) == "start_audio listen(dtmf) report_hold(off) report_media");
    }
    SECTION("the second is busy, then the held one comes back") {
        fed.digits("202");
        CHECK(fed.release_of(1, 17) ==
              "report_released#1(17) listen play_tone(busy) start_timer(tone 20000)");
        fed.feed(Kind::flash);
    }
    CHECK(fed.state() == "talking");
    CHECK(fed.machine.connected(0));
    CHECK_FALSE(fed.machine.has_call(1));
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: the held one hangs up, whatever the phone does") {
    auto fed = called_phone();
    fed.feed(Kind::flash);
    const int stage = GENERATE(0, 1, 2, 3, 4, 5);
    if (stage >= 1) fed.digits(stage == 5 ? "7" : "202");
    if (stage >= 2 && stage < 5) fed.command(Kind::alert, 1);
    if (stage == 3) fed.command(Kind::answer, 1);
    if (stage == 4) fed.feed(Kind::on_hook);  // ringback: joined
    const auto before = fed.state();
    CAPTURE(before);
    CHECK(fed.release_of(0) == "report_released(16)");
    CHECK(fed.state() == before);
    CHECK_FALSE(fed.machine.has_call(0));
    if (stage == 4) fed.release_of(1);
    fed.feed(Kind::on_hook);
    CHECK(fed.state() == "idle");
    CHECK_FALSE(fed.machine.has_call());
}

TEST_CASE("fxs: hanging up with a held call") {
    SECTION("before the second rings: the held one rings back") {
        auto fed = called_phone();
        fed.feed(Kind::flash);
        fed.digits("202");
        CHECK(fed.feed(Kind::on_hook) == "report_released#1(16) " + wire_down + " start_timer(tone 1000)");
        CHECK(fed.state() == "recalling");
        SECTION("nobody takes it") {
            fed.timer(LineTimer::tone);
            CHECK(fed.timer(LineTimer::ring) == "report_released(19) stop_ringing");
            CHECK(fed.state() == "idle");
        }
        SECTION("it gives up before the ring, or in it") {
            if (GENERATE(false, true)) fed.timer(LineTimer::tone);
            CHECK(fed.release_of(0).starts_with("report_released(16)"));
            CHECK(fed.state() == "idle");
        }
        SECTION("the phone is lifted before the ring") {
            CHECK(fed.feed(Kind::off_hook) ==
                  "stop_timer(tone) seize start_audio listen(dtmf) report_hold(off) report_media");
            CHECK(fed.state() == "talking");
        }
        SECTION("the driver's late report changes nothing") {
            CHECK(fed.feed(Kind::on_hook).empty());
            CHECK(fed.state() == "recalling");
        }
        CHECK(fed.machine.unexpected() == 0);
    }
    SECTION("in ringback, with early media, and in talk: the two are joined") {
        auto fed = called_phone();
        fed.feed(Kind::flash);
        fed.digits("202");
        if (GENERATE(false, true)) {
            fed.command(Kind::alert, 1);
        } else {
            fed.command(Kind::answer, 1);
        }
        CHECK(fed.feed(Kind::on_hook).find("report_join ") == 0);
        CHECK(fed.state() == "idle");
        CHECK((fed.machine.has_call(0) && fed.machine.has_call(1)));
        CHECK(fed.release_of(0) == "report_released(16)");
        CHECK(fed.release_of(1) == "report_released#1(16)");
    }
    SECTION("two who called in are not joined") {
        auto fed = waited_on(called_phone());
        fed.feed(Kind::flash);
        fed.feed(Kind::digit, '2');
        CHECK(fed.feed(Kind::on_hook).starts_with("report_released#1(16)"));
        CHECK(fed.state() == "recalling");
    }
    SECTION("back at the one who called in, the dialled one held: not joined either") {
        auto fed = consulting(called_phone());
        fed.feed(Kind::flash);
        fed.feed(Kind::digit, '2');
        fed.feed(Kind::on_hook);
        CHECK(fed.state() == "recalling");
    }
    SECTION("in the silence of a lockout the held one rings back, too") {
        auto fed = called_phone();
        fed.feed(Kind::flash);
        fed.timer(LineTimer::dial);
        fed.timer(LineTimer::tone);
        fed.timer(LineTimer::tone);
        CHECK(fed.feed(Kind::on_hook) == "release_wire start_timer(tone 1000)");
        CHECK(fed.state() == "recalling");
    }
}

TEST_CASE("fxs: flash without digits: a conference of a call that was dialled, a swap with one that waited") {
    auto fed = consulting(called_phone(plain_flash()));
    CHECK(fed.feed(Kind::flash) == "report_hold(off) report_media report_media#1");
    CHECK(fed.state() == "conference");
    CHECK(fed.feed(Kind::send_digit, '4') == "send_digits(4)");
    CHECK(fed.command(Kind::send_digit, 1) != "");
    SECTION("a flash drops the one that was dialled") {
        CHECK(fed.feed(Kind::flash) == "report_released#1(16)");
        CHECK(fed.state() == "talking");
        CHECK(fed.machine.connected(0));
    }
    SECTION("either leaves, then the other") {
        const unsigned first = GENERATE(0U, 1U);
        CHECK(fed.release_of(first) == (first == 0 ? "report_released(16)" : "report_released#1(16)"));
        CHECK(fed.state() == "talking");
        CHECK(fed.machine.connected(1 - first));
        fed.release_of(1 - first);
        CHECK(fed.state() == "dropping");
        CHECK_FALSE(fed.machine.has_call());
    }
    SECTION("the phone leaves: both are over") {
        CHECK(fed.feed(Kind::on_hook) == "report_released#1(16) report_released(16) " + wire_down);
        CHECK(fed.state() == "idle");
    }
    SECTION("a waiting call is swapped with") {
        auto second = waited_on(called_phone(plain_flash()));
        CHECK(second.feed(Kind::flash) ==
              "report_hold(on) report_media stop_clip stop_timer(ring) stop_timer(wait) report_answered#1 "
              "report_media#1");
        CHECK(second.feed(Kind::flash) == "report_hold#1(on) report_media#1 report_hold(off) report_media");
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: conference, then everything goes at once") {
    auto fed = consulting(called_phone(plain_flash()));
    fed.feed(Kind::flash);
    REQUIRE(fed.state() == "conference");
    SECTION("the board") {
        CHECK(fed.feed(Kind::hardware_failed) ==
              "report_released(41) report_released#1(41) listen stop_audio");
        CHECK(fed.state() == "lockout");
        CHECK(fed.feed(Kind::on_hook) == "release_wire");
        CHECK(fed.state() == "idle");
    }
    SECTION("service") {
        CHECK(fed.feed(Kind::out_of_service) == "report_released(27) report_released#1(27) " + wire_down);
        fed.feed(Kind::on_hook);
        fed.feed(Kind::in_service);
        CHECK(fed.state() == "idle");
    }
    CHECK_FALSE(fed.machine.has_call());
    CHECK(fed.machine.held_calls() == 0);
    CHECK(fed.call(0).starts_with("start_ringing"));
}

TEST_CASE("fxs: a transfer that fails cuts nobody off") {
    auto fed = consulting(called_phone());
    SECTION("joined by the menu, phone still up: one comes back, the other is held") {
        fed.feed(Kind::flash);
        fed.feed(Kind::digit, '4');
        CHECK(fed.command(Kind::transfer_failed, 0) ==
              "stop_timer(tone) stop_tone report_hold(off) report_media");
        CHECK(fed.state() == "talking");
        CHECK(fed.command(Kind::transfer_failed, 1) == "report_hold#1(on) report_media#1");
        CHECK(fed.machine.connected(0));
        CHECK(fed.machine.has_held_call());
    }
    SECTION("the phone is down: it rings for one, and the other is held") {
        fed.feed(Kind::on_hook);
        CHECK(fed.state() == "idle");
        CHECK(fed.command(Kind::transfer_failed, 0) == "start_timer(tone 1000)");
        CHECK(fed.command(Kind::transfer_failed, 1) == "report_hold#1(on) report_media#1");
        fed.timer(LineTimer::tone);
        fed.feed(Kind::off_hook);
        CHECK(fed.machine.connected(0));
        CHECK(fed.machine.has_held_call());
        // The first hangs up, the phone too: it rings for the second.
        fed.release_of(0);
        fed.feed(Kind::on_hook);
        CHECK(fed.state() == "recalling");
    }
    SECTION("the phone is down, and nobody lifts it") {
        fed.feed(Kind::on_hook);
        fed.command(Kind::transfer_failed, 0);
        fed.command(Kind::transfer_failed, 1);
        fed.timer(LineTimer::tone);
        CHECK(fed.timer(LineTimer::ring).starts_with("report_released(19)"));
        CHECK(fed.state() == "recalling");  // for the other one
        fed.timer(LineTimer::tone);
        CHECK(fed.timer(LineTimer::ring).starts_with("report_released#1(19)"));
        CHECK(fed.state() == "idle");
    }
    SECTION("the phone has another call meanwhile") {
        fed.feed(Kind::flash);
        fed.feed(Kind::digit, '4');
        fed.release_of(1);
        fed.timer(LineTimer::tone);
        fed.digits("203");
        CHECK(fed.state() == "calling");
        CHECK(fed.command(Kind::transfer_failed, 0) == "report_media");
        CHECK(fed.state() == "calling");
        CHECK(fed.machine.has_held_call());
    }
    SECTION("it rings for another call meanwhile") {
        fed.feed(Kind::on_hook);
        fed.release_of(1);
        fed.call(1);
        fed.command(Kind::transfer_failed, 0);
        CHECK(fed.state() == "ringing");
        CHECK(fed.release_of(1).starts_with("report_released#1(16)"));
        CHECK(fed.state() == "recalling");
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: a call on its way that could not be joined is over") {
    auto fed = called_phone();
    fed.feed(Kind::flash);
    fed.digits("202");
    fed.command(Kind::alert, 1);
    fed.feed(Kind::on_hook);
    CHECK(fed.command(Kind::transfer_failed, 1) == "report_released#1(16)");
    CHECK(fed.command(Kind::transfer_failed, 0) == "start_timer(tone 1000)");
    CHECK(fed.state() == "recalling");
}

TEST_CASE("fxs: help is called with a call held, and with both calls of a transfer on their way") {
    SECTION("held") {
        auto fed = called_phone();
        fed.feed(Kind::flash);
        CHECK(fed.digits("112").ends_with("report_incoming#1(112)"));
    }
    SECTION("from the reorder tone after a wrong number") {
        auto fed = called_phone();
        fed.feed(Kind::flash);
        fed.digits("7");
        fed.feed(Kind::flash);  // the held one is back
        fed.feed(Kind::flash);
        CHECK(fed.digits("112").ends_with("report_incoming#1(112)"));
    }
    SECTION("on their way") {
        auto fed = consulting(called_phone());
        fed.feed(Kind::on_hook);
        fed.feed(Kind::off_hook);
        CHECK(fed.digits("112").find("report_incoming") != std::string::npos);
        CHECK(fed.state() == "calling");
        CHECK((fed.machine.has_call(0) && fed.machine.has_call(1)));
        CHECK(fed.machine.unexpected() == 0);
    }
}
