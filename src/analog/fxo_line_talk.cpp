// The closed loop: battery, polarity, tones, silence and limits that end a call, and the flash that must not.
// Pure. Thread: any.
#include <array>
#include <utility>

#include "tipring/analog/fxo_line.hpp"

namespace tipring::analog {

const char* FxoLine::tone_text(media::HeardTone tone) {
    switch (tone) {
        case media::HeardTone::busy:
            return "busy tone";
        case media::HeardTone::congestion:
            return "congestion tone";
        default:
            return "learnt tone";
    }
}

/// What has begun is still watched in the next state of the call.
void FxoLine::enter_in_call(FxoState state) {
    struct Watched {
        LineTimer timer;
        std::chrono::milliseconds duration;
        bool running;
    };
    std::array watched{
        Watched{LineTimer::battery, settings_.battery_gone, false},
        Watched{LineTimer::settle, settings_.settle, false},
        Watched{LineTimer::polarity, settings_.reversal_lasts, false},
        Watched{LineTimer::tone, settings_.dial_tone_back, false},
    };
    for (auto& watch : watched)
        watch.running = timer_running(watch.timer);
    enter(state);
    for (const auto& watch : watched)
        if (watch.running) start_timer(watch.timer, watch.duration);
}

void FxoLine::begin_talk() {
    enter_in_call(State::talking);
    if (settings_.longest_call.count() > 0) start_timer(LineTimer::call, settings_.longest_call);
}

void FxoLine::clear(const call::Cause& cause, std::string_view refused) {
    if (!refused.empty()) act(LineActionKind::note_refused, 0, std::string(refused));
    report_released(cause);
    recover();
}

void FxoLine::hang_up(const LineInput& input) {
    auto cause = input.cause;
    if (cause.method.empty()) cause.method = "remote";
    clear(cause);
}

/// The exchange has ended the call, or something else than its parties.
void FxoLine::exchange_released(const char* what, const char* method) {
    const auto value =
        state_ == State::answer_wait ? call::q850::normal_unspecified : call::q850::normal_clearing;
    clear({value, call::Location::public_local, what, method});
}

void FxoLine::digit_to_exchange(const LineInput& input) {
    if (std::string_view("0123456789*#ABCD").find(input.digit) == std::string_view::npos) return;
    act(LineActionKind::send_digits, 0, std::string(1, input.digit));
}

void FxoLine::flash_exchange(const LineInput&) {
    if (timer_running(LineTimer::flash)) return;
    talk_.battery_lost_in_flash = timer_running(LineTimer::battery);
    stop_timer(LineTimer::battery);
    stop_timer(LineTimer::polarity);
    start_timer(LineTimer::flash, settings_.flash);
    act(LineActionKind::flash_line);
}

void FxoLine::flash_over() {
    if (std::exchange(talk_.battery_lost_in_flash, false))
        start_timer(LineTimer::battery, settings_.battery_gone);
}

void FxoLine::battery_lost(const LineInput&) {
    if (!settings_.disconnect_battery) return;
    if (timer_running(LineTimer::flash)) {
        talk_.battery_lost_in_flash = true;
    } else {
        start_timer(LineTimer::battery, settings_.battery_gone);
    }
}

void FxoLine::battery_back(const LineInput&) {
    talk_.battery_lost_in_flash = false;
    stop_timer(LineTimer::battery);
}

void FxoLine::reversed(const LineInput&) {
    if (timer_running(LineTimer::settle) || timer_running(LineTimer::flash)) return;
    const bool may_answer = talk_.to_exchange && settings_.first_reversal_answers;
    if (may_answer && !std::exchange(talk_.answer_signalled, true)) {
        start_timer(LineTimer::settle, settings_.settle);
    } else if (timer_running(LineTimer::polarity)) {
        stop_timer(LineTimer::polarity);
    } else if (settings_.disconnect_polarity) {
        start_timer(LineTimer::polarity, settings_.reversal_lasts);
    }
}

void FxoLine::tone_in_talk(const LineInput& input) {
    if (input.tone == media::HeardTone::dial) {
        if (settings_.disconnect_dial_tone && !timer_running(LineTimer::tone))
            start_timer(LineTimer::tone, settings_.dial_tone_back);
        return;
    }
    stop_timer(LineTimer::tone);
    if (!is_disconnect_tone(input.tone)) return;
    if (!settings_.disconnect_tones && input.tone != media::HeardTone::learnt) return;
    if (state_ != State::answer_wait) {
        exchange_released(tone_text(input.tone), "busy_tone");
        return;
    }
    const bool congestion = input.tone == media::HeardTone::congestion;
    clear({congestion ? call::q850::congestion : call::q850::user_busy, call::Location::public_local,
           tone_text(input.tone), "busy_tone"});
}

void FxoLine::tone_over(const LineInput&) {
    stop_timer(LineTimer::tone);
}

void FxoLine::silent(const LineInput&) {
    if (settings_.disconnect_silence) exchange_released("silence", "silence");
}

void FxoLine::talk_timer(const LineInput& input) {
    switch (input.timer) {
        case LineTimer::battery:
            if (state_ == State::dial_tone_wait || state_ == State::dialling) {
                clear({call::q850::destination_out_of_order, call::Location::public_local, "battery drop",
                       "battery"},
                      "no_battery");
            } else {
                exchange_released("battery drop", "battery");
            }
            break;
        case LineTimer::polarity:
            exchange_released("polarity reversal", "polarity");
            break;
        case LineTimer::tone:
            exchange_released("dial tone", "dial_tone");
            break;
        case LineTimer::call:
            clear({call::q850::normal_clearing, call::Location::private_local, "longest call", "limit"});
            break;
        case LineTimer::dial:
            answered();
            break;
        case LineTimer::flash:
            flash_over();
            break;
        default:
            break;  // settle
    }
}

}  // namespace tipring::analog
