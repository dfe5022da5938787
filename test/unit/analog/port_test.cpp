// AnalogPort: what calls make it tell the wire, the audio and each other.
#include "office.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using hardware::LineEventKind;
using test::Office;

TEST_CASE("a line whose driver has no hardware gain works on without it, and says so") {
    Office office(false, [](config::Port& port) { port.fxo.hardware_receive_gain_db = -2.5; });
    CHECK(office.wires[2].hardware_gains == std::pair(std::optional(-2.5), std::optional<double>()));
    CHECK(office.ports[2]->view().last_error.empty());
    office.ports[2]->shut_down();
    office.calls.remove_exit(office.ports[2]->exit());
    office.wires[2].failing = "hardware_gain";
    office.make(2, "");
    CHECK(office.ports[2]->view().last_error == "channel 3: hardware_gain refused");
    CHECK(office.ports[2]->idle());
    CHECK_FALSE(office.ports[2]->missing());
    CHECK(office.wires[0].hardware_gains == std::pair<std::optional<double>, std::optional<double>>());
}

TEST_CASE("port: a phone that goes down unreported while the driver settles is seen on-hook") {
    Office office;
    office.dial(0, "202");
    office.event(1, LineEventKind::off_hook);
    office.event(1, LineEventKind::on_hook);
    office.reactor.advance(650ms);
    CHECK(office.wires[0].take().ends_with(" release"));
    office.event(0, LineEventKind::hook_complete);
    office.wires[0].status.off_hook = false;
    office.reactor.advance(400ms);
    CHECK(office.wires[0].take().empty());
    CHECK(office.state(0) == "idle");
}

TEST_CASE("port: the wire is not released while the driver debounces its seizure") {
    Office office;
    office.dial(0, "202");
    office.reactor.advance(5s);
    office.event(1, LineEventKind::off_hook);
    office.wires[1].take();
    office.reactor.advance(20ms);
    office.event(0, LineEventKind::on_hook);
    CHECK(office.wires[0].take().ends_with(" release"));
    CHECK(office.wires[1].take() == "listen stop audio_off");
    CHECK(office.state(1) == "dropping");
    SECTION("but after it") {
        office.reactor.advance(610ms);
        CHECK(office.wires[1].take().empty());
        office.reactor.advance(20ms);
        CHECK(office.wires[1].take() == "release");
    }
    SECTION("and the port is not idle before") {
        CHECK(office.state(0) == "idle");
        office.dial(0, "");
        office.event(0, LineEventKind::on_hook);
        CHECK(office.state(0) == "idle");
        CHECK_FALSE(office.ports[0]->idle());
        office.reactor.advance(650ms);
        CHECK(office.ports[0]->idle());
    }
    SECTION("and a line that says idle can ring, though no end of the drop was reported") {
        office.wires[1].status.off_hook = false;
        for (int i = 0; i < 300 && office.state(1) != "idle"; ++i)
            office.reactor.advance(10ms);
        CHECK(office.state(1) == "idle");
        CHECK(office.ports[1]->idle());
    }
    SECTION("and a line whose driver is late with the end of the drop waits until it has settled") {
        office.reactor.advance(630ms + 1400ms);
        office.event(1, LineEventKind::hook_complete);
        office.wires[1].status.off_hook = false;
        office.reactor.advance(390ms);
        CHECK(office.state(1) == "dropping");
        office.reactor.advance(20ms);
        CHECK(office.state(1) == "idle");
        CHECK(office.ports[1]->idle());
    }
    SECTION("unless the port shuts down") {
        office.ports[1]->shut_down();
        CHECK(office.wires[1].take() == "release remove");
        office.reactor.advance(5s);
        CHECK(office.wires[1].take().empty());
    }
}

TEST_CASE("port: a pulse from a phone that counts as down") {
    Office office;
    SECTION("tells that it is up, and is no digit") {
        office.wires[0].status.off_hook = true;
        office.event(0, LineEventKind::pulse_digit, '1');
        CHECK(office.state(0) == "dial_tone");
        office.event(0, LineEventKind::pulse_digit, '3');
        CHECK(office.state(0) == "warning");  // no number begins with it
    }
    SECTION("came from its hook contact when the phone is down") {
        office.event(0, LineEventKind::pulse_digit, '1');
        CHECK(office.state(0) == "idle");
    }
}

