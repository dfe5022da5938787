// FxoLine's transition table: conversations and how they end; alarms, service, a board that refuses.
#include "fxo_fed.hpp"

using namespace tipring;
using namespace tipring::test;
using analog::LineTimer;
using media::HeardTone;
using Kind = analog::LineInputKind;

namespace {

/// What ends a conversation: the inputs that do it, and the method that the cause names.
struct End {
    const char* method;
    std::function<std::string(Fxo&)> happens;
};

const std::vector<End>& ends() {
    static const std::vector<End> all{
        {"battery",
         [](Fxo& fed) {
             CHECK(fed.feed(Kind::battery_lost) == "start_timer(battery 200)");
             return fed.timer(LineTimer::battery);
         }},
        {"polarity",
         [](Fxo& fed) {
             CHECK(fed.feed(Kind::polarity) == "start_timer(polarity 200)");
             return fed.timer(LineTimer::polarity);
         }},
        {"busy_tone", [](Fxo& fed) { return fed.hear(HeardTone::busy); }},
        {"busy_tone", [](Fxo& fed) { return fed.hear(HeardTone::congestion); }},
        {"busy_tone", [](Fxo& fed) { return fed.hear(HeardTone::learnt); }},
        {"dial_tone",
         [](Fxo& fed) {
             CHECK(fed.hear(HeardTone::dial) == "start_timer(tone 10000)");
             CHECK(fed.hear(HeardTone::dial).empty());
             return fed.timer(LineTimer::tone);
         }},
    };
    return all;
}

FxoSettings watched() {
    auto settings = plain();
    settings.disconnect_silence = true;
    settings.longest_call = 60s;
    return settings;
}

}  // namespace

TEST_CASE("fxo: each way in which the exchange ends a call is named") {
    const auto& end = ends().at(GENERATE(0U, 1U, 2U, 3U, 4U, 5U));
    const bool from_exchange = GENERATE(true, false);
    CAPTURE(end.method, from_exchange);
    auto fed = from_exchange ? answered() : dialled();
    if (!from_exchange) {
        // The first reversal is the called party's answer.
        CHECK(fed.feed(Kind::polarity) == "start_timer(settle 1000)");
        fed.timer(LineTimer::settle);
    }
    CHECK(end.happens(fed) == "report_released(16 " + std::string(end.method) + ") " + clear_talk);
    CHECK(fed.state() == "clearing");
    CHECK_FALSE(fed.machine.idle());
    CHECK(fed.start("1") == "report_released(44)");
    CHECK(fed.timer(LineTimer::drop).empty());
    CHECK(fed.machine.idle());
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: the same ways end a call that was answered at once and waits for its called party") {
    const auto& end = ends().at(GENERATE(0U, 1U, 2U, 3U, 4U, 5U));
    auto fed = held();
    CHECK(fed.feed(Kind::polarity).empty());  // the exchange's answer to our seizure
    fed.timer(LineTimer::settle);
    CHECK(end.happens(fed) == "report_released(16 " + std::string(end.method) + ") stop_tone " + clear_talk);
}

TEST_CASE("fxo: what passes does not end a call") {
    auto fed = GENERATE(0, 1) == 0 ? answered() : held();
    fed.timer(LineTimer::settle);
    SECTION("battery") {
        fed.feed(Kind::battery_lost);
        CHECK(fed.feed(Kind::battery_present) == "stop_timer(battery)");
    }
    SECTION("two reversals in short order: a pulse") {
        fed.feed(Kind::polarity);
        CHECK(fed.feed(Kind::polarity) == "stop_timer(polarity)");
    }
    SECTION("dial tone") {
        fed.hear(HeardTone::dial);
        CHECK(fed.feed(Kind::tone_gone) == "stop_timer(tone)");
        fed.hear(HeardTone::dial);
        CHECK(fed.hear(HeardTone::ringback) == "stop_timer(tone)");
    }
    SECTION("other tones and digits") {
        for (const auto tone : {HeardTone::ringback, HeardTone::info, HeardTone::fax_cng, HeardTone::fax_ced})
            CHECK(fed.hear(tone).empty());
        CHECK(fed.feed(Kind::digit, '5').empty());
        CHECK(fed.feed(Kind::voice_heard).empty());
        CHECK(fed.feed(Kind::silence_heard).empty());
    }
    CHECK((fed.state() == "talking" || fed.state() == "held"));
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: a reversal within a second of the answer tells nothing") {
    auto fed = ringing();
    fed.feed(Kind::answer);
    CHECK(fed.feed(Kind::ring_end).empty());  // the burst in which we answered
    CHECK(fed.feed(Kind::hook_complete).empty());
    CHECK(fed.feed(Kind::polarity).empty());
    CHECK(fed.timer(LineTimer::settle).empty());
    CHECK(fed.feed(Kind::polarity) == "start_timer(polarity 200)");
}

