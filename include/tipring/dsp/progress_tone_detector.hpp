// Recognises the call-progress tones of one country by exact frequency and cadence (one descriptor set a
// country: 425 and 440 Hz in one would merge). Thread: the one that owns it; process() is real-time safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tipring/dsp/tone_plan.hpp"

namespace tipring::dsp {

enum class ProgressTone : std::uint8_t { none, dial, busy, congestion, ringback, info, learnt };

class ProgressToneDetector {
  public:
    /// `cycles`: full cadence cycles of busy or congestion that must be heard, 2..8 (B4: 3); an information
    /// tone of three sounds and ringback need one. Dial tone must last 1 s, and longer than a ringback burst
    /// of the same frequency. Stutter and recall dial tone count as dial tone; of those with introduction
    /// bursts only what follows them must be heard, of those with a cadence two cycles.
    /// `learnt`: tones of this very line (LearntProfile::tone), named as ProgressTone::learnt after as many
    /// cycles as busy; one that sounds like a tone of the plan is named as that. One without cadence must last
    /// 10 s.
    explicit ProgressToneDetector(const TonePlan& plan, unsigned cycles = 3,
                                  const std::vector<ToneSequence>& learnt = {});
    ~ProgressToneDetector();
    ProgressToneDetector(ProgressToneDetector&&) noexcept;
    ProgressToneDetector& operator=(ProgressToneDetector&&) noexcept;
    /// The tone that is being heard now. `audible`: see ToneRecognizer::process(); a tone without cadence must be
    /// heard in one piece all the same. Real-time safe.
    ProgressTone process(std::span<const std::int16_t> linear, bool audible = true) noexcept;
    void reset() noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tipring::dsp
