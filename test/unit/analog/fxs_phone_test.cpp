// Telephones' services through real digits, the port and the call manager.
#include "phones.hpp"

using namespace tipring;
using namespace tipring::test;
using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

TEST_CASE("phone: all calls go elsewhere") {
    Phones phones;
    phones.use(1, "*72203");
    CHECK(phones.ports[1]->view().services.forward_all == "203");
    SECTION("and are told why") {
        phones.dial(0, "202");
        CHECK(phones.state(1) == "idle");
        CHECK(phones.state(2) == "ringing");
        phones.lift(2);
        CHECK(phones.connector.pairs == Pairs{{1, 3}});
        phones.hang_up(0);
        REQUIRE(phones.records.size() == 1);
        REQUIRE(phones.records[0].diversions.size() == 1);
        CHECK(phones.records[0].diversions[0].number == "202");
        CHECK(phones.records[0].diversions[0].reason == call::DivertReason::unconditional);
        CHECK(phones.records[0].to_endpoint == "fxs 3");
    }
    SECTION("but not those of the one who takes them") {
        phones.dial(2, "202");
        CHECK(phones.state(1) == "ringing");
        CHECK(phones.state(2) == "ringback");
    }
    SECTION("in a circle they end") {
        phones.use(2, "*72202");
        phones.dial(0, "202");
        CHECK(phones.state(0) == "warning");
        CHECK(phones.state(1) == "idle");
        CHECK(phones.state(2) == "idle");
    }
    SECTION("until it is taken back") {
        phones.use(1, "*73");
        phones.dial(0, "202");
        CHECK(phones.state(1) == "ringing");
    }
    SECTION("not to the telephone itself") {
        phones.dial(1, "*72202");
        CHECK(phones.state(1) == "warning");
        CHECK(phones.ports[1]->view().services.forward_all == "203");
    }
    phones.check_quiet();
}

TEST_CASE("phone: calls go elsewhere when it is busy") {
    Phones phones;
    phones.use(1, "*90203");
    phones.lift(1);
    SECTION("on") {
        phones.dial(0, "202");
        CHECK(phones.state(2) == "ringing");
        phones.lift(2);
        phones.hang_up(0);
        CHECK(phones.records.at(0).diversions.at(0).reason == call::DivertReason::busy);
    }
    SECTION("off") {
        phones.hang_up(1);
        phones.use(1, "*91");
        phones.lift(1);
        phones.dial(0, "202");
        CHECK(phones.state(0) == "warning");
        CHECK(phones.state(2) == "idle");
    }
    phones.check_quiet();
}

TEST_CASE("phone: calls go elsewhere when nobody answers") {
    Phones phones;
    phones.use(1, "*92203");
    SECTION("after its time") {
        phones.dial(0, "202");
        phones.reactor.advance(19s);
        CHECK(phones.state(1) == "ringing");
        phones.reactor.advance(2s);
        CHECK(phones.state(1) == "idle");
        CHECK(phones.state(2) == "ringing");
        phones.lift(2);
        phones.hang_up(0);
        CHECK(phones.records.at(0).diversions.at(0).reason == call::DivertReason::no_answer);
    }
    SECTION("the one who takes them lets it ring") {
        phones.dial(2, "202");
        phones.reactor.advance(50s);
        CHECK(phones.state(1) == "ringing");
        CHECK(phones.state(2) == "ringback");
    }
    SECTION("not those of somebody who gave up, whatever he says") {
        Outside outside(phones, 1, from("123"));
        outside.leg->release({call::q850::no_answer, call::Location::user, ""});
        phones.reactor.run_posted();
        CHECK(outside.watcher.heard == "alerting released:19");
    }
    SECTION("those of others do") {
        Outside outside(phones, 1, from("123"));
        phones.reactor.advance(21s);
        CHECK(outside.watcher.heard == "alerting redirected:203");
    }
    SECTION("off") {
        phones.use(1, "*93");
        phones.dial(0, "202");
        phones.reactor.advance(30s);
        CHECK(phones.state(1) == "ringing");
    }
    phones.check_quiet();
}

