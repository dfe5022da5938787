// Measures of a line from what was sent on it and what was recorded: for `tipringctl port test`. Thread: any but
// the media thread; pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tipring/dsp/tone_plan.hpp"

namespace tipring::dsp {

/// 0 dBm0 for ever: the milliwatt of North America. 1004 Hz do not divide 8 kHz, so that all code words take part.
ToneSequence milliwatt_1004();

/// With one decimal: "-13.4".
std::string decibels(double value);

/// White noise, the same each time, to measure echo with.
std::vector<std::int16_t> test_noise(double level_dbm0, std::chrono::milliseconds duration);

/// All power between 200 and 4000 Hz (hum is filtered off), dBm0; -99 for nothing.
double total_level_dbm0(std::span<const std::int16_t> recording);
/// Level of one frequency, by a least-squares fit; at least 20 periods.
double tone_level_dbm0(std::span<const std::int16_t> recording, double frequency_hz);

struct MeasuredTone {
    double frequency_hz = 0;        ///< to 0.1 Hz, of the strongest line between 280 and 3400 Hz
    double level_dbm0 = -99;        ///< of that line
    double signal_to_noise_db = 0;  ///< to everything else above 200 Hz: noise, distortion, hum's harmonics
};
/// The first and last 50 ms do not count. At least 300 ms; a tone that lasts all the time.
MeasuredTone measure_tone(std::span<const std::int16_t> recording);

struct MeasuredEcho {
    bool found = false;                  ///< the sent signal is in the recording
    double return_loss_db = 99;          ///< sent level minus the level of its echo
    std::chrono::microseconds delay{0};  ///< of the echo's strongest part, 125 us steps
};
/// Echo return loss by cross-correlation over 0 to 128 ms: within 1 dB with noise, 2.5 dB with speech, which is
/// at least 1 s of `sent`: of a pure
/// tone every period correlates, so the delay is then within one period only. Both begin at the same moment.
MeasuredEcho measure_echo(std::span<const std::int16_t> sent, std::span<const std::int16_t> recorded);

enum class LineGrade : std::uint8_t { good, fair, bad };
struct LineVerdict {
    LineGrade grade = LineGrade::good;
    std::string words;  ///< "return loss 9.5 dB: low, echo may be heard"
};
/// `expected_dbm0` +-2 dB is good, +-5 dB fair: practical limits; a loop's loss differs from line to line by more than
/// a converter's error.
LineVerdict judge_level(double level_dbm0, double expected_dbm0);
/// 12 dB and more is good, 6 dB fair. Practical limits: 6 dB is what a two-wire end must keep for stability (the
/// principle is ITU-T G.122 (3/93) clause 2, the figure 3GPP TS 26.131 6.6); less echo needs more (G.122 clause 4).
LineVerdict judge_return_loss(double return_loss_db);
/// 33 dB and more is good, 25 dB fair: practical limits; that of converters is in ITU-T G.712 (11/01) clause 12 (total
/// distortion).
LineVerdict judge_noise(double signal_to_noise_db);

}  // namespace tipring::dsp
