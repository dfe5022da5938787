// Feeds a line machine and tells its actions as one line of text, for tests that read like the transition
// table.
#pragma once

#include <string>

#include "tipring/analog/line_machine.hpp"

namespace tipring::test {

inline std::string text(const analog::LineAction& action) {
    using Kind = analog::LineActionKind;
    std::string line(name(action.kind));
    const std::string on = action.on ? "(on)" : "(off)";
    if (action.slot != 0 && line.starts_with("report_")) line += "#" + std::to_string(action.slot);
    switch (action.kind) {
        case Kind::listen:
            return line + (action.dtmf ? "(dtmf)" : "") + (action.progress ? "(progress)" : "") +
                   (action.voice ? "(voice)" : "") + (action.silence ? "(silence)" : "") +
                   (action.caller_id_wanted ? "(caller_id)" : "");
        case Kind::play_tone:
            return line + "(" + std::string(name(action.tone)) + ")";
        case Kind::report_incoming:
            if (action.caller_id) return line + "(from " + std::string(action.caller_id->number_text()) + ")";
            return line + "(" + action.digits + ")";
        case Kind::play_clip:
            return line + "(" + std::string(name(action.clip)) + ")";
        case Kind::start_ringing:
            return line + (action.short_ring ? "(short)" : "");
        case Kind::mute:
        case Kind::polarity:
        case Kind::report_hold:
            return line + on;
        case Kind::report_pick_up:
        case Kind::report_transfer:
        case Kind::use_service:
        case Kind::send_digits:
        case Kind::dial_pulses:
        case Kind::note_refused:
        case Kind::report_digit:
        case Kind::report_misdialled:
            return line + "(" + action.digits + ")";
        case Kind::start_timer:
            return line + "(" + std::string(name(action.timer)) + " " +
                   std::to_string(action.duration.count()) + ")";
        case Kind::stop_timer:
            return line + "(" + std::string(name(action.timer)) + ")";
        case Kind::report_alerting:
            return line + (action.inband ? "(inband)" : "(local)");
        case Kind::report_released:
            return line + "(" + std::to_string(action.cause.value) +
                   (action.cause.method.empty() ? "" : " " + action.cause.method) + ")";
        default:
            return line;
    }
}

inline std::string text(const analog::LineActions& actions) {
    std::string line;
    for (const auto& action : actions)
        line += (line.empty() ? "" : " ") + text(action);
    return line;
}

/// A machine with short ways to feed it.
template <class Machine>
struct Fed {
    Machine machine;
    std::chrono::steady_clock::time_point now{};  ///< moved by the test where time counts
    using Kind = analog::LineInputKind;

    std::string feed(analog::LineInput input) {
        input.at = now;
        return text(machine.handle(input));
    }
    std::string feed(Kind kind, char digit = 0) {
        analog::LineInput input;
        input.kind = kind;
        input.digit = digit;
        return feed(input);
    }
    std::string timer(analog::LineTimer timer) {
        analog::LineInput input;
        input.kind = Kind::timer;
        input.timer = timer;
        return feed(input);
    }
    std::string start(const std::string& number) {
        analog::LineInput input;
        input.kind = Kind::start;
        input.number = number;
        return feed(input);
    }
    /// A call to the phone, whose caller it can be told.
    std::string call(unsigned slot, bool with_id = false, unsigned bursts = 1) {
        analog::LineInput input;
        input.kind = Kind::start;
        input.slot = slot;
        input.id_plan = {with_id, bursts};
        return feed(input);
    }
    std::string command(Kind kind, unsigned slot) {
        analog::LineInput input;
        input.kind = kind;
        input.slot = slot;
        return feed(input);
    }
    std::string release_of(unsigned slot, std::uint8_t cause = 16) {
        analog::LineInput input;
        input.kind = Kind::release;
        input.slot = slot;
        input.cause.value = cause;
        return feed(input);
    }
    std::string service(analog::ServiceOutcome outcome, const std::string& number = {}) {
        analog::LineInput input;
        input.kind = Kind::service_result;
        input.service = outcome;
        input.number = number;
        return feed(input);
    }
    std::string alert(bool inband) {
        analog::LineInput input;
        input.kind = Kind::alert;
        input.inband = inband;
        return feed(input);
    }
    std::string release(std::uint8_t cause) {
        analog::LineInput input;
        input.kind = Kind::release;
        input.cause.value = cause;
        return feed(input);
    }
    std::string hear(media::HeardTone tone) {
        analog::LineInput input;
        input.kind = Kind::tone_heard;
        input.tone = tone;
        return feed(input);
    }
    std::string digits(const std::string& digits) {
        std::string last;
        for (const char digit : digits)
            last = feed(Kind::digit, digit);
        return last;
    }
    std::string state() const { return std::string(machine.state_name()); }
};

}  // namespace tipring::test