TEST_CASE("port: one phone calls another; the called one hangs up") {
    Office office;
    office.dial(0, "202");
    CHECK(office.wires[0].take() == "seize audio_on start listen+dtmf play350 stop_tone play440");
    CHECK(office.wires[1].take() == "ring2000");
    CHECK(office.state(1) == "ringing");
    CHECK(office.calls.calls().at(0).state == call::CallState::alerting);
    CHECK(office.calls.calls().at(0).caller == "201");

    office.event(1, LineEventKind::off_hook);
    CHECK(office.wires[0].take() == "stop_tone");
    CHECK(office.wires[1].take() == "seize audio_on start listen+dtmf");
    CHECK(office.connector.joined == std::pair{media::EndpointId{1}, media::EndpointId{2}});
    CHECK(office.ports[0]->view().call == office.calls.calls().at(0).id);

    office.reactor.advance(5s);
    office.event(1, LineEventKind::on_hook);
    CHECK(office.wires[1].take() == "listen stop audio_off release");
    CHECK(office.wires[0].take() == "listen stop audio_off release");
    CHECK(office.connector.joined.first == media::EndpointId{});
    REQUIRE(office.records.size() == 1);
    CHECK(office.records[0].released_by == "called");
    CHECK(office.records[0].talk == 5s);
    CHECK(office.records[0].from_endpoint == "fxs 1");
    CHECK(office.records[0].caller.name == "label 201");

    office.event(0, LineEventKind::hook_complete);
    office.reactor.advance(400ms);
    CHECK(office.wires[0].take() == "seize audio_on start play620");
    office.event(0, LineEventKind::on_hook);
    office.reactor.advance(1s);
    CHECK(office.ports[0]->view().counters.calls_in == 1);
    CHECK(office.ports[1]->view().counters.calls_out == 1);
    CHECK(office.ports[1]->view().counters.answered == 1);
    office.check_quiet();
}

TEST_CASE("port: a busy phone and an unknown number are told by tone") {
    Office office;
    office.event(1, LineEventKind::off_hook);
    office.dial(0, "202");
    CHECK(office.wires[0].take().find("play480") != std::string::npos);
    CHECK(office.records.at(0).cause.value == call::q850::user_busy);
    CHECK(office.ports[0]->view().counters.failed == 1);
    office.event(0, LineEventKind::on_hook);
    office.event(1, LineEventKind::on_hook);
    office.reactor.advance(1s);
    office.check_quiet();
}

TEST_CASE("port: a phone reaches the exchange line, which drops battery at the end") {
    Office office;
    office.dial(0, "9555");
    CHECK(office.wires[2].take() == "seize");
    office.event(2, LineEventKind::hook_complete);
    CHECK(office.wires[2].take() == "audio_on start listen+tones");
    office.engine(2, media::EventKind::tone_heard, 0, media::HeardTone::dial);
    CHECK(office.wires[2].take() == "listen digits:555");
    CHECK(office.state(0) == "calling");
    office.engine(2, media::EventKind::digits_sent);
    CHECK(office.state(0) == "talking");
    CHECK(office.connector.joined.second == media::EndpointId{3});

    office.wires[2].status.battery = false;
    office.event(2, LineEventKind::battery_lost);
    office.reactor.advance(300ms);
    CHECK(office.records.at(0).cause.detail == "battery drop");
    CHECK(office.state(0) == "dropping");
    office.event(0, LineEventKind::on_hook);
    office.reactor.advance(2s);
    office.check_quiet();
}

TEST_CASE("port: battery that is back unreported when its timer ends keeps the call") {
    Office office;
    office.dial(0, "9555");
    office.event(2, LineEventKind::hook_complete);
    const auto lose_battery = [&office] {
        office.wires[2].status.battery = false;
        office.event(2, LineEventKind::battery_lost);
        office.reactor.advance(150ms);
    };
    const bool talking = GENERATE(false, true);
    const bool status_fails = GENERATE(false, true);
    const std::string state = talking ? "talking" : "dial_tone_wait";
    if (talking) {
        office.engine(2, media::EventKind::tone_heard, 0, media::HeardTone::dial);
        office.engine(2, media::EventKind::digits_sent);
    }
    lose_battery();
    office.wires[2].status.battery = true;
    office.reactor.advance(1s);
    CHECK(office.state(2) == state);
    CHECK(office.records.empty());

    // The next loss counts again, and a board that tells no status leaves it at that.
    lose_battery();
    CHECK(office.state(2) == state);
    if (status_fails) {
        office.wires[2].status.battery = true;
        office.wires[2].failing = "status";
    }
    office.reactor.advance(150ms);
    CHECK(office.state(2) == "clearing");
    REQUIRE(office.records.size() == 1);
    CHECK(office.records[0].cause.value ==
          (talking ? call::q850::normal_clearing : call::q850::destination_out_of_order));
    CHECK(office.records[0].cause.detail == "battery drop");
}

