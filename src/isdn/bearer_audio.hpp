// BearerAudio: what call control needs of the B-channels' audio. EngineAudio joins it to the media engine;
// the unit tests have one without an engine. Thread: core.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tipring/hardware/board.hpp"
#include "tipring/media/engine.hpp"

namespace tipring::isdn {

class BearerAudio {
  public:
    virtual ~BearerAudio() = default;
    virtual media::EndpointId endpoint(unsigned position) const = 0;
    /// Samples flow and DTMF is looked for. False when the channel does not work.
    virtual bool start(unsigned position) = 0;
    /// The same as a clear channel of 64 kbit/s; stop() ends it.
    virtual bool start_clear(unsigned position) { return start(position); }
    virtual void stop(unsigned position) = 0;
    /// In-band DTMF towards the line.
    virtual void send_digit(unsigned position, char digit) = 0;
    /// Until stop_tone(), towards the line; the samples flow already.
    virtual void play_tone(unsigned, const dsp::ToneSequence&) {}
    virtual void stop_tone(unsigned) {}
    /// Told of alarm, alarm_clear and removed of one channel. Called from the reactor.
    std::function<void(unsigned position, hardware::LineEventKind)> on_line_event;
};

/// Every channel becomes a line endpoint of the engine at once, and is removed again by the destructor.
std::unique_ptr<BearerAudio> make_engine_audio(media::Engine& engine, std::vector<hardware::Channel> bearers,
                                               unsigned span);

}  // namespace tipring::isdn
