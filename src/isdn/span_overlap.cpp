// SpanController, continued: numbers that come or go digit by digit (Q.931 5.1.3, 5.2.4), announcements after a
// DISCONNECT (5.3.4.1), and who is connected. Thread: core.
#include "span_controller.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {

namespace {

namespace log = base::log;
using State = SpanCall::State;

}  // namespace

// --- overlap receiving ---

void SpanController::begin_dialling(const CallPointer& call, const LinkEvent& setup) {
    call->dialling = std::make_unique<Dialling>(Dialling{DigitCollector(digit_map_), setup});
    const auto verdict = call->dialling->collector.add(setup.called_wire.digits, false);
    if (verdict != DigitVerdict::more) return act_on(call, verdict);
    const bool tone = settings_.dial_tone && call->dialling->collector.number().empty();
    if (tone) {
        start_audio(call);
        audio_->play_tone(call->position, dial_tone_);
    }
    link_->setup_ack(call->record, call->position, tone && call->audio);
    log::info("isdn", "{} SETUP, the number is not complete yet", ids(*call));
    act_on(call, verdict);
}

void SpanController::on_more_called(const CallPointer& call, const LinkEvent& event) {
    if (!call->dialling || call->clearing()) return;
    if (call->audio) audio_->stop_tone(call->position);
    act_on(call, call->dialling->collector.add(event.digits, event.complete));
}

void SpanController::act_on(const CallPointer& call, DigitVerdict verdict) {
    if (verdict == DigitVerdict::more) {
        call->digit_timer.start(settings_.digit_timeout, [this, call] {
            if (call->dialling) act_on(call, call->dialling->collector.timeout());
        });
        return;
    }
    call->digit_timer.stop();
    const auto dialling = std::exchange(call->dialling, nullptr);
    if (verdict == DigitVerdict::too_few) {
        const call::Cause cause{call::q850::invalid_number_format, call::Location::private_local,
                                "the number was never complete"};
        log::info("isdn", "{} {} after \"{}\"", ids(*call), cause.detail, dialling->collector.number());
        // RELEASE COMPLETE is no answer to a call that was acknowledged, and libpri knows which one it is.
        return begin_clearing(call, cause);
    }
    auto setup = dialling->setup;
    setup.called_wire.digits = dialling->collector.number();
    setup.called =
        routing::received_number(settings_.numbers, routing::NumberRole::called, setup.called_wire);
    link_->proceeding(call->record, call->position);
    announce(call, setup);
}

// --- overlap sending ---

void SpanController::on_setup_ack(const CallPointer& call, const LinkEvent& event) {
    if (!call->outgoing || call->state != State::setup) return;
    call->state = State::proceeding;
    call->takes_digits = settings_.sends_overlap();
    if (!std::exchange(call->proceeding_reported, true))
        report(call, [](call::LegObserver& observer, call::Leg& leg) { observer.on_proceeding(leg); });
    if (event.inband) {
        call->dial_tone = true;
        start_audio(call);
        report(call, [](call::LegObserver& observer, call::Leg& leg) { observer.on_progress(leg); });
    }
    wait_for_digits(call);
    for (const char digit : std::exchange(call->digits_waiting, {}))
        dial_on(call, digit);
}

bool SpanController::takes_digits(const SpanCall& call) const {
    if (!call.outgoing || !settings_.sends_overlap() || call.record == nullptr || call.clearing())
        return false;
    return call.state == State::setup || call.takes_digits;
}

void SpanController::dial_on(const CallPointer& call, char digit) {
    if (!takes_digits(*call)) return;
    if (call->state == State::setup) {
        call->digits_waiting += digit;
    } else {
        link_->information(call->record, digit);
        wait_for_digits(call);
    }
}

/// T304 (Q.931 5.1.3, 5.2.4, tables 9-1 and 9-2), which libpri does not have.
void SpanController::wait_for_digits(const CallPointer& call) {
    if (!call->takes_digits || call->inband_reported) return;
    call->digit_timer.start(times_.t304, [this, call] {
        log::info("isdn", "{} the number was never complete (T304)", ids(*call));
        begin_clearing(call, {call::q850::invalid_number_format, call::Location::private_local, "T304"});
        report_release(call);
    });
}

void SpanController::end_digits(const CallPointer& call) {
    call->takes_digits = false;
    call->digit_timer.stop();
}

// --- after the call was set up ---

void SpanController::on_connected(const CallPointer& call, const LinkEvent& event) {
    if (!event.connected || call->clearing()) return;
    report(call, [party = *event.connected](call::LegObserver& observer, call::Leg& leg) {
        observer.on_connected_party(leg, party);
    });
}

/// An answered call has nothing more to say that is worth its price; and where another destination can be tried,
/// that is better than an announcement, unless the caller hears the network already.
bool SpanController::keeps_announcement(const SpanCall& call, const LinkEvent& event,
                                        const call::Cause& cause) const {
    if (!event.inband || !call.outgoing || call.state == State::connected || call.leg == nullptr)
        return false;
    if (settings_.announcement.count() == 0 || call.position == 0) return false;
    return !call::may_try_next(cause) || call.alerting_reported || call.inband_reported || call.dial_tone;
}

void SpanController::hear_announcement(const CallPointer& call, const call::Cause& cause) {
    call->state = State::announcing;
    end_digits(call);
    call->t310_timer.stop();
    start_audio(call);
    log::info("isdn", "{} the network explains it in-band", ids(*call));
    if (!std::exchange(call->inband_reported, true))
        report(call, [](call::LegObserver& observer, call::Leg& leg) { observer.on_progress(leg); });
    call->report_timer.start(settings_.announcement, [this, call, cause] {
        begin_clearing(call, cause);
        report_release(call);
    });
}

}  // namespace tipring::isdn
