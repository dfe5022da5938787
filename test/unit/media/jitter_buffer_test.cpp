// The jitter buffer on synthetic arrival traces. Time is a count of 10 ms pulls.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <vector>

#include "jitter_buffer.hpp"
#include "loss_filler.hpp"

using namespace tipring::media;
using tipring::dsp::Law;
using Kind = JitterBuffer::Kind;

namespace {

/// The octet of a timestamp: loud, and different from its neighbours, so that order and place can be checked.
std::uint8_t octet_at(std::uint32_t timestamp) {
    timestamp = (timestamp ^ (timestamp >> 16)) * 0x85EBCA6BU;
    timestamp = (timestamp ^ (timestamp >> 13)) * 0xC2B2AE35U;
    return static_cast<std::uint8_t>((timestamp >> 24) & 0x3F);
}

struct Trace {
    unsigned min_ms = 20, max_ms = 200;
    unsigned packet_samples = 160;
    std::uint32_t first_timestamp = 1000;
    /// Arrival in ms of packet n, or negative: lost.
    std::function<double(int)> arrival;
    std::function<std::uint32_t(int)> timestamp;
    int packets = 500;
};

struct Outcome {
    std::map<Kind, int> kinds;
    int late = 0, ignored = 0;
    std::uint64_t adjustments = 0;
    double last_delay_ms = 0;
    int wrong_octets = 0;
    std::vector<std::uint32_t> played;  ///< first timestamp of each complete block
    int replayed = 0, last_missing = -1;
};

class Player {
  public:
    explicit Player(const Trace& trace) : trace_(trace) {
        buffer_.configure(trace.min_ms, trace.max_ms, Law::alaw);
    }

    Outcome run() {
        std::multimap<double, int> arrivals;
        for (int n = 0; n < trace_.packets; ++n) {
            const double at = trace_.arrival(n);
            if (at >= 0) arrivals.emplace(at, n);
        }
        const double end = arrivals.rbegin()->first;
        auto next = arrivals.begin();
        for (int pull = 0; pull * 10.0 <= end; ++pull) {
            for (; next != arrivals.end() && next->first <= pull * 10.0; ++next)
                put(next->second);
            take(pull);
        }
        outcome_.adjustments = buffer_.adjustments();
        outcome_.last_delay_ms = buffer_.delay_ms();
        return outcome_;
    }

  private:
    Trace trace_;
    JitterBuffer buffer_;
    Outcome outcome_;
    std::map<std::vector<std::uint8_t>, std::uint32_t> known_;

    std::uint32_t timestamp(int n) const {
        if (trace_.timestamp) return trace_.timestamp(n);
        return trace_.first_timestamp + static_cast<std::uint32_t>(n) * trace_.packet_samples;
    }
    void put(int n) {
        std::vector<std::uint8_t> octets(trace_.packet_samples);
        for (std::size_t i = 0; i < octets.size(); ++i)
            octets[i] = octet_at(timestamp(n) + static_cast<std::uint32_t>(i));
        const auto put = buffer_.put(timestamp(n), octets);
        outcome_.late += put == JitterBuffer::Put::late ? 1 : 0;
        outcome_.ignored += put == JitterBuffer::Put::ignored ? 1 : 0;
    }
    void take(int number) {
        JitterBuffer::Pull pull;
        buffer_.pull(pull);
        ++outcome_.kinds[pull.kind];
        if (pull.kind == Kind::missing) outcome_.last_missing = number;
        if (pull.kind == Kind::audio) locate(pull.octets);
        for (std::size_t i = 0; i < block_samples; ++i) {
            if (pull.kind == Kind::partial && !pull.present[i] && pull.octets[i] != 0xD5)
                ++outcome_.wrong_octets;
        }
    }
    static bool is_at(const Octets& octets, std::uint32_t timestamp) {
        std::uint32_t i = 0;
        while (i < block_samples && octets[i] == octet_at(timestamp + i))
            ++i;
        return i == block_samples;
    }
    /// Finds the timestamp whose octets were played; a mixture of places counts as wrong.
    void locate(const Octets& octets) {
        const bool first = outcome_.played.empty();
        const std::uint32_t expected = first ? timestamp(0) : outcome_.played.back() + block_samples;
        std::uint32_t at = expected;
        if (!is_at(octets, at)) {
            for (at = expected - 2000; at != expected + 60000 && !is_at(octets, at);)
                ++at;
        }
        if (at == expected + 60000) {
            ++outcome_.wrong_octets;
            return;
        }
        if (!first && static_cast<std::int32_t>(at - expected) < 0) ++outcome_.replayed;
        outcome_.played.push_back(at);
    }
};

Outcome play(const Trace& trace) {
    return Player(trace).run();
}

Trace steady() {
    Trace trace;
    trace.arrival = [](int n) { return 20.0 * n; };
    return trace;
}

}  // namespace

