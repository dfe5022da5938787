// WAV bytes of any sample rate as a clip for the line, 8 kHz. Pure. Thread: any.
#pragma once

#include <cstdint>
#include <span>

#include "tipring/base/result.hpp"
#include "tipring/farend/audio.hpp"

namespace tipring::control {

/// 16-bit PCM, mono, 4 to 48 kHz. A data chunk that claims to be longer than the bytes (a streamed file) ends
/// with them.
base::Result<farend::Clip> decode_wav(std::span<const std::uint8_t> bytes);

/// Windowed-sinc interpolation with its pass band below the lower of both half sample rates.
farend::Clip resample(std::span<const std::int16_t> samples, unsigned from_hz, unsigned to_hz);

}  // namespace tipring::control
