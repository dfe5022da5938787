// What keeps a span's channels usable: service, RESTART for many, the audit, T310, channels of unknown state.
#include <catch2/catch.hpp>

#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using isdn::BearerState;
using isdn::LinkEventKind;

namespace tipring::test {

// What libpri does behind the span's back cannot be asked of it, so a test reaches for the span's private parts:
// an explicit instantiation may name them.
isdn::PriLink& link_of(isdn::SpanController& span);
void hear(isdn::SpanController& span, const isdn::LinkEvent& event);

template <auto link, auto on_link>
struct BehindTheSpan {
    friend isdn::PriLink& link_of(isdn::SpanController& span) { return *(span.*link); }
    friend void hear(isdn::SpanController& span, const isdn::LinkEvent& event) { (span.*on_link)(event); }
};
template struct BehindTheSpan<&isdn::SpanController::link_, &isdn::SpanController::on_link>;

}  // namespace tipring::test

namespace {

/// The only call that the span's libpri has.
q931_call* only_record(Bench& bench) {
    const auto records = link_of(*bench.span).records();
    REQUIRE(records.size() == 1);
    return const_cast<q931_call*>(records.front());
}

std::unique_ptr<call::Leg> talking(Bench& bench, Listener& listener) {
    bench.peer->on_event = [&bench](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup)
            bench.peer->link.answer(event.call, event.channel.value_or(1));
    };
    auto leg = bench.dial(listener);
    REQUIRE(leg);
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    return leg;
}

/// The peer's next messages that name one channel (element 0x18, exclusive) are about the whole interface.
void widen_to_interface(MemoryWire& wire) {
    wire.tamper = [](int from, Frame& frame) {
        static constexpr std::uint8_t one_channel[] = {0x18, 0x03, 0xa9, 0x83};
        const auto at =
            std::search(frame.begin(), frame.end(), std::begin(one_channel), std::end(one_channel));
        if (from != 1 || at == frame.end()) return;
        *(at + 1) = 1;
        frame.erase(at + 3, at + 5);
    };
}

/// Only a test may take a channel behind the span's back.
isdn::BearerAllocator& inside(const isdn::SpanController& span) {
    return const_cast<isdn::BearerAllocator&>(span.allocator());
}

}  // namespace

TEST_CASE("a channel out of service keeps its call and takes no new one") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = talking(bench, listener);
    REQUIRE(bench.span->set_in_service(1, false).has_value());
    CHECK(bench.changes.back() == "span.service 1 channel=1 state=out by=operator");
    CHECK(bench.span->view().bearers[0].state == BearerState::in_use);
    CHECK(bench.span->view().bearers[0].out_here);
    leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.idle());
    CHECK(bench.span->allocator().state(1) == BearerState::out_of_service);
    CHECK(bench.span->view().idle == 29);

    Listener next;
    const auto second = talking(bench, next);
    CHECK(second->endpoint_name() == "span 1 channel 2");
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 1, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::released) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::released)->cause == 44);
    bench.peer->link.setup({.caller = {}, .called = "202", .channel = 1, .exclusive = false});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    CHECK(bench.sink.calls[0].leg->endpoint_name() == "span 1 channel 3");

    REQUIRE(bench.span->set_in_service(1, true).has_value());
    CHECK(bench.span->allocator().state(1) == BearerState::idle);
    CHECK(bench.peer->count(LinkEventKind::service) == 0);  // EuroISDN has no such message
    REQUIRE(bench.span->set_in_service(std::nullopt, false).has_value());
    Listener none;
    CHECK_FALSE(bench.dial(none));
    CHECK(bench.refused.value == 34);
    CHECK(call::may_try_next(bench.refused));
    CHECK_FALSE(bench.span->set_in_service(16, false).has_value());
    bench.audio->on_line_event(9, hardware::LineEventKind::removed);
    CHECK_FALSE(bench.span->set_in_service(9, true).has_value());
}

