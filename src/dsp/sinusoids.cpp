// Least-squares fit of sines, their search in a spectrum, and the high-pass before it. Thread: any; pure.
#include "sinusoids.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "high_pass.hpp"
#include "line_noise.hpp"
#include "transform.hpp"

namespace tipring::dsp {
namespace {

constexpr double half_turn = std::numbers::pi;
constexpr std::size_t spectrum_window = 512;
constexpr std::size_t transform_size = 1024;
constexpr double lowest_line_hz = 280;
constexpr double highest_line_hz = 3400;
/// Two maxima that are nearer than the main lobe is wide are one line.
constexpr std::size_t lobe_bins = 3;

using Complex = std::complex<double>;
using Rows = std::vector<std::vector<double>>;

/// Solves the symmetric positive definite system in place; the last column becomes the solution.
bool solve(Rows& rows) {
    const std::size_t size = rows.size();
    for (std::size_t p = 0; p < size; ++p) {
        if (rows[p][p] < 1e-6) return false;
        for (std::size_t r = 0; r < size; ++r) {
            if (r == p) continue;
            const double factor = rows[r][p] / rows[p][p];
            for (std::size_t c = p; c <= size; ++c)
                rows[r][c] -= factor * rows[p][c];
        }
    }
    for (std::size_t p = 0; p < size; ++p)
        rows[p][size] /= rows[p][p];
    return true;
}

/// Cosine and sine of each frequency, one row each.
std::vector<std::vector<float>> basis(std::size_t samples, std::span<const double> frequencies_hz) {
    std::vector<std::vector<float>> rows;
    for (const double hz : frequencies_hz) {
        const Complex turn = std::polar(1.0, 2 * half_turn * hz / samples_per_second);
        Complex value = 1;
        std::vector<float> cosine(samples);
        std::vector<float> sine(samples);
        for (std::size_t i = 0; i < samples; ++i) {
            cosine[i] = static_cast<float>(value.real());
            sine[i] = static_cast<float>(value.imag());
            value = {value.real() * turn.real() - value.imag() * turn.imag(),
                     value.real() * turn.imag() + value.imag() * turn.real()};
        }
        rows.push_back(std::move(cosine));
        rows.push_back(std::move(sine));
    }
    return rows;
}

double product(std::span<const float> a, std::span<const float> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

const std::array<double, spectrum_window>& hann() {
    static const auto window = [] {
        std::array<double, spectrum_window> values{};
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] =
                0.5 - 0.5 * std::cos(2 * half_turn * (static_cast<double>(i) + 0.5) / spectrum_window);
        return values;
    }();
    return window;
}

}  // namespace

SineFit fit_sines(std::span<const float> signal, std::span<const double> frequencies_hz) {
    SineFit result;
    result.total = product(signal, signal);
    result.amplitudes.assign(frequencies_hz.size(), 0);
    const auto sines = basis(signal.size(), frequencies_hz);
    const std::size_t size = sines.size();
    Rows rows(size, std::vector<double>(size + 1));
    std::vector<double> seen(size);
    for (std::size_t r = 0; r < size; ++r) {
        for (std::size_t c = r; c < size; ++c)
            rows[r][c] = rows[c][r] = product(sines[r], sines[c]);
        seen[r] = rows[r][size] = product(sines[r], signal);
    }
    if (!solve(rows)) return result;
    for (std::size_t r = 0; r < size; ++r)
        result.energy += seen[r] * rows[r][size];
    for (std::size_t i = 0; i < frequencies_hz.size(); ++i)
        result.amplitudes[i] = std::hypot(rows[2 * i][size], rows[2 * i + 1][size]);
    return result;
}

void refine_sines(std::span<const float> signal, std::vector<double>& frequencies_hz, double reach_hz) {
    // An error of 1/200 turn over the signal's length leaves -35 dB or less unexplained.
    const double finest_hz = std::min(0.05, 0.005 * samples_per_second / static_cast<double>(signal.size()));
    double best = fit_sines(signal, frequencies_hz).energy;
    for (double step = reach_hz / 2; step > finest_hz; step /= 2) {
        for (auto& hz : frequencies_hz) {
            const double middle = hz;
            double chosen = middle;
            for (const double tried : {middle - step, middle + step}) {
                hz = tried;
                const double energy = fit_sines(signal, frequencies_hz).energy;
                if (energy > best) {
                    best = energy;
                    chosen = tried;
                }
            }
            hz = chosen;
        }
    }
}

std::vector<double> spectral_lines(std::span<const float> signal, double range_db, std::size_t most) {
    static const Transform<double, transform_size> transform;
    Transform<double, transform_size>::Values values{};
    const std::size_t count = std::min(signal.size(), spectrum_window);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = static_cast<double>(signal[i]) * hann()[i];
    transform.run(values);
    std::array<double, transform_size / 2> powers{};
    for (std::size_t i = 0; i < powers.size(); ++i)
        powers[i] = std::norm(values[i]);
    constexpr double bin_hz = samples_per_second / transform_size;
    constexpr auto first = static_cast<std::size_t>(lowest_line_hz / bin_hz);
    constexpr auto last = static_cast<std::size_t>(highest_line_hz / bin_hz);
    std::vector<std::size_t> peaks;
    for (std::size_t i = first; i <= last; ++i) {
        if (powers[i] > powers[i - 1] && powers[i] >= powers[i + 1]) peaks.push_back(i);
    }
    std::sort(peaks.begin(), peaks.end(), [&](auto a, auto b) { return powers[a] > powers[b]; });
    std::vector<std::size_t> chosen;
    for (const std::size_t peak : peaks) {
        if (chosen.size() == most || powers[peak] < powers[peaks[0]] * std::pow(10, -range_db / 10)) break;
        const bool near = std::any_of(chosen.begin(), chosen.end(), [&](std::size_t other) {
            return std::max(peak, other) - std::min(peak, other) < lobe_bins;
        });
        if (!near) chosen.push_back(peak);
    }
    std::vector<double> found;
    for (const std::size_t peak : chosen) {
        // A parabola through the logarithms; exact enough for a start, as a Hann lobe nearly is one.
        const double left = std::log(powers[peak - 1] + 1e-9);
        const double middle = std::log(powers[peak] + 1e-9);
        const double right = std::log(powers[peak + 1] + 1e-9);
        const double bend = left - 2 * middle + right;
        const double shift = bend < 0 ? 0.5 * (left - right) / bend : 0;
        found.push_back((static_cast<double>(peak) + shift) * bin_hz);
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<float> without_hum(std::span<const std::int16_t> linear) {
    HumFilter filter;
    std::vector<float> out;
    out.reserve(linear.size());
    for (const auto sample : linear)
        out.push_back(filter.push(sample));
    return out;
}

}  // namespace tipring::dsp