TEST_CASE("port: no battery, ringing or service means no outgoing call on a line") {
    Office office;
    call::Cause why;
    SECTION("battery") {
        office.wires[2].status.battery = false;
    }
    SECTION("ringing") {
        office.wires[2].status.ringing = true;
    }
    SECTION("service") {
        office.ports[2]->set_in_service(false);
    }
    SECTION("alarm") {
        office.event(2, LineEventKind::alarm);
    }
    CHECK(office.ports[2]->exit().open({99}, {}, why) == nullptr);
    CHECK(call::may_try_next(why));
}

TEST_CASE("port: a call from the exchange rings the phone; the caller gives up") {
    Office office;
    office.event(2, LineEventKind::ring_begin);
    office.reactor.advance(1s);
    office.event(2, LineEventKind::ring_end);
    CHECK(office.wires[1].take() == "ring2000");
    CHECK(office.wires[2].take().empty());
    office.reactor.advance(9s);
    CHECK(office.wires[1].take() == "stop_ring");
    CHECK(office.records.at(0).released_by == "caller");
    CHECK(office.records.at(0).cause.detail == "caller hung up");
    CHECK(office.records.at(0).caller.presentation == call::Presentation::unavailable);
    office.check_quiet();
}

TEST_CASE("port: a call from the exchange is answered") {
    Office office;
    office.event(2, LineEventKind::ring_begin);
    office.reactor.advance(1s);
    office.event(2, LineEventKind::ring_end);
    office.event(1, LineEventKind::off_hook);
    CHECK(office.wires[2].take() == "seize audio_on start listen+dtmf+tones");
    office.event(1, LineEventKind::on_hook);
    CHECK(office.wires[2].take() == "listen stop audio_off release");
    CHECK_FALSE(office.ports[2]->idle());
    office.reactor.advance(1s);
    office.check_quiet();
}

TEST_CASE("port: a board that refuses fails the call with cause 41") {
    Office office;
    SECTION("ring") {
        office.wires[1].failing = "ring2000";
        office.dial(0, "202");
    }
    SECTION("seize") {
        office.wires[2].failing = "seize";
        office.dial(0, "9555");
    }
    CHECK(office.records.at(0).cause.value == call::q850::temporary_failure);
    CHECK(office.wires[0].take().find("play440") == std::string::npos);  // no ringback before it
    const auto view = office.ports[office.wires[1].failing.empty() ? 2 : 1]->view();
    CHECK(view.counters.hardware_errors == 1);
    CHECK(view.last_error.find("refused") != std::string::npos);
    office.event(0, LineEventKind::on_hook);
    office.reactor.advance(2s);
    office.check_quiet();
}

TEST_CASE("port: a leg destroyed without release hangs up") {
    Office office;
    call::Cause why;
    auto leg = office.ports[1]->exit().open({50}, {}, why);
    REQUIRE(leg);
    CHECK_FALSE(office.ports[1]->idle());
    SECTION("before it was started") {
        leg.reset();
    }
    SECTION("while it rings") {
        leg->start({});
        CHECK(office.wires[1].take() == "ring2000");
        leg.reset();
        CHECK(office.wires[1].take() == "stop_ring");
    }
    office.reactor.run_posted();
    office.check_quiet();
}

TEST_CASE("port: shut down releases the wire; legs that are left still end their calls") {
    Office office;
    office.dial(0, "202");
    office.event(1, LineEventKind::off_hook);
    for (auto& wire : office.wires)
        wire.take();
    for (auto& port : office.ports)
        port->shut_down();
    CHECK(office.wires[0].take() == "listen stop audio_off release remove");
    CHECK(office.wires[2].take() == "remove");
    office.calls.hang_up_all({call::q850::normal_clearing, call::Location::private_local, "shut down"});
    office.reactor.run_posted();
    CHECK(office.records.size() == 1);
    CHECK(office.calls.calls().empty());
}

TEST_CASE("port: the last 16 states are kept, unexpected events are counted") {
    Office office;
    for (int round = 0; round < 20; ++round) {
        office.event(0, LineEventKind::off_hook);
        office.event(0, LineEventKind::ring_begin);
        office.event(0, LineEventKind::on_hook);
    }
    const auto view = office.ports[0]->view();
    CHECK(view.history.size() == 16);
    CHECK(view.history.back().state == "idle");
    CHECK(view.history.back().because == "on_hook");
    CHECK(view.counters.unexpected_events == 20);
    CHECK(view.hook == "on-hook");
    CHECK(view.kind == "fxs");
    CHECK(office.changes.size() == 40);
    office.event(0, LineEventKind::off_hook);
    CHECK(office.ports[0]->view().hook == "off-hook");
    office.event(0, LineEventKind::on_hook);
    office.engine(0, media::EventKind::bearer_failed);
    CHECK(office.state(0) == "unavailable");
}