TEST_CASE("SERVICE messages take channels out of service at both ends") {
    const auto type = GENERATE(config::SwitchType::national, config::SwitchType::lucent5e);
    BenchOptions options;
    options.settings.switch_type = type;
    Bench bench(options);
    REQUIRE(bench.up());
    REQUIRE(bench.span->set_in_service(7, false).has_value());
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::service) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::service)->channel == 7U);
    CHECK_FALSE(bench.peer->last(LinkEventKind::service)->in_service);
    REQUIRE(bench.span->set_in_service(7, true).has_value());
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::service) == 2; }));
    CHECK(bench.peer->last(LinkEventKind::service)->in_service);

    bench.peer->link.service(1, false);
    REQUIRE(
        bench.until([&] { return bench.span->allocator().state(1) == BearerState::out_of_service_remote; }));
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::service_ack) == 1; }));
    Listener listener;
    const auto leg = talking(bench, listener);
    CHECK(leg->endpoint_name() == "span 1 channel 2");
    bench.peer->link.service(1, true);
    REQUIRE(bench.until([&] { return bench.span->allocator().state(1) == BearerState::idle; }));
    bench.peer->link.service(3, false);
    REQUIRE(bench.until([&] { return bench.span->view().idle == 28; }));
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 3, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    CHECK_FALSE(bench.span->allocator().channel(3).out_remote());
}

TEST_CASE("SERVICE for the whole interface is no loss of the D-channel") {
    BenchOptions options;
    options.settings.switch_type = config::SwitchType::national;
    Bench bench(options);
    REQUIRE(bench.up());
    widen_to_interface(*bench.wire);
    bench.peer->link.service(1, false);
    REQUIRE(bench.until([&] { return bench.span->view().idle == 0; }));
    CHECK(bench.span->view().d_channel_up);
    CHECK(bench.span->allocator().state(31) == BearerState::out_of_service_remote);
    bench.peer->link.service(1, true);
    REQUIRE(bench.until([&] { return bench.span->view().idle == 30; }));
    CHECK(bench.span->view().d_channel_losses == 0);
}

TEST_CASE("what the other end took out of service comes back by its RESTART of all, or by our operator") {
    BenchOptions options;
    options.settings.switch_type = config::SwitchType::national;
    Bench bench(options);
    REQUIRE(bench.up());
    bench.peer->link.service(3, false);
    bench.peer->link.service(4, false);
    REQUIRE(bench.until([&] { return bench.span->view().idle == 28; }));
    SECTION("its RESTART") {
        widen_to_interface(*bench.wire);
        bench.peer->link.restart(5);
    }
    SECTION("the operator, for all") {
        REQUIRE(bench.span->set_in_service(std::nullopt, true).has_value());
    }
    SECTION("the operator, for one and the other") {
        REQUIRE(bench.span->set_in_service(3, true).has_value());
        CHECK(bench.span->view().idle == 29);
        REQUIRE(bench.span->set_in_service(4, true).has_value());
    }
    REQUIRE(bench.until([&] { return bench.span->view().idle == 30; }));
}

TEST_CASE("channels out of service are told again whenever the D-channel comes up") {
    BenchOptions options;
    options.settings.switch_type = config::SwitchType::national;
    options.settings.timers = {{"T200", 100}, {"N200", 1}};
    Bench bench(options);
    REQUIRE(bench.up());
    REQUIRE(bench.span->set_in_service(4, false).has_value());
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::service) == 1; }));
    bench.wire->connected = false;
    Listener listener;
    const auto lost = bench.dial(listener);  // a frame makes Q.921 notice
    REQUIRE(bench.until([&] { return !bench.span->view().d_channel_up; }));
    bench.wire->connected = true;
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::service) == 2; }));
    CHECK(bench.peer->last(LinkEventKind::service)->channel == 4U);
    CHECK_FALSE(bench.peer->last(LinkEventKind::service)->in_service);
}

TEST_CASE("service that changed while the D-channel was down is told when it is up") {
    BenchOptions options;
    options.settings.switch_type = config::SwitchType::national;
    Bench bench(options);
    REQUIRE(bench.span->set_in_service(4, false).has_value());
    REQUIRE(bench.up());
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::service) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::service)->channel == 4U);
}

TEST_CASE("a RESTART of the interface ends all calls with cause 41 and is acknowledged") {
    Bench bench;
    REQUIRE(bench.up());
    Listener first, second;
    const auto leg = talking(bench, first);
    const auto other = talking(bench, second);
    widen_to_interface(*bench.wire);
    bench.peer->link.restart(5);
    REQUIRE(bench.until([&] { return first.has("released") && second.has("released"); }));
    CHECK(first.cause->value == 41);
    CHECK(second.cause->value == 41);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart_ack) == 1; }));
    CHECK(bench.span->view().idle == 30);
}

