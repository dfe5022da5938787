// SpanController's part for transfers. Two calls of the span that the gateway would join are joined by the network, when
// it agrees: explicit call transfer (EN 300 369-1), two B-channel transfer (GR-2865), or RLT of the
// DMS-100, as libpri has it for the switch type. libpri does not tell what became of it, so both calls being
// cleared by the network is the sign of success, and a FACILITY that refuses (q931_peek.hpp) that of failure. And the other end may ask for a transfer of two calls (EN 300 369-1).
// Thread: core.
#include "bearer_position.hpp"
#include "pri_supplementary.hpp"
#include "span_controller.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {

namespace {

namespace log = base::log;
using State = SpanCall::State;

}  // namespace

bool SpanController::refer(const CallPointer& call, const CallPointer& other) {
    const auto ready = [](const CallPointer& one) {
        return one->state == State::connected && !one->held && !one->transfer_partner.lock() &&
               !one->transfer_invoke;
    };
    if (!settings_.transfer || !up_ || call == other || other->controller != this) return false;
    if (settings_.side == config::SpanSide::network) return false;  // users ask, networks join
    // libpri keeps a pointer to the other call after that is freed (bridged_call), and a path replacement uses it.
    if (settings_.switch_type == config::SwitchType::qsig) return false;
    if (!ready(call) || !ready(other)) return false;
    if (!send_transfer(*link_, call->record, other->record)) return false;
    log::info("isdn", "{} the network is asked to join it to channel {}", ids(*call),
              position_text(other->position));
    call->transfer_partner = other;
    other->transfer_partner = call;
    call->transfer_asked = true;
    call->transfer_timer.start(times_.transfer, [this, call] { end_transfer(call, false); });
    return true;
}

/// True: the end of the call belongs to a transfer, whose outcome is told first.
bool SpanController::ends_by_transfer(const CallPointer& call) {
    const auto partner = call->transfer_partner.lock();
    if (!partner || !call->peer_cause) return false;
    if (std::exchange(call->transfer_cleared, true)) return true;
    if (partner->transfer_cleared) {
        end_transfer(call, true);
        return true;
    }
    const auto& asked = call->transfer_asked ? call : partner;
    // It may only be a hang-up.
    asked->transfer_timer.start(times_.transfer_settle, [this, asked] { end_transfer(asked, false); });
    return true;
}

void SpanController::end_transfer(const CallPointer& call, bool done) {
    const auto partner = call->transfer_partner.lock();
    call->transfer_partner.reset();
    if (partner) partner->transfer_partner.reset();
    call->transfer_timer.stop();
    if (partner) partner->transfer_timer.stop();
    const auto asked = call->transfer_asked || !partner ? call : partner;
    asked->transfer_asked = false;
    log::info("isdn", "{} the network {}", ids(*asked),
              done ? "has joined the calls" : "did not join the calls");
    reactor_.post([asked, ends = std::vector{call, partner}, done] {
        if (asked->leg != nullptr && asked->leg->observer() != nullptr) {
            asked->leg->observer()->on_referred(
                *asked->leg, done ? call::ReferOutcome::reached : call::ReferOutcome::failed);
        }
        // After the outcome, as Leg wants it.
        for (const auto& one : ends) {
            if (one && one->controller != nullptr && one->transfer_cleared)
                one->controller->report_release(one);
        }
    });
}

/// Of the two calls of a transfer the types of exchange ask in one or the other.
void SpanController::on_refused(const CallPointer& call) {
    if (call->transfer_partner.lock()) end_transfer(call, false);
}

/// The gateway ends the call itself: whatever the network does with a transfer has no more meaning.
void SpanController::forget_transfer(const CallPointer& call) {
    const auto partner = call->transfer_partner.lock();
    call->transfer_partner.reset();
    call->transfer_asked = false;
    call->transfer_timer.stop();
    if (!partner) return;
    partner->transfer_partner.reset();
    partner->transfer_asked = false;
    partner->transfer_timer.stop();
    if (partner->transfer_cleared) report_release(partner);
}

// --- asked by the other end ---

void SpanController::on_transfer_request(const LinkEvent& event) {
    const auto call = find(event.call);
    const auto other = find(event.other);
    const auto alive = [](const CallPointer& one) {
        return one && one->leg != nullptr && !one->clearing() && !one->transfer_partner.lock() &&
               !one->transfer_invoke;
    };
    const bool allowed = settings_.transfer && alive(call) && alive(other) && call != other &&
                         (call->state == State::connected || other->state == State::connected);
    if (!allowed) {
        log::warning("isdn", "span={} a transfer that the other side asks for is refused", settings_.number);
        answer_transfer(*link_, event.call, event.invoke, false);
        return;
    }
    log::info("isdn", "{} the other side transfers it to the call on channel {}", ids(*call),
              position_text(other->position));
    call->transfer_invoke = event.invoke;
    report(call, [call, other](call::LegObserver& observer, call::Leg& leg) {
        if (other->leg != nullptr) return observer.on_join(leg, *other->leg);
        leg.transfer_failed();
    });
}

void SpanController::settle_transfer_request(const CallPointer& call, bool done) {
    if (!call->transfer_invoke || call->record == nullptr || call->clearing()) return;
    answer_transfer(*link_, call->record, *std::exchange(call->transfer_invoke, std::nullopt), done);
    if (!done) log::info("isdn", "{} cannot be transferred", ids(*call));
}

}  // namespace tipring::isdn
