// Caller ID that the exchange sends to a closed loop before it rings (NTT): FxoLine's id_modem, and its port.
#include "fxo_fed.hpp"
#include "office.hpp"

using namespace tipring;
using namespace tipring::test;
using analog::LineTimer;
using Kind = analog::LineInputKind;

namespace {

FxoSettings japanese(unsigned rings = 2) {
    auto settings = plain();
    settings.rings = rings;
    settings.caller_id = settings.caller_id_answered = true;
    return settings;
}

/// The end of a burst comes 50 ms late.
std::string modem_burst(Fxo& fed, std::chrono::milliseconds off = 450ms) {
    return burst(fed, 550ms, off);
}

const std::string opens_again =
    "listen stop_audio release_wire start_audio listen(caller_id) start_timer(ring 8000)";

/// The loop is closed for the message of a call that was announced by a reversal.
Fxo as_modem(const FxoSettings& settings = japanese()) {
    auto fed = fxo(settings);
    fed.feed(Kind::polarity);
    modem_burst(fed);
    REQUIRE(fed.state() == "id_modem");
    return fed;
}

/// The message has come, and the loop is open again.
Fxo number_known(const FxoSettings& settings = japanese()) {
    auto fed = as_modem(settings);
    hear_caller(fed, "0312345678");
    fed.timer(LineTimer::dial);
    REQUIRE(fed.state() == "ring_wait");
    return fed;
}

}  // namespace

TEST_CASE(
    "fxo modem: a short burst is answered, the message heard, the loop opened, and the ring announced") {
    auto fed = fxo(japanese());
    CHECK(fed.feed(Kind::polarity) == "start_audio listen(caller_id) start_timer(ring 3000)");
    CHECK(modem_burst(fed) ==
          "stop_timer(ring) listen stop_audio seize start_audio listen(caller_id) start_timer(dial 3000)");
    CHECK(fed.state() == "id_modem");
    CHECK(fed.machine.off_hook());
    CHECK_FALSE(fed.machine.idle());
    CHECK_FALSE(fed.machine.has_call());
    CHECK(fed.feed(Kind::hook_complete).empty());
    CHECK(hear_caller(fed, "0312345678") == "start_timer(dial 100)");
    CHECK_FALSE(fed.machine.has_call());
    CHECK(fed.timer(LineTimer::dial) == opens_again);
    CHECK(fed.state() == "ring_wait");
    CHECK_FALSE(fed.machine.off_hook());
    fed.now += 1500ms;
    CHECK(fed.feed(Kind::ring_begin) == "stop_timer(ring) start_timer(burst 200) start_timer(ring 8000)");
    CHECK(fed.timer(LineTimer::burst) ==
          "prove_good stop_timer(ring) listen stop_audio start_timer(ring 8000) "
          "report_incoming(from 0312345678)");
    CHECK(fed.state() == "ringing");
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo modem: the exchange's first burst is enough, reversal or not") {
    auto fed = fxo(japanese(1));
    CHECK(modem_burst(fed).find("report_incoming") == std::string::npos);
    CHECK(fed.state() == "id_modem");
}

TEST_CASE("fxo modem: how long a burst must be") {
    const auto [length, state] = GENERATE(table<std::chrono::milliseconds, std::string>({
        {250ms, "ring_wait"},
        {299ms, "ring_wait"},
        {300ms, "id_modem"},
        {450ms, "id_modem"},
        {650ms, "id_modem"},
        {750ms, "id_modem"},
        {751ms, "ring_wait"},
        {1000ms, "ring_wait"},
        {1050ms, "ring_wait"},
    }));
    CAPTURE(length.count());
    auto fed = fxo(japanese());
    burst(fed, length);
    CHECK(fed.state() == state);
}

TEST_CASE("fxo modem: a burst that was too short to count is none of them") {
    auto fed = fxo(japanese());
    fed.feed(Kind::ring_begin);
    fed.now += 550ms;  // the machine was late: its timer did not end
    fed.feed(Kind::ring_end);
    CHECK(fed.state() == "id_wait");
}

TEST_CASE("fxo modem: a ring for the call is never answered, whatever follows it") {
    auto fed = fxo(japanese(5));
    SECTION("a caller who gives up in the second ring") {
        burst(fed, 1050ms, 1950ms);
        burst(fed, 400ms);
    }
    SECTION("a short burst soon after a long one") {
        burst(fed, 1050ms, 450ms);
        modem_burst(fed);
    }
    SECTION("a burst that rang already when the port asked: here the end of a ring for the call") {
        analog::LineInput begin;
        begin.kind = Kind::ring_begin;
        begin.begun_earlier = true;
        fed.feed(begin);
        fed.timer(LineTimer::burst);
        fed.now += 550ms;
        fed.feed(Kind::ring_end);
        CHECK(fed.state() == "ring_wait");
        fed.now += 1950ms;
        burst(fed, 400ms);
    }
    SECTION("a burst whose beginning was told twice") {
        fed.feed(Kind::ring_begin);
        fed.now += 500ms;
        fed.feed(Kind::ring_begin);
        fed.timer(LineTimer::burst);
        fed.now += 550ms;
        fed.feed(Kind::ring_end);
    }
    CHECK(fed.state() == "ring_wait");
    CHECK_FALSE(fed.machine.off_hook());
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo modem: after a burst whose beginning nobody saw the next one is answered") {
    auto fed = fxo(japanese());
    analog::LineInput begin;
    begin.kind = Kind::ring_begin;
    begin.begun_earlier = true;
    fed.feed(begin);
    fed.timer(LineTimer::burst);
    fed.now += 350ms;
    fed.feed(Kind::ring_end);
    CHECK(fed.state() == "ring_wait");
    fed.now += 450ms;
    modem_burst(fed);
    CHECK(fed.state() == "id_modem");
}

