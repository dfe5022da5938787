// BearerStream: moves the samples of one opened channel between its Bearer and a PortAudio, in balance: one
// block written for each block read, after a lead. Private to farend. Thread: far end.
#pragma once

#include <functional>

#include "audio_port.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::farend {

class BearerStream {
  public:
    BearerStream(hardware::Channel& channel, PortAudio& audio) : channel_(&channel), audio_(&audio) {}

    /// Starts the channel's audio and writes the lead; errors are logged. Nothing when it runs already.
    void start();
    /// Only hears, until start() or stop(): PortAudio::overhear() gets the blocks. On a virtual line they come
    /// only while the other end speaks.
    void listen();
    void stop();
    bool running() const { return mode_ == Mode::running; }
    /// There are samples to be fetched that no descriptor announces.
    bool wants_ticks() const { return running() || (mode_ == Mode::listening && !announced_); }
    /// Reads until nothing is left; line events go to `on_event`. False when the channel is gone.
    bool pump(const std::function<void(const hardware::LineEvent&)>& on_event);

  private:
    hardware::Channel* channel_;
    PortAudio* audio_;
    enum class Mode { stopped, listening, running } mode_ = Mode::stopped;
    bool announced_ = false;  ///< a listening channel's descriptor becomes readable by samples
};

}  // namespace tipring::farend