TEST_CASE("a perfect stream is played whole, in order, at the minimum delay") {
    for (const unsigned samples : {8U, 80U, 100U, 160U, 240U, 333U, 480U}) {
        auto trace = steady();
        trace.packet_samples = samples;
        trace.first_timestamp = 0xFFFFFFFF - 20000;  // wraps on the way
        trace.packets = static_cast<int>(80000 / samples);
        trace.arrival = [samples](int n) { return n * static_cast<double>(samples) / 8.0; };
        auto outcome = play(trace);
        INFO("packets of " << samples << " samples");
        CHECK(outcome.late == 0);
        CHECK(outcome.wrong_octets == 0);
        CHECK(outcome.replayed == 0);
        // The first two blocks are the delay; a packet that fits no block may begin inside one.
        CHECK(outcome.kinds.at(Kind::missing) <= 3);
        CHECK(outcome.adjustments <= 1);
        CHECK(outcome.last_delay_ms >= 9);
        CHECK(outcome.last_delay_ms <= 31);
        for (std::size_t i = 1; i < outcome.played.size(); ++i)
            REQUIRE(outcome.played[i] - outcome.played[i - 1] == 80);
    }
}

TEST_CASE("a lost packet is a hole of its own length and nothing else") {
    auto trace = steady();
    trace.arrival = [](int n) { return n % 50 == 25 ? -1.0 : 20.0 * n; };
    auto outcome = play(trace);
    CHECK(outcome.late == 0);
    CHECK(outcome.kinds.at(Kind::missing) == 2 + 10 * 2);
    CHECK(outcome.adjustments == 0);
    CHECK(outcome.wrong_octets == 0);
}

TEST_CASE("reordered packets within the delay are put in order") {
    auto trace = steady();
    trace.min_ms = 40;
    trace.arrival = [](int n) { return n % 10 == 5 ? 20.0 * n + 25 : 20.0 * n; };
    auto outcome = play(trace);
    CHECK(outcome.late == 0);
    CHECK(outcome.kinds[Kind::missing] == 4);
    CHECK(outcome.replayed == 0);
}

TEST_CASE("jitter makes the delay grow until nothing is late, and quiet makes it shrink") {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> jitter(0, 70);
    std::vector<double> delays(3000);
    for (int n = 0; n < 3000; ++n)
        delays[static_cast<std::size_t>(n)] = n < 1000 ? jitter(random) : 0;
    auto trace = steady();
    trace.packets = 1000;
    double latest = 0;
    trace.arrival = [&](int n) {
        return latest = std::max(latest, 20.0 * n + delays[static_cast<std::size_t>(n)]);
    };
    auto outcome = play(trace);
    CHECK(outcome.late <= 3);
    CHECK(outcome.kinds[Kind::missing] <= 20);
    CHECK(outcome.adjustments >= 1);
    CHECK(outcome.last_delay_ms >= 20);
    CHECK(outcome.last_delay_ms <= 110);
    CHECK(outcome.wrong_octets == 0);

    trace.packets = 3000;
    latest = 0;
    outcome = play(trace);
    CHECK(outcome.last_delay_ms <= 35);
    CHECK(outcome.kinds[Kind::shortened] >= 3);
}

TEST_CASE("a stall of the network with a burst after it") {
    for (const double stall : {60.0, 150.0, 500.0, 2000.0}) {
        auto trace = steady();
        trace.packets = 1500;
        trace.arrival = [stall](int n) {
            const double regular = 20.0 * n;
            return regular >= 4000 && regular < 4000 + stall ? 4000 + stall : regular;
        };
        auto outcome = play(trace);
        INFO("stall of " << stall << " ms");
        // Play-out is back at once: the hole is not longer than the stall.
        CHECK(outcome.last_missing <= (4000 + stall) / 10 + 3);
        CHECK(outcome.kinds.at(Kind::missing) <= 2 + stall / 10 + 2);
        CHECK(outcome.wrong_octets == 0);
        CHECK(outcome.replayed == 0);
        // 25 s later the delay has come down again.
        CHECK(outcome.last_delay_ms <= 35);
    }
}

