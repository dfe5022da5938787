// The transitions of fxo_line.hpp's table. Pure. Thread: any.
#include "tipring/analog/fxo_line.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tipring::analog {

using Input = LineInputKind;
using call::Cause;
using call::Location;

std::string_view name(FxoState state) {
    static constexpr std::array names{"idle",     "ring_check", "ring_wait", "ringing",
                                      "ignored",  "held",       "seizing",   "dial_tone_wait",
                                      "dialling", "talking",    "clearing",  "unavailable"};
    static_assert(names.size() == static_cast<std::size_t>(FxoState::unavailable) + 1);
    return names.at(static_cast<std::size_t>(state));
}

/// The table of the header. What LineMachine does for every state (alarm, service, refused start) is not
/// repeated here.
struct FxoLine::Table {
    static constexpr std::array rows{
        Row{State::idle, Input::ring_begin, &FxoLine::burst_begins},
        Row{State::idle, Input::start, &FxoLine::place_call},

        // The driver's late report of a burst that its status told, or the next one after a lost end.
        Row{State::ring_check, Input::ring_begin, &FxoLine::burst_begins},
        Row{State::ring_check, Input::ring_end, &FxoLine::burst_ends},
        Row{State::ring_check, Input::timer, &FxoLine::ring_check_timer},
        Row{State::ring_wait, Input::ring_begin, &FxoLine::burst_begins},
        Row{State::ring_wait, Input::timer, &FxoLine::no_more_rings},

        Row{State::ringing, Input::ring_begin, &FxoLine::still_ringing},
        Row{State::ringing, Input::ring_end, &FxoLine::still_ringing},
        Row{State::ringing, Input::timer, &FxoLine::caller_gone},
        Row{State::ringing, Input::alert, &FxoLine::nothing},  // the exchange gives ringback to the caller
        Row{State::ringing, Input::answer, &FxoLine::answer_ringing},
        Row{State::ringing, Input::release, &FxoLine::refuse_ringing},

        Row{State::ignored, Input::ring_begin, &FxoLine::still_ringing},
        Row{State::ignored, Input::ring_end, &FxoLine::still_ringing},
        Row{State::ignored, Input::timer, &FxoLine::no_more_rings},

        Row{State::held, Input::ring_begin, &FxoLine::nothing},
        Row{State::held, Input::ring_end, &FxoLine::nothing},
        Row{State::held, Input::alert, &FxoLine::held_alert},
        Row{State::held, Input::answer, &FxoLine::held_answer},
        Row{State::held, Input::release, &FxoLine::hang_up},
        Row{State::held, Input::battery_lost, &FxoLine::battery_lost},
        Row{State::held, Input::battery_present, &FxoLine::battery_back},
        Row{State::held, Input::timer, &FxoLine::talk_timer},
        Row{State::held, Input::tone_heard, &FxoLine::tone_in_talk},

        Row{State::seizing, Input::hook_complete, &FxoLine::seized},
        Row{State::seizing, Input::ring_begin, &FxoLine::glare},
        Row{State::seizing, Input::ring_end, &FxoLine::nothing},
        Row{State::seizing, Input::timer, &FxoLine::seize_timer},
        Row{State::seizing, Input::release, &FxoLine::hang_up},

        Row{State::dial_tone_wait, Input::ring_begin, &FxoLine::nothing},
        Row{State::dial_tone_wait, Input::ring_end, &FxoLine::nothing},
        Row{State::dial_tone_wait, Input::tone_heard, &FxoLine::dial_tone_heard},
        Row{State::dial_tone_wait, Input::battery_lost, &FxoLine::battery_lost},
        Row{State::dial_tone_wait, Input::battery_present, &FxoLine::battery_back},
        Row{State::dial_tone_wait, Input::timer, &FxoLine::dial_tone_timer},
        Row{State::dial_tone_wait, Input::release, &FxoLine::hang_up},

        Row{State::dialling, Input::ring_begin, &FxoLine::nothing},
        Row{State::dialling, Input::ring_end, &FxoLine::nothing},
        Row{State::dialling, Input::digits_sent, &FxoLine::dialled},
        Row{State::dialling, Input::battery_lost, &FxoLine::battery_lost},
        Row{State::dialling, Input::battery_present, &FxoLine::battery_back},
        Row{State::dialling, Input::timer, &FxoLine::dialling_timer},
        Row{State::dialling, Input::release, &FxoLine::hang_up},

        Row{State::talking, Input::ring_begin, &FxoLine::nothing},
        Row{State::talking, Input::ring_end, &FxoLine::nothing},  // the burst in which we answered
        Row{State::talking, Input::alert, &FxoLine::nothing},
        Row{State::talking, Input::send_digit, &FxoLine::digit_to_exchange},
        Row{State::talking, Input::release, &FxoLine::hang_up},
        Row{State::talking, Input::battery_lost, &FxoLine::battery_lost},
        Row{State::talking, Input::battery_present, &FxoLine::battery_back},
        Row{State::talking, Input::timer, &FxoLine::talk_timer},
        Row{State::talking, Input::tone_heard, &FxoLine::tone_in_talk},

        Row{State::clearing, Input::timer, &FxoLine::guard_over},
        Row{State::clearing, Input::ring_begin, &FxoLine::burst_begins},
        Row{State::clearing, Input::ring_end, &FxoLine::nothing},

        Row{State::unavailable, Input::ring_begin, &FxoLine::nothing},
        Row{State::unavailable, Input::ring_end, &FxoLine::nothing},
    };
};

