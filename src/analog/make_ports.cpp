// Ports over the real media engine. Thread: core.
#include <utility>

#include "fxo_port.hpp"
#include "fxs_port.hpp"

namespace tipring::analog {
namespace {

AnalogPort::Parts over_engine(const config::Port& settings, PortParts parts) {
    auto& engine = parts.engine;
    return {
        parts.reactor,
        parts.calls,
        std::make_shared<hardware::Channel>(std::move(parts.channel)),
        std::move(parts.country),
        std::move(parts.on_change),
        [&engine, data = settings.fxs.data](hardware::Channel& channel, media::Engine::Handler handler) {
            return make_engine_audio(engine, channel, !data, std::move(handler));
        },
        std::move(parts.learnt_tones),
        std::move(parts.sip_fault),
    };
}

}  // namespace

std::unique_ptr<Port> make_fxs_port(const config::Port& settings, PortParts parts, ServiceStore& store,
                                    const PhoneRules& rules) {
    return std::make_unique<FxsPort>(settings, over_engine(settings, std::move(parts)), store, rules);
}

std::unique_ptr<Port> make_fxo_port(const config::Port& settings, PortParts parts) {
    return std::make_unique<FxoPort>(settings, over_engine(settings, std::move(parts)));
}

}  // namespace tipring::analog
