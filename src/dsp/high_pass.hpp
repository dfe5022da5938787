// High-pass filters against mains hum and ringing that leaks in. Private to dsp. Thread: the owner's; push() is
// real-time safe.
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>

#include "sine.hpp"

namespace tipring::dsp {

/// Second order. `Real`: float where the compiler is to widen the loop, double where sections follow each other.
template <class Real>
class HighPassSection {
  public:
    HighPassSection(double edge_hz, double quality) noexcept {
        const double angle = 2 * std::numbers::pi * edge_hz / samples_per_second;
        const double alpha = std::sin(angle) / (2 * quality);
        b0_ = static_cast<Real>((1 + std::cos(angle)) / 2 / (1 + alpha));
        a1_ = static_cast<Real>(-2 * std::cos(angle) / (1 + alpha));
        a2_ = static_cast<Real>((1 - alpha) / (1 + alpha));
    }
    Real push(Real in) noexcept {
        const Real out = b0_ * in + store1_;
        store1_ = -2 * b0_ * in - a1_ * out + store2_;
        store2_ = b0_ * in - a2_ * out;
        return out;
    }
    void reset() noexcept { store1_ = store2_ = 0; }

  private:
    Real b0_ = 0, a1_ = 0, a2_ = 0, store1_ = 0, store2_ = 0;
};

/// Butterworth of the second order at 350 Hz, before receivers of signals above 690 Hz: 50 Hz by 34 dB, 150 Hz
/// by 15 dB, 697 Hz by 0.3 dB.
class LowCut {
  public:
    float push(float sample) noexcept { return section_.push(sample); }
    void reset() noexcept { section_.reset(); }

  private:
    HighPassSection<float> section_{350, std::numbers::sqrt2 / 2};
};

/// Butterworth of the fourth order at 200 Hz, before receivers of tones and voice: 48 dB at 50 Hz.
class HumFilter {
  public:
    float push(float sample) noexcept {
        return static_cast<float>(second_.push(first_.push(static_cast<double>(sample))));
    }

  private:
    HighPassSection<double> first_{200, 0.54119610}, second_{200, 1.30656296};
};

}  // namespace tipring::dsp
