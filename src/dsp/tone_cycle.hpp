// Finds what repeats in a row of bursts and pauses. Private to dsp. Thread: any; pure.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tipring::dsp {

/// One burst or pause as it was heard.
struct TonePiece {
    int sound = -1;  ///< SoundMeter's numbers: a sound, -1 silence, -2 anything else
    double start_ms = 0;
    double end_ms = 0;
    double level_dbm0 = -99;  ///< of a burst
    bool cut = false;         ///< began or ended elsewhere than where the tone did

    double duration_ms() const noexcept { return end_ms - start_ms; }
};

/// A part of the pieces that repeats every `period` pieces.
struct ToneCycle {
    std::size_t first = 0, count = 0, period = 0;  ///< pieces; no period: nothing repeats
    double covered_ms = 0;

    /// A cycle counts when only its last pause is missing.
    unsigned cycles() const noexcept { return period == 0 ? 0 : static_cast<unsigned>((count + 1) / period); }
};

/// The part that repeats longest, at least twice, with the shortest period. None of the pieces is cut or
/// unknown.
ToneCycle find_cycle(std::span<const TonePiece> pieces);

/// One cycle as the mean of all, beginning after its longest pause.
struct MeanCycle {
    std::vector<TonePiece> pieces;  ///< only sound, duration and level count
    double jitter_ms = 0;
};
MeanCycle mean_cycle(std::span<const TonePiece> pieces, const ToneCycle& cycle);

}  // namespace tipring::dsp
