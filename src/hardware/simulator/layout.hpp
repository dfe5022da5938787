// How a VirtualLayout numbers channels and spans. Pure. Thread: any.
#pragma once

#include <optional>
#include <vector>

#include "tipring/hardware/simulator.hpp"

namespace tipring::hardware::simulator {

/// Every channel as seen from one side, in the order of their numbers.
std::vector<ChannelInfo> channels_of(const VirtualLayout& layout, bool far_side);
/// `span_alarm[i]`: span i+1 has lost its signal.
std::vector<SpanInfo> spans_of(const VirtualLayout& layout, const std::vector<bool>& span_alarm);
/// True when numbers stay within what a board may have.
bool is_sensible(const VirtualLayout& layout);

}  // namespace tipring::hardware::simulator
