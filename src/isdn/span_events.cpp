// SpanController's other half: what comes from the D-channel, the B-channels and layer 1. Thread: core.
#include "bearer_position.hpp"
#include "span_controller.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {

namespace {

namespace log = base::log;
using State = SpanCall::State;

}  // namespace

void SpanController::on_link(const LinkEvent& event) {
    switch (event.kind) {
        case LinkEventKind::up:
            return on_up();
        case LinkEventKind::down:
            return on_down();
        case LinkEventKind::reset:
            log::info("isdn", "span={} the data link has begun anew", settings_.number);
            return restarts_->repeat();
        case LinkEventKind::switched:
            return on_switched();
        case LinkEventKind::standby:
            return on_standby();
        case LinkEventKind::failed:
            last_error_ = event.reason;
            link_failed_ = true;
            on_down();
            // libpri's timers have ended with the link, T309 among them.
            return drop_all_calls(
                {call::q850::destination_out_of_order, call::Location::private_local, "D-channel failed"});
        case LinkEventKind::setup:
            return on_setup(event);
        case LinkEventKind::restart:
            return on_restart(event);
        case LinkEventKind::restart_ack:
            return restarts_->acknowledged(event.channel);
        case LinkEventKind::service:
        case LinkEventKind::service_ack:
            return on_service(event);
        default:
            break;
    }
    if (on_supplementary(event)) return;
    const auto call = find(event.call);
    switch (event.kind) {
        case LinkEventKind::setup_ack:
            if (call && settle_channel(call, event)) on_setup_ack(call, event);
            break;
        case LinkEventKind::more_called:
            if (call) on_more_called(call, event);
            break;
        case LinkEventKind::connected:
            if (call) on_connected(call, event);
            break;
        case LinkEventKind::proceeding:
        case LinkEventKind::progress:
        case LinkEventKind::alerting:
            if (call && settle_channel(call, event)) on_progress(call, event);
            break;
        case LinkEventKind::answer:
            if (!call || !settle_channel(call, event)) break;
            on_connected(call, event);
            on_answer(call, event);
            break;
        case LinkEventKind::disconnect:
        case LinkEventKind::released:
            if (call) return on_cleared_by_peer(call, event);
            if (event.call != nullptr)
                link_->hangup(event.call, event.cause);  // a call that this side has forgotten
            break;
        case LinkEventKind::peer_state:
            if (call) on_peer_state(call, event.peer_state);
            break;
        case LinkEventKind::cleared:
            if (call) on_cleared(call, event.unanswered);
            break;
        case LinkEventKind::digits:
            if (!call) break;
            if (call->dialling) return on_more_called(call, event);  // some PBXs dial like this (Q.931 5.2.4)
            for (const char digit : event.digits) {
                report(call, [digit](call::LegObserver& observer, call::Leg& leg) {
                    observer.on_digit(leg, digit);
                });
            }
            break;
        default:
            break;
    }
}

// --- layers 1 and 2 ---

void SpanController::on_up() {
    if (std::exchange(up_, true)) return;
    t309_timer_.stop();
    log::info("isdn", "span={} the D-channel is up", settings_.number);
    check_alarm();
    // After a restart of the gateway the other side may still hold calls that this side knows nothing of
    // (Q.931 5.5).
    if (!std::exchange(was_up_, true) && times_.restart_at_start)
        unsure_.insert(allocator_.positions().begin(), allocator_.positions().end());
    // The other end may have been replaced, or restarted, and know nothing of it any more.
    for (const unsigned position : allocator_.positions()) {
        if (allocator_.channel(position).out_here()) untold_.insert(position);
    }
    tell_service();
    restart_unsure();
    changed("span.up");
}

void SpanController::on_down() {
    if (!std::exchange(up_, false)) return;
    ++losses_;
    if (last_error_.empty()) last_error_ = "the D-channel went down";
    log::warning("isdn", "span={} the D-channel is down; answered calls are kept for {}", settings_.number,
                 times_.t309);
    for (const unsigned position : restarts_->cancel())
        unsure_.insert(position);
    if (backup_d_channel_) {
        t309_timer_.start(times_.t309, [this] {
            drop_all_calls({call::q850::destination_out_of_order, call::Location::private_local, "T309"});
        });
    }
    changed("span.down");
}

