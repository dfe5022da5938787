// A span when things go wrong: RESTART, loss of the data link and of layer 1, garbage, shut-down.
#include <catch2/catch.hpp>
#include <random>

#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using isdn::BearerState;
using isdn::LinkEventKind;

namespace {

constexpr std::uint8_t restart_acknowledge = 0x4e;
constexpr std::uint8_t status = 0x7d;

/// Offset of the Q.931 message type in an I-frame with a two-octet call reference.
constexpr std::size_t message_type_offset = 8;

bool is_message(const Frame& frame, std::uint8_t type) {
    return frame.size() > message_type_offset && (frame[2] & 1) == 0 && frame[4] == 0x08 && frame[5] == 2 &&
           frame[message_type_offset] == type;
}

std::unique_ptr<call::Leg> answered_call(Bench& bench, Listener& listener) {
    bench.peer->on_event = [&bench](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup)
            bench.peer->link.answer(event.call, event.channel.value_or(1));
    };
    auto leg = bench.dial(listener);
    REQUIRE(leg);
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    return leg;
}

}  // namespace

TEST_CASE("after the start every idle channel is restarted once") {
    BenchOptions options;
    options.times.restart_at_start = true;
    Bench bench(options);
    REQUIRE(bench.up());
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart) == 30; }));
    REQUIRE(bench.until([&] { return bench.span->view().idle == 30; }));
    CHECK(bench.span->view().last_error.empty());
}

TEST_CASE("where the data link is up before the alarm ends, every channel is restarted after the alarm") {
    BenchOptions options;
    options.times.restart_at_start = true;
    Bench bench(options);
    bench.wire->ends[0].alarm = true;  // cards keep it for seconds after the signal is back
    REQUIRE(bench.up());
    REQUIRE(bench.until([&] { return !bench.span->view().layer1_up; }));
    const auto looks = bench.wire->ends[0].alarm_looks;
    REQUIRE(bench.until([&] { return bench.wire->ends[0].alarm_looks > looks + 2; }));
    CHECK(bench.peer->count(LinkEventKind::restart) == 0);
    bench.wire->ends[0].alarm = false;
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart) == 30; }));
    REQUIRE(bench.until([&] { return bench.span->view().idle == 30; }));
}

TEST_CASE("a missing RESTART ACKNOWLEDGE jams no channel") {
    BenchOptions options;
    options.times.restart_at_start = true;
    Bench bench(options);
    bench.wire->tamper = [](int from, Frame& frame) {
        if (from == 1 && is_message(frame, restart_acknowledge)) frame[message_type_offset] = status;
    };
    REQUIRE(bench.up());
    REQUIRE(bench.until([&] { return bench.span->allocator().state(1) == BearerState::restarting; }));
    CHECK(bench.span->view().idle == 29);
    REQUIRE(bench.until([&] { return bench.span->view().restart_failures == 2; }));
    CHECK(bench.span->view().idle == 30);
    CHECK(bench.span->view().last_error.find("T316") != std::string::npos);
    CHECK(bench.peer->count(LinkEventKind::restart) == 4);  // N316 for each of two
}

TEST_CASE("a SETUP on a restarting channel is taken") {
    BenchOptions options;
    options.times.restart_at_start = true;
    options.times.t316 = 60s;
    Bench bench(options);
    bench.wire->tamper = [](int from, Frame& frame) {
        if (from == 1 && is_message(frame, restart_acknowledge)) frame[message_type_offset] = status;
    };
    REQUIRE(bench.up());
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart) == 1; }));
    REQUIRE(bench.span->allocator().state(1) == BearerState::restarting);
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 1, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    CHECK(bench.span->allocator().state(1) == BearerState::in_use);
}

