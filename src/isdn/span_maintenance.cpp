// SpanController's third part: what keeps the channels usable: service, RESTART by our side, T310, and the audit.
// Thread: core.
#include <algorithm>
#include <utility>

#include "bearer_position.hpp"
#include "span_controller.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {

namespace {

namespace log = base::log;
using State = SpanCall::State;
using std::chrono::milliseconds;

/// The values libpri has without being told (Q.931 tables 9-1, 9-2).
constexpr milliseconds usual_t305{30000}, usual_t308{4000};
constexpr milliseconds network_t304{20000};  // table 9-1
/// Beyond T305 and twice T308 libpri should have said something.
constexpr milliseconds guard_margin{12000};

}  // namespace

SpanTimes times_of(const config::Span& settings) {
    SpanTimes times;
    times.t309 = settings.timer("T309").value_or(times.t309);
    const bool network = settings.side == config::SpanSide::network;
    times.t304 = settings.timer("T304").value_or(network ? network_t304 : times.t304);
    times.t310 = settings.timer("T310").value_or(times.t310);
    times.t316 = settings.timer("T316").value_or(times.t316);
    times.n316 = settings.counter("N316").value_or(times.n316);
    times.release_guard = settings.timer("T305").value_or(usual_t305) +
                          2 * settings.timer("T308").value_or(usual_t308) + guard_margin;
    return times;
}

// --- service ---

base::Result<void> SpanController::set_in_service(std::optional<unsigned> position, bool in_service) {
    if (stopped_) return base::fail(base::format("span {} is shut down", settings_.number));
    if (position && !allocator_.known(*position))
        return base::fail(base::format("span {} has no B-channel on timeslot {}", settings_.number,
                                       position_text(*position)));
    if (position && in_service && allocator_.channel(*position).removed()) {
        return base::fail(
            base::format("span {} channel {} was removed by the driver; restart tipringd when it is back",
                         settings_.number, position_text(*position)));
    }
    const auto meant = [&position](unsigned one) { return !position || one == *position; };
    const unsigned span = position ? span_number(*position) : settings_.number;
    const auto channel = position ? std::to_string(timeslot_of(*position)) : std::string("all");
    put_in_service(meant, in_service, {"span.service", span, {{"channel", channel}}});
    return {};
}

void SpanController::put_in_service(const std::function<bool(unsigned position)>& meant, bool in_service,
                                    SpanEvent event) {
    for (const unsigned one : allocator_.positions()) {
        if (!meant(one) || allocator_.channel(one).removed()) continue;
        // The operator knows better than a SERVICE message whose counterpart may have been lost.
        if (in_service) allocator_.set_remote_in_service(one, true);
        if (allocator_.channel(one).out_here() != in_service) continue;
        allocator_.set_in_service(one, in_service);
        untold_.insert(one);
    }
    tell_service();
    log::warning("isdn", "span={} channel={} {} service by the operator", event.span,
                 event.fields.front().second, in_service ? "in" : "out of");
    event.fields.emplace_back("state", in_service ? "in" : "out");
    event.fields.emplace_back("by", "operator");
    changed(event);
}

void SpanController::tell_service() {
    if (!up_ || stopped_) return;
    for (const unsigned position : std::exchange(untold_, {})) {
        if (can_tell_service(position)) {
            link_->service(position, !allocator_.channel(position).out_here());
        } else {
            untold_.insert(position);
        }
    }
}

void SpanController::on_service(const LinkEvent& event) {
    const auto who = event.channel ? "channel=" + position_text(*event.channel) : std::string("all channels");
    if (event.kind == LinkEventKind::service_ack) {
        log::info("isdn", "span={} {} the other side agrees: {} service", settings_.number, who,
                  event.in_service ? "in" : "out of");
        return;
    }
    if (event.channel && !allocator_.known(*event.channel)) {
        log::warning("isdn", "span={} {} SERVICE for a channel that is none of ours", settings_.number, who);
        return;
    }
    log::warning("isdn", "span={} {} {} service by the other side", settings_.number, who,
                 event.in_service ? "in" : "out of");
    for (const unsigned position : allocator_.positions()) {
        if (!event.channel || *event.channel == position)
            allocator_.set_remote_in_service(position, event.in_service);
    }
    changed({"span.service",
             event.channel ? span_number(*event.channel) : settings_.number,
             {{"channel", event.channel ? std::to_string(timeslot_of(*event.channel)) : "all"},
              {"state", event.in_service ? "in" : "out"},
              {"by", "other side"}}});
}

void SpanController::set_looped(bool looped) {
    set_looped(0, looped);
}

void SpanController::set_looped(unsigned interface, bool looped) {
    auto* const span = span_of(interface);
    if (stopped_ || span == nullptr || std::exchange(span->looped, looped) == looped) return;
    allocator_.set_looped(looped, interface);
    if (!looped) return;
    for (const auto& call : std::vector(calls_)) {
        if (call->clearing() || interface_of(call->position) != interface) continue;
        if (is_trunk() && call->position == 0) continue;  // it has no channel on this span
        log::warning("isdn", "{} is cut by a loop of its span", ids(*call));
        call::Cause cause{call::q850::temporary_failure, call::Location::private_local, "loop"};
        cause.why = call::Why::by_operator;
        begin_clearing(call, cause);
        report_release(call);
    }
}

// --- RESTART ---