namespace {

LineConditions conditions_of(FxoState state) {
    using State = FxoState;
    LineConditions closed;
    closed.seized = true;
    switch (state) {
        case State::idle:
        case State::ring_check:
        case State::ring_wait:
        case State::ringing:
        case State::ignored:
        case State::clearing:
        case State::unavailable:
            return {};
        case State::seizing:
            return closed;
        case State::dial_tone_wait:
            closed.audio = closed.progress = true;
            return closed;
        case State::dialling:
            closed.audio = true;
            return closed;
        case State::held:
        case State::talking:
            closed.audio = closed.progress = closed.dtmf = true;
            if (state == State::held) closed.tone = LineTone::ringback;
            return closed;
    }
    return {};
}

bool is_disconnect_tone(media::HeardTone tone) {
    return tone == media::HeardTone::busy || tone == media::HeardTone::congestion;
}

std::string tone_text(media::HeardTone tone) {
    return tone == media::HeardTone::busy ? "busy tone" : "congestion tone";
}

/// What can be sent as DTMF; separators that people write are left out.
std::string dialable(const std::string& number) {
    std::string digits;
    std::copy_if(number.begin(), number.end(), std::back_inserter(digits), [](char c) {
        return std::string_view("0123456789*#ABCDw").find(c) != std::string_view::npos;
    });
    return digits;
}

}  // namespace

bool FxoLine::transition(const LineInput& input) {
    return run_row(*this, Table::rows, state_, input);
}

void FxoLine::enter(FxoState state) {
    state_ = state;
    if (state != State::ring_check && state != State::ring_wait) bursts_ = 0;
    apply(conditions_of(state));
}

/// A loss of battery that has begun is still watched in the next state of the call.
void FxoLine::enter_in_call(FxoState state) {
    const bool battery_missing = timer_running(LineTimer::battery);
    enter(state);
    if (battery_missing) start_timer(LineTimer::battery, settings_.battery_gone);
}

call::Cause FxoLine::busy() const {
    return {call::q850::requested_circuit_unavailable, Location::private_local, "line in use"};
}

void FxoLine::recover() {
    if (state_ == State::idle) return;
    enter(State::clearing);
    start_timer(LineTimer::drop, settings_.guard);
}

void FxoLine::clear(const Cause& cause) {
    report_released(cause);
    recover();
}

void FxoLine::guard_over(const LineInput&) {
    enter(State::idle);
}

// Calls from the exchange.

void FxoLine::burst_begins(const LineInput&) {
    burst_valid_ = false;
    enter(State::ring_check);
    start_timer(LineTimer::burst, settings_.shortest_burst);
    start_timer(LineTimer::ring, settings_.caller_gone);
}

void FxoLine::ring_check_timer(const LineInput& input) {
    if (input.timer == LineTimer::burst) {
        burst_valid_ = true;
    } else {
        enter(State::idle);
    }
}

void FxoLine::burst_ends(const LineInput&) {
    if (burst_valid_ && ++bursts_ >= settings_.rings_before_announce) {
        announce();
        return;
    }
    if (bursts_ == 0) {
        enter(State::idle);
        return;
    }
    enter(State::ring_wait);
    start_timer(LineTimer::ring, settings_.caller_gone);
}

void FxoLine::no_more_rings(const LineInput&) {
    enter(State::idle);
}

void FxoLine::announce() {
    if (settings_.answer_at_once) {
        enter(State::held);
    } else {
        enter(State::ringing);
        start_timer(LineTimer::ring, settings_.caller_gone);
    }
    report_incoming({});
}