void SpanController::check_alarm() {
    tell_alarm(spans_.front(), first_span_alarm());
    check_member_alarms();
}

void SpanController::reconcile() {
    reconcile_timer_.start(times_.reconcile, [this] { reconcile(); });
    link_->poll();
    if (stopped_) return;
    check_alarm();
    check_channel_alarms();
    clear_dead_spans();
    tell_service();
    audit();
    restart_unsure();
}

void SpanController::on_line_event(unsigned position, hardware::LineEventKind kind) {
    using hardware::LineEventKind;
    if (stopped_) return;
    if (kind == LineEventKind::alarm || kind == LineEventKind::alarm_clear) {
        allocator_.set_alarm(position, kind == LineEventKind::alarm);
        link_->poll();  // the D-channel of the same span has its own event waiting
        if (!stopped_) check_alarm();
        return;
    }
    if (kind != LineEventKind::removed) return;
    log::error("isdn", "span={} channel={} was removed by the driver", span_number(position),
               timeslot_of(position));
    allocator_.remove(position);
    take_back(position);
    for (const auto& call : std::vector(calls_)) {
        if (call->position != position || call->clearing()) continue;
        begin_clearing(call,
                       {call::q850::temporary_failure, call::Location::private_local, "channel removed"});
    }
    changed({"span.bearer", span_number(position), {{"channel", std::to_string(timeslot_of(position))}}});
}

// --- incoming calls ---

std::optional<std::uint8_t> SpanController::refusal(const LinkEvent& event) const {
    if (stopped_ || (event.channel == 0U && !may_wait())) return call::q850::no_circuit_available;
    if (event.signalling_only || !event.audio) return call::q850::incompatible_destination;
    return std::nullopt;
}

void SpanController::give_way(unsigned position) {
    for (const auto& call : calls_) {
        if (call->position != position || !call->outgoing || call->confirmed) continue;
        log::info("isdn", "{} gives its channel to a call that the other side put there (Q.931 5.7)",
                  ids(*call));
        stop_audio(call);
        call->position = 0;  // the network names another one, or clears the call
    }
}

void SpanController::on_setup(const LinkEvent& event) {
    ++calls_in_;
    end_previous(event.call);
    auto refused = refusal(event);
    BearerAllocator::Incoming taken;
    const bool waits = event.channel == 0U;
    if (!refused && !waits) {
        taken = allocator_.take_incoming(event.channel, event.exclusive);
        if (taken.position == 0) refused = taken.cause;
    }
    if (refused) {
        log::warning("isdn", "span={} channel={} incoming call to {} refused, cause {}",
                     span_number(event.channel.value_or(0)), timeslot_of(event.channel.value_or(0)),
                     event.called.empty() ? "no number" : base::printable(event.called), *refused);
        link_->hangup(event.call, *refused);
        return;
    }
    if (!waits) restarts_->shown_idle(taken.position);
    if (taken.displaced) give_way(taken.position);

    auto call = std::make_shared<SpanCall>(reactor_);
    call->controller = this;
    call->serial = ++last_serial_;
    call->record = event.call;
    call->position = taken.position;
    call->confirmed = true;
    call->waiting = waits;
    calls_.push_back(call);
    if (settings_.receives_overlap() && !event.complete) return begin_dialling(call, event);
    link_->proceeding(event.call, taken.position);
    announce(call, event);
}

/// The number is complete: the call begins.
void SpanController::announce(const CallPointer& call, const LinkEvent& event) {
    call->state = State::proceeding;
    auto leg = std::make_unique<BearerLeg>(
        sink_.next_leg_id(),
        call->waiting
            ? base::format("span {} waiting", settings_.number)
            : base::format("span {} channel {}", span_number(call->position), timeslot_of(call->position)),
        call);
    log::info("isdn", "{} SETUP from {} to {}", ids(*call), call::logged_number(event.caller),
              base::printable(event.called));
    call::CallRequest request{.caller = event.caller, .called = event.called, .source = {}};
    request.diversions = event.diversions;
    request.user_to_user = event.user_to_user;
    request.source.kind = routing::DestinationKind::span;
    request.source.name = settings_.name;
    sink_.incoming(std::move(leg), request);
}

