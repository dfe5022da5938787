// Levels, and the noise that a line has when nobody speaks. Private to dsp. Thread: its owner's; real-time safe after construction.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "sine.hpp"

namespace tipring::dsp {

/// Mean square of a sine of this level, in 16-bit units, and back (not below -99 dBm0).
inline double power_from_dbm0(double level_dbm0) noexcept {
    return 32768.0 * 32768.0 / 2 * std::pow(10, (level_dbm0 - full_scale_dbm0) / 10);
}
inline double dbm0_from_power(double mean_square) noexcept {
    constexpr double least = 1e-2;
    return 10 * std::log10(std::max(mean_square, least) * 2 / (32768.0 * 32768.0)) + full_scale_dbm0;
}

/// Mean square of some samples.
inline double power_of_samples(std::span<const float> samples) noexcept {
    double sum = 0;
    for (const float sample : samples)
        sum += static_cast<double>(sample) * static_cast<double>(sample);
    return samples.empty() ? 0 : sum / static_cast<double>(samples.size());
}

/// The lowest level of the last one to two periods.
class NoiseFloor {
  public:
    explicit NoiseFloor(std::size_t period) noexcept : period_(period) {}
    void push(double level_dbm0) noexcept {
        lowest_ = std::min(lowest_, level_dbm0);
        if (++count_ < period_) return;
        before_ = lowest_;
        lowest_ = std::numeric_limits<double>::infinity();
        count_ = 0;
    }
    double level_dbm0() const noexcept { return std::min(lowest_, before_); }

  private:
    static constexpr double unknown = std::numeric_limits<double>::infinity();
    std::size_t period_;
    std::size_t count_ = 0;
    double lowest_ = unknown, before_ = unknown;
};

}  // namespace tipring::dsp
