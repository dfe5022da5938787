// The sum of two parties for a third one. Pure. Thread: media; real-time safe.
#pragma once

#include "block.hpp"

namespace tipring::media {

/// Linear sum, saturating, in `law`. Null says nothing: what the other one says then passes undecoded.
void mix(const Block* a, const Block* b, dsp::Law law, Block& out) noexcept;

}  // namespace tipring::media