// --- outgoing calls ---

bool SpanController::settle_channel(const CallPointer& call, const LinkEvent& event) {
    if (call->clearing()) return false;
    if (!call->outgoing) return true;
    const unsigned named = event.channel.value_or(0);
    if (named == 0 || named == call->position) {
        if (call->position != 0) allocator_.confirm(call->position);
        call->confirmed = call->position != 0;
        return true;
    }
    const auto moved = allocator_.move(call->position, named);
    if (!moved.done) {
        log::warning("isdn", "{} the network wants channel {}, which is not free", ids(*call),
                     position_text(named));
        begin_clearing(call, {call::q850::requested_circuit_unavailable, call::Location::private_local,
                              "channel collision"});
        return false;
    }
    log::info("isdn", "{} moved to channel {} by the network", ids(*call), position_text(named));
    restarts_->shown_idle(named);
    if (moved.displaced) give_way(named);
    const bool had_audio = call->audio;
    stop_audio(call);
    call->position = named;
    call->confirmed = true;
    if (had_audio) start_audio(call);
    report(call, [](call::LegObserver& observer, call::Leg& leg) { observer.on_media_changed(leg); });
    return true;
}

void SpanController::on_progress(const CallPointer& call, const LinkEvent& event) {
    if (!call->outgoing || call->state == State::connected || call->state == State::announcing) return;
    supervise(call, event);
    const bool alerting = event.kind == LinkEventKind::alerting;
    if (!alerting && call->state == State::setup) call->state = State::proceeding;
    if (alerting) call->state = State::alerting;
    if (!call->proceeding_reported) {
        call->proceeding_reported = true;
        report(call, [](call::LegObserver& observer, call::Leg& leg) { observer.on_proceeding(leg); });
    }
    if (event.kind != LinkEventKind::progress) end_digits(call);  // Q.931 5.1.3
    tell_indicators(call, event.progress, false);
    const bool inband = event.inband && !call->inband_reported;
    const bool first = alerting && !call->alerting_reported;
    if (!inband && !first) return;
    call->inband_reported = call->inband_reported || inband;
    call->alerting_reported = call->alerting_reported || alerting;
    if (inband) {
        call->digit_timer.stop();  // whoever hears why it takes long waits by himself
        start_audio(call);
    }
    const bool rings = call->alerting_reported;
    report(call, [rings, joined = call->inband_reported](call::LegObserver& observer, call::Leg& leg) {
        if (rings) {
            observer.on_alerting(leg, joined);
        } else {
            observer.on_progress(leg);
        }
    });
}

void SpanController::tell_indicators(const CallPointer& call,
                                     const std::vector<call::ProgressIndicator>& indicators, bool of_answer) {
    if (indicators.empty()) return;
    report(call, [indicators, of_answer](call::LegObserver& observer, call::Leg& leg) {
        observer.on_progress_indicators(leg, indicators, of_answer);
    });
}

void SpanController::on_answer(const CallPointer& call, const LinkEvent& event) {
    if (!call->outgoing || call->state == State::connected) return;
    end_digits(call);
    call->state = State::connected;
    call->t310_timer.stop();
    start_audio(call);
    if (!call->audio) {
        begin_clearing(
            call, {call::q850::temporary_failure, call::Location::private_local, "the channel has no audio"});
        return;
    }
    log::info("isdn", "{} answered", ids(*call));
    tell_indicators(call, event.progress, true);
    report(call, [](call::LegObserver& observer, call::Leg& leg) { observer.on_answered(leg); });
}

// --- clearing ---

/// A message that got lost in a reset of the data link is not repeated: where the other side has answered and this one does
/// not know, nothing else ends the call for a long time (Q.931 5.8.11: clearing, cause 101). The reverse cannot be told from
/// a CONNECT that is still under way.
void SpanController::on_peer_state(const CallPointer& call, std::uint8_t state) {
    constexpr std::uint8_t active = 10, wrong_state = 101;
    if (call->clearing() || !call->outgoing || call->state == State::connected || state != active) return;
    log::warning("isdn", "{} the answer was lost: the other side is in state {}", ids(*call), state);
    begin_clearing(call, {wrong_state, call::Location::private_local, "the answer was lost"});
    report_release(call);
}

