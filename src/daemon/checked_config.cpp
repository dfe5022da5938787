#include "checked_config.hpp"

#include <iostream>

#include "board_factory.hpp"
#include "tipring/hardware/tone_zones.hpp"
#include "tipring/routing/digit_map.hpp"
#include "tipring/routing/route.hpp"

namespace tipring::daemon {
namespace {

template <class T>
base::Result<void> without_value(const base::Result<T>& result) {
    if (!result) return result.error();
    return {};
}

// A machine without the card can still check a file: then only the comparison with the board is left out.
std::vector<config::Problem> compare_when_present(const config::Config& config) {
    const auto opened = open_board(config.board);
    if (!opened) {
        std::cerr << "note: the channels were not compared with the board: " << opened.error().message
                  << "\n";
        return {};
    }
    return compare_with_board(config, *opened->board);
}

}  // namespace

std::optional<config::Config> load_checked(const std::string& path, WithBoard with_board) {
    config::LoadOptions options;
    options.check_country = [](std::string_view text) {
        return without_value(hardware::country_tones(text));
    };
    options.check_digit_map = [](std::string_view text) {
        return without_value(routing::DigitMap::parse(text));
    };
    options.check_pattern = [](std::string_view text) { return routing::check_pattern(text); };
    if (with_board == WithBoard::when_present) options.check_whole = compare_when_present;
    auto loaded = config::load_file(path, options);
    for (const auto& problem : loaded.problems)
        std::cerr << to_text(problem) << "\n";
    return std::move(loaded.config);
}

std::vector<config::Problem> compare_with_board(const config::Config& config, hardware::Board& board) {
    const auto channels = board.channels();
    if (!channels)
        return {{.at = {.mark = {.file = config.file}, .key = "board"},
                 .message = channels.error().message,
                 .advice = {}}};
    return config::check_board(config, board_channels(*channels));
}

int run_check(const std::string& path) {
    const auto config = load_checked(path, WithBoard::when_present);
    if (!config) return 1;
    std::cout << path << ": good (" << config->ports.size() << " ports, " << config->spans.size()
              << " spans, " << config->sip.accounts.size() << " SIP accounts)\n";
    return 0;
}

}  // namespace tipring::daemon
