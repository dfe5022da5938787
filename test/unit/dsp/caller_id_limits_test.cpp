// How far a caller ID message may be spoilt until it is no longer heard: noise, level, clock, hum, slope of the line.
// docs/caller-id.md has the tables that this prints.
#include <catch2/catch.hpp>
#include <complex>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "caller_id_signals.hpp"
#include "caller_id_spandsp.hpp"
#include "sanitizers.hpp"

using namespace tipring;
using dsp::CallerIdStandard;
using test::Samples;

namespace {

struct Found {
    int right = 0, wrong = 0;
};

/// Of `count` messages, each of them spoilt by `spoil` (with the number of the message) and sent through a law.
Found found_of(unsigned count, CallerIdStandard standard, double level,
               const std::function<void(Samples&, unsigned)>& spoil, bool alaw_only = false) {
    Found found;
    for (unsigned i = 0; i < count; ++i) {
        Samples line = test::between_silence(test::sent(standard, test::jane(), level), 400 + i);
        spoil(line, i);
        test::through(alaw_only || i % 2 == 0 ? dsp::Law::alaw : dsp::Law::mulaw, line);
        for (const auto& heard : test::listen(line))
            ++(test::right(heard, standard, test::jane()) ? found.right : found.wrong);
    }
    return found;
}

Found found_by_adsi(int adsi, unsigned count, CallerIdStandard standard, double below) {
    Found found;
    for (unsigned i = 0; i < count; ++i) {
        Samples line = test::between_silence(test::sent(standard, test::jane()), 400 + i);
        test::add(line, test::noise(-13.5 - below, static_cast<int>(line.size() / 8) + 1, i));
        test::through(dsp::Law::alaw, line);
        test::AdsiReceiver receiver(adsi);
        for (const auto& heard : receiver.listen(line))
            ++(heard.intact && heard.number == test::jane().number ? found.right : found.wrong);
    }
    return found;
}

void add_noise(Samples& line, double level, unsigned seed) {
    test::add(line, test::noise(level, static_cast<int>(line.size() / 8) + 1, seed));
}

/// A line whose high frequencies arrive weaker (`tap` above 0) or stronger (below 0) than the low ones.
void slope(Samples& line, double tap) {
    double before = 0;
    for (auto& sample : line) {
        const double now = sample;
        const double sum = (now + tap * before) / (1 + std::abs(tap));
        sample = static_cast<std::int16_t>(std::clamp(sum, -32768.0, 32767.0));
        before = now;
    }
}

/// 2200 Hz against 1200 Hz, dB.
double slope_db(double tap) {
    const auto gain = [tap](double hz) {
        return std::abs(1.0 + std::polar(tap, -2 * std::numbers::pi * hz / 8000));
    };
    return 20 * std::log10(gain(2200) / gain(1200));
}

constexpr std::array four_standards{CallerIdStandard::mdmf, CallerIdStandard::etsi, CallerIdStandard::ntt,
                                    CallerIdStandard::dtmf};

}  // namespace

TEST_CASE("caller ID figures: signal to noise, beside SpanDSP's receiver", TIPRING_FIGURES) {
    constexpr unsigned messages = 100;
    struct Row {
        CallerIdStandard standard;
        int adsi;
        std::array<int, 4> least;  ///< at 14, 11, 8 and 6 dB
    };
    const std::array rows{Row{CallerIdStandard::mdmf, ADSI_STANDARD_CLASS, {100, 100, 70, 10}},
                          Row{CallerIdStandard::etsi, ADSI_STANDARD_CLIP, {100, 95, 35, 0}},
                          Row{CallerIdStandard::ntt, ADSI_STANDARD_JCLIP, {100, 85, 45, 0}},
                          Row{CallerIdStandard::dtmf, ADSI_STANDARD_CLIP_DTMF, {100, 100, 100, 95}}};
    constexpr std::array ratios_db{14.0, 11.0, 8.0, 6.0};
    std::printf("caller ID signal to noise: right of %u (adsi_rx: right, wrong)\n  dB  ", messages);
    for (const double ratio : ratios_db)
        std::printf("  %15.0f", ratio);
    std::printf("\n");
    for (const auto& row : rows) {
        std::printf("  %-4s", std::string(dsp::name(row.standard)).c_str());
        for (std::size_t i = 0; i < ratios_db.size(); ++i) {
            const double ratio = ratios_db[i];
            const auto ours = found_of(
                messages, row.standard, -13.5,
                [ratio](Samples& line, unsigned seed) { add_noise(line, -13.5 - ratio, seed); }, true);
            const auto theirs = found_by_adsi(row.adsi, messages, row.standard, ratio);
            std::printf("    %3d (%3d, %2d)", ours.right, theirs.right, theirs.wrong);
            CAPTURE(dsp::name(row.standard), ratio, theirs.right);
            CHECK(ours.wrong == 0);
            CHECK(ours.right >= row.least[i]);
            // The reason for a demodulator of our own (decision 7).
            if (ratio < 10) CHECK(ours.right >= theirs.right);
        }
        std::printf("\n");
    }
    std::fflush(stdout);
}

