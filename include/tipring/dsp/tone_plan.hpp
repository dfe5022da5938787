// Tones as values: up to four frequencies, modulation, cadence. Parsed from libtonezone's notation.
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
    bool modulated = false;         ///< frequency1 amplitude-modulated by frequency2 (libtonezone's "f1*f2")
    std::uint32_t duration_ms = 0;  ///< 0: for ever
    float frequency3_hz = 0;        ///< howler, Hungarian stutter tone
    float frequency4_hz = 0;
    float level_offset_db =
        0;  ///< added to the sequence's level (libtonezone's "@": 10 dB lower, Australian congestion)

    bool silent() const noexcept {
        return frequency1_hz <= 0 && frequency2_hz <= 0 && frequency3_hz <= 0 && frequency4_hz <= 0;
    }
};

/// Played in order; after the last segment it goes on at `repeat_from` (or ends, when that is >= size()).
struct ToneSequence {
    std::vector<ToneSegment> segments;
    std::size_t repeat_from = 0;
    float level_dbm0 = -13.0F;  ///< per frequency, dBm0
};

/// libtonezone notation: "[!]f1[@][+f2[+f3[+f4]]|*f2][/ms]" joined by commas; "!" plays a segment once only.
/// As the zone data has it, a comma may be missing before "!", and a frequency above 4 kHz, which no line can
/// carry, is silence. At most 64 segments of ten minutes; the error names the position.
base::Result<ToneSequence> parse_tone(std::string_view text);

/// The call-progress tones of a country.
struct TonePlan {
    ToneSequence dial, busy, ringback, congestion, call_waiting, dial_recall, stutter, info, record;
    /// Off-hook warning ("howler"): rising bursts 1400+2060+2450+2600 Hz in the US; where the zone has none,
    /// that one.
    ToneSequence howler;
};

}  // namespace tipring::dsp
