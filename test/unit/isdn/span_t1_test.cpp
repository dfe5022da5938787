// A span of 23 B-channels, as a T1 has them, and NI-2.
#include <catch2/catch.hpp>

#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using isdn::LinkEventKind;

namespace {

constexpr unsigned t1_bearers = 23;

BenchOptions t1_bench() {
    BenchOptions options;
    options.bearers = t1_bearers;
    options.d_position = 24;
    options.settings.switch_type = config::SwitchType::national;
    options.peer_link.t1 = true;
    return options;
}

}  // namespace

TEST_CASE("the 24th call of the network on a T1 is refused with cause 34") {
    Bench bench(t1_bench());
    REQUIRE(bench.up());
    for (unsigned channel = 1; channel <= t1_bearers; ++channel)
        bench.peer->link.setup({.caller = {}, .called = "201", .channel = channel});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == t1_bearers; }));
    CHECK(bench.span->view().in_use == t1_bearers);
    CHECK(bench.span->view().idle == 0);
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 7});
    REQUIRE(bench.until([&] { return bench.peer->last(LinkEventKind::released) != nullptr; }));
    CHECK(bench.peer->last(LinkEventKind::released)->cause == call::q850::no_circuit_available);
    // The timeslot of the D-channel is none of the B-channels.
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 24, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::released) == 2; }));
    CHECK(bench.peer->last(LinkEventKind::released)->cause == 82);
}

TEST_CASE("the 24th call of ours on a T1 finds no channel, and its bearer capability is mu-law") {
    Bench bench(t1_bench());
    REQUIRE(bench.up());
    unsigned mulaw = 0;
    bench.wire->tamper = [&mulaw](int from, Frame& frame) {
        // Bearer capability (Q.931 4.5.5): 0x04, length 3, 3.1 kHz audio, 64 kbit/s, octet 5: layer 1, G.711.
        const Frame element{0x04, 0x03, 0x90, 0x90};
        constexpr std::uint8_t g711_mulaw = 0xa2;
        const auto found = std::search(frame.begin(), frame.end(), element.begin(), element.end());
        if (from == 0 && frame.end() - found > 4 && found[4] == g711_mulaw) ++mulaw;
    };
    std::vector<std::unique_ptr<Listener>> listeners;
    std::vector<std::unique_ptr<call::Leg>> legs;
    for (unsigned i = 0; i < t1_bearers; ++i) {
        listeners.push_back(std::make_unique<Listener>());
        legs.push_back(bench.dial(*listeners.back()));
        REQUIRE(legs.back());
    }
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::setup) == t1_bearers; }));
    CHECK(mulaw == t1_bearers);
    Listener none;
    CHECK_FALSE(bench.dial(none));
    CHECK(bench.refused.value == call::q850::no_circuit_available);
}
