// Ports over the real media engine, and groups of them. Thread: core.
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

class LineGroup final : public call::Exit {
  public:
    LineGroup(std::string name, std::vector<Port*> lines)
        : name_(std::move(name)), lines_(std::move(lines)) {}

    routing::Destination destination() const override { return {routing::DestinationKind::group, name_}; }

    std::unique_ptr<call::Leg> open(base::LegId id, const call::CallRequest& request,
                                    call::Cause& why) override {
        for (auto* line : lines_) {
            if (auto leg = line->exit().open(id, request, why)) return leg;
        }
        why = {call::q850::no_circuit_available, call::Location::private_local,
               base::format("no free line in group {}", name_)};
        return nullptr;
    }

  private:
    const std::string name_;
    const std::vector<Port*> lines_;
};

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

std::unique_ptr<call::Exit> make_line_group(std::string name, std::vector<Port*> lines) {
    return std::make_unique<LineGroup>(std::move(name), std::move(lines));
}

}  // namespace tipring::analog