TEST_CASE("fxo: an exchange that reverses at the answer and at the hang-up") {
    auto fed = dialled();
    CHECK(fed.feed(Kind::polarity) == "start_timer(settle 1000)");
    CHECK(fed.feed(Kind::polarity).empty());  // the bounce of the answer
    fed.timer(LineTimer::settle);
    CHECK(fed.feed(Kind::polarity) == "start_timer(polarity 200)");
    CHECK(fed.timer(LineTimer::polarity) == "report_released(16 polarity) " + clear_talk);
}

TEST_CASE("fxo: an exchange that reverses at the hang-up only") {
    auto settings = plain();
    settings.first_reversal_answers = false;
    SECTION("in a call to it") {
        auto fed = dialling("12", settings);
        CHECK(fed.feed(Kind::digits_sent).find("start_timer(settle 1000)") != std::string::npos);
        CHECK(fed.state() == "talking");
        CHECK(fed.feed(Kind::polarity).empty());  // it switches the call through
        fed.timer(LineTimer::settle);
        CHECK(fed.feed(Kind::polarity) == "start_timer(polarity 200)");
        CHECK(fed.timer(LineTimer::polarity) == "report_released(16 polarity) " + clear_talk);
    }
    SECTION("before the answer") {
        settings.answer_by = config::AnswerBy::voice;
        auto fed = dialled(settings);
        REQUIRE(fed.state() == "answer_wait");
        fed.timer(LineTimer::settle);
        CHECK(fed.feed(Kind::polarity) == "start_timer(polarity 200)");
        CHECK(fed.timer(LineTimer::polarity).starts_with("report_released(31 polarity)"));
    }
    SECTION("two in short order are a pulse there, too") {
        auto fed = dialled(settings);
        fed.timer(LineTimer::settle);
        fed.feed(Kind::polarity);
        CHECK(fed.feed(Kind::polarity) == "stop_timer(polarity)");
        CHECK(fed.state() == "talking");
    }
    SECTION("where reversals end no call, none does") {
        settings.disconnect_polarity = false;
        auto fed = dialled(settings);
        fed.timer(LineTimer::settle);
        CHECK(fed.feed(Kind::polarity).empty());
    }
    SECTION("a call from it knows no answer signal either way") {
        CHECK(answered(settings).feed(Kind::polarity) == "start_timer(polarity 200)");
    }
}

TEST_CASE("fxo: each method can be switched off") {
    auto settings = plain();
    SECTION("battery") {
        settings.disconnect_battery = false;
        CHECK(answered(settings).feed(Kind::battery_lost).empty());
    }
    SECTION("polarity") {
        settings.disconnect_polarity = false;
        CHECK(answered(settings).feed(Kind::polarity).empty());
    }
    SECTION("dial tone") {
        settings.disconnect_dial_tone = false;
        CHECK(answered(settings).hear(HeardTone::dial).empty());
    }
    SECTION("tones of the country, but not what was learnt on this line") {
        settings.disconnect_tones = false;
        auto fed = answered(settings);
        CHECK(fed.hear(HeardTone::busy).empty());
        CHECK(fed.hear(HeardTone::congestion).empty());
        CHECK(fed.hear(HeardTone::learnt).starts_with("report_released(16 busy_tone)"));
    }
}

TEST_CASE("fxo: silence and the longest call") {
    auto fed = ringing(watched());
    CHECK(fed.feed(Kind::answer) ==
          "stop_timer(ring) seize start_audio listen(dtmf)(progress)(silence) start_timer(call 60000) "
          "start_timer(settle 1000)");
    SECTION("silence") {
        CHECK(fed.feed(Kind::silence_heard).starts_with("report_released(16 silence)"));
    }
    SECTION("limit") {
        CHECK(fed.timer(LineTimer::call).starts_with("report_released(16 limit)"));
    }
    SECTION("from a call that was answered at once, from its answer on") {
        auto settings = watched();
        settings.answer_at_once = true;
        auto line = fxo(settings);
        CHECK(burst(line).find("call") == std::string::npos);
        CHECK(line.feed(Kind::answer).ends_with("start_timer(call 60000)"));
    }
    SECTION("of a call to the exchange") {
        CHECK(dialling("1", watched()).feed(Kind::digits_sent).find("start_timer(call 60000)") !=
              std::string::npos);
    }
}

