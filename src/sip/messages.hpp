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
#include "tipring/sip/service.hpp"

namespace tipring::sip {

/// Number of a dialog, given by either thread; never used twice.
using DialogId = std::uint64_t;
DialogId next_dialog_id();

/// What to answer a digest challenge with. Never logged.
struct Credentials {
    std::string user;
    std::string password;
    bool complete() const { return !user.empty() && !password.empty(); }
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
    std::string more;        ///< further header lines, "" for none
    int hops_left = 70;      ///< Max-Forwards
    Credentials credentials;
    MediaPreferences media;
    LocalMedia local;
    config::CauseOverrides causes;
};

/// An INVITE that passed all checks.
struct IncomingCall {
    DialogId id = 0;
    std::string account;
    std::string source;  ///< address it came from
    call::Party caller;
    std::string called;
    bool hidden = false;     ///< the one called does not want to be known
    std::string alert_info;  ///< of all fields
    std::vector<call::Diversion> diversions;
    int hops_left = 70;  ///< of CallRequest
    call::UserToUser user_to_user;
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
    std::vector<std::string>
        hidden_numbers;  ///< who of all that are called through it does not want to be known
    MediaPreferences media;
    bool message_waiting = true;  ///< NOTIFYs without a subscription are taken
    config::CauseOverrides causes;
};

/// Who answers on our side, as the server is told (RFC 3325); a name-addr, "" for nothing to say.
struct Asserted {
    std::string identity;
    bool hidden = false;  ///< Privacy: id
};

struct Proceeding {};
struct Alerting {
    bool inband = false;
    bool rings = true;  ///< false: there is only something to hear (183)
};
/// The far end says who is connected (P-Asserted-Identity in an answer or an UPDATE).
struct PartyKnown {
    call::Party party;
};
struct Answered {};
struct MediaAgreed {
    Agreement agreement;
};
struct DigitPressed {
    char digit = 0;
};
struct FlashPressed {};
/// Outcome of our re-INVITE.
struct HoldAnswered {
    bool accepted = false;
    bool try_again = false;  ///< it met another one (491), or Sofia was not ready
    std::string reason{};    ///< of a refusal
};
/// How our REFER goes on.
struct ReferProgress {
    enum class Step { accepted, reached, failed };
    Step step = Step::failed;
    std::string reason{};  ///< in words
};
/// The one Contact of a 3xx answer.
struct Redirection {
    std::string user;  ///< decoded
    std::string host;
};
struct Released {
    call::Cause cause;
    bool no_answer_at_all = false;  ///< nothing came back from the server
    std::optional<Redirection> redirection{};
};
using DialogEvent = std::variant<Proceeding, Alerting, PartyKnown, Answered, MediaAgreed, DigitPressed,
                                 FlashPressed, HoldAnswered, ReferProgress, Released>;

/// One REFER inside a dialog.
struct ReferOrder {
    std::string target;       ///< URI of Refer-To
    DialogId replaces = 0;    ///< the dialog that the far end's call replaces; 0: none
    std::string referred_by;  ///< name-addr
    Credentials credentials;  ///< when the server asks; those of an outgoing call are known already
};

/// One SUBSCRIBE to message-summary, kept alive (RFC 3842).
struct SubscriptionOrder {
    std::uint64_t id = 0;
    std::string uri;   ///< the mailbox
    std::string to;    ///< the mailbox as an address
    std::string from;  ///< the subscriber
    std::string contact;
    std::string route;
    std::chrono::seconds expires{3600};
    Credentials credentials;
};

/// A final answer to a SUBSCRIBE, or its end by the server (status 0).
struct SubscriptionAnswer {
    std::uint64_t id = 0;
    unsigned status = 0;
    std::string reason;
};

/// A NOTIFY about messages that wait.
struct MessageNotice {
    std::string account;
    std::string user;                ///< to whom it was sent
    std::uint64_t subscription = 0;  ///< order that it belongs to; 0: nobody asked for it
    MessageSummary summary;
};

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
    virtual void on_subscription_answer(const SubscriptionAnswer& answer) = 0;
    virtual void on_messages(const MessageNotice& notice) = 0;
    virtual void on_probe_answer(const std::string& account) = 0;
    virtual void on_shut_down() = 0;
};

}  // namespace tipring::sip
