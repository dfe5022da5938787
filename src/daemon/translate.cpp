#include "translate.hpp"

#include <algorithm>

namespace tipring::daemon {
namespace {

routing::DestinationKind to_routing(config::TargetKind kind) {
    switch (kind) {
        case config::TargetKind::sip:
            return routing::DestinationKind::sip;
        case config::TargetKind::port:
            return routing::DestinationKind::port;
        case config::TargetKind::group:
            return routing::DestinationKind::group;
        case config::TargetKind::span:
            return routing::DestinationKind::span;
    }
    return routing::DestinationKind::sip;
}

const config::SipAccount* find_account(const config::Config& config, const std::string& name) {
    const auto found = std::find_if(config.sip.accounts.begin(), config.sip.accounts.end(),
                                    [&](const config::SipAccount& account) { return account.name == name; });
    return found == config.sip.accounts.end() ? nullptr : &*found;
}

std::string first_of(const std::string& preferred, const std::string& otherwise) {
    return preferred.empty() ? otherwise : preferred;
}

sip::Identity port_identity(const config::Port& port, const config::SipAccount& account) {
    return {.account = account.name,
            .user = port.number,
            .auth_user = first_of(port.auth_user, first_of(account.auth_user, port.number)),
            .password = first_of(port.password, account.password),
            .display_name = first_of(port.caller_name, port.label),
            .port = port.number};
}

}  // namespace

std::vector<routing::RouteRule> route_rules(const std::vector<config::Route>& routes) {
    std::vector<routing::RouteRule> rules;
    rules.reserve(routes.size());
    for (const auto& route : routes) {
        routing::RouteRule rule{.name = route.name,
                                .called = route.called,
                                .from = route.from,
                                .strip = route.strip,
                                .prefix = route.prefix,
                                .to = {}};
        for (const auto& target : route.to)
            rule.to.push_back({to_routing(target.kind), target.name});
        rules.push_back(std::move(rule));
    }
    return rules;
}

std::vector<sip::Identity> identities(const config::Config& config) {
    std::vector<sip::Identity> found;
    for (const auto& port : config.ports) {
        const auto* account = find_account(config, port.account);
        if (account == nullptr || !port.enabled || port.number.empty()) continue;
        if (account->mode == config::SipMode::per_port) found.push_back(port_identity(port, *account));
    }
    for (const auto& account : config.sip.accounts) {
        if (account.mode != config::SipMode::gateway) continue;
        found.push_back({.account = account.name,
                         .user = account.user,
                         .auth_user = first_of(account.auth_user, account.user),
                         .password = account.password,
                         .display_name = {},
                         .port = {}});
    }
    return found;
}

const std::string& country_of(const config::Config& config, const std::string& own) {
    return own.empty() ? config.country : own;
}

dsp::Law law_of_account(const config::Config& config, const std::string& account) {
    const auto* found = find_account(config, account);
    const bool mulaw =
        found != nullptr && !found->codecs.empty() && found->codecs.front() == config::Codec::pcmu;
    return mulaw ? dsp::Law::mulaw : dsp::Law::alaw;
}

dsp::Law law_of_span(const config::Span& span) {
    return span.is_t1() ? dsp::Law::mulaw : dsp::Law::alaw;
}

}  // namespace tipring::daemon