TEST_CASE("RESTART on request is for idle channels") {
    Bench bench;
    CHECK_FALSE(bench.span->restart(std::nullopt).has_value());
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = talking(bench, listener);
    CHECK_FALSE(bench.span->restart(16).has_value());
    CHECK(bench.span->restart(1).error().message.find("in_use") != std::string::npos);
    REQUIRE(bench.span->restart(8).has_value());
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::restart)->channel == 8U);
    REQUIRE(bench.until([&] { return bench.span->view().restarts == 1; }));
    const auto all = bench.span->restart(std::nullopt);
    REQUIRE(all.has_value());
    CHECK(*all == 29);
    REQUIRE(bench.until([&] { return bench.span->view().restarts == 30; }));
    CHECK_FALSE(listener.has("released"));
}

TEST_CASE("an ordered RESTART comes when its channel is well again, also where none goes out by itself") {
    BenchOptions options;
    options.settings.restart = false;
    Bench bench(options);
    REQUIRE(bench.up());
    const auto all = bench.span->restart(std::nullopt);
    REQUIRE(all.has_value());
    CHECK(*all == 30);
    REQUIRE(bench.span->set_in_service(5, false).has_value());  // before its turn
    REQUIRE(bench.until([&] { return bench.span->view().restarts == 29; }));
    CHECK(bench.peer->count(LinkEventKind::restart) == 29);
    REQUIRE(bench.span->set_in_service(5, true).has_value());
    REQUIRE(bench.until([&] { return bench.span->view().restarts == 30; }));
    CHECK(bench.peer->last(LinkEventKind::restart)->channel == 5U);
}

TEST_CASE("the audit frees a channel that no call uses, and leaves good calls alone") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = talking(bench, listener);
    const auto taken = inside(*bench.span).take_outgoing();
    REQUIRE(taken == 2U);
    REQUIRE(bench.until([&] { return bench.span->view().repairs == 1; }));
    REQUIRE(bench.until([&] { return bench.span->allocator().state(2) == BearerState::idle; }));
    CHECK(bench.span->view().last_error.find("channel 2 is in use without a call") != std::string::npos);
    // Its state at the other end was not known.
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart) == 1; }));
    CHECK_FALSE(listener.has("released"));
    CHECK(bench.span->view().in_use == 1);
}

TEST_CASE("the audit ends a call whose channel counts as free, or that never began") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = talking(bench, listener);
    inside(*bench.span).release(1);
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 41);
    CHECK(bench.span->view().repairs == 1);

    call::Cause why;
    Listener waiting;
    const auto unborn = bench.span->open({77}, {}, why);
    REQUIRE(unborn);
    unborn->observe(&waiting);
    REQUIRE(bench.until([&] { return waiting.has("released"); }));
    CHECK(bench.idle());
    CHECK(bench.span->view().repairs == 2);
}

TEST_CASE("a call that libpri has forgotten is ended and its channel restarted") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = talking(bench, listener);
    link_of(*bench.span).destroy(only_record(bench));
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 41);
    CHECK(bench.span->view().repairs == 1);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::restart)->channel == 1U);
    REQUIRE(bench.until([&] { return bench.span->view().idle == 30; }));
}

TEST_CASE("a call in clearing that libpri has forgotten is cleared, and no repair") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = talking(bench, listener);
    bench.wire->connected = false;
    leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.span->view().in_use == 1);
    link_of(*bench.span).destroy(only_record(bench));
    bench.wire->connected = true;
    REQUIRE(bench.idle());
    CHECK(bench.span->view().repairs == 0);
    CHECK(bench.span->view().last_error.empty());
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 16);
}

TEST_CASE("a record that libpri uses again ends the call that had it before") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = talking(bench, listener);
    auto* const record = only_record(bench);
    hear(*bench.span,
         {.kind = LinkEventKind::setup, .call = record, .channel = 1U, .exclusive = true, .called = "201"});
    REQUIRE(bench.sink.calls.size() == 1);
    CHECK(bench.sink.calls[0].leg->endpoint_name() == "span 1 channel 1");
    CHECK(bench.span->view().in_use == 1);
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(bench.span->view().repairs == 1);
    // The new call is on the channel, so that RESTART, which would have gone before this, would end it.
    bench.peer->link.setup({.caller = {}, .called = "202", .channel = 5, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 2; }));
    const auto proceeding = bench.peer->count(LinkEventKind::proceeding);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::proceeding) > proceeding; }));
    CHECK(bench.peer->count(LinkEventKind::restart) == 0);
    // What comes on the record is the new call's.
    hear(*bench.span, {.kind = LinkEventKind::cleared, .call = record});
    CHECK(bench.span->view().in_use == 1);
    REQUIRE(bench.until([&] { return bench.sink.calls[0].listener->has("released"); }));
}

