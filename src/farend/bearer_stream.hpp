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
    void stop();
    bool running() const { return running_; }
    /// Reads until nothing is left; line events go to `on_event`. False when the channel is gone.
    bool pump(const std::function<void(const hardware::LineEvent&)>& on_event);

  private:
    hardware::Channel* channel_;
    PortAudio* audio_;
    bool running_ = false;
};

}  // namespace tipring::farend
