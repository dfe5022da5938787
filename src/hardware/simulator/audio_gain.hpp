// AudioGain: a gain on companded samples by a table of 256 octets, as the driver applies its gains. Thread:
// any.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "tipring/dsp/g711.hpp"

namespace tipring::hardware::simulator {

class AudioGain {
  public:
    /// `gain_db`: -24..+12; samples that overflow are clipped.
    void set(dsp::Law law, double gain_db);
    void apply(std::span<std::uint8_t> octets) const noexcept;

  private:
    bool active_ = false;
    std::array<std::uint8_t, 256> table_{};
};

}  // namespace tipring::hardware::simulator
