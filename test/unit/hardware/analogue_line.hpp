// A virtual line with a clock that moves only when the test says so.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "simulator/analogue_wire.hpp"

namespace tipring::test::analogue_line {

using namespace tipring::hardware;
using namespace tipring::hardware::simulator;
using std::chrono::milliseconds;

inline constexpr bool near_side = false, far_side = true;
inline constexpr RingCadence us_ring{2000, 4000};
inline constexpr milliseconds flash_length{750};
inline constexpr RingCadence uk_ring{400, 200, 400, 2000};

/// A wire with a clock that moves only when the test says so.
struct Line {
    explicit Line(bool near_is_fxs) : wire(near_is_fxs) {}
    AnalogueWire wire;
    LineTime now{std::chrono::hours(1)};

    void pass(int time_ms) {
        now += milliseconds(time_ms);
        wire.advance(now);
    }
    /// Names of the events of one side since the last call, digits as themselves.
    std::string events(bool far) {
        std::string text;
        for (const auto& event : wire.take_events(far)) {
            if (!text.empty()) text += ' ';
            const bool is_digit = event.kind == LineEventKind::pulse_digit;
            if (!is_digit) text += name(event.kind);
            if (event.digit != 0) text += event.digit;
        }
        return text;
    }
    std::string near_events() { return events(near_side); }
    std::string far_events() { return events(far_side); }

    void open_loop_for(int time_ms) {
        wire.release(far_side, now);
        pass(time_ms);
        CHECK(wire.seize(far_side, now) == Refusal::none);
    }
    void dial_pulses(unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            open_loop_for(60);
            pass(40);
        }
    }
    /// An fxo end on `side` that is off-hook with the other end in the talking state, all timers over.
    void talk_from(bool side) {
        wire.seize(side, now);
        wire.seize(!side, now);
        pass(2000);
        near_events();
        far_events();
    }
    /// A phone that is off-hook with the port in the talking state, all timers over.
    void talk() { talk_from(far_side); }
};

}  // namespace tipring::test::analogue_line
