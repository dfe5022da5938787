// Whether the driver is set as the port map expects (`line:` of a span). Pure. Thread: any.
#pragma once

#include <string>
#include <vector>

#include "tipring/config/config.hpp"
#include "tipring/hardware/span_line.hpp"

namespace tipring::isdn {

struct Disagreement {
    std::string key;      ///< of `line:`, for example "framing"
    std::string message;  ///< what the port map says and what the driver says
    std::string advice;   ///< where to change it
};

/// Empty when all that the port map names is so. `alarm`: while the span has one, the card may take its clock from
/// elsewhere, so a missing clock is not held against it.
std::vector<Disagreement> compare_line(const config::Span& span, const hardware::SpanSettings& driver,
                                       bool alarm);

}  // namespace tipring::isdn
