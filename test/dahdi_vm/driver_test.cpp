// The hardware interface on the real driver, in the virtual machine (test/dahdi_vm/run), or on the virtual
// board (TIPRING_BENCH=simulator). Each test uses wires of its own: the driver remembers a line's past for
// some seconds.
#include <poll.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

#include "bench.hpp"
#include "line_end.hpp"
#include "machine_watch.hpp"

using namespace tipring;
using namespace tipring::test;
using hardware::ChannelKind;
using hardware::LineEventKind;
using hardware::RingCadence;

namespace {

double ms_between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
}

void require_done(const base::Result<void>& result) {
    INFO((result ? "" : result.error().message));
    REQUIRE(result.has_value());
}

/// The phone at the far end goes off-hook and the near end joins it.
void lift_phone(WireUnderTest& wire) {
    require_done(wire.far.control().seize());
    wire.expect(wire.near, LineEventKind::off_hook);
    require_done(wire.near.control().seize());
    wire.expect(wire.far, LineEventKind::hook_complete);
}

}  // namespace

TEST_CASE("the inventory lists every configured channel with its local role") {
    auto& place = bench();
    const auto channels = place.near().channels().value();
    const auto kind_of = [&channels](base::ChannelNumber number) {
        for (const auto& info : channels) {
            if (info.number == number) return info;
        }
        FAIL("channel " << number.value << " is missing");
        return hardware::ChannelInfo{};
    };
    CHECK(kind_of(place.fxs(0)).kind == ChannelKind::fxs);
    CHECK(kind_of(place.fxs(2)).position == 3);
    CHECK(kind_of(place.near_bearer(0)).kind == ChannelKind::bearer);
    CHECK(kind_of(place.near_bearer(6)).position == 7);
    CHECK(kind_of(place.near_d_channel()).kind == ChannelKind::d_channel);
    CHECK(kind_of(place.near_d_channel()).position == 16);
    CHECK_FALSE(kind_of(place.fxs(0)).name.empty());

    const auto spans = place.near().spans().value();
    bool found_e1 = false;
    for (const auto& span : spans) {
        CHECK(span.alarms.empty());
        found_e1 = found_e1 || (span.is_e1 && span.is_digital && span.channels == 31);
    }
    CHECK(found_e1);
    if (place.is_real()) {
        CHECK(channels.size() == 206);
        REQUIRE(spans.size() == 8);
        CHECK(kind_of(place.fxo(0)).kind == ChannelKind::fxo);
        const unsigned t1_first = 111, t1_last = t1_first + 23;
        CHECK_FALSE(spans[4].is_e1);
        CHECK(spans[4].is_digital);
        CHECK(spans[4].channels == 24);
        CHECK(kind_of({t1_first}).kind == ChannelKind::bearer);
        CHECK(kind_of({t1_first}).law == dsp::Law::mulaw);
        CHECK(kind_of({t1_last}).kind == ChannelKind::d_channel);
        CHECK(kind_of({t1_last}).position == 24);
    }
}

TEST_CASE("ringing crosses the wire in its cadence, and stops when the phone is answered") {
    auto wire = line_wire(0);
    require_done(wire.near.control().ring(RingCadence{400, 600}));
    wire.expect(wire.near, LineEventKind::ringer_off);
    // The driver reports no ring in the first two seconds of an fxo channel.
    const auto first = wire.expect(wire.far, LineEventKind::ring_begin);
    CHECK(wire.reaches([&wire] { return wire.far.control().status()->ringing; }));
    const auto end = wire.expect(wire.far, LineEventKind::ring_end);
    const auto second = wire.expect(wire.far, LineEventKind::ring_begin);
    CHECK(ms_between(first, end) == Approx(425).margin(60));
    CHECK(ms_between(first, second) == Approx(1000).margin(40));
    wire.expect(wire.near, LineEventKind::ringer_on);

    require_done(wire.far.control().seize());
    wire.expect(wire.near, LineEventKind::off_hook);
    require_done(wire.near.control().seize());
    wire.expect(wire.far, LineEventKind::hook_complete);
    CHECK(wire.reaches([&wire] { return !wire.far.control().status()->ringing; }));
    CHECK(wire.near.control().status()->off_hook);
    // No burst may follow.
    wire.run_for(milliseconds(1200));
    SeenEvent seen;
    CHECK_FALSE(wire.near.take(LineEventKind::ringer_on, seen));
}

