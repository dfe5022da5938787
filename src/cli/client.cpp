#include "client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "table.hpp"
#include "values.hpp"

namespace tipring::cli {
namespace json = boost::json;

namespace {

/// Our server's code for a peer without permission.
constexpr long long permission_denied = -32002;
/// Longer than any command takes; the longest makes speech.
constexpr timeval answer_limit{.tv_sec = 20, .tv_usec = 0};
constexpr std::size_t max_answer_bytes = 64U * 1024 * 1024;

Failure unreachable(const std::string& path, int error) {
    const auto reason = std::generic_category().message(error);
    if (error == EACCES) {
        return {exit_no_permission, "permission denied for " + path +
                                        ": tipringctl is for root and the members of the daemon's control "
                                        "group (tipring, unless the configuration names another)"};
    }
    if (error == ENOENT)
        return {exit_unreachable, "tipringd is not running (no socket at " + path +
                                      "); start it with: systemctl start tipringd"};
    if (error == ECONNREFUSED) {
        return {exit_unreachable, "tipringd is not running (nobody listens at " + path +
                                      "); start it with: systemctl start tipringd"};
    }
    return {exit_unreachable, "tipringd cannot be reached at " + path + ": " + reason};
}

Failure lost() {
    return {exit_unreachable, "tipringd has closed the connection"};
}

}  // namespace

Client::~Client() {
    if (socket_ >= 0) ::close(socket_);
}

std::variant<int, Failure> Client::connect() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.empty() || path_.size() >= sizeof address.sun_path)
        return Failure{exit_usage, "the socket path must have 1 to 107 characters"};
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return unreachable(path_, errno);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return descriptor;
    const int error = errno;
    ::close(descriptor);
    return unreachable(path_, error);
}

std::variant<json::value, Failure> Client::read_message() {
    for (;;) {
        const auto end = input_.find('\n');
        if (end != std::string::npos) {
            boost::system::error_code broken;
            auto message = json::parse(input_.substr(0, end), broken);
            input_.erase(0, end + 1);
            if (broken) return Failure{exit_refused, "tipringd's answer is no JSON: " + broken.message()};
            return message;
        }
        char chunk[16384];
        const auto size = ::recv(socket_, chunk, sizeof chunk, 0);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN)
            return Failure{exit_unreachable, "tipringd does not answer (it is there, and stands still)"};
        if (size <= 0 || input_.size() > max_answer_bytes) return lost();
        input_.append(chunk, static_cast<std::size_t>(size));
    }
}

Answer Client::call(const std::string& method, json::object parameters) {
    if (socket_ < 0) {
        const auto connected = connect();
        if (const auto* failure = std::get_if<Failure>(&connected)) return *failure;
        socket_ = std::get<int>(connected);
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &answer_limit, sizeof answer_limit);
    }
    const auto line =
        json::serialize(json::object{
            {"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(parameters)}}) +
        "\n";
    for (std::size_t sent = 0; sent < line.size();) {
        const auto size = ::send(socket_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) break;  // the daemon may have said why before it closed
        sent += static_cast<std::size_t>(size);
    }
    const auto message = read_message();
    if (const auto* failure = std::get_if<Failure>(&message)) return *failure;
    const auto& answer = std::get<json::value>(message);
    const auto& error = member(answer, "error");
    if (error.is_object()) {
        return Failure{number(error, "code") == permission_denied ? exit_no_permission : exit_refused,
                       safe_lines(text(error, "message"))};
    }
    return member(answer, "result");
}

Failure Client::follow(const std::function<bool(const json::value&)>& take) {
    constexpr timeval for_ever{};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &for_ever, sizeof for_ever);
    for (;;) {
        const auto message = read_message();
        if (const auto* failure = std::get_if<Failure>(&message)) return *failure;
        if (!take(member(std::get<json::value>(message), "params"))) return {exit_ok, ""};
    }
}

}  // namespace tipring::cli
