// The transitions of fxo_line.hpp's table: the table itself, and calls from the exchange. Pure. Thread: any.
#include "tipring/analog/fxo_line.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tipring::analog {

using Input = LineInputKind;
using call::Cause;
using call::Location;

std::string_view name(FxoState state) {
    static constexpr std::array names{"idle",        "id_wait", "ring_check",     "ring_wait",
                                      "id_modem",    "ringing", "ignored",        "attending",
                                      "held",        "seizing", "dial_tone_wait", "dialling",
                                      "answer_wait", "talking", "clearing",       "unavailable"};
    static_assert(names.size() == static_cast<std::size_t>(FxoState::unavailable) + 1);
    return names.at(static_cast<std::size_t>(state));
}

/// The table of the header. What LineMachine does for every state (alarm, service, refused start) is not
/// repeated here.
struct FxoLine::Table {
    static constexpr std::array rows{
        Row{State::idle, Input::begin, &FxoLine::begin},
        Row{State::idle, Input::ring_begin, &FxoLine::burst_begins},
        Row{State::idle, Input::caller_id_heard, &FxoLine::caller_heard},
        Row{State::idle, Input::polarity, &FxoLine::reversed_when_idle},
        Row{State::idle, Input::start, &FxoLine::place_call},

        Row{State::id_wait, Input::ring_begin, &FxoLine::burst_begins},
        Row{State::id_wait, Input::ring_end, &FxoLine::nothing},
        Row{State::id_wait, Input::caller_id_heard, &FxoLine::caller_heard},
        Row{State::id_wait, Input::polarity, &FxoLine::reversed_when_idle},
        Row{State::id_wait, Input::timer, &FxoLine::no_call_follows},
        Row{State::id_wait, Input::start, &FxoLine::place_call},

        // The driver's late report of a burst that its status told, or the next one after a lost end.
        Row{State::ring_check, Input::ring_begin, &FxoLine::burst_begins},
        Row{State::ring_check, Input::ring_end, &FxoLine::burst_ends},
        Row{State::ring_check, Input::caller_id_heard, &FxoLine::caller_heard},
        Row{State::ring_check, Input::timer, &FxoLine::ring_check_timer},
        Row{State::ring_wait, Input::ring_begin, &FxoLine::burst_begins},
        Row{State::ring_wait, Input::caller_id_heard, &FxoLine::caller_heard},
        Row{State::ring_wait, Input::ring_end, &FxoLine::unseen_burst_ends},
        Row{State::ring_wait, Input::timer, &FxoLine::no_more_rings},

        // What is left of the short bursts when the loop is closed.
        Row{State::id_modem, Input::ring_begin, &FxoLine::nothing},
        Row{State::id_modem, Input::ring_end, &FxoLine::nothing},
        Row{State::id_modem, Input::caller_id_heard, &FxoLine::modem_heard},
        Row{State::id_modem, Input::timer, &FxoLine::modem_over},

        Row{State::ringing, Input::ring_begin, &FxoLine::still_ringing},
        Row{State::ringing, Input::ring_end, &FxoLine::still_ringing},
        Row{State::ringing, Input::timer, &FxoLine::caller_gone},
        Row{State::ringing, Input::alert, &FxoLine::nothing},  // the exchange gives ringback to the caller
        Row{State::ringing, Input::answer, &FxoLine::answer_ringing},
        Row{State::ringing, Input::release, &FxoLine::refuse_ringing},

        Row{State::ignored, Input::ring_begin, &FxoLine::still_ringing},
        Row{State::ignored, Input::ring_end, &FxoLine::still_ringing},
        Row{State::ignored, Input::timer, &FxoLine::no_more_rings},

        Row{State::attending, Input::ring_begin, &FxoLine::nothing},
        Row{State::attending, Input::ring_end, &FxoLine::nothing},
        Row{State::attending, Input::digit, &FxoLine::attended_digit},
        Row{State::attending, Input::battery_lost, &FxoLine::battery_lost},
        Row{State::attending, Input::battery_present, &FxoLine::battery_back},
        Row{State::attending, Input::polarity, &FxoLine::reversed},
        Row{State::attending, Input::timer, &FxoLine::attending_timer},
        Row{State::attending, Input::tone_heard, &FxoLine::tone_in_talk},
        Row{State::attending, Input::tone_gone, &FxoLine::tone_over},

        Row{State::held, Input::ring_begin, &FxoLine::nothing},
        Row{State::held, Input::ring_end, &FxoLine::nothing},
        Row{State::held, Input::alert, &FxoLine::held_alert},
        Row{State::held, Input::answer, &FxoLine::held_answer},
        Row{State::held, Input::release, &FxoLine::hang_up},
        Row{State::held, Input::battery_lost, &FxoLine::battery_lost},
        Row{State::held, Input::battery_present, &FxoLine::battery_back},
        Row{State::held, Input::polarity, &FxoLine::reversed},
        Row{State::held, Input::timer, &FxoLine::talk_timer},
        Row{State::held, Input::tone_heard, &FxoLine::tone_in_talk},
        Row{State::held, Input::tone_gone, &FxoLine::tone_over},

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
        Row{State::dialling, Input::digits_sent, &FxoLine::part_dialled},
        Row{State::dialling, Input::pulses_dialled, &FxoLine::part_dialled},
        Row{State::dialling, Input::battery_lost, &FxoLine::battery_lost},
        Row{State::dialling, Input::battery_present, &FxoLine::battery_back},
        Row{State::dialling, Input::timer, &FxoLine::dialling_timer},
        Row{State::dialling, Input::release, &FxoLine::hang_up},

        Row{State::answer_wait, Input::ring_begin, &FxoLine::nothing},
        Row{State::answer_wait, Input::ring_end, &FxoLine::nothing},
        Row{State::answer_wait, Input::alert, &FxoLine::nothing},
        Row{State::answer_wait, Input::send_digit, &FxoLine::digit_to_exchange},
        Row{State::answer_wait, Input::release, &FxoLine::hang_up},
        Row{State::answer_wait, Input::battery_lost, &FxoLine::battery_lost},
        Row{State::answer_wait, Input::battery_present, &FxoLine::battery_back},
        Row{State::answer_wait, Input::polarity, &FxoLine::answer_by_polarity},
        Row{State::answer_wait, Input::voice_heard, &FxoLine::answer_by_voice},
        Row{State::answer_wait, Input::timer, &FxoLine::talk_timer},
        Row{State::answer_wait, Input::tone_heard, &FxoLine::tone_in_talk},
        Row{State::answer_wait, Input::tone_gone, &FxoLine::tone_over},

        Row{State::talking, Input::ring_begin, &FxoLine::nothing},
        Row{State::talking, Input::ring_end, &FxoLine::nothing},  // the burst in which we answered
        Row{State::talking, Input::alert, &FxoLine::nothing},
        Row{State::talking, Input::send_digit, &FxoLine::digit_to_exchange},
        Row{State::talking, Input::send_flash, &FxoLine::flash_exchange},
        Row{State::talking, Input::release, &FxoLine::hang_up},
        Row{State::talking, Input::battery_lost, &FxoLine::battery_lost},
        Row{State::talking, Input::battery_present, &FxoLine::battery_back},
        Row{State::talking, Input::polarity, &FxoLine::reversed},
        Row{State::talking, Input::timer, &FxoLine::talk_timer},
        Row{State::talking, Input::tone_heard, &FxoLine::tone_in_talk},
        Row{State::talking, Input::tone_gone, &FxoLine::tone_over},
        Row{State::talking, Input::silence_heard, &FxoLine::silent},

        Row{State::clearing, Input::timer, &FxoLine::guard_over},
        Row{State::clearing, Input::ring_begin, &FxoLine::burst_begins},
        Row{State::clearing, Input::ring_end, &FxoLine::nothing},

        Row{State::unavailable, Input::ring_begin, &FxoLine::nothing},
        Row{State::unavailable, Input::ring_end, &FxoLine::nothing},
    };
};

