// SoundMeter: least-squares fit of a few steady frequencies to the last 30 ms. Thread: its owner's.
#include "sound_meter.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sine.hpp"

namespace tipring::dsp {
namespace {

constexpr double pi = std::numbers::pi;
/// Nothing below can be heard on a line (its high-pass is at 300 Hz); Japan's 15 Hz is a modulation in
/// disguise.
constexpr float lowest_audible_hz = 100;
/// Share of the energy that must be the sound's.
constexpr float pure_enough = 0.8F;
constexpr float balance = 0.158F;  ///< -8 dB between the frequencies of a pair
/// Power of one side band against the carrier: 0.2 at 90 % modulation.
constexpr float least_sideband = 0.02F;
constexpr float most_sideband = 0.6F;
/// -15 dB below the last tone is its pause, whatever noise the line has.
constexpr float pause_below_tone = 0.0316F;
/// The last tone's level is forgotten with 6 dB a second.
constexpr float forget_per_hop = 0.9862F;

float power_of(float level_dbm0) {
    const float amplitude = amplitude_of(level_dbm0);
    return amplitude * amplitude / 2;
}

const float least_tone_power = power_of(-40);

/// Sum of e^(j d n) over `count` samples centred on zero.
double dirichlet(double radians_per_sample, double count) {
    const double half = radians_per_sample / 2;
    return std::abs(half) < 1e-9 ? count : std::sin(count * half) / std::sin(half);
}

template <class Matrix>
void invert(Matrix& matrix, std::size_t size) {
    std::array<std::array<double, 8>, 4> rows{};
    for (std::size_t r = 0; r < size; ++r) {
        for (std::size_t c = 0; c < size; ++c)
            rows[r][c] = matrix[r][c];
        rows[r][size + r] = 1;
    }
    // The matrix is positive definite (distinct frequencies), so no pivoting is needed.
    for (std::size_t p = 0; p < size; ++p) {
        const double pivot = rows[p][p];
        for (auto& value : rows[p])
            value /= pivot;
        for (std::size_t r = 0; r < size; ++r) {
            if (r == p) continue;
            const double factor = rows[r][p];
            for (std::size_t c = 0; c < 2 * size; ++c)
                rows[r][c] -= factor * rows[p][c];
        }
    }
    for (std::size_t r = 0; r < size; ++r) {
        for (std::size_t c = 0; c < size; ++c)
            matrix[r][c] = static_cast<float>(rows[r][size + c]);
    }
}

}  // namespace

SoundMeter::SoundMeter(float silence_dbm0) : silence_power_(power_of(silence_dbm0)) {}

std::size_t SoundMeter::correlator(float frequency_hz) {
    for (std::size_t i = 0; i < correlators_.size(); ++i) {
        if (std::abs(correlators_[i].frequency_hz - frequency_hz) < 0.5F) return i;
    }
    Correlator made;
    made.frequency_hz = frequency_hz;
    const double step = 2 * pi * static_cast<double>(frequency_hz) / samples_per_second;
    for (std::size_t i = 0; i < hop_samples; ++i) {
        const double phase = step * (static_cast<double>(i) - (hop_samples - 1) / 2.0);
        made.cosine[i] = static_cast<float>(std::cos(phase));
        made.sine[i] = static_cast<float>(std::sin(phase));
    }
    made.turn = Complex(std::polar(1.0, -step * hop_samples));
    correlators_.push_back(made);
    return correlators_.size() - 1;
}

int SoundMeter::add(const ToneSegment& segment) {
    Sound sound;
    const auto use = [&sound](float frequency_hz) {
        const auto end = sound.frequencies.begin() + static_cast<std::ptrdiff_t>(sound.components);
        const bool known = std::any_of(sound.frequencies.begin(), end,
                                       [&](float used) { return std::abs(used - frequency_hz) < 10; });
        if (frequency_hz >= lowest_audible_hz && !known) sound.frequencies[sound.components++] = frequency_hz;
    };
    use(segment.frequency1_hz);
    if (segment.modulated && sound.components == 1 && segment.frequency2_hz >= 10) {
        use(segment.frequency1_hz - segment.frequency2_hz);
        use(segment.frequency1_hz + segment.frequency2_hz);
        sound.modulated = sound.components == 3;
    } else if (!segment.modulated) {
        use(segment.frequency2_hz);
        use(segment.frequency3_hz);
        use(segment.frequency4_hz);
    }
    if (sound.components == 0) return silence;
    for (std::size_t i = 0; i < sounds_.size(); ++i) {
        if (sounds_[i].modulated == sound.modulated && sounds_[i].frequencies == sound.frequencies)
            return static_cast<int>(i);
    }
    for (std::size_t r = 0; r < sound.components; ++r) {
        sound.correlators[r] = correlator(sound.frequencies[r]);
        for (std::size_t c = 0; c < sound.components; ++c) {
            const double apart = static_cast<double>(sound.frequencies[r] - sound.frequencies[c]);
            sound.inverse[r][c] =
                static_cast<float>(dirichlet(2 * pi * apart / samples_per_second, window_hops * hop_samples));
        }
    }
    invert(sound.inverse, sound.components);
    sounds_.push_back(sound);
    return static_cast<int>(sounds_.size()) - 1;
}

void SoundMeter::filter(std::span<const std::int16_t, hop_samples> linear,
                        std::array<float, hop_samples>& out) noexcept {
    // Second-order Butterworth high-pass at 200 Hz: takes off hum and offset.
    constexpr float b0 = 0.894859F;
    constexpr float b1 = -1.789718F;
    constexpr float a1 = -1.778631F;
    constexpr float a2 = 0.800803F;
    for (std::size_t i = 0; i < hop_samples; ++i) {
        const auto in = static_cast<float>(linear[i]);
        const float value = b0 * in + filter_[0];
        filter_[0] = b1 * in - a1 * value + filter_[1];
        filter_[1] = b0 * in - a2 * value;
        out[i] = value;
    }
}

void SoundMeter::correlate(const std::array<float, hop_samples>& samples) noexcept {
    for (auto& each : correlators_) {
        float in_phase = 0;
        float quadrature = 0;
        for (std::size_t i = 0; i < hop_samples; ++i) {
            in_phase += samples[i] * each.cosine[i];
            quadrature -= samples[i] * each.sine[i];
        }
        each.hops = {each.hops[1], each.hops[2], Complex(in_phase, quadrature)};
        // Phases are referred to the middle of the window, so that the Gram matrix is real and constant.
        each.window = each.hops[0] * std::conj(each.turn) + each.hops[1] + each.hops[2] * each.turn;
    }
}

bool SoundMeter::balanced(const Sound& sound, const std::array<float, most_components>& powers) noexcept {
    if (sound.modulated) {
        const float carrier = powers[0];
        return std::min(powers[1], powers[2]) >= least_sideband * carrier &&
               std::max(powers[1], powers[2]) <= most_sideband * carrier;
    }
    const auto end = powers.begin() + static_cast<std::ptrdiff_t>(sound.components);
    const auto [least, most] = std::minmax_element(powers.begin(), end);
    return *least >= balance * *most;
}

SoundMeter::Fit SoundMeter::fit(const Sound& sound) const noexcept {
    std::array<float, most_components> powers{};
    float projection = 0;
    for (std::size_t r = 0; r < sound.components; ++r) {
        Complex amplitude;
        for (std::size_t c = 0; c < sound.components; ++c) {
            amplitude += sound.inverse[r][c] * correlators_[sound.correlators[c]].window;
        }
        const Complex& seen = correlators_[sound.correlators[r]].window;
        projection += seen.real() * amplitude.real() + seen.imag() * amplitude.imag();
        powers[r] = std::norm(amplitude);
    }
    return {balanced(sound, powers), 2 * projection};
}

int SoundMeter::push(std::span<const std::int16_t, hop_samples> linear) noexcept {
    std::array<float, hop_samples> samples;
    filter(linear, samples);
    correlate(samples);
    float energy = 0;
    for (const float sample : samples)
        energy += sample * sample;
    energies_ = {energies_[1], energies_[2], energy};
    tone_power_ *= forget_per_hop;
    if (warm_up_ > 0 && --warm_up_ > 0) return other;

    if (energy / hop_samples < std::max(silence_power_, tone_power_ * pause_below_tone)) return silence;
    const float total = energies_[0] + energies_[1] + energies_[2];
    float best = pure_enough * total;
    int found = other;
    for (std::size_t i = 0; i < sounds_.size(); ++i) {
        const Fit found_fit = fit(sounds_[i]);
        if (found_fit.balanced && found_fit.energy >= best) {
            best = found_fit.energy;
            found = static_cast<int>(i);
        }
    }
    const float power = best / (window_hops * hop_samples);
    if (found == other || power < least_tone_power) return other;
    tone_power_ = power;
    return found;
}

void SoundMeter::reset() noexcept {
    for (auto& each : correlators_)
        each.hops = {};
    energies_ = {};
    filter_ = {};
    tone_power_ = 0;
    warm_up_ = window_hops;
}

}  // namespace tipring::dsp
