// The part of Kernel that models the framers of digital spans: counters, alarms, loops.
#include <algorithm>
#include <chrono>

#include "simulator/kernel.hpp"

namespace tipring::hardware::simulator {

void Kernel::add_line_errors(base::SpanNumber span, LineCounter counter, std::uint32_t count) {
    const std::lock_guard lock(mutex_);
    const auto framer = framers_.find(span);
    if (framer != framers_.end()) framer->second.counts.at(static_cast<std::size_t>(counter)) += count;
}

void Kernel::show_alarm(base::SpanNumber span, SpanAlarm alarm, bool on) {
    const std::lock_guard lock(mutex_);
    const auto framer = framers_.find(span);
    if (framer != framers_.end()) framer->second.shown.set(alarm, on);
}

Refusal Kernel::serve_span(bool far_side, const BoardRequest& request, BoardResponse& response) {
    const base::SpanNumber span{request.span};
    const auto framer = framers_.find(span);
    if (framer == framers_.end()) return Refusal::no_such_channel;
    if (request.operation == BoardOperation::set_loop) {
        if (far_side || request.loop > static_cast<std::uint32_t>(SpanLoop::payload))
            return Refusal::bad_argument;
        set_loop(span, static_cast<SpanLoop>(request.loop));
    }
    const bool cut = std::ranges::find(cut_spans_, span) != cut_spans_.end();
    auto alarms = far_side ? AlarmSet{} : framer->second.shown;
    if (cut) alarms.set(SpanAlarm::los);
    if (!far_side) {
        alarms.set(SpanAlarm::loopback, framer->second.loop != SpanLoop::off);
        response.line_counts = framer->second.counts;
    }
    response.line_alarms = alarms.bits();
    return Refusal::none;
}

void Kernel::set_loop(base::SpanNumber span, SpanLoop loop) {
    auto& framer = framers_.at(span);
    if (framer.loop == loop) return;
    framer.loop = loop;
    for (auto& wire : wires_) {
        if (wire.span() == span) wire.set_loop(loop);
    }
}

}  // namespace tipring::hardware::simulator
