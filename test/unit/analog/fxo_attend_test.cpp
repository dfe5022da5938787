// Two-stage: an exchange line takes the call, gives dial tone, and the caller dials on.
#include "fxo_fed.hpp"

using namespace tipring;
using namespace tipring::test;
using analog::LineTimer;
using Kind = analog::LineInputKind;

namespace {

Fxo attending() {
    auto settings = plain();
    settings.two_stage = routing::DigitMap::parse("2xx|0|9x.T").value();
    auto fed = fxo(settings);
    CHECK(burst(fed) ==
          "prove_good stop_timer(ring) seize start_audio listen(dtmf)(progress) "
          "play_tone(dial) start_timer(settle 1000) start_timer(dial 10000)");
    CHECK(fed.state() == "attending");
    CHECK_FALSE(fed.machine.has_call());
    return fed;
}

}  // namespace

TEST_CASE("fxo: a caller dials on") {
    auto fed = attending();
    SECTION("an extension") {
        CHECK(fed.feed(Kind::digit, '2') == "stop_tone start_timer(dial 5000)");
        CHECK(fed.feed(Kind::digit, '0') == "start_timer(dial 5000)");
        const auto said = fed.feed(Kind::digit, '1');
        CHECK(said.find("play_tone(ringback)") != std::string::npos);
        CHECK(said.find("report_incoming(201)") != std::string::npos);
        CHECK(fed.state() == "held");
    }
    SECTION("a number that could go on") {
        fed.digits("98");
        CHECK(fed.timer(LineTimer::dial).find("report_incoming(98)") != std::string::npos);
        CHECK(fed.state() == "held");
    }
    SECTION("nothing, too little or something else: to the port's own destination") {
        const std::string dialled = GENERATE("", "2", "5");
        fed.digits(dialled);
        if (fed.state() == "attending")
            CHECK(fed.timer(LineTimer::dial).find("report_incoming()") != std::string::npos);
        CHECK(fed.state() == "held");
        CHECK(fed.machine.has_call());
    }
    SECTION("he hangs up") {
        fed.timer(LineTimer::settle);
        SECTION("battery") {
            fed.feed(Kind::battery_lost);
            fed.timer(LineTimer::battery);
        }
        SECTION("busy tone") {
            fed.hear(media::HeardTone::busy);
        }
        SECTION("polarity") {
            fed.feed(Kind::polarity);
            fed.timer(LineTimer::polarity);
        }
        CHECK(fed.state() == "clearing");
        CHECK_FALSE(fed.machine.has_call());
    }
    SECTION("the ring in which the line was taken goes on") {
        CHECK(fed.feed(Kind::ring_begin).empty());
        CHECK(fed.feed(Kind::ring_end).empty());
        CHECK(fed.machine.unexpected() == 0);
    }
}
