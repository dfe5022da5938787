// The control socket from the outside: one request, its answer, and the notifications after it. Blocking.
// Thread: main.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <variant>

namespace tipring::cli {

/// Exit codes of tipringctl (docs/man/tipringctl.8).
enum ExitCode { exit_ok = 0, exit_refused = 1, exit_usage = 2, exit_unreachable = 3, exit_no_permission = 4 };

struct Failure {
    ExitCode code = exit_refused;
    std::string message;
};

using Answer = std::variant<boost::json::value, Failure>;

class Client {
  public:
    explicit Client(std::string socket_path) : path_(std::move(socket_path)) {}
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    Answer call(const std::string& method, boost::json::object parameters);
    /// Hands over the parameters of each notification until the daemon goes or `take` returns false.
    Failure follow(const std::function<bool(const boost::json::value&)>& take);

  private:
    std::variant<int, Failure> connect() const;
    std::variant<boost::json::value, Failure> read_message();

    std::string path_;
    int socket_ = -1;
    std::string input_;
};

}  // namespace tipring::cli
