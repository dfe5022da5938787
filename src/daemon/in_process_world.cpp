#include "in_process_world.hpp"

#include <algorithm>

#include "translate.hpp"

namespace tipring::daemon {

namespace {

farend::IsdnSwitch far_switch(config::SwitchType type) {
    using config::SwitchType, farend::IsdnSwitch;
    switch (type) {
        case SwitchType::national:
            return IsdnSwitch::national;
        case SwitchType::dms100:
            return IsdnSwitch::dms100;
        case SwitchType::lucent4e:
            return IsdnSwitch::lucent4e;
        case SwitchType::lucent5e:
            return IsdnSwitch::lucent5e;
        case SwitchType::qsig:
            return IsdnSwitch::qsig;
        case SwitchType::euroisdn:
            break;
    }
    return IsdnSwitch::euroisdn;
}

}  // namespace

InProcessWorld::InProcessWorld(const config::Config& config, hardware::VirtualBoard& board)
    : far_(board.far()) {
    add_lines(config);
}

void InProcessWorld::add_lines(const config::Config& config) {
    for (const auto& port : config.ports) {
        const bool known = simulation_.telephones.contains(port.channel) ||
                           simulation_.central_offices.contains(port.channel);
        if (port.enabled && !known) add_port(config, port);
    }
    for (const auto& span : config.spans) {
        const bool known = std::ranges::any_of(
            simulation_.networks, [&](const auto& network) { return network.span == span.name; });
        if (!known) add_span(span);
    }
}

// What the port map has and the virtual board has not got is missing on the near side, too, and told there.
void InProcessWorld::add_port(const config::Config& config, const config::Port& port) {
    const auto country = hardware::country_tones(country_of(config, port.country));
    if (!country) return;
    const bool fxs = port.kind == config::PortKind::fxs;
    auto channel =
        far_->open({port.channel}, {.law = law_of_account(config, port.account),
                                    .kind = fxs ? hardware::ChannelKind::fxo : hardware::ChannelKind::fxs});
    if (!channel) return;
    if (fxs) {
        telephones_.push_back(farend::make_telephone(thread_, std::move(*channel), *country));
        simulation_.telephones[port.channel] = telephones_.back().get();
    } else {
        exchanges_.push_back(farend::make_central_office(thread_, std::move(*channel), *country));
        simulation_.central_offices[port.channel] = exchanges_.back().get();
    }
}

void InProcessWorld::add_span(const config::Span& span) {
    farend::IsdnTrunk trunk;
    if (!add_wires(trunk, span)) return;
    for (const auto& member : span.nfas) {
        if (!add_wires(trunk, member)) return;
    }
    const farend::IsdnNetwork::Options options{.network_side = span.side == config::SpanSide::user,
                                               .switch_type = far_switch(span.switch_type),
                                               .t1 = span.is_t1()};
    networks_.push_back(farend::make_isdn_network(thread_, std::move(trunk), options));
    spans_.push_back(span);
    simulation_.networks.push_back({.span = span.name, .network = networks_.back().get()});
}

bool InProcessWorld::add_wires(farend::IsdnTrunk& trunk, const config::Span& span) {
    if (span.d_channel != 0) {
        auto d_channel = far_->open_d_channel({span.d_channel});
        if (!d_channel) return false;
        trunk.d_channels.push_back(std::move(*d_channel));
    }
    for (const auto number : span.bearers) {
        auto bearer = far_->open({number}, {.law = law_of_span(span)});
        if (!bearer) return false;
        trunk.bearers.push_back({std::move(*bearer), span.interface});
    }
    return true;
}

}  // namespace tipring::daemon
