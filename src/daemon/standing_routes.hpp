// The routes while lines wait for a reload: an old number or name stands for a new one. Pure. Thread: any.
#pragma once

#include <vector>

#include "line_plans.hpp"
#include "tipring/config/config.hpp"

namespace tipring::daemon {

/// The routes of `made`, whose ports and spans are as they are now and whose written routes are those of the new file, with
/// the built-in ones of these lines. A line of the new file that has its old number or name still is meant by the new one:
/// in the written routes always, and by a call to its new number where no other line has that number now.
std::vector<config::Route> standing_routes(config::Config made, const std::vector<PortPlan>& wanted_ports,
                                           const std::vector<SpanPlan>& wanted_spans);

}  // namespace tipring::daemon
