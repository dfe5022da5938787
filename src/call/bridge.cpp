// The transitions of bridge.hpp's table. Pure. Thread: core.
#include "bridge.hpp"

#include <utility>

namespace tipring::call {

using State = BridgeState;
using Event = BridgeEventKind;
using Action = BridgeActionKind;

std::string_view name(BridgeState state) {
    switch (state) {
        case State::routing:
            return "routing";
        case State::trying:
            return "trying";
        case State::alerting:
            return "alerting";
        case State::talking:
            return "talking";
        case State::releasing:
            return "releasing";
        case State::ended:
            return "ended";
    }
    return "?";
}

std::string_view name(BridgeEventKind kind) {
    switch (kind) {
        case Event::begin:
            return "begin";
        case Event::attempt_started:
            return "attempt_started";
        case Event::attempt_refused:
            return "attempt_refused";
        case Event::out_of_destinations:
            return "out_of_destinations";
        case Event::a_released:
            return "a_released";
        case Event::a_media:
            return "a_media";
        case Event::a_digit:
            return "a_digit";
        case Event::b_proceeding:
            return "b_proceeding";
        case Event::b_alerting:
            return "b_alerting";
        case Event::b_answered:
            return "b_answered";
        case Event::b_released:
            return "b_released";
        case Event::b_media:
            return "b_media";
        case Event::b_digit:
            return "b_digit";
        case Event::abandoned_released:
            return "abandoned_released";
        case Event::no_answer:
            return "no_answer";
        case Event::hang_up:
            return "hang_up";
        case Event::guard:
            return "guard";
    }
    return "?";
}

std::string_view name(BridgeActionKind kind) {
    switch (kind) {
        case Action::proceed_a:
            return "proceed_a";
        case Action::alert_a:
            return "alert_a";
        case Action::answer_a:
            return "answer_a";
        case Action::release_a:
            return "release_a";
        case Action::release_b:
            return "release_b";
        case Action::abandon_b:
            return "abandon_b";
        case Action::connect:
            return "connect";
        case Action::disconnect:
            return "disconnect";
        case Action::try_next:
            return "try_next";
        case Action::start_no_progress:
            return "start_no_progress";
        case Action::start_no_answer:
            return "start_no_answer";
        case Action::stop_no_answer:
            return "stop_no_answer";
        case Action::digit_to_a:
            return "digit_to_a";
        case Action::digit_to_b:
            return "digit_to_b";
        case Action::start_guard:
            return "start_guard";
        case Action::finish:
            return "finish";
    }
    return "?";
}

Bridge::Actions Bridge::handle(const BridgeEvent& event) {
    actions_.clear();
    if (state_ == State::ended) return {};
    if (event.kind == Event::abandoned_released) {
        if (abandoned_ > 0) --abandoned_;
        if (state_ == State::releasing) finish_if_alone();
    } else if (state_ == State::releasing) {
        in_releasing(event);
    } else if (!ends_call(event)) {
        switch (state_) {
            case State::routing:
                in_routing(event);
                break;
            case State::trying:
            case State::alerting:
                in_attempt(event);
                break;
            case State::talking:
                in_talking(event);
                break;
            case State::releasing:
            case State::ended:
                break;
        }
    }
    return std::exchange(actions_, {});
}

/// The two events that end a call in every state before releasing.
bool Bridge::ends_call(const BridgeEvent& event) {
    if (event.kind == Event::a_released) {
        a_alive_ = false;
        begin_releasing(event.cause, ReleasedBy::caller);
        return true;
    }
    if (event.kind == Event::hang_up) {
        begin_releasing(event.cause, ReleasedBy::gateway);
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
            alert(event.inband);
            return;
        case Event::b_answered:
            stop_no_answer();
            state_ = State::talking;
            act(Action::answer_a);
            connected_ = true;
            act(Action::connect);  // also when early audio was joined: an answered leg may have got its
                                   // endpoint only now
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
            // A caller who heard this attempt's own tones is given ringback again, instead of silence.
            if (alerted_inband_) alert(false);
            disconnect();
            b_alive_ = false;
            ++abandoned_;
            state_ = State::routing;
            act(Action::abandon_b, cause_);
            act(Action::try_next);
            return;
        case Event::a_media:
        case Event::b_media:
            if (connected_) act(Action::connect);
            return;
        case Event::a_digit:
            if (state_ == State::alerting) actions_.push_back({Action::digit_to_b, {}, false, event.digit});
            return;
        case Event::b_digit:
            return;
        default:
            ++unexpected_;
    }
}

void Bridge::attempt_failed(const BridgeEvent& event) {
    b_alive_ = false;
    stop_no_answer();
    if (state_ == State::alerting || !may_try_next(event.cause)) {
        begin_releasing(event.cause, ReleasedBy::called);
        return;
    }
    cause_ = event.cause;
    released_by_ = ReleasedBy::called;
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
            b_alive_ = false;
            begin_releasing(event.cause, ReleasedBy::called);
            return;
        case Event::a_media:
        case Event::b_media:
            act(Action::connect);
            return;
        case Event::a_digit:
            actions_.push_back({Action::digit_to_b, {}, false, event.digit});
            return;
        case Event::b_digit:
            actions_.push_back({Action::digit_to_a, {}, false, event.digit});
            return;
        default:
            ++unexpected_;
    }
}

void Bridge::in_releasing(const BridgeEvent& event) {
    switch (event.kind) {
        case Event::a_released:
            a_alive_ = false;
            break;
        case Event::b_released:
            b_alive_ = false;
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

void Bridge::alert(bool inband) {
    if (alerted_ && alerted_inband_ == inband) return;
    alerted_ = true;
    alerted_inband_ = inband;
    actions_.push_back({Action::alert_a, {}, inband, 0});
    if (inband) {
        connect();
    } else {
        disconnect();
    }
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
    disconnect();
    if (a_alive_) act(Action::release_a, cause_);
    if (b_alive_) act(Action::release_b, cause_);
    act(Action::start_guard);
    finish_if_alone();
}

void Bridge::finish_if_alone() {
    if (a_alive_ || b_alive_ || abandoned_ > 0) return;
    state_ = State::ended;
    act(Action::finish);
}

}  // namespace tipring::call
