// The transitions of fxs_line.hpp's table. Pure. Thread: any.
#include "tipring/analog/fxs_line.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tipring::analog {

using Input = LineInputKind;
using routing::DigitMatch;

std::string_view name(FxsState state) {
    static constexpr std::array names{"idle",    "dial_tone", "dialling",   "calling", "ringback",
                                      "early",   "talking",   "dropping",   "warning", "howler",
                                      "lockout", "ringing",   "unavailable"};
    static_assert(names.size() == static_cast<std::size_t>(FxsState::unavailable) + 1);
    return names.at(static_cast<std::size_t>(state));
}

/// The table of the header. What LineMachine does for every state (alarm, service, refused start) is not
/// repeated here.
struct FxsLine::Table {
    static constexpr std::array rows{
        Row{State::idle, Input::off_hook, &FxsLine::phone_lifted},
        // The driver still timed how long the phone was down, after a call whose end only its status told.
        Row{State::idle, Input::flash, &FxsLine::phone_lifted},
        Row{State::idle, Input::on_hook, &FxsLine::nothing},  // the driver's late report after a battery drop
        Row{State::idle, Input::start, &FxsLine::ring_phone},

        Row{State::dial_tone, Input::digit, &FxsLine::tone_digit},
        Row{State::dial_tone, Input::pulse_start, &FxsLine::pulse_train},
        Row{State::dial_tone, Input::pulse_digit, &FxsLine::pulse_digit},
        Row{State::dial_tone, Input::timer, &FxsLine::dial_tone_timer},
        Row{State::dial_tone, Input::on_hook, &FxsLine::phone_down},
        Row{State::dial_tone, Input::flash, &FxsLine::phone_lifted},

        Row{State::dialling, Input::digit, &FxsLine::tone_digit},
        Row{State::dialling, Input::pulse_start, &FxsLine::nothing},
        Row{State::dialling, Input::pulse_digit, &FxsLine::pulse_digit},
        Row{State::dialling, Input::timer, &FxsLine::dial_timer},
        Row{State::dialling, Input::on_hook, &FxsLine::phone_down},
        Row{State::dialling, Input::flash, &FxsLine::phone_lifted},

        Row{State::calling, Input::alert, &FxsLine::alert},
        Row{State::calling, Input::answer, &FxsLine::answer},
        Row{State::calling, Input::release, &FxsLine::refused},
        Row{State::calling, Input::on_hook, &FxsLine::phone_down},

        Row{State::ringback, Input::alert, &FxsLine::alert},
        Row{State::ringback, Input::answer, &FxsLine::answer},
        Row{State::ringback, Input::release, &FxsLine::refused},
        Row{State::ringback, Input::on_hook, &FxsLine::phone_down},

        Row{State::early, Input::alert, &FxsLine::alert},
        Row{State::early, Input::answer, &FxsLine::answer},
        Row{State::early, Input::release, &FxsLine::refused},
        Row{State::early, Input::on_hook, &FxsLine::phone_down},

        Row{State::talking, Input::release, &FxsLine::far_end_gone},
        Row{State::talking, Input::pulse_digit, &FxsLine::digit_to_far_end},
        Row{State::talking, Input::send_digit, &FxsLine::digit_to_phone},
        Row{State::talking, Input::on_hook, &FxsLine::phone_down},

        Row{State::dropping, Input::wire_settled, &FxsLine::drop_done},
        Row{State::dropping, Input::on_hook,
            &FxsLine::nothing},  // the hook is kept in mind until the drop is over
        Row{State::dropping, Input::off_hook, &FxsLine::nothing},

        Row{State::warning, Input::timer, &FxsLine::warning_timer},
        Row{State::warning, Input::on_hook, &FxsLine::phone_down},
        Row{State::warning, Input::flash, &FxsLine::phone_lifted},
        Row{State::howler, Input::timer, &FxsLine::howler_timer},
        Row{State::howler, Input::on_hook, &FxsLine::phone_down},
        Row{State::howler, Input::flash, &FxsLine::phone_lifted},
        Row{State::lockout, Input::on_hook, &FxsLine::phone_down},
        // The driver's late report of a phone whose status told that it was lifted while the line was away.
        Row{State::lockout, Input::off_hook, &FxsLine::nothing},
        Row{State::lockout, Input::flash, &FxsLine::nothing},

        Row{State::ringing, Input::off_hook, &FxsLine::phone_answers},
        Row{State::ringing, Input::flash, &FxsLine::phone_answers},  // as in idle
        Row{State::ringing, Input::on_hook, &FxsLine::nothing},
        Row{State::ringing, Input::timer, &FxsLine::ring_timer},
        Row{State::ringing, Input::release, &FxsLine::stop_ringing},

        Row{State::unavailable, Input::off_hook, &FxsLine::nothing},
        Row{State::unavailable, Input::on_hook, &FxsLine::nothing},
    };
};

namespace {

LineConditions conditions_of(FxsState state) {
    using State = FxsState;
    LineConditions talk;
    talk.seized = talk.audio = talk.dtmf = true;
    switch (state) {
        case State::idle:
        case State::dropping:
        case State::lockout:
        case State::unavailable:
            return {};
        case State::dial_tone:
            talk.tone = LineTone::dial;
            return talk;
        case State::ringback:
            talk.tone = LineTone::ringback;
            return talk;
        case State::dialling:
        case State::calling:
        case State::early:
        case State::talking:
            return talk;
        case State::warning:
        case State::howler:
            talk.dtmf = false;
            talk.tone = LineTone::howler;
            return talk;
        case State::ringing: {
            LineConditions ringing;
            ringing.ringing = true;
            return ringing;
        }
    }
    return {};
}

bool is_number(DigitMatch match) {
    return match == DigitMatch::complete || match == DigitMatch::complete_or_longer;
}

}  // namespace

