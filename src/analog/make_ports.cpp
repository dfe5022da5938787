// Ports over the real media engine. Thread: core.
#include <utility>

#include "analog_port.hpp"
#include "tipring/analog/fxo_line.hpp"
#include "tipring/analog/fxs_line.hpp"
#include "tipring/base/log.hpp"

namespace tipring::analog {
namespace {

std::unique_ptr<Port> make_port(const config::Port& settings, PortParts parts,
                                std::unique_ptr<LineMachine> machine) {
    auto& engine = parts.engine;
    AnalogPort::Parts own{
        parts.reactor,
        parts.calls,
        std::make_shared<hardware::Channel>(std::move(parts.channel)),
        std::move(parts.country),
        std::move(parts.on_change),
        std::move(machine),
        [&engine](hardware::Channel& channel, media::Engine::Handler handler) {
            return make_engine_audio(engine, channel, std::move(handler));
        },
    };
    return std::make_unique<AnalogPort>(settings, std::move(own));
}

routing::DigitMap digit_map(const config::Port& settings) {
    auto map = routing::DigitMap::parse(settings.digit_map);
    if (map) return std::move(*map);
    // The configuration was checked before; a port that cannot dial at all would be the worse answer.
    base::log::error("analog", "port={} digit map: {}; any number is taken", settings.channel,
                     map.error().message);
    return routing::DigitMap::parse("x.T").value();
}

}  // namespace

std::unique_ptr<Port> make_fxs_port(const config::Port& settings, PortParts parts) {
    FxsLine::Settings line;
    line.digit_map = digit_map(settings);
    line.accept_dtmf = settings.dial_mode != config::DialMode::pulse;
    line.accept_pulse = settings.dial_mode != config::DialMode::dtmf;
    line.dial_tone = settings.dial_tone;
    line.first_digit = settings.first_digit;
    line.inter_digit = settings.inter_digit;
    line.short_inter_digit = settings.short_inter_digit;
    line.ring_timeout = settings.ring_timeout;
    return make_port(settings, std::move(parts), std::make_unique<FxsLine>(std::move(line)));
}

std::unique_ptr<Port> make_fxo_port(const config::Port& settings, PortParts parts) {
    FxoLine::Settings line;
    line.answer_at_once = settings.answer_at_once;
    if (settings.dial_mode == config::DialMode::pulse) {
        base::log::warning("analog",
                           "port={} dials DTMF: pulse dialling towards the exchange is not available",
                           settings.channel);
    }
    return make_port(settings, std::move(parts), std::make_unique<FxoLine>(line));
}

}  // namespace tipring::analog
