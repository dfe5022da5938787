#include "simulator/fxo_end.hpp"

#include <chrono>

namespace tipring::hardware::simulator {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds start_time{500};
// include/dahdi/kernel.h of the driver.
constexpr milliseconds before_flash_time{50};
constexpr unsigned most_hook_count = 100;
constexpr std::size_t most_hook_steps = 4096;
constexpr milliseconds ring_trailer{50};
constexpr milliseconds ring_debounce{2000};

}  // namespace

void FxoEnd::opened(const PulseTimes& pulses) {
    pulses_ = pulses;
    closed();
}

void FxoEnd::closed() {
    state_ = State::idle;
    stop_dialling();
    hook_steps_.clear();
    state_deadline_.reset();
    ring_end_deadline_.reset();
    deaf_until_ = {};
}

Refusal FxoEnd::seize(LineTime now) {
    if (state_ != State::idle) return Refusal::line_busy;
    state_ = State::starting;
    state_deadline_ = now + start_time;
    return Refusal::none;
}

void FxoEnd::release(LineTime now) {
    state_ = State::idle;
    stop_dialling();
    hook_steps_.clear();
    state_deadline_.reset();
    if (is_card_) deaf_until_ = now + ring_debounce;
}

Refusal FxoEnd::flash(milliseconds length, LineTime now) {
    if (state_ != State::talking) return Refusal::line_busy;
    state_ = State::before_flash;
    flash_length_ = length;
    state_deadline_ = now + before_flash_time;
    return Refusal::none;
}

Refusal FxoEnd::dial_pulse(std::string_view digits, LineTime now) {
    if (state_ != State::talking) return Refusal::line_busy;
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return Refusal::bad_argument;
    digits_ = digits;
    Events none;  // there is a digit, so that nothing is complete yet
    next_digit(now, none);
    return Refusal::none;
}

Refusal FxoEnd::play_hook(const HookTrain& train, LineTime now) {
    const bool playing = state_ == State::hook_open || state_ == State::hook_closed;
    if (!playing && state_ != State::talking && state_ != State::starting) return Refusal::line_busy;
    const auto possible = [](std::chrono::microseconds time) {
        return time >= std::chrono::microseconds(0) && time <= std::chrono::minutes(1);
    };
    if (!possible(train.pause) || !possible(train.open) || !possible(train.closed) ||
        train.count > most_hook_count || hook_steps_.size() > most_hook_steps)
        return Refusal::bad_argument;
    hook_steps_.push_back({State::hook_closed, train.pause});
    for (unsigned i = 0; i < train.count; ++i) {
        hook_steps_.push_back({State::hook_open, train.open});
        hook_steps_.push_back({State::hook_closed, train.closed});
    }
    if (!playing) next_hook_step(now);
    return Refusal::none;
}

void FxoEnd::next_hook_step(LineTime now) {
    if (hook_steps_.empty()) {
        state_ = State::talking;
        return;
    }
    state_ = hook_steps_.front().state;
    state_deadline_ = now + hook_steps_.front().duration;
    hook_steps_.pop_front();
}

void FxoEnd::stop_dialling() {
    digits_.clear();
    pulses_left_ = 0;
}

void FxoEnd::set_ringing(bool ringing, LineTime now, Events& events) {
    if (ringing == ringing_) return;
    ringing_ = ringing;
    if (!ringing) {
        ring_end_deadline_ = now + ring_trailer;
        return;
    }
    ring_end_deadline_.reset();
    if (now >= deaf_until_) events.push_back({LineEventKind::ring_begin, 0});
}

void FxoEnd::set_battery(bool battery, LineTime now, Events& events) {
    if (battery == battery_) return;
    battery_ = battery;
    events.push_back({battery ? LineEventKind::battery_present : LineEventKind::battery_lost, 0});
    if (!battery && is_card_ && state_ == State::talking) {
        deaf_until_ = now + ring_debounce;
        ring_end_deadline_.reset();
    }
}

void FxoEnd::set_polarity(bool reversed, Events& events) {
    if (reversed == reversed_) return;
    reversed_ = reversed;
    events.push_back({LineEventKind::polarity, 0});
}

void FxoEnd::expire(LineTime now, Events& events) {
    if (ring_end_deadline_ && *ring_end_deadline_ <= now) {
        ring_end_deadline_.reset();
        if (now >= deaf_until_) events.push_back({LineEventKind::ring_end, 0});
    }
    if (state_deadline_ && *state_deadline_ <= now) state_expires(now, events);
}

std::optional<LineTime> FxoEnd::next_deadline() const {
    auto next = state_deadline_;
    if (ring_end_deadline_ && (!next || *ring_end_deadline_ < *next)) next = ring_end_deadline_;
    return next;
}

void FxoEnd::next_digit(LineTime now, Events& events) {
    if (digits_.empty()) {
        state_ = State::talking;
        events.push_back({LineEventKind::pulses_dialled, 0});
        return;
    }
    pulses_left_ = digits_.front() == '0' ? 10 : static_cast<unsigned>(digits_.front() - '0');
    digits_.erase(0, 1);
    state_ = State::pulse_break;
    state_deadline_ = now + pulses_.open;
}

void FxoEnd::state_expires(LineTime now, Events& events) {
    state_deadline_.reset();
    switch (state_) {
        case State::before_flash:
            state_ = State::flash;
            state_deadline_ = now + flash_length_;
            return;
        case State::starting:
        case State::flash:
            state_ = State::talking;
            events.push_back({LineEventKind::hook_complete, 0});
            return;
        case State::pulse_break:
            state_ = State::pulse_make;
            state_deadline_ = now + pulses_.closed;
            return;
        case State::pulse_make:
            if (pulses_left_ > 0) --pulses_left_;
            state_ = pulses_left_ > 0 ? State::pulse_break : State::pulse_after;
            state_deadline_ = now + (pulses_left_ > 0 ? pulses_.open : pulses_.pause);
            return;
        case State::pulse_after:
            next_digit(now, events);
            return;
        case State::hook_open:
        case State::hook_closed:
            next_hook_step(now);
            return;
        case State::idle:
        case State::talking:
            return;
    }
}

}  // namespace tipring::hardware::simulator
