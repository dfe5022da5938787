// SpanController, the part for several spans under one D-channel (NFAS, ANSI T1.607): layer 1 of each, two D-channels,
// T309. A span that is no trunk has one of them, interface 0. Thread: core.
#include <algorithm>

#include "bearer_position.hpp"
#include "span_controller.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {

namespace log = base::log;

TrunkSpan* SpanController::span_of(unsigned interface) {
    const auto found = std::ranges::find(spans_, interface, &TrunkSpan::interface);
    return found != spans_.end() ? &*found : nullptr;
}

unsigned SpanController::span_number(unsigned position) const {
    const auto found = std::ranges::find(spans_, interface_of(position), &TrunkSpan::interface);
    return found != spans_.end() ? found->number : settings_.number;
}

/// One of the spans, at least.
bool SpanController::usable() const {
    return std::ranges::any_of(spans_, &TrunkSpan::usable);
}

bool SpanController::alarm_of(unsigned position) const {
    const auto found = std::ranges::find(spans_, interface_of(position), &TrunkSpan::interface);
    return found != spans_.end() && (found->alarm || !found->alarm_known);
}

// --- layer 1 ---

void SpanController::tell_alarm(TrunkSpan& span, bool alarm) {
    if (std::exchange(span.alarm, alarm) == alarm) return;
    span.alarm_since = reactor_.now();
    allocator_.set_span_alarm(alarm, span.interface);
    if (alarm) last_error_ = "layer 1 alarm";
    log::warning("isdn", "span={} layer 1 {}", span.number, alarm ? "is in alarm" : "is well again");
    changed({"span.alarm", span.number, {{"state", alarm ? "on" : "off"}}});
}

/// The D-channel learns of an alarm by the driver's events, which get lost when nobody reads them for a while: what the
/// driver says of the span itself counts for more.
bool SpanController::first_span_alarm() const {
    const auto told = span_alarm_ ? span_alarm_(spans_.front().number) : std::nullopt;
    return told.value_or(d_channel_->alarm());
}

void SpanController::check_member_alarms() {
    for (auto span = std::next(spans_.begin()); span != spans_.end(); ++span) {
        const auto alarm = span_alarm_ ? span_alarm_(span->number) : std::nullopt;
        span->alarm_known = alarm.has_value();
        if (alarm) tell_alarm(*span, *alarm);
    }
}

/// The D-channel may live while a span of the trunk is dead, so that nothing else ends the calls there. They get as long
/// as those of a span whose D-channel is lost.
void SpanController::clear_dead_spans() {
    if (!is_trunk()) return;
    for (const auto& span : spans_) {
        if (!span.alarm || reactor_.now() - span.alarm_since < times_.t309) continue;
        for (const auto& call : std::vector(calls_)) {
            if (call->clearing() || call->position == 0 || interface_of(call->position) != span.interface)
                continue;
            log::warning("isdn", "{} is cleared: its span is in alarm", ids(*call));
            begin_clearing(call,
                           {call::q850::destination_out_of_order, call::Location::private_local, "alarm"});
            report_release(call);
        }
    }
}

// --- two D-channels ---

void SpanController::on_standby() {
    for (const auto& link : link_->data_links()) {
        if (link.active) continue;
        const unsigned span = span_number(bearer_position(link.interface, 0));
        log::warning("isdn", "span={} the D-channel that is not in use is {}", span, link.up ? "up" : "down");
        changed({"span.standby", span, {{"state", link.up ? "up" : "down"}}});
    }
}

void SpanController::on_switched() {
    for (const auto& link : link_->data_links()) {
        if (link.active)
            log::warning("isdn", "span={} the D-channel in use is now that of interface {}", settings_.number,
                         link.interface);
    }
    restarts_->repeat();  // one that went out on the other is lost
    changed("span.d_channel");
}

/// libpri cannot name interface 0 in a SERVICE message, and without a name it is that of the D-channel.
bool SpanController::can_tell_service(unsigned position) const {
    if (!is_trunk() || interface_of(position) != 0) return true;
    const auto links = link_->data_links();
    return std::ranges::any_of(links,
                               [](const DataLinkView& link) { return link.active && link.interface == 0; });
}

// --- for the spans of the trunk ---

std::vector<Span*> SpanController::trunk_members() {
    std::vector<Span*> all;
    for (const auto& member : members_)
        all.push_back(member.get());
    return all;
}

base::Result<void> SpanController::set_interface_in_service(unsigned interface, bool in_service) {
    if (stopped_) return base::fail(base::format("span {} is shut down", span_of(interface)->number));
    put_in_service([interface](unsigned position) { return interface_of(position) == interface; }, in_service,
                   {"span.service", span_of(interface)->number, {{"channel", "all"}}});
    return {};
}

base::Result<unsigned> SpanController::restart_interface(unsigned interface) {
    if (stopped_ || !up_)
        return base::fail(base::format("span {}: the D-channel is down", span_of(interface)->number));
    unsigned count = 0;
    for (const unsigned position : allocator_.positions()) {
        if (interface_of(position) != interface || allocator_.state(position) != BearerState::idle) continue;
        restarts_->add(position);
        ++count;
    }
    return count;
}

void SpanController::show_trunk(SpanView& view) const {
    const auto links = link_->data_links();
    for (const auto& span : spans_) {
        TrunkSpanView row{.number = span.number, .interface = span.interface, .layer1_up = !span.alarm};
        const auto link = std::ranges::find(links, span.interface, &DataLinkView::interface);
        if (link != links.end()) {
            row.d_channel =
                span.interface == 0 ? TrunkSpanView::DChannel::primary : TrunkSpanView::DChannel::backup;
            row.d_channel_up = link->up;
            row.active = link->active;
        }
        view.spans.push_back(row);
    }
    if (backup_d_channel_) view.d_channel_errors += backup_d_channel_->errors();
}

}  // namespace tipring::isdn