TEST_CASE("an alarm of a channel that is not taken back ends with the span's") {
    Bench bench;
    REQUIRE(bench.up());
    bench.wire->ends[0].alarm = true;
    bench.audio->on_line_event(3, hardware::LineEventKind::alarm);
    bench.wire->ends[0].alarm = false;  // and the channel's own event gets lost
    REQUIRE(bench.until([&] { return bench.span->view().layer1_up; }));
    CHECK(bench.span->allocator().state(3) == BearerState::alarm);
    REQUIRE(bench.until([&] { return bench.span->allocator().state(3) == BearerState::idle; }));
    CHECK(bench.span->view().repairs == 1);
}

TEST_CASE("T310 ends a call after CALL PROCEEDING and nothing more") {
    BenchOptions options;
    options.times.t310 = 50ms;
    Bench bench(options);
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind != LinkEventKind::setup) return;
        bench.peer->link.proceeding(event.call, event.channel.value_or(1));
        if (event.called == "2") bench.peer->link.alerting(event.call, event.channel.value_or(1), false);
    };
    Listener stuck, rings;
    const auto ringing = bench.dial(rings, "2");
    REQUIRE(bench.until([&] { return rings.has("alerting"); }));
    const auto leg = bench.dial(stuck, "1");
    REQUIRE(bench.until([&] { return stuck.has("released"); }));
    CHECK(stuck.cause->value == 102);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::disconnect) == 1; }));
    CHECK_FALSE(rings.has("released"));
}

TEST_CASE("a channel whose call ended without the other side's knowledge is restarted") {
    BenchOptions options;
    options.settings.timers = {{"T200", 100}, {"N200", 1}};
    Bench bench(options);
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = talking(bench, listener);
    bench.wire->connected = false;
    leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.until([&] { return !bench.span->view().d_channel_up; }));
    REQUIRE(bench.idle());
    CHECK(bench.peer->count(LinkEventKind::restart) == 0);
    bench.wire->connected = true;
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::restart)->channel == 1U);
    REQUIRE(bench.until([&] { return bench.span->view().idle == 30; }));
}

TEST_CASE("a SETUP names its channel as preferred or exclusive as the file says") {
    BenchOptions options;
    options.side = GENERATE(config::SpanSide::user, config::SpanSide::network);
    options.settings.channel_wish = GENERATE(config::ChannelWish::by_side, config::ChannelWish::preferred,
                                             config::ChannelWish::exclusive);
    Bench bench(options);
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::setup) == 1; }));
    const bool by_side = options.settings.channel_wish == config::ChannelWish::by_side;
    CHECK(bench.peer->last(LinkEventKind::setup)->exclusive ==
          (by_side ? options.side == config::SpanSide::network
                   : options.settings.channel_wish == config::ChannelWish::exclusive));
}

TEST_CASE("the times of a span are those of its file") {
    config::Span settings;
    CHECK(isdn::times_of(settings).t309 == 90s);
    CHECK(isdn::times_of(settings).t304 == 30s);
    settings.side = config::SpanSide::network;
    CHECK(isdn::times_of(settings).t304 == 20s);
    CHECK(isdn::times_of(settings).t316 == 120s);
    CHECK(isdn::times_of(settings).n316 == 2);
    CHECK(isdn::times_of(settings).release_guard == 50s);
    settings.timers = {{"T309", 6000},  {"T316", 1000},  {"N316", 3},
                       {"T310", 30000}, {"T305", 60000}, {"T304", 15000}};
    CHECK(isdn::times_of(settings).t304 == 15s);
    CHECK(isdn::times_of(settings).t309 == 6s);
    CHECK(isdn::times_of(settings).t310 == 30s);
    CHECK(isdn::times_of(settings).t316 == 1s);
    CHECK(isdn::times_of(settings).n316 == 3);
    CHECK(isdn::times_of(settings).release_guard == 80s);
}
