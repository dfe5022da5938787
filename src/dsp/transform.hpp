// Fast Fourier transform of a fixed size, tables made at construction. Private to dsp. Thread: its owner's;
// run() is real-time safe.
#pragma once

#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <utility>

namespace tipring::dsp {

template <class Real, std::size_t size>
class Transform {
  public:
    static_assert((size & (size - 1)) == 0 && size >= 4);
    using Complex = std::complex<Real>;
    using Values = std::array<Complex, size>;

    Transform() {
        for (std::size_t i = 0; i < turns_.size(); ++i) {
            const double angle = -2 * std::numbers::pi * static_cast<double>(i) / size;
            turns_[i] = {static_cast<Real>(std::cos(angle)), static_cast<Real>(std::sin(angle))};
        }
    }

    /// In place, decimation in time.
    void run(Values& values) const noexcept {
        for (std::size_t i = 1, j = 0; i < size; ++i) {
            std::size_t bit = size >> 1U;
            for (; (j & bit) != 0; bit >>= 1U)
                j ^= bit;
            j ^= bit;
            if (i < j) std::swap(values[i], values[j]);
        }
        for (std::size_t half = 1; half < size; half *= 2) {
            const std::size_t stride = size / 2 / half;
            for (std::size_t first = 0; first < size; first += 2 * half) {
                for (std::size_t i = 0; i < half; ++i) {
                    const Complex odd = times(values[first + i + half], turns_[i * stride]);
                    values[first + i + half] = values[first + i] - odd;
                    values[first + i] += odd;
                }
            }
        }
    }

  private:
    std::array<Complex, size / 2> turns_;

    /// Without the care for infinities that makes the library's product slow.
    static Complex times(const Complex& a, const Complex& b) noexcept {
        return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
    }
};

}  // namespace tipring::dsp
