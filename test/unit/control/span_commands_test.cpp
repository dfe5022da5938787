// span.show, span.service and span.restart over a fake span.
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <catch2/catch.hpp>
#include <optional>
#include <utility>

#include "../telemetry/open_metrics_faults.hpp"
#include "manual_reactor.hpp"
#include "tipring/control/registry.hpp"

using namespace tipring;
using namespace tipring::control;
namespace json = boost::json;

namespace {

class FakeSpan final : public isdn::Span {
  public:
    FakeSpan(unsigned number, std::string name) {
        settings_.number = number;
        settings_.name = std::move(name);
    }
    isdn::SpanView view() const override {
        isdn::SpanView view;
        view.number = settings_.number;
        view.name = settings_.name;
        view.bearers = {{.position = 1, .channel = {1}, .state = isdn::BearerState::restarting}};
        return view;
    }
    const config::Span& settings() const override { return settings_; }
    call::Exit& exit() override { throw std::logic_error("not used"); }
    void shut_down() override {}
    base::Result<void> set_in_service(std::optional<unsigned> position, bool in_service) override {
        if (!refuses.empty()) return base::fail(refuses);
        orders.emplace_back(position, in_service);
        return {};
    }
    base::Result<unsigned> restart(std::optional<unsigned> position) override {
        if (!refuses.empty()) return base::fail(refuses);
        return position ? 1U : 30U;
    }
    std::string refuses;
    std::vector<std::pair<std::optional<unsigned>, bool>> orders;

  private:
    config::Span settings_;
};

struct SpanFixture {
    SpanFixture() { add_all_commands(registry, system, context); }
    Command::Reply ask(std::string_view method, json::object parameters) {
        auto* command = registry.find(method);
        REQUIRE(command != nullptr);
        if (const auto good = check_parameters(*command, parameters); !good) return good.error();
        return command->run(parameters);
    }

    test::ManualReactor reactor;
    media::Engine engine{media::EngineOptions{.realtime_priority = 0, .lock_memory = false}};
    call::CallManager calls{reactor, engine, {}};
    telemetry::EventLog events;
    FakeSpan first{1, "2"}, second{2, "main"};
    System system{.ports = {},
                  .spans = {&first, &second},
                  .calls = calls,
                  .events = events,
                  .engine = engine,
                  .version = "1",
                  .started = std::chrono::system_clock::now(),
                  .board = "simulator",
                  .config_file = {},
                  .routes = {}};
    boost::asio::io_context context;
    Registry registry;
};

}  // namespace

TEST_CASE("a span is found by its number first, and by its name") {
    SpanFixture fixture;
    CHECK(fixture.ask("span.show", {{"span", "2"}})->at("name") == "main");
    CHECK(fixture.ask("span.show", {{"span", "main"}})->at("span") == 2);
    const auto shown = *fixture.ask("span.show", {{"span", "1"}});
    CHECK(shown.at("bearers").at(0).at("state") == "restarting");
    CHECK(shown.at("bearers").at(0).at("out_here") == false);
    CHECK(shown.at("restart_failures") == 0);
    CHECK(fixture.ask("span.show", {{"span", "9"}}).error().message ==
          "there is no span 9; number (name): 1 (2), 2 (main)");
    CHECK_FALSE(fixture.ask("span.show", {}).has_value());
    fixture.system.spans.clear();
    CHECK(fixture.ask("span.show", {{"span", "1"}}).error().message ==
          "there is no span 1; number (name): none");
}

TEST_CASE("channels of a span go out of service and back, and are restarted") {
    SpanFixture fixture;
    REQUIRE(
        fixture.ask("span.service", {{"span", "main"}, {"timeslot", 5}, {"in_service", false}}).has_value());
    REQUIRE(fixture.ask("span.service", {{"span", "main"}, {"in_service", true}}).has_value());
    REQUIRE(fixture.second.orders.size() == 2);
    CHECK(fixture.second.orders[0] == std::pair{std::optional(5U), false});
    CHECK(fixture.second.orders[1] == std::pair{std::optional<unsigned>(), true});
    CHECK(fixture.first.orders.empty());
    CHECK(fixture.ask("span.restart", {{"span", "main"}})->at("channels") == 30);
    CHECK(fixture.ask("span.restart", {{"span", "main"}, {"timeslot", 3}})->at("channels") == 1);
    fixture.second.refuses = "the D-channel is down";
    CHECK(fixture.ask("span.restart", {{"span", "main"}}).error().message == "the D-channel is down");
    CHECK(fixture.ask("span.service", {{"span", "main"}, {"in_service", true}}).error().message ==
          "the D-channel is down");
    CHECK_FALSE(fixture.ask("span.service", {{"span", "main"}}).has_value());
    CHECK_FALSE(
        fixture.ask("span.service", {{"span", "main"}, {"timeslot", "5"}, {"in_service", true}}).has_value());
    // Out of any range: the span is asked for a timeslot that no span has.
    fixture.second.refuses.clear();
    REQUIRE(
        fixture.ask("span.service", {{"span", "main"}, {"timeslot", -7}, {"in_service", false}}).has_value());
    CHECK(fixture.second.orders.back().first == 0U);
}

TEST_CASE("metrics tells of each span: its D-channel, its channels by state, its alarms") {
    SpanFixture fixture;
    const auto answer = fixture.ask("metrics", {});
    REQUIRE(answer.has_value());
    const std::string text(answer->at("text").get_string());
    using Catch::Contains;
    CHECK_THAT(text, Contains("tipring_span_d_channel_up{span=\"2\",name=\"main\"} 0\n"));
    CHECK_THAT(text, Contains("tipring_span_channels{span=\"2\",name=\"main\",state=\"restarting\"} 1\n"));
    CHECK_THAT(text, Contains("tipring_span_channels{span=\"2\",name=\"main\",state=\"idle\"} 0\n"));
    CHECK_THAT(text, Contains("alarm=\"RAI\"} 0\n"));
    CHECK_THAT(text, Contains("tipring_calls_total 0\n"));
    CHECK(test::open_metrics_faults(text) == "");
}
