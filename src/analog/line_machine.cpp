// The common part of the line machines: names, and actions from the difference of conditions. Pure. Thread:
// any.
#include "tipring/analog/line_machine.hpp"

#include <array>
#include <utility>

namespace tipring::analog {
namespace {

using Kind = LineInputKind;
using Action = LineActionKind;

constexpr std::array timer_names{"dial", "tone", "ring", "drop", "burst", "battery"};
static_assert(timer_names.size() == line_timers);

constexpr std::array input_names{
    "off_hook",       "on_hook",    "flash",        "pulse_start",  "pulse_digit",     "ringer_on",
    "ringer_off",     "ring_begin", "ring_end",     "battery_lost", "battery_present", "polarity",
    "hook_complete",  "alarm",      "alarm_clear",  "removed",      "digit",           "digits_sent",
    "tone_heard",     "tone_gone",  "timer",        "start",        "alert",           "answer",
    "release",        "send_digit", "wire_settled", "in_service",   "out_of_service",  "shut_down",
    "hardware_failed"};
static_assert(input_names.size() == static_cast<std::size_t>(Kind::hardware_failed) + 1);

constexpr std::array tone_names{"none", "dial", "ringback", "busy", "congestion", "howler"};
static_assert(tone_names.size() == static_cast<std::size_t>(LineTone::howler) + 1);

constexpr std::array action_names{"start_ringing",   "stop_ringing",     "seize",           "release_wire",
                                  "start_audio",     "stop_audio",       "listen",          "play_tone",
                                  "stop_tone",       "send_digits",      "start_timer",     "stop_timer",
                                  "report_incoming", "report_alerting",  "report_answered", "report_digit",
                                  "report_released", "report_misdialled"};
static_assert(action_names.size() == static_cast<std::size_t>(Action::report_misdialled) + 1);

/// Inputs that may come at any time without meaning: a state that has no use for one ignores it.
bool is_passive(Kind kind) {
    switch (kind) {
        case Kind::pulse_start:
        case Kind::pulse_digit:
        case Kind::ringer_on:
        case Kind::ringer_off:
        case Kind::battery_lost:
        case Kind::battery_present:
        case Kind::polarity:
        case Kind::hook_complete:
        case Kind::digit:
        case Kind::digits_sent:
        case Kind::tone_heard:
        case Kind::tone_gone:
        case Kind::wire_settled:
            return true;
        default:
            return false;
    }
}

constexpr std::array event_inputs{
    std::pair{hardware::LineEventKind::off_hook, Kind::off_hook},
    std::pair{hardware::LineEventKind::on_hook, Kind::on_hook},
    std::pair{hardware::LineEventKind::flash, Kind::flash},
    std::pair{hardware::LineEventKind::pulse_start, Kind::pulse_start},
    std::pair{hardware::LineEventKind::pulse_digit, Kind::pulse_digit},
    std::pair{hardware::LineEventKind::ringer_on, Kind::ringer_on},
    std::pair{hardware::LineEventKind::ringer_off, Kind::ringer_off},
    std::pair{hardware::LineEventKind::ring_begin, Kind::ring_begin},
    std::pair{hardware::LineEventKind::ring_end, Kind::ring_end},
    std::pair{hardware::LineEventKind::battery_lost, Kind::battery_lost},
    std::pair{hardware::LineEventKind::battery_present, Kind::battery_present},
    std::pair{hardware::LineEventKind::polarity, Kind::polarity},
    std::pair{hardware::LineEventKind::hook_complete, Kind::hook_complete},
    std::pair{hardware::LineEventKind::alarm, Kind::alarm},
    std::pair{hardware::LineEventKind::alarm_clear, Kind::alarm_clear},
    std::pair{hardware::LineEventKind::removed, Kind::removed},
};

}  // namespace

std::string_view name(LineTimer timer) {
    return timer_names.at(static_cast<std::size_t>(timer));
}
std::string_view name(LineInputKind kind) {
    return input_names.at(static_cast<std::size_t>(kind));
}
std::string_view name(LineTone tone) {
    return tone_names.at(static_cast<std::size_t>(tone));
}
std::string_view name(LineActionKind kind) {
    return action_names.at(static_cast<std::size_t>(kind));
}

bool to_input(const hardware::LineEvent& event, LineInput& input) {
    for (const auto& [from, to] : event_inputs) {
        if (from != event.kind) continue;
        input = LineInput{};
        input.kind = to;
        input.digit = event.digit;
        return true;
    }
    return false;
}

LineActions LineMachine::handle(const LineInput& input) {
    actions_.clear();
    if (shut_) return {};
    if (input.kind == Kind::timer) {
        if (!timer_running(input.timer)) return {};  // it was stopped while this input was on its way
        timers_ &= ~bit(input.timer);
    }
    observe(input);
    if (!common(input) && !transition(input) && !is_passive(input.kind)) ++unexpected_;
    return std::exchange(actions_, {});
}

/// Inputs that mean the same in every state.
bool LineMachine::common(const LineInput& input) {
    using call::Location;
    switch (input.kind) {
        case Kind::alarm:
            alarm_ = true;
            lose({call::q850::destination_out_of_order, Location::private_local, "alarm on the line"});
            return true;
        case Kind::removed:
            removed_ = true;
            lose({call::q850::destination_out_of_order, Location::private_local, "channel removed"});
            return true;
        case Kind::out_of_service:
            in_service_ = false;
            lose({call::q850::destination_out_of_order, Location::private_local, "taken out of service"});
            return true;
        case Kind::alarm_clear:
            if (std::exchange(alarm_, false) && available()) become_available();
            return true;
        case Kind::in_service:
            if (!std::exchange(in_service_, true) && available()) become_available();
            return true;
        case Kind::shut_down:
            call_ = false;
            become_unavailable();
            shut_ = true;
            return true;
        case Kind::hardware_failed:
            report_released({call::q850::temporary_failure, Location::private_local, "the board refused"});
            if (available()) recover();
            return true;
        case Kind::start:
            if (idle() || call_) return false;
            refuse(available() ? busy()
                               : call::Cause{call::q850::destination_out_of_order, Location::private_local,
                                             "out of service"});
            return true;
        default:
            return false;
    }
}

void LineMachine::lose(const call::Cause& cause) {
    report_released(cause);
    become_unavailable();
}

void LineMachine::act(LineActionKind kind) {
    LineAction action;
    action.kind = kind;
    actions_.push_back(std::move(action));
}

void LineMachine::apply(const LineConditions& wanted) {
    for (unsigned timer = 0; timer < line_timers; ++timer)
        stop_timer(static_cast<LineTimer>(timer));

    if (wanted.tone == LineTone::none) play(LineTone::none);
    const bool detectors_differ = wanted.dtmf != now_.dtmf || wanted.progress != now_.progress;
    const bool listens = wanted.dtmf || wanted.progress;
    const auto listen = [&] {
        LineAction action;
        action.kind = Action::listen;
        action.dtmf = wanted.dtmf;
        action.progress = wanted.progress;
        act(std::move(action));
    };
    if (detectors_differ && !listens) listen();
    if (now_.audio && !wanted.audio) act(Action::stop_audio);
    // Seizing ends the ringing by itself; stopping it first would put an answered phone back to idle for a
    // moment.
    if (now_.ringing && !wanted.ringing && !wanted.seized) act(Action::stop_ringing);
    if (now_.seized && !wanted.seized) act(Action::release_wire);
    if (!now_.seized && wanted.seized) act(Action::seize);
    if (!now_.audio && wanted.audio) act(Action::start_audio);
    if (detectors_differ && listens) listen();
    if (wanted.tone != LineTone::none && wanted.tone != now_.tone) play(wanted.tone);
    if (!now_.ringing && wanted.ringing) act(Action::start_ringing);
    now_ = wanted;
}

void LineMachine::play(LineTone tone) {
    if (tone == now_.tone) return;
    LineAction action;
    action.kind = tone == LineTone::none ? Action::stop_tone : Action::play_tone;
    action.tone = tone;
    act(std::move(action));
    now_.tone = tone;
}

void LineMachine::start_timer(LineTimer timer, std::chrono::milliseconds duration) {
    timers_ |= bit(timer);
    LineAction action;
    action.kind = Action::start_timer;
    action.timer = timer;
    action.duration = duration;
    act(std::move(action));
}

void LineMachine::stop_timer(LineTimer timer) {
    if (!timer_running(timer)) return;
    timers_ &= ~bit(timer);
    LineAction action;
    action.kind = Action::stop_timer;
    action.timer = timer;
    act(std::move(action));
}

void LineMachine::report_incoming(std::string number) {
    call_ = true;
    LineAction action;
    action.kind = Action::report_incoming;
    action.digits = std::move(number);
    act(std::move(action));
}

void LineMachine::report_released(const call::Cause& cause) {
    if (std::exchange(call_, false)) refuse(cause);
}

void LineMachine::refuse(const call::Cause& cause) {
    LineAction action;
    action.kind = Action::report_released;
    action.cause = cause;
    act(std::move(action));
}

}  // namespace tipring::analog
