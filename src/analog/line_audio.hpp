// LineAudio: what a port needs of the media engine for its one line, as an interface, so that ports are
// tested without a media thread. Thread: core.
#pragma once

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
    virtual void send_digits(std::string_view digits) = 0;
    virtual media::LineStats stats() const = 0;
    /// No event comes any more. `channel` is kept until the media thread has let go of its bearer.
    virtual void remove(std::shared_ptr<hardware::Channel> channel) = 0;
};

/// Adds the channel's bearer to the engine; its line events flow to `handler` from now on.
std::unique_ptr<LineAudio> make_engine_audio(media::Engine& engine, hardware::Channel& channel,
                                             media::Engine::Handler handler);

}  // namespace tipring::analog
