// The words for a span's settings in tables and logs. Pure. Thread: any.
#pragma once

#include <string_view>

#include "tipring/config/config.hpp"

namespace tipring::isdn {

std::string_view side_name(config::SpanSide side);
std::string_view switch_name(config::SwitchType type);

}  // namespace tipring::isdn
