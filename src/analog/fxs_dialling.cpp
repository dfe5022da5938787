// The transitions of fxs_line.hpp's table: digits before a call. Pure. Thread: any.
#include <utility>

#include "tipring/analog/fxs_line.hpp"

namespace tipring::analog {

using routing::DigitMatch;

namespace {

bool is_number(DigitMatch match) {
    return match == DigitMatch::complete || match == DigitMatch::complete_or_longer;
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
        if (state_ == State::dial_tone || state_ == State::dialling) collect(digit);
    }
}

void FxsLine::pulse_train(const LineInput&) {
    if (!settings_.accept_pulse) return;
    digits_.clear();
    enter(State::dialling);
    start_timer(LineTimer::dial, settings_.inter_digit);
}

void FxsLine::tone_digit(const LineInput& input) {
    if (!settings_.accept_dtmf) return;
    dials_pulses_ = false;
    collect(input.digit);
}

void FxsLine::pulse_digit(const LineInput& input) {
    if (!settings_.accept_pulse) return;
    dials_pulses_ = true;
    collect(input.digit);
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
    if (is_number(match(digits_))) {
        dial();
    } else {
        misdialled();
    }
}

void FxsLine::misdialled() {
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