TEST_CASE("phone: do not disturb") {
    Phones phones;
    phones.use(1, "*78");
    SECTION("nobody rings") {
        phones.dial(0, "202");
        CHECK(phones.state(0) == "warning");
        CHECK(phones.state(1) == "idle");
        CHECK(phones.wires[0].take().ends_with("play480"));
    }
    SECTION("its calls may go elsewhere") {
        phones.use(1, "*90203");
        phones.dial(0, "202");
        CHECK(phones.state(2) == "ringing");
    }
    SECTION("the emergency centre calls back, for an hour") {
        phones.use(1, "*72203");
        phones.dial(1, "112");
        phones.lift(3);
        CHECK(phones.connector.pairs == Pairs{{2, 4}});
        phones.hang_up(1);
        phones.event(3, LineEventKind::on_hook);
        phones.reactor.advance(59min);
        Outside outside(phones, 1, from("03012345"));
        CHECK(phones.state(1) == "ringing");
        outside.leg.reset();
        phones.reactor.advance(2min);
        Outside later(phones, 1, from("03012345"));
        CHECK(later.watcher.heard == "redirected:203");
    }
    SECTION("off") {
        phones.use(1, "*79");
        phones.dial(0, "202");
        CHECK(phones.state(1) == "ringing");
    }
    phones.check_quiet();
}

TEST_CASE("phone: a call that rings elsewhere is picked up") {
    Phones phones;
    SECTION("by its number") {
        phones.dial(0, "202");
        phones.dial(2, "**202");
        CHECK(phones.state(1) == "idle");
        CHECK(phones.connector.pairs == Pairs{{1, 3}});
        CHECK(phones.state(2) == "talking");
    }
    SECTION("in the own group") {
        phones.dial(3, "202");
        phones.dial(2, "*98");
        CHECK(phones.state(1) == "idle");
        CHECK(phones.connector.pairs == Pairs{{3, 4}});
    }
    SECTION("none rings") {
        phones.dial(2, "**202");
        CHECK(phones.state(2) == "warning");
    }
    SECTION("no group") {
        phones.dial(0, "202");
        phones.dial(3, "*98");
        CHECK(phones.state(3) == "warning");
        CHECK(phones.state(1) == "ringing");
    }
    phones.check_quiet();
}

TEST_CASE("phone: call return, redial, speed dial") {
    Phones phones;
    const bool fresh = GENERATE(true, false);
    if (fresh) {
        for (const auto* code : {"*69", "*66", "*042"}) {
            phones.dial(1, code);
            CHECK(phones.state(1) == "warning");
            phones.hang_up(1);
        }
        phones.check_quiet();
        return;
    }
    SECTION("call return") {
        phones.dial(0, "202");
        phones.hang_up(0);
        phones.dial(1, "*69");
        CHECK(phones.state(0) == "ringing");
    }
    SECTION("of a hidden caller: nobody, and not the one before him") {
        phones.dial(2, "202");
        phones.hang_up(2);
        phones.dial(0, "*67202");
        phones.hang_up(0);
        phones.dial(1, "*69");
        CHECK(phones.state(1) == "warning");
        CHECK(phones.state(2) == "idle");
    }
    SECTION("of one whose number nobody can dial") {
        phones.dial(2, "202");
        phones.hang_up(2);
        Outside outside(phones, 1, from("alice\n201 forward_all 900"));
        CHECK(phones.ports[1]->view().services.last_caller.empty());
    }
    SECTION("redial") {
        phones.dial(1, "203");
        phones.hang_up(1);
        phones.dial(1, "*66");
        CHECK(phones.state(2) == "ringing");
        CHECK(phones.calls.calls().at(0).called == "203");
    }
    SECTION("speed dial") {
        phones.use(1, "*7542204");
        phones.use(1, "*7543201");
        phones.dial(1, "*042");
        CHECK(phones.state(3) == "ringing");
    }
    phones.check_quiet();
}

TEST_CASE("phone: the own number is hidden for one call, or shown for one") {
    const bool anonymous = GENERATE(false, true);
    Phones phones([&](unsigned, config::Port& port) { port.fxs.anonymous = anonymous; });
    const auto shown = [&](const std::string& digits) {
        phones.dial(0, digits);
        phones.hang_up(0);
        return phones.records.back().caller.presentation == call::Presentation::allowed;
    };
    CHECK(shown("202") == !anonymous);
    CHECK_FALSE(shown("*67202"));
    CHECK(shown("202") == !anonymous);
    CHECK(shown("*82202"));
    CHECK(shown("202") == !anonymous);
    // Whoever answers an emergency call sees who calls.
    CHECK(shown("112"));
    CHECK(shown("*67112"));
    // What is dialled again is told as much as the first time, and the next time again.
    CHECK_FALSE(shown("*67202"));
    CHECK_FALSE(shown("*66"));
    CHECK_FALSE(shown("*66"));
    CHECK(shown("*82202"));
    CHECK(shown("*66"));
    CHECK(shown("202") == !anonymous);
    CHECK(shown("*66") == !anonymous);
    // A pick-up in between takes nothing with it.
    phones.dial(0, "**203");
    phones.hang_up(0);
    CHECK(shown("202") == !anonymous);
    phones.check_quiet();
}

