// What a reload of the configuration may do, and what it does beside the lines. Thread: core.
#pragma once

#include <string>
#include <vector>

#include "tipring/config/config.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::daemon {

/// Why `loaded` cannot take the place of `running` without a restart, or not at all: sections that are read at the
/// start only, and new or changed lines whose channels the board has not got. Empty: it can. `networks`:
/// the spans for which the virtual board's far end in this process has networks; none: it is elsewhere, or real.
std::vector<std::string> reload_problems(const config::Config& running, const config::Config& loaded,
                                         hardware::Board& board,
                                         const std::vector<config::Span>& networks = {});

/// What differs, beside ports and spans, for people: "routes: changed".
std::vector<std::string> changed_sections(const config::Config& running, const config::Config& loaded);

}  // namespace tipring::daemon
