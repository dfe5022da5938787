// What of a port's view its settings alone tell. Pure. Thread: any.
#pragma once

#include <string_view>

#include "tipring/analog/port.hpp"

namespace tipring::analog {

std::string_view kind_name(config::PortKind kind);
PortView settings_view(const config::Port& settings);

}  // namespace tipring::analog
