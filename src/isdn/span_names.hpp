// The words for a span's settings in tables and logs. Pure. Thread: any.
#pragma once

#include <string_view>

#include "tipring/config/config.hpp"
#include "tipring/isdn/span.hpp"

namespace tipring::isdn {

std::string_view side_name(config::SpanSide side);
std::string_view switch_name(config::SwitchType type);
/// What of a span's view its settings alone tell.
SpanView settings_view(const config::Span& settings);

}  // namespace tipring::isdn
