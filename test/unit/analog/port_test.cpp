// AnalogPort with a fake board, fake audio and a real CallManager: what reaches the wire and the calls.
#include <catch2/catch.hpp>

#include "analog_port.hpp"
#include "manual_reactor.hpp"
#include "tipring/analog/fxo_line.hpp"
#include "tipring/analog/fxs_line.hpp"
#include "tipring/call/call_manager.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using hardware::LineEventKind;

namespace {

/// What the board and the engine were told, in order.
struct Wire {
    std::vector<std::string> log;
    std::string failing;  ///< the operation that the board refuses
    hardware::LineStatus status;
    media::Engine::Handler handler;
    std::string take() {
        std::string text;
        for (const auto& entry : std::exchange(log, {}))
            text += (text.empty() ? "" : " ") + entry;
        return text;
    }
};

class FakeControl final : public hardware::LineControl {
  public:
    explicit FakeControl(Wire& wire) : wire_(wire) {}
    base::Result<void> ring(const hardware::RingCadence& cadence) override {
        return note("ring" + std::to_string(cadence[0]));
    }
    base::Result<void> stop_ring() override { return note("stop_ring"); }
    base::Result<void> seize() override { return note("seize"); }
    base::Result<void> release() override { return note("release"); }
    base::Result<void> flash() override { return note("flash"); }
    base::Result<void> start_audio() override { return note("audio_on"); }
    base::Result<void> stop_audio() override { return note("audio_off"); }
    base::Result<void> set_echo_canceller(unsigned taps) override {
        return note("echo" + std::to_string(taps));
    }
    base::Result<void> set_gain(double, double) override { return note("gain"); }
    base::Result<hardware::LineStatus> status() override {
        if (wire_.failing == "status") return base::fail("channel 3: status refused");
        return wire_.status;
    }

  private:
    Wire& wire_;
    base::Result<void> note(const std::string& operation) {
        wire_.log.push_back(operation);
        if (operation == wire_.failing) return base::fail("channel 3: " + operation + " refused");
        return {};
    }
};

class FakeAudio final : public analog::LineAudio {
  public:
    FakeAudio(Wire& wire, media::EndpointId id) : wire_(wire), id_(id) {}
    media::EndpointId endpoint() const override { return id_; }
    void start() override { wire_.log.push_back("start"); }
    void stop() override { wire_.log.push_back("stop"); }
    void listen(const media::Detectors& detectors) override {
        wire_.log.push_back(std::string("listen") + (detectors.dtmf ? "+dtmf" : "") +
                            (detectors.progress_tones ? "+tones" : ""));
    }
    void play(const dsp::ToneSequence& tone) override {
        wire_.log.push_back("play" + std::to_string(static_cast<int>(tone.segments.at(0).frequency1_hz)));
    }
    void stop_tone() override { wire_.log.push_back("stop_tone"); }
    void send_digits(std::string_view digits) override {
        wire_.log.push_back("digits:" + std::string(digits));
    }
    media::LineStats stats() const override { return {}; }
    void remove(std::shared_ptr<hardware::Channel>) override { wire_.log.push_back("remove"); }

  private:
    Wire& wire_;
    media::EndpointId id_;
};

class NoConnector final : public media::Connector {
  public:
    void connect(media::EndpointId a, media::EndpointId b) override { joined = {a, b}; }
    void disconnect(media::EndpointId) override { joined = {}; }
    std::pair<media::EndpointId, media::EndpointId> joined;
};

hardware::CountryTones country() {
    const auto tone = [](int frequency) { return dsp::parse_tone(std::to_string(frequency)).value(); };
    hardware::CountryTones tones;
    tones.ring = {2000, 4000};
    tones.tones.dial = tone(350);
    tones.tones.busy = tone(480);
    tones.tones.ringback = tone(440);
    tones.tones.congestion = tone(620);
    tones.tones.howler = tone(1400);
    return tones;
}

/// Two phones (201, 202) and an exchange line in group "city", with a call manager.
struct Office {
    test::ManualReactor reactor;
    NoConnector connector;
    std::vector<call::CallRecord> records;
    std::vector<std::string> changes;
    call::CallManager calls{reactor, connector, {60s}};
    Wire wires[3];
    std::unique_ptr<analog::Port> ports[3];
    std::unique_ptr<call::Exit> group;

