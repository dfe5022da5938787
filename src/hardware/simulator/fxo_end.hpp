// FxoEnd: the line signalling of the end that is a telephone to an exchange, as DAHDI 2.11 does it for FXS
// kewl-start signalling. Pure: time comes in as an argument and events go out through a vector. Thread: the
// virtual board's.
//
// Unlike a robbed-bit span, and like an analogue card, it reports battery in every hook state; and
// hook_complete follows a seizure after 500 ms instead of the driver's "start" time plus 500 ms.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/line_operation.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::hardware::simulator {

class FxoEnd {
  public:
    using Events = std::vector<LineEvent>;

    /// A card ignores ringing that begins within 2 s after it opened the loop (the driver's ring debounce); a
    /// telephone rings.
    explicit FxoEnd(bool is_card) : is_card_(is_card) {}

    void opened();
    void closed();
    /// Closes the loop at once. Refused when it is closed already (the driver's EBUSY).
    Refusal seize(LineTime now);
    void release(LineTime now);
    Refusal flash(LineTime now);
    /// What the wire shows: ring voltage and battery from the other end.
    void set_ringing(bool ringing, LineTime now, Events& events);
    void set_battery(bool battery, LineTime now, Events& events);
    void expire(LineTime now, Events& events);
    std::optional<LineTime> next_deadline() const;

    bool loop_closed() const { return state_ != State::idle && state_ != State::flash; }
    bool off_hook() const { return state_ != State::idle; }
    bool ringing() const { return ringing_; }
    bool battery() const { return battery_; }

  private:
    enum class State : std::uint8_t { idle, starting, talking, before_flash, flash };

    bool is_card_;
    State state_ = State::idle;
    bool ringing_ = false;
    bool battery_ = true;
    std::optional<LineTime> state_deadline_;
    std::optional<LineTime> ring_end_deadline_;
    LineTime deaf_until_{};  ///< end of the ring debounce

    void state_expires(LineTime now, Events& events);
};

}  // namespace tipring::hardware::simulator
