// Loads the configuration with the knowledge of the other modules, and holds it against the board. Thread:
// core or --check.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tipring/config/config.hpp"
#include "tipring/config/loader.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::daemon {

enum class WithBoard { no, when_present };

/// load_file() with the checks of countries (libtonezone), digit maps and route patterns, and of the board's
/// channels when asked to.
config::LoadResult load(const std::string& path, WithBoard with_board);

/// load(), for a program that starts: prints what is wrong to standard error; nullopt then.
std::optional<config::Config> load_checked(const std::string& path, WithBoard with_board);

/// What the board says about the configuration: channels that it has not got or that are of another kind.
std::vector<config::Problem> compare_with_board(const config::Config& config, hardware::Board& board);

/// `tipringd --check FILE`: prints problems to standard error; exit status 0 or 1.
int run_check(const std::string& path);

}  // namespace tipring::daemon
