// The DTMF detector at the limits of ITU-T Q.24 and of features E6: level, twist, frequency, timing, noise.
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <string>

#include "digits.hpp"
#include "sanitizers.hpp"

using namespace tipring;
using test::Samples;

namespace {

constexpr std::array<double, 16> low_hz = {941, 697, 697, 697, 770, 770, 770, 852,
                                           852, 852, 941, 941, 697, 770, 852, 941};
constexpr std::array<double, 16> high_hz = {1336, 1209, 1336, 1477, 1209, 1336, 1477, 1209,
                                            1336, 1477, 1209, 1477, 1633, 1633, 1633, 1633};

struct Dial {
    double low_dbm0 = -15, high_dbm0 = -15;
    double deviation = 0;  ///< of both frequencies, as a share
    int on_ms = 40, off_ms = 40;
    bool noisy = true;  ///< noise 15 dB below the weaker tone
    int gap_ms = 0;     ///< interruption in the middle of each digit
};

/// How many digits of 5 x 16 were heard, and whether nothing else was. Each round begins at another place in
/// the detector's blocks.
struct Score {
    int right = 0;
    int extra = 0;
};

constexpr int rounds = 5;
constexpr int all_digits = rounds * 16;

Score score(const Dial& dial) {
    Score result;
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t digit = 0; digit < test::all_digits.size(); ++digit) {
            auto samples = test::quiet(60 + 3 * round + static_cast<int>(digit));
            auto sound = test::mix({{low_hz[digit] * (1 + dial.deviation), dial.low_dbm0},
                                    {high_hz[digit] * (1 + dial.deviation), dial.high_dbm0}},
                                   dial.on_ms);
            const auto middle = sound.begin() + static_cast<std::ptrdiff_t>(sound.size() / 2);
            std::fill(middle, middle + 8 * dial.gap_ms, std::int16_t{0});
            for (int i = 0; i < 3; ++i) {
                test::append(samples, sound);
                test::append(samples, test::quiet(dial.off_ms));
            }
            test::append(samples, test::quiet(60));
            if (dial.noisy) {
                test::add(samples,
                          test::noise(std::min(dial.low_dbm0, dial.high_dbm0) - 15,
                                      static_cast<int>(samples.size() / 8),
                                      static_cast<unsigned>(round * 16) + static_cast<unsigned>(digit)));
            }
            test::through(dsp::Law::alaw, samples);
            const auto digits = test::digits_in(samples);
            if (digits == std::string(3, test::all_digits[digit])) ++result.right;
            result.extra += std::max(0, static_cast<int>(digits.size()) - 3);
            for (const char other : digits)
                if (other != test::all_digits[digit]) ++result.extra;
        }
    }
    return result;
}

/// 40/40 ms is the least that features E6 asks for.
struct DigitTiming {
    int on_ms, off_ms;
    bool noisy;
    const char* text;
};
constexpr std::array<DigitTiming, 4> timings{{{50, 50, false, "50/50 ms"},
                                              {40, 40, false, "40/40 ms"},
                                              {50, 50, true, "50/50 ms, noise 15 dB below"},
                                              {40, 40, true, "40/40 ms, noise 15 dB below"}}};

}  // namespace

TEST_CASE("DTMF table: levels", TIPRING_FIGURES) {
    std::printf("DTMF level dBm0 per tone: heard of %d (40/40 ms, noise 15 dB below)\n ", all_digits);
    for (int level = -39; level <= 0; level += 3) {
        const Score found =
            score({.low_dbm0 = static_cast<double>(level), .high_dbm0 = static_cast<double>(level)});
        std::printf(" %d:%d", level, found.right);
        CAPTURE(level);
        CHECK(found.extra == 0);
        // Q.24, table A.1: 0 to -25 dBm at AT&T, -3 to -24 at NTT.
        if (level >= -27) CHECK(found.right == all_digits);
    }
    std::printf("\n");
    std::fflush(stdout);
}

