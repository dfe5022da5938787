// Supplementary services of the model of an ISDN network, in libpri's terms. Private to farend. Thread: far end.
#pragma once

#include <optional>

extern "C" {
#include <libpri.h>
}

#include "isdn_link.hpp"

namespace tipring::farend {

/// None: the event is about something else.
std::optional<IsdnEvent> service_news(const pri_event& event);

}  // namespace tipring::farend
