#include "simulator/analogue_wire.hpp"

#include <utility>

namespace tipring::hardware::simulator {

AnalogueWire::AnalogueWire(bool near_is_fxs) : near_is_fxs_(near_is_fxs), fxo_(!near_is_fxs) {}

Refusal AnalogueWire::ring(bool far_side, const RingCadence& cadence, LineTime now) {
    if (!is_fxs(far_side)) return Refusal::wrong_kind;
    advance(now);
    const auto refusal = fxs_.ring(cadence, now);
    settle(now);
    return refusal;
}

Refusal AnalogueWire::stop_ring(bool far_side, LineTime now) {
    if (!is_fxs(far_side)) return Refusal::wrong_kind;
    advance(now);
    fxs_.stop_ring();
    settle(now);
    return Refusal::none;
}

Refusal AnalogueWire::seize(bool far_side, LineTime now) {
    advance(now);
    const auto refusal = is_fxs(far_side) ? fxs_.seize(now) : fxo_.seize(now);
    settle(now);
    return refusal;
}

Refusal AnalogueWire::release(bool far_side, LineTime now) {
    advance(now);
    if (is_fxs(far_side)) {
        fxs_.release(now);
    } else {
        fxo_.release(now);
    }
    settle(now);
    return Refusal::none;
}

Refusal AnalogueWire::flash(bool far_side, LineTime now) {
    if (is_fxs(far_side)) return Refusal::wrong_kind;
    advance(now);
    const auto refusal = fxo_.flash(now);
    settle(now);
    return refusal;
}

void AnalogueWire::opened(bool far_side, LineTime now) {
    advance(now);
    if (is_fxs(far_side)) {
        fxs_.opened(now);
    } else {
        fxo_.opened();
    }
    settle(now);
    take_events(far_side);
}

void AnalogueWire::closed(bool far_side, LineTime now) {
    advance(now);
    if (is_fxs(far_side)) {
        fxs_.closed(now);
    } else {
        fxo_.closed();
    }
    settle(now);
    take_events(far_side);
}

void AnalogueWire::set_cut(bool cut, LineTime now) {
    advance(now);
    cut_ = cut;
    settle(now);
}

void AnalogueWire::set_battery_off(bool off, LineTime now) {
    advance(now);
    battery_off_ = off;
    settle(now);
}

void AnalogueWire::advance(LineTime now) {
    for (auto next = next_deadline(); next && *next <= now; next = next_deadline()) {
        fxs_.expire(*next, fxs_events_);
        fxo_.expire(*next, fxo_events_);
        settle(*next);
    }
}

std::optional<LineTime> AnalogueWire::next_deadline() const {
    const auto fxs = fxs_.next_deadline();
    const auto fxo = fxo_.next_deadline();
    if (!fxs || !fxo) return fxs ? fxs : fxo;
    return *fxs < *fxo ? fxs : fxo;
}

LineStatus AnalogueWire::status(bool far_side) const {
    LineStatus status;
    if (is_fxs(far_side)) {
        status.off_hook = fxs_.phone_off_hook();
    } else {
        status.off_hook = fxo_.off_hook();
        status.ringing = fxo_.ringing();
        status.battery = fxo_.battery();
    }
    status.alarm = cut_;
    return status;
}

std::vector<LineEvent> AnalogueWire::take_events(bool far_side) {
    return std::exchange(is_fxs(far_side) ? fxs_events_ : fxo_events_, {});
}

// The loop first: closing it trips the ringer, which the FXO end must not see as one more instant of ringing.
void AnalogueWire::settle(LineTime now) {
    fxs_.set_loop(fxo_.loop_closed() && !cut_, now, fxs_events_);
    fxo_.set_battery(fxs_.battery() && !battery_off_ && !cut_, now, fxo_events_);
    fxo_.set_ringing(fxs_.ringing() && !cut_, now, fxo_events_);
}

}  // namespace tipring::hardware::simulator
