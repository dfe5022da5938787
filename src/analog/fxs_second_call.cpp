// The transitions of fxs_line.hpp's table: flash, call waiting, hold, conference and transfer. Pure. Thread:
// any.
#include <algorithm>
#include <utility>

#include "tipring/analog/fxs_line.hpp"

namespace tipring::analog {
namespace {

const call::Cause on_hook{call::q850::normal_clearing, call::Location::user, "released by the phone"};

}  // namespace

bool FxsLine::connected(unsigned slot) const {
    return uses_.at(slot) == Use::active && state_ != State::menu;
}

bool FxsLine::has_other() const {
    const auto use = uses_.at(other());
    return use == Use::held || use == Use::waiting;
}

bool FxsLine::in_emergency_call() const {
    return uses_.at(active_) == Use::active && emergency_.at(active_);
}

unsigned FxsLine::waiting_slot() const {
    const bool room = settings_.call_waiting && state_ == State::talking && uses_.at(other()) == Use::free &&
                      !in_emergency_call();
    return room ? other() : line_slots;
}

void FxsLine::report(LineActionKind kind, unsigned slot, bool on) {
    LineAction action;
    action.kind = kind;
    action.slot = slot;
    action.on = on;
    act(std::move(action));
}

void FxsLine::release_call(unsigned slot, const call::Cause& cause) {
    uses_.at(slot) = Use::free;
    told_held_.at(slot) = false;
    report_released(cause, slot);
}

void FxsLine::play_clip(LineClip clip, unsigned slot) {
    clip_plays_ = true;
    LineAction action;
    action.kind = LineActionKind::play_clip;
    action.clip = clip;
    action.slot = slot;
    action.on = clip == LineClip::call_waiting && offer_ == Offer::alerting;
    act(std::move(action));
}

void FxsLine::stop_clip() {
    if (std::exchange(clip_plays_, false)) act(LineActionKind::stop_clip);
}

/// True for the end of a call that is not the present one.
bool FxsLine::other_call_released(const LineInput& input) {
    const auto use = uses_.at(input.slot);
    if (use == Use::leaving) {
        release_call(input.slot, input.cause);
        return true;
    }
    if (input.slot == active_ || state_ == State::conference) return false;
    if (use != Use::held && use != Use::waiting) return false;
    other_call_gone(input.cause);
    return true;
}

/// Nobody is cut off by a transfer that fails: a phone that is off-hook without a call gets the call back, one
/// that is down rings, and beside another call it is held. What was not answered yet has nobody to lose.
void FxsLine::transfer_failed(unsigned slot) {
    if (uses_.at(slot) != Use::leaving) return;
    if (!answered_.at(slot)) {
        release_call(slot, on_hook);
        return;
    }
    uses_.at(slot) = Use::held;
    switch (state_) {
        case State::confirming:
        case State::dial_tone:
        case State::dialling:
        case State::warning:
        case State::howler:
        case State::lockout:
            active_ = 1 - slot;
            take_other();
            break;
        case State::idle:
        case State::notifying:
            tell_held(slot, true);
            active_ = 1 - slot;
            ring_again();
            break;
        default:
            tell_held(slot, true);
            report(LineActionKind::report_media, slot);
            break;
    }
}

void FxsLine::other_call_gone(const call::Cause& cause) {
    const bool waited = uses_.at(other()) == Use::waiting;
    release_call(other(), cause);
    if (waited) {
        stop_timer(LineTimer::ring);
        stop_timer(LineTimer::wait);
        stop_clip();
        end_offer();
    }
    if (state_ == State::menu) back_up({});
}

void FxsLine::flash_in_talk(const LineInput&) {
    if (!settings_.services) {
        report(LineActionKind::report_flash, active_);
    } else if (!has_other()) {
        if (uses_.at(other()) == Use::leaving) return;
        hold_active();
        active_ = other();
        begin_dialling();
    } else if (settings_.flash_digits) {
        enter(State::menu);
        start_timer(LineTimer::dial, settings_.menu);
        report(LineActionKind::report_media, active_);
    } else if (uses_.at(other()) == Use::held && dialled_.at(active_)) {
        join_conference();
    } else {
        swap();
    }
}

/// The present attempt is given up.
void FxsLine::flash_to_other_call(const LineInput& input) {
    if (has_other()) {
        if (uses_.at(active_) == Use::active) release_call(active_, on_hook);
        take_other();
    } else if (uses_.at(active_) == Use::active) {
        return;  // nothing to go back to: the call that is being made goes on
    } else {
        phone_lifted(input);
    }
}

void FxsLine::tell_held(unsigned slot, bool held) {
    if (std::exchange(told_held_.at(slot), held) != held) report(LineActionKind::report_hold, slot, held);
}

void FxsLine::hold_active() {
    uses_.at(active_) = Use::held;
    tell_held(active_, true);
    report(LineActionKind::report_media, active_);
}

void FxsLine::take_other() {
    active_ = other();
    const bool waited = uses_.at(active_) == Use::waiting;
    uses_.at(active_) = Use::active;
    answered_.at(active_) = true;
    enter(State::talking);
    if (waited) {
        report(LineActionKind::report_answered, active_);
    } else {
        tell_held(active_, false);
    }
    report(LineActionKind::report_media, active_);
}

void FxsLine::swap() {
    hold_active();
    take_other();
}

void FxsLine::join_conference() {
    uses_.at(other()) = Use::active;
    enter(State::conference);
    tell_held(other(), false);
    report(LineActionKind::report_media, other());
    report(LineActionKind::report_media, active_);
}

void FxsLine::leave_conference(const LineInput&) {
    release_call(active_, on_hook);
    active_ = other();
    enter(State::talking);
}

void FxsLine::conference_release(const LineInput& input) {
    release_call(input.slot, input.cause);
    if (input.slot == active_) active_ = other();
    enter(State::talking);
}

/// The call layer joins the others and releases both legs.
void FxsLine::join_others() {
    report(LineActionKind::report_join, other());
    uses_.fill(Use::leaving);
}

void FxsLine::menu_digit(const LineInput& input) {
    learn_dial(input);
    const bool waits = uses_.at(other()) == Use::waiting;
    switch (input.digit) {
        case '0':
            release_call(other(), waits ? call::Cause{call::q850::user_busy, call::Location::user, "refused"}
                                        : on_hook);
            back_up(input);
            break;
        case '1':
            release_call(active_, on_hook);
            take_other();
            break;
        case '2':
            swap();
            break;
        case '3':
            if (waits) return back_up(input);
            join_conference();
            break;
        case '4':
            if (waits || !settings_.may_transfer) return back_up(input);
            join_others();
            confirm();
            break;
        default:
            back_up(input);
            break;
    }
}

void FxsLine::menu_over(const LineInput&) {
    swap();
}

// Call waiting.

void FxsLine::call_waits(const LineInput& input) {
    if (input.slot != waiting_slot()) {
        refuse(busy(), input.slot);
        return;
    }
    take_call(input.slot);
    uses_.at(input.slot) = Use::waiting;
    dialled_.at(input.slot) = answered_.at(input.slot) = emergency_.at(input.slot) = false;
    id_plan_ = input.id_plan;
    ring_limit_ = input.no_answer.count() > 0 ? input.no_answer : settings_.ring_timeout;
    rings_until_ = now_ + ring_limit_;
    start_timer(LineTimer::ring, ring_limit_);
    report(LineActionKind::report_alerting, input.slot);
    if (input.id_plan.known && settings_.call_waiting_id) {
        offer_ = Offer::alerting;
        report(LineActionKind::mute, 0, true);
    }
    play_waiting_clip(LineClip::call_waiting);
}

/// A lost report of the clip's end must not leave the phone muted, or without further tones.
void FxsLine::play_waiting_clip(LineClip clip) {
    play_clip(clip, other());
    start_timer(LineTimer::wait, settings_.announce);
}

void FxsLine::waiting_clip_played(const LineInput&) {
    clip_plays_ = false;
    if (uses_.at(other()) != Use::waiting) return;
    if (offer_ == Offer::alerting) {
        offer_ = Offer::acknowledging;
        start_timer(LineTimer::wait, settings_.acknowledge);
        return;
    }
    end_offer();
    start_timer(LineTimer::wait, settings_.call_waiting_pause);
}

void FxsLine::phone_acknowledges(const LineInput& input) {
    if (offer_ != Offer::acknowledging || input.digit < 'A' || input.digit > 'D') return;
    stop_timer(LineTimer::wait);
    offer_ = Offer::telling;
    play_waiting_clip(LineClip::waiting_caller_id);
}

void FxsLine::waiting_timer(const LineInput& input) {
    if (input.timer != LineTimer::wait || uses_.at(other()) != Use::waiting) return;
    stop_clip();
    if (offer_ != Offer::none) {  // the phone shows no caller ID in a call, or its clip was lost
        end_offer();
        start_timer(LineTimer::wait, settings_.call_waiting_pause);
    } else {
        play_waiting_clip(LineClip::call_waiting);
    }
}

void FxsLine::end_offer() {
    if (std::exchange(offer_, Offer::none) != Offer::none) report(LineActionKind::mute, 0, false);
}

// A call that is still there when the phone hangs up.

void FxsLine::ring_again() {
    active_ = other();
    enter(State::recalling);
    start_timer(LineTimer::tone, settings_.recall_pause);
}

void FxsLine::ring_again_timer(const LineInput&) {
    start_ringing(uses_.at(active_) == Use::waiting ? waiting_time_left() : settings_.recall_ring);
}

/// The caller's patience does not begin anew with each thing that the phone does meanwhile.
std::chrono::milliseconds FxsLine::waiting_time_left() const {
    using std::chrono::milliseconds;
    return std::max(std::chrono::duration_cast<milliseconds>(rings_until_ - now_), milliseconds(1));
}

}  // namespace tipring::analog
