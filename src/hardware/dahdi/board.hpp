// The board over the DAHDI driver: inventory, and opening of channels. Thread: core.
#pragma once

#include "dahdi/device.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/hardware/board.hpp"

struct dahdi_params;
struct dahdi_spaninfo;

namespace tipring::hardware::dahdi {

class DahdiBoard final : public Board {
  public:
    DahdiBoard(Device& device, base::Fd control) : device_(device), control_(std::move(control)) {}

    std::string_view name() const override { return "dahdi"; }
    base::Result<std::vector<ChannelInfo>> channels() override;
    base::Result<std::vector<SpanInfo>> spans() override;
    base::Result<Channel> open(base::ChannelNumber number, const ChannelOptions& options) override;
    base::Result<std::unique_ptr<DChannel>> open_d_channel(base::ChannelNumber number) override;
    base::Result<SpanSettings> span_settings(base::SpanNumber span) override;
    base::Result<SpanReading> read_span(base::SpanNumber span) override;
    base::Result<void> set_loop(base::SpanNumber span, SpanLoop loop) override;
    std::vector<DriverPower> driver_power() override;

  private:
    base::Result<base::Fd> specify(base::ChannelNumber number) const;
    base::Result<void> set_timing(int channel, const ChannelInfo& info, dahdi_params timing,
                                  const ChannelOptions& options) const;
    base::Result<void> set_buffers(int channel, base::ChannelNumber number, int count, int size) const;
    base::Result<dahdi_spaninfo> status_of(base::SpanNumber span) const;
    base::Result<dahdi_params> parameters(int channel, base::ChannelNumber number) const;

    Device& device_;
    base::Fd control_;
};

/// open_dahdi_board() over any Device; it must outlive the board and its channels.
base::Result<std::unique_ptr<Board>> open_board(Device& device);

}  // namespace tipring::hardware::dahdi