namespace {

std::chrono::milliseconds between(std::chrono::steady_clock::time_point from,
                                  std::chrono::steady_clock::time_point to) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
}

}  // namespace

bool FxoLine::transition(const LineInput& input) {
    return run_row(*this, Table::rows, state_, input);
}

LineConditions FxoLine::conditions_of(FxoState state) const {
    LineConditions on_hook, closed;
    on_hook.audio = on_hook.caller_id = settings_.caller_id;
    closed.seized = true;
    switch (state) {
        case State::idle:
            return settings_.listen_always ? on_hook : LineConditions{};
        case State::id_wait:
        case State::ring_check:
        case State::ring_wait:
            return on_hook;
        case State::id_modem:
            closed.audio = closed.caller_id = true;
            return closed;
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
            closed.audio = !settings_.pulse;
            return closed;
        case State::attending:
        case State::held:
        case State::answer_wait:
        case State::talking:
            closed.audio = closed.progress = closed.dtmf = true;
            if (state == State::held) closed.tone = LineTone::ringback;
            if (state == State::attending) closed.tone = LineTone::dial;
            closed.voice = state == State::answer_wait && settings_.answer_by == config::AnswerBy::voice;
            closed.silence = state == State::talking && settings_.disconnect_silence;
            return closed;
    }
    return {};
}

