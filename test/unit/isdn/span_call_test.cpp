// Calls over a span: out, in, both release directions, channel negotiation, collision.
#include <catch2/catch.hpp>

#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using isdn::LinkEventKind;

namespace {

/// The peer rings and answers every call at once.
void answer_all(Peer& peer) {
    peer.on_event = [&peer](const isdn::LinkEvent& event) {
        if (event.kind != LinkEventKind::setup) return;
        peer.link.alerting(event.call, event.channel.value_or(1), false);
        peer.link.answer(event.call, event.channel.value_or(1));
    };
}

void reject_all(Peer& peer, std::uint8_t cause) {
    peer.on_event = [&peer, cause](const isdn::LinkEvent& event) {
        if (event.kind != LinkEventKind::setup) return;
        peer.link.proceeding(event.call, event.channel.value_or(1));
        peer.link.hangup(event.call, cause);
    };
}

}  // namespace

TEST_CASE("a call goes out, is answered, and is released by this side") {
    Bench bench;
    REQUIRE(bench.up());
    answer_all(*bench.peer);
    Listener listener;
    const auto leg =
        bench.dial(listener, "+4930123456",
                   {.number = "+441632960001", .name = "", .presentation = call::Presentation::allowed});
    REQUIRE(leg);
    CHECK(leg->endpoint_name() == "span 1 channel 1");
    CHECK(listener.heard.empty());  // nothing from inside a command
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    CHECK(listener.heard == "proceeding alerting answered ");
    CHECK(bench.audio->running[1]);
    CHECK(leg->media() == media::EndpointId{1001});

    const auto* setup = bench.peer->last(LinkEventKind::setup);
    REQUIRE(setup != nullptr);
    CHECK(setup->called == "+4930123456");
    CHECK(setup->caller.number == "+441632960001");
    CHECK(setup->caller.presentation == call::Presentation::allowed);
    CHECK_FALSE(setup->exclusive);
    CHECK(setup->channel == 1U);

    leg->send_digit('7');
    CHECK(bench.audio->digits == "7");

    leg->release({call::q850::normal_clearing, call::Location::user, ""});
    CHECK_FALSE(listener.has("released"));
    CHECK_FALSE(bench.audio->running[1]);
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 16);
    REQUIRE(bench.idle());
    CHECK(bench.peer->last(LinkEventKind::disconnect)->cause == 16);
    CHECK(bench.span->view().calls_out == 1);
}

TEST_CASE("the other side's release reaches the leg with cause and location") {
    Bench bench;
    REQUIRE(bench.up());
    answer_all(*bench.peer);
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    bench.peer->link.hangup(bench.peer->last(LinkEventKind::setup)->call, 31);
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 31);
    CHECK(listener.cause->location == call::Location::private_local);  // as the peer's libpri says
    CHECK_FALSE(bench.audio->running[1]);
    CHECK(bench.idle());
}

TEST_CASE("busy, rejected and unallocated numbers come back with their cause") {
    for (const std::uint8_t cause : std::initializer_list<std::uint8_t>{17, 21, 1, 34, 127}) {
        Bench bench;
        REQUIRE(bench.up());
        reject_all(*bench.peer, cause);
        Listener listener;
        const auto leg = bench.dial(listener);
        REQUIRE(bench.until([&] { return listener.has("released"); }));
        CHECK(listener.cause->value == cause);
        CHECK_FALSE(listener.has("answered"));
        CHECK(bench.idle());
    }
}

TEST_CASE("a RELEASE COMPLETE straight to the SETUP ends the call") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) bench.peer->link.hangup(event.call, 88);
    };
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.heard == "released ");
    CHECK(listener.cause->value == 88);
    CHECK(bench.idle());
}

TEST_CASE("in-band information before the answer opens the audio") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) bench.peer->link.alerting(event.call, 1, true);
    };
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("inband"); }));
    CHECK(listener.heard == "proceeding inband ");
    CHECK(bench.audio->running[1]);
}

TEST_CASE("a caller who gives up while it rings clears the call at the other side") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) bench.peer->link.alerting(event.call, 1, false);
    };
    Listener listener;
    auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("alerting"); }));
    leg.reset();  // a leg destroyed early hangs up
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::disconnect) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::disconnect)->cause == 16);
    CHECK(bench.idle());
    CHECK_FALSE(listener.has("released"));
}

TEST_CASE("a number without digits is refused by this side") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = bench.dial(listener, "conference");
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 28);
    CHECK(bench.idle());
}

