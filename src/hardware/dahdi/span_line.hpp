// The driver's answer about a span (DAHDI_SPANSTAT, its page in /proc) in our words. Pure. Thread: core.
#pragma once

#include <dahdi/user.h>

#include <optional>
#include <string_view>

#include "tipring/hardware/span_line.hpp"

namespace tipring::hardware::dahdi {

SpanSettings span_settings(const dahdi_spaninfo& status);

/// `page`: the beginning of /proc/dahdi/N, which alone knows the slips (it leaves a line out while it is zero);
/// none: it cannot be read.
SpanReading span_reading(const dahdi_spaninfo& status, std::optional<std::string_view> page);

/// The DAHDI_MAINT_... command.
int maintenance_command(SpanLoop loop);

}  // namespace tipring::hardware::dahdi