void FxoLine::enter(FxoState state) {
    state_ = state;
    pausing_ = false;
    switch (state) {
        case State::id_wait:
        case State::ring_check:
        case State::ring_wait:
        case State::id_modem:
        case State::ringing:
        case State::ignored:
            break;
        default:
            ring_ = {};
    }
    apply(conditions_of(state));
}

call::Cause FxoLine::busy() const {
    return {call::q850::requested_circuit_unavailable, Location::private_local, "line in use"};
}

void FxoLine::recover() {
    if (state_ == State::idle) return;
    enter(State::clearing);
    start_timer(LineTimer::drop, settings_.guard);
}

void FxoLine::guard_over(const LineInput&) {
    enter(State::idle);
}

// The number before the first ring.

void FxoLine::begin(const LineInput&) {
    enter(State::idle);
}

void FxoLine::caller_heard(const LineInput& input) {
    if (input.caller_id.message_waiting) return;
    ring_.caller = input.caller_id;
    if (state_ == State::idle || state_ == State::id_wait) {
        enter(State::id_wait);
        start_timer(LineTimer::ring, settings_.caller_id_kept);
    } else if (ring_.count > 0) {
        announce();
    }
}

void FxoLine::reversed_when_idle(const LineInput&) {
    if (!settings_.caller_id || ring_.caller) return;
    ring_.reversed = settings_.caller_id_answered;
    enter(State::id_wait);
    start_timer(LineTimer::ring, ring_.reversed ? settings_.modem_burst_due : settings_.caller_id_kept);
}

void FxoLine::no_call_follows(const LineInput&) {
    enter(State::idle);
}

// Calls from the exchange.

void FxoLine::note_silence(const LineInput& input) {
    ring_.burst_began = input.at;
    ring_.begins_ring = true;
    if (!ring_.burst_ended) return;
    const auto silence = between(*ring_.burst_ended, input.at);
    ring_.begins_ring = silence >= settings_.ring_pause;
    ring_.longest_silence = std::max(ring_.longest_silence, silence);
    ring_.longest = std::max(ring_.longest, silence);
}

void FxoLine::note_burst(const LineInput& input) {
    const auto length = between(ring_.burst_began, input.at);
    ring_.burst_ended = input.at;
    ring_.longest = std::max(ring_.longest, length);
    ring_.long_burst |= length > settings_.longest_modem_burst;
}

std::chrono::milliseconds FxoLine::gone_after() const {
    if (ring_.longest_silence < settings_.ring_pause) return settings_.caller_gone;
    return ring_.longest + settings_.caller_gone_margin;
}

void FxoLine::burst_begins(const LineInput& input) {
    ring_.burst_valid = false;
    // Told twice, or after a lost end: where this burst began is not certain.
    ring_.burst_measured = state_ != State::ring_check && !input.begun_earlier;
    enter(State::ring_check);
    note_silence(input);
    start_timer(LineTimer::burst, settings_.shortest_burst);
    start_timer(LineTimer::ring, gone_after());
}