TEST_CASE("phone: with limited services only the own group's calls are picked up") {
    Phones phones([](unsigned, config::Port& settings) { settings.fxs.may_forward = false; });
    SECTION("by its number") {
        phones.dial(3, "202");
        phones.dial(2, "**202");
        CHECK(phones.connector.pairs == Pairs{{3, 4}});
    }
    SECTION("not from another group") {
        phones.dial(0, "204");
        phones.dial(2, "**204");
        CHECK(phones.state(2) == "warning");
        CHECK(phones.state(3) == "ringing");
    }
    SECTION("nor from none") {
        phones.dial(0, "202");
        phones.dial(3, "**202");
        CHECK(phones.state(3) == "warning");
        CHECK(phones.state(1) == "ringing");
    }
    phones.check_quiet();
}

TEST_CASE("phone: rings as long as its setting says, also longer than other calls may") {
    Phones phones([](unsigned, config::Port& settings) { settings.ring_timeout = 5min; });
    phones.dial(0, "202");
    phones.reactor.advance(4min);
    CHECK(phones.state(1) == "ringing");
    phones.reactor.advance(61s);
    CHECK(phones.state(1) == "idle");
    CHECK(phones.records.empty() == false);
    phones.check_quiet();
}

TEST_CASE("phone: one that hides its number hides it when it forwards") {
    Phones phones([](unsigned index, config::Port& settings) { settings.fxs.anonymous = index == 1; });
    const bool unconditional = GENERATE(true, false);
    phones.use(1, unconditional ? "*72203" : "*92203");
    phones.dial(0, "202");
    if (!unconditional) phones.reactor.advance(21s);
    CHECK(phones.state(2) == "ringing");
    phones.hang_up(0);
    REQUIRE(phones.records.size() == 1);
    REQUIRE(phones.records[0].diversions.size() == 1);
    CHECK(phones.records[0].diversions[0].number == "202");
    CHECK(phones.records[0].diversions[0].presentation == call::Presentation::restricted);
    phones.check_quiet();
}

TEST_CASE("phone: a second call waits") {
    Phones phones;
    phones.talk(0, 1);
    phones.wires[1].take();
    SECTION("and is taken, swapped with, joined and left") {
        phones.dial(2, "202");
        CHECK(phones.state(2) == "ringback");
        CHECK(phones.wires[1].take() == "mute clip");
        phones.engine(1, media::EventKind::clip_played);
        phones.reactor.advance(1s);
        CHECK(phones.wires[1].take() == "unmute");
        CHECK(phones.ports[1]->view().calls_held == 1);
        phones.flash(1);
        CHECK(phones.connector.pairs.empty());
        phones.digits(1, "2");
        CHECK(phones.connector.pairs == Pairs{{2, 3}});
        CHECK(phones.state(2) == "talking");
        phones.flash(1);
        phones.digits(1, "2");
        CHECK(phones.connector.pairs == Pairs{{1, 2}});
        phones.flash(1);
        phones.digits(1, "3");
        CHECK(phones.state(1) == "conference");
        CHECK(phones.connector.pairs == Pairs{{1, 2}, {2, 3}});
        phones.event(0, LineEventKind::on_hook);
        CHECK(phones.state(1) == "talking");
        CHECK(phones.connector.pairs == Pairs{{2, 3}});
    }
    SECTION("the caller's number is shown to a phone that asks") {
        phones.dial(2, "202");
        const auto tone = phones.wires[1].clip;
        phones.engine(1, media::EventKind::clip_played);
        phones.digits(1, "D");
        REQUIRE(phones.wires[1].clip != tone);
        auto message = phones.wires[1].clip;
        message.resize(message.size() + 1600);
        dsp::CallerIdReceiver receiver;
        REQUIRE(receiver.process(message));
        CHECK(receiver.heard().number_text() == "203");
        dsp::AlertingToneDetector alert;
        auto asked = tone;
        asked.resize(asked.size() + 800);
        CHECK(alert.process(asked));
    }
    SECTION("not when it is switched off") {
        phones.hang_up(1);
        phones.check_quiet();
        phones.use(1, "*70");
        phones.talk(0, 1);
        phones.dial(2, "202");
        CHECK(phones.state(2) == "warning");
        phones.hang_up(1);
        phones.hang_up(2);
        phones.check_quiet();
        phones.use(1, "*43");
        phones.talk(0, 1);
        phones.dial(2, "202");
        CHECK(phones.state(2) == "ringback");
    }
    SECTION("the phone hangs up, and rings for it") {
        phones.dial(2, "202");
        phones.hang_up(1);
        phones.reactor.advance(1s);
        CHECK(phones.state(1) == "ringing");
        CHECK(phones.wires[1].take().ends_with("release ring2000"));
        phones.lift(1);
        CHECK(phones.connector.pairs == Pairs{{2, 3}});
    }
    SECTION("nobody takes it: it goes where calls go then") {
        phones.hang_up(1);
        phones.check_quiet();
        phones.use(1, "*92204");
        phones.talk(0, 1);
        phones.dial(2, "202");
        phones.reactor.advance(21s);
        CHECK(phones.state(3) == "ringing");
        CHECK(phones.state(1) == "talking");
    }
    phones.check_quiet();
}

