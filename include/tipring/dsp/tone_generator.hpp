// Plays a ToneSequence as linear samples. Thread: the one that owns it; produce() is real-time safe.
#pragma once

#include <cstdint>
#include <span>

#include "tipring/dsp/tone_plan.hpp"

namespace tipring::dsp {

class ToneGenerator {
  public:
    /// Copies what it needs; allocates, so never on the media thread.
    explicit ToneGenerator(const ToneSequence& tone);
    /// Fills `linear`; phase-continuous over calls. False once the sequence has ended (silence is written then).
    bool produce(std::span<std::int16_t> linear) noexcept;

  private:
    ToneSequence tone_;
    std::size_t segment_ = 0;
    std::uint32_t samples_left_ = 0;
    std::uint32_t phase1_ = 0, phase2_ = 0;
    bool ended_ = false;

    void enter_segment() noexcept;
};

}  // namespace tipring::dsp
