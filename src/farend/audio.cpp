// Tones and level measurements. Thread: any; pure.
#include "tipring/farend/audio.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace tipring::farend {
namespace {

constexpr double sample_rate = 8000;
constexpr double full_scale = 32768;
/// Level of a sine that just reaches the overload point of A-law.
constexpr double full_scale_dbm0 = 3.14;
constexpr double silence_dbm0 = -99;
constexpr std::size_t window_samples = 160;

double energy(std::span<const std::int16_t> samples) {
    double sum = 0;
    for (const double sample : samples)
        sum += sample * sample;
    return sum;
}

double mean_square_level(double mean_square) {
    if (mean_square <= 0) return silence_dbm0;
    return std::max(silence_dbm0,
                    10 * std::log10(2 * mean_square / (full_scale * full_scale)) + full_scale_dbm0);
}

}  // namespace

Clip tone(double frequency_hz, double second_hz, std::chrono::milliseconds duration, double level_dbm0) {
    const auto count = std::max<std::int64_t>(duration.count(), 0) * 8;
    const double amplitude = full_scale * std::pow(10, (level_dbm0 - full_scale_dbm0) / 20);
    const double step = 2 * std::numbers::pi / sample_rate;
    Clip clip(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < clip.size(); ++i) {
        const auto at = static_cast<double>(i);
        double sum = std::sin(step * frequency_hz * at);
        if (second_hz > 0) sum += std::sin(step * second_hz * at);
        clip[i] = static_cast<std::int16_t>(std::lround(std::clamp(amplitude * sum, -32768.0, 32767.0)));
    }
    return clip;
}

double level_dbm0(std::span<const std::int16_t> samples) {
    if (samples.empty()) return silence_dbm0;
    return mean_square_level(energy(samples) / static_cast<double>(samples.size()));
}

double level_at(std::span<const std::int16_t> samples, double frequency_hz) {
    if (samples.empty()) return silence_dbm0;
    // A rotating phasor; renewed by multiplication, exact enough for ten minutes in double precision.
    const std::complex<double> turn = std::polar(1.0, -2 * std::numbers::pi * frequency_hz / sample_rate);
    std::complex<double> phasor = 1;
    std::complex<double> sum = 0;
    for (const double sample : samples) {
        sum += sample * phasor;
        phasor *= turn;
    }
    const double amplitude = 2 * std::abs(sum) / static_cast<double>(samples.size());
    return mean_square_level(amplitude * amplitude / 2);
}

double active_level_dbm0(std::span<const std::int16_t> samples) {
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t begin = 0; begin < samples.size(); begin += window_samples) {
        const auto window = samples.subspan(begin, std::min(window_samples, samples.size() - begin));
        if (level_dbm0(window) <= active_dbm0) continue;
        sum += energy(window);
        count += window.size();
    }
    return count == 0 ? silence_dbm0 : mean_square_level(sum / static_cast<double>(count));
}

}  // namespace tipring::farend
