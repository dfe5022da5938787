// The span that a command names. Thread: core.
#pragma once

#include <string_view>

#include "commands.hpp"

namespace tipring::control {

inline const Parameter span_parameter{"span", "string", true, "number of the span, or its name"};

/// The span with this number, or else the one with this name; null when there is none.
isdn::Span* find_span(const System& system, std::string_view text);
CommandError no_such_span(const System& system, std::string_view text);

}  // namespace tipring::control