TEST_CASE("the delay never exceeds the maximum for long") {
    auto trace = steady();
    trace.max_ms = 60;
    trace.packets = 300;
    trace.arrival = [](int n) {
        const double regular = 20.0 * n;
        return regular >= 2000 && regular < 2500 ? 2500 : regular;
    };
    trace.packets = 135;
    auto outcome = play(trace);
    CHECK(outcome.last_delay_ms <= 75);
}

TEST_CASE("a fixed buffer does not move for jitter") {
    std::mt19937 random(3);
    std::uniform_real_distribution<double> jitter(0, 45);
    auto trace = steady();
    trace.min_ms = trace.max_ms = 60;
    trace.packets = 2000;
    trace.arrival = [&](int n) { return 20.0 * n + (n == 0 ? 0 : jitter(random)); };
    auto outcome = play(trace);
    CHECK(outcome.adjustments == 0);
    CHECK(outcome.late == 0);
    CHECK(outcome.kinds[Kind::missing] == 6);
}

TEST_CASE("a fixed buffer drops what is too late instead of growing") {
    auto trace = steady();
    trace.min_ms = trace.max_ms = 40;
    trace.arrival = [](int n) { return n % 20 == 10 ? 20.0 * n + 90 : 20.0 * n; };
    auto outcome = play(trace);
    CHECK(outcome.late == 25);
    CHECK(outcome.adjustments == 0);
}

TEST_CASE("clock drift both ways is followed by single blocks") {
    for (const double rate : {0.999, 1.001}) {
        for (const unsigned max_ms : {40U, 200U}) {
            auto trace = steady();
            trace.min_ms = 40;
            trace.max_ms = max_ms;
            trace.packets = 15000;  // 300 s: 300 ms of drift
            trace.arrival = [rate](int n) { return 20.0 * n * rate; };
            auto outcome = play(trace);
            INFO("rate " << rate << " max " << max_ms);
            CHECK(outcome.adjustments >= 25);
            CHECK(outcome.adjustments <= 45);
            CHECK(outcome.late <= 45);
            CHECK(outcome.last_delay_ms >= -1);
            CHECK(outcome.last_delay_ms <= 70);
            CHECK(outcome.wrong_octets == 0);
        }
    }
}

TEST_CASE("a sender that stops and comes back") {
    auto trace = steady();
    trace.packets = 600;
    const int gap_ms = 3000;
    trace.arrival = [](int n) { return 20.0 * n + (n >= 300 ? gap_ms : 0); };
    SECTION("timestamps went on over the silence") {
        trace.timestamp = [](int n) {
            return 1000U + 160U * static_cast<unsigned>(n) + (n >= 300 ? gap_ms * 8U : 0U);
        };
    }
    SECTION("timestamps stood still") {}
    SECTION("timestamps jumped anywhere") {
        trace.timestamp = [](int n) {
            return n >= 300 ? 4000000000U + 160U * static_cast<unsigned>(n) : 160U * static_cast<unsigned>(n);
        };
    }
    auto outcome = play(trace);
    CHECK(outcome.late == 0);
    CHECK(outcome.ignored == 0);
    CHECK(outcome.last_missing <= 900 + 3);
    CHECK(outcome.last_delay_ms <= 31);
}

TEST_CASE("a timestamp jump in the running stream is believed at the second packet") {
    for (const std::uint32_t jump : {500000U, 0U - 500000U, 20000U, 0x80000000U}) {
        auto trace = steady();
        trace.timestamp = [jump](int n) {
            return 1000U + 160U * static_cast<unsigned>(n) + (n >= 200 ? jump : 0U);
        };
        auto outcome = play(trace);
        INFO("jump of " << jump);
        CHECK(outcome.ignored == 1);
        CHECK(outcome.late == 0);
        CHECK(outcome.last_missing <= 400 + 6);
    }
}

TEST_CASE("a single rogue timestamp does no harm") {
    auto trace = steady();
    trace.timestamp = [](int n) {
        return n % 100 == 50 ? 77777777U : 1000U + 160U * static_cast<unsigned>(n);
    };
    auto outcome = play(trace);
    CHECK(outcome.ignored == 5);
    CHECK(outcome.kinds.at(Kind::missing) == 2 + 5 * 2);
}