TEST_CASE("caller ID figures: least level in quiet", TIPRING_FIGURES) {
    std::printf("caller ID level dBm0: right of 16\n");
    for (const auto standard : test::all_standards) {
        std::printf("  %-4s", std::string(dsp::name(standard)).c_str());
        for (int level = -34; level >= -50; level -= 2) {
            const auto found = found_of(16, standard, level, [](Samples&, unsigned) {});
            std::printf(" %d:%d", level, found.right);
            CAPTURE(dsp::name(standard), level);
            CHECK(found.wrong == 0);
            if (level >= (standard == CallerIdStandard::dtmf ? -38 : -42)) CHECK(found.right == 16);
        }
        std::printf("\n");
    }
    std::fflush(stdout);
}

TEST_CASE("caller ID figures: clock of the sender", TIPRING_FIGURES) {
    std::printf("caller ID clock, per mille (noise 20 dB below): right of 16\n");
    for (const auto standard : four_standards) {
        std::printf("  %-4s", std::string(dsp::name(standard)).c_str());
        for (int off = -30; off <= 30; off += 5) {
            const auto found = found_of(16, standard, -13.5, [off](Samples& line, unsigned seed) {
                line = test::with_clock(line, off / 1000.0);
                add_noise(line, -33.5, seed);
            });
            std::printf(" %d:%d", off, found.right);
            CAPTURE(dsp::name(standard), off);
            CHECK(found.wrong == 0);
            if (std::abs(off) <= 10) CHECK(found.right == 16);
        }
        std::printf("\n");
    }
    std::fflush(stdout);
}

TEST_CASE("caller ID figures: mains hum", TIPRING_FIGURES) {
    std::printf("caller ID hum, dB above the signal of -25 dBm0: right of 16\n");
    for (const auto standard : four_standards) {
        std::printf("  %-4s", std::string(dsp::name(standard)).c_str());
        for (int above = 5; above <= 25; above += 5) {
            const auto found = found_of(16, standard, -25, [above](Samples& line, unsigned) {
                const double hum = -25 + above;
                test::add(line, test::mix({{50, hum}, {150, hum - 10}, {250, hum - 15}},
                                          static_cast<int>(line.size() / 8) + 1));
            });
            std::printf(" %d:%d", above, found.right);
            CAPTURE(dsp::name(standard), above);
            CHECK(found.wrong == 0);
            if (above <= 15) CHECK(found.right == 16);
        }
        std::printf("\n");
    }
    std::fflush(stdout);
}

TEST_CASE("caller ID figures: slope of the line", TIPRING_FIGURES) {
    std::printf("caller ID slope, 2200 against 1200 Hz, dB: right of 16\n");
    for (const auto standard : four_standards) {
        std::printf("  %-4s", std::string(dsp::name(standard)).c_str());
        for (const double tap : {0.9, 0.7, 0.5, 0.3, 0.15, -0.15, -0.3, -0.5, -0.9}) {
            const auto found = found_of(16, standard, -20, [tap](Samples& line, unsigned) {
                slope(line, tap);
                slope(line, tap);
            });
            std::printf(" %+.1f:%d", 2 * slope_db(tap), found.right);
            CAPTURE(dsp::name(standard), 2 * slope_db(tap));
            CHECK(found.wrong == 0);
            if (std::abs(tap) <= 0.15) CHECK(found.right == 16);
        }
        std::printf("\n");
    }
    std::fflush(stdout);
}
