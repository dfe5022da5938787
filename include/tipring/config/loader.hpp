// YAML -> Config. Collects every problem in one go; nothing is half-loaded. Thread: core (start, reload) or
// the --check main.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/result.hpp"
#include "tipring/config/config.hpp"

namespace tipring::config {

/// One thing that is wrong, with what to do about it.
struct Problem {
    Place at;             ///< `key` may be empty: the file itself
    std::string message;  ///< what is wrong; never holds a secret
    std::string advice;   ///< what to do
};
/// "file:line:column: key: message; advice"
std::string to_text(const Problem& problem);

struct LoadResult {
    std::optional<Config> config;   ///< set exactly when `problems` is empty
    std::vector<Problem> problems;  ///< in the order of the file
};

/// Checks that need knowledge which this module has not got. An empty function accepts everything.
struct LoadOptions {
    using Check = std::function<base::Result<void>(std::string_view)>;
    Check check_country;    ///< for example hardware::country_tones()
    Check check_digit_map;  ///< for example routing::DigitMap::parse()
    Check check_pattern;    ///< called number of a route, for example routing::check_pattern()
    Check check_tone;       ///< cadence of a learnt tone, for example dsp::parse_tone()
    /// What is wrong with the file as a whole, as far as it could be read, for example check_board().
    std::function<std::vector<Problem>(const Config&)> check_whole;
    /// Folder that relative secret files are taken from; load_file() sets it to the folder of the file.
    std::string folder;
};

/// Reads at most 1 MiB. Relative paths in the file are taken from its folder.
LoadResult load_file(const std::string& path, const LoadOptions& options = {});
/// `name` stands for the file in messages; relative paths in the text are taken from `options.folder`, or
/// else the current folder.
LoadResult load_text(const std::string& text, const std::string& name, const LoadOptions& options = {});

/// The board's channels as far as the configuration cares.
enum class BoardChannelKind { fxs, fxo, bearer, d_channel };
struct BoardChannel {
    unsigned number = 0;
    BoardChannelKind kind = BoardChannelKind::fxs;
    unsigned span = 0;
};
/// Ports and spans that name channels which the board has not got, or of another kind. Disabled ports are not
/// checked.
std::vector<Problem> check_board(const Config& config, const std::vector<BoardChannel>& board);

}  // namespace tipring::config
