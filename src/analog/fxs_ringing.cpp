// The transitions of fxs_line.hpp's table: ringing, and what is told to a phone on-hook. Pure. Thread: any.
#include "tipring/analog/fxs_line.hpp"

namespace tipring::analog {

using config::CallerIdTiming;

bool FxsLine::timing_before_ring() const {
    return settings_.caller_id_timing != CallerIdTiming::after_first_ring;
}

void FxsLine::ring_phone(const LineInput& input) {
    active_ = input.slot;
    uses_.at(active_) = Use::active;
    dialled_.at(active_) = answered_.at(active_) = emergency_.at(active_) = false;
    take_call(active_);
    id_plan_ = input.id_plan;
    ring_limit_ = input.no_answer.count() > 0 ? input.no_answer : settings_.ring_timeout;
    if (id_plan_.known && timing_before_ring()) {
        short_rings_ =
            settings_.caller_id_answered || settings_.caller_id_timing == CallerIdTiming::ring_pulse;
        enter(State::announcing);
        start_timer(LineTimer::tone, settings_.announce);
        if (!short_rings_) play_clip(LineClip::caller_id, active_);
    } else {
        start_ringing(ring_limit_);
    }
    report(LineActionKind::report_alerting, active_);
}

void FxsLine::start_ringing(std::chrono::milliseconds limit) {
    bursts_ = 0;
    enter(State::ringing);
    start_timer(LineTimer::ring, limit);
}

void FxsLine::short_ring_over(const LineInput&) {
    if (!short_rings_ || settings_.caller_id_answered) return;
    short_rings_ = false;
    enter(State::announcing);
    start_timer(LineTimer::tone, settings_.announce);
    play_clip(LineClip::caller_id, active_);
}

void FxsLine::announced(const LineInput&) {
    clip_plays_ = false;
    if (!settings_.caller_id_answered) start_ringing(ring_limit_);
}

void FxsLine::announcing_lifted(const LineInput& input) {
    if (!settings_.caller_id_answered || !short_rings_) {
        phone_answers(input);
        return;
    }
    short_rings_ = false;
    auto wanted = conditions_of(State::announcing);
    wanted.seized = true;
    apply(wanted);
    start_timer(LineTimer::tone, settings_.announce);
    play_clip(LineClip::caller_id, active_);
}

/// The modem has gone down again; the ringer needs a moment.
void FxsLine::announcing_down(const LineInput&) {
    if (!conditions().seized) return;
    stop_clip();
    apply({});
    start_timer(LineTimer::tone, settings_.recall_pause);
}

void FxsLine::announcing_timer(const LineInput& input) {
    if (off_hook_) {
        phone_answers(input);
    } else {
        start_ringing(ring_limit_);
    }
}

void FxsLine::ring_silence(const LineInput&) {
    if (!id_plan_.known || timing_before_ring() || uses_.at(active_) == Use::held) return;
    if (++bursts_ != id_plan_.bursts) return;
    set_audio(true);
    play_clip(LineClip::caller_id, active_);
}

void FxsLine::ring_clip_played(const LineInput&) {
    clip_plays_ = false;
    set_audio(false);
}

void FxsLine::phone_answers(const LineInput&) {
    const bool recalled = uses_.at(active_) == Use::held;
    uses_.at(active_) = Use::active;
    answered_.at(active_) = true;
    enter(State::talking);
    if (recalled) {
        tell_held(active_, false);
        report(LineActionKind::report_media, active_);
    } else {
        report(LineActionKind::report_answered, active_);
    }
}

void FxsLine::ring_timer(const LineInput&) {
    release_call(active_, {call::q850::no_answer, call::Location::user, "ringing timed out"});
    come_to_rest();
}

void FxsLine::stop_ringing(const LineInput& input) {
    release_call(active_, input.cause);
    if (off_hook_) {
        warn(LineTone::congestion);  // the phone has answered the short ring, and the caller has gone
    } else {
        come_to_rest();
    }
}

void FxsLine::show_messages(const LineInput& input) {
    shows_messages_ = input.inband;
    if (!input.id_plan.known) {
        enter(State::idle);
        return;
    }
    enter(State::notifying);
    start_timer(LineTimer::tone, settings_.announce);
    play_clip(LineClip::message_waiting, 0);
}

void FxsLine::messages_shown(const LineInput& input) {
    if (input.kind == LineInputKind::clip_played) clip_plays_ = false;
    enter(State::idle);
}

}  // namespace tipring::analog
