// Resolver (resolver.hpp).
#include "resolver.hpp"

#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <thread>

#include "tipring/base/fd.hpp"
#include "tipring/base/log.hpp"
#include "tipring/base/text.hpp"

namespace tipring::sip {
namespace {

std::vector<std::string> addresses_of(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    std::vector<std::string> addresses;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return addresses;
    for (const int family : {AF_INET, AF_INET6}) {
        for (auto* entry = list; entry != nullptr; entry = entry->ai_next) {
            char text[NI_MAXHOST];
            if (entry->ai_family != family || getnameinfo(entry->ai_addr, entry->ai_addrlen, text,
                                                          sizeof text, nullptr, 0, NI_NUMERICHOST) != 0)
                continue;
            if (std::find(addresses.begin(), addresses.end(), text) == addresses.end())
                addresses.emplace_back(text);
        }
    }
    freeaddrinfo(list);
    return addresses;
}

}  // namespace

/// Shared with the helper threads, which may outlive the resolver.
struct Resolver::Gate {
    std::mutex mutex;
    base::Reactor* reactor;  ///< null after the resolver's end
};

Resolver::Resolver(base::Reactor& reactor) : gate_(std::make_shared<Gate>()) {
    gate_->reactor = &reactor;
}

Resolver::~Resolver() {
    const std::lock_guard lock(gate_->mutex);
    gate_->reactor = nullptr;
}

void Resolver::look_up(const std::string& host, Callback callback) try {
    std::thread([gate = gate_, host, callback = std::move(callback)] {
        auto addresses = addresses_of(host);
        const std::lock_guard lock(gate->mutex);
        if (gate->reactor == nullptr) return;
        gate->reactor->post([gate, callback, addresses = std::move(addresses)] {
            // The reactor pointer is cleared on the core thread, where we are: no lock is needed to read it
            // here.
            if (gate->reactor != nullptr) callback(addresses);
        });
    }).detach();
} catch (const std::system_error& no_thread) {
    base::log::error("sip", "{} is not looked up: {}", host, no_thread.what());
    gate_->reactor->post([gate = gate_, callback] {
        if (gate->reactor != nullptr) callback({});
    });
}

base::Result<void> check_listening(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    addrinfo* list = nullptr;
    const auto where = base::format("SIP cannot listen on {} port {}", host, port);
    if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list) != 0)
        return base::fail(where + ": not an IP address; write one of this machine, or 0.0.0.0 for all");
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
        const base::Fd socket(::socket(list->ai_family, type | SOCK_CLOEXEC, 0));
        const int yes =
            1;  // as Sofia does for TCP: connections that linger from the last run are no obstacle
        if (type == SOCK_STREAM) setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (socket && bind(socket.get(), list->ai_addr, list->ai_addrlen) == 0) continue;
        const auto error = errno;
        const auto advice = error == EADDRINUSE ? "; another program has the port"
                            : error == EADDRNOTAVAIL
                                ? "; write an address of this machine, or 0.0.0.0 for all"
                                : "";
        return base::fail(base::format("{} ({}): {}{}", where, type == SOCK_DGRAM ? "UDP" : "TCP",
                                       std::generic_category().message(error), advice));
    }
    return {};
}

std::vector<std::string> own_addresses() {
    std::vector<std::string> addresses;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return addresses;
    for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
        const int family = entry->ifa_addr != nullptr ? entry->ifa_addr->sa_family : AF_UNSPEC;
        if (family != AF_INET && family != AF_INET6) continue;
        const socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        char text[NI_MAXHOST];
        if (getnameinfo(entry->ifa_addr, size, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
            addresses.emplace_back(text);
    }
    freeifaddrs(list);
    return addresses;
}

std::string source_address_towards(const std::string& server, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    if (getaddrinfo(server.c_str(), std::to_string(port).c_str(), &hints, &list) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
    const base::Fd socket(::socket(list->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    char text[NI_MAXHOST];
    if (!socket || connect(socket.get(), list->ai_addr, list->ai_addrlen) != 0 ||
        getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        getnameinfo(reinterpret_cast<sockaddr*>(&address), size, text, sizeof text, nullptr, 0,
                    NI_NUMERICHOST) != 0)
        return {};
    return text;
}

}  // namespace tipring::sip