TEST_CASE("ringing stops on request") {
    auto wire = line_wire(1);
    require_done(wire.near.control().ring(RingCadence{300, 300}));
    wire.expect(wire.far, LineEventKind::ring_begin);
    require_done(wire.near.control().stop_ring());
    wire.expect(wire.far, LineEventKind::ring_end);
    wire.run_for(milliseconds(800));
    SeenEvent seen;
    CHECK_FALSE(wire.far.take(LineEventKind::ring_begin, seen));
    // The line is idle again: it may ring at once.
    require_done(wire.near.control().ring(RingCadence{300, 300}));
    wire.expect(wire.far, LineEventKind::ring_begin);
}

TEST_CASE("speech crosses a line both ways at its level") {
    auto wire = line_wire(2);
    lift_phone(wire);
    wire.near.start_audio();
    wire.far.start_audio();
    wire.near.send_tone(1004, -10);
    wire.far.send_tone(700, -20);
    wire.run_for(milliseconds(300));
    wire.near.record();
    wire.far.record();
    wire.run_for(milliseconds(1000));
    CHECK(level_at(wire.far.heard(), 1004) == Approx(-10).margin(1));
    CHECK(level_at(wire.near.heard(), 700) == Approx(-20).margin(1));
    CHECK(wire.near.heard().size() == Approx(8000).margin(400));
    CHECK(wire.near.lost_blocks() <= LineEnd::excused_blocks());
    CHECK(wire.far.lost_blocks() <= LineEnd::excused_blocks());

    require_done(wire.near.control().set_gain(3, -6));
    wire.run_for(milliseconds(200));
    wire.near.record();
    wire.far.record();
    wire.run_for(milliseconds(500));
    CHECK(level_at(wire.far.heard(), 1004) == Approx(-16).margin(0.5));
    CHECK(level_at(wire.near.heard(), 700) == Approx(-17).margin(0.5));

    wire.near.stop_audio();
    wire.near.record();
    wire.run_for(milliseconds(200));
    CHECK(wire.near.heard().empty());
}

TEST_CASE("an event during speech loses no block") {
    auto wire = line_wire(3);
    lift_phone(wire);
    wire.near.start_audio();
    wire.far.start_audio();
    wire.far.send_tone(1004, -10);
    wire.near.send_tone(1004, -10);
    wire.run_for(milliseconds(300));
    wire.near.record();
    wire.far.record();
    require_done(wire.far.control().flash());
    wire.expect(wire.near, LineEventKind::flash);
    wire.expect(wire.far, LineEventKind::hook_complete);
    wire.run_for(milliseconds(200));
    CHECK(wire.near.lost_blocks() <= LineEnd::excused_blocks());
    CHECK(wire.far.lost_blocks() <= LineEnd::excused_blocks());
    CHECK(level_at(wire.far.heard(), 1004) == Approx(-10).margin(1));
}

TEST_CASE("a hang-up of the near end is a battery drop") {
    auto wire = line_wire(4);
    lift_phone(wire);
    const auto released = Clock::now();
    require_done(wire.near.control().release());
    const auto lost = wire.expect(wire.far, LineEventKind::battery_lost);
    CHECK(ms_between(released, lost) < 100);
    // The line cannot ring while the drop lasts.
    const auto refused = wire.near.control().ring(RingCadence{400, 600});
    CHECK_FALSE(refused.has_value());
    const auto complete = wire.expect(wire.near, LineEventKind::hook_complete);
    CHECK(ms_between(released, complete) == Approx(500).margin(50));
    require_done(wire.far.control().release());
    CHECK(wire.reaches([&wire] { return !wire.near.control().status()->off_hook; }));
}

TEST_CASE("a phone that is put down during the battery drop is reported at its end") {
    auto wire = line_wire(5);
    lift_phone(wire);
    const auto released = Clock::now();
    require_done(wire.near.control().release());
    wire.expect(wire.far, LineEventKind::battery_lost);
    require_done(wire.far.control().release());
    const auto down = wire.expect(wire.near, LineEventKind::on_hook);
    CHECK(ms_between(released, down) == Approx(800).margin(60));
}

TEST_CASE("a phone that is put down just after the battery drop is only in the status") {
    auto wire = line_wire(13);
    lift_phone(wire);
    require_done(wire.near.control().release());
    wire.expect(wire.near, LineEventKind::hook_complete);
    require_done(wire.far.control().release());
    CHECK(wire.reaches([&wire] { return !wire.near.control().status()->off_hook; }));
    wire.run_for(milliseconds(1600));
    SeenEvent seen;
    CHECK_FALSE(wire.near.take(LineEventKind::on_hook, seen));
    // It can ring, and its next off-hook is seen.
    require_done(wire.near.control().ring(RingCadence{400, 600}));
    require_done(wire.far.control().seize());
    wire.expect(wire.near, LineEventKind::off_hook);
}

