// Speaks JSON-RPC 2.0 to a daemon's control socket, one connection a call.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <stdexcept>
#include <string>

namespace tipring::acceptance {

/// The daemon answered with a JSON-RPC error.
struct ControlError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class ControlClient {
  public:
    explicit ControlClient(std::string socket_path) : socket_path_(std::move(socket_path)) {}
    /// The result; throws ControlError for an error answer, std::runtime_error when the daemon cannot be
    /// reached.
    boost::json::value call(const std::string& method, boost::json::object parameters = {}) const;
    bool reachable() const;

  private:
    std::string socket_path_;
};

}  // namespace tipring::acceptance
