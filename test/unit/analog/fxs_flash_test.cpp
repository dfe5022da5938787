// What a flash is, and for whom: short breaks that the driver takes for a digit, flash off, flash for the other side.
#include "fxs_fed.hpp"

using namespace tipring;
using namespace tipring::test;

TEST_CASE("fxs: a short flash that the driver takes for the digit 1") {
    auto settings = with_codes();
    settings.pulse_one_is_flash = true;
    settings.flash_digits = GENERATE(false, true);
    auto fed = called_phone(settings);
    CHECK(fed.feed(Kind::pulse_digit, '2') == "report_digit(2)");
    fed.feed(Kind::pulse_digit, '1');
    CHECK(fed.state() == "dial_tone");
    SECTION("before the first digit takes the held one back, of a phone with keys") {
        fed.digits("202");
        fed.command(Kind::alert, 1);
        fed.feed(Kind::flash);
        fed.feed(Kind::flash);
        REQUIRE(fed.state() == "dial_tone");
        fed.feed(Kind::pulse_start);
        fed.feed(Kind::pulse_digit, '1');
        CHECK(fed.machine.connected(0));
    }
    SECTION("is a digit after another one, and in a first call") {
        fed.feed(Kind::pulse_digit, '2');
        fed.feed(Kind::pulse_digit, '1');
        CHECK(fed.machine.digits() == "21");
        auto first = idle_phone(settings);
        first.feed(Kind::off_hook);
        first.feed(Kind::pulse_digit, '1');
        CHECK(first.machine.digits() == "1");
    }
    SECTION("is a digit of a telephone with a rotary dial, in the menu, too") {
        for (const char digit : std::string("202"))
            fed.feed(Kind::pulse_digit, digit);
        fed.command(Kind::answer, 1);
        fed.feed(Kind::pulse_digit, '1');
        if (settings.flash_digits) {
            CHECK(fed.state() == "menu");
            fed.feed(Kind::pulse_digit, '1');
            CHECK_FALSE(fed.machine.has_call(1));
            CHECK(fed.machine.connected(0));
        } else {
            CHECK(fed.state() == "conference");
        }
    }
    SECTION("unless the port takes no pulses") {
        settings.accept_pulse = false;
        auto tones = called_phone(settings);
        tones.feed(Kind::pulse_digit, '1');
        tones.feed(Kind::pulse_digit, '1');
        CHECK(tones.state() == "talking");
        CHECK(tones.machine.connected(0));
    }
    SECTION("gives up the call that is being made") {
        fed.digits("202");
        if (GENERATE(false, true)) fed.command(Kind::alert, 1);
        fed.feed(Kind::pulse_digit, '1');
        CHECK(fed.machine.connected(0));
        CHECK_FALSE(fed.machine.has_call(1));
    }
    SECTION("hangs up nobody in the menu, and drops the later one in a conference") {
        auto two = consulting(called_phone(settings));
        two.feed(Kind::pulse_digit, '1');
        CHECK(two.state() == (settings.flash_digits ? "menu" : "conference"));
        two.feed(Kind::pulse_digit, '1');
        CHECK(two.state() == "talking");
        CHECK(two.machine.has_call(1) == settings.flash_digits);
        CHECK(two.machine.has_call(0));
    }
    SECTION("takes the held one back from a tone") {
        fed.digits("7");
        REQUIRE(fed.state() == "warning");
        fed.feed(Kind::pulse_digit, '1');
        CHECK(fed.machine.connected(0));
    }
}

namespace {

FxsSettings of_germany() {
    auto settings = with_codes();
    settings.digit_map = routing::DigitMap::parse("2xx|104|11x.T").value();
    settings.emergency = {{"112", "110"}, nullptr, {}};
    settings.pulse_one_is_flash = true;
    return settings;
}

/// As the driver tells it: the train's begin, and its digit.
std::string pulses(Fxs& fed, const std::string& digits) {
    std::string last;
    for (const char digit : digits) {
        fed.feed(Kind::pulse_start);
        last = fed.feed(Kind::pulse_digit, digit);
    }
    return last;
}

/// The call in slot 0 is held, and there is dial tone. Nothing tells yet what dial the phone has.
Fxs holding_phone(const FxsSettings& settings) {
    auto fed = called_phone(settings);
    pulses(fed, "1");
    REQUIRE(fed.state() == "dial_tone");
    return fed;
}

}  // namespace

