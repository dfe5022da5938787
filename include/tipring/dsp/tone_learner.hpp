// Learns a tone from a recording of a line: frequencies, cadence and level, in libtonezone's notation.
// Thread: any but the media thread; pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/dsp/tone_plan.hpp"

namespace tipring::dsp {

enum class LearnVerdict : std::uint8_t {
    learnt,          ///< at least three regular cycles
    no_tone,         ///< silence, noise or hum
    continuous,      ///< a tone without cadence, at least 2 s of it
    too_few_cycles,  ///< a tone with pauses, but fewer than three cycles of it
    irregular,       ///< sound, but no tone that repeats
};

/// What a recording taught.
struct LearntProfile {
    LearnVerdict verdict = LearnVerdict::no_tone;
    std::string words;                    ///< the verdict for the operator: "only one cycle heard"
    ToneSequence tone;                    ///< one cycle, or one endless segment; its level is per frequency
    std::string notation;                 ///< the tone in libtonezone's notation; empty when there is none
    double level_dbm0 = -99;              ///< of the loudest burst, all its frequencies together
    unsigned cycles = 0;                  ///< how many were measured; each duration is their mean
    double jitter_ms = 0;                 ///< standard deviation of the durations
    std::chrono::milliseconds begins{0};  ///< where in the recording the measured cycles begin
    /// For a picture: one value per 20 ms, what lies below 200 Hz (hum) taken off, not below -70 dBm0.
    std::vector<float> levels_dbm0;

    /// May be written into a configuration as it is.
    bool usable() const noexcept { return verdict == LearnVerdict::learnt; }
};

/// `recording`: linear, 8 kHz, 2 s to 2 min. The tone may begin anywhere in it, after silence or speech; of
/// several, the one that was measured longest counts. Frequencies to 1 Hz, durations to 5 ms. Tones lie between
/// 280 and 3400 Hz, above -40 dBm0, and 15 dB above the noise; pauses and bursts last 60 ms at least.
LearntProfile learn_tone(std::span<const std::int16_t> recording);

/// The inverse of parse_tone(); frequencies in whole Hz.
std::string tone_notation(const ToneSequence& tone);

/// One line of text that shows levels over time, most recent last, for a terminal: block characters (UTF-8)
/// from -60 to 0 dBm0. `width`: characters; each shows the loudest of its share.
std::string level_picture(std::span<const float> levels_dbm0, std::size_t width);

}  // namespace tipring::dsp
