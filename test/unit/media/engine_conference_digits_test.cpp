// Digits in a conference: who gets them as events, and who hears them.
#include <catch2/catch.hpp>

#include "media_bench.hpp"

using namespace tipring::media;
using namespace tipring::media::test;
using tipring::dsp::Law;

namespace {

std::string events_of(FarParty& far) {
    std::string digits;
    std::uint32_t last = 0;
    for (const auto& received : far.receive()) {
        if (received.packet.payload_type != 101) continue;
        if (digits.empty() || received.packet.timestamp != last)
            digits += tipring::dsp::dtmf_digit(received.packet.payload[0]);
        last = received.packet.timestamp;
    }
    return digits;
}

/// Digits in what was written to a line.
std::string sounded_on(FakeBearer& bearer) {
    tipring::dsp::DtmfDetector detector;
    std::string digits;
    for (const auto& octets : bearer.all_written()) {
        Linear linear;
        tipring::dsp::decode(Law::alaw, octets, linear);
        const auto report = detector.process(linear);
        if (report.changed && report.digit != 0) digits += report.digit;
    }
    return digits;
}

}  // namespace

TEST_CASE("an event from a spoke is a digit for the hub only, one from the hub for both") {
    Bench bench;
    FakeBearer hub, right;
    FarParty left;
    const auto line = bench.line(hub), other = bench.line(right);
    const auto rtp = bench.session(left, options(Law::alaw, true));
    const bool from_hub = GENERATE(false, true);
    bench.engine.connect(from_hub ? rtp : line, from_hub ? line : rtp);
    bench.engine.connect(from_hub ? rtp : line, other);
    const auto run = [&](int ticks) {
        for (; ticks > 0; --ticks) {
            hub.say(filled(0xD5));
            right.say(filled(0xD5));
            bench.tick();
        }
    };
    run(5);
    for (std::uint16_t i = 1; i <= 10; ++i) {
        left.send_event('7', i == 10, static_cast<std::uint16_t>(80 * i), 9000, i == 1);
        run(1);
    }
    run(30);
    CHECK(sounded_on(hub) == "7");
    CHECK(sounded_on(right) == (from_hub ? "7" : ""));
}

TEST_CASE("a digit on the hub's line is an event for one spoke and stays audible for the other") {
    Bench bench;
    FakeBearer hub, right;
    FarParty left;
    const auto line = bench.line(hub), other = bench.line(right);
    const auto rtp = bench.session(left, options(Law::alaw, true));
    bench.engine.connect(line, other);
    bench.engine.connect(line, rtp);
    const bool muted = GENERATE(false, true);
    bench.engine.set_muted(line, muted);
    bench.engine.set_detectors(line, {true, nullptr});
    tipring::dsp::DtmfGenerator generator;
    generator.start('9', 1200, 0);
    for (int i = 0; i < 40; ++i) {
        Linear linear;
        generator.produce(linear);
        Octets octets;
        tipring::dsp::encode(Law::alaw, linear, octets);
        hub.say(octets);
        right.say(filled(0xD5));
        bench.tick();
    }
    CHECK(bench.digits() == "9");
    CHECK(sounded_on(right) == (muted ? "" : "9"));
    CHECK(events_of(left) == (muted ? "" : "9"));
}
