// routes.explain.
#include <algorithm>
#include <boost/json/array.hpp>

#include "commands.hpp"
#include "span_find.hpp"
#include "tipring/base/text.hpp"
#include "tipring/routing/number_plan.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

routing::Source source_of(const analog::Port& port) {
    const auto& settings = port.settings();
    const auto line =
        settings.kind == config::PortKind::fxs ? routing::LineKind::fxs : routing::LineKind::fxo;
    return {routing::DestinationKind::port, settings.number, settings.group, line};
}

class RoutesExplainCommand final : public Command {
  public:
    explicit RoutesExplainCommand(const System& system) : system_(system) {}
    std::string_view name() const override { return "routes.explain"; }
    std::string_view summary() const override { return "where a call to a number would go, and why"; }
    Access access() const override { return Access::read; }
    std::vector<Parameter> parameters() const override {
        return {{"number", "string", true, "the called number"},
                {"from", "string", false,
                 "sip, sip NAME, span NAME, a port's number or channel; default: the first telephone"}};
    }
    Reply run(const json::object& parameters) override {
        const auto from = text_parameter(parameters, "from");
        const auto source = parse_source(from);
        if (!source) return source.error();
        routing::Query query;
        query.called = text_parameter(parameters, "number");
        query.source = *source;
        const auto decision = routing::decide(system_.routes, query);
        json::array steps;
        for (const auto& step : decision.steps) {
            steps.push_back(json::object{{"to", to_text(step.destination)}, {"called", step.called}});
            if (const auto sent = sent_by_span(step); !sent.empty())
                steps.back().as_object().emplace("sent", sent);
        }
        return json::object{
            {"number", query.called},
            {"from", to_text(query.source)},
            {"rule", decision.rule},
            {"steps", std::move(steps)},
            {"explanation", json::array(decision.explanation.begin(), decision.explanation.end())}};
    }

  private:
    /// What the span makes of the number (routing::sent_number); "" for other destinations.
    std::string sent_by_span(const routing::Step& step) const {
        if (step.destination.kind != routing::DestinationKind::span) return {};
        for (const auto* span : system_.spans) {
            const auto& settings = span->settings();
            if (settings.name != step.destination.name) continue;
            return to_text(routing::sent_number(settings.numbers, routing::NumberRole::called, step.called));
        }
        return {};
    }
    boost::system::result<routing::Source, CommandError> parse_source(const std::string& text) const {
        if (text.empty()) return default_source();
        const auto blank = text.find(' ');
        const auto word = text.substr(0, blank);
        const auto name =
            blank == std::string::npos ? std::string() : std::string(base::trim(text.substr(blank)));
        if (word == "sip") return routing::Source{routing::DestinationKind::sip, name, "", {}};
        if (word == "span" && !name.empty()) return span_source(name);
        const auto number = word == "port" ? name : text;
        const auto* port = find_port(system_, number);
        if (port != nullptr) return source_of(*port);
        const bool is_number = number.find_first_not_of("0123456789") == std::string::npos;
        if (!number.empty() && (is_number || word == "port")) return no_such_port(system_, number);
        return CommandError{
            rpc_code::not_found,
            base::format("\"{}\" is no source; use sip, sip NAME, span NAME, or a port's number",
                         base::printable(text, 60))};
    }
    /// Routes go by names, so that a name comes before a number. Calls of an NFAS trunk come from its first span.
    boost::system::result<routing::Source, CommandError> span_source(const std::string& text) const {
        const auto named =
            std::ranges::find(system_.spans, text, [](const auto* span) { return span->settings().name; });
        auto* span = named != system_.spans.end() ? *named : find_span(system_, text);
        if (span == nullptr) return no_such_span(system_, text);
        return routing::Source{routing::DestinationKind::span, span->exit().destination().name, "", {}};
    }
    routing::Source default_source() const {
        for (const auto* port : system_.ports) {
            if (port->settings().kind == config::PortKind::fxs) return source_of(*port);
        }
        return {routing::DestinationKind::sip, "", "", {}};
    }

    const System& system_;
};

}  // namespace

void add_route_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<RoutesExplainCommand>(system));
}

}  // namespace tipring::control
