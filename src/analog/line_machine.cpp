// The common part of the line machines: names, and actions from the difference of conditions. Pure. Thread:
// any.
#include "tipring/analog/line_machine.hpp"

#include <array>
#include <utility>

namespace tipring::analog {
namespace {

using Kind = LineInputKind;
using Action = LineActionKind;

constexpr std::array timer_names{"dial",    "tone",   "ring",     "drop",  "wait", "burst",
                                 "battery", "settle", "polarity", "flash", "call"};
static_assert(timer_names.size() == line_timers);

constexpr std::array input_names{
    "off_hook",        "on_hook",        "flash",          "pulse_start",  "pulse_digit",     "ringer_on",
    "ringer_off",      "ring_begin",     "ring_end",       "battery_lost", "battery_present", "polarity",
    "hook_complete",   "pulses_dialled", "alarm",          "alarm_clear",  "removed",         "digit",
    "digits_sent",     "tone_heard",     "tone_gone",      "clip_played",  "voice_heard",     "silence_heard",
    "caller_id_heard", "service_result", "show_messages",  "timer",        "start",           "alert",
    "answer",          "release",        "send_digit",     "send_flash",   "transfer_failed", "wire_settled",
    "begin",           "in_service",     "out_of_service", "shut_down",    "hardware_failed"};
static_assert(input_names.size() == static_cast<std::size_t>(Kind::hardware_failed) + 1);

constexpr std::array tone_names{"none",   "dial",   "ringback", "busy", "congestion",
                                "howler", "recall", "confirm",  "info"};
static_assert(tone_names.size() == static_cast<std::size_t>(LineTone::info) + 1);

constexpr std::array clip_names{"caller_id", "call_waiting", "waiting_caller_id", "message_waiting"};
static_assert(clip_names.size() == static_cast<std::size_t>(LineClip::message_waiting) + 1);

constexpr std::array action_names{"start_ringing",
                                  "stop_ringing",
                                  "seize",
                                  "release_wire",
                                  "start_audio",
                                  "stop_audio",
                                  "listen",
                                  "play_tone",
                                  "stop_tone",
                                  "send_digits",
                                  "dial_pulses",
                                  "flash_line",
                                  "prove_good",
                                  "note_refused",
                                  "play_clip",
                                  "stop_clip",
                                  "mute",
                                  "polarity",
                                  "start_timer",
                                  "stop_timer",
                                  "report_incoming",
                                  "report_alerting",
                                  "report_answered",
                                  "report_digit",
                                  "report_released",
                                  "report_misdialled",
                                  "report_media",
                                  "report_hold",
                                  "report_flash",
                                  "report_transfer",
                                  "report_join",
                                  "report_pick_up",
                                  "use_service"};
static_assert(action_names.size() == static_cast<std::size_t>(Action::use_service) + 1);

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
        case Kind::clip_played:
        case Kind::voice_heard:
        case Kind::silence_heard:
        case Kind::caller_id_heard:
        case Kind::show_messages:
        case Kind::pulses_dialled:
        case Kind::send_flash:
        case Kind::wire_settled:
        case Kind::begin:
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
    std::pair{hardware::LineEventKind::pulses_dialled, Kind::pulses_dialled},
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
std::string_view name(LineClip clip) {
    return clip_names.at(static_cast<std::size_t>(clip));
}
std::string_view name(LineActionKind kind) {
    return action_names.at(static_cast<std::size_t>(kind));
}

bool is_disconnect_tone(media::HeardTone tone) {
    return tone == media::HeardTone::busy || tone == media::HeardTone::congestion ||
           tone == media::HeardTone::learnt;
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
    if (!common(input) && !transition(input)) {
        if (input.kind == Kind::start && !has_call(input.slot)) {
            refuse_start(input);
        } else if (!is_passive(input.kind)) {
            ++unexpected_;
        }
    }
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
            calls_ = 0;
            become_unavailable();
            shut_ = true;
            return true;
        case Kind::hardware_failed:
            release_all({call::q850::temporary_failure, Location::private_local, "the board refused"});
            if (available()) recover();
            return true;
        default:
            return false;
    }
}

void LineMachine::lose(const call::Cause& cause) {
    release_all(cause);
    become_unavailable();
}

void LineMachine::release_all(const call::Cause& cause) {
    for (unsigned slot = 0; slot < line_slots; ++slot)
        report_released(cause, slot);
}

/// A leg that came too late.
void LineMachine::refuse_start(const LineInput& input) {
    refuse(available() ? busy()
                       : call::Cause{call::q850::destination_out_of_order, call::Location::private_local,
                                     "out of service"},
           input.slot);
}

void LineMachine::act(LineActionKind kind) {
    act(kind, 0);
}

void LineMachine::act(LineActionKind kind, unsigned slot, std::string digits) {
    LineAction action;
    action.kind = kind;
    action.slot = slot;
    action.digits = std::move(digits);
    actions_.push_back(std::move(action));
}

void LineMachine::apply(const LineConditions& wanted) {
    for (unsigned timer = 0; timer < line_timers; ++timer)
        stop_timer(static_cast<LineTimer>(timer));

    if (wanted.tone == LineTone::none) play(LineTone::none);
    const auto detectors = [](const LineConditions& of) {
        return std::array{of.dtmf, of.progress, of.voice, of.silence, of.caller_id};
    };
    const bool detectors_differ = detectors(wanted) != detectors(now_);
    const bool listens = detectors(wanted) != detectors({});
    const auto listen = [&] {
        LineAction action;
        action.kind = Action::listen;
        action.dtmf = wanted.dtmf;
        action.progress = wanted.progress;
        action.voice = wanted.voice;
        action.silence = wanted.silence;
        action.caller_id_wanted = wanted.caller_id;
        act(std::move(action));
    };
    if (detectors_differ && !listens) listen();
    if (now_.audio && !wanted.audio) act(Action::stop_audio);
    // Seizing ends the ringing by itself; stopping it first would put an answered phone back to idle for a
    // moment.
    const bool ring_changes = wanted.ringing != now_.ringing || wanted.short_ring != now_.short_ring;
    if (now_.ringing && ring_changes && !wanted.seized) act(Action::stop_ringing);
    if (now_.seized && !wanted.seized) act(Action::release_wire);
    if (!now_.seized && wanted.seized) act(Action::seize);
    if (!now_.audio && wanted.audio) act(Action::start_audio);
    if (detectors_differ && listens) listen();
    if (wanted.tone != LineTone::none && wanted.tone != now_.tone) play(wanted.tone);
    // A board takes no reversal during a ring.
    if (wanted.reversed != now_.reversed) {
        LineAction reverse;
        reverse.kind = Action::polarity;
        reverse.on = wanted.reversed;
        act(std::move(reverse));
    }
    if (wanted.ringing && ring_changes) {
        LineAction ring;
        ring.kind = Action::start_ringing;
        ring.short_ring = wanted.short_ring;
        act(std::move(ring));
    }
    now_ = wanted;
}

void LineMachine::set_audio(bool on) {
    if (std::exchange(now_.audio, on) != on) act(on ? Action::start_audio : Action::stop_audio);
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

void LineMachine::report_incoming(std::string number, unsigned slot) {
    take_call(slot);
    act(Action::report_incoming, slot, std::move(number));
}

void LineMachine::report_released(const call::Cause& cause, unsigned slot) {
    if (!has_call(slot)) return;
    calls_ &= ~(1U << slot);
    refuse(cause, slot);
}

void LineMachine::refuse(const call::Cause& cause, unsigned slot) {
    LineAction action;
    action.kind = Action::report_released;
    action.slot = slot;
    action.cause = cause;
    act(std::move(action));
}

}  // namespace tipring::analog
