// The Bridge's transitions for what the users of a call do: hold, flash, transfer, join, pick-up. Pure.
// Thread: core.
#include <utility>

#include "bridge.hpp"

namespace tipring::call {

using State = BridgeState;
using Event = BridgeEventKind;
using Action = BridgeActionKind;

/// False for an event of another kind. Comes in the states before releasing.
bool Bridge::user_action(const BridgeEvent& event) {
    switch (event.kind) {
        case Event::hold:
        case Event::flash:
        case Event::transfer:
            break;
        case Event::referred:
            if (state_ == State::referring) referred(event.on);
            return true;
        case Event::refer_refused:
            if (state_ == State::referring) carry_out_transfer(transferor_);
            return true;
        case Event::join:
            if (talking()) {
                join(event);
            } else {
                ++unexpected_;
            }
            return true;
        default:
            return false;
    }
    if (talking()) {
        user_action_talking(event);
    } else if (event.kind == Event::hold && event.side == Side::a) {
        holds_[index(Side::a)] = event.on;
    } else if (event.kind == Event::transfer) {
        act(Action::transfer_failed, event.side, false);
    }
    return true;
}

void Bridge::user_action_talking(const BridgeEvent& event) {
    if (event.kind == Event::hold) {
        if (std::exchange(holds_[index(event.side)], event.on) != event.on)
            act(Action::hold, other(event.side), event.on);
    } else if (event.kind == Event::flash) {
        act(Action::flash, other(event.side), false);
    } else if (state_ == State::talking) {
        transfer(event);
    }
}

void Bridge::transfer(const BridgeEvent& event) {
    if (event.on) {
        transferor_ = event.side;
        state_ = State::referring;
        start_no_answer(Action::start_no_answer);
        return;
    }
    carry_out_transfer(event.side);
}

void Bridge::carry_out_transfer(Side transferor) {
    leave(transferor);
    state_ = State::routing;
    cause_ = Cause{q850::no_route_to_destination, Location::private_local, ""};
    released_by_ = ReleasedBy::gateway;
    act(Action::reroute);
}

void Bridge::referred(bool done) {
    if (done) {
        begin_releasing(transferred_away(), transferor_ == Side::a ? ReleasedBy::caller : ReleasedBy::called);
        return;
    }
    stop_no_answer();
    state_ = State::talking;
    if (std::exchange(holds_[index(transferor_)], false)) act(Action::hold, other(transferor_), false);
    act(Action::transfer_failed, transferor_, false);
    act(Action::connect);
}

/// The other side stays, and is A from now on.
void Bridge::leave(Side side) {
    const auto stays = other(side);
    stop_no_answer();
    if (holds(side)) act(Action::hold, stays, false);
    disconnect();
    act(Action::leave, side, false);
    ++abandoned_;
    holds_ = {holds(stays), false};
    a_alive_ = true;
    b_alive_ = false;
    a_answered_ = true;
    alerted_ = alerted_inband_ = alerted_rings_ = false;
}

void Bridge::join(const BridgeEvent& event) {
    leave(event.side);
    act(Action::take_b);
    b_alive_ = true;
    state_ = event.newcomer.state;
    if (state_ == State::alerting) {
        start_no_answer(Action::start_no_answer);
        alert(event.newcomer.inband);
    } else if (state_ == State::trying) {
        start_no_answer(Action::start_no_progress);
    } else {
        state_ = State::talking;
        meet(event.newcomer);
    }
}

/// Each side is told how the other one has it, where that differs from what it has been told last.
void Bridge::meet(const Newcomer& newcomer) {
    if (newcomer.held != holds(Side::a)) act(Action::hold, Side::b, holds(Side::a));
    if (std::exchange(holds_[index(Side::b)], newcomer.holds) != newcomer.holds)
        act(Action::hold, Side::a, newcomer.holds);
    connect();
}

void Bridge::picked_up() {
    if (state_ != State::alerting) {
        ++unexpected_;
        return;
    }
    stop_no_answer();
    disconnect();
    act(Action::abandon_b, {q850::non_selected_user_clearing, Location::private_local, "answered elsewhere"});
    ++abandoned_;
    act(Action::take_b);
    act(Action::answer_b);
    answered();
}

void Bridge::taken(Side side) {
    (side == Side::a ? a_alive_ : b_alive_) = false;
    auto by = side == Side::a ? ReleasedBy::called : ReleasedBy::caller;
    if (!a_alive_ && !b_alive_) by = ReleasedBy::gateway;
    begin_releasing(joined_to_another(), by);
}

void Bridge::redirected() {
    stop_no_answer();
    to_routing();
    cause_ = Cause{q850::no_route_to_destination, Location::private_local, ""};
    released_by_ = ReleasedBy::gateway;
    act(Action::redirect);
}

}  // namespace tipring::call
