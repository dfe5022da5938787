// Numbers that come and go digit by digit, and announcements after a DISCONNECT, with libpri on both ends.
#include <catch2/catch.hpp>

#include "q931_message.hpp"
#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using isdn::LinkEventKind;

namespace {

BenchOptions overlapping(config::Overlap overlap, bool dial_tone = false) {
    BenchOptions options;
    options.settings.overlap = overlap;
    options.settings.digit_map = "2xx|0x.T";
    options.settings.digit_timeout = 300ms;
    options.settings.dial_tone = dial_tone;
    options.peer_link.overlap_sending = true;
    return options;
}

/// The network begins a call with these digits, and waits for more to be asked.
q931_call* begin(Bench& bench, const std::string& digits) {
    return bench.peer->link.setup(
        {.caller = {}, .called = digits, .channel = 4, .exclusive = true, .complete = false});
}

/// Every DISCONNECT of the peer says that there is something to hear (progress indicator 8).
void announce_in_disconnect(Bench& bench) {
    bench.wire->tamper = [](int from, Frame& frame) {
        const auto head = isdn::q931::head_of(frame);
        if (from != 1 || !head || head->type != isdn::q931::disconnect) return;
        const Frame indicator{0x1e, 0x02, 0x82, 0x88};
        frame.insert(frame.end() - 2, indicator.begin(), indicator.end());
    };
}

void disconnect_all(Bench& bench, std::uint8_t cause, bool alert_first = false) {
    bench.peer->on_event = [&bench, cause, alert_first](const isdn::LinkEvent& event) {
        if (event.kind != LinkEventKind::setup) return;
        bench.peer->link.proceeding(event.call, 1);
        if (alert_first) bench.peer->link.alerting(event.call, 1, false);
        bench.peer->link.hangup(event.call, cause);
    };
}

}  // namespace

TEST_CASE("overlap receiving: the digit map ends the number") {
    Bench bench(overlapping(config::Overlap::receiving));
    REQUIRE(bench.up());
    const auto call = begin(bench, "2");
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::setup_ack) == 1; }));
    CHECK(bench.sink.calls.empty());
    CHECK(bench.span->view().in_use == 1);
    CHECK(bench.peer->last(LinkEventKind::setup_ack)->channel == 4U);
    for (const char digit : std::string("01"))
        bench.peer->link.information(call, digit);
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    CHECK(bench.sink.calls[0].request.called == "201");
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::proceeding) == 1; }));
    bench.sink.calls[0].leg->alert(false);
    bench.sink.calls[0].leg->answer();
    CHECK(bench.until([&] { return bench.peer->count(LinkEventKind::answer) == 1; }));
}

TEST_CASE("overlap receiving: T302 ends a number that may grow, and one that is too short with cause 28") {
    Bench bench(overlapping(config::Overlap::both));
    REQUIRE(bench.up());
    const std::string digits = GENERATE("030", "20");
    begin(bench, digits);
    if (digits == "030") {
        REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
        CHECK(bench.sink.calls[0].request.called == "030");
        return;
    }
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::disconnect) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::disconnect)->cause == 28);
    CHECK(bench.sink.calls.empty());
    CHECK(bench.idle());
}

TEST_CASE("overlap receiving: Sending complete needs no digit map, and neither does a whole number") {
    Bench bench(overlapping(config::Overlap::receiving));
    REQUIRE(bench.up());
    bench.peer->link.setup({.caller = {}, .called = "2", .channel = 4, .exclusive = true});
    bench.peer->link.setup(
        {.caller = {}, .called = "202", .channel = 5, .exclusive = true, .complete = false});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 2; }));
    CHECK(bench.sink.calls[0].request.called == "2");
    CHECK(bench.sink.calls[1].request.called == "202");
    CHECK(bench.peer->count(LinkEventKind::setup_ack) == 0);
}

TEST_CASE("overlap receiving: digits may come as Keypad, too") {
    Bench bench(overlapping(config::Overlap::receiving));
    REQUIRE(bench.up());
    const auto call = begin(bench, "2");
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::setup_ack) == 1; }));
    bench.wire->tamper = [](int from, Frame& frame) {
        constexpr std::uint8_t information = 0x7b, called_number = 0x70, keypad = 0x2c;
        const auto head = isdn::q931::head_of(frame);
        if (from != 1 || !head || head->type != information) return;
        const auto element = isdn::q931::find_element(frame, called_number);
        REQUIRE(element.size() == 2);  // type and plan, one digit
        const auto begin = frame.begin() + (element.data() - frame.data());
        *(begin - 2) = keypad;
        *(begin - 1) = 1;
        frame.erase(begin);
    };
    for (const char digit : std::string("01"))
        bench.peer->link.information(call, digit);
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    CHECK(bench.sink.calls[0].request.called == "201");
}

