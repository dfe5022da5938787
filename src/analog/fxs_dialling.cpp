// The transitions of fxs_line.hpp's table: digits before a call. Pure. Thread: any.
#include <algorithm>
#include <utility>

#include "tipring/analog/fxs_line.hpp"

namespace tipring::analog {

using routing::DigitMatch;

namespace {

/// From the end of a digit to the first pulse of the next, and some time to read the number.
constexpr std::chrono::milliseconds shortest_wind_up{2500};

bool is_number(DigitMatch match) {
    return match == DigitMatch::complete || match == DigitMatch::complete_or_longer;
}

LineInput digit_of(char digit) {
    LineInput input;
    input.kind = LineInputKind::digit;
    input.digit = digit;
    return input;
}

}  // namespace

void FxsLine::dial_tone_timer(const LineInput& input) {
    if (input.timer == LineTimer::tone && std::exchange(tells_sip_down_, false)) {
        play(LineTone::dial);
        time_dial_tone();
    } else if (input.timer == LineTimer::tone) {
        play(LineTone::none);
    } else if (!settings_.hotline.empty() && !has_call()) {
        call_number(LineActionKind::report_incoming, settings_.hotline);
    } else {
        warn(LineTone::congestion);
    }
}

/// The port has begun: an idle line may have something to listen for.
void FxsLine::settle_in(const LineInput&) {
    enter(State::idle);
}

void FxsLine::early_digit(const LineInput& input) {
    if (!settings_.dial_without_tone || !settings_.accept_dtmf) return;
    if (now_ - early_at_ > settings_.early_digits || early_digits_.size() >= longest_number)
        early_digits_.clear();
    early_digits_ += input.digit;
    early_at_ = now_;
}

void FxsLine::take_early_digits() {
    const auto digits = std::exchange(early_digits_, {});
    if (now_ - early_at_ > settings_.early_digits) return;
    for (const char digit : digits) {
        if (state_ == State::dial_tone || state_ == State::dialling) tone_digit(digit_of(digit));
    }
}

void FxsLine::pulse_train(const LineInput&) {
    if (!settings_.accept_pulse) return;
    digits_.clear();
    enter(State::dialling);
    start_timer(LineTimer::dial, settings_.inter_digit);
}

/// A train takes up to 1.3 s: the wait for its digit must not end under it.
void FxsLine::next_pulse_train(const LineInput&) {
    if (settings_.accept_pulse && timer_running(LineTimer::dial))
        start_timer(LineTimer::dial, std::max(settings_.inter_digit, shortest_wind_up));
}

void FxsLine::tone_digit(const LineInput& input) {
    if (!settings_.accept_dtmf) return;
    if (may_be_recall_key()) digits_.clear();  // it was: no rotary dial sends tones
    learn_dial(input);
    collect(input.digit);
}

void FxsLine::pulse_digit(const LineInput& input) {
    if (!settings_.accept_pulse) return;
    learn_dial(input);
    collect(input.digit);
}

/// A recall key makes the pulse "1", too, and 11 or 12 pulses no dial: they tell nothing.
void FxsLine::learn_dial(const LineInput& input) {
    if (input.kind == LineInputKind::digit) {
        dial_ = Dial::tones;
    } else if (input.digit == '0' || (input.digit >= '2' && input.digit <= '9')) {
        dial_ = Dial::pulses;
    }
}

FxsLine::Dial FxsLine::dial_of_phone() const {
    if (!settings_.accept_pulse) return Dial::tones;
    return settings_.accept_dtmf ? dial_ : Dial::pulses;
}

/// Whether the pulse "1" is: where no digit is dialled, or none by pulses.
bool FxsLine::pulse_is_flash() const {
    if (!settings_.pulse_one_is_flash) return false;
    switch (state_) {
        case State::calling:
        case State::ringback:
        case State::early:
        case State::talking:
        case State::conference:
        case State::warning:
        case State::howler:
        case State::lockout:
            return true;
        case State::menu:
            return dial_of_phone() != Dial::pulses;
        case State::dial_tone:
        case State::confirming:
        case State::dialling: {
            // A phone with keys has flashed, to have its other call back.
            const bool first = state_ != State::dialling || digits_.empty();
            return !settings_.accept_pulse || (first && has_other() && dial_of_phone() == Dial::tones);
        }
        default:
            return false;
    }
}

/// What was dialled so far is the digit 1 of a rotary dial, or a recall key that wants the other call back: only
/// the digits that follow, or do not follow, tell.
bool FxsLine::may_be_recall_key() const {
    return settings_.pulse_one_is_flash && state_ == State::dialling && dial_of_phone() == Dial::unknown &&
           has_other() && !digits_.empty() && digits_.find_first_not_of('1') == std::string::npos;
}

void FxsLine::await_digit(std::chrono::milliseconds limit) {
    start_timer(LineTimer::dial,
                is_lone_one() ? std::max(settings_.short_inter_digit, shortest_wind_up) : limit);
}

/// Emergency numbers need no place in the digit map.
DigitMatch FxsLine::match_number(std::string_view digits) const {
    return settings_.emergency.match(digits, settings_.digit_map.match(digits));
}

DigitMatch FxsLine::match_code(std::string_view digits) const {
    return settings_.codes.match(digits, [this](std::string_view number) { return match_number(number); });
}

/// A service's code goes before the digit map.
DigitMatch FxsLine::match(const std::string& digits) const {
    if (digits.size() > longest_number) return DigitMatch::no_match;
    const auto code = match_code(digits);
    return code != DigitMatch::no_match ? code : match_number(digits);
}

void FxsLine::collect(char digit) {
    if (state_ == State::confirming) {
        if (digit == '#') return;  // the end of a code that was complete without it
        digits_.clear();
    }
    auto longer = digits_ + digit;
    const auto found = match(longer);
    if (digit == '#' && found == DigitMatch::no_match && is_number(match(digits_))) {
        dial();  // "#" ends a number that the inter-digit timer would have ended
        return;
    }
    digits_ = std::move(longer);
    enter(State::dialling);
    switch (found) {
        case DigitMatch::no_match:
            misdialled();
            break;
        case DigitMatch::partial:
            await_digit(settings_.inter_digit);
            break;
        case DigitMatch::complete_or_longer:
            await_digit(settings_.short_inter_digit);
            break;
        case DigitMatch::complete:
            dial();
            break;
    }
}

void FxsLine::dial_timer(const LineInput&) {
    if (!is_lone_one() && is_number(match(digits_))) {
        dial();
    } else {
        misdialled();
    }
}

/// No number: of a recall key that was pressed, perhaps twice, nothing else was to be expected.
void FxsLine::misdialled() {
    if (may_be_recall_key()) {
        flash_to_other_call({});
        return;
    }
    if (!digits_.empty()) act(LineActionKind::report_misdialled, 0, digits_);
    warn(LineTone::congestion);
}

void FxsLine::dial() {
    ServiceCodes::Dialled dialled;
    const bool is_code = is_number(match_code(digits_));
    if (!is_code || !settings_.codes.find(digits_, dialled)) {
        call_number(LineActionKind::report_incoming, digits_);
        return;
    }
    enter(State::dialling);
    act(LineActionKind::use_service, 0, digits_);
}

/// `report`: report_incoming or report_pick_up.
void FxsLine::call_number(LineActionKind report, const std::string& number) {
    if (uses_.at(active_) != Use::free) active_ = other();
    if (uses_.at(active_) != Use::free) {
        if (uses_.at(active_) != Use::leaving) active_ = other();
        if (uses_.at(active_) != Use::leaving) {
            warn(LineTone::congestion);
            return;
        }
        // Both calls of a transfer are still on their way out: nobody who calls for help waits for that.
        release_call(active_, {call::q850::normal_clearing, call::Location::user, "a new call"});
    }
    uses_.at(active_) = Use::active;
    dialled_.at(active_) = true;
    emergency_.at(active_) = report == LineActionKind::report_incoming && is_emergency(number);
    answered_.at(active_) = false;
    enter(State::calling);
    take_call(active_);
    act(report, active_, number);
}

void FxsLine::service_result(const LineInput& input) {
    switch (input.service) {
        case ServiceOutcome::refused:
            warn(LineTone::congestion);
            break;
        case ServiceOutcome::confirmed:
            confirm();
            break;
        case ServiceOutcome::call:
            call_number(LineActionKind::report_incoming, input.number);
            break;
        case ServiceOutcome::pick_up:
            call_number(LineActionKind::report_pick_up, input.number);
            break;
        case ServiceOutcome::transfer:
            if (!has_held_call()) {
                warn(LineTone::congestion);
                break;
            }
            uses_.at(other()) = Use::leaving;
            act(LineActionKind::report_transfer, other(), input.number);
            confirm();
            break;
    }
}

void FxsLine::confirm() {
    enter(State::confirming);
    start_timer(LineTimer::tone, settings_.confirmation);
}

void FxsLine::confirmed(const LineInput&) {
    begin_dialling();
}

}  // namespace tipring::analog
