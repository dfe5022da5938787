// AudioMonitor: the recognisers on the audio that comes from outside of an endpoint. Thread: media; real-time
// safe (objects are built by the core).
#pragma once

#include "block.hpp"
#include "messages.hpp"
#include "tipring/dsp/dtmf.hpp"

namespace tipring::media {

class AudioMonitor {
  public:
    struct Wish {
        bool dtmf = false;      ///< somebody wants digits
        bool deaf = false;      ///< we sound a digit ourselves: its echo must not be taken for one
        bool own_tone = false;  ///< we sound a tone ourselves: its echo must not be taken for progress
    };
    struct Digit {
        char now = 0;  ///< 0: none
        bool changed = false;
    };

    AudioMonitor(EndpointId endpoint, Notifier& notifier) noexcept
        : endpoint_(endpoint), notifier_(notifier) {}
    ~AudioMonitor() { delete detectors_; }
    AudioMonitor(const AudioMonitor&) = delete;
    AudioMonitor& operator=(const AudioMonitor&) = delete;

    /// The set that was there before goes back to the core.
    void set(DetectorBox* detectors) noexcept;
    bool reports_dtmf() const noexcept { return detectors_ != nullptr && detectors_->dtmf; }
    /// Decodes only when a recogniser runs. Reports tones (and digits where wanted) to the core.
    Digit observe(const Block& block, const Wish& wish) noexcept;
    /// The audio is interrupted.
    void reset() noexcept;

  private:
    /// The hybrid's echo of our own digit has died away after this.
    static constexpr unsigned deaf_blocks = 6;

    EndpointId endpoint_;
    Notifier& notifier_;
    DetectorBox* detectors_ = nullptr;
    dsp::DtmfDetector dtmf_;
    char digit_ = 0;
    bool dtmf_running_ = false, progress_running_ = false;
    unsigned deaf_left_ = 0;
    HeardTone heard_ = HeardTone::none;

    char detect_digit(const Linear& linear) noexcept;
    void detect_tone(const Linear& linear) noexcept;
    void hear(HeardTone tone) noexcept;
};

}  // namespace tipring::media
