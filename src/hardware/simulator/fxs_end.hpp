// FxsEnd: the line signalling of the end that feeds a telephone, as DAHDI 2.11 does it for FXO kewl-start
// signalling (drivers/dahdi/dahdi-base.c: the hook, ring, pulse and flash timers of a robbed-bit channel).
// Pure: time comes in as an argument and events go out through a vector. Thread: the virtual board's.
//
// state             | seize    | release                     | ring    | loop closes (phone lifted) | loop opens (phone down)
// ------------------+----------+-----------------------------+---------+----------------------------+----------------------------------
// on_hook           | debounce | on_hook                     | ringing | off_hook event, once       | flash timer
// ring_on, ring_off | debounce | on_hook, drop if lifted     | busy    | ring trip: off_hook        | flash timer
// debounce          | debounce | drop, on_hook if down       | busy    | as on_hook                 | ignored until 600 ms are over
// off_hook          | debounce | drop, on_hook if down       | busy    | as on_hook                 | flash timer
// drop              | busy     | drop again, on_hook if down | busy    | as on_hook                 | on_hook event after settling
// settling          | busy     | drop again, on_hook if down | busy    | as on_hook                 | the event is lost (as the driver)
//
// The flash timer: back within 15..200 ms is a dial pulse, later but before the longest flash (1250 ms unless
// the channel was opened with another) a flash, else on_hook is reported. While it runs the phone does not count as down yet. "Once": until on_hook is reported or the line
// has settled.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/line_operation.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::hardware::simulator {

/// include/dahdi/kernel.h of the driver.
inline constexpr std::chrono::milliseconds default_longest_flash{1250};

class FxsEnd {
  public:
    using Events = std::vector<LineEvent>;

    /// As the driver when a program opens the channel: nothing is remembered, a talking line is dropped.
    void opened(LineTime now, std::chrono::milliseconds longest_flash);
    void closed(LineTime now);
    Refusal ring(const RingCadence& cadence, LineTime now);
    void stop_ring();
    Refusal seize(LineTime now);
    void release(LineTime now);
    /// Refused during a ring burst and the battery drop.
    Refusal set_polarity(bool reversed);
    /// What the wire shows: the telephone's loop.
    void set_loop(bool closed, LineTime now, Events& events);
    /// Runs every timer that is due at `now`.
    void expire(LineTime now, Events& events);
    std::optional<LineTime> next_deadline() const;

    bool ringing() const { return state_ == State::ring_on && !loop_closed_; }
    bool battery() const { return state_ != State::drop; }
    bool phone_off_hook() const { return loop_closed_; }
    bool reversed() const { return reversed_; }
    /// Length of the last time in which the loop was open.
    std::chrono::milliseconds last_break() const { return last_break_; }

  private:
    enum class State : std::uint8_t { on_hook, ring_on, ring_off, debounce, off_hook, drop, settling };

    State state_ = State::on_hook;
    bool loop_closed_ = false;
    bool reported_off_hook_ = false;
    bool hung_up_in_drop_ = false;
    bool reversed_ = false;
    unsigned pulses_ = 0;
    RingCadence cadence_{};
    std::size_t cadence_position_ = 0;
    std::optional<LineTime> state_deadline_;
    std::optional<LineTime> flash_deadline_;
    std::optional<LineTime> pulse_deadline_;
    LineTime loop_opened_{};  ///< or the end of the debounce, when it was open already
    LineTime break_began_{};
    std::chrono::milliseconds last_break_{0};
    std::chrono::milliseconds longest_flash_{default_longest_flash};

    bool is_ringing_state() const { return state_ == State::ring_on || state_ == State::ring_off; }
    void enter(State state, std::optional<LineTime> deadline);
    void start_flash_timer(LineTime now);
    void loop_closes(LineTime now, Events& events);
    void state_expires(LineTime now, Events& events);
    void next_cadence_step(LineTime now, Events& events);
    void report_pulses(Events& events);
};

}  // namespace tipring::hardware::simulator
