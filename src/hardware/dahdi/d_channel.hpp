// Frames of a D-channel; the driver or the card does the HDLC. Thread: core.
#pragma once

#include "dahdi/channel_state.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::hardware::dahdi {

class DahdiDChannel final : public DChannel {
  public:
    /// `poll` is an epoll descriptor over the channel's own: an alarm makes the channel only "exceptional",
    /// not readable, and whoever waits for readable would learn of it with the next frame, which may never
    /// come.
    DahdiDChannel(Device& device, base::ChannelNumber number, base::Fd channel, base::Fd poll, bool alarm)
        : device_(device),
          number_(number),
          channel_(std::move(channel)),
          poll_(std::move(poll)),
          alarm_(alarm) {}

    int descriptor() const noexcept override { return poll_.get(); }
    base::Result<std::size_t> read(std::span<std::uint8_t> frame) override;
    base::Result<void> write(std::span<const std::uint8_t> frame) override;
    bool alarm() const noexcept override { return alarm_; }
    std::uint64_t errors() const noexcept override { return errors_; }

  private:
    base::Result<void> take_event();

    Device& device_;
    base::ChannelNumber number_;
    base::Fd channel_;
    base::Fd poll_;
    bool alarm_ = false;
    std::uint64_t errors_ = 0;
};

}  // namespace tipring::hardware::dahdi
