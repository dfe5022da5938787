// YAML -> Config. Collects every problem in one go; nothing is half-loaded. Thread: core (start, reload) or the --check main.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tipring/config/config.hpp"

namespace tipring::config {

/// One thing that is wrong, with what to do about it.
struct Problem {
    Mark mark;
    std::string key;      ///< path, for example "ports[2].channel"
    std::string message;  ///< what is wrong
    std::string advice;   ///< what to do
};
/// "file:line:column: key: message; advice"
std::string to_text(const Problem& problem);

struct LoadResult {
    std::optional<Config> config;  ///< set exactly when `problems` is empty
    std::vector<Problem> problems;
};

LoadResult load_file(const std::string& path);
/// `name` stands for the file in messages; relative paths in the text are taken from the current folder.
LoadResult load_text(const std::string& text, const std::string& name);

/// The board's channels as far as the configuration cares.
enum class BoardChannelKind { fxs, fxo, bearer, d_channel };
struct BoardChannel {
    unsigned number = 0;
    BoardChannelKind kind = BoardChannelKind::fxs;
    unsigned span = 0;
};
/// Ports and spans that name channels which the board has not got, or of another kind.
std::vector<Problem> check_board(const Config& config, const std::vector<BoardChannel>& board);

}  // namespace tipring::config
