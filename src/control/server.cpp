#include "tipring/control/server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <unordered_map>

#include "group.hpp"
#include "peer.hpp"
#include "session.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/base/log.hpp"
#include "tipring/base/text.hpp"
#include "tipring/base/unix_socket.hpp"

namespace tipring::control {
namespace asio = boost::asio;
using boost::system::error_code;
using Protocol = asio::local::stream_protocol;

namespace {

base::Result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return base::fail(base::format("control socket {}: the path must have 1 to 107 characters", path));
    }
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

/// Opens the file for the group, or keeps it for our own user with a warning.
void open_to_group(const std::string& path, const std::string& group) {
    const auto id = group_id(group);
    if (!id) {
        base::log::warning(
            "control",
            "there is no group {}: only root and the daemon's user may use tipringctl (addgroup --system {})",
            group, group);
        return;
    }
    if (::chown(path.c_str(), static_cast<uid_t>(-1), *id) != 0 || ::chmod(path.c_str(), 0660) != 0) {
        base::log::warning("control", "control socket {} cannot be given to the group {}: {}", path, group,
                           base::errno_text(errno));
    }
}

}  // namespace

struct Server::State : std::enable_shared_from_this<State> {
    State(asio::io_context& io, Registry& commands, ServerOptions server_options)
        : context(io), registry(commands), options(std::move(server_options)), acceptor(io), pause(io) {}

    asio::io_context& context;
    Registry& registry;
    ServerOptions options;
    Protocol::acceptor acceptor;
    asio::steady_timer pause;
    std::unordered_map<Session*, std::shared_ptr<Session>> sessions;
    bool running = false;

    void accept() {
        acceptor.async_accept([self = shared_from_this()](const error_code& error, Protocol::socket socket) {
            if (!self->running || error == asio::error::operation_aborted) return;
            if (error) {
                self->accept_later(error);
                return;
            }
            self->admit(std::move(socket));
            self->accept();
        });
    }
    /// Out of descriptors: a listening socket that stays readable would spin.
    void accept_later(const error_code& error) {
        base::log::error("control", "control socket: accept: {}", error.message());
        pause.expires_after(std::chrono::seconds(1));
        pause.async_wait([self = shared_from_this()](const error_code& cancelled) {
            if (self->running && !cancelled) self->accept();
        });
    }
    void admit(Protocol::socket socket) {
        const auto peer = peer_of(socket.native_handle());
        if (!peer) {
            base::log::warning("control", "control socket: {}", peer.error().message);
            return;
        }
        const bool allowed =
            options.may_operate ? options.may_operate(*peer) : may_operate(*peer, options.group);
        const auto session = std::make_shared<Session>(std::move(socket), *peer, allowed, registry, options,
                                                       [weak = weak_from_this()](Session& closed) {
                                                           if (const auto self = weak.lock())
                                                               self->sessions.erase(&closed);
                                                       });
        if (sessions.size() >= options.max_connections) {
            session->refuse({rpc_code::refused,
                             base::format("too many connections (at most {})", options.max_connections)});
            return;
        }
        if (!allowed)
            base::log::warning("control", "uid={} pid={} has no permission to use the control socket",
                               peer->uid, peer->pid);
        sessions.emplace(session.get(), session);
        session->start();
    }
};

Server::Server(asio::io_context& context, Registry& registry, ServerOptions options)
    : state_(std::make_shared<State>(context, registry, std::move(options))) {}

Server::~Server() {
    stop();
}

base::Result<void> Server::start() {
    const auto& path = state_->options.socket_path;
    const auto address = address_of(path);
    if (!address) return address.error();
    if (auto removed =
            base::remove_stale_socket(*address, SOCK_STREAM, "control socket",
                                      "is another tipringd running? Stop that one or set control.socket");
        !removed)
        return removed;
    base::Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!listener) return base::fail(base::format("control socket: {}", base::errno_text(errno)));
    // The file takes its mode from the socket's, so that it is never open to others, not even for a moment.
    ::fchmod(listener.get(), 0600);
    if (::bind(listener.get(), generic(*address), sizeof *address) != 0) {
        return base::fail(
            base::format("control socket {}: {}; its folder must exist and be writable for the daemon's user",
                         path, base::errno_text(errno)));
    }
    if (::listen(listener.get(), 16) != 0)
        return base::fail(base::format("control socket {}: {}", path, base::errno_text(errno)));
    open_to_group(path, state_->options.group);
    error_code error;
    state_->acceptor.assign(Protocol(), listener.get(), error);
    if (error) return base::fail(base::format("control socket {}: {}", path, error.message()));
    listener.release();
    state_->running = true;
    state_->accept();
    return {};
}

void Server::stop() {
    if (!state_->running) return;
    state_->running = false;
    error_code ignored;
    state_->pause.cancel();
    state_->acceptor.close(ignored);
    while (!state_->sessions.empty()) {
        const auto session = state_->sessions.begin()->second;
        session->close();
    }
    ::unlink(state_->options.socket_path.c_str());
}

std::size_t Server::connections() const {
    return state_->sessions.size();
}

}  // namespace tipring::control
