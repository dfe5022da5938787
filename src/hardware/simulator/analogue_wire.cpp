#include "simulator/analogue_wire.hpp"

#include <utility>

namespace tipring::hardware::simulator {
namespace {

// Between tip and ring of a line in good order.
constexpr double idle_volts = 48;
constexpr double talking_volts = 7;

}  // namespace

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
    if (!is_fxs(far_side) && glare_ && !fxo_.off_hook()) {
        fxs_.ring(*std::exchange(glare_, std::nullopt), now);
        settle(now);
    }
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

Refusal AnalogueWire::flash(bool far_side, std::chrono::milliseconds length, LineTime now) {
    if (is_fxs(far_side)) return Refusal::wrong_kind;
    advance(now);
    const auto refusal = fxo_.flash(length, now);
    settle(now);
    return refusal;
}

Refusal AnalogueWire::dial_pulse(bool far_side, std::string_view digits, LineTime now) {
    if (is_fxs(far_side)) return Refusal::wrong_kind;
    advance(now);
    const auto refusal = fxo_.dial_pulse(digits, now);
    settle(now);
    return refusal;
}

Refusal AnalogueWire::play_hook(bool far_side, const HookTrain& train, LineTime now) {
    if (is_fxs(far_side)) return Refusal::wrong_kind;
    advance(now);
    const auto refusal = fxo_.play_hook(train, now);
    settle(now);
    return refusal;
}

Refusal AnalogueWire::set_polarity(bool far_side, bool reversed, LineTime now) {
    if (!is_fxs(far_side)) return Refusal::wrong_kind;
    advance(now);
    const auto refusal = fxs_.set_polarity(reversed);
    settle(now);
    return refusal;
}

Refusal AnalogueWire::set_message_lamp(bool far_side, unsigned messages, LineTime now) {
    if (!is_fxs(far_side)) return Refusal::wrong_kind;
    advance(now);
    const bool lit = messages > 0;
    if (lit != lamp_) fxo_events_.push_back({LineEventKind::message_lamp, lit ? '1' : '0'});
    lamp_ = lit;
    return Refusal::none;
}

Refusal AnalogueWire::set_battery(bool far_side, bool on, LineTime now) {
    if (!is_fxs(far_side)) return Refusal::wrong_kind;
    advance(now);
    battery_taken_ = !on;
    settle(now);
    return Refusal::none;
}

Refusal AnalogueWire::ring_when_seized(bool far_side, const RingCadence& cadence) {
    if (!is_fxs(far_side)) return Refusal::wrong_kind;
    glare_.reset();
    if (cadence[0] != 0) glare_ = cadence;
    return Refusal::none;
}

void AnalogueWire::set_parallel_phones(unsigned off_hook, LineTime now) {
    advance(now);
    parallel_phones_ = off_hook;
    settle(now);
}

void AnalogueWire::opened(bool far_side, LineTime now, std::chrono::milliseconds longest_flash,
                          const PulseTimes& pulses) {
    advance(now);
    if (is_fxs(far_side)) {
        fxs_.opened(now, longest_flash);
    } else {
        fxo_.opened(pulses);
    }
    settle(now);
    take_events(far_side);
}

void AnalogueWire::closed(bool far_side, LineTime now) {
    advance(now);
    if (is_fxs(far_side)) {
        fxs_.closed(now);
        battery_taken_ = false;
        glare_.reset();
        set_message_lamp(far_side, 0, now);
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
        status.in_use = parallel_phones_ > 0 && !cut_;
        const double fed = fxs_.phone_off_hook() ? talking_volts : idle_volts;
        status.voltage = fxo_.battery() ? fed : 0;
    }
    status.alarm = cut_;
    return status;
}

std::vector<LineEvent> AnalogueWire::take_events(bool far_side) {
    return std::exchange(is_fxs(far_side) ? fxs_events_ : fxo_events_, {});
}

// The loop first: closing it trips the ringer, which the FXO end must not see as one more instant of ringing.
void AnalogueWire::settle(LineTime now) {
    fxs_.set_loop((fxo_.loop_closed() || parallel_phones_ > 0) && !cut_, now, fxs_events_);
    fxo_.set_battery(fxs_.battery() && !battery_off_ && !battery_taken_ && !cut_, now, fxo_events_);
    if (!cut_) fxo_.set_polarity(fxs_.reversed(), fxo_events_);
    fxo_.set_ringing(fxs_.ringing() && !cut_, now, fxo_events_);
}

}  // namespace tipring::hardware::simulator
