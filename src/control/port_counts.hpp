// How many ports are in which condition. Thread: core.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "tipring/control/system.hpp"

namespace tipring::control {

using PortCounts = std::array<std::pair<std::string_view, unsigned>, 5>;
PortCounts port_counts(const System& system);

}  // namespace tipring::control
