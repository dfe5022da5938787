// Tones as values: one or two frequencies, modulation, cadence. Parsed from libtonezone's notation.
// Thread: any to build; a finished ToneSequence is immutable and may be read by the media thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/result.hpp"

namespace tipring::dsp {

struct ToneSegment {
    float frequency1_hz = 0;  ///< 0 and 0: silence
    float frequency2_hz = 0;
    bool modulated = false;      ///< frequency1 amplitude-modulated by frequency2 (libtonezone's "f1*f2")
    std::uint32_t duration_ms = 0;  ///< 0: for ever
};

/// Played in order; after the last segment it goes on at `repeat_from` (or ends, when that is >= size()).
struct ToneSequence {
    std::vector<ToneSegment> segments;
    std::size_t repeat_from = 0;
    float level_dbm0 = -13.0F;  ///< per frequency, dBm0
};

/// libtonezone notation: "[!]f1[+f2|*f2][/ms]" joined by commas; "!" plays a segment once only.
base::Result<ToneSequence> parse_tone(std::string_view text);

/// The call-progress tones of a country.
struct TonePlan {
    ToneSequence dial, busy, ringback, congestion, call_waiting, dial_recall, stutter, info, record;
    /// Off-hook warning ("howler"): rising bursts 1400+2060+2450+2600 Hz in the US; where the zone has none, that one.
    ToneSequence howler;
};

}  // namespace tipring::dsp
