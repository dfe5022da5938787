// A call for help: nothing takes its audio away, it needs no place in the digit map, and the rescuers are nobody's
// forwarding.
#include "fxs_fed.hpp"
#include "phones.hpp"

using namespace tipring;
using namespace tipring::test;

namespace {

FxsSettings with_emergency() {
    auto settings = with_codes();
    settings.digit_map = routing::DigitMap::parse("[2-9]xx|155|0x.").value();
    settings.emergency = {{"112", "15"}, nullptr, {}};
    settings.pulse_one_is_flash = true;
    settings.flash_digits = GENERATE(false, true);
    return settings;
}

/// Has dialled 112, from idle; the call is in slot 0.
Fxs calling_for_help(const FxsSettings& settings) {
    auto fed = idle_phone(settings);
    fed.feed(Kind::off_hook);
    CHECK(fed.digits("112").ends_with("report_incoming(112)"));
    REQUIRE(fed.state() == "calling");
    return fed;
}

void check_flash_is_ignored(Fxs& fed) {
    const auto before = fed.state();
    for (int i = 0; i < 3; ++i) {
        CHECK(fed.feed(Kind::flash) == "");
        CHECK(fed.feed(Kind::pulse_digit, '1') == "");
    }
    CHECK(fed.state() == before);
    CHECK(fed.machine.unexpected() == 0);
}

}  // namespace

TEST_CASE("fxs: a flash means nothing in an emergency call, from its first moment to its last") {
    auto settings = with_emergency();
    settings.services = GENERATE(true, false);
    auto fed = calling_for_help(settings);
    check_flash_is_ignored(fed);
    fed.alert(false);
    check_flash_is_ignored(fed);
    fed.alert(true);
    REQUIRE(fed.state() == "early");
    check_flash_is_ignored(fed);
    fed.feed(Kind::answer);
    REQUIRE(fed.state() == "talking");
    check_flash_is_ignored(fed);
    CHECK(fed.machine.connected(0));
    SECTION("and hanging up ends it") {
        CHECK(fed.feed(Kind::on_hook) == "report_released(16) " + wire_down);
        CHECK(fed.state() == "idle");
    }
    SECTION("the next call is an ordinary one") {
        fed.feed(Kind::on_hook);
        fed.call(0);
        fed.feed(Kind::off_hook);
        fed.feed(Kind::flash);
        CHECK(fed.state() == (settings.services ? "dial_tone" : "talking"));
        CHECK(fed.machine.connected(0) == !settings.services);
    }
}

TEST_CASE("fxs: no call waits beside an emergency call") {
    auto fed = calling_for_help(with_emergency());
    fed.feed(Kind::answer);
    CHECK(fed.machine.waiting_slot() == analog::line_slots);
    CHECK(fed.call(1, true) == "report_released#1(17)");
    CHECK(fed.state() == "talking");
    fed.feed(Kind::on_hook);
    fed.call(0);
    fed.feed(Kind::off_hook);
    CHECK(fed.machine.waiting_slot() == 1);
}

TEST_CASE("fxs: a held call stays held while the phone calls for help") {
    auto fed = called_phone(with_emergency());
    fed.feed(Kind::flash);
    CHECK(fed.digits("112").ends_with("report_incoming#1(112)"));
    check_flash_is_ignored(fed);
    fed.command(Kind::alert, 1);
    check_flash_is_ignored(fed);
    SECTION("hanging up before the answer joins nobody") {
        CHECK(fed.feed(Kind::on_hook).starts_with("report_released#1(16)"));
        CHECK(fed.state() == "recalling");
        CHECK(fed.machine.has_call(0));
    }
    SECTION("nor after it") {
        fed.command(Kind::answer, 1);
        check_flash_is_ignored(fed);
        CHECK(fed.machine.connected(1));
        CHECK_FALSE(fed.machine.connected(0));
        CHECK(fed.feed(Kind::on_hook).starts_with("report_released#1(16)"));
        CHECK(fed.state() == "recalling");
        CHECK(fed.machine.has_call(0));
    }
    SECTION("when the rescuers hang up a flash takes the held call") {
        fed.command(Kind::answer, 1);
        fed.release_of(1);
        CHECK(fed.state() == "warning");
        fed.feed(Kind::flash);
        CHECK(fed.state() == "talking");
        CHECK(fed.machine.connected(0));
    }
    SECTION("the held one may give up") {
        fed.command(Kind::answer, 1);
        CHECK(fed.release_of(0) == "report_released(16)");
        CHECK(fed.machine.connected(1));
        check_flash_is_ignored(fed);
    }
}

TEST_CASE("fxs: a hotline and a service may call for help, too; a pick-up of that name does not") {
    auto settings = with_emergency();
    SECTION("hotline") {
        settings.hotline = "112";
        auto fed = idle_phone(settings);
        fed.feed(Kind::off_hook);
        fed.feed(Kind::answer);
        check_flash_is_ignored(fed);
    }
    SECTION("service") {
        auto fed = idle_phone(settings);
        fed.feed(Kind::off_hook);
        CHECK(fed.digits("*67112").ends_with("use_service(*67112)"));
        fed.service(analog::ServiceOutcome::call, "112");
        check_flash_is_ignored(fed);
    }
    SECTION("pick-up") {
        auto fed = idle_phone(settings);
        fed.feed(Kind::off_hook);
        fed.digits("**112");
        fed.service(analog::ServiceOutcome::pick_up, "112");
        fed.feed(Kind::answer);
        fed.feed(Kind::flash);
        CHECK(fed.state() == "dial_tone");
    }
}

