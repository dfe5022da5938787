#include "commands.hpp"

#include <algorithm>

#include "tipring/base/text.hpp"

namespace tipring::control {
namespace json = boost::json;

std::string text_parameter(const json::object& parameters, std::string_view name,
                           std::string_view otherwise) {
    const auto* value = parameters.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string(otherwise);
}

bool flag_parameter(const json::object& parameters, std::string_view name, bool otherwise) {
    const auto* value = parameters.if_contains(name);
    return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

std::int64_t integer_parameter(const json::object& parameters, std::string_view name, std::int64_t otherwise,
                               std::int64_t lowest, std::int64_t highest) {
    const auto* value = parameters.if_contains(name);
    if (value == nullptr) return otherwise;
    if (value->is_uint64()) return highest;  // only those beyond int64 are kept as unsigned
    return std::clamp(value->is_int64() ? value->get_int64() : otherwise, lowest, highest);
}

analog::Port* find_port(const System& system, std::string_view text) {
    for (auto* port : system.ports) {
        if (port->settings().number == text) return port;
    }
    for (auto* port : system.ports) {
        if (std::to_string(port->settings().channel) == text) return port;
    }
    return nullptr;
}

CommandError no_such_port(const System& system, std::string_view text) {
    std::string have;
    for (const auto* port : system.ports) {
        if (have.size() > 80) {
            have += ", ...";
            break;
        }
        have += base::format("{}{} ({})", have.empty() ? "" : ", ", port->settings().channel,
                             port->settings().number);
    }
    return {rpc_code::not_found, base::format("there is no port {}; channel (number): {}",
                                              base::printable(text, 60), have.empty() ? "none" : have)};
}

void add_all_commands(Registry& registry, System& system, boost::asio::io_context& context) {
    add_status_commands(registry, system);
    add_port_commands(registry, system);
    add_check_commands(registry, system, context);
    add_trunk_commands(registry, system);
    add_span_trace_commands(registry, system);
    add_span_commands(registry, system);
    add_span_service_commands(registry, system);
    add_call_commands(registry, system);
    add_event_commands(registry, system);
    add_log_commands(registry);
    add_metrics_command(registry, system);
    add_reload_command(registry, system);
    add_route_commands(registry, system);
    add_sim_phone_commands(registry, system);
    add_sim_audio_commands(registry, system, context);
    add_sim_record_commands(registry, system);
    add_sim_line_commands(registry, system);
    add_sim_isdn_commands(registry, system);
}

}  // namespace tipring::control
