// Opens the board that the configuration names. Thread: core (start-up) or the --check main.
#pragma once

#include <memory>
#include <vector>

#include "tipring/base/result.hpp"
#include "tipring/config/config.hpp"
#include "tipring/config/loader.hpp"
#include "tipring/hardware/board.hpp"
#include "tipring/hardware/simulator.hpp"

namespace tipring::daemon {

struct OpenBoard {
    /// Set when the virtual board lives in this process; outlives `board`.
    std::unique_ptr<hardware::VirtualBoard> virtual_board;
    std::unique_ptr<hardware::Board> board;
};

base::Result<OpenBoard> open_board(const config::Board& settings);

/// The inventory in the words of config::check_board().
std::vector<config::BoardChannel> board_channels(const std::vector<hardware::ChannelInfo>& channels);

}  // namespace tipring::daemon
