// Levels, frequency, noise and echo of a recording, and what they are worth. Thread: any but the media thread.
#include "tipring/dsp/line_measure.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <string_view>
#include <vector>

#include "line_noise.hpp"
#include "sinusoids.hpp"
#include "tipring/base/text.hpp"

namespace tipring::dsp {
namespace {

constexpr std::size_t settling_samples = 400;
constexpr std::size_t search_samples = 512;
constexpr std::size_t longest_fit = 16'000;
constexpr std::size_t longest_lag = 1024;  ///< 128 ms
/// The echo path of a hybrid rings for a few milliseconds around its strongest part.
constexpr std::size_t echo_before = 16;
constexpr std::size_t echo_after = 64;
/// A correlation that chance explains is no echo.
constexpr double least_correlation = 0.02;

ToneSequence steady(float frequency_hz) {
    ToneSequence tone;
    ToneSegment segment;
    segment.frequency1_hz = frequency_hz;
    tone.segments.push_back(segment);
    tone.level_dbm0 = 0;
    return tone;
}

double product_at(std::span<const float> sent, std::span<const float> recorded, std::size_t lag) {
    double sum = 0;
    for (std::size_t i = 0; i + lag < recorded.size() && i < sent.size(); ++i)
        sum += static_cast<double>(sent[i]) * static_cast<double>(recorded[i + lag]);
    return sum;
}

}  // namespace

ToneSequence milliwatt_1004() {
    return steady(1004);
}

std::string decibels(double value) {
    const long tenths = std::lround(value * 10);
    const long size = std::abs(tenths);
    return base::format("{}{}.{}", tenths < 0 ? "-" : "", size / 10, size % 10);
}

std::vector<std::int16_t> test_noise(double level_dbm0, std::chrono::milliseconds duration) {
    // Evenly distributed: its peaks are only 4.8 dB above its level, so that nothing is clipped.
    const double peak = std::sqrt(3 * power_from_dbm0(level_dbm0));
    std::minstd_rand random(1);
    std::vector<std::int16_t> noise(static_cast<std::size_t>(duration.count()) * 8);
    for (auto& sample : noise) {
        const double at = static_cast<double>(random()) / static_cast<double>(std::minstd_rand::max());
        sample = static_cast<std::int16_t>(std::lround(std::clamp((2 * at - 1) * peak, -32767.0, 32767.0)));
    }
    return noise;
}

double total_level_dbm0(std::span<const std::int16_t> recording) {
    const auto signal = without_hum(recording);
    const double power = power_of_samples(signal);
    return power > 0 ? std::max(dbm0_from_power(power), -99.0) : -99;
}

double tone_level_dbm0(std::span<const std::int16_t> recording, double frequency_hz) {
    const std::vector<float> signal(recording.begin(), recording.end());
    if (signal.empty()) return -99;
    const auto fit = fit_sines(signal, std::span(&frequency_hz, 1));
    const double amplitude = fit.amplitudes[0];
    return std::max(dbm0_from_power(amplitude * amplitude / 2), -99.0);
}

MeasuredTone measure_tone(std::span<const std::int16_t> recording) {
    MeasuredTone result;
    const auto all = without_hum(recording);
    if (all.size() < 2 * settling_samples + 3 * search_samples) return result;
    const auto signal = std::span(all).subspan(settling_samples, all.size() - 2 * settling_samples);
    auto lines = spectral_lines(signal.first(search_samples), 3, 1);
    if (lines.empty()) return result;
    // Ever longer parts, so that the reach always lies within the main lobe of the fit.
    double reach_hz = 4;
    for (std::size_t length = search_samples;; length *= 2, reach_hz /= 2) {
        const std::size_t used = std::min({length, signal.size(), longest_fit});
        refine_sines(signal.first(used), lines, std::max(reach_hz, 0.4));
        if (used < length) break;
    }
    const auto part = signal.first(std::min(signal.size(), longest_fit));
    const auto fit = fit_sines(part, lines);
    result.frequency_hz = lines[0];
    result.level_dbm0 = tone_level_dbm0(recording.subspan(settling_samples, part.size()), lines[0]);
    result.signal_to_noise_db = 10 * std::log10(fit.energy / std::max(fit.total - fit.energy, 1e-3));
    return result;
}

MeasuredEcho measure_echo(std::span<const std::int16_t> sent, std::span<const std::int16_t> recorded) {
    MeasuredEcho result;
    const auto near = without_hum(sent);
    const auto far = without_hum(recorded);
    const std::size_t length = std::min(near.size(), far.size());
    if (length <= 2 * longest_lag) return result;
    // All lags must see the same samples.
    const auto reference = std::span<const float>(near).first(length - longest_lag);
    const auto heard = std::span<const float>(far).first(length);
    const double energy = product_at(reference, reference, 0);
    const double heard_energy = product_at(heard, heard, 0);
    if (energy <= 0 || heard_energy <= 0) return result;
    std::vector<double> gains(longest_lag);
    for (std::size_t lag = 0; lag < longest_lag; ++lag)
        gains[lag] = product_at(reference, heard, lag) / energy;
    const auto peak = std::max_element(gains.begin(), gains.end(),
                                       [](double a, double b) { return std::abs(a) < std::abs(b); });
    const auto at = static_cast<std::size_t>(peak - gains.begin());
    // The part of the recording that the sent signal explains, around its strongest lag: what is fitted there by
    // the gains is the echo, whatever else the line carries.
    std::vector<float> echo(reference.size() + longest_lag);
    const std::size_t first = at > echo_before ? at - echo_before : 0;
    const std::size_t last = std::min(at + echo_after, longest_lag - 1);
    for (std::size_t lag = first; lag <= last; ++lag) {
        const auto gain = static_cast<float>(gains[lag]);
        for (std::size_t i = 0; i < reference.size(); ++i)
            echo[i + lag] += gain * reference[i];
    }
    // Sent signals with a colour correlate with their own neighbourhood: scaled to what really is in the recording.
    const double model = product_at(echo, echo, 0);
    const double common = product_at(echo, heard, 0);
    if (model <= 0) return result;
    const double echo_energy = common * common / model;
    if (echo_energy < least_correlation * least_correlation * heard_energy) return result;
    result.found = true;
    result.return_loss_db = 10 * std::log10(energy / echo_energy);
    result.delay = std::chrono::microseconds(125 * static_cast<long>(at));
    return result;
}

LineVerdict judge_level(double level_dbm0, double expected_dbm0) {
    constexpr double good_db = 2;
    constexpr double fair_db = 5;
    const double off = std::abs(level_dbm0 - expected_dbm0);
    const std::string text =
        base::format("level {} dBm0, expected {}: ", decibels(level_dbm0), decibels(expected_dbm0));
    const std::string_view direction = level_dbm0 < expected_dbm0 ? "low" : "high";
    if (off <= good_db) return {LineGrade::good, text + "good"};
    if (off <= fair_db) return {LineGrade::fair, base::format("{}somewhat {}", text, direction)};
    return {LineGrade::bad, base::format("{}too {}", text, direction)};
}

LineVerdict judge_return_loss(double return_loss_db) {
    constexpr double good_db = 12;
    constexpr double fair_db = 6;
    const std::string text = base::format("return loss {} dB: ", decibels(return_loss_db));
    if (return_loss_db >= good_db) return {LineGrade::good, text + "good"};
    if (return_loss_db >= fair_db) return {LineGrade::fair, text + "low, echo may be heard"};
    return {LineGrade::bad, text + "too low, check the line's impedance (opermode)"};
}

LineVerdict judge_noise(double signal_to_noise_db) {
    constexpr double good_db = 33;
    constexpr double fair_db = 25;
    const std::string text = base::format("signal to noise {} dB: ", decibels(signal_to_noise_db));
    if (signal_to_noise_db >= good_db) return {LineGrade::good, text + "good"};
    if (signal_to_noise_db >= fair_db) return {LineGrade::fair, text + "noisy"};
    return {LineGrade::bad, text + "too noisy for fax and modems"};
}

}  // namespace tipring::dsp
