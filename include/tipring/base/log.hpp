// Logging for every thread but the media thread (which counts instead). Lines are queued to the log thread.
// A line about a call starts with its ids: "call=7 leg=12 port=3 ...", so that one grep tells its whole
// story.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/result.hpp"
#include "tipring/base/text.hpp"

namespace tipring::base::log {

enum class Level { trace, debug, info, warning, error };

struct Options {
    Level level = Level::info;
    /// Text file for the lines; empty: standard error, with journald priorities when the journal reads it.
    std::string file;
};

/// Starts the log thread. Before it, and after stop(), lines go straight to standard error.
Result<void> start(const Options& options);
/// Writes what is queued and ends the log thread.
void stop();
void set_level(Level level);
Level level();
Result<Level> parse_level(std::string_view text);
std::string_view name(Level level);

/// `module` names the source of the line, for example "sip". Takes the finished text.
void write(Level level, std::string_view module, std::string_view text);

template <class... A>
void trace(std::string_view module, std::string_view pattern, const A&... arguments) {
    if (level() <= Level::trace) write(Level::trace, module, format(pattern, arguments...));
}
template <class... A>
void debug(std::string_view module, std::string_view pattern, const A&... arguments) {
    if (level() <= Level::debug) write(Level::debug, module, format(pattern, arguments...));
}
template <class... A>
void info(std::string_view module, std::string_view pattern, const A&... arguments) {
    if (level() <= Level::info) write(Level::info, module, format(pattern, arguments...));
}
template <class... A>
void warning(std::string_view module, std::string_view pattern, const A&... arguments) {
    if (level() <= Level::warning) write(Level::warning, module, format(pattern, arguments...));
}
template <class... A>
void error(std::string_view module, std::string_view pattern, const A&... arguments) {
    write(Level::error, module, format(pattern, arguments...));
}

}  // namespace tipring::base::log
