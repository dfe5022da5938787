#include "settings_view.hpp"

namespace tipring::analog {

std::string_view kind_name(config::PortKind kind) {
    return kind == config::PortKind::fxs ? "fxs" : "fxo";
}

PortView settings_view(const config::Port& settings) {
    PortView view;
    view.channel = {settings.channel};
    view.kind = kind_name(settings.kind);
    view.number = settings.number;
    view.label = settings.label;
    view.group = settings.group;
    view.account = settings.account;
    return view;
}

}  // namespace tipring::analog
