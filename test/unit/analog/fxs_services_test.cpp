// The rows of FxsLine's table for services: star codes, their answers, hotline and warm line.
#include "fxs_fed.hpp"

using namespace tipring;
using namespace tipring::test;
using analog::ServiceOutcome;

namespace {

Fxs asks(const std::string& digits) {
    auto fed = idle_phone();
    fed.feed(Kind::off_hook);
    CHECK(fed.digits(digits).ends_with("use_service(" + digits + ")"));
    CHECK(fed.state() == "dialling");
    return fed;
}

}  // namespace

TEST_CASE("fxs: a star code is complete by its own rule") {
    SECTION("alone") {
        asks("*69");
    }
    SECTION("with a number of the digit map") {
        asks("*72201");
        asks("**202");
    }
    SECTION("with an entry of two digits") {
        asks("*042");
        asks("*7542201");
    }
    SECTION("with a number that may be longer: the timer, or '#'") {
        auto fed = idle_phone();
        fed.feed(Kind::off_hook);
        CHECK(fed.digits("*7295") == "stop_timer(dial) start_timer(dial 3000)");
        CHECK(fed.timer(LineTimer::dial) == "use_service(*7295)");
        fed.feed(Kind::flash);
        CHECK(fed.digits("*72955#") == "stop_timer(dial) use_service(*72955)");
    }
    SECTION("that no code begins with") {
        auto fed = idle_phone();
        fed.feed(Kind::off_hook);
        CHECK(fed.digits("*1").find("report_misdialled(*1)") != std::string::npos);
        CHECK(fed.state() == "warning");
    }
    SECTION("with a number that is none") {
        auto fed = idle_phone();
        fed.feed(Kind::off_hook);
        CHECK(fed.digits("*727").find("report_misdialled(*727)") != std::string::npos);
    }
    SECTION("given up halfway") {
        auto fed = idle_phone();
        fed.feed(Kind::off_hook);
        fed.digits("*7");
        CHECK(fed.timer(LineTimer::dial).find("report_misdialled(*7)") != std::string::npos);
    }
    SECTION("a digit map may have what no code is") {
        auto settings = with_codes();
        settings.digit_map = routing::DigitMap::parse("2xx|*72#").value();
        auto fed = idle_phone(settings);
        fed.feed(Kind::off_hook);
        CHECK(fed.digits("*72#").ends_with("report_incoming(*72#)"));
    }
}

TEST_CASE("fxs: what a service leads to") {
    auto fed = asks("*69");
    SECTION("refused") {
        CHECK(fed.service(ServiceOutcome::refused) == "listen play_tone(congestion) start_timer(tone 20000)");
        CHECK(fed.state() == "warning");
    }
    SECTION("confirmed, then dial tone") {
        CHECK(fed.service(ServiceOutcome::confirmed) == "play_tone(confirm) start_timer(tone 1500)");
        CHECK(fed.state() == "confirming");
        SECTION("by itself") {
            CHECK(fed.timer(LineTimer::tone) == "play_tone(dial) start_timer(dial 16000)");
            CHECK(fed.state() == "dial_tone");
        }
        SECTION("# ends a code that was complete without it") {
            CHECK(fed.digits("#").empty());
            CHECK(fed.state() == "confirming");
        }
        SECTION("the next number may be dialled into it") {
            CHECK(fed.digits("112").ends_with("report_incoming(112)"));
        }
        SECTION("in pulses, too") {
            fed.feed(Kind::pulse_start);
            CHECK(fed.state() == "dialling");
            for (const char digit : std::string("112"))
                fed.feed(Kind::pulse_digit, digit);
            CHECK(fed.state() == "calling");
        }
        SECTION("a flash is a new beginning") {
            CHECK(fed.feed(Kind::flash) == "stop_timer(tone) play_tone(dial) start_timer(dial 16000)");
        }
        SECTION("on-hook") {
            CHECK(fed.feed(Kind::on_hook) == "stop_timer(tone) stop_tone " + wire_down);
            CHECK(fed.state() == "idle");
        }
    }
    SECTION("a call") {
        CHECK(fed.service(ServiceOutcome::call, "+4930") == "report_incoming(+4930)");
        CHECK(fed.state() == "calling");
    }
    SECTION("a pick-up") {
        CHECK(fed.service(ServiceOutcome::pick_up, "202") == "report_pick_up(202)");
        CHECK(fed.feed(Kind::answer).empty());
        CHECK(fed.state() == "talking");
    }
    SECTION("a transfer of nobody") {
        CHECK(fed.service(ServiceOutcome::transfer, "202").find("play_tone(congestion)") !=
              std::string::npos);
    }
    SECTION("the answer comes when the phone is down again") {
        fed.feed(Kind::on_hook);
        CHECK(fed.service(ServiceOutcome::call, "202").empty());
        CHECK(fed.state() == "idle");
    }
}