TEST_CASE("fxo modem: only where the exchange does it") {
    auto settings = japanese();
    settings.caller_id_answered = false;
    auto fed = fxo(settings);
    fed.feed(Kind::polarity);
    CHECK(fed.machine.idle());
    modem_burst(fed);
    CHECK(fed.state() == "ring_wait");
}

TEST_CASE("fxo modem: a number that came before the bursts needs no modem") {
    auto fed = fxo(japanese());
    fed.feed(Kind::polarity);
    hear_caller(fed, "42");
    fed.feed(Kind::ring_begin);
    CHECK(fed.timer(LineTimer::burst).find("report_incoming(from 42)") != std::string::npos);
}

TEST_CASE("fxo modem: without a message the loop opens, and the call is announced after its rings") {
    auto fed = as_modem();
    CHECK(hear_caller(fed, "", true).empty());  // lamps
    CHECK(fed.timer(LineTimer::dial) == opens_again);
    SECTION("rings") {
        fed.now += 1500ms;
        burst(fed, 1050ms, 1950ms);
        CHECK(fed.state() == "ring_wait");
        CHECK(burst(fed, 1050ms, 1950ms).ends_with("report_incoming()"));
    }
    SECTION("an exchange that did not notice the loop: its short bursts are a ring, and not answered again") {
        modem_burst(fed);
        CHECK(fed.state() == "ring_wait");
        modem_burst(fed);
        CHECK(fed.state() == "ring_wait");
        CHECK_FALSE(fed.machine.off_hook());
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo modem: the driver is deaf to the beginning of the ring after the message") {
    SECTION("its end announces the call, too") {
        auto fed = number_known();
        fed.now += 2550ms;
        CHECK(fed.feed(Kind::ring_end).ends_with("start_timer(ring 8000) report_incoming(from 0312345678)"));
        CHECK(fed.state() == "ringing");
    }
    SECTION("without a number it is one of the rings that are wanted") {
        auto fed = as_modem();
        fed.timer(LineTimer::dial);
        fed.now += 2550ms;
        CHECK(fed.feed(Kind::ring_end) == "start_timer(ring 8000)");
        CHECK(fed.feed(Kind::ring_end).empty());  // told twice
        CHECK(fed.state() == "ring_wait");
        fed.now += 1950ms;
        CHECK(burst(fed, 1050ms).ends_with("report_incoming()"));
    }
    SECTION("in other countries it means nothing") {
        auto settings = japanese();
        settings.caller_id_answered = false;
        auto fed = fxo(settings);
        burst(fed);
        CHECK(fed.feed(Kind::ring_end).empty());
        CHECK(fed.state() == "ring_wait");
    }
}

TEST_CASE("fxo modem: the call that follows is like any other with a number") {
    SECTION("answer at once") {
        auto settings = japanese();
        settings.answer_at_once = true;
        auto fed = number_known(settings);
        fed.feed(Kind::ring_begin);
        CHECK(fed.timer(LineTimer::burst).ends_with("report_incoming(from 0312345678)"));
        CHECK(fed.state() == "held");
    }
    SECTION("two-stage") {
        auto settings = japanese();
        settings.two_stage = routing::DigitMap::parse("2xx").value();
        auto fed = number_known(settings);
        fed.feed(Kind::ring_begin);
        fed.timer(LineTimer::burst);
        CHECK(fed.state() == "attending");
        CHECK(fed.digits("201").ends_with("report_incoming(from 0312345678)"));
    }
    SECTION("refused, rings on") {
        auto fed = number_known();
        fed.feed(Kind::ring_begin);
        fed.timer(LineTimer::burst);
        fed.release(17);
        CHECK(fed.state() == "ignored");
        fed.now += 1050ms;
        fed.feed(Kind::ring_end);
        fed.now += 1950ms;
        burst(fed, 550ms);
        CHECK(fed.state() == "ignored");
        fed.timer(LineTimer::ring);
        modem_burst(fed);  // the next call
        CHECK(fed.state() == "id_modem");
    }
}

TEST_CASE("fxo modem: a caller who gives up leaves an idle line") {
    SECTION("before the message") {
        auto fed = as_modem();
        CHECK(fed.feed(Kind::polarity).empty());
        CHECK(fed.feed(Kind::battery_lost).empty());
        fed.timer(LineTimer::dial);
        CHECK(fed.timer(LineTimer::ring) == "listen stop_audio");
        CHECK(fed.state() == "idle");
    }
    SECTION("after it") {
        auto fed = number_known();
        CHECK(fed.timer(LineTimer::ring) == "listen stop_audio");
        CHECK(fed.state() == "idle");
        modem_burst(fed);
        CHECK(fed.timer(LineTimer::dial) == opens_again);  // nothing is left of the number
        fed.now += 3s;
        CHECK(burst(fed, 1050ms).find("report_incoming") == std::string::npos);
    }
    SECTION("after the reversal") {
        auto fed = fxo(japanese());
        fed.feed(Kind::polarity);
        CHECK(fed.timer(LineTimer::ring) == "listen stop_audio");
        CHECK(fed.machine.idle());
    }
}

TEST_CASE("fxo modem: nobody seizes the line of a call that is announced, and a seizure meets it") {
    SECTION("after the reversal the loop would be the modem's answer") {
        auto fed = fxo(japanese());
        fed.feed(Kind::polarity);
        CHECK_FALSE(fed.machine.idle());
        CHECK(fed.start("1") == "report_released(44)");
        modem_burst(fed);
        CHECK(fed.state() == "id_modem");
    }
    SECTION("while it is answered") {
        auto fed = as_modem();
        CHECK(fed.start("1") == "report_released(44)");
        CHECK(fed.state() == "id_modem");
        fed.timer(LineTimer::dial);
        CHECK(fed.start("1") == "report_released(44)");
        CHECK(fed.state() == "ring_wait");
    }
    SECTION("glare: the burst comes when the line is seized") {
        auto fed = seizing("1", japanese());
        CHECK(
            fed.feed(Kind::ring_begin) ==
            "note_refused(ringing) report_released(44) stop_timer(dial) release_wire start_timer(drop 1000)");
        fed.feed(Kind::ring_end);
        modem_burst(fed);
        CHECK(fed.state() == "id_modem");
    }
}

TEST_CASE("fxo modem: what takes the line away opens the loop") {
    auto fed = as_modem();
    SECTION("operator, line check") {
        CHECK(fed.feed(Kind::out_of_service) == "stop_timer(dial) listen stop_audio release_wire");
        fed.feed(Kind::in_service);
        CHECK(fed.state() == "idle");
    }
    SECTION("alarm") {
        CHECK(fed.feed(Kind::alarm) == "stop_timer(dial) listen stop_audio release_wire");
    }
    SECTION("the board refuses") {
        CHECK(fed.feed(Kind::hardware_failed) ==
              "stop_timer(dial) listen stop_audio release_wire start_timer(drop 1000)");
        CHECK(fed.state() == "clearing");
    }
    CHECK_FALSE(fed.machine.off_hook());
}

namespace {

/// An office whose exchange line is a Japanese one.
struct JapaneseOffice : Office {
    JapaneseOffice()
        : Office(false, [](config::Port& port) {
              port.fxo.caller_id = true;
              port.fxo.rings = 2;
              port.country_profile.caller_id = config::CallerIdFormat::ntt;
              port.country_profile.caller_id_timing = config::CallerIdTiming::reversal;
          }) {}

    void burst_of(std::chrono::milliseconds length) {
        event(2, LineEventKind::ring_begin);
        reactor.advance(length);
        event(2, LineEventKind::ring_end);
    }
};

}  // namespace

TEST_CASE("fxo modem: the port closes the loop, listens, opens it, and calls with the number") {
    JapaneseOffice office;
    office.event(2, LineEventKind::polarity);
    CHECK_FALSE(office.ports[2]->idle());
    office.burst_of(550ms);
    CHECK(office.state(2) == "id_modem");
    CHECK(office.wires[2].take() ==
          "audio_on start listen listen stop audio_off seize audio_on start listen");
    CHECK(office.wires[2].detectors.caller_id);
    CHECK_FALSE(office.wires[2].detectors.dtmf);
    office.reactor.advance(800ms);
    office.hear_caller(2, "0312345678", "");
    CHECK(office.calls.calls().empty());
    office.reactor.advance(100ms);
    CHECK(office.state(2) == "ring_wait");
    CHECK(office.wires[2].take() == "listen stop audio_off release audio_on start listen");
    CHECK(office.ports[2]->view().counters.calls_in == 0);
    office.reactor.advance(1500ms);
    office.burst_of(1050ms);
    CHECK(office.state(2) == "ringing");
    REQUIRE(office.calls.calls().size() == 1);
    office.reactor.advance(9s);
    REQUIRE(office.records.size() == 1);
    CHECK(office.records[0].caller.number == "0312345678");
    CHECK(office.records[0].talk == 0ms);
    office.check_quiet();
}

TEST_CASE("fxo modem: a port that comes back in the middle of a ring does not answer it as a modem") {
    JapaneseOffice office;
    office.leave(2, Office::Reason::alarm);
    office.wires[2].status.ringing = true;
    office.come_back(2, Office::Reason::alarm);
    CHECK(office.state(2) == "ring_check");
    office.reactor.advance(550ms);
    office.event(2, LineEventKind::ring_end);
    CHECK(office.state(2) == "ring_wait");
    CHECK(office.wires[2].take().find("seize") == std::string::npos);
}