TEST_CASE("RESTART is not repeated on a channel that the other side has given to a call of ours") {
    BenchOptions options;
    options.times.restart_at_start = true;
    options.times.t316 = 200ms;
    Bench bench(options);
    bench.wire->tamper = [](int from, Frame& frame) {
        if (from == 1 && is_message(frame, restart_acknowledge)) frame[message_type_offset] = status;
    };
    REQUIRE(bench.up());
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart) == 1; }));
    REQUIRE(bench.span->allocator().state(1) == BearerState::restarting);
    bench.peer->on_event = [&bench](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) bench.peer->link.answer(event.call, 1);
    };
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    REQUIRE(bench.span->allocator().state(1) == BearerState::in_use);
    // Channel 2 is the next; RESTART for it twice, and no second one for channel 1.
    REQUIRE(bench.until([&] { return bench.span->view().restart_failures == 1; }));
    std::vector<unsigned> restarted;
    for (const auto& event : bench.peer->events) {
        if (event.kind == LinkEventKind::restart) restarted.push_back(event.channel.value_or(0));
    }
    REQUIRE(restarted.size() >= 3);
    restarted.resize(3);
    CHECK(restarted == std::vector<unsigned>{1, 2, 2});
    CHECK_FALSE(listener.has("released"));
}

TEST_CASE("channels whose RESTART was cut short by the loss of the data link are restarted when it is back") {
    BenchOptions options;
    options.times.restart_at_start = true;
    options.times.t316 = 60s;
    options.settings.timers = {{"T200", 100}, {"N200", 1}};
    Bench bench(options);
    bench.wire->tamper = [](int from, Frame& frame) {
        if (from == 1 && is_message(frame, restart_acknowledge)) frame[message_type_offset] = status;
    };
    REQUIRE(bench.up());
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart) == 1; }));
    bench.wire->connected = false;
    Listener listener;
    const auto lost = bench.dial(listener);  // a frame makes Q.921 notice
    REQUIRE(bench.until([&] { return !bench.span->view().d_channel_up; }));
    bench.wire->tamper = nullptr;
    bench.wire->connected = true;
    REQUIRE(bench.until([&] { return bench.span->view().restarts == 30; }));
    CHECK(bench.peer->count(LinkEventKind::restart) == 31);
}

TEST_CASE("a RESTART by the other side ends the call on its channel") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener, other;
    const auto leg = answered_call(bench, listener);
    const auto second = answered_call(bench, other);
    bench.peer->link.restart(1);
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 41);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart_ack) == 1; }));
    CHECK(bench.span->allocator().state(1) == BearerState::idle);
    CHECK_FALSE(other.has("released"));
}

TEST_CASE("a span without its D-channel opens no leg, so that the next route is tried") {
    Bench bench;
    call::Cause why;
    CHECK_FALSE(bench.span->open({1}, {}, why));
    CHECK(why.value == 38);
    CHECK(call::may_try_next(why));
    REQUIRE(bench.up());
    CHECK(bench.span->open({2}, {}, why));
}

TEST_CASE("a layer 1 alarm is seen at once and cleared again") {
    Bench bench;
    REQUIRE(bench.up());
    bench.wire->ends[0].alarm = true;
    bench.audio->on_line_event(1, hardware::LineEventKind::alarm);
    CHECK_FALSE(bench.span->view().layer1_up);
    CHECK(bench.changes.back() == "span.alarm 1 state=on");
    CHECK(bench.span->allocator().state(2) == BearerState::alarm);
    Listener listener;
    CHECK_FALSE(bench.dial(listener));
    CHECK(bench.refused.value == 38);
    bench.wire->ends[0].alarm = false;
    bench.audio->on_line_event(1, hardware::LineEventKind::alarm_clear);
    CHECK(bench.span->view().layer1_up);
    CHECK(bench.span->view().idle == 30);

    // Without any wake-up the periodic look finds it.
    bench.wire->ends[0].alarm = true;
    CHECK(bench.until([&] { return !bench.span->view().layer1_up; }));
}

