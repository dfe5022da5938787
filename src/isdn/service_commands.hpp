// libpri's "subcommands", which come with any event, as values: advice of charge, transfers that the other end asks for,
// identification of malicious calls. Private to the files that know libpri's types. Thread: core.
#pragma once

#include <string>
#include <vector>

extern "C" {
#include <libpri.h>
}

#include "pri_link.hpp"

namespace tipring::isdn {

/// In the order in which they came.
std::vector<LinkEvent> service_commands(const pri_event& event);

/// Advice of charge (EN 300 182-1 7.2).
call::Advice advice_of(const pri_subcmd_aoc_s& rates);
call::Advice advice_of(const pri_subcmd_aoc_d& charge);
call::Advice advice_of(const pri_subcmd_aoc_e& charge);

}  // namespace tipring::isdn
