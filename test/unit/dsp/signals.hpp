// Test signals: tones, noise, speech-like sounds, measurements. Header only.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <random>
#include <span>
#include <vector>

#include "tipring/dsp/g711.hpp"
#include "tipring/dsp/tone_generator.hpp"

namespace tipring::test {

using Samples = std::vector<std::int16_t>;

inline double amplitude(double level_dbm0) {
    return 32768 * std::pow(10, (level_dbm0 - 3.14) / 20);
}

inline Samples mix(std::initializer_list<std::pair<double, double>> hz_and_dbm0, int milliseconds) {
    Samples out(static_cast<std::size_t>(milliseconds) * 8);
    for (std::size_t i = 0; i < out.size(); ++i) {
        double sum = 0;
        for (const auto& [hz, level] : hz_and_dbm0) {
            sum += amplitude(level) * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / 8000);
        }
        out[i] = static_cast<std::int16_t>(std::clamp(sum, -32768.0, 32767.0));
    }
    return out;
}

inline Samples quiet(int milliseconds) {
    return Samples(static_cast<std::size_t>(milliseconds) * 8);
}

inline void append(Samples& to, const Samples& more) {
    to.insert(to.end(), more.begin(), more.end());
}

inline Samples played(const dsp::ToneSequence& tone, int milliseconds) {
    Samples out(static_cast<std::size_t>(milliseconds) * 8);
    dsp::ToneGenerator generator(tone);
    generator.produce(out);
    return out;
}

inline Samples noise(double level_dbm0, int milliseconds, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(0, amplitude(level_dbm0) / std::numbers::sqrt2);
    Samples out(static_cast<std::size_t>(milliseconds) * 8);
    for (auto& sample : out)
        sample = static_cast<std::int16_t>(std::clamp(normal(random), -32768.0, 32767.0));
    return out;
}

inline void add(Samples& to, const Samples& other) {
    for (std::size_t i = 0; i < to.size() && i < other.size(); ++i) {
        to[i] = static_cast<std::int16_t>(std::clamp(to[i] + other[i], -32768, 32767));
    }
}

/// Voiced sounds of gliding pitch through two moving resonances, with pauses between "syllables".
inline Samples speech_like(int milliseconds, unsigned seed) {
    std::mt19937 random(seed);
    const auto between = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    Samples out;
    const std::size_t wanted = static_cast<std::size_t>(milliseconds) * 8;
    while (out.size() < wanted) {
        double pitch = between(85, 260);
        const double glide = between(-60, 60);
        const double formant1 = between(280, 800);
        const double formant2 = between(900, 2400);
        const auto length = static_cast<std::size_t>(between(60, 420) * 8);
        double phase = 0;
        for (std::size_t i = 0; i < length; ++i) {
            const double at = static_cast<double>(i) / static_cast<double>(length);
            phase += 2 * std::numbers::pi * (pitch + glide * at) / 8000;
            double sum = 0;
            for (int harmonic = 1; harmonic * pitch < 3400; ++harmonic) {
                const double hz = harmonic * pitch;
                const double gain = 1 / (1 + std::pow((hz - formant1) / 90, 2)) +
                                    0.4 / (1 + std::pow((hz - formant2) / 140, 2));
                sum += gain * std::sin(harmonic * phase);
            }
            out.push_back(static_cast<std::int16_t>(
                std::clamp(9000 * std::sin(std::numbers::pi * at) * sum, -32000.0, 32000.0)));
        }
        append(out, quiet(static_cast<int>(between(10, 350))));
    }
    out.resize(wanted);
    return out;
}

/// As the wire does it.
inline void through(dsp::Law law, Samples& samples) {
    for (auto& sample : samples)
        sample = dsp::decode(law, dsp::encode(law, sample));
}

inline double power_dbm0(std::span<const std::int16_t> samples) {
    double sum = 0;
    for (const double sample : samples)
        sum += sample * sample;
    const double mean = sum / static_cast<double>(samples.size());
    return mean <= 0 ? -99 : 10 * std::log10(mean * 2 / (32768.0 * 32768.0)) + 3.14;
}

/// Level of one frequency; choose a span that holds whole periods.
inline double level_of(std::span<const std::int16_t> samples, double hz) {
    std::complex<double> sum;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        sum += static_cast<double>(samples[i]) *
               std::polar(1.0, -2 * std::numbers::pi * hz * static_cast<double>(i) / 8000);
    }
    const double peak = 2 * std::abs(sum) / static_cast<double>(samples.size());
    return peak <= 0 ? -99 : 20 * std::log10(peak / 32768) + 3.14;
}

}  // namespace tipring::test
