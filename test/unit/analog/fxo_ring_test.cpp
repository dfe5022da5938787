// FxoLine's transition table: calls from the exchange, and the caller's number.
#include "fxo_fed.hpp"

using namespace tipring;
using namespace tipring::test;
using analog::LineTimer;
using media::HeardTone;
using Kind = analog::LineInputKind;

namespace {

FxoSettings two_rings() {
    auto settings = plain();
    settings.rings = 2;
    return settings;
}

FxoSettings with_caller_id(unsigned rings = 2) {
    auto settings = plain();
    settings.rings = rings;
    settings.caller_id = true;
    return settings;
}

FxoSettings always_listening() {
    auto settings = with_caller_id();
    settings.listen_always = true;
    return settings;
}

const std::string listens = "start_audio listen(caller_id)";
const std::string deaf = "listen stop_audio";

}  // namespace

TEST_CASE("fxo: one ring, announced at its end") {
    auto fed = fxo();
    CHECK(fed.feed(Kind::ring_begin) == "start_timer(burst 200) start_timer(ring 8000)");
    CHECK(fed.state() == "ring_check");
    CHECK(fed.timer(LineTimer::burst).empty());
    CHECK(fed.feed(Kind::ring_end) == "prove_good stop_timer(ring) start_timer(ring 8000) report_incoming()");
    CHECK(fed.state() == "ringing");
    CHECK(fed.feed(Kind::answer) ==
          "stop_timer(ring) seize start_audio listen(dtmf)(progress) start_timer(settle 1000)");
    CHECK(fed.state() == "talking");
}

TEST_CASE("fxo: a burst that is too short is no ring") {
    auto fed = fxo();
    fed.feed(Kind::ring_begin);
    CHECK(fed.feed(Kind::ring_end) == "stop_timer(ring) stop_timer(burst)");
    CHECK(fed.state() == "idle");
    CHECK(burst(fed).find("report_incoming") != std::string::npos);
}

TEST_CASE("fxo: a burst whose beginning is told twice is one") {
    auto fed = fxo(two_rings());
    fed.feed(Kind::ring_begin);
    CHECK(fed.feed(Kind::ring_begin) ==
          "stop_timer(ring) stop_timer(burst) start_timer(burst 200) start_timer(ring 8000)");
    fed.timer(LineTimer::burst);
    CHECK(fed.feed(Kind::ring_end) == "stop_timer(ring) start_timer(ring 8000)");
    CHECK(fed.state() == "ring_wait");
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: a call is announced after the rings asked for") {
    auto fed = fxo(two_rings());
    CHECK(burst(fed) == "stop_timer(ring) start_timer(ring 8000)");
    CHECK(fed.state() == "ring_wait");
    SECTION("the second comes") {
        CHECK(burst(fed).find("report_incoming") != std::string::npos);
    }
    SECTION("a short burst does not count") {
        fed.feed(Kind::ring_begin);
        fed.now += 100ms;
        fed.feed(Kind::ring_end);
        CHECK(fed.state() == "ring_wait");
        CHECK(burst(fed).find("report_incoming") != std::string::npos);
    }
    SECTION("the caller goes; the next call starts to count anew") {
        CHECK(fed.timer(LineTimer::ring).empty());
        CHECK(fed.state() == "idle");
        burst(fed);
        CHECK(fed.state() == "ring_wait");
    }
}

TEST_CASE("fxo: bursts in short order are one ring") {
    auto fed = fxo(two_rings());
    burst(fed, 400ms, 200ms);
    burst(fed, 400ms, 2000ms);
    CHECK(fed.state() == "ring_wait");
    CHECK(burst(fed, 400ms, 200ms).find("report_incoming") != std::string::npos);
}

TEST_CASE("fxo: how long no ring may come follows from the cadence") {
    struct Case {
        std::chrono::milliseconds on, off;
        const char* limit;
    };
    // us, jp, at, and the longest burst of libtonezone's cadences
    const auto cadence = GENERATE(
        Case{2000ms, 4000ms, "start_timer(ring 6000)"}, Case{1000ms, 2000ms, "start_timer(ring 4000)"},
        Case{1000ms, 5000ms, "start_timer(ring 7000)"}, Case{2500ms, 1500ms, "start_timer(ring 4500)"});
    auto settings = plain();
    settings.rings = 3;
    auto fed = fxo(settings);
    CHECK(burst(fed, cadence.on, cadence.off).ends_with("start_timer(ring 8000)"));
    CHECK(burst(fed, cadence.on, cadence.off).ends_with(cadence.limit));
    CHECK(burst(fed, cadence.on, cadence.off).find(cadence.limit) != std::string::npos);
    CHECK(fed.state() == "ringing");
    CHECK(fed.feed(Kind::ring_begin) == cadence.limit);
    SECTION("and of the next call's again") {
        fed.timer(LineTimer::ring);
        CHECK(burst(fed).ends_with("start_timer(ring 8000)"));
    }
    SECTION("also when the call is refused") {
        CHECK(fed.release(17).ends_with(cadence.limit));
    }
}

