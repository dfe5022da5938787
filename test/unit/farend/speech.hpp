// Speech-like clips for the tests of the measurements. Header only.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "tipring/farend/audio.hpp"

namespace tipring::test {

/// Syllables of gliding pitch, hisses, and pauses.
inline farend::Clip speech(unsigned seed, int milliseconds) {
    std::mt19937 random(seed);
    const auto between = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    farend::Clip clip;
    const auto wanted = static_cast<std::size_t>(milliseconds) * 8;
    while (clip.size() < wanted) {
        const auto length = static_cast<std::size_t>(between(80, 350) * 8);
        const bool hiss = random() % 4 == 0;
        double pitch = between(90, 240);
        const double glide = between(-40, 40) / static_cast<double>(length);
        const double formant = between(300, 1500);
        double phase = 0;
        for (std::size_t i = 0; i < length; ++i) {
            phase += 2 * std::numbers::pi * pitch / 8000;
            pitch += glide;
            double sum = hiss ? between(-0.5, 0.5) : 0;
            for (int harmonic = 1; harmonic <= 8 && !hiss; ++harmonic) {
                sum += std::sin(harmonic * phase) / (1 + std::pow((harmonic * pitch - formant) / 250, 2));
            }
            const double rise =
                std::sin(std::numbers::pi * static_cast<double>(i) / static_cast<double>(length));
            clip.push_back(static_cast<std::int16_t>(std::clamp(6000 * rise * sum, -32000.0, 32000.0)));
        }
        clip.insert(clip.end(), static_cast<std::size_t>(between(20, 250) * 8), std::int16_t{0});
    }
    clip.resize(wanted);
    return clip;
}

inline void append(farend::Clip& to, const farend::Clip& more) {
    to.insert(to.end(), more.begin(), more.end());
}
inline farend::Clip quiet(int milliseconds) {
    return farend::Clip(static_cast<std::size_t>(milliseconds) * 8);
}

}  // namespace tipring::test
