// What commands show, as JSON. Times are ISO 8601 in UTC; durations are integers whose name ends in their
// unit. Pure. Thread: core.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>

#include "tipring/control/system.hpp"

namespace tipring::control {

/// "2026-01-31T13:05:59.123Z"
std::string iso_time(std::chrono::system_clock::time_point time);

/// Rounded, for figures that people read.
double one_decimal(double value);

// port_json.cpp
/// One row of `ports`.
boost::json::object port_row(const analog::PortView& view);
/// The whole sheet of `port.show`.
boost::json::object port_sheet(const analog::PortView& view, const config::Port& settings,
                               std::chrono::system_clock::time_point now);
// view_json.cpp
boost::json::object span_row(const isdn::SpanView& view);
boost::json::object registration_row(const sip::RegistrationView& view);
boost::json::object call_row(const call::CallView& view, const media::Engine& engine);
boost::json::object event_object(const telemetry::Event& event);
boost::json::object hearing_object(const farend::Hearing& hearing);

}  // namespace tipring::control
