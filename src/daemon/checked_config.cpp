#include "checked_config.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>

#include "board_factory.hpp"
#include "tipring/base/text.hpp"
#include "tipring/dsp/tone_plan.hpp"
#include "tipring/hardware/tone_zones.hpp"
#include "tipring/isdn/line_agreement.hpp"
#include "tipring/routing/digit_map.hpp"
#include "tipring/routing/emergency.hpp"
#include "tipring/routing/route.hpp"
#include "translate.hpp"

namespace tipring::daemon {
namespace {

/// As what `port learn` finds.
constexpr int lowest_tone_hz = 280, highest_tone_hz = 3400;

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

std::string list_of(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// A good file all the same: the telephones may be meant for nothing but the house.
void note_emergency_numbers(const config::Config& config) {
    const auto rules =
        std::make_shared<const std::vector<routing::RouteRule>>(route_rules(config::all_routes(config)));
    std::map<std::string, std::vector<std::string>> nowhere;  // numbers, and the ports that cannot call them
    for (const auto& port : config.ports) {
        if (port.kind != config::PortKind::fxs || !port.enabled) continue;
        const auto& listed = port.country_profile.emergency;
        const routing::EmergencyNumbers numbers(
            listed, rules, {routing::DestinationKind::port, port.number, port.group, routing::LineKind::fxs});
        if (const auto lost = numbers.without_route(); !lost.empty())
            nowhere[list_of(lost)].push_back(port.number);
        if (std::ranges::find(listed, port.number) != listed.end())
            std::cerr << "note: port " << port.number
                      << " has an emergency number as its own; if it is none here, list the real ones under "
                         "emergency:\n";
    }
    for (const auto& [numbers, ports] : nowhere)
        std::cerr << "note: no route leads emergency calls (" << numbers << ") anywhere from port "
                  << list_of(ports) << "\n";
}

/// A good file all the same: some lines end their calls at the far end only.
void note_endless_calls(const config::Config& config) {
    for (const auto& port : config.ports) {
        const auto& fxo = port.fxo;
        const bool noticed = fxo.disconnect_battery || fxo.disconnect_polarity || fxo.disconnect_dial_tone ||
                             fxo.disconnect_tones || !fxo.learnt_tones.empty() || fxo.silence.count() > 0 ||
                             fxo.longest_call.count() > 0;
        if (port.kind == config::PortKind::fxo && port.enabled && !noticed)
            std::cerr << "note: port " << port.number
                      << " never notices that the exchange has ended a call; name ways under disconnect:, or "
                         "set longest_call:\n";
    }
}

/// A good file all the same: a telephone of this kind may have a keypad after all.
void note_silent_telephones(const config::Config& config) {
    for (const auto& port : config.ports) {
        const bool without_keypad =
            port.profile == config::PortProfile::elevator || port.profile == config::PortProfile::door;
        if (without_keypad && port.kind == config::PortKind::fxs && port.enabled && port.fxs.hotline.empty())
            std::cerr
                << "note: port " << port.number
                << " calls nobody when it is lifted: most telephones of lifts and doors have no keypad; "
                   "set hotline:\n";
    }
}

/// A good file all the same: the folder may be made before the start (systemd makes the usual ones).
void note_folder(std::string_view key, const std::filesystem::path& file,
                 const std::filesystem::path& usual) {
    const auto folder = file.parent_path();
    std::error_code ignored;
    if (file.empty() || folder == usual.parent_path() || std::filesystem::is_directory(folder, ignored))
        return;
    std::cerr << "note: " << key << ": there is no folder " << folder.native()
              << "; it must exist before the start, and the daemon's user must be able to write in it\n";
}

/// A good file all the same: the calls may well go through.
void note_line_settings(const config::Config& config) {
    if (config.spans.empty()) return;
    const auto opened = open_board(config.board);
    if (!opened) return;  // told already
    for (const auto* each : config::every_span(config.spans)) {
        const auto& span = *each;
        const auto settings = opened->board->span_settings({span.number});
        if (!settings) {
            std::cerr << "note: " << settings.error().message << "\n";
            continue;
        }
        const auto reading = opened->board->read_span({span.number});
        for (const auto& found :
             isdn::compare_line(span, *settings, reading.has_value() && reading->alarms.any())) {
            auto at = span.channels_at;
            if (found.key != "channels") {
                at = span.line.at;
                at.key += "." + found.key;
            }
            std::cerr << "warning: " << to_text(config::Problem{at, found.message, found.advice}) << "\n";
        }
    }
}

/// What a line can be released by: sounds and pauses of some length in turn.
base::Result<void> check_disconnect_tone(std::string_view text) {
    const auto tone = dsp::parse_tone(text);
    if (!tone) return tone.error();
    const auto& segments = tone->segments;
    const bool timed = std::ranges::all_of(segments, [](const auto& part) { return part.duration_ms > 0; });
    if (segments.size() < 2 || !timed)
        return base::fail(
            "a tone that has no cadence cannot be told from others: it needs parts with their lengths");
    const bool heard = std::ranges::any_of(segments, [](const auto& part) {
        return part.frequency1_hz >= static_cast<float>(lowest_tone_hz) &&
               part.frequency1_hz <= static_cast<float>(highest_tone_hz);
    });
    if (!heard)
        return base::fail(base::format("no part has a frequency that a line carries ({} to {} Hz)",
                                       lowest_tone_hz, highest_tone_hz));
    return {};
}

}  // namespace

config::LoadResult load(const std::string& path, WithBoard with_board) {
    config::LoadOptions options;
    options.check_country = [](std::string_view text) {
        return without_value(hardware::country_tones(text));
    };
    options.check_digit_map = [](std::string_view text) {
        return without_value(routing::DigitMap::parse(text));
    };
    options.check_pattern = [](std::string_view text) { return routing::check_pattern(text); };
    options.check_tone = check_disconnect_tone;
    if (with_board == WithBoard::when_present) options.check_whole = compare_when_present;
    return config::load_file(path, options);
}

std::optional<config::Config> load_checked(const std::string& path, WithBoard with_board) {
    auto loaded = load(path, with_board);
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
    note_emergency_numbers(*config);
    note_endless_calls(*config);
    note_silent_telephones(*config);
    const config::Config usual;
    note_folder("state_file", config->state_file, config::Config::usual_state_file);
    note_folder("control.socket", config->control.socket, usual.control.socket);
    note_line_settings(*config);
    std::cout << path << ": good (" << config->ports.size() << " ports, " << config->spans.size()
              << " spans, " << config->sip.accounts.size() << " SIP accounts)\n";
    return 0;
}

}  // namespace tipring::daemon
