// Answers of the daemon as text for people. Pure. Thread: main.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace tipring::cli {

// lists.cpp
std::string render_ports(const boost::json::value& answer);
std::string render_calls(const boost::json::value& answer);
std::string render_registrations(const boost::json::value& answer);
std::string render_spans(const boost::json::value& answer);
std::string render_events(const boost::json::value& answer);
std::string render_event(const boost::json::value& event);
std::string render_metrics(const boost::json::value& answer);
std::string render_commands(const boost::json::value& answer);

// port_sheet.cpp
std::string render_port(const boost::json::value& answer);

// span_sheet.cpp
std::string render_span(const boost::json::value& answer);
std::string render_span_restart(const boost::json::value& answer);
std::string render_health(const boost::json::value& answer);
std::string render_bit_test(const boost::json::value& result);
std::string render_loop(const boost::json::value& answer);

// sheets.cpp
std::string render_status(const boost::json::value& answer);
std::string render_reload(const boost::json::value& answer);
std::string render_route(const boost::json::value& answer);
std::string render_sim_state(const boost::json::value& answer);
std::string render_hearing(const boost::json::value& answer);

// checks.cpp
std::string render_test(const boost::json::value& result);
std::string render_learnt(const boost::json::value& result);
/// The lines for the configuration file; empty when nothing was learnt.
std::string learnt_configuration(const boost::json::value& result);

/// "2026-01-31T13:05:59.123Z" as local time "2026-01-31 14:05:59.123"; anything else unchanged.
std::string local_time(const std::string& iso);

}  // namespace tipring::cli