TEST_CASE("fxo: how the line was released is in the cause") {
    auto fed = answered();
    fed.feed(Kind::battery_lost);
    analog::LineInput input;
    input.kind = Kind::timer;
    input.timer = LineTimer::battery;
    CHECK(fed.machine.handle(input).at(0).cause.detail == "battery drop");
    auto busy = answered();
    input.kind = Kind::tone_heard;
    input.tone = HeardTone::busy;
    CHECK(busy.machine.handle(input).at(0).cause.detail == "busy tone");
    auto other = answered();
    input.kind = Kind::release;
    input.cause.method = "no_rtp";
    CHECK(other.machine.handle(input).at(0).cause.method == "no_rtp");
}

TEST_CASE("fxo: digits in a call") {
    auto fed = answered();
    CHECK(fed.feed(Kind::send_digit, '9') == "send_digits(9)");
    CHECK(fed.feed(Kind::send_digit, 'D') == "send_digits(D)");
    CHECK(fed.feed(Kind::send_digit, 'w').empty());
    CHECK(fed.feed(Kind::send_digit, '\0').empty());
}

TEST_CASE("fxo: a flash does not release the line") {
    auto fed = answered();
    CHECK(fed.feed(Kind::send_flash) == "start_timer(flash 1600) flash_line");
    CHECK(fed.feed(Kind::send_flash).empty());
    CHECK(fed.feed(Kind::polarity).empty());
    CHECK(fed.feed(Kind::hook_complete).empty());
    CHECK(fed.feed(Kind::battery_lost).empty());
    SECTION("battery comes back") {
        fed.feed(Kind::battery_present);
        CHECK(fed.timer(LineTimer::flash).empty());
        CHECK(fed.state() == "talking");
    }
    SECTION("battery does not: the exchange released it") {
        CHECK(fed.timer(LineTimer::flash) == "start_timer(battery 200)");
        CHECK(fed.timer(LineTimer::battery).starts_with("report_released(16 battery)"));
    }
    SECTION("a loss that began before it counts after it") {
        fed.feed(Kind::battery_present);
        fed.timer(LineTimer::flash);
        CHECK(fed.feed(Kind::battery_lost) == "start_timer(battery 200)");
        CHECK(fed.feed(Kind::send_flash) == "stop_timer(battery) start_timer(flash 1600) flash_line");
        CHECK(fed.timer(LineTimer::flash) == "start_timer(battery 200)");
    }
    CHECK(fed.machine.unexpected() == 0);
}

TEST_CASE("fxo: a flash out of a call is nothing") {
    for (auto fed : {fxo(), ringing(), held(), seizing(), waiting(), dialling(), answer_wait()}) {
        CHECK(fed.feed(Kind::send_flash).empty());
        CHECK(fed.machine.unexpected() == 0);
    }
}

TEST_CASE("fxo: alarm, service, refusing board, shut down") {
    SECTION("alarm") {
        auto fed = answered();
        CHECK(fed.feed(Kind::alarm) == "report_released(27) listen stop_audio release_wire");
        CHECK(fed.state() == "unavailable");
        fed.feed(Kind::ring_begin);
        fed.feed(Kind::ring_end);
        CHECK(fed.state() == "unavailable");
        fed.feed(Kind::alarm_clear);
        CHECK(fed.state() == "idle");
        CHECK(fed.machine.unexpected() == 0);
    }
    SECTION("out of service while ringing") {
        auto fed = ringing();
        CHECK(fed.feed(Kind::out_of_service) == "report_released(27) stop_timer(ring)");
        CHECK(fed.start("1") == "report_released(27)");
        fed.feed(Kind::in_service);
        CHECK(fed.state() == "idle");
    }
    SECTION("the board refuses to seize") {
        auto fed = seizing();
        CHECK(fed.feed(Kind::hardware_failed) ==
              "report_released(41) stop_timer(dial) release_wire start_timer(drop 1000)");
        CHECK(fed.state() == "clearing");
    }
    SECTION("shut down") {
        auto fed = dialled();
        CHECK(fed.feed(Kind::shut_down) == "listen stop_audio release_wire");
        CHECK(fed.feed(Kind::ring_begin).empty());
    }
}

TEST_CASE("fxo: what a state has no use for is counted") {
    auto fed = fxo();
    fed.feed(Kind::ring_end);
    fed.feed(Kind::flash);
    fed.feed(Kind::off_hook);
    CHECK(fed.machine.unexpected() == 3);
}
