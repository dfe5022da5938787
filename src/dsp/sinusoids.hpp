// Sums of a few steady sines in a piece of signal: found, fitted, refined. Private to dsp. Thread: any but the
// media thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tipring::dsp {

struct SineFit {
    double energy = 0;               ///< of the signal's projection on the sines
    double total = 0;                ///< of the signal
    std::vector<double> amplitudes;  ///< peak, one per frequency

    double share() const noexcept { return total > 0 ? energy / total : 0; }
};

/// Least squares; frequencies must differ by more than 0.2 turns over the signal's length.
SineFit fit_sines(std::span<const float> signal, std::span<const double> frequencies_hz);

/// Moves each frequency by up to `reach_hz` to where most of the signal is explained.
void refine_sines(std::span<const float> signal, std::vector<double>& frequencies_hz, double reach_hz);

/// Frequencies of the strongest lines of 512 samples that lie within `range_db` of the strongest, at most
/// `most`, ascending, to about 3 Hz.
std::vector<double> spectral_lines(std::span<const float> signal, double range_db, std::size_t most);

/// Fourth-order Butterworth high-pass at 200 Hz: takes off hum and offset.
std::vector<float> without_hum(std::span<const std::int16_t> linear);

}  // namespace tipring::dsp