TEST_CASE("fxs: blind transfer by a code") {
    auto fed = called_phone();
    fed.feed(Kind::flash);
    CHECK(fed.digits("*87202").ends_with("use_service(*87202)"));
    CHECK(fed.service(ServiceOutcome::transfer, "202") ==
          "report_transfer(202) play_tone(confirm) start_timer(tone 1500)");
    CHECK_FALSE(fed.machine.has_held_call());
    SECTION("done") {
        CHECK(fed.release_of(0) == "report_released(16)");
        CHECK(fed.timer(LineTimer::tone) == "play_tone(dial) start_timer(dial 16000)");
        CHECK(fed.feed(Kind::on_hook).ends_with("release_wire"));
        CHECK(fed.state() == "idle");
    }
    SECTION("done when the phone is down: nothing rings") {
        fed.feed(Kind::on_hook);
        CHECK(fed.state() == "idle");
        CHECK(fed.release_of(0) == "report_released(16)");
        CHECK(fed.state() == "idle");
    }
    SECTION("failed: the held one is back") {
        const int when = GENERATE(0, 1, 2, 3);
        if (when >= 1) fed.timer(LineTimer::tone);
        if (when == 2) fed.digits("2");
        if (when == 3) fed.digits("7");
        CAPTURE(fed.state());
        CHECK(fed.command(Kind::transfer_failed, 0).ends_with("report_hold(off) report_media"));
        CHECK(fed.state() == "talking");
        CHECK(fed.machine.connected(0));
    }
    SECTION("failed when the phone is down: it rings") {
        fed.feed(Kind::on_hook);
        CHECK(fed.command(Kind::transfer_failed, 0) == "start_timer(tone 1000)");
        CHECK(fed.timer(LineTimer::tone) == "start_ringing start_timer(ring 30000)");
        CHECK(fed.feed(Kind::off_hook).ends_with("report_hold(off) report_media"));
    }
    SECTION("failed twice: said once") {
        fed.command(Kind::transfer_failed, 0);
        CHECK(fed.command(Kind::transfer_failed, 0).empty());
        CHECK(fed.command(Kind::transfer_failed, 1).empty());
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxs: an alarm panel dials before the driver has told that it is up") {
    auto settings = with_codes();
    settings.dial_without_tone = true;
    auto fed = idle_phone(settings);
    CHECK(fed.feed(Kind::begin) == "start_audio listen(dtmf)");
    SECTION("in time") {
        fed.digits("20");
        fed.now += 600ms;
        CHECK(fed.feed(Kind::off_hook).starts_with("seize play_tone(dial) start_timer(dial 16000)"));
        CHECK(fed.state() == "dialling");
        CHECK(fed.digits("1").ends_with("report_incoming(201)"));
        // Down again, it is listened to for the next time; those digits are gone.
        CHECK(fed.feed(Kind::on_hook) == "report_released(16) " + wire_down + " start_audio listen(dtmf)");
        fed.feed(Kind::off_hook);
        CHECK(fed.state() == "dial_tone");
    }
    SECTION("a whole number") {
        fed.digits("2017");  // the last one is for the call, and comes by its audio
        CHECK(fed.feed(Kind::off_hook).ends_with("report_incoming(201)"));
    }
    SECTION("long before: not a digit of this call") {
        fed.digits("9");
        fed.now += 5s;
        fed.digits("2");
        fed.feed(Kind::off_hook);
        CHECK(fed.machine.digits() == "2");
        fed.feed(Kind::on_hook);
        fed.digits("9");
        fed.now += 2s;
        fed.feed(Kind::off_hook);
        CHECK(fed.state() == "dial_tone");
    }
    SECTION("it rings and is told the caller as others are") {
        CHECK(fed.call(0, true) ==
              "listen stop_audio start_ringing start_timer(ring 120000) report_alerting(local)");
        fed.release_of(0);
        CHECK(fed.machine.conditions().audio);
    }
    SECTION("others hear nothing on-hook") {
        auto other = idle_phone();
        CHECK(other.digits("201").empty());
        other.feed(Kind::off_hook);
        CHECK(other.state() == "dial_tone");
    }
}

TEST_CASE("fxs: hotline and warm line") {
    auto settings = with_codes();
    settings.hotline = "112";
    SECTION("at once") {
        auto fed = idle_phone(settings);
        CHECK(fed.feed(Kind::off_hook) == "seize start_audio listen(dtmf) report_incoming(112)");
        CHECK(fed.state() == "calling");
        SECTION("busy: a flash calls again") {
            fed.release_of(0, 17);
            CHECK(fed.feed(Kind::flash).ends_with("report_incoming(112)"));
        }
        SECTION("a flash in the call gives a dial tone for another") {
            fed.feed(Kind::answer);
            CHECK(fed.feed(Kind::flash).ends_with("play_tone(recall) start_timer(dial 16000)"));
            CHECK(fed.timer(LineTimer::dial).find("play_tone(congestion)") != std::string::npos);
        }
    }
    SECTION("unless a digit is dialled before") {
        settings.hotline_delay = 5s;
        auto fed = idle_phone(settings);
        CHECK(fed.feed(Kind::off_hook) ==
              "seize start_audio listen(dtmf) play_tone(dial) start_timer(dial 5000)");
        SECTION("none") {
            CHECK(fed.timer(LineTimer::dial) == "stop_tone report_incoming(112)");
            CHECK(fed.state() == "calling");
        }
        SECTION("one") {
            CHECK(fed.digits("2") == "stop_timer(dial) stop_tone start_timer(dial 8000)");
            CHECK(fed.timer(LineTimer::dial).find("report_misdialled") == 0);
        }
    }
    SECTION("a phone that rings answers instead") {
        auto fed = idle_phone(settings);
        fed.call(0);
        CHECK(fed.feed(Kind::off_hook).ends_with("report_answered"));
    }
    SECTION("lifted while messages are told") {
        auto fed = idle_phone(settings);
        analog::LineInput input;
        input.kind = Kind::show_messages;
        input.id_plan.known = true;
        fed.feed(input);
        CHECK(fed.feed(Kind::flash).ends_with("report_incoming(112)"));
    }
}
