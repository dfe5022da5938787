// SimulatorBoard: the Board that a client has of a virtual board, in the same process or in another. Thread:
// core.
#pragma once

#include "simulator/messages.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::hardware::simulator {

class SimulatorBoard final : public Board {
  public:
    explicit SimulatorBoard(base::Fd socket);
    std::string_view name() const override { return "simulator"; }
    base::Result<std::vector<ChannelInfo>> channels() override;
    base::Result<std::vector<SpanInfo>> spans() override;
    base::Result<Channel> open(base::ChannelNumber number, const ChannelOptions& options) override;
    base::Result<std::unique_ptr<DChannel>> open_d_channel(base::ChannelNumber number) override;
    base::Result<SpanSettings> span_settings(base::SpanNumber span) override;
    base::Result<SpanReading> read_span(base::SpanNumber span) override;
    base::Result<void> set_loop(base::SpanNumber span, SpanLoop loop) override;

  private:
    base::Fd socket_;

    base::Result<BoardResponse> request(const BoardRequest& request, std::vector<base::Fd>& descriptors);
    base::Result<BoardResponse> inventory();
    base::Result<BoardResponse> ask_span(BoardOperation operation, base::SpanNumber span, SpanLoop loop);
};

}  // namespace tipring::hardware::simulator
