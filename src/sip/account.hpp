// Account: one SIP server as it is now: its addresses, whether it is alive, and the header values of calls
// and registrations through it. Thread: core.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "header_text.hpp"
#include "messages.hpp"
#include "tipring/base/reactor.hpp"
#include "tipring/config/config.hpp"
#include "tipring/sip/service.hpp"

namespace tipring::sip {

class Account {
  public:
    /// `source` tells our address as a server sees it, "" when there is no way there; empty: the kernel is
    /// asked.
    Account(base::Reactor& reactor, const config::SipAccount& settings, const config::Sip& sip,
            const config::Media& media, std::vector<Identity> identities, SourceAddress source = {});

    const config::SipAccount& settings() const { return settings_; }
    void set_identities(std::vector<Identity> identities) { identities_ = std::move(identities); }
    const std::string& server_host() const { return server_.host; }
    bool server_is_name() const;
    /// For people: the host, with the port when it is not 5060.
    std::string server_text() const;
    /// The server's addresses; an empty list keeps the ones known before. True when something changed, our
    /// own address included.
    bool set_addresses(std::vector<std::string> addresses);
    bool resolved() const { return !addresses_.empty(); }
    /// Looks again which address we have towards the server: the network may come, go and change at any time.
    /// True when it is another one than before.
    bool refresh_local_host() { return set_addresses({}); }
    /// Told to listen on any address of this machine.
    bool listens_anywhere() const;
    /// Whether there is a way to the server; otherwise local_host() is empty.
    bool has_route() const { return !local_host_.empty(); }
    std::string no_route() const { return "no route to " + server_.host; }
    /// Everything that requests of this account may come from.
    std::vector<std::string> trusted() const;
    const std::string& local_host() const { return local_host_; }

    /// Dead for a while: calls fail over at once, and `probe` is called until the server answers or the time
    /// is over.
    void mark_dead(std::function<void()> probe);
    void mark_alive();
    bool dead() const;
    std::string silence() const { return server_text() + " does not answer"; }

    std::string probe_uri() const;
    OutgoingCall outgoing_call(const call::CallRequest& request) const;
    /// Who answers, as the server is told; nothing for a party without a number.
    Asserted asserted(const call::Party& party) const;
    RegistrationOrder registration(const Identity& identity) const;
    SubscriptionOrder subscription(const Identity& identity) const;
    /// What the server accepts from this user of the account in a request inside a call that came from it.
    Credentials credentials_of(const std::string& user) const;
    /// A number at this account, as Refer-To names it; and a user of it as an address.
    std::string target_uri(const std::string& number) const;
    std::string address_of(const std::string& user) const;
    /// Value of Referred-By for a user, "" being the account's; nobody's when he hides. It is never left out:
    /// Sofia would name the address that the dialog has for us.
    std::string referrer(const std::string& user, bool hidden) const;
    /// The host of a URI means this account's server.
    bool is_own_host(const std::string& host) const;
    AccountRules rules() const;
    MediaPreferences media() const;

  private:
    void ask();
    Credentials credentials_of(const Identity* identity) const;
    const Identity* identity_for(const call::CallRequest& request) const;
    bool find_local_host();
    void log_way() const;
    std::string domain() const;
    std::string request_host() const;
    std::string route() const;
    std::string contact(const std::string& user) const;
    std::string transport_parameter() const;

    base::Reactor& reactor_;
    config::SipAccount settings_;
    config::Sip sip_;
    config::Media media_;
    std::vector<Identity> identities_;
    SourceAddress source_;
    HostPort server_;
    std::vector<std::string> addresses_;
    std::string local_host_;
    base::TimePoint dead_until_{};
    std::function<void()> probe_;
    base::Timer probe_timer_;
};

}  // namespace tipring::sip
