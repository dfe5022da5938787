// Audio clips, WAV files, and measurements of what was heard: level, tone, gaps. Pure. Thread: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tipring/base/result.hpp"

namespace tipring::farend {

/// Linear 16-bit mono at 8 kHz.
using Clip = std::vector<std::int16_t>;

/// 16-bit PCM, mono, 4 to 48 kHz, resampled where needed. A data chunk that claims to be longer than the
/// octets (a streamed or broken-off file) ends with them.
base::Result<Clip> decode_wav(std::span<const std::uint8_t> octets);
base::Result<Clip> read_wav(const std::string& path);  ///< the same, from a regular file of up to 10 MB
/// Windowed-sinc interpolation with its pass band below the lower of both half sample rates.
Clip resample(std::span<const std::int16_t> samples, unsigned from_hz, unsigned to_hz);
base::Result<void> write_wav(const std::string& path, std::span<const std::int16_t> clip);
/// A sine, and two of them; level per frequency in dBm0 (0 dBm0 = a sine 3.14 dB below A-law overload).
Clip tone(double frequency_hz, double second_hz, std::chrono::milliseconds duration, double level_dbm0 = -13);

/// RMS level in dBm0 of the samples; -99 for silence.
double level_dbm0(std::span<const std::int16_t> samples);
/// Level of one frequency (Goertzel over the whole span), dBm0.
double level_at(std::span<const std::int16_t> samples, double frequency_hz);
/// What is louder counts as speech, not as a pause.
constexpr double active_dbm0 = -45;
/// RMS level of the parts that are louder than that (20 ms windows): the level of speech without its pauses.
double active_level_dbm0(std::span<const std::int16_t> samples);

/// How well `heard` contains `said` (which was played once or in a loop): found by cross-correlation.
struct Match {
    bool found = false;
    std::chrono::milliseconds offset{0};  ///< where in `heard` the first `said` begins
    double level_difference_db = 0;       ///< heard minus said, over the active parts
    std::chrono::milliseconds longest_gap{
        0};  ///< longest stretch in which `said` is active and `heard` is silent or another signal
    double correlation = 0;  ///< -1..1 at the best offset
};
Match match(std::span<const std::int16_t> said, std::span<const std::int16_t> heard);

}  // namespace tipring::farend
