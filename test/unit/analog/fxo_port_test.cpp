// FxoPort: what a line to an exchange does with its settings, its board and the exchange's caller ID.
#include "office.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using hardware::LineEventKind;
using media::HeardTone;
using test::Office;

namespace {

call::Cause refusal(Office& office) {
    call::Cause why;
    CHECK(office.ports[2]->exit().open({99}, {}, why) == nullptr);
    return why;
}

}  // namespace

TEST_CASE("fxo port: a line that is not free is refused, counted and tried last for a minute") {
    Office office;
    auto& status = office.wires[2].status;
    std::string reason;
    std::uint8_t cause = call::q850::no_circuit_available;
    SECTION("no battery") {
        status.battery = false;
        reason = "no_battery";
        cause = call::q850::destination_out_of_order;
    }
    SECTION("another telephone") {
        status.in_use = true;
        reason = "in_use";
    }
    SECTION("ringing") {
        status.ringing = true;
        reason = "ringing";
    }
    SECTION("nobody knows") {
        office.wires[2].failing = "status";
        reason = "no_status";
        cause = call::q850::destination_out_of_order;
    }
    CHECK(refusal(office).value == cause);
    CHECK(call::may_try_next(refusal(office)));
    CHECK(office.ports[2]->view().counters.refused == std::map<std::string, std::uint64_t>{{reason, 2}});
    CHECK(office.ports[2]->use().free);
    CHECK(office.ports[2]->use().failed_lately);
    office.reactor.advance(60s);
    CHECK_FALSE(office.ports[2]->use().failed_lately);
}

TEST_CASE("fxo port: a line without dial tone is counted; dial tone proves it good") {
    Office office;
    CHECK_FALSE(office.ports[2]->view().last_proved_good);
    office.dial(0, "9555");
    office.event(2, LineEventKind::hook_complete);
    SECTION("none") {
        office.reactor.advance(5s);
        CHECK(office.records.at(0).cause.detail == "no dial tone");
        CHECK(office.ports[2]->view().counters.refused.at("no_dial_tone") == 1);
        CHECK_FALSE(office.ports[2]->view().last_proved_good);
        CHECK(office.ports[2]->use().failed_lately);
        CHECK_FALSE(office.ports[2]->use().free);  // guard time
        office.reactor.advance(1s);
        CHECK(office.ports[2]->use().free);
    }
    SECTION("heard") {
        office.engine(2, media::EventKind::tone_heard, 0, HeardTone::dial);
        CHECK(office.ports[2]->view().last_proved_good);
        CHECK(office.ports[2]->view().counters.refused.empty());
        CHECK(office.ports[2]->use().calls == 1);
        CHECK(office.ports[2]->use().opened > base::TimePoint{});
    }
}

TEST_CASE("fxo port: a ring proves the line good") {
    Office office;
    office.event(2, LineEventKind::ring_begin);
    office.reactor.advance(1s);
    office.event(2, LineEventKind::ring_end);
    CHECK(office.ports[2]->view().last_proved_good);
}

TEST_CASE("fxo port: the wire's state is shown") {
    Office office;
    office.wires[2].status.voltage = 48.5;
    office.wires[2].status.in_use = true;
    const auto view = office.ports[2]->view();
    REQUIRE(view.wire);
    CHECK(view.wire->voltage == 48.5);
    CHECK(view.wire->in_use);
    CHECK_FALSE(office.ports[0]->view().wire);
    office.wires[2].failing = "status";
    CHECK_FALSE(office.ports[2]->view().wire);
}

