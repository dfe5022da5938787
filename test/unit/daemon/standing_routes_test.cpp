// The routes while lines wait for their new numbers or names.
#include "standing_routes.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "tipring/routing/route.hpp"
#include "translate.hpp"

using namespace tipring;

namespace {

config::Port phone(unsigned channel, const std::string& number) {
    config::Port port;
    port.channel = channel;
    port.kind = config::PortKind::fxs;
    port.number = number;
    return port;
}

config::Span span_called(const std::string& name) {
    config::Span span;
    span.number = 1;
    span.name = name;
    return span;
}

config::Route route(const std::string& called, std::vector<std::string> from, config::TargetKind kind,
                    const std::string& name) {
    config::Route route;
    route.name = "to " + name;
    route.called = called;
    route.from = std::move(from);
    route.to = {{kind, name}};
    return route;
}

/// Where a call goes at first; "" is nowhere.
std::string first_of(const std::vector<config::Route>& routes, const routing::Source& from,
                     const std::string& called) {
    const auto decision =
        routing::decide(daemon::route_rules(routes), {.called = called, .caller = "", .source = from});
    return decision.steps.empty() ? "" : routing::to_text(decision.steps.front().destination);
}

const routing::Source from_span{routing::DestinationKind::span, "main", "", routing::LineKind::none};

routing::Source from_port(const std::string& number) {
    return {routing::DestinationKind::port, number, "", routing::LineKind::fxs};
}

}  // namespace

TEST_CASE("routes for the new number of a telephone that waits mean the telephone as it is") {
    config::Config made;
    made.ports = {phone(1, "201"), phone(2, "301")};
    made.spans = {span_called("main")};
    made.routes = {route("5550", {"span main"}, config::TargetKind::port, "211"),
                   route("112", {"port 211"}, config::TargetKind::span, "main")};
    const std::vector<daemon::PortPlan> file{{.settings = phone(1, "211"), .country = "de"},
                                             {.settings = phone(2, "301"), .country = "de"}};
    const auto routes = daemon::standing_routes(made, file, {});
    CHECK(first_of(routes, from_span, "5550") == "port 201");
    CHECK(first_of(routes, from_port("201"), "112") == "span main");
    // By its old number and by its new one, from outside and from the telephone beside it.
    for (const std::string called : {"201", "211"}) {
        CAPTURE(called);
        CHECK(first_of(routes, from_span, called) == "port 201");
        CHECK(first_of(routes, from_port("301"), called) == "port 201");
    }
    CHECK(first_of(routes, from_port("201"), "301") == "port 301");
    CHECK(first_of(routes, from_span, "999") == "");
}

TEST_CASE(
    "where another telephone has the number yet, the number is still that one's, and a written route the new "
    "owner's") {
    config::Config made;
    made.ports = {phone(1, "201"), phone(2, "202")};
    made.spans = {span_called("main")};
    made.routes = {route("5550", {"span main"}, config::TargetKind::port, "202")};
    const std::vector<daemon::PortPlan> file{{.settings = phone(1, "202"), .country = "de"},
                                             {.settings = phone(2, "203"), .country = "de"}};
    const auto routes = daemon::standing_routes(made, file, {});
    CHECK(first_of(routes, from_span, "5550") == "port 201");
    CHECK(first_of(routes, from_span, "202") == "port 202");
    CHECK(first_of(routes, from_span, "203") == "port 202");
}

TEST_CASE("routes for the new name of a span that waits mean the span as it is") {
    config::Config made;
    made.ports = {phone(1, "201")};
    made.spans = {span_called("main")};
    made.routes = {route("0", {"fxs"}, config::TargetKind::span, "city"),
                   route("5550", {"span city"}, config::TargetKind::port, "201")};
    const auto routes = daemon::standing_routes(made, {{.settings = phone(1, "201"), .country = "de"}},
                                                {{.settings = span_called("city"), .country = "de"}});
    CHECK(first_of(routes, from_port("201"), "0") == "span main");
    CHECK(first_of(routes, from_span, "5550") == "port 201");
}

TEST_CASE("without a line that waits the routes are those of the file") {
    config::Config made;
    made.ports = {phone(1, "201"), phone(2, "202")};
    made.spans = {span_called("main")};
    made.routes = {route("5550", {"span main"}, config::TargetKind::port, "202")};
    const std::vector<daemon::PortPlan> file{{.settings = phone(1, "201"), .country = "de"},
                                             {.settings = phone(2, "202"), .country = "de"}};
    CHECK(daemon::standing_routes(made, file, {{.settings = span_called("main"), .country = "de"}}) ==
          config::all_routes(made));
}
