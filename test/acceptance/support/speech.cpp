#include "speech.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <stdexcept>

namespace tipring::acceptance {

farend::Clip spoken(const TemporaryFolder& folder, const std::string& text) {
    using namespace std::chrono_literals;
    const auto file = folder.file("spoken.wav");
    Process espeak({"espeak-ng", "-v", "en-gb", "-s", "150", "-w", file, text}, folder.file("spoken.log"));
    if (espeak.wait(60s) != 0) throw std::runtime_error("espeak-ng: " + espeak.output());
    auto clip = farend::read_wav(file);
    if (!clip) throw std::runtime_error(clip.error().message);
    const double factor = std::pow(10, (-16 - farend::active_level_dbm0(*clip)) / 20);
    for (auto& sample : *clip)
        sample = static_cast<std::int16_t>(std::clamp(sample * factor, -32768.0, 32767.0));
    return *clip;
}

farend::Clip speech_like(unsigned seed, std::chrono::milliseconds duration) {
    constexpr double rate = 8000;
    std::mt19937 random(seed);
    const auto between = [&](double low, double high) {
        return std::uniform_real_distribution(low, high)(random);
    };
    farend::Clip clip(static_cast<std::size_t>(duration.count()) * 8, 0);
    double phase = 0;
    for (std::size_t at = 0; at < clip.size();) {
        const auto length = static_cast<std::size_t>(between(0.08, 0.25) * rate);
        const double pitch = between(seed % 2 == 0 ? 95 : 170, seed % 2 == 0 ? 150 : 260);
        const double glide = between(-30, 30);
        const double formant = between(400, 900);
        for (std::size_t i = 0; i < length && at + i < clip.size(); ++i) {
            const double part = static_cast<double>(i) / static_cast<double>(length);
            phase += 2 * std::numbers::pi * (pitch + glide * part) / rate;
            double value = 0;
            for (int harmonic = 1; harmonic <= 14; ++harmonic) {
                const double distance = (harmonic * pitch - formant) / 350;
                value += std::sin(harmonic * phase) * (0.15 + std::exp(-distance * distance));
            }
            clip[at + i] = static_cast<std::int16_t>(2600 * value * std::sin(std::numbers::pi * part));
        }
        at += length + static_cast<std::size_t>(between(0.02, 0.18) * rate);
    }
    return clip;
}

}  // namespace tipring::acceptance
