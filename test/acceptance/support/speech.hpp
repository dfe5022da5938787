// A signal with the rhythm and spectrum of speech, made from a seed: same seed, same clip.
#pragma once

#include <chrono>
#include <string>

#include "process.hpp"
#include "tipring/farend/audio.hpp"

namespace tipring::acceptance {

/// What espeak-ng makes of the text, with an active level of -16 dBm0: it changes within a syllable as voices do,
/// and as what follows does not. Throws when espeak-ng cannot be had.
farend::Clip spoken(const TemporaryFolder& folder, const std::string& text);
/// Syllables of 80-250 ms with pauses; harmonics of a moving pitch; active level about -16 dBm0.
farend::Clip speech_like(unsigned seed, std::chrono::milliseconds duration);

}  // namespace tipring::acceptance
