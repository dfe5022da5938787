// Says that a line has been silent for so long. Thread: the one that owns it; process() and reset() are
// real-time safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

namespace tipring::dsp {

/// Silent is what stays below -50 dBm0 (below 200 Hz nothing counts: hum), or, on a noisy line, within 6 dB of
/// the lowest level of the last seconds, up to -38 dBm0: comfort noise. Clicks shorter than 60 ms do not end a
/// silence.
class SilenceDetector {
  public:
    explicit SilenceDetector(std::chrono::milliseconds limit);
    ~SilenceDetector();
    SilenceDetector(SilenceDetector&&) noexcept;
    SilenceDetector& operator=(SilenceDetector&&) noexcept;
    /// True while the line has been silent for the limit or longer. Real-time safe.
    bool process(std::span<const std::int16_t> linear) noexcept;
    /// How long it has been silent; 10 ms steps.
    std::chrono::milliseconds silent_for() const noexcept;
    /// Real-time safe: as new.
    void reset() noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tipring::dsp
