// libpri's events of supplementary services as values. Private to the two files that know libpri's types.
// Thread: core.
#pragma once

#include <optional>

extern "C" {
#include <libpri.h>
}

#include "pri_link.hpp"

namespace tipring::isdn {

/// None: the event is about something else.
std::optional<LinkEvent> supplementary_event(const pri_event& event, const LinkOptions& options);

}  // namespace tipring::isdn