TEST_CASE("fxo: the silence within a double ring is no pause between rings") {
    auto settings = plain();
    settings.rings = 3;
    auto fed = fxo(settings);
    burst(fed, 400ms, 200ms);
    CHECK(burst(fed, 400ms, 2000ms).ends_with("start_timer(ring 8000)"));
    CHECK(burst(fed, 400ms, 200ms).ends_with("start_timer(ring 4000)"));
}

TEST_CASE("fxo: the caller hangs up before the answer") {
    auto fed = ringing();
    CHECK(fed.feed(Kind::ring_begin) == "start_timer(ring 6000)");
    fed.now += 1s;
    CHECK(fed.feed(Kind::ring_end) == "start_timer(ring 6000)");
    CHECK(fed.alert(false).empty());
    CHECK(fed.timer(LineTimer::ring) == "report_released(16)");
    CHECK(fed.state() == "idle");
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: a burst that never ends does not hold the line") {
    auto fed = fxo();
    fed.feed(Kind::ring_begin);
    fed.timer(LineTimer::burst);
    CHECK(fed.timer(LineTimer::ring).empty());
    CHECK(fed.state() == "idle");
}

TEST_CASE("fxo: a refused call rings on, unannounced, until the caller gives up") {
    auto fed = ringing();
    CHECK(fed.release(17) == "report_released(17) stop_timer(ring) start_timer(ring 8000)");
    CHECK(fed.state() == "ignored");
    CHECK(burst(fed) == "start_timer(ring 6000)");
    CHECK(fed.start("1") == "report_released(44)");
    CHECK(fed.timer(LineTimer::ring).empty());
    CHECK(fed.state() == "idle");
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: answer at once: the caller hears ringback from us") {
    auto fed = fxo(at_once());
    CHECK(burst(fed) ==
          "prove_good stop_timer(ring) seize start_audio listen(dtmf)(progress) play_tone(ringback) "
          "start_timer(settle 1000) report_incoming()");
    CHECK(fed.state() == "held");
    CHECK(fed.alert(false).empty());
    CHECK(fed.timer(LineTimer::settle).empty());
    CHECK(fed.feed(Kind::ring_begin).empty());
    CHECK(fed.feed(Kind::ring_end).empty());
    SECTION("early audio, then the answer") {
        CHECK(fed.alert(true) == "stop_tone");
        CHECK(fed.feed(Kind::answer).empty());
        CHECK(fed.state() == "talking");
    }
    SECTION("answer") {
        CHECK(fed.feed(Kind::answer) == "stop_tone");
        CHECK(fed.state() == "talking");
    }
    SECTION("refused") {
        CHECK(fed.release(17) == "report_released(17 remote) stop_tone " + clear_talk);
    }
    SECTION("a battery drop that began before the answer still counts") {
        fed.feed(Kind::battery_lost);
        CHECK(fed.feed(Kind::answer) == "stop_timer(battery) stop_tone start_timer(battery 200)");
        fed.timer(LineTimer::battery);
        CHECK(fed.state() == "clearing");
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: the number comes between the first ring and the second") {
    auto fed = fxo(with_caller_id());
    CHECK(fed.feed(Kind::ring_begin) == listens + " start_timer(burst 200) start_timer(ring 8000)");
    fed.timer(LineTimer::burst);
    CHECK(fed.feed(Kind::ring_end) == "stop_timer(ring) start_timer(ring 8000)");
    SECTION("the call is announced at once") {
        CHECK(hear_caller(fed, "5551234") == "prove_good stop_timer(ring) " + deaf +
                                                 " start_timer(ring 8000) report_incoming(from 5551234)");
        CHECK(fed.state() == "ringing");
    }
    SECTION("a message-waiting indication is no call") {
        CHECK(hear_caller(fed, "", true).empty());
        CHECK(fed.state() == "ring_wait");
    }
    SECTION("it does not come: the second ring is enough") {
        fed.now += 4s;
        CHECK(burst(fed) ==
              "prove_good stop_timer(ring) " + deaf + " start_timer(ring 6000) report_incoming()");
    }
    SECTION("it comes during the second ring") {
        fed.now += 4s;
        fed.feed(Kind::ring_begin);
        CHECK(hear_caller(fed, "77").find("report_incoming(from 77)") != std::string::npos);
        CHECK(fed.state() == "ringing");
        fed.feed(Kind::ring_end);
        CHECK(fed.state() == "ringing");
    }
    SECTION("the caller gives up: nothing is left of him") {
        CHECK(fed.timer(LineTimer::ring) == deaf);
        CHECK(fed.state() == "idle");
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: the number comes after a polarity reversal, before the first ring") {
    auto fed = fxo(with_caller_id(4));
    CHECK(fed.feed(Kind::polarity) == listens + " start_timer(ring 6000)");
    CHECK(fed.state() == "id_wait");
    CHECK(fed.machine.idle());
    CHECK(hear_caller(fed, "42") == "stop_timer(ring) start_timer(ring 6000)");
    CHECK_FALSE(fed.machine.idle());
    CHECK(fed.start("1") == "report_released(44)");
    SECTION("the first burst that counts is announced with it") {
        CHECK(fed.feed(Kind::polarity).empty());
        CHECK(fed.feed(Kind::ring_begin) == "stop_timer(ring) start_timer(burst 200) start_timer(ring 8000)");
        CHECK(fed.timer(LineTimer::burst) ==
              "prove_good stop_timer(ring) " + deaf + " start_timer(ring 8000) report_incoming(from 42)");
        fed.now += 1s;
        CHECK(fed.feed(Kind::ring_end) == "start_timer(ring 8000)");
    }
    SECTION("no ring follows: it is forgotten") {
        CHECK(fed.timer(LineTimer::ring) == deaf);
        CHECK(fed.state() == "idle");
        burst(fed);
        CHECK(fed.state() == "ring_wait");
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: the number comes after a ring pulse that is too short to count") {
    auto fed = fxo(with_caller_id());
    fed.feed(Kind::ring_begin);
    CHECK(fed.feed(Kind::ring_end) == "stop_timer(ring) stop_timer(burst) start_timer(ring 6000)");
    CHECK(fed.state() == "id_wait");
    CHECK(fed.feed(Kind::ring_end).empty());
    hear_caller(fed, "42");
    fed.now += 1s;
    fed.feed(Kind::ring_begin);
    CHECK(fed.timer(LineTimer::burst).find("report_incoming(from 42)") != std::string::npos);
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: a number that is heard while the first burst is not long enough is kept") {
    auto fed = fxo(with_caller_id());
    fed.feed(Kind::ring_begin);
    CHECK(hear_caller(fed, "42").empty());
    CHECK(fed.timer(LineTimer::burst).find("report_incoming(from 42)") != std::string::npos);
}

TEST_CASE("fxo: where nothing announces the number the idle line is listened to") {
    auto fed = fxo(always_listening());
    CHECK(fed.feed(Kind::begin) == listens);
    CHECK(fed.state() == "idle");
    SECTION("a number") {
        CHECK(hear_caller(fed, "42") == "start_timer(ring 6000)");
        CHECK(fed.state() == "id_wait");
        CHECK(fed.timer(LineTimer::ring).empty());
        CHECK(fed.state() == "idle");
    }
    SECTION("lamps that change are nobody's call") {
        CHECK(hear_caller(fed, "", true).empty());
        CHECK(fed.state() == "idle");
    }
    SECTION("an outgoing call, and back") {
        CHECK(fed.start("1") == deaf + " seize start_timer(dial 3000)");
        fed.release(16);
        CHECK(fed.timer(LineTimer::drop) == listens);
    }
    SECTION("answered: audio begins anew") {
        auto settings = always_listening();
        settings.answer_at_once = true;
        settings.rings = 1;
        auto line = fxo(settings);
        line.feed(Kind::begin);
        CHECK(burst(line) == "prove_good stop_timer(ring) " + deaf +
                                 " seize start_audio listen(dtmf)(progress) play_tone(ringback) "
                                 "start_timer(settle 1000) report_incoming()");
    }
    SECTION("not while it is out of service") {
        CHECK(fed.feed(Kind::out_of_service) == deaf);
        CHECK(fed.feed(Kind::in_service) == listens);
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: without caller ID a reversal of the idle line means nothing") {
    auto fed = fxo();
    CHECK(fed.feed(Kind::begin).empty());
    CHECK(fed.feed(Kind::polarity).empty());
    CHECK(fed.state() == "idle");
}

TEST_CASE("fxo: a line that waits for a number after a reversal can be seized") {
    auto fed = fxo(with_caller_id());
    fed.feed(Kind::polarity);
    CHECK(fed.start("1") == "stop_timer(ring) " + deaf + " seize start_timer(dial 3000)");
    CHECK(fed.state() == "seizing");
}
