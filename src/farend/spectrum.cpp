// Spectrum by a fast Fourier transform with a Hann window, then refined: the far ends also run on an emulated
// processor, where a sum for each frequency takes too long. Thread: any; pure.
#include "spectrum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace tipring::farend {
namespace {

constexpr double lowest_hz = 200;
constexpr double highest_hz = 3400;
constexpr double apart_hz = 20;
/// Amplitude of -45 dBm0.
constexpr double least_amplitude = 128;
constexpr double least_second = 0.1;
/// A tone's share of the windowed energy; noise and speech spread theirs.
constexpr double least_share = 0.08;
constexpr double two_pi = 2 * std::numbers::pi;

std::vector<float> windowed(std::span<const std::int16_t> samples) {
    std::vector<float> out(samples.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double window =
            1 - std::cos(two_pi * (static_cast<double>(i) + 0.5) / static_cast<double>(out.size()));
        out[i] = static_cast<float>(static_cast<double>(samples[i]) * window);
    }
    return out;
}

/// Amplitude of a sine of that frequency (Goertzel).
double amplitude(const std::vector<float>& samples, double hz) {
    const auto factor = static_cast<float>(2 * std::cos(two_pi * hz / 8000));
    float before = 0;
    float last = 0;
    for (const float sample : samples) {
        const float next = sample + factor * last - before;
        before = last;
        last = next;
    }
    const float power = last * last + before * before - factor * last * before;
    return 2 * std::sqrt(std::max(0.0, static_cast<double>(power))) / static_cast<double>(samples.size());
}

/// In place, decimation in frequency: bin k comes out where k's bits read backwards.
void transform(std::span<std::complex<float>> values) {
    const std::size_t half = values.size() / 2;
    if (half == 0) return;
    const auto turn = std::polar(1.0, -std::numbers::pi / static_cast<double>(half));
    std::complex<double> phasor = 1;
    for (std::size_t i = 0; i < half; ++i, phasor *= turn) {
        const auto sum = values[i] + values[i + half];
        const auto difference = values[i] - values[i + half];
        values[i] = sum;
        values[i + half] = difference * std::complex<float>(phasor);
    }
    transform(values.first(half));
    transform(values.last(half));
}

struct Spectrum {
    double step_hz;
    std::vector<double> amplitudes;  ///< from 0 Hz
};

Spectrum spectrum_of(const std::vector<float>& samples) {
    const std::size_t size = std::bit_ceil(samples.size());
    std::vector<std::complex<float>> values(size);
    std::copy(samples.begin(), samples.end(), values.begin());
    transform(values);
    Spectrum result{8000.0 / static_cast<double>(size), std::vector<double>(size / 2)};
    const int bits = std::countr_zero(size);
    for (std::size_t i = 0; i < result.amplitudes.size(); ++i) {
        std::size_t reversed = 0;
        for (int bit = 0; bit < bits; ++bit)
            reversed |= (i >> bit & 1) << (bits - 1 - bit);
        result.amplitudes[i] =
            2 * static_cast<double>(std::abs(values[reversed])) / static_cast<double>(samples.size());
    }
    return result;
}

double refined(const std::vector<float>& samples, double hz, double step_hz) {
    double best = hz;
    double most = 0;
    for (double at = hz - step_hz; at <= hz + step_hz; at += 0.5) {
        const double here = amplitude(samples, at);
        if (here > most) {
            most = here;
            best = at;
        }
    }
    return best;
}

}  // namespace

std::pair<double, double> strongest_tones(std::span<const std::int16_t> input) {
    if (input.empty()) return {0, 0};
    const auto samples = windowed(input);
    double energy = 0;
    for (const float sample : samples)
        energy += static_cast<double>(sample) * static_cast<double>(sample);
    // A windowed sine of amplitude A has 3/4 A^2 a sample.
    const double all = std::sqrt(energy / static_cast<double>(samples.size()) * 4 / 3);
    if (all < least_amplitude) return {0, 0};

    const Spectrum whole = spectrum_of(samples);
    const auto& spectrum = whole.amplitudes;
    const double step_hz = whole.step_hz;
    const auto hz_of = [step_hz](std::size_t index) { return step_hz * static_cast<double>(index); };
    std::vector<std::size_t> peaks;
    for (std::size_t i = 1; i + 1 < spectrum.size(); ++i) {
        if (hz_of(i) < lowest_hz || hz_of(i) > highest_hz) continue;
        if (spectrum[i] >= spectrum[i - 1] && spectrum[i] > spectrum[i + 1]) peaks.push_back(i);
    }
    std::sort(peaks.begin(), peaks.end(),
              [&](std::size_t a, std::size_t b) { return spectrum[a] > spectrum[b]; });
    const auto stands_out = [&](double value) {
        return value >= least_amplitude && value * value >= least_share * all * all;
    };
    if (peaks.empty() || !stands_out(spectrum[peaks[0]])) return {0, 0};
    const double first = refined(samples, hz_of(peaks[0]), step_hz);
    for (const std::size_t peak : peaks) {
        const bool strong =
            spectrum[peak] >= least_second * spectrum[peaks[0]] && spectrum[peak] >= least_amplitude;
        if (strong && std::abs(hz_of(peak) - first) >= apart_hz)
            return {first, refined(samples, hz_of(peak), step_hz)};
    }
    return {first, 0};
}

}  // namespace tipring::farend
