// The back end over the DAHDI kernel driver (/dev/dahdi). Thread: core.
#pragma once

#include <memory>

#include "tipring/hardware/board.hpp"

namespace tipring::hardware {

/// Fails with what to do when the driver is not loaded or /dev/dahdi may not be opened.
base::Result<std::unique_ptr<Board>> open_dahdi_board();

}  // namespace tipring::hardware
