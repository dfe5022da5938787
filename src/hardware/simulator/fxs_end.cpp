#include "simulator/fxs_end.hpp"

#include <algorithm>

namespace tipring::hardware::simulator {
namespace {

using std::chrono::milliseconds;

// include/dahdi/kernel.h of the driver.
constexpr milliseconds debounce_time{600};
constexpr milliseconds drop_time{500};
constexpr milliseconds settling_time{300};
constexpr milliseconds shortest_pulse{15};
constexpr milliseconds longest_pulse{200};
constexpr milliseconds pulse_pause{250};

}  // namespace

void FxsEnd::opened(LineTime now, milliseconds longest_flash) {
    longest_flash_ = longest_flash;
    reversed_ = false;
    flash_deadline_.reset();
    reported_off_hook_ = false;
    pulses_ = 0;
    pulse_deadline_.reset();
    if (state_ != State::drop && state_ != State::settling) release(now);
}

void FxsEnd::closed(LineTime now) {
    release(now);
    reversed_ = false;
    flash_deadline_.reset();
    pulses_ = 0;
    pulse_deadline_.reset();
}

Refusal FxsEnd::ring(const RingCadence& cadence, LineTime now) {
    if (state_ != State::on_hook) return Refusal::line_busy;
    const auto used =
        static_cast<std::size_t>(std::find(cadence.begin(), cadence.end(), 0) - cadence.begin());
    if (used == 0 || used % 2 != 0) return Refusal::bad_argument;
    cadence_ = cadence;
    cadence_position_ = 0;
    enter(State::ring_on, now + milliseconds(cadence_[0]));
    return Refusal::none;
}

void FxsEnd::stop_ring() {
    if (is_ringing_state()) enter(State::on_hook, std::nullopt);
}

Refusal FxsEnd::seize(LineTime now) {
    if (state_ == State::drop || state_ == State::settling) return Refusal::line_busy;
    enter(State::debounce, now + debounce_time);
    return Refusal::none;
}

void FxsEnd::release(LineTime now) {
    hung_up_in_drop_ = false;
    const bool phone_is_down = !loop_closed_ && !flash_deadline_;
    if (state_ == State::on_hook || phone_is_down) {
        enter(State::on_hook, std::nullopt);
    } else {
        enter(State::drop, now + drop_time);
    }
}

Refusal FxsEnd::set_polarity(bool reversed) {
    if (ringing() || state_ == State::drop) return Refusal::line_busy;
    reversed_ = reversed;
    return Refusal::none;
}

void FxsEnd::set_loop(bool closed, LineTime now, Events& events) {
    if (closed == loop_closed_) return;
    loop_closed_ = closed;
    if (closed) {
        last_break_ = std::chrono::round<milliseconds>(now - break_began_);
        loop_closes(now, events);
        return;
    }
    break_began_ = now;
    if (state_ == State::drop) hung_up_in_drop_ = true;
    if (state_ != State::debounce && state_ != State::drop && state_ != State::settling)
        start_flash_timer(now);
}

void FxsEnd::loop_closes(LineTime now, Events& events) {
    if (is_ringing_state()) enter(State::off_hook, std::nullopt);  // the card's ring trip
    hung_up_in_drop_ = false;
    if (flash_deadline_) {
        const auto open_time = now - loop_opened_;
        if (open_time > longest_pulse) {
            events.push_back({LineEventKind::flash, 0});
        } else if (open_time >= shortest_pulse) {
            pulse_deadline_ = now + pulse_pause;
            if (++pulses_ == 1) events.push_back({LineEventKind::pulse_start, 0});
        }
    } else if (!reported_off_hook_) {
        reported_off_hook_ = true;
        events.push_back({LineEventKind::off_hook, 0});
    }
    flash_deadline_.reset();
}

void FxsEnd::expire(LineTime now, Events& events) {
    if (flash_deadline_ && *flash_deadline_ <= now) {
        flash_deadline_.reset();
        reported_off_hook_ = false;
        events.push_back({LineEventKind::on_hook, 0});
    }
    if (pulse_deadline_ && *pulse_deadline_ <= now) report_pulses(events);
    if (state_deadline_ && *state_deadline_ <= now) state_expires(now, events);
}

std::optional<LineTime> FxsEnd::next_deadline() const {
    auto next = state_deadline_;
    for (const auto& deadline : {flash_deadline_, pulse_deadline_}) {
        if (deadline && (!next || *deadline < *next)) next = deadline;
    }
    return next;
}

void FxsEnd::enter(State state, std::optional<LineTime> deadline) {
    state_ = state;
    state_deadline_ = deadline;
}

void FxsEnd::start_flash_timer(LineTime now) {
    loop_opened_ = now;
    flash_deadline_ = now + longest_flash_;
}

void FxsEnd::state_expires(LineTime now, Events& events) {
    switch (state_) {
        case State::ring_on:
        case State::ring_off:
            next_cadence_step(now, events);
            return;
        case State::debounce:
            enter(State::off_hook, std::nullopt);
            if (!loop_closed_) start_flash_timer(now);
            return;
        case State::drop:
            enter(State::settling, now + settling_time);
            events.push_back({LineEventKind::hook_complete, 0});
            return;
        case State::settling:
            enter(State::on_hook, std::nullopt);
            reported_off_hook_ = false;
            if (hung_up_in_drop_) events.push_back({LineEventKind::on_hook, 0});
            hung_up_in_drop_ = false;
            return;
        case State::on_hook:
        case State::off_hook:
            state_deadline_.reset();
            return;
    }
}

void FxsEnd::next_cadence_step(LineTime now, Events& events) {
    cadence_position_ = (cadence_position_ + 1) % cadence_.size();
    if (cadence_[cadence_position_] == 0) cadence_position_ = 0;
    const bool on = cadence_position_ % 2 == 0;
    enter(on ? State::ring_on : State::ring_off, now + milliseconds(cadence_[cadence_position_]));
    events.push_back({on ? LineEventKind::ringer_on : LineEventKind::ringer_off, 0});
}

void FxsEnd::report_pulses(Events& events) {
    static constexpr std::string_view digit_of_count = "?1234567890*#";  // 11 and 12 pulses as the driver
    pulse_deadline_.reset();
    if (pulses_ < digit_of_count.size())
        events.push_back({LineEventKind::pulse_digit, digit_of_count[pulses_]});
    pulses_ = 0;
}

}  // namespace tipring::hardware::simulator