TEST_CASE("phone: hold, consult, transfer") {
    Phones phones;
    phones.talk(0, 1);
    phones.flash(1);
    CHECK(phones.connector.pairs.empty());
    SECTION("and back") {
        phones.flash(1);
        CHECK(phones.connector.pairs == Pairs{{1, 2}});
    }
    SECTION("help is called with a call held") {
        phones.digits(1, "112");
        phones.lift(3);
        CHECK(phones.connector.pairs == Pairs{{2, 4}});
        // The helper hangs up; the held one is still there.
        phones.event(3, LineEventKind::on_hook);
        phones.flash(1);
        CHECK(phones.connector.pairs == Pairs{{1, 2}});
    }
    SECTION("by hanging up, when the third has answered") {
        phones.digits(1, "203");
        phones.lift(2);
        CHECK(phones.connector.pairs == Pairs{{2, 3}});
        phones.hang_up(1);
        CHECK(phones.connector.pairs == Pairs{{1, 3}});
        CHECK(phones.ports[1]->idle());
    }
    SECTION("by hanging up while it rings") {
        phones.digits(1, "203");
        phones.hang_up(1);
        CHECK(phones.state(2) == "ringing");
        CHECK(phones.ports[1]->idle());
        phones.lift(2);
        CHECK(phones.connector.pairs == Pairs{{1, 3}});
    }
    SECTION("by the menu") {
        phones.digits(1, "203");
        phones.lift(2);
        phones.flash(1);
        phones.digits(1, "4");
        CHECK(phones.connector.pairs == Pairs{{1, 3}});
        CHECK(phones.state(1) == "confirming");
    }
    SECTION("blindly") {
        phones.digits(1, "*87203");
        CHECK(phones.state(1) == "confirming");
        CHECK(phones.state(2) == "ringing");
        phones.lift(2);
        CHECK(phones.connector.pairs == Pairs{{1, 3}});
    }
    SECTION("the third is busy: hanging up rings for the held one") {
        phones.lift(2);
        phones.digits(1, "203");
        CHECK(phones.state(1) == "warning");
        phones.hang_up(1);
        phones.reactor.advance(1s);
        CHECK(phones.state(1) == "ringing");
        phones.lift(1);
        CHECK(phones.connector.pairs == Pairs{{1, 2}});
    }
    SECTION("the board fails with two calls") {
        phones.digits(1, "203");
        phones.wires[1].failing = "ring2000";
        phones.event(2, LineEventKind::off_hook);
        phones.flash(1);
        phones.digits(1, "2");
        phones.hang_up(1);  // two calls: one is released, the phone cannot ring for the other
        phones.reactor.advance(2s);
        CHECK(phones.state(1) == "idle");
    }
    SECTION("taken out of service with a held call") {
        phones.digits(1, "203");
        phones.ports[1]->set_in_service(false);
        phones.reactor.run_posted();
        CHECK(phones.calls.calls().empty());
        phones.event(1, LineEventKind::on_hook);
        phones.ports[1]->set_in_service(true);
        phones.reactor.run_posted();
    }
    phones.check_quiet();
}

