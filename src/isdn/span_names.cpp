#include "span_names.hpp"

#include "tipring/isdn/span.hpp"

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
        case BearerState::out_of_service_remote:
            return "out_of_service_remote";
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

SpanView settings_view(const config::Span& settings) {
    SpanView view;
    view.number = settings.number;
    view.name = settings.name;
    view.label = settings.label;
    view.side = side_name(settings.side);
    view.switch_type = switch_name(settings.switch_type);
    return view;
}

}  // namespace tipring::isdn
