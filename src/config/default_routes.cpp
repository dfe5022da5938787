// The built-in routes, as ordinary ones, so that `tipringctl routes explain` shows them like the operator's
// own.
#include <map>

#include "tipring/base/text.hpp"
#include "tipring/config/config.hpp"

namespace tipring::config {
namespace {

using base::format;

using Sources = std::vector<std::string>;

/// Ports and spans by the SIP account that their calls go to; "" when there is none.
struct Inside {
    std::map<std::string, Sources> lines;
    std::map<std::string, Sources> spans;
};

Inside group_by_account(const Config& config) {
    Inside inside;
    for (const auto& port : config.ports)
        inside.lines[port.account].push_back("port " + port.number);
    for (const auto& span : config.spans)
        inside.spans[span.account].push_back("span " + span.name);
    return inside;
}

Route make(std::string name, std::string called, Sources from, std::vector<Target> to) {
    Route route;
    route.name = "default: " + std::move(name);
    route.called = std::move(called);
    route.from = std::move(from);
    route.to = std::move(to);
    return route;
}

/// How a telephone is reached: from the network sides straight away, from the other lines by way of the SIP
/// server.
void add_telephone(const Config& config, const Inside& inside, const std::string& number,
                   std::vector<Route>& routes) {
    const Target phone{TargetKind::port, number};
    Sources outside;
    if (!config.sip.accounts.empty()) outside.emplace_back("sip");
    for (const auto& span : config.spans)
        outside.push_back("span " + span.name);
    if (!outside.empty()) routes.push_back(make(format("{} from outside", number), number, outside, {phone}));
    for (const auto& [account, lines] : inside.lines) {
        std::vector<Target> to;
        if (!account.empty()) to.push_back({TargetKind::sip, account});
        to.push_back(phone);
        routes.push_back(make(format("{} from a line", number), number, lines, std::move(to)));
    }
}

}  // namespace

std::vector<Route> all_routes(const Config& config) {
    const Inside inside = group_by_account(config);
    auto routes = config.routes;
    for (const auto& port : config.ports) {
        // Exchange lines are left out: whoever reaches one can call the world at the operator's cost.
        if (port.kind == PortKind::fxs && port.enabled) add_telephone(config, inside, port.number, routes);
    }
    for (const auto* group : {&inside.lines, &inside.spans}) {
        const std::string who = group == &inside.lines ? "lines" : "spans";
        for (const auto& [account, sources] : *group) {
            if (account.empty()) continue;
            routes.push_back(
                make(format("{} to sip {}", who, account), "", sources, {{TargetKind::sip, account}}));
        }
    }
    return routes;
}

}  // namespace tipring::config
