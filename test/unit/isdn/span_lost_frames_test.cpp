// A span whose messages are lost where Q.921 does not repeat them: the data link is begun anew, or an end has gone.
#include <algorithm>
#include <catch2/catch.hpp>

#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using isdn::BearerState;
using isdn::LinkEventKind;

namespace {

constexpr std::uint8_t connect_type = 0x07, release_type = 0x4d, release_complete_type = 0x5a,
                       restart_type = 0x46;

/// Of an I-frame with a two-octet call reference; 0: anything else.
std::uint8_t message_type(const Frame& frame) {
    constexpr std::size_t offset = 8;
    return frame.size() > offset && (frame[2] & 1) == 0 && frame[4] == 0x08 && frame[5] == 2 ? frame[offset]
                                                                                             : 0;
}

/// Q.921 SABME as a command of the network, with room for the FCS.
const Frame network_sabme{0x02, 0x01, 0x7f, 0, 0}, user_sabme{0x00, 0x01, 0x7f, 0, 0};

}  // namespace

TEST_CASE("a RESTART that meets the data link's new beginning is repeated at once, and not after T316") {
    const auto side = GENERATE(config::SpanSide::user, config::SpanSide::network);
    BenchOptions options;
    options.side = side;
    options.times.t316 = 1h;
    Bench bench(options);
    REQUIRE(bench.up());
    unsigned restarts = 0;
    bench.wire->tamper = [&restarts](int from, Frame& frame) {
        if (from == 0 && message_type(frame) == restart_type && ++restarts == 1)
            frame.clear();  // and so the peer has not acknowledged it when it begins anew
    };
    REQUIRE(bench.span->restart(5).has_value());
    REQUIRE(bench.until([&] { return restarts == 1; }));
    CHECK(bench.span->allocator().state(5) == BearerState::restarting);
    bench.wire->inject(0, side == config::SpanSide::user ? network_sabme : user_sabme);
    REQUIRE(bench.until([&] { return restarts == 2; }));
    // What the peer's data link makes of the numbers that begin anew is its own affair.
    CHECK(bench.until([&] { return bench.span->view().idle == 30; }));
    CHECK(bench.span->view().restarts == 1);
    CHECK(bench.span->view().restart_failures == 0);
}

TEST_CASE("a call whose answer was lost ends on both sides when the data link begins anew") {
    const auto side = GENERATE(config::SpanSide::user, config::SpanSide::network);
    BenchOptions options;
    options.side = side;
    Bench bench(options);
    REQUIRE(bench.up());
    // Our T303 and the user's T313 (of a call that it has answered) run out at about the same time: either the peer clears,
    // or our RESTART makes it.
    q931_call* answered = nullptr;
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        auto& link = bench.peer->link;
        if (event.kind == LinkEventKind::setup) link.answer(answered = event.call, 1);
        const auto records = link.records();
        if (event.kind == LinkEventKind::restart && std::ranges::find(records, answered) != records.end())
            link.destroy(answered);
    };
    bool connected = false;
    bench.wire->tamper = [&connected](int from, Frame& frame) {
        if (from != 1 || message_type(frame) != connect_type) return;
        frame[4] = 0;  // Q.921 delivers it, and this end makes nothing of it
        connected = true;
    };
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return connected; }));
    bench.wire->inject(0, side == config::SpanSide::user ? network_sabme : user_sabme);
    bench.wire->inject(1, side == config::SpanSide::user ? user_sabme : network_sabme);
    REQUIRE(bench.until([&] { return listener.has("released"); }));
    CHECK(bench.idle());
    CHECK(bench.until([&] { return bench.peer->link.records().empty(); }));
}

TEST_CASE("a message in a UI frame neither takes the span out of use nor begins a call") {
    BenchOptions options;
    options.settings.switch_type = config::SwitchType::national;
    Bench bench(options);
    REQUIRE(bench.up());
    // SERVICE: all channels out of service
    bench.wire->inject(0, {0x02, 0x01, 0x03, 0x43, 0x02, 0x00, 0x00, 0x07, 0x01, 0x01, 0xc2, 0x00, 0x00});
    bench.wire->inject(0, {0x02, 0x01, 0x03, 0x08, 0x02, 0x00, 0x09, 0x05, 0x04, 0x03, 0x80, 0x90,
                           0xa3, 0x18, 0x03, 0xa9, 0x83, 0x81, 0x70, 0x02, 0x81, 0x31, 0x00, 0x00});
    REQUIRE(bench.until([&] { return bench.wire->ends[0].waiting.empty(); }));
    CHECK(bench.span->view().d_channel_up);
    CHECK(bench.sink.calls.empty());
}

TEST_CASE("a SABME that meets no RESTART changes nothing") {
    Bench bench;
    REQUIRE(bench.up());
    unsigned restarts = 0;
    bench.wire->tamper = [&restarts](int from, Frame& frame) {
        if (from == 0 && message_type(frame) == restart_type) ++restarts;
    };
    for (unsigned i = 0; i < 3; ++i)
        bench.wire->inject(0, network_sabme);
    REQUIRE(bench.until([&] { return bench.wire->ends[0].waiting.empty(); }));
    CHECK(restarts == 0);
    CHECK(bench.span->view().d_channel_up);
    CHECK(bench.span->view().idle == 30);
}

TEST_CASE("a channel whose RELEASE is never answered is restarted, since the other end may hold it") {
    BenchOptions options;
    options.settings.timers = {{"T305", 100}, {"T308", 100}};
    Bench bench(options);
    REQUIRE(bench.up());
    bench.peer->on_event = [&bench](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) bench.peer->link.answer(event.call, 1);
    };
    unsigned releases = 0, restarts = 0;
    bench.wire->tamper = [&](int from, Frame& frame) {
        // Q.921 delivers it, and the other end makes nothing of it.
        const auto type = message_type(frame);
        if (from == 0 && type == restart_type) ++restarts;
        if (from == 0 && type == release_type) ++releases;
        if (from == 1 && (type == release_type || type == release_complete_type)) frame[4] = 0;
    };
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.until([&] { return restarts == 1; }));
    CHECK(releases == 2);
    CHECK(bench.until([&] { return bench.span->view().idle == 30; }));
    CHECK(bench.peer->count(LinkEventKind::restart) == 1);
    CHECK(bench.span->view().repairs == 0);
}

TEST_CASE("a bit-error test does not take the RESTART away that its channel is owed") {
    BenchOptions options;
    options.settings.timers = {{"T305", 100}, {"T308", 100}};
    Bench bench(options);
    REQUIRE(bench.up());
    bench.peer->on_event = [&bench](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) bench.peer->link.answer(event.call, 1);
    };
    bench.wire->tamper = [](int from, Frame& frame) {
        const auto type = message_type(frame);
        if (from == 1 && (type == release_type || type == release_complete_type)) frame[4] = 0;
    };
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    REQUIRE(bench.span->set_in_service(1, false).has_value());
    leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.idle());
    // The turns of RESTART are looked at after the alarm.
    const auto look = [&bench, &looks = bench.wire->ends[0].alarm_looks] {
        return bench.until([&looks, enough = looks + 2] { return looks > enough; });
    };
    REQUIRE(look());
    {
        const auto hold = bench.span->hold(1);
        REQUIRE(hold.has_value());
        REQUIRE(look());
    }
    CHECK(bench.peer->count(LinkEventKind::restart) == 0);
    REQUIRE(bench.span->set_in_service(1, true).has_value());
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::restart) == 1; }));
    CHECK(bench.until([&] { return bench.span->view().idle == 30; }));
}
