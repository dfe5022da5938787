// Three parties in the engine, ticked by hand: each one's own sine is measured at the two others.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>

#include "media_bench.hpp"
#include "mixer.hpp"

using namespace tipring::media;
using namespace tipring::media::test;
using tipring::dsp::Law;

namespace {

using Phasor = std::complex<double>;

/// Amplitude and phase of a sine of whole periods in 10 ms.
Phasor phasor(const Linear& linear, double frequency_hz) {
    Phasor sum = 0;
    for (std::size_t i = 0; i < linear.size(); ++i) {
        sum += static_cast<double>(linear[i]) *
               std::polar(1.0, -2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / 8000);
    }
    return sum * (2.0 / static_cast<double>(linear.size()));
}

class Party {
  public:
    enum class Kind { line, stopped_line, rtp };
    struct Setup {
        Kind kind = Kind::line;
        Law law = Law::alaw;
    };

    Party(Bench& bench, Setup setup, double frequency) : setup_(setup), frequency_hz(frequency) {
        tipring::dsp::ToneSequence tone;
        tone.segments = {{static_cast<float>(frequency)}};
        tone.level_dbm0 = -10;
        source_ = std::make_unique<tipring::dsp::ToneGenerator>(tone);
        if (setup.kind == Kind::rtp) {
            auto with = options(setup.law);
            with.packet_ms = 10;
            id = bench.session(far_, with);
        } else if (setup.kind == Kind::line) {
            id = bench.line(bearer_, setup.law);
        } else {
            id = bench.engine.add_line(bearer_, {setup.law, true}, bench.handler());
        }
    }

    EndpointId id;

    bool speaks() const { return setup_.kind != Kind::stopped_line; }
    void say() {
        Linear linear;
        source_->produce(linear);
        amplitude = std::abs(phasor(linear, frequency_hz));
        Octets octets;
        tipring::dsp::encode(setup_.law, linear, octets);
        if (setup_.kind == Kind::line) bearer_.say(octets);
        if (setup_.kind == Kind::rtp) far_.send_audio(octets, setup_.law == Law::alaw ? 8 : 0);
    }
    /// What came since the last call.
    std::vector<Linear> listen() {
        std::vector<Linear> heard;
        const auto take = [&](std::span<const std::uint8_t> octets) {
            heard.emplace_back();
            tipring::dsp::decode(setup_.law, octets, heard.back());
        };
        for (const auto& octets : bearer_.all_written())
            take(octets);
        for (const auto& received : far_.receive())
            take(received.packet.payload);
        return heard;
    }

  private:
    Setup setup_;
    std::unique_ptr<tipring::dsp::ToneGenerator> source_;
    FakeBearer bearer_;
    FarParty far_;

  public:
    const double frequency_hz;
    double amplitude = 0;  ///< of our own sine
};

struct Three {
    explicit Three(std::array<Party::Setup, 3> setups)
        : hub(bench, setups[0], 400), left(bench, setups[1], 700), right(bench, setups[2], 1100) {
        bench.engine.connect(hub.id, left.id);
        bench.engine.connect(right.id, hub.id);
    }
    explicit Three(Party::Kind kind) : Three({{{kind}, {kind}, {kind}}}) {}
    Bench bench;
    Party hub, left, right;

    std::array<Party*, 3> all() { return {&hub, &left, &right}; }
    void run(int ticks) {
        for (; ticks > 0; --ticks) {
            for (auto* party : all())
                party->say();
            bench.tick();
        }
    }
    void warm_up() {
        run(20);
        for (auto* party : all())
            party->listen();
    }
};

/// Each block of `heard` is the sum of the sines of exactly the `speakers`, without gap, jump or distortion.
void check_hears(const std::vector<Linear>& heard, std::size_t blocks, const std::vector<Party*>& speakers) {
    REQUIRE(heard.size() == blocks);
    for (const auto* speaker : speakers) {
        const auto first = phasor(heard.front(), speaker->frequency_hz);
        CHECK(std::abs(first) == Approx(speaker->amplitude).epsilon(0.03));
        for (const auto& block : heard)
            REQUIRE(std::abs(phasor(block, speaker->frequency_hz) - first) < 0.05 * speaker->amplitude);
    }
    for (const auto& block : heard) {
        double power = 0, expected = 0;
        for (const double sample : block)
            power += sample * sample / static_cast<double>(block.size());
        for (const auto* speaker : speakers)
            expected += std::norm(phasor(block, speaker->frequency_hz)) / 2;
        // G.711's noise, twice, stays 30 dB below.
        REQUIRE(power - expected < 1e-3 * expected + 100);
    }
}

}  // namespace

