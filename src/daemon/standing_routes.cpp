// The routes while lines wait (standing_routes.hpp). Thread: any.
#include "standing_routes.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string>

namespace tipring::daemon {
namespace {

/// Old names by new ones.
using Renames = std::map<std::string, std::string>;

void rename(config::Route& route, config::TargetKind kind, const std::string& word, const Renames& renames) {
    for (auto& source : route.from) {
        if (!source.starts_with(word)) continue;
        const auto found = renames.find(source.substr(word.size()));
        if (found != renames.end()) source = word + found->second;
    }
    for (auto& target : route.to) {
        const auto found = renames.find(target.name);
        if (target.kind == kind && found != renames.end()) target.name = found->second;
    }
}

void rename_ports(std::span<config::Route> routes, const Renames& renames) {
    for (auto& route : routes)
        rename(route, config::TargetKind::port, "port ", renames);
}

}  // namespace

std::vector<config::Route> standing_routes(config::Config made, const std::vector<PortPlan>& wanted_ports,
                                           const std::vector<SpanPlan>& wanted_spans) {
    Renames ports, spans, called_by_both;
    const auto standing = made.ports;
    for (const auto& port : standing) {
        const auto found = find_plan(wanted_ports, port.channel);
        if (found == wanted_ports.end() || found->settings.number == port.number) continue;
        const auto& number = found->settings.number;
        ports.emplace(number, port.number);
        const auto same_number = [&](const config::Port& other) { return other.number == number; };
        if (std::ranges::any_of(standing, same_number)) continue;
        called_by_both.emplace(number, port.number);
        made.ports.push_back(port);
        made.ports.back().number = number;
    }
    for (const auto& span : made.spans) {
        const auto found = find_plan(wanted_spans, span.number);
        if (found != wanted_spans.end() && found->settings.name != span.name)
            spans.emplace(found->settings.name, span.name);
    }
    const auto written = made.routes.size();
    auto routes = config::all_routes(made);
    const std::span all(routes);
    rename_ports(all.first(written), ports);
    for (auto& route : all.first(written))
        rename(route, config::TargetKind::span, "span ", spans);
    rename_ports(all.subspan(written), called_by_both);
    return routes;
}

}  // namespace tipring::daemon