TEST_CASE("an event of layer 1 that the driver dropped is made good by the next look at the span") {
    Bench bench;
    REQUIRE(bench.up());
    bench.driver_alarm = true;
    bench.wire->ends[0].alarm = true;
    bench.audio->on_line_event(1, hardware::LineEventKind::alarm);
    REQUIRE_FALSE(bench.span->view().layer1_up);
    SECTION("the end of an alarm") {
        bench.driver_alarm = false;  // the D-channel never hears of it
        CHECK(bench.until([&] { return bench.span->view().layer1_up; }));
        CHECK(bench.until([&] { return bench.span->view().idle == 30; }));
        CHECK(bench.changes.back() == "span.alarm 1 state=off");
    }
    SECTION("a board that does not tell leaves it to the D-channel") {
        bench.driver_alarm = std::nullopt;
        const auto looks = bench.wire->ends[0].alarm_looks;
        REQUIRE(bench.until([&] { return bench.wire->ends[0].alarm_looks > looks + 2; }));
        CHECK_FALSE(bench.span->view().layer1_up);
        bench.wire->ends[0].alarm = false;
        CHECK(bench.until([&] { return bench.span->view().layer1_up; }));
    }
}

TEST_CASE("an answered call outlives a short loss of the data link and not a long one") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = answered_call(bench, listener);
    bench.wire->connected = false;
    // A frame makes Q.921 notice: T200 x N200 = 3 s.
    Listener unheard;
    const auto lost = bench.dial(unheard);
    REQUIRE(bench.until([&] { return !bench.span->view().d_channel_up; }));
    CHECK(bench.span->view().d_channel_losses == 1);
    CHECK_FALSE(listener.has("released"));
    REQUIRE(bench.until([&] { return unheard.has("released"); }));
    CHECK(unheard.cause->value == 38);
    CHECK(call::may_try_next(*unheard.cause));
    REQUIRE(bench.until([&] { return listener.has("released"); }));  // T309
    CHECK(listener.cause->value == 27);
    CHECK(listener.cause->location == call::Location::private_local);
    CHECK(bench.span->view().in_use == 0);
    bench.wire->connected = true;
    CHECK(bench.until([&] { return bench.span->view().d_channel_up; }));
}

TEST_CASE("a leg hears of its release even when the network is silent") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = answered_call(bench, listener);
    bench.wire->connected = false;
    leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(bench.span->view().in_use == 1);  // the channel waits for the network
}

TEST_CASE("a channel whose clearing never ends is freed and restarted") {
    BenchOptions options;
    options.times.release_guard = 50ms;
    Bench bench(options);
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = answered_call(bench, listener);
    bench.wire->tamper = [](int from, Frame& frame) {
        if (from == 0 && is_message(frame, 0x45))
            frame[message_type_offset] = 0x6e;  // DISCONNECT becomes NOTIFY
    };
    leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart) == 1; }));
    REQUIRE(bench.until([&] { return bench.span->view().idle == 30; }));
}

TEST_CASE("a removed channel ends its call and is out of service") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = answered_call(bench, listener);
    bench.audio->on_line_event(1, hardware::LineEventKind::removed);
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 41);
    CHECK(bench.span->allocator().state(1) == BearerState::out_of_service);
}

TEST_CASE("a D-channel that fails is reported once, and the span is down") {
    Bench bench;
    REQUIRE(bench.up());
    Listener talking;
    const auto leg = answered_call(bench, talking);
    bench.wire->ends[0].broken = true;
    bench.wire->ends[0].ready.notify();
    REQUIRE(bench.until([&] { return !bench.span->view().d_channel_up; }));
    CHECK_FALSE(bench.span->view().last_error.empty());
    REQUIRE(bench.until([&] { return talking.has("released"); }));
    CHECK(talking.cause->value == 27);
    Listener listener;
    CHECK_FALSE(bench.dial(listener));
}

