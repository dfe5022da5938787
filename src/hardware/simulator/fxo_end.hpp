// FxoEnd: the line signalling of the end that is a telephone to an exchange, as DAHDI 2.11 does it for FXS
// kewl-start signalling. Pure: time comes in as an argument and events go out through a vector. Thread: the
// virtual board's.
//
// Unlike a robbed-bit span, and like an analogue card, it reports battery in every hook state; and
// hook_complete follows a seizure after 500 ms instead of the driver's "start" time plus 500 ms.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/line_operation.hpp"
#include "tipring/hardware/simulator.hpp"

namespace tipring::hardware::simulator {

class FxoEnd {
  public:
    using Events = std::vector<LineEvent>;

    /// A card ignores ringing that begins within 2 s after it opened the loop (the driver's ring debounce); a
    /// telephone rings.
    explicit FxoEnd(bool is_card) : is_card_(is_card) {}

    void opened(const PulseTimes& pulses);
    void closed();
    /// Closes the loop at once. Refused when it is closed already (the driver's EBUSY).
    Refusal seize(LineTime now);
    void release(LineTime now);
    /// `length`: of the break, after 50 ms of closed loop.
    Refusal flash(std::chrono::milliseconds length, LineTime now);
    /// `digits`: 0-9. Refused unless the line is seized and its hook_complete was reported.
    Refusal dial_pulse(std::string_view digits, LineTime now);
    /// Refused unless the line is seized, or when far too much waits.
    Refusal play_hook(const HookTrain& train, LineTime now);
    /// Audio was written: the pulses that are left are dropped, as by the driver.
    void stop_dialling();
    bool dialling() const { return pulses_left_ > 0 || !digits_.empty(); }
    /// What the wire shows: ring voltage, battery and its polarity from the other end.
    void set_ringing(bool ringing, LineTime now, Events& events);
    void set_battery(bool battery, LineTime now, Events& events);
    void set_polarity(bool reversed, Events& events);
    void expire(LineTime now, Events& events);
    std::optional<LineTime> next_deadline() const;

    bool loop_closed() const {
        return state_ != State::idle && state_ != State::flash && state_ != State::pulse_break &&
               state_ != State::hook_open;
    }
    bool off_hook() const { return state_ != State::idle; }
    bool ringing() const { return ringing_; }
    bool battery() const { return battery_; }

  private:
    enum class State : std::uint8_t {
        idle,
        starting,
        talking,
        before_flash,
        flash,
        pulse_break,
        pulse_make,
        pulse_after,
        hook_closed,  ///< these two: play_hook()
        hook_open,
    };
    struct HookStep {
        State state;
        std::chrono::microseconds duration;
    };

    bool is_card_;
    State state_ = State::idle;
    bool ringing_ = false;
    bool battery_ = true;
    bool reversed_ = false;
    std::chrono::milliseconds flash_length_{0};
    PulseTimes pulses_;
    std::string digits_;  ///< still to be dialled, without the present one
    unsigned pulses_left_ = 0;
    std::deque<HookStep> hook_steps_;
    std::optional<LineTime> state_deadline_;
    std::optional<LineTime> ring_end_deadline_;
    LineTime deaf_until_{};  ///< end of the ring debounce

    void next_hook_step(LineTime now);
    void next_digit(LineTime now, Events& events);
    void state_expires(LineTime now, Events& events);
};

}  // namespace tipring::hardware::simulator
