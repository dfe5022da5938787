// The module's door: makes a span of an engine, a board's channels and its settings. Thread: core.
#include "tipring/isdn/span.hpp"

#include <algorithm>

#include "bearer_position.hpp"
#include "span_controller.hpp"

namespace tipring::isdn {

base::Result<std::unique_ptr<BearerHold>> Span::hold(unsigned) {
    return base::fail(base::format("span {}: its channels are missing", settings().number));
}

std::unique_ptr<Span> make_span(const config::Span& settings, SpanParts parts) {
    std::vector<BearerPosition> positions;
    for (auto& bearer : parts.bearers) {
        const auto member = std::ranges::find(settings.nfas, bearer.info.span.value, &config::Span::number);
        if (member != settings.nfas.end())
            bearer.info.position = bearer_position(member->interface, bearer.info.position);
        positions.push_back({bearer.info.position, bearer.info.number});
    }
    return std::make_unique<SpanController>(
        settings,
        ControllerParts{.reactor = parts.reactor,
                        .calls = parts.calls,
                        .d_channel = std::move(parts.d_channel),
                        .audio = make_engine_audio(parts.engine, std::move(parts.bearers), settings.number),
                        .bearers = std::move(positions),
                        .on_change = std::move(parts.on_change),
                        .times = times_of(settings),
                        .dial_tone = std::move(parts.country.tones.dial),
                        .backup_d_channel = std::move(parts.backup_d_channel),
                        .span_alarm = std::move(parts.span_alarm)});
}

}  // namespace tipring::isdn
