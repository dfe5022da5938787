#include "translate.hpp"

#include <algorithm>
#include <utility>

#include "tipring/base/log.hpp"

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
            .port = port.number,
            .mailbox = port.fxs.mailbox};
}

std::vector<std::string> ports_with_mailbox(const config::Config& config, const std::string& account,
                                            const std::string& user) {
    std::vector<std::string> found;
    for (const auto& port : config.ports) {
        const auto& mailbox = first_of(port.fxs.mailbox, port.number);
        if (!user.empty() && port.account == account && mailbox.substr(0, mailbox.find('@')) == user)
            found.push_back(port.number);
    }
    return found;
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

std::vector<std::string> ports_of_mailbox(const config::Config& config, const sip::Identity& who) {
    if (!who.port.empty()) return {who.port};
    auto found = ports_with_mailbox(config, who.account, who.mailbox);
    return found.empty() ? ports_with_mailbox(config, who.account, who.user) : found;
}

std::vector<std::string> hidden_numbers(const config::Config& config) {
    std::vector<std::string> found;
    for (const auto& port : config.ports) {
        if (port.fxs.anonymous && port.enabled && !port.number.empty()) found.push_back(port.number);
    }
    return found;
}

const std::string& country_of(const config::Config& config, const std::string& own) {
    return own.empty() ? config.country : own;
}

std::shared_ptr<const std::vector<dsp::ToneSequence>> learnt_tones(
    const std::vector<config::LearntTone>& learnt, const std::vector<std::string>& names) {
    std::vector<dsp::ToneSequence> tones;
    for (const auto& name : names) {
        const auto found = std::ranges::find(learnt, name, &config::LearntTone::name);
        if (found == learnt.end()) continue;
        auto tone = dsp::parse_tone(found->cadence);
        if (!tone) {
            base::log::error("config", "tone {}: {}; it is not listened for", name, tone.error().message);
            continue;
        }
        tone->level_dbm0 = static_cast<float>(found->level_dbm0);
        tones.push_back(std::move(*tone));
    }
    if (tones.empty()) return {};
    return std::make_shared<const std::vector<dsp::ToneSequence>>(std::move(tones));
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

void set_level(dsp::TonePlan& tones, double level_dbm0) {
    for (auto* tone : {&tones.dial, &tones.busy, &tones.ringback, &tones.congestion, &tones.call_waiting,
                       &tones.dial_recall, &tones.stutter, &tones.info}) {
        tone->level_dbm0 = static_cast<float>(level_dbm0);
    }
}

hardware::ChannelOptions channel_options(const config::Config& config, const config::Port& port) {
    // A port without flash reports a hang-up as early as the driver can.
    constexpr std::chrono::milliseconds shortest{250};
    const bool fxs = port.kind == config::PortKind::fxs;
    hardware::ChannelOptions options;
    options.law = law_of_account(config, port.account);
    options.kind = fxs ? hardware::ChannelKind::fxs : hardware::ChannelKind::fxo;
    if (fxs) options.longest_flash = std::max(port.country_profile.flash_max, shortest);
    options.pulses = {port.fxo.pulse_break, port.fxo.pulse_make, port.fxo.pulse_pause};
    return options;
}

}  // namespace tipring::daemon
