#include "simulator/fxo_end.hpp"

#include <chrono>

namespace tipring::hardware::simulator {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds start_time{500};
// include/dahdi/kernel.h of the driver.
constexpr milliseconds before_flash_time{50};
constexpr milliseconds flash_time{750};
constexpr milliseconds ring_trailer{50};
constexpr milliseconds ring_debounce{2000};

}  // namespace

void FxoEnd::opened() {
    closed();
}

void FxoEnd::closed() {
    state_ = State::idle;
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
    state_deadline_.reset();
    if (is_card_) deaf_until_ = now + ring_debounce;
}

Refusal FxoEnd::flash(LineTime now) {
    if (state_ != State::talking) return Refusal::line_busy;
    state_ = State::before_flash;
    state_deadline_ = now + before_flash_time;
    return Refusal::none;
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

void FxoEnd::state_expires(LineTime now, Events& events) {
    state_deadline_.reset();
    switch (state_) {
        case State::before_flash:
            state_ = State::flash;
            state_deadline_ = now + flash_time;
            return;
        case State::starting:
        case State::flash:
            state_ = State::talking;
            events.push_back({LineEventKind::hook_complete, 0});
            return;
        case State::idle:
        case State::talking:
            return;
    }
}

}  // namespace tipring::hardware::simulator