TEST_CASE("fxo port: the idle line is listened to only where the number comes unannounced") {
    using config::CallerIdFormat;
    using config::CallerIdTiming;
    struct Case {
        CallerIdFormat format;
        CallerIdTiming timing;
        bool idle, ringing, reversed;
    };
    const auto country =
        GENERATE(Case{CallerIdFormat::mdmf, CallerIdTiming::after_first_ring, false, true, true},
                 Case{CallerIdFormat::etsi, CallerIdTiming::ring_pulse, false, true, true},
                 Case{CallerIdFormat::bt, CallerIdTiming::reversal_dual_tone, false, true, true},
                 Case{CallerIdFormat::dtmf, CallerIdTiming::reversal, false, true, true},
                 Case{CallerIdFormat::dtmf, CallerIdTiming::before_ring, true, true, true},
                 Case{CallerIdFormat::etsi, CallerIdTiming::dual_tone, true, true, true},
                 Case{CallerIdFormat::none, CallerIdTiming::before_ring, false, false, false});
    // The office forgets what the wire was told while it was built.
    Office office(false, [&](config::Port& port) {
        port.fxo.caller_id = true;
        port.country_profile.caller_id = country.format;
        port.country_profile.caller_id_timing = country.timing;
    });
    office.ports[2]->set_in_service(false);
    CHECK((office.wires[2].take() == "listen stop audio_off") == country.idle);
    office.ports[2]->set_in_service(true);
    CHECK((office.wires[2].take() == "audio_on start listen") == country.idle);
    if (country.idle) return;
    SECTION("ring") {
        office.event(2, LineEventKind::ring_begin);
        CHECK((office.wires[2].take() == "audio_on start listen") == country.ringing);
    }
    SECTION("reversal") {
        office.event(2, LineEventKind::polarity);
        CHECK((office.wires[2].take() == "audio_on start listen") == country.reversed);
    }
}

TEST_CASE("fxo port: a board that refuses audio on the open loop costs only the caller's number") {
    Office office(false, [](config::Port& port) {
        port.fxo.caller_id = true;
        port.answer_at_once = true;
    });
    auto& wire = office.wires[2];
    wire.failing = "audio_on";
    office.event(2, LineEventKind::ring_begin);
    CHECK(office.state(2) == "ring_check");
    wire.failing.clear();
    wire.take();
    office.reactor.advance(1s);
    office.event(2, LineEventKind::ring_end);
    CHECK(office.state(2) == "held");
    CHECK(wire.take().find("seize audio_on start listen+dtmf+tones play440") != std::string::npos);
}

TEST_CASE("fxo port: settings reach the line") {
    config::FxoSettings fxo;
    bool pulse = false;
    std::string wanted;
    SECTION("prefix") {
        fxo.dial_prefix = "0w";
        wanted = "listen digits:0w555";
    }
    SECTION("pulses") {
        pulse = true;
        wanted = "listen stop audio_off pulses:555";
    }
    Office office(false, [&](config::Port& port) {
        port.fxo = fxo;
        port.dial_mode = pulse ? config::DialMode::pulse : config::DialMode::both;
    });
    office.dial(0, "9555");
    office.event(2, LineEventKind::hook_complete);
    office.wires[2].take();
    office.engine(2, media::EventKind::tone_heard, 0, HeardTone::dial);
    CHECK(office.wires[2].take() == wanted);
    if (!pulse) return;
    office.event(2, LineEventKind::pulses_dialled);
    CHECK(office.wires[2].take() == "audio_on start listen+dtmf+tones");
    CHECK(office.state(2) == "talking");
}

TEST_CASE("fxo port: digits take the times that were set") {
    Office office(false, [](config::Port& port) {
        port.fxo.rings = 1;
        port.fxo.dtmf_on = 70ms;
        port.fxo.dtmf_off = 60ms;
    });
    office.dial(0, "9555");
    office.event(2, LineEventKind::hook_complete);
    office.engine(2, media::EventKind::tone_heard, 0, HeardTone::dial);
    CHECK(office.wires[2].digit_on == 70ms);
    CHECK(office.wires[2].digit_off == 60ms);
}

TEST_CASE("fxo port: the answer is waited for, and heard by polarity or voice") {
    const bool voice = GENERATE(true, false);
    Office office(false, [voice](config::Port& port) {
        port.fxo.answer_by = voice ? config::AnswerBy::voice : config::AnswerBy::polarity;
    });
    office.dial(0, "9555");
    office.event(2, LineEventKind::hook_complete);
    office.engine(2, media::EventKind::tone_heard, 0, HeardTone::dial);
    office.engine(2, media::EventKind::digits_sent);
    CHECK(office.state(2) == "answer_wait");
    CHECK(office.calls.calls().at(0).state == call::CallState::alerting);
    CHECK(office.connector.joined.second == media::EndpointId{3});
    if (voice) {
        office.engine(2, media::EventKind::voice_heard);
    } else {
        office.event(2, LineEventKind::polarity);
    }
    CHECK(office.state(2) == "talking");
    CHECK(office.calls.calls().at(0).state == call::CallState::talking);
    CHECK(office.ports[2]->view().counters.answered == 1);
}