TEST_CASE("fxs: a rotary 112 beside a held call, of a phone of which nothing is known") {
    auto settings = of_germany();
    settings.digit_map = routing::DigitMap::parse(GENERATE("x.T", "2xx", "112", "1xx|2xx")).value();
    auto fed = holding_phone(settings);
    CHECK(pulses(fed, "1").ends_with("start_timer(dial 3000)"));
    CHECK(pulses(fed, "1").ends_with("start_timer(dial 8000)") == (settings.digit_map.text() != "x.T"));
    pulses(fed, "2");
    if (fed.state() == "dialling") fed.timer(LineTimer::dial);
    CHECK(fed.state() == "calling");
    CHECK(fed.machine.digits() == "112");
    CHECK(fed.machine.has_held_call());
}

TEST_CASE("fxs: a rotary 104 and 111 beside a held call") {
    auto fed = holding_phone(of_germany());
    SECTION("104") {
        CHECK(pulses(fed, "104").ends_with("report_incoming#1(104)"));
    }
    SECTION("111, a number of the digit map") {
        pulses(fed, "111");
        CHECK(fed.timer(LineTimer::dial).ends_with("report_incoming#1(111)"));
    }
}

TEST_CASE("fxs: the recall key at the dial tone, of a phone of which nothing is known") {
    auto settings = of_germany();
    SECTION("goes back to the held call after the wait") {
        auto fed = holding_phone(settings);
        pulses(fed, "1");
        CHECK(fed.state() == "dialling");
        CHECK_FALSE(fed.machine.connected(0));
        CHECK(fed.timer(LineTimer::dial) == "report_hold(off) report_media");
        CHECK(fed.machine.connected(0));
    }
    SECTION("although the digit map takes any number") {
        settings.digit_map = routing::DigitMap::parse("x.T").value();
        auto fed = holding_phone(settings);
        pulses(fed, "1");
        fed.timer(LineTimer::dial);
        CHECK(fed.machine.connected(0));
    }
    SECTION("at once where no number begins with 1") {
        settings.digit_map = routing::DigitMap::parse("2xx").value();
        settings.emergency = {};
        auto fed = holding_phone(settings);
        pulses(fed, "1");
        CHECK(fed.machine.connected(0));
    }
    SECTION("is the number 1 where that is complete") {
        settings.digit_map = routing::DigitMap::parse("1|2xx").value();
        settings.emergency = {};
        auto fed = holding_phone(settings);
        CHECK(pulses(fed, "1").ends_with("report_incoming#1(1)"));
    }
    SECTION("goes back when it was pressed twice, too") {
        settings.digit_map = routing::DigitMap::parse("2xx").value();
        auto fed = holding_phone(settings);
        pulses(fed, "11");
        CHECK(fed.state() == "dialling");
        fed.timer(LineTimer::dial);
        CHECK(fed.machine.connected(0));
    }
    SECTION("is no digit when tones follow") {
        auto fed = holding_phone(settings);
        pulses(fed, "1");
        fed.digits("112");
        CHECK(fed.timer(LineTimer::dial).ends_with("report_incoming#1(112)"));
    }
    SECTION("the wait is long enough for a rotary dial") {
        settings.short_inter_digit = 500ms;
        auto fed = holding_phone(settings);
        CHECK(pulses(fed, "1").ends_with("start_timer(dial 2500)"));
    }
    SECTION("with nobody held it is the digit 1") {
        auto fed = idle_phone(settings);
        fed.feed(Kind::off_hook);
        CHECK(pulses(fed, "1").ends_with("start_timer(dial 8000)"));
        fed.timer(LineTimer::dial);
        CHECK(fed.state() == "warning");
    }
}

TEST_CASE("fxs: the wait for a digit does not end while its pulses come") {
    auto fed = holding_phone(of_germany());
    pulses(fed, "1");
    CHECK(fed.feed(Kind::pulse_start).ends_with("start_timer(dial 8000)"));
    SECTION("where no digit is awaited it means nothing") {
        auto code = idle_phone(with_codes());
        code.feed(Kind::off_hook);
        CHECK(code.digits("*43").ends_with("use_service(*43)"));
        CHECK(code.feed(Kind::pulse_start) == "");
    }
    SECTION("where the port takes no pulses it means nothing") {
        auto settings = with_codes();
        settings.accept_pulse = false;
        auto tones = idle_phone(settings);
        tones.feed(Kind::off_hook);
        tones.digits("2");
        CHECK(tones.feed(Kind::pulse_start) == "");
    }
}

