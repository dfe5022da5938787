// Fuzzes the loader of the configuration: the input is the YAML file.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tipring/config/loader.hpp"

using namespace tipring::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const std::vector<BoardChannel> board = {{1, BoardChannelKind::fxs, 1}, {2, BoardChannelKind::bearer, 2}};
    LoadOptions options;
    options.check_whole = [&](const Config& config) { return check_board(config, board); };
    const auto loaded = load_text(text, "fuzz.yaml", options);
    if (loaded.config.has_value() != loaded.problems.empty()) std::abort();
    for (const auto& problem : loaded.problems) {
        if (problem.message.empty() || to_text(problem).find('\n') != std::string::npos) std::abort();
    }
    if (!loaded.config) return 0;
    for (const auto& port : loaded.config->ports) {
        if (port.channel == 0 || port.number.empty()) std::abort();
        const auto& country = port.country_profile;
        const bool no_flash = country.flash_max == std::chrono::milliseconds(0);
        if (!no_flash && country.flash_min >= country.flash_max) std::abort();
    }
    return 0;
}
