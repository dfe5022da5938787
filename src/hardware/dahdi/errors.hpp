// Errors of the driver as sentences for the operator: channel, operation, reason, what to do. Pure. Thread:
// core.
#pragma once

#include <string>
#include <string_view>

#include "tipring/hardware/board.hpp"

namespace tipring::hardware::dahdi {

/// /dev/dahdi/ctl or /dev/dahdi/channel could not be opened. `error` is an errno.
std::string open_failure(std::string_view path, int error);
/// The channel could not be taken (DAHDI_SPECIFY).
std::string specify_failure(base::ChannelNumber number, int error);
/// The channel is configured as `signalling` (a DAHDI_SIG_ type), but `wanted` is needed.
std::string wrong_signalling(base::ChannelNumber number, int signalling, ChannelKind wanted);
/// Any other operation on an opened channel, for example "cannot ring".
std::string operation_failure(base::ChannelNumber number, std::string_view operation, int error);
/// An operation on a whole span, for example "cannot set the remote loop".
std::string span_failure(base::SpanNumber span, std::string_view operation, int error);

}  // namespace tipring::hardware::dahdi
