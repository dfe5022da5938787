// The line signalling of the virtual board against the driver's timing, with a clock of the test's own.
#include <catch2/catch.hpp>

#include "simulator/analogue_wire.hpp"

using namespace tipring::hardware;
using namespace tipring::hardware::simulator;
using std::chrono::milliseconds;

namespace {

constexpr bool near_side = false, far_side = true;
constexpr RingCadence us_ring{2000, 4000};

/// A wire with a clock that moves only when the test says so.
struct Line {
    explicit Line(bool near_is_fxs) : wire(near_is_fxs) {}
    AnalogueWire wire;
    LineTime now{std::chrono::hours(1)};

    void pass(milliseconds time) {
        now += time;
        wire.advance(now);
    }
    /// Names of the events of one side since the last call, digits as themselves.
    std::string events(bool far) {
        std::string text;
        for (const auto& event : wire.take_events(far)) {
            if (!text.empty()) text += ' ';
            text += event.kind == LineEventKind::pulse_digit ? std::string(1, event.digit)
                                                             : std::string(name(event.kind));
        }
        return text;
    }
    void dial_pulses(unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            wire.release(far_side, now);
            pass(milliseconds(60));
            wire.seize(far_side, now);
            pass(milliseconds(40));
        }
    }
};

}  // namespace

TEST_CASE("A phone's hook is reported after the flash time") {
    Line line(true);
    line.wire.seize(far_side, line.now);
    CHECK(line.events(near_side) == "off_hook");
    CHECK(line.wire.status(near_side).off_hook);
    line.pass(milliseconds(500));
    CHECK(line.events(far_side) == "hook_complete");
    line.wire.release(far_side, line.now);
    CHECK_FALSE(line.wire.status(near_side).off_hook);
    line.pass(milliseconds(1249));
    CHECK(line.events(near_side).empty());
    line.pass(milliseconds(1));
    CHECK(line.events(near_side) == "on_hook");
}
