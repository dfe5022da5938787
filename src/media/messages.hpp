// What crosses between core and media: commands one way, events and returned objects the other. All plain
// bytes; objects go as pointers whose ownership is written at each command.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "returnable.hpp"
#include "socket_address.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/base/spsc_ring.hpp"
#include "tipring/dsp/progress_tone_detector.hpp"
#include "tipring/dsp/silence_detector.hpp"
#include "tipring/dsp/tone_generator.hpp"
#include "tipring/dsp/voice_detector.hpp"
#include "tipring/media/engine.hpp"

namespace tipring::media {

class Endpoint;

/// RtpOptions as the media thread wants them.
struct RtpSettings {
    dsp::Law codec = dsp::Law::alaw;
    unsigned packet_blocks = 2;
    std::optional<std::uint8_t> send_event_type, receive_event_type;
    bool send = true, receive = true, conceal = true;
    unsigned jitter_min_ms = 20, jitter_max_ms = 200;
    std::chrono::milliseconds timeout{0};
    std::array<char, 255> cname{};
    std::size_t cname_length = 0;

    std::string_view cname_text() const noexcept { return {cname.data(), cname_length}; }
};

class SettingsBox final : public Returnable {
  public:
    explicit SettingsBox(const RtpSettings& value) : settings(value) {}
    RtpSettings settings;
};

class ToneBox final : public Returnable {
  public:
    explicit ToneBox(const dsp::ToneSequence& tone) : generator(tone) {}
    dsp::ToneGenerator generator;
};

class ClipBox final : public Returnable {
  public:
    explicit ClipBox(dsp::Samples samples) : samples_(std::move(samples)) {}
    /// The next samples, silence after the last one. False: these are the last.
    bool produce(std::span<std::int16_t> linear) noexcept {
        const std::size_t count = std::min(linear.size(), samples_.size() - position_);
        std::copy_n(samples_.data() + position_, count, linear.begin());
        std::fill(linear.begin() + static_cast<std::ptrdiff_t>(count), linear.end(), std::int16_t{0});
        position_ += count;
        return position_ < samples_.size();
    }

  private:
    const dsp::Samples samples_;
    std::size_t position_ = 0;
};

class CaptureBox final : public Returnable {
  public:
    CaptureBox(EndpointId of, std::size_t samples) : endpoint(of), samples_(samples) {}
    /// False: it is full.
    bool take(std::span<const std::int16_t> linear) noexcept {
        const std::size_t count = std::min(linear.size(), samples_.size() - filled_);
        std::copy_n(linear.begin(), count, samples_.data() + filled_);
        filled_ += count;
        return filled_ < samples_.size();
    }
    /// Core, once it is back.
    dsp::Samples recorded() {
        samples_.resize(filled_);
        return std::move(samples_);
    }
    const EndpointId endpoint;

  private:
    dsp::Samples samples_;
    std::size_t filled_ = 0;
};

class DetectorBox final : public Returnable {
  public:
    bool dtmf = false;
    std::optional<dsp::ProgressToneDetector> progress;
    std::optional<dsp::CallerIdReceiver> caller_id;
    std::optional<dsp::VoiceDetector> voice;
    bool voice_told = false;
    /// Both or none: of the audio from outside, and of that towards it.
    std::optional<dsp::SilenceDetector> silence_in, silence_out;
    bool silence_told = false;
};

struct Command {
    enum class Kind : std::uint8_t {
        add,     ///< the media thread uses the endpoint until it returns it
        remove,  ///< the endpoint comes back on the return stack, with what hangs on it
        start_line,
        stop_line,
        connect,  ///< endpoint and other
        part,     ///< endpoint and other, when they are connected to each other
        disconnect,
        play_tone,  ///< object: ToneBox, returned when replaced, stopped or ended
        stop_tone,
        play_clip,  ///< object: ClipBox, returned when replaced, stopped or ended
        stop_clip,
        start_capture,  ///< object: CaptureBox, returned when replaced, stopped or full
        stop_capture,
        start_bit_test,  ///< object: BitTestBox, returned when replaced or stopped
        stop_bit_test,
        set_muted,      ///< on
        send_digits,    ///< object: DigitString, returned when finished
        set_detectors,  ///< object: DetectorBox, returned when replaced
        set_remote,     ///< rtp, rtcp
        update_rtp,     ///< object: SettingsBox, returned at once
    };
    Kind kind = Kind::add;
    Endpoint* endpoint = nullptr;
    Endpoint* other = nullptr;
    Returnable* object = nullptr;
    bool on = false;
    SocketAddress rtp, rtcp;
};

/// The event ring has several for each endpoint.
static_assert(sizeof(Event) <= 128);

/// The media thread's way to the core. Events may be lost when the core does not fetch them (counted);
/// returned objects never.
class Notifier {
  public:
    explicit Notifier(std::size_t capacity) : events_(capacity) {}

    /// Media thread.
    void emit(const Event& event) noexcept {
        if (!events_.push(event)) lost_.fetch_add(1, std::memory_order_relaxed);
        dirty_ = true;
    }
    void give_back(Returnable* object) noexcept {
        if (object == nullptr) return;
        returns_.push(*object);
        dirty_ = true;
    }
    /// Once a tick: one wake-up for all that was said.
    void flush() noexcept {
        if (!dirty_) return;
        dirty_ = false;
        wake_.notify();
    }
    void wake() noexcept { dirty_ = true; }

    /// Core thread.
    base::SpscRing<Event>& events() noexcept { return events_; }
    ReturnStack& returns() noexcept { return returns_; }
    const base::EventFd& descriptor() const noexcept { return wake_; }
    std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

  private:
    base::SpscRing<Event> events_;
    ReturnStack returns_;
    base::EventFd wake_;
    std::atomic<std::uint64_t> lost_{0};
    bool dirty_ = false;
};

/// A counter with one writer (the media thread) that the core reads at any time.
template <class T>
class Gauge {
  public:
    void set(T value) noexcept { value_.store(value, std::memory_order_relaxed); }
    void add(T value) noexcept { set(get() + value); }
    T get() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<T> value_{};
    static_assert(std::atomic<T>::is_always_lock_free);
};
using Counter = Gauge<std::uint64_t>;

}  // namespace tipring::media
