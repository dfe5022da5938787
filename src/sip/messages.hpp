// The values that cross between the core thread and the SIP thread. No Sofia types, no pointers.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "offer_answer.hpp"
#include "tipring/call/leg.hpp"

namespace tipring::sip {

/// Number of a dialog, given by either thread; never used twice.
using DialogId = std::uint64_t;
DialogId next_dialog_id();

/// What to answer a digest challenge with. Never logged.
struct Credentials {
    std::string user;
    std::string password;
};

/// The header values of an outgoing call; made on the core thread, already escaped.
struct OutgoingCall {
    DialogId id = 0;
    std::string request_uri;
    std::string from;
    std::string to;
    std::string contact;
    std::string route;       ///< pre-loaded Route to the server, "" when the request URI leads there
    std::string asserted;    ///< P-Asserted-Identity, "" for none
    bool anonymous = false;  ///< Privacy: id
    Credentials credentials;
    MediaPreferences media;
    LocalMedia local;
};

/// An INVITE that passed all checks.
struct IncomingCall {
    DialogId id = 0;
    std::string account;
    std::string source;  ///< address it came from
    call::Party caller;
    std::string called;
    /// Agreed from their offer; nullopt: they want us to offer.
    std::optional<Agreement> agreement;
    MediaPreferences media;
};

/// What the agent has to know about an account to accept a call from it.
struct AccountRules {
    std::string name;
    std::string local_host;          ///< our address as that server sees it
    std::string gateway_user;        ///< user of the account's own registration, "" for none
    std::vector<std::string> users;  ///< users that belong to this account, when servers are shared
    MediaPreferences media;
};

struct Proceeding {};
struct Alerting {
    bool inband = false;
};
struct Answered {};
struct MediaAgreed {
    Agreement agreement;
};
struct DigitPressed {
    char digit = 0;
};
struct Released {
    call::Cause cause;
    bool no_answer_at_all = false;  ///< nothing came back from the server
};
using DialogEvent = std::variant<Proceeding, Alerting, Answered, MediaAgreed, DigitPressed, Released>;

/// One REGISTER to be kept alive.
struct RegistrationOrder {
    std::uint64_t id = 0;
    std::string registrar_uri;
    std::string address_of_record;  ///< From and To
    std::string contact;
    std::string route;
    std::chrono::seconds expires{3600};
    Credentials credentials;
};

/// The final answer to a REGISTER, the first one or a refresh. status 408 or 503 with `from_network` false:
/// no answer.
struct RegistrationAnswer {
    std::uint64_t id = 0;
    unsigned status = 0;
    std::string phrase;
    bool from_network = false;
    std::chrono::seconds expires{0};
    std::chrono::seconds min_expires{0};
};

/// Receives what the SIP thread reports; called on the core thread.
class AgentObserver {
  public:
    virtual ~AgentObserver() = default;
    virtual void on_incoming(const IncomingCall& call) = 0;
    virtual void on_dialog(DialogId id, const DialogEvent& event) = 0;
    virtual void on_registration_answer(const RegistrationAnswer& answer) = 0;
    virtual void on_probe_answer(const std::string& account) = 0;
    virtual void on_shut_down() = 0;
};

}  // namespace tipring::sip