TEST_CASE("in a conference each hears the sum of the two others, without gap or distortion") {
    using Kind = Party::Kind;
    const auto hub = GENERATE(Kind::line, Kind::rtp, Kind::stopped_line);
    const auto left = GENERATE(Kind::line, Kind::rtp);
    const auto right = GENERATE(Kind::line, Kind::rtp);
    const auto left_law = GENERATE(Law::alaw, Law::mulaw);
    CAPTURE(static_cast<int>(hub), static_cast<int>(left), static_cast<int>(right),
            tipring::dsp::name(left_law));
    Three three({{{hub, Law::alaw}, {left, left_law}, {right, Law::alaw}}});
    three.warm_up();
    three.run(200);
    for (auto* listener : three.all()) {
        if (!listener->speaks()) continue;
        std::vector<Party*> speakers;
        for (auto* speaker : three.all()) {
            if (speaker != listener && speaker->speaks()) speakers.push_back(speaker);
        }
        check_hears(listener->listen(), 200, speakers);
    }
    for (auto* party : three.all())
        CHECK(three.bench.engine.line_stats(party->id).slips == 0);
}

TEST_CASE("who leaves a conference leaves two behind, the hub each alone") {
    using Kind = Party::Kind;
    const auto kind = GENERATE(Kind::line, Kind::rtp);
    Three three(kind);
    three.warm_up();
    auto& engine = three.bench.engine;
    const std::size_t alone = kind == Kind::line ? 50 : 0;  // a session without a peer sends nothing
    SECTION("a spoke") {
        engine.disconnect(three.hub.id, three.left.id);
        three.run(5);
        for (auto* party : three.all())
            party->listen();
        three.run(50);
        check_hears(three.hub.listen(), 50, {&three.right});
        check_hears(three.right.listen(), 50, {&three.hub});
        check_hears(three.left.listen(), alone, {});
    }
    SECTION("the hub, disconnected or removed") {
        const bool removed = GENERATE(false, true);
        if (removed) engine.remove(three.hub.id);
        if (!removed) engine.disconnect(three.hub.id);
        three.run(5);
        for (auto* party : three.all())
            party->listen();
        three.run(50);
        check_hears(three.left.listen(), alone, {});
        check_hears(three.right.listen(), alone, {});
        check_hears(three.hub.listen(), removed ? 0 : alone, {});
    }
    SECTION("and comes again") {
        engine.disconnect(three.left.id, three.hub.id);
        three.run(7);
        engine.connect(three.left.id, three.hub.id);
        three.run(20);
        for (auto* party : three.all())
            party->listen();
        three.run(50);
        check_hears(three.hub.listen(), 50, {&three.left, &three.right});
        check_hears(three.left.listen(), 50, {&three.hub, &three.right});
        check_hears(three.right.listen(), 50, {&three.hub, &three.left});
    }
}

TEST_CASE("two that remain of a conference hear each other byte for byte") {
    Bench bench;
    FakeBearer hub, left;
    FarParty far;
    const auto first = bench.line(hub), second = bench.line(left);
    const auto third = bench.session(far, options());
    bench.engine.connect(first, second);
    bench.engine.connect(first, third);
    for (unsigned i = 0; i < 60; ++i) {
        if (i == 30) bench.engine.remove(third);
        hub.say(pattern(i));
        left.say(pattern(500 + i));
        bench.tick();
    }
    const auto at_left = left.all_written(), at_hub = hub.all_written();
    CHECK(at_left.back() == pattern(58));
    CHECK(at_hub.back() == pattern(558));
    CHECK(bench.engine.line_stats(second).slips == 0);
}

