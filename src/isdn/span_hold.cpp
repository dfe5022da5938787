// SpanController's part for hold: HOLD and RETRIEVE of the other end (ETS 300 196-1 7, ETS 300 141), which free and
// take a B-channel, and the notifications of a hold beyond either side. Thread: core.
#include "pri_supplementary.hpp"
#include "span_controller.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {

namespace {

namespace log = base::log;
using State = SpanCall::State;

constexpr std::uint8_t facility_rejected = 29, facility_not_subscribed = 50,
                       not_compatible_with_state = 101;  // Q.850 2.2

}  // namespace

void SpanController::on_hold(const CallPointer& call, const LinkEvent& event) {
    std::uint8_t refused = 0;
    if (!call || call->state != State::connected || call->held) refused = not_compatible_with_state;
    // A user has services by subscription; a network is only told that we do not follow.
    if (!settings_.hold)
        refused = settings_.side == config::SpanSide::network ? facility_not_subscribed : facility_rejected;
    if (refused != 0) {
        log::info("isdn", "span={} HOLD refused, cause {}", settings_.number, refused);
        send_hold_reject(*link_, event.call, refused);
        return;
    }
    log::info("isdn", "{} is put on hold by the other side; its channel is free", ids(*call));
    const unsigned position = std::exchange(call->position, 0U);
    if (std::exchange(call->audio, false)) audio_->stop(position);
    allocator_.release(position);
    call->held = true;
    send_hold_ack(*link_, call->record);
    report(call, [](call::LegObserver& observer, call::Leg& leg) { observer.on_media_changed(leg); });
    report_hold(call);
    changed("span.hold");
}

void SpanController::on_retrieve(const CallPointer& call, const LinkEvent& event) {
    const auto refuse = [&](std::uint8_t cause) {
        log::warning("isdn", "span={} RETRIEVE refused, cause {}", settings_.number, cause);
        send_retrieve_reject(*link_, event.call, cause);
    };
    if (!call || !call->held || call->state != State::connected) return refuse(not_compatible_with_state);
    const auto taken = allocator_.take_incoming(event.channel, event.exclusive);
    if (taken.position == 0) return refuse(taken.cause);
    restarts_->shown_idle(taken.position);
    if (taken.displaced) give_way(taken.position);
    if (!audio_->start(taken.position)) {
        audio_->stop(taken.position);
        allocator_.release(taken.position);
        return refuse(call::q850::temporary_failure);
    }
    call->position = taken.position;
    call->confirmed = true;
    call->audio = true;
    call->held = false;
    send_retrieve_ack(*link_, call->record, call->position);
    log::info("isdn", "{} is taken back from hold by the other side", ids(*call));
    report(call, [](call::LegObserver& observer, call::Leg& leg) { observer.on_media_changed(leg); });
    report_hold(call);
    changed("span.hold");
}

void SpanController::on_notification(const CallPointer& call, const LinkEvent& event) {
    if (!settings_.hold || call->state != State::connected) return;
    switch (event.notification) {
        case notification::remote_hold:
        case notification::user_suspended:
            call->remote_hold = true;
            break;
        case notification::remote_retrieval:
        case notification::user_resumed:
            call->remote_hold = false;
            break;
        default:
            log::debug("isdn", "{} NOTIFY {} is not used", ids(*call), event.notification);
            return;
    }
    log::info("isdn", "{} the far party {}", ids(*call), call->remote_hold ? "holds" : "takes back");
    report_hold(call);
}

void SpanController::report_hold(const CallPointer& call) {
    const bool on = call->held || call->remote_hold;
    if (std::exchange(call->hold_reported, on) == on) return;
    report(call, [on](call::LegObserver& observer, call::Leg& leg) { observer.on_hold(leg, on); });
}

/// The other leg holds this one: what the far end is told is ETS 300 141's notification, which only EuroISDN has.
void SpanController::notify_hold(const CallPointer& call, bool on) {
    if (!settings_.hold || settings_.switch_type != config::SwitchType::euroisdn) return;
    if (call->state != State::connected || std::exchange(call->hold_notified, on) == on) return;
    send_notification(*link_, call->record, on ? notification::remote_hold : notification::remote_retrieval);
}

}  // namespace tipring::isdn
