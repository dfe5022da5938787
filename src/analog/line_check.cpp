// The transitions of line_check.hpp's table. Pure. Thread: any.
#include "line_check.hpp"

#include <array>
#include <utility>

namespace tipring::analog {
namespace {

using namespace std::chrono_literals;

/// Dial tone that is recorded after it was recognised (which takes it a second of it).
constexpr auto more_dial_tone = 700ms;
/// The exchange cuts its dial tone off, and the last digit's echo dies away.
constexpr auto settling_time = 500ms;
constexpr auto quiet_time = 1000ms;
/// The first part is on its way while the rest is heard (check_results.cpp leaves it out).
constexpr auto tone_time = 1300ms;
constexpr auto between_time = 200ms;
constexpr auto noise_time = 2200ms;
/// Ringing, answer and at least two seconds of what answers.
constexpr auto far_end_time = 12000ms;
constexpr auto round_trip_time = 1000ms;
/// Somebody has to go and lift the telephone.
constexpr auto lift_time = 40s;

}  // namespace

std::string_view name(CheckState state) {
    static constexpr std::array names{
        "waiting", "seizing", "listening", "dialling",  "settling", "quiet",     "tone",      "pause",
        "noise",   "pausing", "far_end",   "far_noise", "digits",   "recording", "releasing", "done"};
    static_assert(names.size() == static_cast<std::size_t>(CheckState::done) + 1);
    return names.at(static_cast<std::size_t>(state));
}

std::string_view name(CheckInputKind kind) {
    static constexpr std::array names{"begin",         "ring_end",     "off_hook",       "on_hook",
                                      "hook_complete", "battery_lost", "polarity",       "dial_tone",
                                      "other_tone",    "digit",        "digits_sent",    "captured",
                                      "timer",         "stop",         "hardware_failed"};
    static_assert(names.size() == static_cast<std::size_t>(CheckInputKind::hardware_failed) + 1);
    return names.at(static_cast<std::size_t>(kind));
}

std::string_view name(CheckActionKind kind) {
    static constexpr std::array names{"seize",      "release",      "start_audio", "stop_audio", "listen",
                                      "capture",    "stop_capture", "keep",        "play_tone",  "stop_tone",
                                      "play_noise", "send_digits",  "start_timer", "stop_timer", "prove_good",
                                      "refuse",     "tell",         "finish"};
    static_assert(names.size() == static_cast<std::size_t>(CheckActionKind::finish) + 1);
    return names.at(static_cast<std::size_t>(kind));
}

std::string_view name(CheckStep step) {
    static constexpr std::array names{"dial_tone", "after_call", "quiet",    "tone",
                                      "noise",     "far_end",    "far_noise"};
    static_assert(names.size() == static_cast<std::size_t>(CheckStep::far_noise) + 1);
    return names.at(static_cast<std::size_t>(step));
}

LineCheck::LineCheck(CheckRequest request, Settings settings)
    : request_(std::move(request)), settings_(std::move(settings)) {
    report_.request = request_;
    report_.fxs = settings_.fxs;
}

CheckActions LineCheck::handle(const CheckInput& input) {
    actions_.clear();
    if (state_ == CheckState::done) return {};
    const bool ending = state_ == CheckState::releasing;
    switch (input.kind) {
        case CheckInputKind::begin:
            begin();
            break;
        case CheckInputKind::ring_end:
            if (state_ == CheckState::waiting && !settings_.fxs) seize();
            break;
        case CheckInputKind::off_hook:
            if (state_ == CheckState::waiting && settings_.fxs) {
                seize();
            } else if (settings_.fxs && !seized_ && !ending) {
                end("somebody lifted the telephone");
            }
            break;
        case CheckInputKind::on_hook:
            if (settings_.fxs && seized_ && !ending) end("the telephone was hung up");
            break;
        case CheckInputKind::hook_complete:
            if (state_ == CheckState::seizing) line_is_ours();
            break;
        case CheckInputKind::battery_lost:
            if (state_ == CheckState::recording) report_.battery_lost = true;
            break;
        case CheckInputKind::polarity:
            if (state_ == CheckState::recording) report_.reversed = true;
            break;
        case CheckInputKind::dial_tone:
            if (state_ != CheckState::listening || report_.dial_tone) break;
            report_.dial_tone = true;
            act(CheckActionKind::prove_good);
            start_timer(more_dial_tone);
            break;
        case CheckInputKind::other_tone:
            if (state_ != CheckState::listening || report_.dial_tone) break;
            actions_.push_back({.kind = CheckActionKind::refuse, .text = "busy_tone"});
            end("another tone instead of dial tone");
            break;
        case CheckInputKind::digit:
            if (state_ == CheckState::digits) report_.digits_back += input.digit;
            break;
        case CheckInputKind::digits_sent:
            digits_out();
            break;
        case CheckInputKind::captured:
            if (std::exchange(capturing_, false)) captured();
            break;
        case CheckInputKind::timer:
            timer_ended();
            break;
        case CheckInputKind::stop:
            if (ending) break;
            report_.stopped = true;
            end(input.why);
            break;
        case CheckInputKind::hardware_failed:
            // What a refused release leaves behind, the next call meets; there is nothing more to try.
            if (!ending) end("the board refused");
            break;
    }
    return std::exchange(actions_, {});
}

void LineCheck::begin() {
    if (settings_.fxs && !request_.off_hook) {
        tell("measuring the line with the telephone on the hook");
        start_audio();
        measure_quiet();
    } else if (settings_.fxs) {
        tell("lift the telephone now");
        start_timer(lift_time);
    } else if (learning() && request_.number.empty()) {
        tell("waiting for a call on the line: call it now, and hang up when it is answered");
        start_timer(longest_check - request_.seconds - 5s);
    } else {
        seize();
    }
}

void LineCheck::seize() {
    act(CheckActionKind::stop_timer);
    state_ = CheckState::seizing;
    seized_ = true;
    act(CheckActionKind::seize);
    if (settings_.fxs) {
        line_is_ours();
    } else {
        tell("seizing the line");
        start_timer(settings_.seize_limit);
    }
}

void LineCheck::start_audio() {
    if (!std::exchange(audio_, true)) act(CheckActionKind::start_audio);
}

void LineCheck::line_is_ours() {
    act(CheckActionKind::stop_timer);
    start_audio();
    if (settings_.fxs) {
        tell("measuring the line: nobody should speak");
        start_timer(settling_time);
        state_ = CheckState::settling;
    } else if (learning() && request_.number.empty()) {
        tell("answered: the caller should hang up now; recording");
        capture(CheckState::recording, request_.seconds);
    } else {
        tell("waiting for dial tone");
        report_.dial_tone = false;
        listen(true, false);
        capture(CheckState::listening, settings_.dial_tone_limit);
    }
}

void LineCheck::listen(bool progress, bool dtmf) {
    actions_.push_back({.kind = CheckActionKind::listen, .progress = progress, .dtmf = dtmf});
}

void LineCheck::capture(CheckState state, std::chrono::milliseconds duration) {
    state_ = state;
    capturing_ = true;
    actions_.push_back({.kind = CheckActionKind::capture, .duration = duration});
}

void LineCheck::start_timer(std::chrono::milliseconds duration) {
    actions_.push_back({.kind = CheckActionKind::start_timer, .duration = duration});
}

void LineCheck::dial(std::string digits) {
    state_ = CheckState::dialling;
    tell("dialling " + digits);
    actions_.push_back({.kind = CheckActionKind::send_digits, .text = std::move(digits)});
}

void LineCheck::dial_tone_measured() {
    listen(false, false);
    if (!report_.dial_tone) {
        actions_.push_back({.kind = CheckActionKind::refuse, .text = "no_dial_tone"});
        end("no dial tone");
    } else if (learning() || second_call_) {
        dial(settings_.dial_prefix + request_.number);
    } else if (request_.digit.empty()) {
        release(CheckState::releasing);
    } else {
        dial(request_.digit);
    }
}

void LineCheck::digits_out() {
    if (state_ == CheckState::digits) {
        last_digits_out_ = true;
        start_timer(round_trip_time);
    } else if (state_ == CheckState::dialling) {
        if (learning()) {
            tell("recording");
            capture(CheckState::recording, request_.seconds);
        } else if (second_call_) {
            tell("listening to the number called");
            capture(CheckState::far_end, far_end_time);
        } else {
            state_ = CheckState::settling;
            start_timer(settling_time);
        }
    }
}

void LineCheck::captured() {
    switch (state_) {
        case CheckState::listening:
            act(CheckActionKind::stop_timer);
            if (!second_call_) keep(CheckStep::dial_tone);
            dial_tone_measured();
            break;
        case CheckState::quiet:
            keep(CheckStep::quiet);
            if (seized_) {
                measure_tone();
            } else {
                release(CheckState::releasing);
            }
            break;
        case CheckState::tone:
            keep(CheckStep::tone);
            act(CheckActionKind::stop_tone);
            state_ = CheckState::pause;
            start_timer(between_time);
            break;
        case CheckState::noise:
            keep(CheckStep::noise);
            noise_measured();
            break;
        case CheckState::far_end:
            keep(CheckStep::far_end);
            measure_noise(CheckState::far_noise);
            break;
        case CheckState::far_noise:
            keep(CheckStep::far_noise);
            state_ = CheckState::digits;
            listen(false, true);
            report_.digits_sent = round_trip_digits;
            actions_.push_back({.kind = CheckActionKind::send_digits, .text = report_.digits_sent});
            break;
        case CheckState::recording:
            keep(CheckStep::after_call);
            release(CheckState::releasing);
            break;
        default:
            break;  // stopped because the check ends
    }
}

void LineCheck::timer_ended() {
    switch (state_) {
        case CheckState::waiting:
            end(settings_.fxs ? "nobody lifted the telephone" : "no call came");
            break;
        case CheckState::seizing:
            actions_.push_back({.kind = CheckActionKind::refuse, .text = "not_confirmed"});
            end("the seizure was not confirmed");
            break;
        case CheckState::listening:
            act(CheckActionKind::stop_capture);
            break;
        case CheckState::settling:
            measure_quiet();
            break;
        case CheckState::pause:
            measure_noise(CheckState::noise);
            break;
        case CheckState::pausing:
            seize();
            break;
        case CheckState::digits:
            if (last_digits_out_) release(CheckState::releasing);
            break;
        case CheckState::releasing:
            state_ = CheckState::done;
            act(CheckActionKind::finish);
            break;
        default:
            break;
    }
}

void LineCheck::measure_quiet() {
    tell("measuring noise");
    capture(CheckState::quiet, quiet_time);
}

void LineCheck::measure_tone() {
    tell("sending 1004 Hz");
    capture(CheckState::tone, tone_time);
    act(CheckActionKind::play_tone);
}

void LineCheck::measure_noise(CheckState state) {
    tell("measuring the echo");
    capture(state, noise_time);
    act(CheckActionKind::play_noise);
}

void LineCheck::noise_measured() {
    if (settings_.fxs || request_.number.empty()) {
        release(CheckState::releasing);
    } else {
        second_call_ = true;
        release(CheckState::pausing);
    }
}

void LineCheck::release(CheckState next) {
    act(CheckActionKind::stop_timer);
    if (std::exchange(audio_, false)) act(CheckActionKind::stop_audio);
    if (std::exchange(seized_, false)) act(CheckActionKind::release);
    capturing_ = false;
    state_ = next;
    start_timer(settings_.guard);
}

void LineCheck::end(std::string why) {
    report_.ended = std::move(why);
    tell(report_.ended);
    release(CheckState::releasing);
}

}  // namespace tipring::analog
