// The commands over a system of fakes; the call manager and the (never started) engine are the real ones.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <cmath>

#include "fake_far_ends.hpp"
#include "manual_reactor.hpp"
#include "tipring/base/log.hpp"
#include "tipring/control/registry.hpp"
#include "view_json.hpp"

using namespace tipring;
using namespace tipring::control;
namespace json = boost::json;

namespace {

class FakePort final : public analog::Port {
  public:
    explicit FakePort(config::Port settings) : settings_(std::move(settings)) {}
    analog::PortView view() const override {
        analog::PortView view;
        view.channel = {settings_.channel};
        view.kind = settings_.kind == config::PortKind::fxs ? "fxs" : "fxo";
        view.number = settings_.number;
        view.label = settings_.label;
        view.state = "idle";
        view.hook = "on";
        view.in_service = in_service;
        view.history = {
            {std::chrono::system_clock::time_point(std::chrono::milliseconds(1'000)), "idle", "start"}};
        return view;
    }
    const config::Port& settings() const override { return settings_; }
    call::Exit& exit() override { throw std::logic_error("not used"); }
    bool idle() const override { return true; }
    void set_in_service(bool value) override { in_service = value; }
    void shut_down() override {}
    base::Result<std::shared_ptr<void>> start_check(const analog::CheckRequest& request,
                                                    analog::CheckHandlers handlers) override {
        if (!refuses.empty()) return base::fail(refuses);
        check = request;
        check_handlers = std::move(handlers);
        check_handlers.progress("seizing the line");
        auto owner = std::make_shared<int>();
        check_owner = owner;
        return std::shared_ptr<void>(owner);
    }
    bool in_service = true;
    std::string refuses;
    analog::CheckRequest check;
    analog::CheckHandlers check_handlers;
    std::weak_ptr<void> check_owner;

  private:
    config::Port settings_;
};

class FakeClient final : public Client {
  public:
    const Peer& peer() const override { return peer_; }
    void notify(std::string_view method, json::object parameters) override {
        if (method == "check") {
            checks.push_back(std::move(parameters));
            return;
        }
        notified.push_back(std::string(method) + " " + json::serialize(parameters.at("name")));
    }
    void keep(std::shared_ptr<void> thing) override { kept.push_back(std::move(thing)); }
    std::vector<std::string> notified;
    std::vector<json::object> checks;
    std::vector<std::shared_ptr<void>> kept;

  private:
    Peer peer_;
};

config::Port port_settings(unsigned channel, config::PortKind kind, std::string number) {
    config::Port port;
    port.channel = channel;
    port.kind = kind;
    port.number = std::move(number);
    port.label = "Desk";
    return port;
}

struct Fixture {
    Fixture() { add_all_commands(registry, system, context); }
    Command::Reply ask(std::string_view method, json::object parameters = {}) {
        auto* command = registry.find(method);
        REQUIRE(command != nullptr);
        if (const auto good = check_parameters(*command, parameters); !good) return good.error();
        Command::Reply reply = CommandError{0, "no answer"};
        command->start(parameters, client, [&](Command::Reply answer) { reply = std::move(answer); });
        return reply;
    }
    std::string error(std::string_view method, json::object parameters = {}) {
        const auto reply = ask(method, std::move(parameters));
        return reply ? "no error" : reply.error().message;
    }
    void simulate(bool with_office = false) {
        simulation.telephones[1] = &telephone;
        if (with_office) simulation.central_offices[101] = &office;
        system.simulation = &simulation;
    }

    test::ManualReactor reactor;
    media::Engine engine{media::EngineOptions{.realtime_priority = 0, .lock_memory = false}};
    call::CallManager calls{reactor, engine, {}};
    telemetry::EventLog events;
    FakePort phone_port{port_settings(1, config::PortKind::fxs, "101")};
    FakePort line_port{port_settings(101, config::PortKind::fxo, "901")};
    test::FakeTelephone telephone;
    test::FakeOffice office;
    Simulation simulation;
    System system{.ports = {&phone_port, &line_port},
                  .spans = {},
                  .calls = calls,
                  .events = events,
                  .engine = engine,
                  .version = "1.2.3",
                  .started = std::chrono::system_clock::now(),
                  .board = "simulator",
                  .config_file = {},
                  .routes = {}};
    boost::asio::io_context context;
    Registry registry;
    FakeClient client;
};

}  // namespace

TEST_CASE("every command describes itself") {
    Fixture fixture;
    const auto list = *fixture.ask("commands");
    CHECK(list.as_array().size() == fixture.registry.all().size());
    for (const auto& command : fixture.registry.all()) {
        INFO(command->name());
        CHECK_FALSE(command->summary().empty());
        for (const auto& parameter : command->parameters()) {
            CHECK_FALSE(parameter.help.empty());
            CHECK((parameter.type == "string" || parameter.type == "integer" || parameter.type == "boolean"));
        }
    }
    for (const auto* name :
         {"status",           "ports",         "port.show", "port.service",     "port.learn",
          "port.test",        "calls",         "hangup",    "registrations",    "spans",
          "events",           "events.follow", "log.level", "routes.explain",   "sim.lift",
          "sim.hang_up",      "sim.dial",      "sim.flash", "sim.say",          "sim.hear",
          "sim.phone",        "sim.line",      "sim.ring",  "sim.line_hang_up", "sim.isdn_call",
          "sim.isdn_hang_up", "sim.isdn_loop", "sim.state", "span.show",        "span.health",
          "span.loop",        "span.test"}) {
        CHECK(fixture.registry.find(name) != nullptr);
    }
}

TEST_CASE("status of a gateway without SIP") {
    Fixture fixture;
    fixture.line_port.in_service = false;
    const auto status = *fixture.ask("status");
    CHECK(status.at("version") == "1.2.3");
    CHECK(status.at("sip").is_null());
    CHECK(json::serialize(status.at("ports")) ==
          R"({"total":2,"idle":1,"busy":0,"alarm":0,"missing":0,"out_of_service":1})");
    CHECK(status.at("calls").at("active") == 0);
    CHECK(fixture.ask("registrations")->as_array().empty());
    CHECK(fixture.ask("spans")->as_array().empty());
}

TEST_CASE("a port is found by its number first, then by its channel") {
    Fixture fixture;
    CHECK(fixture.ask("port.show", {{"port", "101"}})->at("channel") == 1);
    CHECK(fixture.ask("port.show", {{"port", "1"}})->at("number") == "101");
    const auto sheet = *fixture.ask("port.show", {{"port", "901"}});
    CHECK(sheet.at("kind") == "fxo");
    CHECK(sheet.at("history").at(0).at("time") == "1970-01-01T00:00:01.000Z");
    CHECK(fixture.error("port.show", {{"port", "9"}}) ==
          "there is no port 9; channel (number): 1 (101), 101 (901)");
    CHECK(fixture.error("port.show") ==
          "parameter \"port\" is missing: number of the port, or its channel on the board");
}

TEST_CASE("a port goes out of service and in again, and the event log knows") {
    Fixture fixture;
    CHECK(fixture.ask("port.service", {{"port", "101"}, {"in_service", false}})->at("in_service") == false);
    CHECK_FALSE(fixture.phone_port.in_service);
    CHECK(fixture.ask("port.service", {{"port", "101"}, {"in_service", true}}).has_value());
    CHECK(fixture.phone_port.in_service);
    CHECK(fixture.events.history().at(0).name == "port.out_of_service");
    CHECK(fixture.events.history().at(1).name == "port.in_service");
}

TEST_CASE("hangup knows the calls") {
    Fixture fixture;
    CHECK(fixture.ask("calls")->as_array().empty());
    CHECK(fixture.ask("hangup", {{"call", "all"}})->at("ended") == 0);
    CHECK(fixture.error("hangup", {{"call", "7"}}) == "there is no call 7; see: tipringctl calls");
}

TEST_CASE("only a call that there is can be identified") {
    Fixture fixture;
    CHECK(fixture.error("call.identify", {{"call", "7"}}) == "there is no call 7; see: tipringctl calls");
}

TEST_CASE("a call's row says whether the caller shows the number") {
    Fixture fixture;
    call::CallView view;
    view.caller = "0301234";
    CHECK(call_row(view, fixture.engine).at("presentation") == "allowed");
    view.presentation = call::Presentation::restricted;
    CHECK(call_row(view, fixture.engine).at("presentation") == "restricted");
    CHECK(call_row(view, fixture.engine).at("caller") == "0301234");
}

TEST_CASE("events: history with a limit, and a stream that ends with its client") {
    Fixture fixture;
    for (const auto* name : {"a", "b", "c"})
        fixture.events.publish(name, {{"port", "1"}});
    CHECK(fixture.ask("events")->as_array().size() == 3);
    const auto last = *fixture.ask("events", {{"limit", 1}});
    CHECK(last.at(0).at("name") == "c");
    CHECK(last.at(0).at("fields").at("port") == "1");
    CHECK(fixture.ask("events", {{"limit", -5}})->as_array().empty());
    CHECK(fixture.ask("events.follow")->at("following") == true);
    fixture.events.publish("d", {});
    CHECK(fixture.client.notified == std::vector<std::string>{"event \"d\""});
    fixture.client.kept.clear();
    fixture.events.publish("e", {});
    CHECK(fixture.client.notified.size() == 1);
}

TEST_CASE("the log level is shown and set; only setting is a change") {
    Fixture fixture;
    const auto before = base::log::level();
    CHECK(fixture.ask("log.level", {{"level", "error"}})->at("level") == "error");
    CHECK(base::log::level() == base::log::Level::error);
    CHECK(fixture.ask("log.level")->at("level") == "error");
    CHECK(fixture.error("log.level", {{"level", "loud"}}).find("is no log level") != std::string::npos);
    const auto* command = fixture.registry.find("log.level");
    CHECK(command->changes({{"level", "debug"}}));
    CHECK_FALSE(command->changes({}));
    base::log::set_level(before);
}

TEST_CASE("routes.explain follows the rules of the daemon") {
    Fixture fixture;
    routing::RouteRule rule;
    rule.name = "outside";
    rule.called = "0.";
    rule.from = {"fxs"};
    rule.strip = 1;
    rule.to = {{routing::DestinationKind::group, "city"}};
    fixture.system.routes = {rule};
    const auto answer = *fixture.ask("routes.explain", {{"number", "0123"}});
    CHECK(answer.at("rule") == "outside");
    CHECK(answer.at("steps").at(0).at("to") == "group city");
    CHECK(answer.at("steps").at(0).at("called") == "123");
    CHECK(
        fixture.ask("routes.explain", {{"number", "0123"}, {"from", "sip"}})->at("steps").as_array().empty());
    CHECK(fixture.ask("routes.explain", {{"number", "0123"}, {"from", "port 901"}})
              ->at("steps")
              .as_array()
              .empty());
    const auto refusal = [&fixture](const char* from) {
        return fixture.error("routes.explain", {{"number", "1"}, {"from", from}});
    };
    CHECK(refusal("mars").find("is no source") != std::string::npos);
    CHECK(refusal("port").find("is no source") != std::string::npos);
    CHECK(refusal("port 9") == "there is no port 9; channel (number): 1 (101), 101 (901)");
    CHECK(refusal("9") == "there is no port 9; channel (number): 1 (101), 101 (901)");
    CHECK(refusal("span main") == "there is no span main; number (name): none");
}

TEST_CASE("routes.explain takes a span by name or number, and none that is not there") {
    Fixture fixture;
    config::Span first, second;
    first.number = 1;
    first.name = "main";
    second.number = 2;
    second.name = "1";
    const auto main = isdn::make_missing_span(first, "none here");
    const auto other = isdn::make_missing_span(second, "none here");
    fixture.system.spans = {main.get(), other.get()};
    const auto source = [&fixture](const char* from) {
        return fixture.ask("routes.explain", {{"number", "1"}, {"from", from}})->at("from");
    };
    CHECK(source("span main") == "span main");
    CHECK(source("span 1") == "span 1");  // as in routes
    CHECK(source("span 2") == "span 1");
    CHECK(fixture.error("routes.explain", {{"number", "1"}, {"from", "span 7"}}) ==
          "there is no span 7; number (name): 1 (main), 2 (1)");
}

TEST_CASE("routes.explain tells what a span makes of the number") {
    Fixture fixture;
    config::Span settings;
    settings.number = 1;
    settings.name = "main";
    settings.numbers.country_code = "49";
    settings.numbers.sent = config::SentForm::typed;
    const auto span = isdn::make_missing_span(settings, "none here");
    fixture.system.spans = {span.get()};
    routing::RouteRule rule;
    rule.name = "outside";
    rule.called = "0.";
    rule.to = {{routing::DestinationKind::span, "main"}, {routing::DestinationKind::span, "other"}};
    fixture.system.routes = {rule};
    const auto answer = *fixture.ask("routes.explain", {{"number", "03012345"}});
    CHECK(answer.at("steps").at(0).at("sent") == "3012345 (national, isdn)");
    CHECK_FALSE(answer.at("steps").at(1).as_object().contains("sent"));
}

TEST_CASE("on real hardware there is nothing to simulate") {
    Fixture fixture;
    for (const auto& command : fixture.registry.all()) {
        if (command->name().substr(0, 4) != "sim.") continue;
        INFO(command->name());
        json::object parameters;
        for (const auto& parameter : command->parameters()) {
            if (!parameter.required) continue;
            if (parameter.type == "integer")
                parameters[parameter.name] = 1;
            else
                parameters[parameter.name] = "101";
        }
        CHECK(fixture.error(command->name(), parameters) ==
              "this gateway runs on real hardware; sim commands exist only on the simulator");
    }
}

TEST_CASE("a simulated telephone does what it is told") {
    Fixture fixture;
    fixture.simulate();
    CHECK(fixture.error("sim.dial", {{"port", "1"}, {"digits", "12"}}).find("lift it first") !=
          std::string::npos);
    CHECK(fixture.ask("sim.lift", {{"port", "101"}}).has_value());
    CHECK(fixture.telephone.lifted);
    CHECK(fixture.ask("sim.dial", {{"port", "1"}, {"digits", "12*#"}}).has_value());
    CHECK(fixture.telephone.done == "dtmf 12*#");
    CHECK(fixture.ask("sim.dial", {{"port", "1"}, {"digits", "12"}, {"pulse", true}}).has_value());
    CHECK(fixture.telephone.done == "pulse 12");
    CHECK(fixture.error("sim.dial", {{"port", "1"}, {"digits", "12*"}, {"pulse", true}})
              .find("cannot be dialled") != std::string::npos);
    CHECK(fixture.ask("sim.flash", {{"port", "1"}, {"milliseconds", 9999999}})->at("milliseconds") == 5000);
    CHECK(fixture.ask("sim.say", {{"port", "1"}, {"tone", "350+440"}, {"loop", true}})->at("seconds") == 3.0);
    CHECK(fixture.telephone.played == "24000 loop");
    CHECK(fixture.error("sim.say", {{"port", "1"}, {"tone", "99999"}}).find("50 to 3900 Hz") !=
          std::string::npos);
    CHECK(fixture.error("sim.say", {{"port", "1"}}) == "nothing to say: give text, wav or tone");
    CHECK(fixture.error("sim.say", {{"port", "isdn"}, {"tone", "1000"}}) == "there is no ISDN call");
    CHECK(json::serialize(*fixture.ask("sim.hear", {{"port", "1"}})) ==
          R"({"level_dbm0":-1.3E1,"frequency1_hz":3.5E2,"frequency2_hz":4.4E2,"tone":"dial","digits":"12"})");
    CHECK(json::serialize(*fixture.ask("sim.phone", {{"port", "1"}})) ==
          R"({"off_hook":true,"ringing":false,"hears":"dial","caller_ids":[{"number":"555","name":"Anna",)"
          R"("disclosure":"given","standard":"mdmf","moment":"ringing"}],"messages":2,"lamp":true,)"
          R"("battery_drops":0,"polarity_reversals":3})");
    CHECK(fixture.ask("sim.state")->at("telephones").at(0).at("off_hook") == true);
    CHECK(fixture.error("sim.ring", {{"line", "901"}}) == "port 901 has no simulated exchange line");
    CHECK(fixture.error("sim.lift", {{"port", "901"}}) == "port 901 has no simulated telephone");
    CHECK(fixture.error("sim.isdn_call", {{"to", "1"}}) == "there is no simulated span");
    CHECK(fixture.error("sim.isdn_loop", {{"timeslot", 1}}) == "there is no simulated span");
    CHECK(fixture.error("sim.isdn_loop", {{"timeslot", 1}, {"span", "main"}}) ==
          "there is no simulated span main");
    CHECK(fixture.ask("sim.hang_up", {{"port", "1"}}).has_value());
    CHECK_FALSE(fixture.telephone.lifted);
}

TEST_CASE("a simulated exchange line rings with a caller ID") {
    Fixture fixture;
    fixture.simulate(true);
    const auto& call = fixture.office.call;
    REQUIRE(fixture.ask("sim.ring", {{"line", "901"}}).has_value());
    CHECK_FALSE(call.caller);
    REQUIRE(
        fixture.ask("sim.ring", {{"line", "901"}, {"number", "555"}, {"name", "Anna"}, {"standard", "bt"}})
            .has_value());
    CHECK(call.caller->number == "555");
    CHECK(call.caller->name == "Anna");
    CHECK(call.signal.standard == dsp::CallerIdStandard::bt);
    CHECK(call.timing == farend::CallerIdTiming::polarity_alert);
    REQUIRE(fixture
                .ask("sim.ring", {{"line", "901"},
                                  {"number", "555"},
                                  {"private", true},
                                  {"timing", "before_ring"},
                                  {"level", -30}})
                .has_value());
    CHECK(call.caller->number.empty());
    CHECK(call.caller->disclosure == dsp::Disclosure::restricted);
    CHECK(call.timing == farend::CallerIdTiming::before_ring);
    CHECK(call.signal.level_dbm0 == -30);
    REQUIRE(fixture.ask("sim.ring", {{"line", "901"}, {"unavailable", true}}).has_value());
    CHECK(call.caller->disclosure == dsp::Disclosure::unavailable);
    CHECK(fixture.error("sim.ring", {{"line", "901"}, {"number", "5"}, {"standard", "fsk"}}) ==
          "parameter \"standard\" is mdmf, sdmf, etsi, bt, ntt or dtmf");
    CHECK(fixture.error("sim.ring", {{"line", "901"}, {"number", "5"}, {"timing", "now"}})
              .find("\"timing\" is after_first_ring") != std::string::npos);
    CHECK(fixture.error("sim.ring", {{"line", "901"}, {"private", true}, {"unavailable", true}})
              .find("not possible together") != std::string::npos);
}

TEST_CASE("a simulated exchange line hangs up in every way, and gets worse") {
    Fixture fixture;
    fixture.simulate(true);
    auto& office = fixture.office;
    const auto hang_up = [&](json::object parameters) {
        parameters["line"] = "901";
        return fixture.error("sim.line_hang_up", parameters) == "no error" ? office.done : "error";
    };
    CHECK(hang_up({}) == "stop");
    office.seized = true;
    CHECK(hang_up({}) == "battery 0");
    CHECK(hang_up({{"milliseconds", 250}}) == "battery 250");
    for (const auto* how : {"polarity", "silence"})
        CHECK(hang_up({{"how", how}}) == how);
    for (const auto* tone : {"busy", "congestion", "us:busy", "425/500,0/500"})
        CHECK(hang_up({{"how", tone}}) == std::string("tone ") + tone);
    for (const auto* wrong : {"", "loudly", "xx:busy"})
        CHECK(hang_up({{"how", wrong}}) == "error");
    office.done.clear();
    CHECK(fixture.ask("sim.line", {{"line", "901"}, {"in_use", true}, {"glare", true}, {"noise", -40}})
              .has_value());
    CHECK(office.done == "used glare ");
    CHECK(office.impairments == hardware::LineImpairments{.noise_dbm0 = -40});
    CHECK(fixture.ask("sim.line", {{"line", "901"}, {"in_use", false}, {"hum", -90}}).has_value());
    CHECK(office.done == "used glare free ");
    CHECK(office.impairments == hardware::LineImpairments{});
}

namespace {

/// A second of silence, a tone of 425 Hz in the cadence given, for ten seconds.
dsp::Samples beeping(unsigned on_ms, unsigned off_ms) {
    dsp::Samples samples(8000);
    for (std::size_t i = 0; i < 80000; ++i) {
        const bool on = i / 8 % (on_ms + off_ms) < on_ms;
        const double phase = 2 * 3.14159265358979 * 425 / 8000 * static_cast<double>(i);
        samples.push_back(static_cast<std::int16_t>(on ? 4000 * std::sin(phase) : 0));
    }
    return samples;
}

}  // namespace

TEST_CASE("port.learn tells progress and result as notifications") {
    Fixture fixture;
    const auto answer =
        fixture.ask("port.learn", {{"port", "901"}, {"number", "555"}, {"seconds", 99}, {"name", "pbx"}});
    REQUIRE(answer.has_value());
    CHECK(answer->at("checking") == json::value(true));
    CHECK(fixture.line_port.check.kind == analog::CheckKind::learn);
    CHECK(fixture.line_port.check.number == "555");
    CHECK(fixture.line_port.check.seconds == analog::longest_learning);
    REQUIRE(fixture.client.checks.size() == 1);
    CHECK(fixture.client.checks[0].at("progress") == "seizing the line");

    analog::CheckReport report;
    report.recordings.push_back({analog::CheckStep::after_call, beeping(300, 200)});
    report.battery_lost = true;
    fixture.line_port.check_handlers.done(std::move(report));
    auto work = boost::asio::make_work_guard(fixture.context);
    while (fixture.client.checks.size() < 2)
        fixture.context.run_one();
    const auto& result = fixture.client.checks[1].at("result");
    CHECK(result.at("verdict") == "learnt");
    CHECK(result.at("cadence") == "425/300,0/200");
    CHECK(result.at("frequencies_hz") == json::value(json::array{425}));
    CHECK(result.at("battery_lost") == json::value(true));
    CHECK(result.at("configuration") ==
          "tones:\n  - {name: pbx, cadence: \"425/300,0/200\", level_dbm0: -15}\n\n"
          "# in the entry of channel 101 under ports:\n#   disconnect_tones: [pbx]\n");

    CHECK_FALSE(fixture.line_port.check_owner.expired());
    fixture.client.kept.clear();
    CHECK(fixture.line_port.check_owner.expired());
}

TEST_CASE("port.test says what the port says, and what is missing") {
    Fixture fixture;
    CHECK(fixture.error("port.test", {{"port", "77"}}).starts_with("there is no port 77"));
    fixture.line_port.refuses = "line in use: talking";
    CHECK(fixture.error("port.test", {{"port", "901"}}) == "port 901: line in use: talking");
    CHECK(fixture.client.kept.empty());
    fixture.line_port.refuses = "";
    CHECK(fixture.error("port.test", {{"port", "901"}, {"off_hook", true}}).find("no telephone to lift") !=
          std::string::npos);
    CHECK(fixture.error("port.test", {{"port", "101"}, {"loop", "700"}}).find("for exchange lines") !=
          std::string::npos);
    REQUIRE(fixture.ask("port.test", {{"port", "901"}, {"loop", "700"}, {"digit", ""}}).has_value());
    CHECK(fixture.line_port.check.kind == analog::CheckKind::test);
    CHECK(fixture.line_port.check.number == "700");
    CHECK(fixture.line_port.check.digit.empty());
    analog::CheckReport report;
    report.ended = "no dial tone";
    report.recordings.push_back({analog::CheckStep::dial_tone, dsp::Samples(40000)});
    fixture.line_port.check_handlers.done(std::move(report));
    auto work = boost::asio::make_work_guard(fixture.context);
    while (fixture.client.checks.size() < 2)
        fixture.context.run_one();
    const auto& result = fixture.client.checks[1].at("result");
    CHECK(result.at("ended") == "no dial tone");
    CHECK(result.at("verdict") == "bad");
    CHECK(result.at("findings").at(0).at("key") == "dial_tone");
    CHECK(result.at("findings").at(0).at("words") ==
          "silence: is the line connected, and in service at the exchange?");
}
