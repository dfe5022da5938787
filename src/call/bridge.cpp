// The transitions of bridge.hpp's table. Pure. Thread: core.
#include "bridge.hpp"

#include <utility>

namespace tipring::call {

using State = BridgeState;
using Event = BridgeEventKind;
using Action = BridgeActionKind;

namespace {

/// A leg is released by its party, but for what the operator does to the leg.
Bridge::ReleasedBy releaser(const Cause& cause, Bridge::ReleasedBy party) {
    return cause.why == Why::by_operator ? Bridge::ReleasedBy::gateway : party;
}

}  // namespace

Bridge::Actions Bridge::handle(const BridgeEvent& event) {
    actions_.clear();
    if (state_ == State::ended) return {};
    if (event.kind == Event::abandoned_released) {
        if (abandoned_ > 0) --abandoned_;
        if (state_ == State::releasing) finish_if_alone();
    } else if (state_ == State::releasing) {
        in_releasing(event);
    } else if (!ends_call(event) && !user_action(event)) {
        switch (state_) {
            case State::routing:
                in_routing(event);
                break;
            case State::trying:
            case State::alerting:
                in_attempt(event);
                break;
            case State::talking:
            case State::referring:
                in_talking(event);
                break;
            case State::releasing:
            case State::ended:
                break;
        }
    }
    return std::exchange(actions_, {});
}

/// The events that end a call in every state before releasing.
bool Bridge::ends_call(const BridgeEvent& event) {
    if (event.kind == Event::a_released) {
        a_alive_ = false;
        begin_releasing(event.cause, releaser(event.cause, ReleasedBy::caller));
        return true;
    }
    if (event.kind == Event::hang_up) {
        begin_releasing(event.cause, ReleasedBy::gateway);
        return true;
    }
    if (event.kind == Event::taken) {
        taken(event.side);
        return true;
    }
    return false;
}

void Bridge::in_routing(const BridgeEvent& event) {
    switch (event.kind) {
        case Event::begin:
            act(Action::try_next);
            return;
        case Event::attempt_started:
            b_alive_ = true;
            state_ = State::trying;
            if (!std::exchange(proceeded_, true)) act(Action::proceed_a);
            start_no_answer(Action::start_no_progress);
            return;
        case Event::attempt_refused:
            cause_ = event.cause;
            released_by_ = ReleasedBy::gateway;
            act(Action::try_next);
            return;
        case Event::out_of_destinations:
            begin_releasing(Cause(cause_), released_by_);
            return;
        case Event::a_media:
            if (ringing_) ring();
            return;
        case Event::a_digit:
            return;  // there is nobody to tell yet
        default:
            ++unexpected_;
    }
}

void Bridge::in_attempt(const BridgeEvent& event) {
    switch (event.kind) {
        case Event::b_proceeding:
            if (state_ == State::trying) start_no_answer(Action::start_no_progress);
            return;
        case Event::b_alerting:
            if (state_ == State::trying) start_no_answer(Action::start_no_answer);
            state_ = State::alerting;
            alert(event.inband, event.rings);
            return;
        case Event::b_answered:
            stop_no_answer();
            answered();
            return;
        case Event::b_released:
            attempt_failed(event);
            return;
        case Event::no_answer:
            no_answer_running_ = false;
            cause_ = state_ == State::trying
                         ? Cause{q850::recovery_on_timer_expiry, Location::private_local, "did not even ring"}
                         : Cause{q850::no_answer, Location::private_local, "no answer in time"};
            released_by_ = ReleasedBy::gateway;
            to_routing();
            ++abandoned_;
            act(Action::abandon_b, cause_);
            act(Action::try_next);
            return;
        case Event::a_media:
        case Event::b_media:
            if (connected_) act(Action::connect);
            if (ringing_ && event.kind == Event::a_media) ring();
            return;
        case Event::a_digit:
            attempt_digit(event);
            return;
        case Event::b_digit:
            return;
        case Event::b_redirected:
            redirected();
            return;
        case Event::picked_up:
            picked_up();
            return;
        default:
            ++unexpected_;
    }
}

/// A number that grows has all its time again. What B takes for more of it may begin with dial tone, which is
/// heard like an announcement, so the state does not tell.
void Bridge::attempt_digit(const BridgeEvent& event) {
    const bool alerting = state_ == State::alerting;
    if (event.dials) start_no_answer(alerting ? Action::start_no_answer : Action::start_no_progress);
    const auto kind = event.dials || !alerting ? Action::dial_on_b : Action::digit_to_b;
    actions_.push_back({.kind = kind, .digit = event.digit});
}

void Bridge::attempt_failed(const BridgeEvent& event) {
    b_alive_ = false;
    stop_no_answer();
    if (state_ == State::alerting || !may_try_next(event.cause)) {
        begin_releasing(event.cause, releaser(event.cause, ReleasedBy::called));
        return;
    }
    cause_ = event.cause;
    released_by_ = releaser(event.cause, ReleasedBy::called);
    state_ = State::routing;
    act(Action::try_next);
}

void Bridge::in_talking(const BridgeEvent& event) {
    switch (event.kind) {
        case Event::b_proceeding:
        case Event::b_alerting:
        case Event::b_answered:
            return;
        case Event::b_released:
        case Event::b_redirected:
            b_alive_ = false;
            begin_releasing(event.cause, releaser(event.cause, ReleasedBy::called));
            return;
        case Event::a_media:
        case Event::b_media:
            act(Action::connect);
            return;
        case Event::a_digit:
            actions_.push_back({.kind = Action::digit_to_b, .digit = event.digit});
            return;
        case Event::b_digit:
            actions_.push_back({.kind = Action::digit_to_a, .digit = event.digit});
            return;
        case Event::no_answer:
            if (state_ == State::talking) {
                ++unexpected_;
                return;
            }
            no_answer_running_ = false;
            referred(false);
            return;
        default:
            ++unexpected_;
    }
}

void Bridge::in_releasing(const BridgeEvent& event) {
    switch (event.kind) {
        case Event::a_released:
            a_alive_ = false;
            note_method(event.cause);
            break;
        case Event::b_released:
            b_alive_ = false;
            note_method(event.cause);
            break;
        case Event::b_redirected:
            b_alive_ = false;
            break;
        case Event::taken:
            (event.side == Side::a ? a_alive_ : b_alive_) = false;
            break;
        case Event::attempt_started:
            b_alive_ = true;
            act(Action::release_b, cause_);
            return;
        case Event::guard:
            a_alive_ = b_alive_ = false;
            abandoned_ = 0;
            break;
        default:
            return;
    }
    finish_if_alone();
}

void Bridge::alert(bool inband, bool rings) {
    const bool rings_now = rings && !alerted_rings_;
    if (alerted_ && alerted_inband_ == inband && !rings_now) return;
    alerted_ = true;
    alerted_inband_ = inband;
    alerted_rings_ = alerted_rings_ || rings;
    if (!a_answered_) actions_.push_back({.kind = Action::alert_a, .inband = inband, .rings = rings});
    if (inband) {
        stop_ring();
        connect();
    } else {
        disconnect();
        if (a_answered_) ring();
    }
}

void Bridge::answered() {
    state_ = State::talking;
    stop_ring();
    if (!a_answered_) act(Action::answer_a);
    connected_ = true;
    act(Action::connect);  // also when early audio was joined: an answered leg may have got its endpoint only
                           // now
    if (holds(Side::a)) act(Action::hold, Side::b, true);
}

/// B is no longer one. A caller who heard its own tones is given ringback again, instead of silence.
void Bridge::to_routing() {
    if (alerted_inband_) alert(false);
    disconnect();
    b_alive_ = false;
    state_ = State::routing;
}

void Bridge::ring() {
    ringing_ = true;
    act(Action::ring_a);
}

void Bridge::stop_ring() {
    if (std::exchange(ringing_, false)) act(Action::stop_ring_a);
}

void Bridge::connect() {
    if (!std::exchange(connected_, true)) act(Action::connect);
}

void Bridge::disconnect() {
    if (std::exchange(connected_, false)) act(Action::disconnect);
}

void Bridge::start_no_answer(Action kind) {
    no_answer_running_ = true;
    act(kind);
}

void Bridge::stop_no_answer() {
    if (std::exchange(no_answer_running_, false)) act(Action::stop_no_answer);
}

void Bridge::begin_releasing(const Cause& cause, ReleasedBy by) {
    cause_ = cause;
    released_by_ = by;
    state_ = State::releasing;
    stop_no_answer();
    stop_ring();
    disconnect();
    if (a_alive_) act(Action::release_a, cause_);
    if (b_alive_) act(Action::release_b, cause_);
    act(Action::start_guard);
    finish_if_alone();
}

/// An exchange line knows that it was the other party who ended the call, and not the line.
void Bridge::note_method(const Cause& cause) {
    if (cause_.method.empty() && released_by_ != ReleasedBy::gateway) cause_.method = cause.method;
}

void Bridge::finish_if_alone() {
    if (a_alive_ || b_alive_ || abandoned_ > 0) return;
    state_ = State::ended;
    act(Action::finish);
}

}  // namespace tipring::call