TEST_CASE("fxo port: a flash, during which battery is away, keeps the call") {
    Office office;
    call::Cause why;
    auto leg = office.ports[2]->exit().open({50}, {}, why);
    REQUIRE(leg);
    call::CallRequest request;
    request.called = "555";
    leg->start(request);
    office.event(2, LineEventKind::hook_complete);
    office.engine(2, media::EventKind::tone_heard, 0, HeardTone::dial);
    office.engine(2, media::EventKind::digits_sent);
    office.wires[2].take();
    leg->flash();
    CHECK(office.wires[2].take() == "flash600");
    office.event(2, LineEventKind::battery_lost);
    office.reactor.advance(5s);  // the board's status says that battery is there
    CHECK(office.state(2) == "talking");
    leg->release({});
    office.reactor.advance(2s);
    CHECK(office.ports[2]->idle());
}

TEST_CASE("fxo port: a flash is as long as the country says, and battery may be away for that and a bit") {
    Office office(false, [](config::Port& port) { port.country_profile.flash_out = 90ms; });
    call::Cause why;
    auto leg = office.ports[2]->exit().open({50}, {}, why);
    REQUIRE(leg);
    leg->start({});
    office.event(2, LineEventKind::hook_complete);
    office.engine(2, media::EventKind::tone_heard, 0, HeardTone::dial);
    office.wires[2].take();
    leg->flash();
    CHECK(office.wires[2].take() == "flash90");
    office.wires[2].status.battery = false;
    office.event(2, LineEventKind::battery_lost);
    office.reactor.advance(1290ms - 1ms);
    CHECK(office.state(2) == "talking");
    office.reactor.advance(1ms);
    CHECK(office.state(2) == "clearing");
    leg->release({});
    office.reactor.advance(2s);
}

TEST_CASE("fxo port: battery must be gone until 50 ms before the time that was set") {
    struct Case {
        std::chrono::milliseconds set, counts;
    };
    const auto time = GENERATE(Case{250ms, 200ms}, Case{500ms, 450ms}, Case{100ms, 50ms}, Case{50ms, 50ms});
    const bool comes_back = GENERATE(true, false);
    CAPTURE(time.set.count(), comes_back);
    Office office(false, [&](config::Port& port) { port.fxo.battery_gone = time.set; });
    office.dial(0, "9555");
    office.event(2, LineEventKind::hook_complete);
    office.engine(2, media::EventKind::tone_heard, 0, HeardTone::dial);
    office.engine(2, media::EventKind::digits_sent);
    office.wires[2].status.battery = false;
    office.event(2, LineEventKind::battery_lost);
    office.reactor.advance(time.counts - 1ms);
    CHECK(office.state(2) == "talking");
    office.wires[2].status.battery = comes_back;  // which the driver does not report
    office.reactor.advance(1ms);
    if (comes_back) {
        office.reactor.advance(1min);
        CHECK(office.state(2) == "talking");
    } else {
        CHECK(office.records.at(0).cause.method == "battery");
    }
}

