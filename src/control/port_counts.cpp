#include "port_counts.hpp"

namespace tipring::control {

PortCounts port_counts(const System& system) {
    PortCounts counts{{{"idle", 0}, {"busy", 0}, {"alarm", 0}, {"missing", 0}, {"out_of_service", 0}}};
    auto& [idle, busy, alarm, missing, out_of_service] = counts;
    for (const auto* port : system.ports) {
        const auto view = port->view();
        if (!view.in_service)
            ++out_of_service.second;
        else if (view.missing)
            ++missing.second;
        else if (view.alarm)
            ++alarm.second;
        else if (port->idle())
            ++idle.second;
        else
            ++busy.second;
    }
    return counts;
}

}  // namespace tipring::control