TEST_CASE("shutting down releases the calls, and legs may outlive the span") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    auto leg = answered_call(bench, listener);
    bench.span->shut_down();
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == 27);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::disconnect) == 1; }));
    call::Cause why;
    CHECK_FALSE(bench.span->open({9}, {}, why));
    leg->release({});
    leg->send_digit('1');
    CHECK(leg->media() == media::EndpointId{});
}

TEST_CASE("garbage frames neither crash the span nor stop its calls") {
    Bench bench;
    REQUIRE(bench.up());
    Listener listener;
    const auto leg = answered_call(bench, listener);
    std::mt19937 random(42);
    for (int i = 0; i < 20000; ++i) {
        Frame frame(random() % 60);
        for (auto& octet : frame)
            octet = static_cast<std::uint8_t>(random());
        // Nothing that resets the link on purpose: SABME, DISC, DM, FRMR are legitimate ways to end calls.
        if (frame.size() > 2 && (frame[2] & 0x03) == 0x03) frame[2] = 0x03;
        bench.wire->inject(0, std::move(frame));
    }
    REQUIRE(bench.until([&] { return bench.wire->ends[0].waiting.empty(); }));
    // The data link may have been reset by a wrong sequence number; it comes back, and calls go on.
    REQUIRE(bench.until([&] { return bench.span->view().d_channel_up && bench.peer->up; }));
    Listener next;
    const auto again = answered_call(bench, next);
    CHECK(next.has("answered"));
}

TEST_CASE("garbage in messages that the data link delivers neither crashes the span nor stops its calls") {
    BenchOptions options;
    options.settings.transfer = options.settings.hold = options.settings.malicious_call = true;
    Bench bench(options);
    REQUIRE(bench.up());
    std::mt19937 random(43);
    constexpr unsigned messages = 3000;
    unsigned garbled = 0;
    bench.wire->tamper = [&](int from, Frame& frame) {
        constexpr std::size_t body = message_type_offset;
        if (from != 1 || garbled >= messages || frame.size() <= body || (frame[2] & 1) != 0) return;
        frame.resize(body + 1 + random() % 60);
        for (std::size_t i = body; i < frame.size(); ++i)
            frame[i] = static_cast<std::uint8_t>(random());
        ++garbled;
    };
    bench.peer->on_event = [&bench](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup)
            bench.peer->link.proceeding(event.call, event.channel.value_or(1));
    };
    while (garbled < messages) {
        Listener listener;
        const auto leg = bench.dial(listener);
        const unsigned wanted = std::min(garbled + 100, messages);
        for (unsigned i = 0; i < 100; ++i)
            bench.peer->link.restart(1 + i % 30);
        REQUIRE(bench.until([&] { return garbled >= wanted; }));
    }
    REQUIRE(bench.until([&] { return bench.span->view().d_channel_up && bench.peer->up; }));
    bench.peer->on_event = [&bench](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup)
            bench.peer->link.answer(event.call, event.channel.value_or(1));
    };
    bool answered = false;
    for (unsigned tries = 0; !answered && tries < 100; ++tries) {  // RESTARTs that were held up end some
        Listener next;
        REQUIRE(bench.until([&] { return bench.span->view().d_channel_up && bench.span->view().idle > 0; }));
        const auto leg = bench.dial(next);
        REQUIRE(leg);
        REQUIRE(bench.until([&] { return next.has("answered") || next.has("released"); }));
        answered = next.has("answered");
    }
    CHECK(answered);
}

TEST_CASE("a maintenance message that asks nothing is not answered for ever") {
    Bench bench;
    REQUIRE(bench.up());
    std::size_t frames = 0;
    bench.wire->tamper = [&frames](int, Frame&) { ++frames; };
    const Frame service_acknowledge = {0x02, 0x01, 0x00, 0x00, 0x03, 0x00, 0x07, 0x00, 0x00};
    bench.wire->inject(0, service_acknowledge);
    CHECK_FALSE(bench.until([&frames] { return frames > 20; }, 200ms));
    CHECK(frames > 0);  // it was acknowledged on the data link
}
