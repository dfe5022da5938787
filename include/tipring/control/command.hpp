// Control commands: one self-describing class each, called by JSON-RPC 2.0 over a Unix socket. Thread: core.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/result.hpp"

namespace tipring::control {

/// Who may call a command: others may connect but read nothing (H4).
enum class Access { read, operate };

struct Parameter {
    std::string name;
    std::string type;  ///< "integer", "string", "boolean"
    bool required = false;
    std::string help;
};

struct CommandError {
    int code = -32000;  ///< JSON-RPC code: -32602 invalid parameters, -32000 refused, -32001 not found
    std::string message;
};

class Command {
  public:
    using Reply = boost::system::result<boost::json::value, CommandError>;
    virtual ~Command() = default;
    virtual std::string_view name() const = 0;     ///< method, for example "port.show"
    virtual std::string_view summary() const = 0;  ///< one line for people
    virtual Access access() const = 0;
    virtual std::vector<Parameter> parameters() const { return {}; }
    /// Parameters were checked against parameters() before.
    virtual Reply run(const boost::json::object& parameters) = 0;
};

[[noreturn]] inline void throw_exception_from_error(const CommandError& error, const boost::source_location&) {
    throw std::runtime_error(error.message);
}

}  // namespace tipring::control