bool FxsLine::transition(const LineInput& input) {
    return run_row(*this, Table::rows, state_, input);
}

void FxsLine::observe(const LineInput& input) {
    if (input.kind == Input::off_hook || input.kind == Input::flash) off_hook_ = true;
    if (input.kind == Input::on_hook) off_hook_ = false;
}

void FxsLine::enter(FxsState state) {
    state_ = state;
    auto wanted = conditions_of(state);
    if (state == State::warning) wanted.tone = warning_tone_;
    if (state == State::lockout) wanted.seized = conditions().seized;
    apply(wanted);
}

void FxsLine::recover() {
    enter(off_hook_ ? State::lockout : State::idle);
}

void FxsLine::phone_lifted(const LineInput&) {
    digits_.clear();
    enter(State::dial_tone);
    start_timer(LineTimer::dial, settings_.first_digit);
    if (settings_.dial_tone < settings_.first_digit) start_timer(LineTimer::tone, settings_.dial_tone);
}

void FxsLine::phone_down(const LineInput&) {
    report_released({call::q850::normal_clearing, call::Location::user, "on-hook"});
    enter(State::idle);
}

void FxsLine::dial_tone_timer(const LineInput& input) {
    if (input.timer == LineTimer::tone) {
        play(LineTone::none);
    } else {
        warn(LineTone::congestion);
    }
}

void FxsLine::pulse_train(const LineInput&) {
    if (!settings_.accept_pulse) return;
    enter(State::dialling);
    start_timer(LineTimer::dial, settings_.inter_digit);
}

void FxsLine::tone_digit(const LineInput& input) {
    if (settings_.accept_dtmf) collect(input.digit);
}

void FxsLine::pulse_digit(const LineInput& input) {
    if (settings_.accept_pulse) collect(input.digit);
}

void FxsLine::collect(char digit) {
    const auto& map = settings_.digit_map;
    auto longer = digits_ + digit;
    auto match = longer.size() <= longest_number ? map.match(longer) : DigitMatch::no_match;
    if (digit == '#' && match == DigitMatch::no_match && is_number(map.match(digits_))) {
        dial();  // "#" ends a number that the inter-digit timer would have ended
        return;
    }
    digits_ = std::move(longer);
    enter(State::dialling);
    switch (match) {
        case DigitMatch::no_match:
            misdialled();
            break;
        case DigitMatch::partial:
            start_timer(LineTimer::dial, settings_.inter_digit);
            break;
        case DigitMatch::complete_or_longer:
            start_timer(LineTimer::dial, settings_.short_inter_digit);
            break;
        case DigitMatch::complete:
            dial();
            break;
    }
}

void FxsLine::dial_timer(const LineInput&) {
    if (is_number(settings_.digit_map.match(digits_))) {
        dial();
    } else {
        misdialled();
    }
}

void FxsLine::misdialled() {
    if (!digits_.empty()) {
        LineAction action;
        action.kind = LineActionKind::report_misdialled;
        action.digits = digits_;
        act(std::move(action));
    }
    warn(LineTone::congestion);
}

void FxsLine::dial() {
    enter(State::calling);
    report_incoming(digits_);
}

void FxsLine::warn(LineTone tone) {
    warning_tone_ = tone;
    enter(State::warning);
    start_timer(LineTimer::tone, settings_.warning);
}

void FxsLine::alert(const LineInput& input) {
    enter(input.inband ? State::early : State::ringback);
}

void FxsLine::answer(const LineInput&) {
    enter(State::talking);
}

void FxsLine::refused(const LineInput& input) {
    report_released(input.cause);
    warn(input.cause.value == call::q850::user_busy ? LineTone::busy : LineTone::congestion);
}

void FxsLine::far_end_gone(const LineInput& input) {
    report_released(input.cause);
    warning_tone_ = input.cause.value == call::q850::user_busy ? LineTone::busy : LineTone::congestion;
    enter(State::dropping);
}

void FxsLine::digit_to_far_end(const LineInput& input) {
    LineAction action;
    action.kind = LineActionKind::report_digit;
    action.digits = input.digit;
    act(std::move(action));
}

void FxsLine::digit_to_phone(const LineInput& input) {
    LineAction action;
    action.kind = LineActionKind::send_digits;
    action.digits = input.digit;
    act(std::move(action));
}

void FxsLine::drop_done(const LineInput&) {
    if (off_hook_) {
        warn(warning_tone_);
    } else {
        enter(State::idle);
    }
}

void FxsLine::warning_timer(const LineInput&) {
    enter(State::howler);
    start_timer(LineTimer::tone, settings_.howler);
}

void FxsLine::howler_timer(const LineInput&) {
    enter(State::lockout);
}

void FxsLine::ring_phone(const LineInput&) {
    take_call();
    enter(State::ringing);
    start_timer(LineTimer::ring, settings_.ring_timeout);
    act(LineActionKind::report_alerting);
}

void FxsLine::phone_answers(const LineInput&) {
    enter(State::talking);
    act(LineActionKind::report_answered);
}

void FxsLine::ring_timer(const LineInput&) {
    report_released({call::q850::no_answer, call::Location::user, "ringing timed out"});
    enter(State::idle);
}

void FxsLine::stop_ringing(const LineInput& input) {
    report_released(input.cause);
    enter(State::idle);
}

}  // namespace tipring::analog
