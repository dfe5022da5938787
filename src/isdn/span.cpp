// The module's door: makes a span of an engine, a board's channels and its settings. Thread: core.
#include "tipring/isdn/span.hpp"

#include "span_controller.hpp"
#include "span_names.hpp"

namespace tipring::isdn {

std::string_view name(BearerState state) {
    switch (state) {
        case BearerState::idle:
            return "idle";
        case BearerState::in_use:
            return "in_use";
        case BearerState::restarting:
            return "restarting";
        case BearerState::out_of_service:
            return "out_of_service";
        case BearerState::alarm:
            return "alarm";
    }
    return "?";
}

std::string_view side_name(config::SpanSide side) {
    return side == config::SpanSide::network ? "network" : "user";
}

std::string_view switch_name(config::SwitchType type) {
    switch (type) {
        case config::SwitchType::euroisdn:
            return "euroisdn";
        case config::SwitchType::national:
            return "national";
        case config::SwitchType::dms100:
            return "dms100";
        case config::SwitchType::lucent4e:
            return "4ess";
        case config::SwitchType::lucent5e:
            return "5ess";
        case config::SwitchType::qsig:
            return "qsig";
    }
    return "?";
}

std::unique_ptr<Span> make_span(const config::Span& settings, SpanParts parts) {
    std::vector<BearerPosition> positions;
    for (const auto& bearer : parts.bearers)
        positions.push_back({bearer.info.position, bearer.info.number});
    return std::make_unique<SpanController>(
        settings,
        ControllerParts{.reactor = parts.reactor,
                        .calls = parts.calls,
                        .d_channel = std::move(parts.d_channel),
                        .audio = make_engine_audio(parts.engine, std::move(parts.bearers), settings.number),
                        .bearers = std::move(positions),
                        .on_change = std::move(parts.on_change),
                        .times = {}});
}

}  // namespace tipring::isdn
