#include "control_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>

#include "tipring/base/fd.hpp"

namespace tipring::acceptance {
namespace json = boost::json;

namespace {

base::Fd open_connection(const std::string& path) {
    base::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long: " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const timeval limit{60, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("no daemon at " + path);
    }
    return fd;
}

}  // namespace

json::value ControlClient::call(const std::string& method, json::object parameters) const {
    const auto fd = open_connection(socket_path_);
    const json::object request{
        {"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(parameters)}};
    const auto line = json::serialize(request) + "\n";
    if (::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
        throw std::runtime_error("control socket: send failed");
    }
    std::string answer;
    while (answer.find('\n') == std::string::npos) {
        char buffer[4096];
        const auto got = ::recv(fd.get(), buffer, sizeof buffer, 0);
        if (got < 0 && errno == EINTR) continue;  // stopped and continued, with a receive timeout
        if (got <= 0) throw std::runtime_error("control socket: no answer to " + method);
        answer.append(buffer, static_cast<std::size_t>(got));
    }
    const auto reply = json::parse(answer.substr(0, answer.find('\n'))).as_object();
    if (const auto* error = reply.if_contains("error")) throw ControlError(json::serialize(*error));
    return reply.at("result");
}

bool ControlClient::reachable() const {
    try {
        call("status");
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace tipring::acceptance