TEST_CASE("a leg that is never started gives its channel back") {
    Bench bench;
    REQUIRE(bench.up());
    call::Cause why;
    auto leg = bench.span->open({1}, {}, why);
    REQUIRE(leg);
    CHECK(bench.span->view().in_use == 1);
    leg.reset();
    CHECK(bench.span->view().in_use == 0);
}

TEST_CASE("a call comes in with number and name, rings, is answered and released by this side") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->link.setup(
        {.caller = {.number = "+4989555", .name = "Jos\xc3\xa9", .presentation = call::Presentation::allowed},
         .called = "201",
         .channel = 31,
         .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    auto& call = bench.sink.calls[0];
    CHECK(call.request.called == "201");
    CHECK(call.request.caller.number == "+4989555");
    CHECK(call.request.caller.name == "Jos\xc3\xa9");
    CHECK(call.request.source.kind == routing::DestinationKind::span);
    CHECK(call.request.source.name == "1");
    CHECK(call.leg->endpoint_name() == "span 1 channel 31");
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::proceeding) == 1; }));

    call.leg->alert(true);
    CHECK(bench.audio->running[31]);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::alerting) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::alerting)->inband);
    call.leg->answer();
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::answer) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::answer)->channel == 31U);

    call.leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.until([&] { return call.listener->has("released"); }));
    CHECK(bench.peer->last(LinkEventKind::disconnect)->cause == 16);
    CHECK(bench.idle());
}

TEST_CASE("in-band audio that begins after ALERTING is announced by one PROGRESS") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 3, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    auto& leg = *bench.sink.calls[0].leg;
    const bool at_once = GENERATE(false, true);
    leg.alert(at_once);
    CHECK(bench.audio->running[3] == at_once);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::alerting) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::alerting)->inband == at_once);

    leg.alert(true);
    CHECK(bench.audio->running[3]);
    leg.alert(false);
    leg.alert(true);
    leg.answer();
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::answer) == 1; }));
    CHECK(bench.peer->count(LinkEventKind::alerting) == 1);
    REQUIRE(bench.peer->count(LinkEventKind::progress) == (at_once ? 0 : 1));
    if (!at_once) CHECK(bench.peer->last(LinkEventKind::progress)->inband);
}

TEST_CASE("restricted and missing numbers keep their presentation") {
    Bench bench({.side = config::SpanSide::network});  // a user sends what he restricts
    REQUIRE(bench.up());
    bench.peer->link.setup(
        {.caller = {.number = "555", .name = "Secret", .presentation = call::Presentation::restricted},
         .called = "201",
         .channel = 1,
         .exclusive = true});
    bench.peer->link.setup({.caller = {}, .called = "202", .channel = 2, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 2; }));
    CHECK(bench.sink.calls[0].request.caller.presentation == call::Presentation::restricted);
    CHECK(bench.sink.calls[0].request.caller.number == "555");
    CHECK(bench.sink.calls[0].request.caller.name.empty());
    CHECK(bench.sink.calls[1].request.caller.presentation == call::Presentation::unavailable);
    CHECK(bench.sink.calls[1].request.caller.number.empty());
}

TEST_CASE("an incoming call may be refused with any cause, and the caller may hang up first") {
    Bench bench;
    REQUIRE(bench.up());
    for (const std::uint8_t cause : std::initializer_list<std::uint8_t>{1, 17, 34, 26}) {
        const auto before = bench.sink.calls.size();
        bench.peer->link.setup({.caller = {}, .called = "201", .channel = 5, .exclusive = true});
        REQUIRE(bench.until([&] { return bench.sink.calls.size() == before + 1; }));
        const auto cleared = bench.peer->count(LinkEventKind::disconnect);
        bench.sink.calls.back().leg->release({cause, call::Location::user, ""});
        REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::disconnect) > cleared; }));
        CHECK(bench.peer->last(LinkEventKind::disconnect)->cause == (cause == 26 ? 31 : cause));
        REQUIRE(bench.idle());
    }
    const auto record =
        bench.peer->link.setup({.caller = {}, .called = "201", .channel = 5, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 5; }));
    bench.peer->link.hangup(record, 16);
    REQUIRE(bench.until([&] { return bench.sink.calls.back().listener->has("released"); }));
    CHECK(bench.sink.calls.back().listener->cause->value == 16);
    CHECK(bench.idle());
}

TEST_CASE("a second SETUP on a busy channel is refused with cause 44") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 7, .exclusive = true});
    bench.peer->link.setup({.caller = {}, .called = "202", .channel = 7, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::released) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::released)->cause == 44);
    CHECK(bench.sink.calls.size() == 1);
    CHECK(bench.span->view().in_use == 1);
}