base::Result<unsigned> SpanController::restart(std::optional<unsigned> position) {
    if (stopped_ || !up_) return base::fail(base::format("span {}: the D-channel is down", settings_.number));
    if (position && !allocator_.known(*position))
        return base::fail(base::format("span {} has no B-channel on timeslot {}", settings_.number,
                                       position_text(*position)));
    if (position && allocator_.state(*position) != BearerState::idle) {
        return base::fail(base::format("span {} channel {} is {}: only an idle channel is restarted",
                                       settings_.number, position_text(*position),
                                       name(allocator_.state(*position))));
    }
    std::vector<unsigned> chosen;
    for (const unsigned one : allocator_.positions()) {
        if (position ? one == *position : allocator_.state(one) == BearerState::idle) chosen.push_back(one);
    }
    for (const unsigned one : chosen)
        restarts_->add(one);
    return static_cast<unsigned>(chosen.size());
}

void SpanController::restart_later(unsigned position) {
    unsure_.insert(position);
    restart_unsure();
}

void SpanController::restart_unsure() {
    if (!up_ || stopped_) return;
    for (const unsigned position : std::exchange(unsure_, {})) {
        if (settings_.restart) restarts_->add(position);
    }
    // Also those that were ordered wait for their turn.
    restarts_->look_again();
}

// --- T310 ---

void SpanController::supervise(const CallPointer& call, const LinkEvent& event) {
    // Q.931 5.1.5.1, 5.1.6: whatever comes after CALL PROCEEDING ends it.
    const bool heard = event.inband || call->inband_reported || call->alerting_reported;
    if (event.kind != LinkEventKind::proceeding || heard) return call->t310_timer.stop();
    if (times_.t310.count() == 0 || std::exchange(call->t310_begun, true)) return;
    call->t310_timer.start(times_.t310, [this, call] {
        log::warning("isdn", "{} nothing came after CALL PROCEEDING (T310)", ids(*call));
        begin_clearing(call, {call::q850::recovery_on_timer_expiry, call::Location::private_local, "T310"});
        report_release(call);
    });
}

// --- the audit ---

void SpanController::check_channel_alarms() {
    // A channel tells of its alarm by events, and one that gets lost would keep the channel from use for ever.
    std::set<unsigned> alarmed;
    for (const unsigned position : allocator_.positions()) {
        if (alarm_of(position) || !allocator_.channel(position).in_alarm()) continue;
        if (!last_channel_alarms_.contains(position)) {
            alarmed.insert(position);
            continue;
        }
        log::warning("isdn", "span={} channel={} counts as well again: its span has no alarm",
                     span_number(position), timeslot_of(position));
        allocator_.set_alarm(position, false);
        ++repairs_;
    }
    last_channel_alarms_ = std::move(alarmed);
}

void SpanController::audit() {
    std::vector<AuditedChannel> channels;
    for (const unsigned position : allocator_.positions())
        channels.push_back({position, allocator_.channel(position).in_use() && !is_held(position)});
    std::vector<AuditedCall> calls;
    for (const auto& call : calls_) {
        calls.push_back({.serial = call->serial,
                         .record = call->record,
                         .position = call->position,
                         .has_leg = call->leg != nullptr || call->dialling != nullptr,
                         .started = call->state != State::reserved,
                         .clearing = call->clearing()});
    }
    std::vector<const void*> records;
    for (const auto* record : link_->records())
        records.push_back(record);
    auto findings = discrepancies(channels, calls, records);
    const auto verdict = judge(last_findings_, findings);
    last_findings_ = std::move(findings);
    for (const auto& finding : verdict.fresh)
        log::warning("isdn", "span={} audit: {}", settings_.number, describe(finding));
    for (const auto& finding : verdict.due)
        repair(finding);
}

/// libpri frees some records without an event, and the memory may become the next call's: what comes then must not
/// reach the call that had it before.
void SpanController::end_previous(const q931_call* record) {
    const auto call = find(record);
    if (!call) return;
    if (!call->clearing()) {
        ++repairs_;
        last_error_ = base::format("the call on channel {} was none of libpri's any more; released",
                                   position_text(call->position));
        log::error("isdn", "{} {}", ids(*call), last_error_);
    }
    forgotten(call);
}

/// libpri has no record of the call any more.
void SpanController::forgotten(const CallPointer& call) {
    if (!call->clearing()) {
        call->cause = {call::q850::temporary_failure, call::Location::private_local, "audit"};
        // The other end was told nothing. RESTART goes out at the next look, because a SETUP may just be taking
        // the channel.
        if (call->position != 0) unsure_.insert(call->position);
    }
    finish(call);
}

void SpanController::repair(const Finding& finding) {
    const auto found = std::ranges::find_if(
        calls_, [&finding](const CallPointer& call) { return call->serial == finding.serial; });
    const auto call = found != calls_.end() ? *found : nullptr;
    if (finding.kind == Discrepancy::call_without_record && call && call->clearing()) {
        log::info("isdn", "{} is cleared: libpri has forgotten it", ids(*call));
        return forgotten(call);
    }
    ++repairs_;
    last_error_ = describe(finding) + "; released";
    log::error("isdn", "span={} audit: {}", settings_.number, last_error_);
    const call::Cause cause{call::q850::temporary_failure, call::Location::private_local, "audit"};
    if (finding.kind == Discrepancy::channel_without_call) {
        allocator_.release(finding.position);
        return restart_later(finding.position);
    }
    if (finding.kind == Discrepancy::record_without_call)
        return link_->drop_record(static_cast<const q931_call*>(finding.record), cause.value);
    if (!call) return;
    if (finding.kind == Discrepancy::call_without_record) return forgotten(call);
    if (call->clearing()) return;
    begin_clearing(call, cause);
    report_release(call);
}

}  // namespace tipring::isdn
