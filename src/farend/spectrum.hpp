// The strongest tones of a short piece of sound. Private to farend. Thread: any; pure.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

namespace tipring::farend {

/// Frequencies in Hz of the two strongest tones between 200 and 3400 Hz, the stronger first; 0: none. The
/// second is at most 20 dB below the first and 20 Hz away. For about 200 ms of sound; a tone must have -45
/// dBm0 and stand out of the rest.
std::pair<double, double> strongest_tones(std::span<const std::int16_t> samples);

}  // namespace tipring::farend
