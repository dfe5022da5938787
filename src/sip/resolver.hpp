// Resolver: host names to address literals without blocking anybody: each look-up has a short-lived helper
// thread of its own, for getaddrinfo() may hang for half a minute on a dead name server. It reads /etc/hosts,
// which Sofia's resolver does not. Thread: core; callbacks come on the core thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tipring/base/reactor.hpp"
#include "tipring/base/result.hpp"

namespace tipring::sip {

class Resolver {
  public:
    /// IPv4 addresses first; empty when the name has none.
    using Callback = std::function<void(std::vector<std::string> addresses)>;

    explicit Resolver(base::Reactor& reactor);
    /// Callbacks still due never come.
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    void look_up(const std::string& host, Callback callback);

  private:
    struct Gate;
    std::shared_ptr<Gate> gate_;
};

/// Whether UDP and TCP can be bound there now; the error says why not. Sofia only says that something went
/// wrong.
base::Result<void> check_listening(const std::string& host, std::uint16_t port);

/// The addresses that this machine has now.
std::vector<std::string> own_addresses();

/// Our address as seen by `server` (a literal): what a connected datagram socket would use. "" when there is
/// no way there.
std::string source_address_towards(const std::string& server, std::uint16_t port);

}  // namespace tipring::sip