TEST_CASE("phone: star codes only where there are services, forwarding only where it is allowed") {
    Phones phones([](unsigned index, config::Port& port) {
        if (index == 0) port.fxs.services = false;
        if (index == 1) port.fxs.may_forward = false;
    });
    for (const unsigned index : {0U, 1U}) {
        phones.dial(index, "*72203");
        CHECK(phones.state(index) == "warning");
        CHECK(phones.ports[index]->view().services.forward_all.empty());
        phones.hang_up(index);
    }
    // What was set before it was forbidden is of no effect.
    analog::PhoneState state;
    state.forward_all = "203";
    state.do_not_disturb = true;
    phones.store.set("201", state);
    phones.dial(2, "201");
    CHECK(phones.state(0) == "ringing");
    phones.check_quiet();
}

TEST_CASE("phone: it is told that its account cannot be used, before the dial tone") {
    Phones phones([](unsigned index, config::Port& port) {
        port.account = index == 1 ? "" : "office";
        port.fxs.sip_down_tone = index != 2;
    });
    phones.sip_fault = "403 Forbidden";
    const auto hears = [&](unsigned index) {
        phones.wires[index].take();
        phones.lift(index);
        return phones.wires[index].take();
    };
    SECTION("once, and then as usual") {
        CHECK(hears(0).ends_with("play950"));
        phones.reactor.advance(989ms);
        CHECK(phones.wires[0].take().empty());
        phones.reactor.advance(1ms);
        CHECK(phones.wires[0].take() == "play350");
        phones.hang_up(0);
    }
    SECTION("messages are told after it") {
        phones.ports[0]->set_messages(1);
        CHECK(hears(0).ends_with("play950"));
        phones.reactor.advance(1s);
        CHECK(phones.wires[0].take() == "play370");
        phones.hang_up(0);
    }
    SECTION("calls inside and for help work at once") {
        phones.dial(0, "204");
        CHECK(phones.state(3) == "ringing");
        phones.hang_up(0);
        phones.dial(0, "112");
        CHECK(phones.state(3) == "ringing");
        phones.hang_up(0);
    }
    SECTION("not without an account, not where it is not wanted, not for a second call") {
        CHECK(hears(1).ends_with("play350"));
        phones.hang_up(1);
        CHECK(hears(2).ends_with("play350"));
        phones.hang_up(2);
        phones.talk(0, 3);
        phones.wires[0].take();
        phones.flash(0);
        CHECK(phones.wires[0].take().find("play950") == std::string::npos);
    }
    SECTION("not when the account works again") {
        phones.sip_fault.clear();
        CHECK(hears(0).ends_with("play350"));
    }
    phones.check_quiet();
}

TEST_CASE("phone: the info tone of every country is told once") {
    for (const auto& zone : hardware::countries()) {
        CAPTURE(zone);
        const auto tones = hardware::country_tones(zone)->tones;
        const auto tone = analog::once(tones.info);
        REQUIRE_FALSE(tone.segments.empty());
        CHECK(tone.repeat_from == tone.segments.size());
        const auto length = analog::length_of(tone);
        CHECK(length >= 200ms);
        CHECK(length <= 4s);
        for (const auto& segment : tone.segments)
            CHECK(segment.duration_ms > 0);
    }
}

