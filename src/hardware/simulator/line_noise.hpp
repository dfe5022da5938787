// LineNoise: what a bad line adds to the sound that one end hears. Thread: the virtual board's.
#pragma once

#include <array>
#include <cstdint>
#include <random>

#include "tipring/hardware/simulator.hpp"

namespace tipring::hardware::simulator {

class LineNoise {
  public:
    using Samples = std::array<std::int16_t, block_samples>;

    explicit LineNoise(unsigned seed) : chance_(seed) {}
    /// All values within the ranges that LineImpairments names.
    static bool possible(const LineImpairments& impairments);
    void set(const LineImpairments& impairments);
    bool active() const { return active_; }
    /// `heard`: what the other end said, changed in place. `own`: what this end said in the same 10 ms, zeros
    /// when its echo is cancelled.
    void apply(Samples& heard, const Samples& own) noexcept;

  private:
    bool active_ = false;
    double gain_ = 1, echo_gain_ = 0, noise_rms_ = 0, hum_peak_ = 0;
    double hum_phase_ = 0, hum_step_ = 0;  ///< radians
    std::minstd_rand chance_;
    std::normal_distribution<double> white_;
};

}  // namespace tipring::hardware::simulator