TEST_CASE("fxs: what dial a phone has is known by what it dialled, and kept over calls") {
    const auto settings = of_germany();
    auto fed = called_phone(settings);
    const auto next_call = [&] {
        fed.feed(Kind::on_hook);
        if (fed.state() == "dropping") fed.feed(Kind::wire_settled);
        fed.timer(LineTimer::tone);  // it rings for the held call
        fed.release_of(0);
        REQUIRE(fed.state() == "idle");
        fed.call(0);
        fed.feed(Kind::off_hook);
        pulses(fed, "1");
        REQUIRE(fed.state() == "dial_tone");
    };
    pulses(fed, "1");
    SECTION("by tones: the recall key takes the held call back at once") {
        fed.digits("2");
        next_call();
        pulses(fed, "1");
        CHECK(fed.machine.connected(0));
    }
    SECTION("by pulses: 1 is a digit") {
        pulses(fed, GENERATE("2", "9", "0"));
        next_call();
        CHECK(pulses(fed, "1").ends_with("start_timer(dial 8000)"));
        fed.timer(LineTimer::dial);
        CHECK(fed.state() == "warning");
    }
    SECTION("not by 1, nor by more pulses than a dial makes") {
        pulses(fed, GENERATE("1", "11", "*", "#"));
        next_call();
        CHECK(pulses(fed, "1").ends_with("start_timer(dial 3000)"));
    }
    SECTION("the last one counts") {
        pulses(fed, "2");
        fed.timer(LineTimer::dial);
        pulses(fed, "11");  // to the held call, and back to the dial tone
        CHECK(pulses(fed, "1").ends_with("start_timer(dial 8000)"));
        next_call();
        fed.digits("2");
        next_call();
        pulses(fed, "1");
        CHECK(fed.machine.connected(0));
    }
}

TEST_CASE("fxs: the recall key in the menu ends no call, whatever it did at a dial tone before") {
    const auto settings = of_germany();
    auto fed = idle_phone(settings);
    fed.feed(Kind::off_hook);
    pulses(fed, "1");
    fed.feed(Kind::on_hook);
    fed.call(0);
    fed.feed(Kind::off_hook);
    fed.call(1);
    pulses(fed, "1");
    REQUIRE(fed.state() == "menu");
    pulses(fed, "1");
    CHECK(fed.state() == "talking");
    CHECK(fed.machine.connected(0));
    CHECK(fed.machine.has_call(1));
    SECTION("until the menu was told a digit of a rotary dial") {
        pulses(fed, "12");
        CHECK(fed.machine.connected(1));
        pulses(fed, "11");
        CHECK(fed.machine.connected(0));
        CHECK_FALSE(fed.machine.has_call(1));
    }
    SECTION("nor after a digit of keys there") {
        pulses(fed, "1");
        fed.digits("2");
        CHECK(fed.machine.connected(1));
        pulses(fed, "11");
        CHECK(fed.machine.connected(1));
        CHECK(fed.machine.has_call(0));
    }
}

TEST_CASE("fxs: a port that takes pulses only") {
    auto settings = of_germany();
    settings.accept_dtmf = false;
    auto fed = holding_phone(settings);
    SECTION("112 is dialled beside a held call") {
        pulses(fed, "112");
        fed.timer(LineTimer::dial);
        CHECK(fed.state() == "calling");
        CHECK(fed.machine.digits() == "112");
        CHECK(fed.machine.has_held_call());
    }
    SECTION("1 in the menu takes the other call, whatever was dialled before") {
        auto called = called_phone(settings);
        called.call(1);
        pulses(called, "1");
        REQUIRE(called.state() == "menu");
        pulses(called, "1");
        CHECK(called.machine.connected(1));
        CHECK_FALSE(called.machine.has_call(0));
    }
    SECTION("a lone 1 at the dial tone is no recall key") {
        CHECK(pulses(fed, "1").ends_with("start_timer(dial 8000)"));
        fed.timer(LineTimer::dial);
        CHECK(fed.state() == "warning");
    }
    SECTION("the held call comes back by a longer flash, or from the reorder tone") {
        if (GENERATE(false, true)) {
            fed.timer(LineTimer::dial);
            REQUIRE(fed.state() == "warning");
            pulses(fed, "1");
        } else {
            fed.feed(Kind::flash);
        }
        CHECK(fed.machine.connected(0));
    }
    SECTION("or when it is hung up") {
        fed.feed(Kind::on_hook);
        fed.timer(LineTimer::tone);
        REQUIRE(fed.state() == "ringing");
        fed.feed(Kind::off_hook);
        CHECK(fed.machine.connected(0));
    }
}

TEST_CASE("fxs: flash off, and flash for the other side") {
    auto settings = with_codes();
    SECTION("off: it means nothing in a call") {
        settings.flash = false;
        auto fed = called_phone(settings);
        CHECK(fed.feed(Kind::flash).empty());
        CHECK(fed.state() == "talking");
        CHECK(fed.machine.unexpected() == 0);
    }
    SECTION("without services the other side gets it") {
        settings.services = false;
        auto fed = called_phone(settings);
        CHECK(fed.feed(Kind::flash) == "report_flash");
        CHECK(fed.state() == "talking");
    }
}