TEST_CASE("overlap receiving: a caller who gives up while he dials leaves nothing behind") {
    Bench bench(overlapping(config::Overlap::receiving));
    REQUIRE(bench.up());
    const auto call = begin(bench, "2");
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::setup_ack) == 1; }));
    bench.peer->link.hangup(call, 16);
    CHECK(bench.idle());
    CHECK(bench.sink.calls.empty());
}

TEST_CASE("overlap receiving: dial tone until the first digit, on request") {
    // libpri does not send an empty number, so the first digits are taken out of the message.
    Bench bench(overlapping(config::Overlap::receiving, true));
    REQUIRE(bench.up());
    bench.wire->tamper = [](int from, Frame& frame) {
        const auto head = isdn::q931::head_of(frame);
        if (from != 1 || !head || head->type != isdn::q931::setup) return;
        constexpr std::uint8_t called_number = 0x70;
        const auto element = isdn::q931::find_element(frame, called_number);
        if (element.size() < 2) return;
        const auto begin = frame.begin() + (element.data() - frame.data());
        const auto digits = static_cast<std::ptrdiff_t>(element.size()) - 1;
        *(begin - 1) = 1;
        frame.erase(begin + 1, begin + 1 + digits);
    };
    const auto call = begin(bench, "9");
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::setup_ack) == 1; }));
    CHECK(bench.audio->running[4]);
    CHECK(bench.audio->tones[4]);
    for (const char digit : std::string("201"))
        bench.peer->link.information(call, digit);
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    CHECK_FALSE(bench.audio->tones[4]);
    CHECK(bench.sink.calls[0].request.called == "201");
}

TEST_CASE("overlap sending: digits follow in INFORMATION until the network has enough") {
    Bench bench(overlapping(config::Overlap::sending));
    REQUIRE(bench.up());
    std::string received;
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) {
            CHECK_FALSE(event.complete);
            received = event.called;
            bench.peer->link.setup_ack(event.call, 1, false);
        }
        if (event.kind != LinkEventKind::more_called) return;
        received += event.digits;
        if (received.size() < 5) return;
        bench.peer->link.proceeding(event.call, 1);
        bench.peer->link.alerting(event.call, 1, false);
    };
    Listener listener;
    const auto leg = bench.dial(listener, "12");
    leg->dial_on('3');  // before the network has asked
    REQUIRE(bench.until([&] { return received == "123"; }));
    CHECK(listener.heard == "proceeding ");
    leg->dial_on('4');
    leg->dial_on('5');
    REQUIRE(bench.until([&] { return listener.has("alerting"); }));
    leg->dial_on('6');
    leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.idle());
    CHECK(received == "12345");
}

TEST_CASE("overlap sending: dial tone in SETUP ACKNOWLEDGE is heard, and is no ringing tone") {
    Bench bench(overlapping(config::Overlap::sending));
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) bench.peer->link.setup_ack(event.call, 1, true);
        if (event.kind == LinkEventKind::more_called) bench.peer->link.alerting(event.call, 1, false);
    };
    Listener listener;
    const auto leg = bench.dial(listener, "0");
    REQUIRE(bench.until([&] { return listener.heard == "proceeding progress "; }));
    CHECK(bench.audio->running[1]);
    leg->dial_on('1');
    CHECK(bench.until([&] { return listener.heard == "proceeding progress alerting "; }));
}

TEST_CASE("overlap sending: PROGRESS does not end the number, CALL PROCEEDING does") {
    Bench bench(overlapping(config::Overlap::sending));
    REQUIRE(bench.up());
    std::string received;
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) {
            bench.peer->link.setup_ack(event.call, 1, false);
            bench.peer->link.progress(event.call, 1);
        }
        if (event.kind != LinkEventKind::more_called) return;
        received += event.digits;
        if (received.size() == 2) bench.peer->link.proceeding(event.call, 1);
    };
    Listener listener;
    const auto leg = bench.dial(listener, "12");
    REQUIRE(bench.until([&] { return listener.heard == "proceeding progress "; }));
    leg->dial_on('3');
    leg->dial_on('4');
    REQUIRE(bench.until([&] { return received == "34"; }));
    REQUIRE(bench.until([&] { return bench.wire->ends[0].waiting.empty(); }));  // CALL PROCEEDING is there
    leg->dial_on('5');
    leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.idle());
    CHECK(received == "34");
}

