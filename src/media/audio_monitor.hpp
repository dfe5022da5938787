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
        bool dtmf = false;  ///< somebody wants digits
        bool deaf = false;  ///< we sound a digit ourselves: its echo must not be taken for one
        /// We sound a tone or a clip ourselves: its echo must not be taken for caller ID. (Call-progress tones
        /// are told from it by its power.)
        bool own_voice = false;
        bool conference = false;  ///< no call-progress tone can be told from what the others say
    };
    struct Digit {
        char now = 0;  ///< 0: none
        bool changed = false;
    };

    AudioMonitor(EndpointId endpoint, Notifier& notifier) noexcept
        : endpoint_(endpoint), notifier_(notifier) {}
    ~AudioMonitor() {
        delete detectors_;
        delete capture_;
    }
    AudioMonitor(const AudioMonitor&) = delete;
    AudioMonitor& operator=(const AudioMonitor&) = delete;

    /// The set that was there before goes back to the core.
    void set(DetectorBox* detectors) noexcept;
    bool reports_dtmf() const noexcept { return detectors_ != nullptr && detectors_->dtmf; }
    /// The recording that was there before goes back to the core, and is not reported.
    void capture(CaptureBox* into) noexcept;
    /// What was recorded goes back to the core, and is reported. Nothing, when nothing is being recorded.
    void stop_capture() noexcept;
    /// Decodes only when a recogniser or a recording runs. Reports tones (and digits where wanted) to the
    /// core.
    Digit observe(const Block& block, const Wish& wish) noexcept;
    /// What sounds towards the outside. Looked at only when a recogniser asks for it.
    void observe_own(const Block& block, bool own_voice) noexcept;
    /// The audio is interrupted.
    void reset() noexcept;

  private:
    /// The hybrid's echo of our own digit has died away after this.
    static constexpr unsigned deaf_blocks = 6;
    /// The echo of what we send comes later, by the lead of the write queue and the board's: the level that it
    /// is compared with falls by 1 dB in 10 ms. Louder than 6 dB below that no echo is.
    static constexpr double own_power_fade = 0.8, loudest_echo = 0.25;
    /// While a burst of our own tone sounds, and its echo after it, the detector of call-progress tones is told
    /// that nobody could listen: it puts the other side's cadence together from our pauses. Mean square: the echo
    /// of less than this (-39 dBm0) is silence for it.
    static constexpr double quietest_own_tone = 33000;
    static constexpr unsigned echo_blocks = 12;
    /// Longer than every burst of ringback. A tone that lasts (dial tone) has no pauses: what is no louder than its
    /// echo counts as silence then.
    static constexpr unsigned lasting_blocks = 450;

    EndpointId endpoint_;
    Notifier& notifier_;
    DetectorBox* detectors_ = nullptr;
    CaptureBox* capture_ = nullptr;
    dsp::DtmfDetector dtmf_;
    char digit_ = 0;
    bool dtmf_running_ = false, progress_running_ = false, caller_id_running_ = false;
    unsigned deaf_left_ = 0;
    HeardTone heard_ = HeardTone::none;
    bool own_silent_ = false;
    double own_power_ = 0;          ///< highest mean square of the last blocks sent, fading
    double own_tone_power_ = 0;     ///< the same of a tone or clip of our own
    unsigned own_tone_left_ = 0;    ///< > 0: its echo may be heard
    unsigned own_tone_blocks_ = 0;  ///< how long that has been so

    Event event_of(EventKind kind) const noexcept;
    char detect_digit(const Linear& linear) noexcept;
    void detect_tone(const Linear& linear) noexcept;
    void receive_caller_id(const Linear& linear) noexcept;
    void detect_voice(const Linear& linear) noexcept;
    void detect_silence(const Linear& linear) noexcept;
    bool wants_voice() const noexcept {
        return detectors_ != nullptr && detectors_->voice && !detectors_->voice_told;
    }
    bool wants_silence() const noexcept { return detectors_ != nullptr && detectors_->silence_in; }
    void hear(HeardTone tone) noexcept;
};

}  // namespace tipring::media