void FxoLine::ring_check_timer(const LineInput& input) {
    if (input.timer != LineTimer::burst) {
        enter(State::idle);
        return;
    }
    ring_.burst_valid = true;
    if (ring_.begins_ring) ++ring_.count;
    if (ring_.caller) announce();
}

void FxoLine::burst_ends(const LineInput& input) {
    if (ring_.burst_valid) note_burst(input);
    if (is_modem_burst(input)) {
        answer_as_modem();
        return;
    }
    if (ring_.burst_valid && ring_.count >= settings_.rings) {
        announce();
        return;
    }
    if (ring_.count > 0) {
        enter(State::ring_wait);
        start_timer(LineTimer::ring, gone_after());
    } else if (settings_.caller_id) {
        enter(State::id_wait);
        start_timer(LineTimer::ring, settings_.caller_id_kept);
    } else {
        enter(State::idle);
    }
}

void FxoLine::no_more_rings(const LineInput&) {
    enter(State::idle);
}

void FxoLine::announce() {
    const auto caller = ring_.caller;
    act(LineActionKind::prove_good);
    if (settings_.two_stage) {
        attend(caller);
        return;
    }
    if (settings_.answer_at_once) {
        talk_ = {};
        apply({});  // audio begins anew: on the open loop a board may refuse it without harm
        enter(State::held);
        start_timer(LineTimer::settle, settings_.settle);
    } else {
        enter(State::ringing);
        start_timer(LineTimer::ring, gone_after());
    }
    report_caller({}, caller);
}

/// An empty number: the port's own destination.
void FxoLine::report_caller(std::string number, const std::optional<dsp::HeardCallerId>& caller) {
    take_call();
    LineAction action;
    action.kind = LineActionKind::report_incoming;
    action.digits = std::move(number);
    action.caller_id = caller;
    act(std::move(action));
}

// Two-stage: the caller dials on.

void FxoLine::attend(const std::optional<dsp::HeardCallerId>& caller) {
    talk_ = {};
    talk_.caller = caller;
    apply({});  // as in announce()
    enter(State::attending);
    start_timer(LineTimer::settle, settings_.settle);
    start_timer(LineTimer::dial, settings_.first_digit);
}

void FxoLine::attended_digit(const LineInput& input) {
    play(LineTone::none);
    talk_.dialled += input.digit;
    switch (settings_.two_stage->match(talk_.dialled)) {
        case routing::DigitMatch::partial:
            start_timer(LineTimer::dial, settings_.inter_digit);
            break;
        case routing::DigitMatch::complete_or_longer:
            start_timer(LineTimer::dial, settings_.short_inter_digit);
            break;
        case routing::DigitMatch::complete:
            connect_caller(talk_.dialled);
            break;
        case routing::DigitMatch::no_match:
            connect_caller({});
            break;
    }
}

void FxoLine::attending_timer(const LineInput& input) {
    if (input.timer != LineTimer::dial) {
        talk_timer(input);
        return;
    }
    const bool number = settings_.two_stage->match(talk_.dialled) == routing::DigitMatch::complete_or_longer;
    connect_caller(number ? talk_.dialled : std::string());
}

void FxoLine::connect_caller(const std::string& number) {
    const auto caller = talk_.caller;
    enter_in_call(State::held);
    report_caller(number, caller);
}

void FxoLine::still_ringing(const LineInput& input) {
    if (input.kind == Input::ring_begin) {
        note_silence(input);
    } else {
        note_burst(input);
    }
    start_timer(LineTimer::ring, gone_after());
}

void FxoLine::caller_gone(const LineInput&) {
    report_released({call::q850::normal_clearing, Location::user, "caller hung up"});
    enter(State::idle);
}

void FxoLine::answer_ringing(const LineInput&) {
    talk_ = {};
    begin_talk();
    start_timer(LineTimer::settle, settings_.settle);
}

void FxoLine::refuse_ringing(const LineInput& input) {
    const auto limit = gone_after();
    report_released(input.cause);
    enter(State::ignored);
    start_timer(LineTimer::ring, limit);
}

void FxoLine::held_alert(const LineInput& input) {
    play(input.inband ? LineTone::none : LineTone::ringback);
}

void FxoLine::held_answer(const LineInput&) {
    begin_talk();
}

}  // namespace tipring::analog
