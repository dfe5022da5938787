// The busy and congestion tones of every country are learnt from a noisy line as the zone data have them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <random>
#include <set>
#include <string>

#include "sanitizers.hpp"
#include "tipring/dsp/tone_generator.hpp"
#include "tipring/dsp/tone_learner.hpp"
#include "tipring/hardware/tone_zones.hpp"

using namespace tipring;

namespace {

using Samples = std::vector<std::int16_t>;

/// A second and a half of the line, then the tone; noise 15 dB below the tone, or at -50 dBm0, and hum at -30.
Samples line(const dsp::ToneSequence& tone, double noise_dbm0, unsigned seed) {
    constexpr std::size_t silence = 12'000;
    Samples samples(80'000);
    dsp::ToneGenerator(tone).produce(std::span(samples).subspan(silence));
    std::mt19937 random(seed);
    const double full = 32768 * std::pow(10, -3.14 / 20);
    std::normal_distribution<double> noise(0, full * std::pow(10, noise_dbm0 / 20) / std::sqrt(2.0));
    const double hum = full * std::pow(10, -30 / 20.0);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double at = static_cast<double>(i) / 8000;
        const double value = samples[i] + noise(random) + hum * std::sin(2 * 3.14159265 * 50 * at);
        samples[i] = static_cast<std::int16_t>(std::clamp(value, -32768.0, 32767.0));
    }
    return samples;
}

std::vector<dsp::ToneSegment> loop_of(const dsp::ToneSequence& tone) {
    return {tone.segments.begin() + static_cast<std::ptrdiff_t>(tone.repeat_from), tone.segments.end()};
}

bool same(const dsp::ToneSegment& wanted, const dsp::ToneSegment& learnt, double hz, double ms) {
    return std::abs(wanted.frequency1_hz - learnt.frequency1_hz) <= hz &&
           std::abs(wanted.frequency2_hz - learnt.frequency2_hz) <= hz &&
           wanted.modulated == learnt.modulated && learnt.frequency3_hz == 0 &&
           wanted.level_offset_db == learnt.level_offset_db &&
           std::abs(static_cast<double>(wanted.duration_ms) - learnt.duration_ms) <= ms;
}

/// Where a cycle begins cannot be heard.
bool same_loop(std::vector<dsp::ToneSegment> wanted, const std::vector<dsp::ToneSegment>& learnt, double hz,
               double ms) {
    for (auto& segment : wanted)
        if (segment.frequency1_hz > segment.frequency2_hz && segment.frequency2_hz > 0 && !segment.modulated)
            std::swap(segment.frequency1_hz, segment.frequency2_hz);
    for (std::size_t turn = 0; turn < wanted.size(); ++turn) {
        if (std::equal(wanted.begin(), wanted.end(), learnt.begin(), learnt.end(),
                       [&](const auto& a, const auto& b) { return same(a, b, hz, ms); }))
            return true;
        std::rotate(wanted.begin(), wanted.begin() + 1, wanted.end());
    }
    return false;
}

}  // namespace

TEST_CASE("All countries' busy and congestion tones are learnt from -10 to -35 dBm0") {
    unsigned seed = 0;
    int learnt = 0;
    int tones = 0;
    std::set<std::string> known;  ///< many countries share a tone
    double worst_jitter_ms = 0;
    double worst_level_db = 0;
    for (const auto& name : hardware::countries()) {
        const auto country = hardware::country_tones(name).value();
        for (const auto* tone : {&country.tones.busy, &country.tones.congestion}) {
            ++tones;
            if (!known.insert(dsp::tone_notation(*tone)).second) continue;
            for (const float level : {-10.0F, -23.0F, -35.0F}) {
                auto sequence = *tone;
                sequence.level_dbm0 = level;
                // A burst that is 10 dB weaker than the others must itself be above -40 dBm0.
                const bool uneven = std::any_of(sequence.segments.begin(), sequence.segments.end(),
                                                [](const auto& each) { return each.level_offset_db < 0; });
                if (uneven && level < -30) continue;
                if ((TIPRING_ASAN != 0 || TIPRING_TSAN != 0) && level != -23.0F) continue;
                const double below = uneven ? 28 : 18;
                const auto profile =
                    dsp::learn_tone(line(sequence, static_cast<double>(level) - below, ++seed));
                INFO(name << " at " << level << " dBm0: " << dsp::tone_notation(*tone) << " learnt as "
                          << profile.notation << " (" << profile.words << ")");
                CHECK(profile.verdict == dsp::LearnVerdict::learnt);
                CHECK(same_loop(loop_of(sequence), profile.tone.segments, 1, 10));
                CHECK(profile.cycles >= 3);
                CHECK(std::abs(profile.tone.level_dbm0 - level) < 1);
                worst_jitter_ms = std::max(worst_jitter_ms, profile.jitter_ms);
                worst_level_db =
                    std::max(worst_level_db, static_cast<double>(std::abs(profile.tone.level_dbm0 - level)));
                ++learnt;
            }
        }
    }
    CHECK(tones == 2 * static_cast<int>(hardware::countries().size()));
    std::printf(
        "tone learner: %d tones of all countries, %zu different, %d recordings, worst jitter %.1f ms, worst "
        "level error %.2f dB\n",
        tones, known.size(), learnt, worst_jitter_ms, worst_level_db);
}
