// Control commands: one self-describing class each, called by JSON-RPC 2.0 over a Unix socket. Thread: core.
#pragma once

#include <sys/types.h>

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

/// The process at the other end of the socket, as the kernel names it (SO_PEERCRED, SO_PEERGROUPS).
struct Peer {
    uid_t uid = 0;
    pid_t pid = 0;
    std::vector<gid_t> groups;  ///< primary and supplementary
};

/// The connection that a command came over, for those that send more than one answer.
class Client {
  public:
    virtual ~Client() = default;
    virtual const Peer& peer() const = 0;
    /// Sends a JSON-RPC notification. Ignored when the client has gone.
    virtual void notify(std::string_view method, boost::json::object parameters) = 0;
    /// Keeps `thing` until the client has gone; it may refer to the client by a plain reference.
    virtual void keep(std::shared_ptr<void> thing) = 0;
};

class Command {
  public:
    using Reply = boost::system::result<boost::json::value, CommandError>;
    virtual ~Command() = default;
    virtual std::string_view name() const = 0;     ///< method, for example "port.show"
    virtual std::string_view summary() const = 0;  ///< one line for people
    virtual Access access() const = 0;
    virtual std::vector<Parameter> parameters() const { return {}; }
    /// Whether a call with these parameters changes something, and so belongs into the audit log.
    virtual bool changes(const boost::json::object&) const { return access() == Access::operate; }
    /// Parameters were checked against parameters() before.
    virtual Reply run(const boost::json::object& parameters) = 0;
    /// For commands that answer later, or go on sending: `answer` is called once, now or later, on the core
    /// thread. Whoever calls it when the client has gone does no harm.
    using Answer = std::function<void(Reply)>;
    virtual void start(const boost::json::object& parameters, Client& client, Answer answer) {
        static_cast<void>(client);
        answer(run(parameters));
    }
};

[[noreturn]] inline void throw_exception_from_error(const CommandError& error,
                                                    const boost::source_location&) {
    throw std::runtime_error(error.message);
}

}  // namespace tipring::control
