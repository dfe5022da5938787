// Look-up of a system group. Thread: core, at start and when a client connects (local file look-up).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace tipring::control {

std::optional<gid_t> group_id(const std::string& name);

}  // namespace tipring::control
