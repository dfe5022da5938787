// The families of commands, and what they share. Thread: core.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "rpc.hpp"
#include "tipring/control/registry.hpp"

namespace tipring::control {

void add_status_commands(Registry& registry, System& system);
void add_port_commands(Registry& registry, System& system);
void add_check_commands(Registry& registry, System& system, boost::asio::io_context& context);
void add_trunk_commands(Registry& registry, System& system);
void add_span_trace_commands(Registry& registry, System& system);
void add_span_commands(Registry& registry, System& system);
void add_span_service_commands(Registry& registry, System& system);
void add_call_commands(Registry& registry, System& system);
void add_event_commands(Registry& registry, System& system);
void add_log_commands(Registry& registry);
void add_metrics_command(Registry& registry, System& system);
void add_reload_command(Registry& registry, System& system);
void add_route_commands(Registry& registry, System& system);
void add_sim_phone_commands(Registry& registry, System& system);
void add_sim_audio_commands(Registry& registry, System& system, boost::asio::io_context& context);
void add_sim_record_commands(Registry& registry, System& system);
void add_sim_line_commands(Registry& registry, System& system);
void add_sim_isdn_commands(Registry& registry, System& system);

/// A string parameter, or `otherwise` when it was not given.
std::string text_parameter(const boost::json::object& parameters, std::string_view name,
                           std::string_view otherwise = {});
bool flag_parameter(const boost::json::object& parameters, std::string_view name, bool otherwise = false);
/// Within the bounds; a value beyond them counts as the nearest bound.
std::int64_t integer_parameter(const boost::json::object& parameters, std::string_view name,
                               std::int64_t otherwise, std::int64_t lowest, std::int64_t highest);

/// The port with this number, or else the one on this channel; null when there is none.
analog::Port* find_port(const System& system, std::string_view text);
/// "there is no port 9 (ports: 1-4)"
CommandError no_such_port(const System& system, std::string_view text);

inline const Parameter port_parameter{"port", "string", true,
                                      "number of the port, or its channel on the board"};

}  // namespace tipring::control
