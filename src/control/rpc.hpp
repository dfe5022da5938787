// JSON-RPC 2.0 messages as text lines. Pure. Thread: any.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "tipring/control/command.hpp"

namespace tipring::control {

/// JSON-RPC 2.0 section 5.1, and our own codes.
namespace rpc_code {
inline constexpr int parse_error = -32700;
inline constexpr int invalid_request = -32600;
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_parameters = -32602;
inline constexpr int internal_error = -32603;
inline constexpr int refused = -32000;
inline constexpr int not_found = -32001;
inline constexpr int permission_denied = -32002;
}  // namespace rpc_code

struct Request {
    boost::json::value id;     ///< null when unknown
    bool wants_answer = true;  ///< false: a notification, section 4.1
    std::string method;
    boost::json::object parameters;
};

struct RequestError {
    boost::json::value id;
    CommandError error;
};

/// Either a request or the error to answer with. `line` is hostile.
boost::system::result<Request, RequestError> parse_request(std::string_view line);

/// Each is one line with its line feed.
std::string result_line(const boost::json::value& id, const boost::json::value& result);
std::string error_line(const boost::json::value& id, const CommandError& error);
std::string notification_line(std::string_view method, const boost::json::object& parameters);

[[noreturn]] inline void throw_exception_from_error(const RequestError& error,
                                                    const boost::source_location&) {
    throw std::runtime_error(error.error.message);
}

}  // namespace tipring::control