TEST_CASE("the network side answers a busy preferred channel with another one") {
    Bench bench({.side = config::SpanSide::network, .choice = config::ChannelChoice::descending});
    REQUIRE(bench.up());
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 7, .exclusive = false});
    bench.peer->link.setup({.caller = {}, .called = "202", .channel = 7, .exclusive = false});
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::proceeding) == 2; }));
    CHECK(bench.peer->last(LinkEventKind::proceeding)->channel == 31U);
}

TEST_CASE("the network moves our call to another channel") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind != LinkEventKind::setup) return;
        bench.peer->link.proceeding(event.call, 20);
        bench.peer->link.answer(event.call, 20);
    };
    Listener listener;
    const auto leg = bench.dial(listener);
    CHECK(leg->media() == media::EndpointId{1001});
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    CHECK(listener.has("media"));
    CHECK(leg->media() == media::EndpointId{1020});
    CHECK(bench.audio->running[20]);
    CHECK_FALSE(bench.audio->running[1]);
    CHECK(bench.span->allocator().state(1) == isdn::BearerState::idle);
}

TEST_CASE("the network moves a call of ours to the channel that another SETUP of ours is asking for") {
    Bench bench;
    REQUIRE(bench.up());
    unsigned setups = 0;
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind != LinkEventKind::setup) return;
        const unsigned channel = ++setups == 1 ? 2 : 1;
        bench.peer->link.proceeding(event.call, channel);
        bench.peer->link.answer(event.call, channel);
    };
    // Both are on the wire before the network answers one.
    Listener first, second;
    const auto leg = bench.dial(first), other = bench.dial(second);
    REQUIRE(bench.until([&] { return first.has("answered") && second.has("answered"); }));
    CHECK(leg->media() == media::EndpointId{1002});
    CHECK(other->media() == media::EndpointId{1001});
    CHECK(bench.span->view().in_use == 2);
    CHECK(bench.span->view().last_error.empty());
}

TEST_CASE("in a collision the user side gives up its channel and takes the one it is given") {
    Bench bench;
    REQUIRE(bench.up());
    // Both SETUPs are on the wire at once, for channel 1.
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind != LinkEventKind::setup) return;
        bench.peer->link.proceeding(event.call, 2);
        bench.peer->link.answer(event.call, 2);
    };
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 1, .exclusive = true});
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("answered") && bench.sink.calls.size() == 1; }));
    CHECK(bench.sink.calls[0].leg->endpoint_name() == "span 1 channel 1");
    CHECK(bench.sink.calls[0].leg->media() == media::EndpointId{1001});
    CHECK(leg->media() == media::EndpointId{1002});
    CHECK(bench.span->view().in_use == 2);
}

TEST_CASE("in a collision without another channel the outgoing call ends, and the incoming one stays") {
    Bench bench;
    REQUIRE(bench.up());
    answer_all(*bench.peer);  // insists on channel 1
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 1, .exclusive = true});
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 44);
    CHECK(bench.sink.calls.size() == 1);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::disconnect) == 1; }));
    CHECK(bench.until([&] { return bench.span->view().in_use == 1; }));
}

TEST_CASE("thirty calls at once, and the next one finds no circuit") {
    Bench bench;
    REQUIRE(bench.up());
    answer_all(*bench.peer);
    std::vector<Listener> listeners(30);
    std::vector<std::unique_ptr<call::Leg>> legs;
    for (auto& listener : listeners)
        legs.push_back(bench.dial(listener));
    REQUIRE(std::all_of(legs.begin(), legs.end(), [](const auto& leg) { return leg != nullptr; }));
    Listener late;
    CHECK_FALSE(bench.dial(late));
    CHECK(bench.refused.value == 34);
    CHECK(call::may_try_next(bench.refused));
    REQUIRE(bench.until(
        [&] {
            return std::all_of(listeners.begin(), listeners.end(),
                               [](const auto& l) { return l.has("answered"); });
        },
        20s));
    CHECK(bench.span->view().idle == 0);
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 3, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::released) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::released)->cause == 44);
    for (const auto& leg : legs)
        leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.until(
        [&] {
            return bench.span->view().in_use == 0 &&
                   std::all_of(listeners.begin(), listeners.end(),
                               [](const auto& l) { return l.has("released"); });
        },
        20s));
}

TEST_CASE("a channel without audio ends the call instead of a silent answer") {
    Bench bench;
    REQUIRE(bench.up());
    answer_all(*bench.peer);
    bench.audio->fails = true;
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 41);
    CHECK_FALSE(listener.has("answered"));
    CHECK(bench.idle());
}
