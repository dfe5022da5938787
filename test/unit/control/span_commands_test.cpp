// span.show, span.service and span.restart over a fake span.
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <catch2/catch.hpp>
#include <functional>
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
        view.bearers = {{.position = 1,
                         .span = settings_.number,
                         .channel = {1},
                         .state = isdn::BearerState::restarting}};
        if (change) change(view);
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
    std::function<void(isdn::SpanView&)> change;
    std::string refuses;
    std::vector<std::pair<std::optional<unsigned>, bool>> orders;

  private:
    config::Span settings_;
};

/// A board whose spans have RAI, and that counts how often it was asked.
struct AskedBoard final : hardware::Board {
    std::string_view name() const override { return "asked"; }
    base::Result<std::vector<hardware::ChannelInfo>> channels() override { return base::fail("none"); }
    base::Result<std::vector<hardware::SpanInfo>> spans() override { return base::fail("none"); }
    base::Result<hardware::Channel> open(base::ChannelNumber, const hardware::ChannelOptions&) override {
        return base::fail("none");
    }
    base::Result<std::unique_ptr<hardware::DChannel>> open_d_channel(base::ChannelNumber) override {
        return base::fail("none");
    }
    base::Result<hardware::SpanSettings> span_settings(base::SpanNumber) override {
        ++asked;
        return base::fail("none");
    }
    base::Result<hardware::SpanReading> read_span(base::SpanNumber) override {
        ++asked;
        hardware::SpanReading reading;
        reading.alarms.set(hardware::SpanAlarm::rai);
        return reading;
    }
    unsigned asked = 0;
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

TEST_CASE("metrics tells what stands for a whole trunk once, and each channel with its own span") {
    SpanFixture fixture;
    const std::vector<isdn::TrunkSpanView> rows{
        {.number = 1, .d_channel = isdn::TrunkSpanView::DChannel::primary, .d_channel_up = true},
        {.number = 2, .interface = 1, .d_channel = isdn::TrunkSpanView::DChannel::backup},
        {.number = 3, .interface = 2}};
    fixture.first.change = [&](isdn::SpanView& view) {
        view.d_channel_up = true;
        view.calls_in = 7;
        view.spans = rows;
        view.bearers = {{.position = 1, .span = 1}, {.position = 1, .span = 2}, {.position = 1, .span = 3}};
    };
    FakeSpan third{3, "third"};
    fixture.system.spans.push_back(&third);
    for (auto* member : {&fixture.second, &third}) {
        member->change = [&, number = member->settings().number](isdn::SpanView& view) {
            view.trunk = "2";
            view.d_channel_up = true;
            view.spans = {rows[number - 1]};
            view.bearers = {{.position = 1, .span = number}};
        };
    }
    const auto answer = fixture.ask("metrics", {});
    REQUIRE(answer.has_value());
    const std::string text(answer->at("text").get_string());
    using Catch::Contains;
    for (const std::string span :
         {"span=\"1\",name=\"2\"", "span=\"2\",name=\"main\"", "span=\"3\",name=\"third\""})
        CHECK_THAT(text, Contains("tipring_span_channels{" + span + ",state=\"idle\"} 1\n"));
    CHECK_THAT(text, Contains("tipring_span_calls_total{span=\"1\",name=\"2\",direction=\"in\"} 7\n"));
    for (const std::string name : {"calls_total", "restarts_total", "repairs_total"}) {
        CHECK_THAT(text, Contains("tipring_span_" + name + "{span=\"1\""));
        CHECK_THAT(text, !Contains("tipring_span_" + name + "{span=\"2\""));
        CHECK_THAT(text, !Contains("tipring_span_" + name + "{span=\"3\""));
    }
    CHECK_THAT(text, Contains("tipring_span_d_channel_up{span=\"1\",name=\"2\"} 1\n"));
    CHECK_THAT(text, Contains("tipring_span_d_channel_up{span=\"2\",name=\"main\"} 0\n"));
    CHECK_THAT(text, !Contains("tipring_span_d_channel_up{span=\"3\""));
}

TEST_CASE("metrics tells the alarms of the last second without asking the driver") {
    SpanFixture fixture;
    AskedBoard board;
    isdn::SpanCare care(
        {.reactor = fixture.reactor, .board = board, .engine = fixture.engine, .spans = [&fixture] {
             return std::vector<isdn::Span*>{&fixture.first, &fixture.second};
         }});
    fixture.system.span_care = &care;
    fixture.second.change = [](isdn::SpanView& view) { view.trunk = "2"; };
    care.start();
    fixture.reactor.advance(std::chrono::seconds(1));
    board.asked = 0;
    const auto answer = fixture.ask("metrics", {});
    REQUIRE(answer.has_value());
    const std::string text(answer->at("text").get_string());
    using Catch::Contains;
    CHECK_THAT(text, Contains("tipring_span_alarm{span=\"2\",name=\"main\",alarm=\"RAI\"} 1\n"));
    CHECK_THAT(text,
               Contains("tipring_span_errors_total{span=\"1\",name=\"2\",kind=\"d_channel_losses\"} 0\n"));
    CHECK_THAT(text, !Contains("tipring_span_errors_total{span=\"2\""));
    CHECK(board.asked == 0);
    CHECK(fixture.ask("span.health", {{"span", "main"}}).has_value());
    CHECK(board.asked > 0);
}
