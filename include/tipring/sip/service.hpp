// The SIP side: accounts, registrations and dialogs, behind the Sofia thread. Everything here is for the core
// thread; the Sofia objects live in their own thread, reached only by messages.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tipring/base/reactor.hpp"
#include "tipring/call/leg.hpp"
#include "tipring/config/config.hpp"
#include "tipring/media/engine.hpp"
#include "tipring/media/rtp_socket.hpp"

namespace tipring::sip {

/// Somebody who may register and place calls: a port, or the gateway itself.
struct Identity {
    std::string account;  ///< SipAccount::name
    std::string user;     ///< user part of the address of record
    std::string auth_user;
    std::string password;
    std::string display_name;
    std::string port;       ///< number of the port it stands for, "" for the gateway
    std::string mailbox{};  ///< user part of the mailbox that it subscribes to; "": `user`
    friend bool operator==(const Identity&, const Identity&) = default;
};
/// A server that knows the one knows the other.
inline bool same_login(const Identity& one, const Identity& other) {
    return one.user == other.user && one.auth_user == other.auth_user && one.password == other.password;
}

/// What a mail server says about a mailbox (RFC 3842 3.5); voice messages where it tells them apart.
struct MessageSummary {
    bool waiting = false;
    unsigned new_messages = 0, old_messages = 0;  ///< 0 when the server does not count
    std::string mailbox{};  ///< user part of Message-Account; servers put there what they like, "" for none
    friend bool operator==(const MessageSummary&, const MessageSummary&) = default;
};

enum class RegistrationState {
    unregistered,
    registering,
    registered,
    failed,
    peer,  ///< an account that needs no registration; `failed` when it cannot be used
};
std::string_view name(RegistrationState state);

/// What `tipringctl registrations` shows.
struct RegistrationView {
    std::string account, user, server;
    RegistrationState state = RegistrationState::unregistered;
    std::string
        reason;  ///< the last answer in words, for example "403 Forbidden" or "no answer from 192.0.2.1"
    std::chrono::seconds expires_in{0};
    std::uint64_t attempts = 0;
};

struct ServiceStats {
    std::uint64_t dialogs = 0;    ///< now
    std::uint64_t refused = 0;    ///< requests from unknown addresses
    std::uint64_t malformed = 0;  ///< refused with 400 by our own checks
};

/// Our address as seen by a server (a literal) at a port, "" when there is no way there.
using SourceAddress = std::function<std::string(const std::string& server, std::uint16_t port)>;

struct ServiceParts {
    base::Reactor& reactor;
    media::Engine& engine;
    media::RtpPortPool& rtp_ports;
    call::CallSink& calls;
    config::Sip settings;
    config::Media media;
    std::vector<Identity> identities;  ///< those of mode per_port and gateway register
    std::function<void(const RegistrationView&)> on_registration;
    /// For tests: how often listening is tried again and our own address is looked at, and who knows it
    /// (empty: the kernel).
    base::Duration retry = std::chrono::seconds(5);
    SourceAddress source_address = {};
    /// Messages wait for somebody, or no longer; from trusted sources only, may repeat itself. Whoever has an
    /// account without registrations (mode peer), or is not registered, comes with account and user only. The
    /// gateway's own identity has in `mailbox` whom Message-Account names, "" for nobody.
    std::function<void(const Identity&, const MessageSummary&)> on_message_waiting = {};
    /// Telephones that hide their number: what they answer does not name them.
    std::vector<std::string> hidden_numbers = {};
};

class Service {
  public:
    virtual ~Service() = default;
    /// Starts the Sofia thread and binds the listening address. When that cannot be done (now), calls are
    /// refused with a cause that lets the next destination be tried, registrations() say why, naming address
    /// and port, and it is tried again until it works.
    virtual void start() = 0;
    /// Un-registers and ends the thread; `done` runs on the core thread within `deadline`.
    virtual void stop(std::chrono::milliseconds deadline, std::function<void()> done) = 0;
    /// The port map has changed: who is new registers, who is gone takes the registration back. Calls go on.
    virtual void set_identities(std::vector<Identity> identities,
                                std::vector<std::string> hidden_numbers) = 0;
    /// One per account.
    virtual std::vector<call::Exit*> exits() = 0;
    virtual std::vector<RegistrationView> registrations() const = 0;
    /// Why calls cannot go out over the account for the port with this number, for people; "" when they can, as far
    /// as is known: what makes routes pass the account by, and a registration that failed or has expired.
    virtual std::string fault(const std::string& account, const std::string& port) = 0;
    virtual ServiceStats stats() const = 0;
};

std::unique_ptr<Service> make_service(ServiceParts parts);

}  // namespace tipring::sip