    explicit Office(bool line_rings = false) {
        wires[2].status.ringing = line_rings;
        routing::RouteRule inside, outside;
        inside.called = "2xx";
        inside.to = {{routing::DestinationKind::port, "202"}};
        outside.called = "9.";
        outside.strip = 1;
        outside.to = {{routing::DestinationKind::group, "city"}};
        calls.set_routes({inside, outside});
        calls.on_record = [this](const call::CallRecord& record) { records.push_back(record); };
        make(0, "201");
        make(1, "202");
        make(2, "");
        group = analog::make_line_group("city", {ports[2].get()});
        calls.add_exit(ports[1]->exit());
        calls.add_exit(*group);
        for (auto& wire : wires)
            wire.take();
    }
    ~Office() {
        for (auto& port : ports)
            port->shut_down();
    }

    void make(unsigned index, const std::string& number) {
        config::Port settings;
        settings.channel = index + 1;
        settings.kind = number.empty() ? config::PortKind::fxo : config::PortKind::fxs;
        settings.number = number;
        settings.label = "label " + number;
        settings.to = "202";
        settings.group = number.empty() ? "city" : "";
        auto channel = std::make_shared<hardware::Channel>();
        channel->info.number = {index + 1};
        channel->control = std::make_unique<FakeControl>(wires[index]);
        std::unique_ptr<analog::LineMachine> machine =
            std::make_unique<analog::FxoLine>(analog::FxoLine::Settings{});
        if (!number.empty()) {
            analog::FxsLine::Settings line;
            line.digit_map = routing::DigitMap::parse("2xx|9xxx").value();
            machine = std::make_unique<analog::FxsLine>(line);
        }
        analog::AnalogPort::Parts parts{reactor,
                                        calls,
                                        channel,
                                        country(),
                                        [this](const analog::PortView& view, const analog::StateChange&) {
                                            changes.push_back(view.state);
                                        },
                                        std::move(machine),
                                        [this, index](hardware::Channel&, media::Engine::Handler handler) {
                                            wires[index].handler = std::move(handler);
                                            return std::make_unique<FakeAudio>(wires[index],
                                                                               media::EndpointId{index + 1});
                                        }};
        ports[index] = std::make_unique<analog::AnalogPort>(settings, std::move(parts));
    }

    void event(unsigned index, LineEventKind kind, char digit = 0) {
        if (kind == LineEventKind::off_hook) wires[index].status.off_hook = true;
        if (kind == LineEventKind::on_hook) wires[index].status.off_hook = false;
        media::Event event;
        event.line = {kind, digit};
        wires[index].handler(event);
        reactor.run_posted();
    }
    void engine(unsigned index, media::EventKind kind, char digit = 0,
                media::HeardTone tone = media::HeardTone::none) {
        media::Event event;
        event.kind = kind;
        event.digit = digit;
        event.tone = tone;
        wires[index].handler(event);
        reactor.run_posted();
    }
    void dial(unsigned index, const std::string& digits) {
        event(index, LineEventKind::off_hook);
        for (const char digit : digits)
            engine(index, media::EventKind::digit, digit);
    }
    std::string state(unsigned index) const { return ports[index]->view().state; }
    void check_quiet() {
        CHECK(calls.calls().empty());
        for (const auto& port : ports) {
            CAPTURE(port->view().state);
            CHECK(port->idle());
        }
        CHECK(reactor.timers() == 0);
    }
};

}  // namespace

TEST_CASE("port: a phone that goes down unreported while the driver settles is seen on-hook") {
    Office office;
    office.dial(0, "202");
    office.event(1, LineEventKind::off_hook);
    office.event(1, LineEventKind::on_hook);
    office.wires[0].take();
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
        office.event(0, LineEventKind::pulse_digit, '1');
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
    const auto view = office.ports[office.wires[1].failing.empty() ? 2 : 1]->view();
    CHECK(view.counters.hardware_errors == 1);
    CHECK(view.last_error.find("refused") != std::string::npos);
    office.event(0, LineEventKind::on_hook);
    office.reactor.advance(2s);
    office.check_quiet();
}

TEST_CASE("port: taken out of service in a call, and back") {
    Office office;
    office.dial(0, "202");
    office.event(1, LineEventKind::off_hook);
    office.ports[1]->set_in_service(false);
    office.reactor.run_posted();
    CHECK(office.state(1) == "unavailable");
    CHECK_FALSE(office.ports[1]->view().in_service);
    CHECK(office.records.at(0).cause.value == call::q850::destination_out_of_order);
    office.event(1, LineEventKind::on_hook);
    office.ports[1]->set_in_service(true);
    CHECK(office.state(1) == "idle");
    office.event(0, LineEventKind::on_hook);
    office.reactor.advance(2s);
    office.check_quiet();
}

