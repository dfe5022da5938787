// PortAudio: what every connected far end does with sound: plays, records, sends and detects DTMF, listens.
// Private to farend. AudioPortOf<Interface> gives a model (Telephone, CentralOffice, IsdnCall) its AudioPort
// members from one PortAudio. Thread: exchange(), connected(), disconnected() and set_tone() are called on
// the far-end thread; all else from any thread.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tipring/dsp/dtmf.hpp"
#include "tipring/dsp/g711.hpp"
#include "tipring/dsp/tone_generator.hpp"
#include "tipring/dsp/tone_recognizer.hpp"
#include "tipring/farend/far_end.hpp"

namespace tipring::farend {

class PortAudio {
  public:
    using Block = std::array<std::uint8_t, hardware::block_samples>;
    using Milliseconds = std::chrono::milliseconds;

    PortAudio(dsp::Law law, const dsp::TonePlan& tones);

    /// A new connection: what was heard before counts no longer for tones. Clip, recording and digits stay.
    void connected();
    /// Ends tone and DTMF; a clip that plays is stopped, and whoever waits for its end goes on.
    void disconnected();
    /// One block heard and one to say. Both in the law of the channel.
    void exchange(const Block& heard, Block& said);
    /// One block heard by somebody who has not lifted: only on_samples() gets it, and of a silence only the
    /// beginning.
    void overhear(const Block& heard);
    /// While muted, nothing but signals and DTMF is said, and nothing is heard but by on_samples().
    void set_muted(bool muted) { muted_ = muted; }
    /// Says this before all else: caller ID and the like. Replaces the one before.
    void send_signal(Clip signal);
    bool signal_sent() const { return signal_position_ >= signal_.size(); }
    /// Called on the far-end thread for each block that comes, before anything else is done with it.
    void on_samples(std::function<void(std::span<const std::int16_t>)> callback) {
        on_samples_ = std::move(callback);
    }
    /// Plays a tone instead of clip and silence; nothing ends it. DTMF goes before tone, tone before clip.
    void set_tone(const dsp::ToneSequence* tone);
    /// Called on the far-end thread, without any lock held, for each digit that was detected.
    void on_digit(std::function<void(char)> callback) { on_digit_ = std::move(callback); }

    void play(Clip clip, bool loop);
    void stop_playing();
    void start_recording();
    std::size_t recorded() const;
    Clip stop_recording();
    Hearing hearing() const;
    bool wait_for_tone(std::string_view tone, Milliseconds limit);
    bool wait_playing_done(Milliseconds limit);
    /// Characters that are no DTMF digits are left out.
    void send_dtmf(std::string_view digits, Milliseconds on, Milliseconds off);
    std::string digits() const;
    void clear_digits();
    bool wait_digits(std::string_view digits, Milliseconds limit);

  private:
    static constexpr std::size_t hearing_samples = 1600;  ///< 200 ms
    using Samples = std::array<std::int16_t, hardware::block_samples>;

    struct Digit {
        char digit;
        std::uint32_t on_samples, off_samples;
    };

    const dsp::Law law_;
    dsp::ToneRecognizer recognizer_;  ///< far-end thread only
    dsp::DtmfDetector detector_;      ///< far-end thread only
    std::function<void(char)> on_digit_;
    std::function<void(std::span<const std::int16_t>)> on_samples_;
    unsigned still_blocks_ = 0;
    bool muted_ = false;  ///< these four: far-end thread only
    Clip signal_;
    std::size_t signal_position_ = 0;

    mutable std::mutex mutex_;  ///< guards all below
    mutable std::condition_variable changed_;
    Clip clip_;
    std::size_t clip_position_ = 0;
    bool clip_loops_ = false;
    bool playing_ = false;
    std::optional<dsp::ToneGenerator> tone_;
    std::deque<Digit> digits_to_send_;
    dsp::DtmfGenerator dtmf_;
    bool recording_ = false;
    Clip recorded_;
    std::string digits_;
    int heard_tone_ = -1;
    std::array<std::int16_t, hearing_samples> last_heard_{};
    std::size_t last_heard_next_ = 0;

    void listen(const Samples& heard);
    void speak(Samples& said);
    void speak_signal(std::span<std::int16_t>& said);
    void speak_dtmf(std::span<std::int16_t>& said);
    void speak_clip(std::span<std::int16_t> said);
};

/// Model = Interface (derived from AudioPort) + PortAudio.
template <class Interface>
class AudioPortOf : public Interface {
  public:
    AudioPortOf(dsp::Law law, const dsp::TonePlan& tones) : audio_(law, tones) {}

    void play(Clip clip, bool loop) override { audio_.play(std::move(clip), loop); }
    void stop_playing() override { audio_.stop_playing(); }
    void start_recording() override { audio_.start_recording(); }
    std::size_t recorded() const override { return audio_.recorded(); }
    Clip stop_recording() override { return audio_.stop_recording(); }
    Hearing hearing() const override { return audio_.hearing(); }
    bool wait_for_tone(std::string_view tone, std::chrono::milliseconds limit) override {
        return audio_.wait_for_tone(tone, limit);
    }
    bool wait_playing_done(std::chrono::milliseconds limit) override {
        return audio_.wait_playing_done(limit);
    }
    void send_dtmf(std::string_view digits, std::chrono::milliseconds on,
                   std::chrono::milliseconds off) override {
        audio_.send_dtmf(digits, on, off);
    }
    std::string digits() const override { return audio_.digits(); }
    void clear_digits() override { audio_.clear_digits(); }
    bool wait_digits(std::string_view digits, std::chrono::milliseconds limit) override {
        return audio_.wait_digits(digits, limit);
    }

  protected:
    PortAudio audio_;
};

}  // namespace tipring::farend