void FxoLine::still_ringing(const LineInput&) {
    start_timer(LineTimer::ring, settings_.caller_gone);
}

void FxoLine::caller_gone(const LineInput&) {
    report_released({call::q850::normal_clearing, Location::user, "caller hung up"});
    enter(State::idle);
}

void FxoLine::answer_ringing(const LineInput&) {
    enter(State::talking);
}

void FxoLine::refuse_ringing(const LineInput& input) {
    report_released(input.cause);
    enter(State::ignored);
    start_timer(LineTimer::ring, settings_.caller_gone);
}

void FxoLine::held_alert(const LineInput& input) {
    play(input.inband ? LineTone::none : LineTone::ringback);
}

void FxoLine::held_answer(const LineInput&) {
    enter_in_call(State::talking);
}

// Calls to the exchange.

void FxoLine::place_call(const LineInput& input) {
    take_call();
    number_ = dialable(input.number);
    if (number_.empty() && !input.number.empty()) {
        report_released(
            {call::q850::invalid_number_format, Location::private_local, "nothing to dial in the number"});
        return;
    }
    enter(State::seizing);
    start_timer(LineTimer::dial, settings_.seize_limit);
}

void FxoLine::seized(const LineInput&) {
    enter(State::dial_tone_wait);
    start_timer(LineTimer::dial,
                settings_.wait_for_dial_tone ? settings_.dial_tone_limit : settings_.dial_delay);
}

void FxoLine::glare(const LineInput&) {
    clear({call::q850::requested_circuit_unavailable, Location::private_local, "incoming call on the line"});
}

void FxoLine::seize_timer(const LineInput&) {
    clear({call::q850::temporary_failure, Location::private_local, "the board did not confirm the seizure"});
}

void FxoLine::dial_tone_heard(const LineInput& input) {
    if (input.tone == media::HeardTone::dial) {
        dial();
    } else if (is_disconnect_tone(input.tone)) {
        clear({call::q850::no_circuit_available, Location::public_local,
               tone_text(input.tone) + " instead of dial tone"});
    }
}

void FxoLine::dial_tone_timer(const LineInput& input) {
    if (input.timer == LineTimer::battery) {
        clear({call::q850::destination_out_of_order, Location::public_local, "battery drop"});
    } else if (settings_.wait_for_dial_tone) {
        clear({call::q850::no_circuit_available, Location::public_local, "no dial tone"});
    } else {
        dial();
    }
}

void FxoLine::dial() {
    enter_in_call(State::dialling);
    if (number_.empty()) {
        dialled({});
        return;
    }
    // A 'w' is a pause of 500 ms; five seconds more than needed, then the engine's report was lost.
    const auto pauses = std::count(number_.begin(), number_.end(), 'w');
    const auto digits = static_cast<std::ptrdiff_t>(number_.size()) - pauses;
    start_timer(LineTimer::dial, settings_.digit_time * digits + std::chrono::milliseconds(500) * pauses +
                                     std::chrono::seconds(5));
    LineAction action;
    action.kind = LineActionKind::send_digits;
    action.digits = number_;
    act(std::move(action));
}

void FxoLine::dialled(const LineInput&) {
    enter_in_call(State::talking);
    LineAction action;
    action.kind = LineActionKind::report_alerting;
    action.inband = true;
    act(std::move(action));
    act(LineActionKind::report_answered);
}

void FxoLine::dialling_timer(const LineInput& input) {
    if (input.timer == LineTimer::battery) {
        clear({call::q850::destination_out_of_order, Location::public_local, "battery drop"});
    } else {
        clear({call::q850::temporary_failure, Location::private_local, "dialling did not end"});
    }
}

// Both.

void FxoLine::digit_to_exchange(const LineInput& input) {
    LineAction action;
    action.kind = LineActionKind::send_digits;
    action.digits = dialable(std::string(1, input.digit));
    if (!action.digits.empty()) act(std::move(action));
}

void FxoLine::battery_lost(const LineInput&) {
    start_timer(LineTimer::battery, settings_.battery_gone);
}

void FxoLine::battery_back(const LineInput&) {
    stop_timer(LineTimer::battery);
}

void FxoLine::talk_timer(const LineInput&) {
    clear({call::q850::normal_clearing, Location::public_local, "battery drop"});
}

void FxoLine::tone_in_talk(const LineInput& input) {
    if (is_disconnect_tone(input.tone))
        clear({call::q850::normal_clearing, Location::public_local, tone_text(input.tone)});
}

void FxoLine::hang_up(const LineInput& input) {
    clear(input.cause);
}

}  // namespace tipring::analog