call::Cause SpanController::received_cause(const LinkEvent& event, bool unanswered) const {
    call::Cause cause;
    cause.value = event.cause != 0 ? event.cause : call::q850::normal_unspecified;
    if (unanswered && event.cause == call::q850::no_user_responding && !event.location) {
        // No message at all came back, which is the span's failure and not the called party's (T303,
        // Q.931 5.1.1).
        return {call::q850::network_out_of_order, call::Location::private_local, "no answer to SETUP"};
    }
    if (event.unanswered && up_ && event.cause != call::q850::destination_out_of_order) {
        return {call::q850::recovery_on_timer_expiry, call::Location::private_local,
                "the answer to SETUP was lost (T303)"};
    }
    const auto usual =
        settings_.side == config::SpanSide::user ? call::Location::public_local : call::Location::user;
    cause.location = event.location.value_or(up_ ? usual : call::Location::private_local);
    if (!up_) cause.detail = "D-channel down";
    return cause;
}

void SpanController::on_cleared_by_peer(const CallPointer& call, const LinkEvent& event) {
    if (event.unanswered) forget_transfer(call);  // no word of the network's
    if (!call->clearing()) {
        const bool first = !call->peer_cause;
        if (first) call->peer_cause = received_cause(event, call->outgoing && call->state == State::setup);
        const auto cause = *call->peer_cause;
        if (first) log::info("isdn", "{} released by the network: {}", ids(*call), call::to_text(cause));
        if (event.kind == LinkEventKind::disconnect) {
            if (first && keeps_announcement(*call, event, cause)) return hear_announcement(call, cause);
            begin_clearing(call, cause);  // answers with RELEASE
            report_release(call);
            return;
        }
        call->cause = cause;
    }
    const bool gone = link_->hangup(call->record, call->cause.value);
    if (event.kind == LinkEventKind::disconnect && !gone) return;
    if (!gone) link_->destroy(call->record);
    const unsigned position = call->position;
    finish(call);
    // The data link may be back already, and the other end take an answered call for kept (T309).
    if (event.unanswered && position != 0) unsure_.insert(position);
}

void SpanController::on_cleared(const CallPointer& call, bool unanswered) {
    const unsigned position = call->position;
    if (unanswered) log::warning("isdn", "{} RELEASE was never answered (T308)", ids(*call));
    finish(call);
    // Q.931 5.3.2, 5.5: the other end may hold the channel for busy for ever.
    if (unanswered && position != 0) unsure_.insert(position);
}

void SpanController::on_restart(const LinkEvent& event) {
    const auto& channel = event.channel;
    if (channel && timeslot_of(*channel) == 0) return;  // of a slot map: the framing's timeslot
    log::warning("isdn", "span={} RESTART from the other side for {}", settings_.number,
                 channel              ? "channel " + position_text(*channel)
                 : event.of_interface ? base::format("all channels of interface {}", *event.of_interface)
                                      : std::string("all channels"));
    const auto meant = [&](unsigned position) {
        if (channel) return position == *channel;
        return !event.of_interface || (position != 0 && interface_of(position) == *event.of_interface);
    };
    drop_calls(meant, {call::q850::temporary_failure, received_cause({}, false).location,
                       "RESTART by the other side"});
    if (channel) return restarts_->shown_idle(*channel);
    if (!event.of_interface) restarts_->cancel();  // theirs was for all, ours would only repeat it
    for (const unsigned position : allocator_.positions()) {
        if (meant(position))
            allocator_.set_remote_in_service(position, true);  // Q.931 5.5.2: its channels are idle again
    }
}

void SpanController::drop_all_calls(const call::Cause& cause) {
    drop_calls([](unsigned) { return true; }, cause);
}

void SpanController::drop_calls(const std::function<bool(unsigned position)>& meant,
                                const call::Cause& cause) {
    for (const auto& call : std::vector(calls_)) {
        if (!meant(call->position)) continue;
        if (call->record != nullptr) link_->destroy(call->record);
        if (!call->clearing()) call->cause = cause;
        finish(call);
    }
}

}  // namespace tipring::isdn
