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
    SECTION("before the first digit takes the held one back") {
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
