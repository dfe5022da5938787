// The exchange on a simulated FXO line; a telephone stands in for the gateway on the other end of the wire.
#include <catch2/catch.hpp>

#include "near_line.hpp"
#include "patience.hpp"
#include "speech.hpp"
#include "tipring/farend/far_end.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using test::patience;
using Service = farend::CentralOffice::Service;

namespace {

struct ExchangeWire {
    ExchangeWire()
        : tones(hardware::country_tones("de").value()),
          board({.fxo = 1}),
          near_board(board.near()),
          far_board(board.far()),
          phone(farend::make_telephone(thread, test::NearLine::open(*near_board, 1), tones)),
          office(farend::make_central_office(thread, test::NearLine::open(*far_board, 1), tones)) {}

    hardware::CountryTones tones;
    hardware::VirtualBoard board;
    std::unique_ptr<hardware::Board> near_board, far_board;
    farend::FarEndThread thread;
    std::unique_ptr<farend::Telephone> phone;
    std::unique_ptr<farend::CentralOffice> office;
};

}  // namespace

TEST_CASE("an outgoing call: dial tone, digits, ringback, answer, release") {
    ExchangeWire wire;
    wire.office->set_service({.number_length = 3, .answer_after = 2500ms});
    CHECK(wire.office->state() == "idle");
    wire.phone->lift();
    REQUIRE(wire.office->wait_seized(patience));
    REQUIRE(wire.phone->wait_for_tone("dial", patience));
    wire.phone->dial_dtmf("12");
    REQUIRE(wire.office->wait_state("collecting", patience));
    CHECK(wire.phone->wait_for_tone("", patience));
    wire.phone->dial_dtmf("3");
    REQUIRE(wire.office->wait_state("ringback", patience));
    CHECK(wire.office->dialled() == "123");
    CHECK(wire.phone->wait_for_tone("ringback", patience));
    REQUIRE(wire.office->wait_state("talking", patience));

    const auto said = test::speech(21, 3000);
    wire.phone->start_recording();
    wire.office->play(said, false);
    CHECK(wire.office->wait_playing_done(patience));
    wire.office->play(test::quiet(300), false);
    CHECK(wire.office->wait_playing_done(patience));
    const auto result = farend::match(said, wire.phone->stop_recording());
    CHECK(result.found);
    CHECK(std::abs(result.level_difference_db) < 0.3);
    CHECK(result.longest_gap <= 40ms);

    wire.phone->hang_up();
    CHECK(wire.office->wait_released(patience));
    CHECK(wire.office->wait_state("idle", patience));
    CHECK(wire.office->dialled() == "123");
}

TEST_CASE("a number of any length ends with a pause, and the called party may be busy") {
    ExchangeWire wire;
    wire.office->set_service({.busy = true});
    wire.phone->lift();
    REQUIRE(wire.phone->wait_for_tone("dial", patience));
    wire.phone->dial_dtmf("0*#5");
    REQUIRE(wire.office->wait_state("busy", patience));
    CHECK(wire.office->dialled() == "0*#5");
    CHECK(wire.phone->wait_for_tone("busy", patience));
}

TEST_CASE("a rotary dial works too") {
    ExchangeWire wire;
    wire.office->set_service({.number_length = 2, .answer_after = 0ms});
    wire.phone->lift();
    REQUIRE(wire.phone->wait_for_tone("dial", patience));
    wire.phone->dial_pulse("20");
    CHECK(wire.office->wait_state("talking", patience));
    CHECK(wire.office->dialled() == "20");
}

TEST_CASE("an incoming call rings, is answered, and ends by tone and by battery drop") {
    ExchangeWire wire;
    wire.office->ring();
    REQUIRE(wire.office->wait_state("ringing", patience));
    REQUIRE(wire.phone->wait_ringing(patience));
    wire.phone->lift();
    REQUIRE(wire.office->wait_state("talking", patience));
    wire.phone->send_dtmf("7");
    CHECK(wire.office->wait_digits("7", patience));
    wire.office->send_dtmf("42");
    CHECK(wire.phone->wait_digits("42", patience));
    wire.phone->clear_digits();
    CHECK(wire.phone->digits().empty());
    wire.office->hang_up_by_tone("congestion");
    CHECK(wire.phone->wait_for_tone("congestion", patience));
    CHECK(wire.office->state() == "busy");
    wire.office->hang_up_by_battery_drop();
    CHECK(wire.phone->wait_battery_drops(1, patience));
    wire.phone->hang_up();
    CHECK(wire.office->wait_released(patience));
}

TEST_CASE("ringing that nobody answers can be stopped") {
    ExchangeWire wire;
    wire.office->ring();
    REQUIRE(wire.phone->wait_ringing(patience));
    wire.office->stop_ringing();
    CHECK(wire.office->wait_state("idle", patience));
    CHECK(wire.phone->wait_ring_stopped(patience));
}
