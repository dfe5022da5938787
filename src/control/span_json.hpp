// The line of a span as JSON: settings, health, bit-error tests. Pure. Thread: core.
#pragma once

#include <boost/json/object.hpp>

#include "tipring/isdn/span_care.hpp"

namespace tipring::control {

/// What `span.show` adds to the row of `spans`.
boost::json::object line_object(const isdn::LineSheet& line);
boost::json::object health_object(unsigned span, const isdn::LineHealth& health,
                                  const isdn::HealthState& state);
boost::json::object bit_test_object(const isdn::BitErrorResult& result);

}  // namespace tipring::control
