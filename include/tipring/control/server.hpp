// The control socket: JSON-RPC 2.0, one message a line, over a Unix stream socket. Only root, the daemon's
// own user and members of one group are served (H4). Thread: core.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "tipring/base/result.hpp"
#include "tipring/control/registry.hpp"

namespace tipring::control {

struct ServerOptions {
    std::string socket_path = "/run/tipring/control.sock";
    /// Members of this group operate. The file gets this group and mode 0660 when it exists, otherwise mode
    /// 0600 and a warning.
    std::string group = "tipring";
    std::size_t max_request_bytes = 64 * 1024;
    std::size_t max_connections = 64;
    /// What may wait for a client that does not read; more, or longer, and it is cut off.
    std::size_t max_unread_bytes = 1024 * 1024;
    std::chrono::milliseconds max_unread_time{30000};
    /// Instead of the rule above, for tests.
    std::function<bool(const Peer&)> may_operate;
};

class Server {
  public:
    /// `context` is run by the core thread; `registry` outlives the server.
    Server(boost::asio::io_context& context, Registry& registry, ServerOptions options);
    /// Closes all connections and removes the socket file.
    ~Server();

    /// Replaces a stale socket file. The error names the path, the reason and what to do.
    base::Result<void> start();
    void stop();
    std::size_t connections() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Whether the rule of ServerOptions::group lets this peer in.
bool may_operate(const Peer& peer, const std::string& group);

}  // namespace tipring::control
