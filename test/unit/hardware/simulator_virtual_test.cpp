// What only a virtual line can do: impairments of the sound, listening, other telephones, and the operations
// beyond hook and ringing as they travel over the board's sockets.
#include <cmath>

#include "simulator_fixture.hpp"

using namespace tipring;
using namespace tipring::hardware;
using namespace tipring::test;

namespace {

constexpr std::uint8_t silent = 0xD5;

VirtualLineControl& virtual_control(Reader& reader) {
    auto* control = dynamic_cast<VirtualLineControl*>(&reader.control());
    REQUIRE(control != nullptr);
    return *control;
}

/// Level in dBm0 of the next `count` blocks; the part below 100 Hz alone when `low` is set.
double level_dbm0(Reader& reader, int count, bool low = false) {
    double square = 0, filtered = 0, low_square = 0;
    std::size_t samples = 0;
    for (int i = 0; i < count; ++i) {
        const auto block = reader.next_block();
        REQUIRE(block);
        for (const auto octet : *block) {
            const double sample = dsp::decode(dsp::Law::alaw, octet);
            filtered += (sample - filtered) * 0.08;  // one pole at 100 Hz
            square += sample * sample;
            low_square += filtered * filtered;
            ++samples;
        }
    }
    const double mean = (low ? low_square : square) / static_cast<double>(samples);
    return 10 * std::log10(2 * mean / (32768.0 * 32768.0)) + 3.14;
}

struct PhoneLine {
    VirtualBoard board{{.fxs = 1}};
    Reader near = open(*board.near(), 1);
    Reader far = open(*board.far(), 1);
};

}  // namespace

TEST_CASE("Noise and hum have the level that was asked for, on both ends") {
    PhoneLine pair;
    REQUIRE(ok(pair.near.control().start_audio()));
    REQUIRE(ok(pair.far.control().start_audio()));
    auto& line = virtual_control(pair.far);
    REQUIRE(ok(line.impair({.noise_dbm0 = -40})));
    REQUIRE(pair.near.next_block_other_than(silent));
    CHECK(level_dbm0(pair.near, 30) == Approx(-40).margin(0.7));
    CHECK(level_dbm0(pair.far, 30, true) < -50);  // white: little of it is low
    REQUIRE(ok(line.impair({.hum_dbm0 = -20, .hum_hz = 60})));
    for (int i = 0; i < 10; ++i)
        pair.near.next_block();
    CHECK(level_dbm0(pair.near, 30) == Approx(-20).margin(0.5));
    CHECK(level_dbm0(pair.near, 30, true) > -22.5);
    REQUIRE(ok(line.impair({})));
    CHECK(eventually([&] { return pair.near.next_block() == block_of(silent); }));
}

TEST_CASE("Attenuation and the echo of the hybrids") {
    PhoneLine pair;
    REQUIRE(ok(pair.near.control().start_audio()));
    REQUIRE(ok(pair.far.control().start_audio()));
    const auto loud = block_of(dsp::encode(dsp::Law::alaw, 8000));
    pair.board.set_faults({1}, {.impairments = {.attenuation_db = 6.02}});
    const auto weaker = carry(pair.near, loud, pair.far, silent);
    REQUIRE(weaker);
    CHECK(dsp::decode(dsp::Law::alaw, weaker->front()) == Approx(4000).epsilon(0.04));
    pair.board.set_faults({1}, {.impairments = {.return_loss_db = 12.04}});
    const auto echo = carry(pair.near, loud, pair.near, silent);
    REQUIRE(echo);
    CHECK(dsp::decode(dsp::Law::alaw, echo->front()) == Approx(2000).epsilon(0.04));
    REQUIRE(ok(pair.near.control().set_echo_canceller(128)));
    for (int i = 0; i < 20; ++i)
        pair.near.next_block();
    pair.near.bearer().write(loud);
    CHECK_FALSE(pair.near.next_block_other_than(silent, milliseconds(200)));
}

TEST_CASE("Impairments beyond their range are refused") {
    PhoneLine pair;
    auto& line = virtual_control(pair.near);
    CHECK_FALSE(ok(line.impair({.noise_dbm0 = 1})));
    CHECK_FALSE(ok(line.impair({.noise_dbm0 = std::nan("")})));
    CHECK_FALSE(ok(line.impair({.hum_dbm0 = -20, .hum_hz = 1000})));
    CHECK_FALSE(ok(line.impair({.attenuation_db = -1})));
    CHECK_FALSE(ok(line.impair({.return_loss_db = 61})));
    CHECK(ok(line.impair({.noise_dbm0 = -90, .hum_dbm0 = 0, .hum_hz = 16, .attenuation_db = 60})));
}

TEST_CASE("A listening end gets samples only while the other end sends") {
    PhoneLine pair;
    REQUIRE(ok(virtual_control(pair.far).start_listening()));
    const auto before = pair.board.wakeups();
    CHECK_FALSE(pair.far.next_block(milliseconds(100)));
    CHECK(pair.board.wakeups() - before <= 2);
    REQUIRE(ok(pair.near.control().start_audio()));
    CHECK(carry(pair.near, block_of(0x55), pair.far, silent) == block_of(0x55));
    CHECK(pair.board.counters({1}, true).write_underruns == 0);
    REQUIRE(ok(pair.near.control().stop_audio()));
    while (pair.far.next_block(milliseconds(100))) {
    }
    REQUIRE(ok(pair.far.control().start_audio()));  // from now on it speaks, too
    CHECK(pair.far.next_block() == block_of(silent));
}