TEST_CASE("a phone that stays off-hook after the release may hang up and lift again") {
    auto wire = line_wire(14);
    lift_phone(wire);
    require_done(wire.near.control().release());
    wire.expect(wire.near, LineEventKind::hook_complete);
    wire.run_for(milliseconds(600));
    CHECK(wire.near.control().status()->off_hook);
    require_done(wire.far.control().release());
    wire.expect(wire.near, LineEventKind::on_hook);
    require_done(wire.far.control().seize());
    wire.expect(wire.near, LineEventKind::off_hook);
}

TEST_CASE("a phone that is put down in a call is reported after the time of a flash") {
    auto wire = line_wire(6);
    lift_phone(wire);
    wire.run_for(milliseconds(700));
    const auto down = Clock::now();
    require_done(wire.far.control().release());
    const auto seen = wire.expect(wire.near, LineEventKind::on_hook);
    CHECK(ms_between(down, seen) == Approx(1250).margin(60));
    // Nothing is left to drop, so the release is over at once.
    require_done(wire.near.control().release());
    require_done(wire.near.control().ring(RingCadence{400, 600}));
}

TEST_CASE("pulse dialling arrives as digits") {
    auto wire = line_wire(7);
    require_done(wire.far.control().seize());
    wire.expect(wire.near, LineEventKind::off_hook);
    require_done(wire.near.control().seize());
    wire.run_for(milliseconds(800));
    for (const int digit : {3, 1, 0}) {
        const int pulses = digit == 0 ? 10 : digit;
        for (int pulse = 0; pulse < pulses; ++pulse) {
            require_done(wire.far.control().release());
            wire.run_for(milliseconds(60));
            require_done(wire.far.control().seize());
            wire.run_for(milliseconds(40));
        }
        wire.expect(wire.near, LineEventKind::pulse_start);
        wire.expect(wire.near, LineEventKind::pulse_digit);
        CHECK(wire.last.digit == static_cast<char>('0' + digit));
        wire.run_for(milliseconds(300));
    }
    CHECK(wire.near.control().status()->off_hook);
}

TEST_CASE("a hook flash arrives as one event, of the driver's length") {
    auto wire = line_wire(8);
    lift_phone(wire);
    const auto begin = Clock::now();
    require_done(wire.far.control().flash());
    const auto seen = wire.expect(wire.near, LineEventKind::flash);
    CHECK(ms_between(begin, seen) == Approx(800).margin(60));
    wire.expect(wire.far, LineEventKind::hook_complete);
    SeenEvent other;
    CHECK_FALSE(wire.near.take(LineEventKind::on_hook, other));
}

TEST_CASE("a phone that is off-hook before the channel is opened is only in the status") {
    auto& place = bench();
    LineEnd phone(place.far(), place.fxo(9), ChannelKind::fxo);
    require_done(phone.control().seize());
    // By then the signal has crossed the wire.
    SeenEvent complete;
    const auto until = Clock::now() + milliseconds(30000);
    while (!phone.take(LineEventKind::hook_complete, complete) && Clock::now() < until) {
        std::this_thread::sleep_for(milliseconds(5));
        phone.pump();
    }
    LineEnd near(place.near(), place.fxs(9), ChannelKind::fxs);
    CHECK(near.control().status()->off_hook);
    near.pump();
    CHECK(near.untaken().empty());
}

TEST_CASE("speech crosses a B-channel both ways, and only between start and stop") {
    auto wire = bearer_wire(0);
    CHECK_FALSE(wire.near.control().seize().has_value());
    wire.near.record();
    wire.run_for(milliseconds(100));
    CHECK(wire.near.heard().empty());
    for (int call = 0; call < 2; ++call) {
        wire.near.start_audio();
        wire.far.start_audio();
        wire.near.send_tone(1004, -10);
        wire.far.send_tone(700, -20);
        wire.run_for(milliseconds(300));
        wire.near.record();
        wire.far.record();
        wire.run_for(milliseconds(1000));
        CHECK(level_at(wire.far.heard(), 1004) == Approx(-10).margin(1));
        CHECK(level_at(wire.near.heard(), 700) == Approx(-20).margin(1));
        CHECK(wire.near.lost_blocks() <= LineEnd::excused_blocks());
        wire.near.stop_audio();
        wire.far.stop_audio();
    }
}