TEST_CASE("connecting more than a conference holds ends older connections first") {
    using Kind = Party::Kind;
    Bench bench;
    Party a(bench, {Kind::rtp}, 400), b(bench, {Kind::rtp}, 700), c(bench, {Kind::rtp}, 1100),
        d(bench, {Kind::rtp}, 1500);
    const std::array<Party*, 4> all{&a, &b, &c, &d};
    const auto join = [&](Party& one, Party& other) { bench.engine.connect(one.id, other.id); };
    const auto hears = [&](Party& listener, const std::vector<Party*>& speakers) {
        check_hears(listener.listen(), speakers.empty() ? 0 : 20, speakers);
    };
    const auto settle = [&] {
        for (int i = 0; i < 30; ++i) {
            if (i == 10) {
                for (auto* party : all)
                    party->listen();
            }
            for (auto* party : all)
                party->say();
            bench.tick();
        }
    };
    SECTION("the same pair again, either way round") {
        join(a, b);
        join(c, a);
        join(b, a);
        join(a, b);
        settle();
        hears(a, {&b, &c});
        hears(b, {&a, &c});
        hears(c, {&a, &b});
    }
    SECTION("a third peer takes the place of the older one") {
        join(a, b);
        join(a, c);
        join(a, d);
        settle();
        hears(a, {&c, &d});
        hears(b, {});
        hears(c, {&a, &d});
        hears(d, {&a, &c});
    }
    SECTION("a spoke leaves its conference") {
        join(a, b);
        join(a, c);
        join(d, b);
        settle();
        hears(a, {&c});
        hears(c, {&a});
        hears(b, {&d});
        hears(d, {&b});
    }
    SECTION("two pairs: both lose their other half") {
        join(a, b);
        join(c, d);
        join(b, c);
        settle();
        hears(a, {});
        hears(b, {&c});
        hears(c, {&b});
        hears(d, {});
    }
    SECTION("two spokes stay in the conference") {
        join(a, b);
        join(a, c);
        join(b, c);
        settle();
        hears(a, {&b, &c});
        hears(b, {&a, &c});
        hears(c, {&a, &b});
    }
}

TEST_CASE("a hub whose board goes quiet leaves its spokes together, and comes back") {
    Three three({{{Party::Kind::line}, {Party::Kind::rtp}, {Party::Kind::line}}});
    three.warm_up();
    for (int i = 0; i < 60; ++i) {
        three.left.say();
        three.right.say();
        three.bench.tick();
        if (i == 20) three.left.listen(), three.right.listen();
    }
    check_hears(three.left.listen(), 39, {&three.right});
    check_hears(three.right.listen(), 39, {&three.left});
    three.warm_up();
    three.run(50);
    check_hears(three.hub.listen(), 50, {&three.left, &three.right});
    check_hears(three.right.listen(), 50, {&three.hub, &three.left});
    check_hears(three.left.listen(), 50, {&three.hub, &three.right});
}

TEST_CASE("boards of different clocks in a conference slip, counted, with bounded latency") {
    Three three(Party::Kind::line);
    for (int i = 0; i < 1000; ++i) {
        for (auto* party : three.all())
            party->say();
        if (i % 20 == 0) three.left.say();  // 5 % fast
        three.bench.tick();
    }
    const auto slips = [&](const Party& party) { return three.bench.engine.line_stats(party.id).slips; };
    CHECK(slips(three.hub) == 0);
    CHECK(slips(three.right) == 0);
    CHECK(slips(three.left) >= 60);
    CHECK(slips(three.left) <= 100);
    const auto heard = three.right.listen();
    CHECK(heard.size() == 1003);
}

TEST_CASE("loud parties are limited, not wrapped, and a silent one costs no octet") {
    Block loud, low, out;
    loud.silence(Law::alaw);
    loud.octets.fill(tipring::dsp::encode(Law::alaw, 30000));
    low.silence(Law::mulaw);
    low.octets.fill(tipring::dsp::encode(Law::mulaw, -30000));
    mix(&loud, &loud, Law::alaw, out);
    CHECK(tipring::dsp::decode(Law::alaw, out.octets[7]) == tipring::dsp::decode(Law::alaw, 0xAA));
    mix(&low, &low, Law::mulaw, out);
    CHECK(out.octets[7] == tipring::dsp::encode(Law::mulaw, -32768));
    mix(&loud, &low, Law::alaw, out);
    CHECK(std::abs(tipring::dsp::decode(Law::alaw, out.octets[7])) < 1000);
    Block octets;
    octets.octets = pattern(3);
    octets.relayed = true;
    mix(nullptr, &octets, Law::alaw, out);
    CHECK(out.octets == pattern(3));
    CHECK_FALSE(out.relayed);
    mix(nullptr, nullptr, Law::mulaw, out);
    CHECK(out.octets == filled(0xFF));
    CHECK(out.law == Law::mulaw);
}
