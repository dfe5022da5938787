// DTMF: detector over SpanDSP's (ITU-T Q.24), generator of our own. Thread: the one that owns the object;
// members that are marked real-time safe may run on the media thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace tipring::dsp {

/// Index 0..15 of a DTMF character ("0123456789*#ABCD" in RFC 4733 order), -1 when it is none.
int dtmf_index(char digit) noexcept;
char dtmf_digit(int index) noexcept;

class DtmfDetector {
  public:
    struct Report {
        char digit = 0;        ///< the digit that is on now; 0: none
        bool changed = false;  ///< it differs from the previous block's
    };
    /// Tuned for digits over dial tone: 350 and 440 Hz are filtered off first.
    DtmfDetector();
    ~DtmfDetector();
    DtmfDetector(DtmfDetector&&) noexcept;
    DtmfDetector& operator=(DtmfDetector&&) noexcept;
    /// Real-time safe. The low group may be 6 dB louder than the high one, or 3 dB weaker; frequencies may be 1 % off; 40 ms of digit and of
    /// pause are enough; an interruption of up to 10 ms does not double a digit. At most 20 ms at a time: one
    /// change is reported a call, and another waits for the next.
    Report process(std::span<const std::int16_t> linear) noexcept;
    /// Real-time safe.
    void reset() noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

class DtmfGenerator {
  public:
    /// Real-time safe: starts (or restarts) a digit. Level per tone in dBm0: low group, high group 2 dB
    /// louder.
    void start(char digit, std::uint32_t on_samples, std::uint32_t off_samples,
               float level_dbm0 = -9.0F) noexcept;
    /// Ends the digit's sound now, keeps its pause.
    void stop() noexcept;
    bool active() const noexcept { return on_left_ + off_left_ > 0; }
    /// Real-time safe: fills `linear`, silence after the digit; the number of samples that were still part of
    /// digit and pause.
    std::size_t produce(std::span<std::int16_t> linear) noexcept;

  private:
    std::uint32_t on_left_ = 0, off_left_ = 0;
    std::uint32_t phase1_ = 0, phase2_ = 0, step1_ = 0, step2_ = 0;
    float amplitude1_ = 0, amplitude2_ = 0;
};

}  // namespace tipring::dsp
