// AnalogueWire: an FXS end and an FXO end joined by two wires: loop one way, battery and ring voltage the
// other way. Pure: driven by operations and by advance(); used by the virtual board's thread and by tests
// with their own clock.
#pragma once

#include <optional>
#include <vector>

#include "simulator/fxo_end.hpp"
#include "simulator/fxs_end.hpp"

namespace tipring::hardware::simulator {

class AnalogueWire {
  public:
    /// `near_is_fxs`: the gateway feeds a phone; otherwise it is the card on an exchange line.
    explicit AnalogueWire(bool near_is_fxs);

    /// Every operation takes effect on the wire at once; events of both ends then wait in take_events().
    Refusal ring(bool far_side, const RingCadence& cadence, LineTime now);
    Refusal stop_ring(bool far_side, LineTime now);
    Refusal seize(bool far_side, LineTime now);
    Refusal release(bool far_side, LineTime now);
    Refusal flash(bool far_side, std::chrono::milliseconds length, LineTime now);
    Refusal dial_pulse(bool far_side, std::string_view digits, LineTime now);
    Refusal play_hook(bool far_side, const HookTrain& train, LineTime now);
    Refusal set_polarity(bool far_side, bool reversed, LineTime now);
    Refusal set_message_lamp(bool far_side, unsigned messages, LineTime now);
    /// What VirtualLineControl says of them.
    Refusal set_battery(bool far_side, bool on, LineTime now);
    Refusal ring_when_seized(bool far_side, const RingCadence& cadence);
    void set_parallel_phones(unsigned off_hook, LineTime now);

    bool dialling(bool side) const { return !is_fxs(side) && fxo_.dialling(); }
    void stop_dialling() { fxo_.stop_dialling(); }
    std::chrono::milliseconds last_break() const { return fxs_.last_break(); }
    void opened(bool far_side, LineTime now, std::chrono::milliseconds longest_flash = default_longest_flash,
                const PulseTimes& pulses = {});
    void closed(bool far_side, LineTime now);
    void set_cut(bool cut, LineTime now);
    void set_battery_off(bool off, LineTime now);

    /// Runs the timers up to `now`, in the order of their time.
    void advance(LineTime now);
    std::optional<LineTime> next_deadline() const;
    LineStatus status(bool far_side) const;
    /// Hands out the events of one side since the last call.
    std::vector<LineEvent> take_events(bool far_side);

  private:
    bool near_is_fxs_;
    bool cut_ = false;
    bool battery_off_ = false;    ///< by a fault
    bool battery_taken_ = false;  ///< by the fxs end
    bool lamp_ = false;
    unsigned parallel_phones_ = 0;
    std::optional<RingCadence> glare_;
    FxsEnd fxs_;
    FxoEnd fxo_;
    FxsEnd::Events fxs_events_;
    FxoEnd::Events fxo_events_;

    bool is_fxs(bool far_side) const { return near_is_fxs_ != far_side; }
    void settle(LineTime now);
};

}  // namespace tipring::hardware::simulator
