// Answer supervision by voice (features B5): somebody speaks on the exchange line. Thread: the one that owns
// it; process() and reset() are real-time safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace tipring::dsp {

/// Voice is sound whose spectrum changes within a burst: speech, music, announcements. Call-progress tones of
/// any country, known or not, keep theirs from a burst's beginning to its end, and hum and noise do not stand
/// out of themselves. A fax machine's or modem's steady answer tone is no voice.
class VoiceDetector {
  public:
    VoiceDetector();
    ~VoiceDetector();
    VoiceDetector(VoiceDetector&&) noexcept;
    VoiceDetector& operator=(VoiceDetector&&) noexcept;
    /// True while there is a voice, and for 500 ms after it. Real-time safe.
    bool process(std::span<const std::int16_t> linear) noexcept;
    /// Real-time safe: as new.
    void reset() noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tipring::dsp
