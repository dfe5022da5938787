// Agent: the SIP user agent: owns Sofia's nua and all objects that hold a handle, hands events to them, and
// decides which requests from outside get as far as becoming a call. Thread: sip (constructed and destroyed
// while that thread does not run).
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core_link.hpp"
#include "dialog.hpp"
#include "handle_owner.hpp"
#include "message_guard.hpp"
#include "registration.hpp"
#include "subscription.hpp"
#include "tipring/base/result.hpp"
#include "trust.hpp"

namespace tipring::sip {

struct AgentOptions {
    std::string host;  ///< listening address, a literal
    std::uint16_t port = 0;
    /// 64*T1 of RFC 3261, for tests; 0: 32 s.
    std::chrono::milliseconds transaction_timeout{0};
};

/// Written on the SIP thread, read on the core thread.
struct AgentCounters {
    std::atomic<std::uint64_t> dialogs{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> malformed{0};
};

class Agent {
  public:
    Agent(std::shared_ptr<CoreLink> link, std::shared_ptr<AgentCounters> counters, AgentOptions options);
    ~Agent();
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    /// Binds the listening address.
    base::Result<void> create(su_root_s* root);
    /// Asks Sofia to end everything; AgentObserver::on_shut_down follows, or never when a server does not
    /// answer.
    void shut_down();
    /// After on_shut_down: gives up the handles, then (in a later task) nua itself.
    void drop_handles();
    void destroy();

    void set_rules(std::vector<AccountRules> rules, TrustList trust);
    void place(const OutgoingCall& call);
    void progress(DialogId id, bool inband, const LocalMedia& local);
    void answer(DialogId id, const LocalMedia& local, const Asserted& who = {});
    void release(DialogId id, const call::Cause& cause);
    void hold(DialogId id, bool on, const Credentials& credentials);
    void refer(DialogId id, const ReferOrder& order);
    void flash(DialogId id, const Credentials& credentials);
    void carry_data(DialogId id);
    void keep_registered(const RegistrationOrder& order);
    void drop_registration(std::uint64_t id);
    /// Takes the binding back first.
    void end_registration(std::uint64_t id);
    void keep_subscribed(const SubscriptionOrder& order);
    void drop_subscription(std::uint64_t id);
    /// OPTIONS; any answer is reported by on_probe_answer.
    void probe(const std::string& account, const std::string& uri);

    // For the objects that own handles.
    nua_t* nua() const { return nua_; }
    void report(std::function<void(AgentObserver&)> task) { link_->report(std::move(task)); }
    /// Destroys the dialog: the caller must not touch itself any more.
    void remove(DialogId id);
    /// The message being handled comes from a trusted address.
    bool current_is_trusted() const { return trust_.trusts(source_of_current()); }
    std::uint64_t session_id() { return random_() >> 32; }

  private:
    static void on_nua_event(nua_event_t kind, int status, const char* phrase, nua_t* nua, Agent* agent,
                             nua_handle_t* handle, HandleOwner* owner, const sip_t* sip, tagi_t tags[]);
    void on_event(const NuaEvent& event, nua_handle_t* handle, HandleOwner* owner);
    void on_stray_request(const NuaEvent& event, nua_handle_t* handle);
    void on_incoming_invite(const sip_t* sip, nua_handle_t* handle);
    void on_stray_notify(const sip_t* sip, nua_handle_t* handle);
    /// Sofia keeps the pointer: `phrase` must be static text.
    void refuse(nua_handle_t* handle, unsigned status, const char* phrase);
    /// With the Reason that each answer to an INVITE has.
    void refuse_call(nua_handle_t* handle, unsigned status, const char* phrase);
    std::string source_of_current() const;
    const AccountRules* account_for(const std::string& source, const std::string& called) const;
    Dialog* find(DialogId id);

    std::shared_ptr<CoreLink> link_;
    std::shared_ptr<AgentCounters> counters_;
    AgentOptions options_;
    std::unique_ptr<MessageGuard> guard_;
    nua_t* nua_ = nullptr;
    std::vector<AccountRules> rules_;
    TrustList trust_;
    std::map<DialogId, std::unique_ptr<Dialog>> dialogs_;
    std::map<std::uint64_t, std::unique_ptr<Registration>> registrations_;
    std::map<std::uint64_t, std::unique_ptr<Subscription>> subscriptions_;
    std::map<std::string, std::unique_ptr<HandleOwner>> probes_;  ///< by account
    std::mt19937_64 random_;
};

}  // namespace tipring::sip