TEST_CASE("port: a phone put down unreported while its port was away is free when it comes back") {
    Office office;
    office.dial(0, "");
    const bool service = GENERATE(true, false);
    if (service) {
        office.ports[0]->set_in_service(false);
    } else {
        office.event(0, LineEventKind::alarm);
    }
    office.reactor.advance(5s);
    office.wires[0].status.off_hook = false;
    if (service) {
        office.ports[0]->set_in_service(true);
    } else {
        office.event(0, LineEventKind::alarm_clear);
    }
    CHECK(office.state(0) == "idle");
    CHECK(office.ports[0]->view().hook == "on-hook");
    office.event(0, LineEventKind::on_hook);  // late
    CHECK(office.ports[0]->view().counters.unexpected_events == 0);
    office.check_quiet();
}

TEST_CASE("port: a phone lifted unreported while its port was away is busy until it goes down") {
    Office office;
    const bool service = GENERATE(true, false);
    if (service) {
        office.ports[0]->set_in_service(false);
    } else {
        office.event(0, LineEventKind::alarm);
    }
    office.wires[0].status.off_hook = true;
    if (service) {
        office.ports[0]->set_in_service(true);
    } else {
        office.event(0, LineEventKind::alarm_clear);
    }
    CHECK(office.state(0) == "lockout");
    call::Cause why;
    CHECK(office.ports[0]->exit().open({99}, {}, why) == nullptr);
    CHECK(why.value == call::q850::user_busy);
    office.event(0, GENERATE(LineEventKind::off_hook, LineEventKind::flash));  // late
    CHECK(office.state(0) == "lockout");
    CHECK(office.ports[0]->view().counters.unexpected_events == 0);
    office.event(0, LineEventKind::on_hook);
    office.check_quiet();
}

TEST_CASE("port: one of two reasons to be away ends: the phone may still move until the other does") {
    Office office;
    office.dial(0, "");
    office.ports[0]->set_in_service(false);
    office.event(0, LineEventKind::alarm);
    office.wires[0].status.off_hook = false;  // what a cut wire shows
    office.ports[0]->set_in_service(true);
    CHECK(office.state(0) == "unavailable");
    office.wires[0].status.off_hook = true;
    office.event(0, LineEventKind::alarm_clear);
    CHECK(office.state(0) == "lockout");
}

TEST_CASE("port: a board that tells no status leaves what was known of the phone") {
    Office office;
    office.dial(0, "");
    office.ports[0]->set_in_service(false);
    office.reactor.advance(5s);
    office.wires[0].status.off_hook = false;
    office.wires[0].failing = "status";
    office.ports[0]->set_in_service(true);
    CHECK(office.state(0) == "lockout");
    CHECK(office.ports[0]->view().last_error.find("refused") != std::string::npos);
}

TEST_CASE("port: put into service though it is: the flash of a phone in a call is left to the driver") {
    Office office;
    office.dial(0, "202");
    office.event(1, LineEventKind::off_hook);
    office.wires[1].status.off_hook = false;
    office.ports[1]->set_in_service(true);
    CHECK(office.state(1) == "talking");
}

TEST_CASE("port: a line that rings already when it comes back brings its call") {
    const int away_by = GENERATE(0, 1, 2);
    Office office(away_by == 2);
    if (away_by == 0) {
        office.ports[2]->set_in_service(false);
        office.event(2, LineEventKind::ring_begin);
        office.wires[2].status.ringing = true;
        office.ports[2]->set_in_service(true);
    } else if (away_by == 1) {
        office.event(2, LineEventKind::alarm);
        office.wires[2].status.ringing = true;
        office.event(2, LineEventKind::alarm_clear);
        office.event(2, LineEventKind::ring_begin);  // late
    }
    CHECK(office.state(2) == "ring_check");
    office.reactor.advance(500ms);
    office.wires[2].status.ringing = false;
    office.event(2, LineEventKind::ring_end);
    CHECK(office.state(2) == "ringing");
    CHECK(office.state(1) == "ringing");
    CHECK(office.ports[2]->view().counters.unexpected_events == 0);
}

TEST_CASE("port: a line that comes back out of one reason of two does not ring yet") {
    Office office;
    office.ports[2]->set_in_service(false);
    office.event(2, LineEventKind::alarm);
    office.wires[2].status.ringing = true;
    office.ports[2]->set_in_service(true);
    CHECK(office.state(2) == "unavailable");
    CHECK(office.ports[2]->view().counters.unexpected_events == 0);
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
        office.event(0, LineEventKind::flash);
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
