// A signal with the rhythm and spectrum of speech, made from a seed: same seed, same clip.
#pragma once

#include <chrono>

#include "tipring/farend/audio.hpp"

namespace tipring::acceptance {

/// Syllables of 80-250 ms with pauses; harmonics of a moving pitch; active level about -16 dBm0.
farend::Clip speech_like(unsigned seed, std::chrono::milliseconds duration);

}  // namespace tipring::acceptance