TEST_CASE(
    "overlap sending: T304 ends a number that does not go on with cause 28, and each digit restarts it") {
    auto options = overlapping(config::Overlap::sending);
    options.times.t304 = 300ms;
    Bench bench(options);
    REQUIRE(bench.up());
    const bool heard = GENERATE(false, true);
    Listener listener;
    std::unique_ptr<call::Leg> leg;
    base::Timer pause(bench.reactor);
    base::TimePoint asked_for_more{}, last_digit{};
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) {
            // Before T304 starts, so that however late the machine is the digit comes before its end.
            asked_for_more = bench.reactor.now();
            pause.start(150ms, [&] {
                last_digit = bench.reactor.now();
                leg->dial_on('3');
            });
            bench.peer->link.setup_ack(event.call, 1, false);
        }
        if (event.kind == LinkEventKind::more_called && heard) bench.peer->link.progress(event.call, 1);
    };
    leg = bench.dial(listener, "12");
    REQUIRE(bench.until([&] { return listener.has("proceeding"); }));
    CHECK(leg->takes_digits());
    if (heard) {  // an announcement ends it
        REQUIRE(bench.until([&] { return listener.has("progress"); }));
        CHECK_FALSE(bench.until([&] { return listener.has("released"); }, 400ms));
        return;
    }
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 28);
    CHECK(bench.reactor.now() - last_digit >= 250ms);
    CHECK(bench.reactor.now() - asked_for_more >= 400ms);
    CHECK_FALSE(leg->takes_digits());
    CHECK(bench.idle());
}

TEST_CASE("overlap sending: a complete number ends T304, and T310 begins with CALL PROCEEDING") {
    auto options = overlapping(config::Overlap::sending);
    options.times.t304 = 200ms;
    options.times.t310 = 400ms;
    Bench bench(options);
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) bench.peer->link.setup_ack(event.call, 1, false);
        if (event.kind == LinkEventKind::more_called) bench.peer->link.proceeding(event.call, 1);
    };
    Listener listener;
    const auto leg = bench.dial(listener, "12");
    leg->dial_on('3');
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 102);
}

TEST_CASE("without overlap a number is sent whole, and what is dialled on goes nowhere") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) bench.peer->link.setup_ack(event.call, 1, false);
    };
    Listener listener;
    const auto leg = bench.dial(listener, "12");
    leg->dial_on('3');
    REQUIRE(bench.until([&] { return listener.has("proceeding"); }));
    leg->dial_on('4');
    CHECK(bench.peer->last(LinkEventKind::setup)->complete);
    leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.idle());
    CHECK(bench.peer->count(LinkEventKind::more_called) == 0);
}

TEST_CASE("a DISCONNECT with in-band information is heard, then the call ends with its cause") {
    BenchOptions options;
    options.settings.announcement = 300ms;
    Bench bench(options);
    REQUIRE(bench.up());
    announce_in_disconnect(bench);
    disconnect_all(bench, 1);
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("progress"); }));
    CHECK(bench.audio->running[1]);
    CHECK_FALSE(listener.has("released"));
    SECTION("for as long as T306") {}
    SECTION("until the caller hangs up") {
        leg->release({call::q850::normal_clearing, call::Location::user, ""});
        CHECK_FALSE(bench.audio->running[1]);
    }
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    if (listener.cause->value != 16) CHECK(listener.cause->value == 1);
    CHECK(bench.idle());
}

TEST_CASE("an announcement ends with the network's RELEASE, and its cause is that of the DISCONNECT") {
    Bench bench;
    REQUIRE(bench.up());
    announce_in_disconnect(bench);
    disconnect_all(bench, 17);
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("progress"); }));
    // libpri sends RELEASE after T305 = 30 s only, so another message of it becomes one.
    bench.wire->tamper = [](int from, Frame& frame) {
        constexpr std::uint8_t information = 0x7b;
        constexpr std::size_t type_at = 8;
        const auto head = isdn::q931::head_of(frame);
        if (from != 1 || !head || head->type != information) return;
        frame.resize(type_at);
        frame.insert(frame.end(), {isdn::q931::release, 0x08, 0x02, 0x82, 0xe6, 0, 0});  // cause 102
    };
    bench.peer->link.information(bench.peer->last(LinkEventKind::setup)->call, '1');
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 17);
    CHECK(bench.idle());
}

TEST_CASE("an announcement does not keep a call from its next destination, unless it rings or is answered") {
    Bench bench;
    REQUIRE(bench.up());
    announce_in_disconnect(bench);
    const bool alert_first = GENERATE(false, true);
    disconnect_all(bench, 34, alert_first);
    Listener listener;
    const auto leg = bench.dial(listener);
    if (alert_first) {
        REQUIRE(bench.until([&] { return listener.has("progress"); }));
        CHECK_FALSE(listener.has("released"));
    } else {
        REQUIRE(bench.until([&] { return listener.has("released"); }));
        CHECK_FALSE(listener.has("progress"));
    }
}