TEST_CASE("DTMF table: twist", TIPRING_FIGURES) {
    for (const auto& timing : timings) {
        std::printf("DTMF twist, high minus low group, dB: heard of %d (%s)\n ", all_digits, timing.text);
        for (int twist = -12; twist <= 10; ++twist) {
            const Score found = score({.low_dbm0 = twist < 0 ? -12.0 : -12.0 - twist,
                                       .high_dbm0 = twist < 0 ? -12.0 + twist : -12.0,
                                       .on_ms = timing.on_ms,
                                       .off_ms = timing.off_ms,
                                       .noisy = timing.noisy});
            std::printf(" %d:%d", twist, found.right);
            CAPTURE(twist, timing.text);
            CHECK(found.extra == 0);
            // Q.24: +4 to -8 dB at AT&T. What lies far outside is no telephone.
            // At the edge SpanDSP misses now and then one of three digits, at any limit of ours.
            if (twist >= -6 && twist <= 3) CHECK(found.right == all_digits);
            if (twist == -7 || twist == 4) CHECK(found.right >= all_digits - 4);
            if (twist == -8) CHECK(found.right >= all_digits * 9 / 10);
            if (twist <= -12 || twist >= 8) CHECK(found.right == 0);
        }
        std::printf("\n");
    }
    std::fflush(stdout);
}

TEST_CASE("DTMF table: frequency deviation", TIPRING_FIGURES) {
    for (const auto& timing : timings) {
        std::printf("DTMF frequency deviation, per mille: heard of %d (%s)\n ", all_digits, timing.text);
        for (int deviation = -45; deviation <= 45; deviation += 5) {
            const Score found = score({.deviation = deviation / 1000.0,
                                       .on_ms = timing.on_ms,
                                       .off_ms = timing.off_ms,
                                       .noisy = timing.noisy});
            std::printf(" %d:%d", deviation, found.right);
            CAPTURE(deviation, timing.text);
            CHECK(found.extra == 0);
            // Q.24: 1.5 % operates, 3.5 % does not. SpanDSP's detector is narrower: of three digits in a row that
            // are 1.5 % off it now and then misses one.
            if (std::abs(deviation) <= 10) CHECK(found.right == all_digits);
            if (std::abs(deviation) == 15) CHECK(found.right > all_digits * (timing.noisy ? 3 : 5) / 10);
            if (std::abs(deviation) >= 35) CHECK(found.right == 0);
        }
        std::printf("\n");
    }
    std::fflush(stdout);
}

TEST_CASE("DTMF table: duration, pause, interruption", TIPRING_FIGURES) {
    std::printf("DTMF duration ms: heard of %d\n ", all_digits);
    for (int on_ms = 10; on_ms <= 60; on_ms += 5) {
        const Score found = score({.on_ms = on_ms, .off_ms = 60});
        std::printf(" %d:%d", on_ms, found.right);
        CAPTURE(on_ms);
        CHECK(found.extra == 0);
        if (on_ms >= 40) CHECK(found.right == all_digits);
        // Q.24: 20 to 24 ms and less do not operate.
        if (on_ms <= 20) CHECK(found.right == 0);
    }
    std::printf("\nDTMF pause ms: heard of %d\n ", all_digits);
    for (int off_ms = 10; off_ms <= 60; off_ms += 5) {
        const Score found = score({.on_ms = 50, .off_ms = off_ms});
        std::printf(" %d:%d", off_ms, found.right);
        if (off_ms >= 40) CHECK(found.right == all_digits);
    }
    std::printf("\nDTMF interruption ms in a digit of 100 ms: heard once of %d\n ", all_digits);
    for (int gap_ms = 0; gap_ms <= 12; gap_ms += 2) {
        const Score found = score({.on_ms = 100, .off_ms = 60, .gap_ms = gap_ms});
        std::printf(" %d:%d", gap_ms, found.right);
        CAPTURE(gap_ms);
        // Q.24: 10 ms at AT&T.
        CHECK(found.right == all_digits);
    }
    std::printf("\n");
    std::fflush(stdout);
}