TEST_CASE("phone: its tones, flash digit and recall last as long as the port says") {
    Phones phones([](unsigned, config::Port& port) {
        port.fxs.timers = {5s, 7s, 2s, 4s, 6s, 8s};
        port.fxs.call_waiting_id = false;
        port.digit_map = "2xx|9xx";
    });
    SECTION("reorder tone and howler") {
        phones.dial(0, "555");
        REQUIRE(phones.state(0) == "warning");
        phones.reactor.advance(4999ms);
        CHECK(phones.state(0) == "warning");
        phones.reactor.advance(1ms);
        CHECK(phones.state(0) == "howler");
        phones.reactor.advance(6999ms);
        CHECK(phones.state(0) == "howler");
        phones.reactor.advance(1ms);
        CHECK(phones.state(0) == "lockout");
    }
    SECTION("confirmation tone") {
        phones.dial(0, "*78");
        REQUIRE(phones.state(0) == "confirming");
        phones.reactor.advance(1999ms);
        CHECK(phones.state(0) == "confirming");
        phones.reactor.advance(1ms);
        CHECK(phones.state(0) == "dial_tone");
    }
    SECTION("the digit after a flash") {
        phones.talk(0, 1);
        phones.dial(2, "201");
        phones.flash(0);
        REQUIRE(phones.state(0) == "menu");
        phones.reactor.advance(3999ms);
        CHECK(phones.state(0) == "menu");
        phones.reactor.advance(1ms);
        CHECK(phones.state(0) == "talking");
    }
    SECTION("the tone of a call that waits") {
        phones.talk(0, 1);
        phones.wires[0].take();
        phones.dial(2, "201");
        CHECK(phones.wires[0].take().find("clip") != std::string::npos);
        phones.engine(0, media::EventKind::clip_played);
        phones.wires[0].take();
        phones.reactor.advance(7s);
        CHECK(phones.wires[0].take().find("clip") == std::string::npos);
        phones.reactor.advance(1s);
        CHECK(phones.wires[0].take().find("clip") != std::string::npos);
    }
    SECTION("the ring for a call that is still there") {
        phones.talk(0, 1);
        phones.flash(0);
        phones.event(0, LineEventKind::on_hook);
        phones.reactor.advance(2s);
        REQUIRE(phones.state(0) == "ringing");
        phones.reactor.advance(4s);
        CHECK(phones.state(0) == "ringing");
        phones.reactor.advance(2s);
        CHECK(phones.state(0) == "idle");
    }
    phones.check_quiet();
}

TEST_CASE("phone: messages are shown in every way that the port has") {
    Phones phones([](unsigned index, config::Port& port) {
        port.fxs.message_waiting = {true, index == 1, index == 2, index == 3};
        if (index == 1) port.country_profile.caller_id = config::CallerIdFormat::etsi;
    });
    SECTION("stuttering dial tone") {
        phones.ports[0]->set_messages(2);
        CHECK(phones.wires[0].take().empty());
        phones.lift(0);
        CHECK(phones.wires[0].take().ends_with("play370"));
        phones.hang_up(0);
        phones.ports[0]->set_messages(0);
        phones.wires[0].take();
        phones.lift(0);
        CHECK(phones.wires[0].take().ends_with("play350"));
    }
    SECTION("a message to its display") {
        phones.ports[1]->set_messages(3);
        CHECK(phones.wires[1].take() == "audio_on start clip");
        auto clip = phones.wires[1].clip;
        clip.resize(clip.size() + 1600);
        dsp::CallerIdReceiver receiver;
        REQUIRE(receiver.process(clip));
        CHECK(receiver.heard().message_waiting);
        CHECK(receiver.heard().messages == 3);
        phones.engine(1, media::EventKind::clip_played);
        CHECK(phones.wires[1].take() == "stop audio_off");
        phones.ports[1]->set_messages(3);
        CHECK(phones.wires[1].take().empty());
    }
    SECTION("a message to its display, when it is down again") {
        phones.lift(1);
        phones.wires[1].take();
        phones.ports[1]->set_messages(1);
        phones.reactor.advance(12s);
        CHECK(phones.wires[1].take().empty());
        phones.event(1, LineEventKind::on_hook);
        phones.reactor.advance(12s);
        CHECK(phones.wires[1].take().find("clip") != std::string::npos);
        phones.engine(1, media::EventKind::clip_played);
    }
    SECTION("a message that a call has cut short is told again") {
        phones.ports[1]->set_messages(1);
        phones.wires[1].take();
        phones.dial(0, "202");
        CHECK(phones.wires[1].take() == "stop_clip stop audio_off ring2000");
        phones.hang_up(0);
        CHECK(phones.wires[1].take() == "stop_ring");
        phones.reactor.advance(10s);
        CHECK(phones.wires[1].take() == "audio_on start clip");
        phones.engine(1, media::EventKind::clip_played);
        phones.reactor.advance(60s);
        CHECK(phones.wires[1].take() == "stop audio_off");
    }
    SECTION("lamp") {
        phones.ports[2]->set_messages(4);
        CHECK(phones.wires[2].take() == "lamp4");
        phones.ports[2]->set_messages(0);
        CHECK(phones.wires[2].take() == "lamp0");
    }
    SECTION("polarity") {
        phones.ports[3]->set_messages(1);
        CHECK(phones.wires[3].take() == "reversed");
        phones.ports[3]->set_messages(0);
        CHECK(phones.wires[3].take() == "straight");
    }
    phones.check_quiet();
}
