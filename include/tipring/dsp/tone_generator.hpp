// Plays a ToneSequence as linear samples. Thread: the one that owns it; produce() is real-time safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "tipring/dsp/tone_plan.hpp"

namespace tipring::dsp {

class ToneGenerator {
  public:
    /// Copies what it needs; allocates, so never on the media thread. Never throws for a strange sequence:
    /// one that takes no time at all has ended at once.
    explicit ToneGenerator(const ToneSequence& tone);
    /// Fills `linear`; phase-continuous over calls. False once the sequence has ended (silence is written
    /// then).
    bool produce(std::span<std::int16_t> linear) noexcept;

  private:
    ToneSequence tone_;
    std::size_t segment_ = 0;
    std::uint32_t samples_left_ = 0;
    bool endless_ = false;
    bool ended_ = false;
    std::array<std::uint32_t, 4> phases_{}, steps_{};
    float amplitude_ = 0;

    void enter_segment() noexcept;
    void next_segment() noexcept;
    void fill(std::span<std::int16_t> linear) noexcept;
    void fill_modulated(std::span<std::int16_t> linear) noexcept;
};

}  // namespace tipring::dsp
