// LineAudio: what a port needs of the media engine for its one line, as an interface, so that ports are
// tested without a media thread. Thread: core.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "tipring/hardware/board.hpp"
#include "tipring/media/engine.hpp"

namespace tipring::analog {

class LineAudio {
  public:
    virtual ~LineAudio() = default;
    virtual media::EndpointId endpoint() const = 0;
    virtual void start() = 0;
    virtual void stop() = 0;
    virtual void listen(const media::Detectors& detectors) = 0;
    virtual void play(const dsp::ToneSequence& tone) = 0;
    virtual void stop_tone() = 0;
    virtual void send_digits(std::string_view digits,
                             std::chrono::milliseconds on = std::chrono::milliseconds(100),
                             std::chrono::milliseconds off = std::chrono::milliseconds(100)) = 0;
    virtual void play_clip(dsp::Samples clip) = 0;
    virtual void stop_clip() = 0;
    /// As media::Engine's: records what comes from outside; `captured` follows.
    virtual void start_capture(std::size_t samples) = 0;
    virtual void stop_capture() = 0;
    virtual dsp::Samples take_capture() = 0;
    /// The other side does not hear the line.
    virtual void mute(bool muted) = 0;
    virtual media::LineStats stats() const = 0;
    /// No event comes any more. `channel` is kept until the media thread has let go of its bearer.
    virtual void remove(std::shared_ptr<hardware::Channel> channel) = 0;
};

/// Adds the channel's bearer to the engine; its line events flow to `handler` from now on. `relay_dtmf`: as
/// media::LineOptions.
std::unique_ptr<LineAudio> make_engine_audio(media::Engine& engine, hardware::Channel& channel,
                                             bool relay_dtmf, media::Engine::Handler handler);

}  // namespace tipring::analog
