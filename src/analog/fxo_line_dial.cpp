// Calls to the exchange: seizing, dialling, answer supervision. Pure. Thread: any.
#include <algorithm>
#include <utility>

#include "tipring/analog/fxo_line.hpp"

namespace tipring::analog {
namespace {

/// A 'w' in a number.
constexpr std::chrono::milliseconds dial_pause{500};
/// More than dialling needs: then the report of its end was lost.
constexpr std::chrono::milliseconds dial_reserve{5000};

}  // namespace

/// What can be dialled; separators that people write are left out.
std::string FxoLine::dialable(std::string_view number) const {
    const std::string_view known = settings_.pulse ? "0123456789wW" : "0123456789*#ABCDwW";
    std::string digits;
    std::copy_if(number.begin(), number.end(), std::back_inserter(digits),
                 [known](char c) { return known.find(c) != std::string_view::npos; });
    return digits;
}

void FxoLine::place_call(const LineInput& input) {
    if (announced()) {  // a call is coming
        refuse(busy());
        return;
    }
    take_call();
    const auto number = dialable(input.number);
    if (number.empty() && !input.number.empty()) {
        report_released({call::q850::invalid_number_format, call::Location::private_local,
                         "nothing to dial in the number"});
        return;
    }
    number_given_ = !number.empty();
    number_begun_ = false;
    undialled_ = number_given_ ? dialable(settings_.dial_prefix) + number : "";
    talk_ = {};
    talk_.to_exchange = true;
    enter(State::seizing);
    start_timer(LineTimer::dial, settings_.seize_limit);
}

void FxoLine::seized(const LineInput&) {
    enter(State::dial_tone_wait);
    start_timer(LineTimer::dial,
                settings_.wait_for_dial_tone ? settings_.dial_tone_limit : settings_.dial_delay);
}

void FxoLine::glare(const LineInput&) {
    clear({call::q850::requested_circuit_unavailable, call::Location::private_local,
           "incoming call on the line"},
          "ringing");
}

void FxoLine::seize_timer(const LineInput&) {
    clear({call::q850::temporary_failure, call::Location::private_local,
           "the board did not confirm the seizure"},
          "not_confirmed");
}

void FxoLine::dial_tone_heard(const LineInput& input) {
    if (input.tone == media::HeardTone::dial) {
        act(LineActionKind::prove_good);
        dial();
    } else if (is_disconnect_tone(input.tone)) {
        clear({call::q850::no_circuit_available, call::Location::public_local,
               std::string(tone_text(input.tone)) + " instead of dial tone", "busy_tone"},
              "busy_tone");
    }
}

void FxoLine::dial_tone_timer(const LineInput& input) {
    if (input.timer == LineTimer::battery) {
        talk_timer(input);
    } else if (!settings_.wait_for_dial_tone) {
        dial();
    } else if (number_begun_) {
        clear({call::q850::no_circuit_available, call::Location::public_local, "no second dial tone"});
    } else {
        clear({call::q850::no_circuit_available, call::Location::public_local, "no dial tone"},
              "no_dial_tone");
    }
}

void FxoLine::dial() {
    number_begun_ = true;
    enter_in_call(State::dialling);
    dial_next();
}

void FxoLine::dial_next() {
    if (undialled_.empty()) {
        dialled();
    } else if (undialled_.front() == 'W') {
        undialled_.erase(0, 1);
        enter_in_call(State::dial_tone_wait);
        start_timer(LineTimer::dial, settings_.dial_tone_limit);
    } else if (settings_.pulse) {
        dial_pulses();
    } else {
        dial_tones();
    }
}

/// The engine makes the pauses itself.
void FxoLine::dial_tones() {
    auto part = undialled_.substr(0, undialled_.find('W'));
    undialled_.erase(0, part.size());
    const auto pauses = std::count(part.begin(), part.end(), 'w');
    const auto digits = static_cast<std::ptrdiff_t>(part.size()) - pauses;
    start_timer(LineTimer::dial, settings_.digit_time * digits + dial_pause * pauses + dial_reserve);
    act(LineActionKind::send_digits, 0, std::move(part));
}

void FxoLine::dial_pulses() {
    const auto pauses = std::min(undialled_.find_first_not_of('w'), undialled_.size());
    if (pauses > 0) {
        undialled_.erase(0, pauses);
        pausing_ = true;
        start_timer(LineTimer::dial, dial_pause * pauses);
        return;
    }
    auto part = undialled_.substr(0, undialled_.find_first_of("wW"));
    undialled_.erase(0, part.size());
    start_timer(LineTimer::dial, settings_.pulse_digit * part.size() + dial_reserve);
    act(LineActionKind::dial_pulses, 0, std::move(part));
}

void FxoLine::part_dialled(const LineInput&) {
    if (pausing_) return;  // a report of what was dialled before
    stop_timer(LineTimer::dial);
    dial_next();
}

void FxoLine::dialling_timer(const LineInput& input) {
    if (input.timer == LineTimer::battery) {
        talk_timer(input);
    } else if (std::exchange(pausing_, false)) {
        dial_next();
    } else {
        clear({call::q850::temporary_failure, call::Location::private_local, "dialling did not end"});
    }
}

void FxoLine::dialled() {
    using config::AnswerBy;
    const bool immediate = settings_.answer_by == AnswerBy::immediate || !number_given_ ||
                           (settings_.answer_by == AnswerBy::timer && settings_.answer_after.count() == 0);
    if (immediate) {
        begin_talk();
    } else {
        enter_in_call(State::answer_wait);
        if (settings_.answer_after.count() > 0) start_timer(LineTimer::dial, settings_.answer_after);
    }
    // The line may turn when the exchange switches the call through.
    if (!settings_.first_reversal_answers) start_timer(LineTimer::settle, settings_.settle);
    LineAction action;
    action.kind = LineActionKind::report_alerting;
    action.inband = true;
    act(std::move(action));
    if (immediate) act(LineActionKind::report_answered);
}

void FxoLine::answer_by_polarity(const LineInput& input) {
    if (settings_.answer_by != config::AnswerBy::polarity) {
        reversed(input);
        return;
    }
    talk_.answer_signalled = true;
    act(LineActionKind::prove_good);
    answered();
    start_timer(LineTimer::settle, settings_.settle);
}

void FxoLine::answer_by_voice(const LineInput&) {
    if (settings_.answer_by != config::AnswerBy::voice) return;
    act(LineActionKind::prove_good);
    answered();
}

void FxoLine::answered() {
    begin_talk();
    act(LineActionKind::report_answered);
}

}  // namespace tipring::analog