TEST_CASE("hostile packets: random timestamps and lengths keep every promise") {
    std::mt19937 random(11);
    JitterBuffer buffer;
    buffer.configure(20, 200, Law::mulaw);
    std::vector<std::uint8_t> octets(3000, 0x55);
    std::uint32_t timestamp = 0;
    for (int i = 0; i < 200000; ++i) {
        const auto kind = random() % 8;
        if (kind == 0) timestamp = static_cast<std::uint32_t>(random());
        if (kind == 1) timestamp -= static_cast<std::uint32_t>(random() % 5000);
        if (kind == 2) timestamp += static_cast<std::uint32_t>(random() % 5000);
        buffer.put(timestamp, std::span(octets).first(random() % octets.size()));
        timestamp += 160;
        if (random() % 2 == 0) {
            JitterBuffer::Pull pull;
            buffer.pull(pull);
            const bool whole = pull.present.count() == block_samples;
            if (pull.kind == Kind::audio || pull.kind == Kind::shortened) REQUIRE(whole);
            if (pull.kind == Kind::missing) REQUIRE(pull.octets[0] == 0xFF);
        }
    }
    CHECK(buffer.put(1, {}) == JitterBuffer::Put::ignored);
}

TEST_CASE("received octets pass the loss filler untouched; a hole is filled without a click") {
    LossFiller filler;
    JitterBuffer::Pull pull;
    const auto tone = [](int block) {
        Octets octets;
        for (int i = 0; i < 80; ++i) {
            const double phase = (block * 80 + i) * 2 * 3.14159265358979 * 200 / 8000;
            octets[static_cast<std::size_t>(i)] =
                tipring::dsp::encode(Law::alaw, static_cast<std::int16_t>(8000 * std::sin(phase)));
        }
        return octets;
    };
    std::vector<std::int16_t> heard;
    Octets out;
    for (int block = 0; block < 30; ++block) {
        const bool lost = block == 10 || block == 11;
        pull.kind = lost ? Kind::missing : Kind::audio;
        pull.present = lost ? std::bitset<80>() : std::bitset<80>().set();
        pull.octets = tone(block);
        if (lost) pull.octets.fill(0xD5);
        const auto made_up = filler.process(pull, Law::alaw, true, out);
        CHECK(made_up == (lost ? 80 : 0));
        if (!lost && block != 12) CHECK(out == tone(block));
        for (const auto octet : out)
            heard.push_back(tipring::dsp::decode(Law::alaw, octet));
    }
    double energy = 0;
    int steepest = 0;
    for (std::size_t i = 800; i < 960; ++i)
        energy += heard[i] * static_cast<double>(heard[i]) / 160;
    for (std::size_t i = 1; i < heard.size(); ++i)
        steepest = std::max(steepest, std::abs(heard[i] - heard[i - 1]));
    CHECK(std::sqrt(energy) > 8000 / std::sqrt(2.0) * 0.5);
    // The sine itself moves by 1256 a sample at most.
    CHECK(steepest < 3000);
}

TEST_CASE("a long hole fades to silence and stops costing") {
    LossFiller filler;
    JitterBuffer::Pull pull;
    Octets out;
    pull.kind = Kind::audio;
    pull.present.set();
    for (int i = 0; i < 80; ++i)
        pull.octets[static_cast<std::size_t>(i)] = i % 40 < 20 ? 0xAA : 0x2A;
    for (int i = 0; i < 10; ++i)
        filler.process(pull, Law::alaw, true, out);
    pull.kind = Kind::missing;
    pull.present.reset();
    pull.octets.fill(0xD5);
    std::size_t made_up = 0;
    for (int i = 0; i < 100; ++i)
        made_up += filler.process(pull, Law::alaw, true, out);
    CHECK(made_up == 6 * 80);
    CHECK(out == pull.octets);
}

TEST_CASE("outliers half the circle of timestamps apart do not confirm each other") {
    JitterBuffer buffer;
    buffer.configure(20, 200, Law::alaw);
    const std::vector<std::uint8_t> octets(160, 0xD5);
    const std::uint32_t first = 1000;
    CHECK(buffer.put(first, octets) == JitterBuffer::Put::stored);
    CHECK(buffer.put(first + 0x40000000U, octets) == JitterBuffer::Put::ignored);
    CHECK(buffer.put(first + 0xC0000000U, octets) == JitterBuffer::Put::ignored);
    CHECK(buffer.put(first + 160, octets) == JitterBuffer::Put::stored);
}
