// SocketAddress: an IPv4 or IPv6 address with its port, as plain bytes that may cross the command ring.
// Thread: any; parse() is for the core (the resolver may allocate).
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace tipring::media {

class SocketAddress {
  public:
    SocketAddress() noexcept : v6_{} {}
    /// Numeric literals only; nullopt otherwise.
    static std::optional<SocketAddress> parse(const std::string& host, std::uint16_t port);

    bool is_v6() const noexcept { return any_.sa_family == AF_INET6; }
    std::uint16_t port() const noexcept;
    SocketAddress with_port(std::uint16_t port) const noexcept;
    /// False for no address, port 0 and the unspecified host ("0.0.0.0" in an SDP means "do not send").
    bool reachable() const noexcept;
    bool same_host(const SocketAddress& other) const noexcept;
    friend bool operator==(const SocketAddress& a, const SocketAddress& b) noexcept {
        return a.same_host(b) && a.port() == b.port();
    }

    const sockaddr* raw() const noexcept { return &any_; }
    sockaddr* raw() noexcept { return &any_; }
    socklen_t size() const noexcept { return is_v6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }
    static constexpr socklen_t capacity = sizeof(sockaddr_in6);

  private:
    union {
        sockaddr any_;
        sockaddr_in v4_;
        sockaddr_in6 v6_;
    };
};

}  // namespace tipring::media
