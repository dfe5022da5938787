// Sine by table and phase accumulator, shared by the generators. Private to dsp. Thread: any; real-time safe.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace tipring::dsp {

inline constexpr double samples_per_second = 8000;
/// Level of a sine that just reaches the overload point of A-law (G.711, note 4 to table 5 / G.101: +3.14
/// dBm0).
inline constexpr double full_scale_dbm0 = 3.14;

namespace detail {

inline constexpr std::size_t sine_table_bits = 10;

/// Taylor series around 0; exact to double precision for |x| <= pi/2.
constexpr double series_sine(double x) {
    double term = x;
    double sum = x;
    for (int n = 3; n < 24; n += 2) {
        term *= -x * x / (n * (n - 1));
        sum += term;
    }
    return sum;
}

/// One period and its first point again, so that interpolation needs no wrap.
constexpr auto make_sine_table() {
    constexpr std::size_t size = std::size_t{1} << sine_table_bits;
    constexpr double half_pi = 1.570796326794896619;
    std::array<float, size + 1> table{};
    for (std::size_t i = 0; i <= size; ++i) {
        const double quarter = static_cast<double>(i) * 4 / size;
        if (quarter <= 1) {
            table[i] = static_cast<float>(series_sine(quarter * half_pi));
        } else if (quarter <= 3) {
            table[i] = static_cast<float>(series_sine((2 - quarter) * half_pi));
        } else {
            table[i] = static_cast<float>(series_sine((quarter - 4) * half_pi));
        }
    }
    return table;
}

inline constexpr auto sine_table = make_sine_table();

}  // namespace detail

/// `phase`: 2^32 is one turn. Linear interpolation keeps the error below -100 dB.
inline float sine(std::uint32_t phase) noexcept {
    constexpr unsigned fraction_bits = 32 - detail::sine_table_bits;
    const std::size_t index = phase >> fraction_bits;
    const std::uint32_t rest = phase & ((std::uint32_t{1} << fraction_bits) - 1);
    const float fraction = static_cast<float>(rest) / static_cast<float>(std::uint32_t{1} << fraction_bits);
    const float here = detail::sine_table[index];
    return here + (detail::sine_table[index + 1] - here) * fraction;
}

/// Phase advance per sample.
inline std::uint32_t phase_step(float frequency_hz) noexcept {
    return static_cast<std::uint32_t>(static_cast<double>(frequency_hz) / samples_per_second * 4294967296.0);
}

/// Peak amplitude of a sine, in 16-bit units.
inline float amplitude_of(float level_dbm0) noexcept {
    return 32768.0F * std::pow(10.0F, (level_dbm0 - static_cast<float>(full_scale_dbm0)) / 20.0F);
}

inline std::int16_t clip_sample(float value) noexcept {
    if (value >= 32767.0F) return 32767;
    if (value <= -32768.0F) return -32768;
    return static_cast<std::int16_t>(value < 0 ? value - 0.5F : value + 0.5F);
}

}  // namespace tipring::dsp
