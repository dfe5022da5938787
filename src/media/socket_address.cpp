// SocketAddress: see the header.
#include "socket_address.hpp"

#include <netdb.h>

#include <algorithm>
#include <cstring>

namespace tipring::media {

std::optional<SocketAddress> SocketAddress::parse(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return std::nullopt;
    std::optional<SocketAddress> address;
    if (found != nullptr && (found->ai_family == AF_INET || found->ai_family == AF_INET6)) {
        address.emplace();
        std::memcpy(address->raw(), found->ai_addr, std::min<std::size_t>(found->ai_addrlen, capacity));
    }
    ::freeaddrinfo(found);
    return address;
}

std::uint16_t SocketAddress::port() const noexcept {
    return ntohs(is_v6() ? v6_.sin6_port : v4_.sin_port);
}

SocketAddress SocketAddress::with_port(std::uint16_t port) const noexcept {
    SocketAddress copy = *this;
    if (is_v6()) {
        copy.v6_.sin6_port = htons(port);
    } else {
        copy.v4_.sin_port = htons(port);
    }
    return copy;
}

bool SocketAddress::reachable() const noexcept {
    if (port() == 0) return false;
    if (is_v6()) return std::memcmp(&v6_.sin6_addr, &in6addr_any, sizeof in6addr_any) != 0;
    return any_.sa_family == AF_INET && v4_.sin_addr.s_addr != INADDR_ANY;
}

bool SocketAddress::same_host(const SocketAddress& other) const noexcept {
    if (any_.sa_family != other.any_.sa_family) return false;
    if (is_v6()) return std::memcmp(&v6_.sin6_addr, &other.v6_.sin6_addr, sizeof v6_.sin6_addr) == 0;
    return v4_.sin_addr.s_addr == other.v4_.sin_addr.s_addr;
}

}  // namespace tipring::media
