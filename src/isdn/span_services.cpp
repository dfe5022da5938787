// SpanController's part for supplementary services: who does what; call waiting (ETS 300 058-1), charges (EN 300 182-1) and malicious calls (EN 300 130-1).
// Thread: core.
#include <algorithm>

#include "pri_supplementary.hpp"
#include "span_controller.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {

/// True when the event was about a supplementary service.
bool SpanController::on_supplementary(const LinkEvent& event) {
    const auto call = find(event.call);
    switch (event.kind) {
        case LinkEventKind::hold:
            on_hold(call, event);
            return true;
        case LinkEventKind::retrieve:
            on_retrieve(call, event);
            return true;
        case LinkEventKind::notification:
            if (call) on_notification(call, event);
            return true;
        case LinkEventKind::advice:
            if (call) on_advice(call, event);
            return true;
        case LinkEventKind::transfer:
            on_transfer_request(event);
            return true;
        case LinkEventKind::refused:
            if (call) on_refused(call);
            return true;
        case LinkEventKind::malicious:
        case LinkEventKind::malicious_answer:
            if (call) on_malicious(call, event);
            return true;
        case LinkEventKind::hold_ack:
        case LinkEventKind::hold_reject:
        case LinkEventKind::retrieve_ack:
        case LinkEventKind::retrieve_reject:
            return true;  // this side asks for none
        default:
            return false;
    }
}

/// A SETUP without a channel may be taken.
bool SpanController::may_wait() const {
    const auto waiting = std::ranges::count_if(calls_, [](const CallPointer& call) { return call->waiting; });
    return waiting < static_cast<std::ptrdiff_t>(settings_.call_waiting);
}

/// Who answers says on which channel (ETS 300 058-1 9.1); false: there is none, and the call is being cleared.
bool SpanController::end_waiting(const CallPointer& call) {
    const auto position = allocator_.take_outgoing();
    if (!position) {
        begin_clearing(call, {call::q850::no_circuit_available, call::Location::private_local,
                              "answered while every channel was busy"});
        return false;
    }
    allocator_.confirm(*position);
    call->position = *position;
    call->waiting = false;
    return true;
}

void SpanController::on_advice(const CallPointer& call, const LinkEvent& event) {
    if (!settings_.advice_of_charge || !event.advice) return;
    report(call, [advice = *event.advice](call::LegObserver& observer, call::Leg& leg) {
        observer.on_advice(leg, advice);
    });
}

void SpanController::on_malicious(const CallPointer& call, const LinkEvent& event) {
    const bool asked = event.kind == LinkEventKind::malicious;
    report(call, [asked, done = event.accepted](call::LegObserver& observer, call::Leg& leg) {
        observer.on_identification(leg, asked, done);
    });
}

bool SpanController::identify(const CallPointer& call) {
    if (!settings_.malicious_call || call->outgoing || call->state != SpanCall::State::connected)
        return false;
    if (!send_malicious_call(*link_, call->record)) return false;
    base::log::warning("isdn", "{} the network is asked to identify the caller", ids(*call));
    return true;
}

}  // namespace tipring::isdn
