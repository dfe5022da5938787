// The telephone on a simulated FXS line: hook, ringer, dials, and what is heard.
#include <catch2/catch.hpp>

#include "near_line.hpp"
#include "patience.hpp"
#include "tipring/farend/far_end.hpp"

using namespace tipring;
using hardware::LineEventKind;
using namespace std::chrono_literals;
using test::patience;

namespace {

struct Wire {
    explicit Wire(std::string_view country = "de")
        : tones(hardware::country_tones(country).value()),
          board({.fxs = 1}),
          near_board(board.near()),
          far_board(board.far()),
          near(*near_board, 1),
          phone(farend::make_telephone(thread, test::NearLine::open(*far_board, 1), tones)) {}

    hardware::CountryTones tones;
    hardware::VirtualBoard board;
    std::unique_ptr<hardware::Board> near_board, far_board;
    test::NearLine near;
    farend::FarEndThread thread;
    std::unique_ptr<farend::Telephone> phone;

    void answer_loop() {
        REQUIRE(near.wait_event(LineEventKind::off_hook));
        REQUIRE(near.control().seize().has_value());
        REQUIRE(near.control().start_audio().has_value());
    }
};

}  // namespace

TEST_CASE("the near side sees the phone lifted, flashed and put down") {
    Wire wire;
    wire.phone->lift();
    CHECK(wire.phone->off_hook());
    wire.answer_loop();
    // The driver debounces for 600 ms before it takes pulses and flashes.
    REQUIRE(wire.phone->wait_for_tone("", 100ms));
    wire.near.play(wire.tones.tones.dial);
    REQUIRE(wire.phone->wait_for_tone("dial", patience));
    wire.phone->flash(400ms);
    CHECK(wire.near.wait_event(LineEventKind::flash));
    CHECK(wire.phone->off_hook());
    wire.phone->hang_up();
    CHECK(wire.near.wait_event(LineEventKind::on_hook));
    CHECK_FALSE(wire.phone->off_hook());
}

TEST_CASE("the phone rings in the cadence of the line and stops") {
    Wire wire("uk");
    REQUIRE(wire.near.control().ring(wire.tones.ring).has_value());
    REQUIRE(wire.phone->wait_ringing(patience));
    REQUIRE(wire.near.wait(patience, [&] { return wire.phone->ring_bursts().size() >= 5; }));
    const auto bursts = wire.phone->ring_bursts();
    const int wanted[] = {400, 200, 400, 2000, 400};
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(static_cast<double>(bursts[i].count()) == Approx(wanted[i]).margin(120));
    REQUIRE(wire.near.control().stop_ring().has_value());
    CHECK(wire.phone->wait_ring_stopped(patience));
    REQUIRE(wire.near.control().ring(wire.tones.ring).has_value());
    REQUIRE(wire.phone->wait_ringing(patience));
    wire.phone->lift();
    CHECK(wire.phone->wait_ring_stopped(patience));
    CHECK(wire.near.wait_event(LineEventKind::off_hook));
}

TEST_CASE("a rotary dial is understood by the line") {
    Wire wire;
    wire.phone->lift();
    wire.answer_loop();
    wire.near.play(wire.tones.tones.dial);
    REQUIRE(wire.phone->wait_for_tone("dial", patience));
    wire.phone->dial_pulse("3x10");
    CHECK(wire.near.wait(patience, [&] { return wire.near.pulse_digits() == "310"; }));
    CHECK(wire.near.count(LineEventKind::on_hook) == 0);
}

TEST_CASE("tones of three countries are heard by name") {
    for (const auto* country : {"us", "uk", "de"}) {
        CAPTURE(country);
        Wire wire(country);
        wire.phone->lift();
        wire.answer_loop();
        wire.near.play(wire.tones.tones.dial);
        CHECK(wire.phone->wait_for_tone("dial", patience));
        const auto heard = wire.phone->hearing();
        CHECK(heard.level_dbm0 > -15);
        CHECK(heard.frequency1_hz > 340);
        wire.near.play(wire.tones.tones.busy);
        CHECK(wire.phone->wait_for_tone("busy", patience));
        wire.near.play(wire.tones.tones.ringback);
        CHECK(wire.phone->wait_for_tone("ringback", patience));
        wire.near.play(wire.tones.tones.congestion);
        CHECK(wire.phone->wait_for_tone("congestion", patience));
        wire.near.play(wire.tones.tones.howler);
        CHECK(wire.phone->wait_for_tone("howler", patience));
        wire.near.play(dsp::ToneSequence{});
        CHECK(wire.phone->wait_for_tone("", patience));
    }
}

TEST_CASE("a battery drop is counted") {
    Wire wire;
    wire.phone->lift();
    wire.answer_loop();
    wire.near.play(wire.tones.tones.dial);
    REQUIRE(wire.phone->wait_for_tone("dial", patience));
    REQUIRE(wire.near.control().release().has_value());
    CHECK(wire.phone->wait_battery_drops(1, patience));
    CHECK(wire.phone->battery_drops() == 1);
}

TEST_CASE("a phone can be put away while it is off-hook and rings no more") {
    Wire wire;
    wire.phone->lift();
    wire.answer_loop();
    wire.phone.reset();
    CHECK(wire.near.wait_event(LineEventKind::on_hook));
}