TEST_CASE("frames of a D-channel cross both ways with their check sequence") {
    auto& place = bench();
    auto near = place.near().open_d_channel(place.near_d_channel());
    auto far = place.far().open_d_channel(place.far_d_channel());
    REQUIRE(near.has_value());
    REQUIRE(far.has_value());
    CHECK_FALSE((*near)->alarm());
    for (auto* from : {near->get(), far->get()}) {
        auto* to = from == near->get() ? far->get() : near->get();
        std::vector<std::uint8_t> sent(262);
        for (std::size_t i = 0; i < sent.size(); ++i)
            sent[i] = static_cast<std::uint8_t>(i * 7);
        std::vector<std::uint8_t> received(1024);
        std::size_t size = 0;
        unsigned repeated = 0;
        const auto arrives = [&] {
            const auto until = Clock::now() + milliseconds(1000);
            while (size == 0 && Clock::now() < until) {
                pollfd waited{to->descriptor(), POLLIN, 0};
                ::poll(&waited, 1, 20);
                size = to->read(received).value();
            }
            return size != 0;
        };
        // A machine that stands still tears a frame; only then it is repeated, as LAPD does (Q.921 5.9.1).
        machine_watch().restart();
        for (require_done(from->write(sent)); !arrives() && repeated < 3; ++repeated) {
            REQUIRE(machine_watch().stood_still() > milliseconds(0));
            machine_watch().restart();
            require_done(from->write(sent));
        }
        REQUIRE(size == sent.size());
        CHECK(std::equal(sent.begin(), sent.end() - 2, received.begin()));
        CHECK(to->errors() <= repeated);
    }
}

TEST_CASE("what cannot be opened is refused with channel and reason") {
    auto& place = bench();
    LineEnd first(place.near(), place.fxs(10), ChannelKind::fxs);
    const auto busy = place.near().open(place.fxs(10), {});
    REQUIRE(busy.has_error());
    CHECK_THAT(busy.error().message, Catch::Contains("channel " + std::to_string(place.fxs(10).value)));
    if (place.is_real()) CHECK_THAT(busy.error().message, Catch::Contains("is in use by another program"));

    hardware::ChannelOptions as_fxo;
    as_fxo.kind = ChannelKind::fxo;
    const auto wrong = place.near().open(place.fxs(11), as_fxo);
    REQUIRE(wrong.has_error());
    CHECK_THAT(wrong.error().message, Catch::Contains("fxo"));
    CHECK(place.near().open(place.near_d_channel(), {}).has_error());
    CHECK(place.near().open_d_channel(place.near_bearer(0)).has_error());
    const auto missing = place.near().open(base::ChannelNumber{999}, {});
    REQUIRE(missing.has_error());
    CHECK_THAT(missing.error().message, Catch::Contains("999"));
    // A refused channel is free again.
    CHECK(place.near().open(place.fxs(11), {}).has_value());
}

TEST_CASE("an echo canceller is set where there is one") {
    LineEnd line(bench().near(), bench().fxs(12), ChannelKind::fxs);
    require_done(line.control().set_echo_canceller(128));
    line.start_audio();
    require_done(line.control().set_echo_canceller(0));
    CHECK(line.control().set_echo_canceller(4096).has_error());
    if (bench().is_real()) {
        LineEnd bearer(bench().near(), bench().near_bearer(1), ChannelKind::bearer);
        const auto none = bearer.control().set_echo_canceller(128);
        REQUIRE(none.has_error());
        CHECK_THAT(none.error().message, Catch::Contains("has no echo canceller"));
    }
}

TEST_CASE("blocks come every 10 ms") {
    auto wire = bearer_wire(2);
    wire.near.start_audio();
    wire.far.start_audio();
    wire.run_for(milliseconds(200));
    wire.near.record();
    const auto begin = Clock::now();
    std::size_t blocks = 0;
    double longest_ms = 0;
    auto previous = begin;
    while (Clock::now() - begin < milliseconds(3000)) {
        wire.run_for(milliseconds(1));
        const auto now_blocks = wire.near.heard().size() / hardware::block_samples;
        if (now_blocks == blocks) continue;
        blocks = now_blocks;
        longest_ms = std::max(longest_ms, ms_between(previous, Clock::now()));
        previous = Clock::now();
    }
    const double period_ms = ms_between(begin, previous) / static_cast<double>(blocks);
    WARN("block period " << period_ms << " ms, longest wait " << longest_ms << " ms, lost "
                         << wire.near.lost_blocks());
    // The driver makes up for the time that a loaded machine took from it, so a short measurement is not
    // exact.
    CHECK(period_ms == Approx(10).margin(1.5));
}