TEST_CASE("Polarity, lamp and other telephones over the board's sockets") {
    PhoneLine pair;
    REQUIRE(ok(pair.near.control().set_polarity(true)));
    CHECK(pair.far.event() == "polarity");
    CHECK_FALSE(ok(pair.far.control().set_polarity(true)));
    REQUIRE(ok(pair.near.control().set_message_lamp(2)));
    const auto lamp = pair.far.next_event();
    CHECK(lamp.kind == LineEventKind::message_lamp);
    CHECK(lamp.digit == '1');
    CHECK(ok(pair.near.control().prepare_on_hook_audio(milliseconds(1000))));
    REQUIRE(ok(virtual_control(pair.far).set_parallel_phones(1)));
    CHECK(pair.near.event() == "off_hook");
    CHECK(pair.far.control().status()->in_use);
    CHECK(pair.far.control().status()->voltage == 7);
    REQUIRE(ok(virtual_control(pair.near).set_battery(false)));
    CHECK(pair.far.event() == "battery_lost");
    CHECK(pair.far.control().status()->voltage == 0);
    CHECK_FALSE(ok(virtual_control(pair.far).ring_when_seized(quick_ring)));
    CHECK(ok(virtual_control(pair.near).ring_when_seized(quick_ring)));
}

TEST_CASE("Pulses and a flash of some length over the board's sockets; written audio ends the dialling") {
    VirtualBoard board({.fxo = 1});
    auto line = open(*board.near(), 1);
    auto office = open(*board.far(), 1);
    CHECK_FALSE(ok(line.control().dial_pulse("1")));
    REQUIRE(ok(line.control().seize()));
    REQUIRE(ok(office.control().seize()));
    CHECK(line.wait_event(LineEventKind::hook_complete));
    CHECK(office.event() == "off_hook");
    REQUIRE(ok(line.control().start_audio()));
    line.bearer().write(block_of(silent));  // written before: nothing is stopped by it
    CHECK_FALSE(ok(line.control().dial_pulse(std::string(65, '1'))));
    CHECK_FALSE(ok(line.control().flash(milliseconds(49))));
    CHECK_FALSE(ok(line.control().flash(milliseconds(2001))));
    REQUIRE(ok(line.control().flash(milliseconds(800))));
    CHECK(line.wait_event(LineEventKind::hook_complete));
    CHECK(office.wait_event(LineEventKind::flash));
    CHECK(virtual_control(office).last_break()->count() == Approx(800).margin(60));

    line.bearer().write(block_of(silent));
    REQUIRE(ok(line.control().dial_pulse("3")));
    CHECK(office.event() == "pulse_start");
    CHECK(office.next_event().digit == '3');
    CHECK(line.wait_event(LineEventKind::pulses_dialled));
    REQUIRE(ok(line.control().dial_pulse("99")));
    CHECK(office.event() == "pulse_start");
    line.bearer().write(block_of(silent));
    const auto digit = office.next_event();
    CHECK(digit.kind == LineEventKind::pulse_digit);
    CHECK(digit.digit != '9');
    CHECK(line.wait_event(LineEventKind::pulses_dialled));
    CHECK(office.event(milliseconds(0)) == "none");
}

TEST_CASE("The times of its pulses are part of a line's opening") {
    VirtualBoard board({.fxo = 1});
    ChannelOptions options;
    for (const auto wrong : {0, 10'001}) {
        options.pulses.closed = milliseconds(wrong);
        CHECK(board.near()->open({1}, options).has_error());
    }
    options.pulses = {.open = milliseconds(150), .closed = milliseconds(20), .pause = milliseconds(400)};
    const auto near = board.near();
    Reader line(near->open({1}, options).value());
    auto office = open(*board.far(), 1);
    REQUIRE(ok(line.control().seize()));
    REQUIRE(ok(office.control().seize()));
    CHECK(line.wait_event(LineEventKind::hook_complete));
    CHECK(office.event() == "off_hook");
    REQUIRE(ok(line.control().dial_pulse("3")));
    CHECK(office.event() == "pulse_start");
    CHECK(office.next_event().digit == '3');
    CHECK(virtual_control(office).last_break()->count() == Approx(150).margin(40));
    CHECK(line.wait_event(LineEventKind::pulses_dialled));
}

TEST_CASE("The longest flash of a port is part of its opening") {
    VirtualBoard board({.fxs = 1});
    const auto near = board.near();
    ChannelOptions options;
    for (const auto wrong : {99, 5001, 0}) {
        options.longest_flash = milliseconds(wrong);
        CHECK(near->open({1}, options).has_error());
    }
    options.longest_flash = milliseconds(300);
    Reader port(near->open({1}, options).value());
    auto phone = open(*board.far(), 1);
    REQUIRE(ok(phone.control().seize()));
    CHECK(port.event() == "off_hook");
    REQUIRE(
        ok(virtual_control(phone).play_hook({{{.open = milliseconds(700)}}})));  // a flash of the driver's
    CHECK(port.event() == "on_hook");
    CHECK(port.event() == "off_hook");
}
