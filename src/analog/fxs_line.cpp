// The transitions of fxs_line.hpp's table: the table itself, and one call. Pure. Thread: any.
#include "tipring/analog/fxs_line.hpp"

#include <array>
#include <utility>

namespace tipring::analog {

using Input = LineInputKind;

std::string_view name(FxsState state) {
    static constexpr std::array names{"idle",       "announcing", "notifying", "dial_tone", "dialling",
                                      "calling",    "ringback",   "early",     "talking",   "menu",
                                      "conference", "confirming", "late",      "recalling", "dropping",
                                      "warning",    "howler",     "lockout",   "ringing",   "unavailable"};
    static_assert(names.size() == static_cast<std::size_t>(FxsState::unavailable) + 1);
    return names.at(static_cast<std::size_t>(state));
}

/// The table of the header. What LineMachine does for every state (alarm, service, refused start), and the
/// end of a call that is not the present one, is not repeated here.
struct FxsLine::Table {
    static constexpr std::array rows{
        Row{State::idle, Input::off_hook, &FxsLine::phone_lifted},
        // The driver still timed how long the phone was down, after a call whose end only its status told.
        Row{State::idle, Input::flash, &FxsLine::phone_lifted},
        Row{State::idle, Input::on_hook, &FxsLine::nothing},  // the driver's late report after a battery drop
        Row{State::idle, Input::start, &FxsLine::ring_phone},
        Row{State::idle, Input::show_messages, &FxsLine::show_messages},
        Row{State::idle, Input::begin, &FxsLine::settle_in},
        Row{State::idle, Input::digit, &FxsLine::early_digit},

        Row{State::notifying, Input::off_hook, &FxsLine::phone_lifted},
        Row{State::notifying, Input::flash, &FxsLine::phone_lifted},
        Row{State::notifying, Input::on_hook, &FxsLine::nothing},
        Row{State::notifying, Input::start, &FxsLine::ring_phone},
        Row{State::notifying, Input::clip_played, &FxsLine::messages_shown},
        Row{State::notifying, Input::timer, &FxsLine::messages_shown},

        Row{State::announcing, Input::off_hook, &FxsLine::announcing_lifted},
        Row{State::announcing, Input::flash, &FxsLine::announcing_lifted},
        Row{State::announcing, Input::on_hook, &FxsLine::announcing_down},
        Row{State::announcing, Input::ringer_off, &FxsLine::short_ring_over},
        Row{State::announcing, Input::clip_played, &FxsLine::announced},
        Row{State::announcing, Input::timer, &FxsLine::announcing_timer},
        Row{State::announcing, Input::release, &FxsLine::stop_ringing},

        Row{State::dial_tone, Input::digit, &FxsLine::tone_digit},
        Row{State::dial_tone, Input::pulse_start, &FxsLine::pulse_train},
        Row{State::dial_tone, Input::pulse_digit, &FxsLine::pulse_digit},
        Row{State::dial_tone, Input::timer, &FxsLine::dial_tone_timer},
        Row{State::dial_tone, Input::on_hook, &FxsLine::phone_down},
        Row{State::dial_tone, Input::flash, &FxsLine::flash_to_other_call},

        Row{State::dialling, Input::digit, &FxsLine::tone_digit},
        Row{State::dialling, Input::pulse_start, &FxsLine::next_pulse_train},
        Row{State::dialling, Input::pulse_digit, &FxsLine::pulse_digit},
        Row{State::dialling, Input::timer, &FxsLine::dial_timer},
        Row{State::dialling, Input::service_result, &FxsLine::service_result},
        Row{State::dialling, Input::on_hook, &FxsLine::phone_down},
        Row{State::dialling, Input::flash, &FxsLine::flash_to_other_call},

        Row{State::confirming, Input::digit, &FxsLine::tone_digit},
        Row{State::confirming, Input::pulse_start, &FxsLine::pulse_train},
        Row{State::confirming, Input::pulse_digit, &FxsLine::pulse_digit},
        Row{State::confirming, Input::timer, &FxsLine::confirmed},
        Row{State::confirming, Input::on_hook, &FxsLine::phone_down},
        Row{State::confirming, Input::flash, &FxsLine::flash_to_other_call},

        Row{State::calling, Input::alert, &FxsLine::alert},
        Row{State::calling, Input::answer, &FxsLine::answer},
        Row{State::calling, Input::release, &FxsLine::refused},
        Row{State::calling, Input::on_hook, &FxsLine::phone_down},
        Row{State::calling, Input::flash, &FxsLine::flash_to_other_call},

        Row{State::ringback, Input::alert, &FxsLine::alert},
        Row{State::ringback, Input::answer, &FxsLine::answer},
        Row{State::ringback, Input::release, &FxsLine::refused},
        Row{State::ringback, Input::on_hook, &FxsLine::phone_down},
        Row{State::ringback, Input::flash, &FxsLine::flash_to_other_call},

        Row{State::early, Input::alert, &FxsLine::alert},
        Row{State::early, Input::answer, &FxsLine::answer},
        Row{State::early, Input::release, &FxsLine::refused},
        Row{State::early, Input::on_hook, &FxsLine::phone_down},
        Row{State::early, Input::flash, &FxsLine::flash_to_other_call},

        Row{State::talking, Input::release, &FxsLine::far_end_gone},
        Row{State::talking, Input::pulse_digit, &FxsLine::digit_to_far_end},
        Row{State::talking, Input::send_digit, &FxsLine::digit_to_phone},
        Row{State::talking, Input::on_hook, &FxsLine::phone_down},
        Row{State::talking, Input::flash, &FxsLine::flash_in_talk},
        Row{State::talking, Input::start, &FxsLine::call_waits},
        Row{State::talking, Input::clip_played, &FxsLine::waiting_clip_played},
        Row{State::talking, Input::digit, &FxsLine::phone_acknowledges},
        Row{State::talking, Input::timer, &FxsLine::waiting_timer},

        Row{State::menu, Input::digit, &FxsLine::menu_digit},
        Row{State::menu, Input::pulse_digit, &FxsLine::menu_digit},
        Row{State::menu, Input::timer, &FxsLine::menu_over},
        Row{State::menu, Input::flash, &FxsLine::back_up},
        Row{State::menu, Input::release, &FxsLine::far_end_gone},
        Row{State::menu, Input::on_hook, &FxsLine::phone_down},

        Row{State::conference, Input::flash, &FxsLine::leave_conference},
        Row{State::conference, Input::release, &FxsLine::conference_release},
        Row{State::conference, Input::send_digit, &FxsLine::digit_to_phone},
        Row{State::conference, Input::on_hook, &FxsLine::phone_down},

        Row{State::late, Input::off_hook, &FxsLine::back_up},
        Row{State::late, Input::flash, &FxsLine::back_up},
        Row{State::late, Input::timer, &FxsLine::late_timer},
        Row{State::late, Input::release, &FxsLine::stop_ringing},

        Row{State::recalling, Input::off_hook, &FxsLine::phone_answers},
        Row{State::recalling, Input::flash, &FxsLine::phone_answers},
        Row{State::recalling, Input::on_hook, &FxsLine::nothing},
        Row{State::recalling, Input::timer, &FxsLine::ring_again_timer},
        Row{State::recalling, Input::release, &FxsLine::stop_ringing},

        Row{State::dropping, Input::wire_settled, &FxsLine::drop_done},
        Row{State::dropping, Input::on_hook,
            &FxsLine::nothing},  // the hook is kept in mind until the drop is over
        Row{State::dropping, Input::off_hook, &FxsLine::nothing},

        Row{State::warning, Input::timer, &FxsLine::warning_timer},
        Row{State::warning, Input::on_hook, &FxsLine::phone_down},
        Row{State::warning, Input::flash, &FxsLine::flash_to_other_call},
        Row{State::howler, Input::timer, &FxsLine::howler_timer},
        Row{State::howler, Input::on_hook, &FxsLine::phone_down},
        Row{State::howler, Input::flash, &FxsLine::flash_to_other_call},
        Row{State::lockout, Input::on_hook, &FxsLine::phone_down},
        // The driver's late report of a phone whose status told that it was lifted while the line was away.
        Row{State::lockout, Input::off_hook, &FxsLine::nothing},
        Row{State::lockout, Input::flash, &FxsLine::lockout_flash},

        Row{State::ringing, Input::off_hook, &FxsLine::phone_answers},
        Row{State::ringing, Input::flash, &FxsLine::phone_answers},  // as in idle
        Row{State::ringing, Input::on_hook, &FxsLine::nothing},
        Row{State::ringing, Input::ringer_off, &FxsLine::ring_silence},
        Row{State::ringing, Input::clip_played, &FxsLine::ring_clip_played},
        Row{State::ringing, Input::timer, &FxsLine::ring_timer},
        Row{State::ringing, Input::release, &FxsLine::stop_ringing},

        Row{State::unavailable, Input::off_hook, &FxsLine::nothing},
        Row{State::unavailable, Input::on_hook, &FxsLine::nothing},
    };
};

LineConditions FxsLine::conditions_of(State state) const {
    LineConditions talk;
    talk.seized = talk.audio = talk.dtmf = true;
    const bool told_of_answer = settings_.answer_polarity && dialled_.at(active_);
    LineConditions quiet;
    quiet.reversed = far_end_gone_ && settings_.disconnect_polarity && !settings_.answer_polarity;
    switch (state) {
        case State::idle:
            quiet.reversed = shows_messages_;
            return quiet;
        case State::recalling:
        case State::unavailable:
            return {};
        case State::dropping:
            return quiet;
        case State::lockout:
            quiet.seized = conditions().seized;
            return quiet;
        case State::announcing:
            quiet.audio = !short_rings_;
            quiet.ringing = quiet.short_ring = short_rings_;
            quiet.reversed = settings_.caller_id_timing == config::CallerIdTiming::reversal ||
                             settings_.caller_id_timing == config::CallerIdTiming::reversal_dual_tone;
            return quiet;
        case State::notifying:
            quiet.audio = true;
            return quiet;
        case State::dial_tone:
            talk.tone = tells_sip_down_ ? LineTone::info : has_other() ? LineTone::recall : LineTone::dial;
            return talk;
        case State::confirming:
            talk.tone = LineTone::confirm;
            return talk;
        case State::ringback:
            talk.tone = LineTone::ringback;
            return talk;
        case State::dialling:
        case State::calling:
        case State::early:
            return talk;
        case State::menu:
            talk.tone = LineTone::recall;
            talk.reversed = told_of_answer;
            return talk;
        case State::talking:
        case State::conference:
            talk.reversed = told_of_answer;
            return talk;
        case State::late:
            talk.dtmf = false;
            talk.reversed = told_of_answer;
            return talk;
        case State::warning:
        case State::howler:
            talk.dtmf = false;
            talk.tone = state == State::howler ? LineTone::howler : warning_tone_;
            talk.reversed = quiet.reversed;
            return talk;
        case State::ringing:
            quiet.ringing = true;
            return quiet;
    }
    return {};
}

bool FxsLine::transition(const LineInput& input) {
    const bool of_other_call = input.slot != active_;
    if (input.kind == Input::pulse_digit && input.digit == '1' && pulse_is_flash()) {
        auto flash = input;
        flash.kind = Input::flash;
        return transition(flash);
    }
    switch (input.kind) {
        case Input::release:
            if (other_call_released(input)) return true;
            break;
        case Input::transfer_failed:
            transfer_failed(input.slot);
            return true;
        case Input::flash:
            if (in_emergency_call()) return true;
            if (!settings_.flash && (state_ == State::talking || state_ == State::conference)) return true;
            break;
        case Input::alert:
        case Input::answer:
        case Input::send_digit:
            if (of_other_call && state_ != State::conference) return true;
            break;
        case Input::timer:
            // The limit of a call that waits runs on whatever the phone does meanwhile.
            if (input.timer == LineTimer::ring && uses_.at(other()) == Use::waiting) {
                other_call_gone({call::q850::no_answer, call::Location::user, "ringing timed out"});
                return true;
            }
            break;
        default:
            break;
    }
    return run_row(*this, Table::rows, state_, input);
}

void FxsLine::observe(const LineInput& input) {
    now_ = input.at;
    if (input.kind == Input::off_hook || input.kind == Input::flash) off_hook_ = true;
    if (input.kind == Input::on_hook) off_hook_ = false;
}

void FxsLine::enter(State state) {
    stop_clip();
    end_offer();
    state_ = state;
    if (state != State::dropping && state != State::warning && state != State::howler &&
        state != State::lockout) {
        far_end_gone_ = false;
    }
    const auto wanted = conditions_of(state);
    apply(wanted);
    if (state == State::idle && settings_.dial_without_tone) {
        // After the release of the wire, which wants the audio stopped.
        auto listening = wanted;
        listening.audio = listening.dtmf = true;
        apply(listening);
    }
    if (uses_.at(other()) == Use::waiting) start_timer(LineTimer::ring, waiting_time_left());
}

/// The phone is down, and its present call is over.
void FxsLine::come_to_rest() {
    if (has_other()) {
        ring_again();
    } else {
        enter(State::idle);
    }
}

/// Their release was reported already: the next call in a slot finds nothing of the one before it.
void FxsLine::forget_calls() {
    uses_.fill(Use::free);
    dialled_.fill(false);
    answered_.fill(false);
    told_held_.fill(false);
    active_ = 0;
    id_plan_ = {};
    digits_.clear();
}

void FxsLine::become_unavailable() {
    forget_calls();
    enter(State::unavailable);
}

void FxsLine::recover() {
    forget_calls();
    enter(off_hook_ ? State::lockout : State::idle);
}

void FxsLine::phone_lifted(const LineInput& input) {
    if (!settings_.hotline.empty() && settings_.hotline_delay.count() == 0 && !has_call()) {
        call_number(LineActionKind::report_incoming, settings_.hotline);
        return;
    }
    begin_dialling(input.sip_down_tone);
    take_early_digits();
}

void FxsLine::begin_dialling(std::chrono::milliseconds sip_down_tone) {
    digits_.clear();
    tells_sip_down_ = sip_down_tone.count() > 0;
    enter(State::dial_tone);
    if (!tells_sip_down_) {
        time_dial_tone();
        return;
    }
    start_timer(LineTimer::tone, sip_down_tone);
    if (hotline_waits()) start_timer(LineTimer::dial, settings_.hotline_delay);
}

bool FxsLine::hotline_waits() const {
    return !settings_.hotline.empty() && settings_.hotline_delay.count() > 0 && !has_call();
}

void FxsLine::time_dial_tone() {
    const auto limit = hotline_waits() ? settings_.hotline_delay : settings_.first_digit;
    if (!timer_running(LineTimer::dial)) start_timer(LineTimer::dial, limit);
    if (settings_.dial_tone < limit) start_timer(LineTimer::tone, settings_.dial_tone);
}

// Hanging up joins the others only when the phone has dialled one of them: two callers from outside do not
// get connected at the cost of this line.
void FxsLine::phone_down(const LineInput&) {
    const call::Cause cleared{call::q850::normal_clearing, call::Location::user, "on-hook"};
    const bool may_be_late = settings_.late_on_hook.count() > 0 && !dialled_.at(active_) && !has_other();
    if (state_ == State::talking && may_be_late) {
        enter(State::late);
        start_timer(LineTimer::tone, settings_.late_on_hook);
        return;
    }
    const bool consults = !in_emergency_call() &&
                          (state_ == State::ringback || state_ == State::early || state_ == State::talking);
    if (consults && settings_.may_transfer && dialled_.at(active_) && uses_.at(other()) == Use::held) {
        join_others();
    } else {
        if (uses_.at(active_) == Use::active) release_call(active_, cleared);
        if (uses_.at(other()) == Use::active) release_call(other(), cleared);  // of a conference
    }
    come_to_rest();
}

void FxsLine::warn(LineTone tone) {
    warning_tone_ = tone;
    if (far_end_gone_ && !settings_.disconnect_tone && !has_other()) {
        enter(State::lockout);
        return;
    }
    enter(State::warning);
    start_timer(LineTimer::tone, settings_.warning);
}

namespace {

LineTone tone_for(const call::Cause& cause) {
    return cause.value == call::q850::user_busy ? LineTone::busy : LineTone::congestion;
}

}  // namespace

void FxsLine::alert(const LineInput& input) {
    enter(input.inband ? State::early : State::ringback);
}

void FxsLine::answer(const LineInput&) {
    answered_.at(active_) = true;
    enter(State::talking);
}

void FxsLine::refused(const LineInput& input) {
    release_call(active_, input.cause);
    warn(tone_for(input.cause));
}

void FxsLine::far_end_gone(const LineInput& input) {
    release_call(active_, input.cause);
    far_end_gone_ = true;
    if (has_other() || !settings_.disconnect_battery) {
        warn(tone_for(input.cause));
    } else {
        warning_tone_ = tone_for(input.cause);
        enter(State::dropping);
    }
}

void FxsLine::digit_to_far_end(const LineInput& input) {
    act(LineActionKind::report_digit, active_, std::string(1, input.digit));
}

void FxsLine::digit_to_phone(const LineInput& input) {
    act(LineActionKind::send_digits, 0, std::string(1, input.digit));
}

void FxsLine::drop_done(const LineInput&) {
    if (off_hook_) {
        warn(warning_tone_);
    } else {
        come_to_rest();
    }
}

void FxsLine::warning_timer(const LineInput&) {
    if (!settings_.lock_out) {
        start_timer(LineTimer::tone, settings_.warning);
        return;
    }
    enter(State::howler);
    start_timer(LineTimer::tone, settings_.howler);
}

void FxsLine::howler_timer(const LineInput&) {
    enter(State::lockout);
}

/// Back to the present call.
void FxsLine::back_up(const LineInput&) {
    const bool unheard = state_ == State::menu;
    enter(State::talking);
    if (unheard) report(LineActionKind::report_media, active_);
    if (uses_.at(other()) == Use::waiting) start_timer(LineTimer::wait, settings_.call_waiting_pause);
}

void FxsLine::lockout_flash(const LineInput& input) {
    if (has_other()) flash_to_other_call(input);
}

void FxsLine::late_timer(const LineInput&) {
    release_call(active_, {call::q850::normal_clearing, call::Location::user, "on-hook"});
    come_to_rest();
}

}  // namespace tipring::analog
