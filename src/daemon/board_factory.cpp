#include "board_factory.hpp"

#include "tipring/hardware/dahdi.hpp"

namespace tipring::daemon {
namespace {

config::BoardChannelKind to_config(hardware::ChannelKind kind) {
    switch (kind) {
        case hardware::ChannelKind::fxs:
            return config::BoardChannelKind::fxs;
        case hardware::ChannelKind::fxo:
            return config::BoardChannelKind::fxo;
        case hardware::ChannelKind::bearer:
            return config::BoardChannelKind::bearer;
        case hardware::ChannelKind::d_channel:
            return config::BoardChannelKind::d_channel;
    }
    return config::BoardChannelKind::bearer;
}

}  // namespace

base::Result<OpenBoard> open_board(const config::Board& settings) {
    OpenBoard opened;
    if (settings.kind == config::BoardKind::dahdi) {
        auto board = hardware::open_dahdi_board();
        if (!board) return board.error();
        opened.board = std::move(*board);
        return opened;
    }
    if (!settings.socket.empty()) {
        auto board = hardware::connect_virtual_board(settings.socket);
        if (!board) return board.error();
        opened.board = std::move(*board);
        return opened;
    }
    opened.virtual_board = std::make_unique<hardware::VirtualBoard>(hardware::VirtualLayout{
        .fxs = settings.fxs, .fxo = settings.fxo, .e1 = settings.e1, .t1 = settings.t1});
    opened.board = opened.virtual_board->near();
    return opened;
}

std::vector<config::BoardChannel> board_channels(const std::vector<hardware::ChannelInfo>& channels) {
    std::vector<config::BoardChannel> out;
    out.reserve(channels.size());
    for (const auto& channel : channels) {
        out.push_back(
            {.number = channel.number.value, .kind = to_config(channel.kind), .span = channel.span.value});
    }
    return out;
}

}  // namespace tipring::daemon