TEST_CASE("fxo port: the times of callers, dial tone and pulses that were set reach the line") {
    Office office(false, [](config::Port& port) {
        port.fxo.rings = 3;
        port.fxo.caller_gone = 20s;
        port.fxo.dial_tone_back = 3s;
        port.fxo.first_reversal = config::FirstReversal::hang_up;
    });
    SECTION("caller gone") {
        office.event(2, LineEventKind::ring_begin);
        office.reactor.advance(1s);
        office.event(2, LineEventKind::ring_end);
        office.reactor.advance(19999ms);
        CHECK(office.state(2) == "ring_wait");
        office.reactor.advance(1ms);
        CHECK(office.state(2) == "idle");
        return;
    }
    office.dial(0, "9555");
    office.event(2, LineEventKind::hook_complete);
    office.engine(2, media::EventKind::tone_heard, 0, HeardTone::dial);
    office.engine(2, media::EventKind::digits_sent);
    office.reactor.advance(1s);
    std::string method;
    SECTION("dial tone") {
        office.engine(2, media::EventKind::tone_heard, 0, HeardTone::dial);
        office.reactor.advance(2999ms);
        method = "dial_tone";
    }
    SECTION("reversal") {
        office.event(2, LineEventKind::polarity);
        office.reactor.advance(199ms);
        method = "polarity";
    }
    CHECK(office.state(2) == "talking");
    office.reactor.advance(1ms);
    CHECK(office.records.at(0).cause.method == method);
}

TEST_CASE("fxo port: a caller dials on within the times that were set") {
    Office office(false, [](config::Port& port) {
        port.fxo.rings = 1;
        port.fxo.two_stage = "2xx|9x.T";
        port.fxo.first_digit = 4s;
        port.fxo.inter_digit = 2s;
        port.fxo.short_inter_digit = 1s;
    });
    office.event(2, LineEventKind::ring_begin);
    office.reactor.advance(1s);
    office.event(2, LineEventKind::ring_end);
    REQUIRE(office.state(2) == "attending");
    std::chrono::milliseconds limit = 4s;
    SECTION("nothing") {}
    SECTION("too little") {
        office.engine(2, media::EventKind::digit, '2');
        limit = 2s;
    }
    SECTION("a number that could go on") {
        office.engine(2, media::EventKind::digit, '9');
        office.engine(2, media::EventKind::digit, '5');
        limit = 1s;
    }
    office.reactor.advance(limit - 1ms);
    CHECK(office.state(2) == "attending");
    office.reactor.advance(1ms);
    CHECK(office.state(2) != "attending");
}

TEST_CASE("fxo port: the caller's number and name reach the called phone's call") {
    Office office(false, [](config::Port& port) {
        port.fxo.caller_id = true;
        port.fxo.rings = 4;
        port.country_profile.caller_id_digits.start = 'D';
    });
    office.event(2, LineEventKind::ring_begin);
    CHECK(office.wires[2].detectors.caller_id);
    CHECK(office.wires[2].detectors.caller_id_codes.start == 'D');
    office.reactor.advance(1s);
    office.event(2, LineEventKind::ring_end);
    CHECK(office.calls.calls().empty());
    office.reactor.advance(600ms);
    office.hear_caller(2, "0301234567;x", "J\xFCrgen\n");
    CHECK(office.state(1) == "ringing");
    CHECK(office.wires[2].take() == "audio_on start listen listen stop audio_off");
    CHECK_FALSE(office.wires[2].detectors.caller_id);
    office.reactor.advance(9s);
    REQUIRE(office.records.size() == 1);
    CHECK(office.records[0].caller.number == "0301234567");
    CHECK(office.records[0].caller.name == "J\xC3\xBCrgen");
    CHECK(office.records[0].caller.presentation == call::Presentation::allowed);
    office.check_quiet();
}

TEST_CASE("fxo port: silence, tone cycles and the answer's voice are asked of the engine") {
    Office office(false, [](config::Port& port) {
        port.fxo.silence = 60s;
        port.fxo.tone_cycles = 5;
        port.fxo.answer_by = config::AnswerBy::voice;
    });
    office.dial(0, "9555");
    office.event(2, LineEventKind::hook_complete);
    CHECK(office.wires[2].detectors.tone_cycles == 5);
    CHECK_FALSE(office.wires[2].detectors.voice);
    office.engine(2, media::EventKind::tone_heard, 0, HeardTone::dial);
    office.engine(2, media::EventKind::digits_sent);
    CHECK(office.wires[2].detectors.voice);
    CHECK(office.wires[2].detectors.silence == 0s);
    office.engine(2, media::EventKind::voice_heard);
    CHECK_FALSE(office.wires[2].detectors.voice);
    CHECK(office.wires[2].detectors.silence == 60s);
    office.engine(2, media::EventKind::silence);
    CHECK(office.records.at(0).cause.method == "silence");
}
