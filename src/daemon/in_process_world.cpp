#include "in_process_world.hpp"

#include <stdexcept>

#include "translate.hpp"

namespace tipring::daemon {

InProcessWorld::InProcessWorld(const config::Config& config, hardware::VirtualBoard& board)
    : far_(board.far()) {
    for (const auto& port : config.ports) {
        if (port.enabled) add_port(config, port);
    }
    for (const auto& span : config.spans)
        add_span(span);
}

hardware::Channel InProcessWorld::open(unsigned channel, dsp::Law law) {
    auto opened = far_->open({channel}, {.law = law});
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
}

void InProcessWorld::add_port(const config::Config& config, const config::Port& port) {
    const auto country = hardware::country_tones(port.country.empty() ? config.country : port.country);
    if (!country) throw std::runtime_error(country.error().message);
    auto channel = open(port.channel, law_of_account(config, port.account));
    if (port.kind == config::PortKind::fxs) {
        telephones_.push_back(farend::make_telephone(thread_, std::move(channel), *country));
        simulation_.telephones[port.channel] = telephones_.back().get();
    } else {
        exchanges_.push_back(farend::make_central_office(thread_, std::move(channel), *country));
        simulation_.central_offices[port.channel] = exchanges_.back().get();
    }
}

void InProcessWorld::add_span(const config::Span& span) {
    auto d_channel = far_->open_d_channel({span.d_channel});
    if (!d_channel) throw std::runtime_error(d_channel.error().message);
    std::vector<hardware::Channel> bearers;
    bearers.reserve(span.bearers.size());
    for (const auto number : span.bearers)
        bearers.push_back(open(number, law_of_span(span)));
    const farend::IsdnNetwork::Options options{.network_side = span.side == config::SpanSide::user,
                                               .national = span.switch_type == config::SwitchType::national,
                                               .t1 = span.is_t1()};
    networks_.push_back(
        farend::make_isdn_network(thread_, std::move(*d_channel), std::move(bearers), options));
    simulation_.networks.push_back({.span = span.name, .network = networks_.back().get()});
}

}  // namespace tipring::daemon