TEST_CASE("fxs: an emergency number needs no place in the digit map") {
    auto fed = idle_phone(with_emergency());
    fed.feed(Kind::off_hook);
    SECTION("complete at once") {
        CHECK(fed.digits("112").ends_with("report_incoming(112)"));
    }
    SECTION("after the short timer, when a longer number begins with it") {
        CHECK(fed.digits("15").ends_with("start_timer(dial 3000)"));
        SECTION("that is not dialled") {
            CHECK(fed.timer(LineTimer::dial).ends_with("report_incoming(15)"));
        }
        SECTION("that is dialled") {
            CHECK(fed.digits("5").ends_with("report_incoming(155)"));
            fed.feed(Kind::answer);
            fed.feed(Kind::flash);
            CHECK(fed.state() == "dial_tone");
        }
    }
    SECTION("another number that begins so is none") {
        fed.digits("113");
        CHECK(fed.state() == "warning");
    }
}

namespace {

call::Presentation shown(Phones& phones, const std::string& digits) {
    phones.dial(0, digits);
    phones.hang_up(0);
    return phones.records.back().caller.presentation;
}

void with_outside_numbers(unsigned, config::Port& port) {
    port.digit_map = "2xx|0xxx|9xxx";
}

}  // namespace

TEST_CASE("phone: an extension whose number ends like an emergency number is an extension") {
    Phones phones(with_outside_numbers);
    CHECK(shown(phones, "*679000") == call::Presentation::restricted);
    CHECK(shown(phones, "*679112") == call::Presentation::restricted);
    // The route takes its 0 off: this one is 112.
    CHECK(shown(phones, "*670112") == call::Presentation::allowed);
    CHECK(shown(phones, "*670113") == call::Presentation::restricted);
    CHECK(shown(phones, "*67112") == call::Presentation::allowed);
    phones.check_quiet();
}

TEST_CASE("phone: only a call for help opens the telephone for those who call back") {
    Phones phones(with_outside_numbers);
    phones.use(1, "*78");
    phones.dial(1, "9112");
    phones.hang_up(1);
    Outside refused(phones, 1, from("03012345"));
    CHECK(refused.leg == nullptr);
    phones.dial(1, "0112");
    CHECK(phones.state(3) == "ringing");
    phones.hang_up(1);
    {
        Outside heard(phones, 1, from("03012345"));
        CHECK(phones.state(1) == "ringing");
    }
    phones.check_quiet();
}

TEST_CASE("phone: the configuration's numbers are those that count") {
    Phones phones([](unsigned, config::Port& port) {
        port.digit_map = "2xx|112|117";
        port.country_profile.emergency = {"117"};
    });
    CHECK(shown(phones, "*67112") == call::Presentation::restricted);
    CHECK(shown(phones, "*67117") == call::Presentation::allowed);
    phones.check_quiet();
}

TEST_CASE("phone: a second caller is busy while the phone calls for help") {
    Phones phones;
    phones.dial(1, "112");
    phones.lift(3);
    REQUIRE(phones.state(1) == "talking");
    phones.wires[1].take();
    Outside second(phones, 1, from("03012345"));
    CHECK(second.leg == nullptr);
    CHECK(second.why.value == call::q850::user_busy);
    phones.flash(1);
    CHECK(phones.wires[1].take() == "");
    CHECK(phones.connector.pairs == decltype(phones.connector.pairs){{2, 4}});
    phones.check_quiet();
}

TEST_CASE("phone: nobody forwards his calls to the rescuers") {
    Phones phones(with_outside_numbers);
    SECTION("it is refused") {
        for (const auto* code : {"*72112", "*90112", "*92112", "*720112"}) {
            phones.dial(1, code);
            CHECK(phones.state(1) == "warning");
            phones.hang_up(1);
        }
        const auto services = phones.ports[1]->view().services;
        CHECK((services.forward_all + services.forward_busy + services.forward_no_answer).empty());
    }
    SECTION("what was set before does not count") {
        analog::PhoneState state;
        state.forward_all = state.forward_no_answer = "112";
        phones.store.set("202", state);
        phones.dial(0, "202");
        CHECK(phones.state(1) == "ringing");
        phones.reactor.advance(50s);
        CHECK(phones.state(1) == "ringing");
    }
    SECTION("a speed dial may be 112") {
        phones.use(1, "*7501112");
        phones.dial(1, "*001");
        CHECK(phones.state(3) == "ringing");
    }
    phones.check_quiet();
}

TEST_CASE("phone: whoever shows the number of the forwarding from outside is forwarded") {
    Phones phones;
    SECTION("all calls") {
        phones.use(1, "*72203");
        Outside outside(phones, 1, from("203"));
        CHECK(outside.watcher.heard == "redirected:203");
        phones.dial(2, "202");
        CHECK(phones.state(1) == "ringing");
    }
    SECTION("an exchange line's caller") {
        phones.use(1, "*72203");
        auto request = from("203");
        request.source = {routing::DestinationKind::port, "203", "", routing::LineKind::fxo};
        Outside outside(phones, 1, request);
        CHECK(outside.watcher.heard == "redirected:203");
    }
    SECTION("those that nobody answers") {
        phones.use(1, "*92203");
        Outside outside(phones, 1, from("203"));
        phones.reactor.advance(21s);
        CHECK(outside.watcher.heard == "alerting redirected:203");
    }
    phones.check_quiet();
}
