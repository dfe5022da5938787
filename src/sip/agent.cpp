// Agent (agent.hpp): life of nua, orders of the core thread. Thread: sip.
#include "agent.hpp"

#include <sofia-sip/nta_tag.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/tport_tag.h>

#include <cstdio>

#include "header_text.hpp"
#include "resolver.hpp"
#include "tipring/base/log.hpp"

namespace tipring::sip {
namespace {

constexpr unsigned receive_buffer = 4u
                                    << 20;  // octets; a burst of answers to registrations overran the default
constexpr unsigned never_switch_to_tcp = 65535;
constexpr char allowed_methods[] = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, NOTIFY";
/// These reach us unanswered; BYE and CANCEL are answered by Sofia.
constexpr char own_methods[] = "INVITE, OPTIONS, INFO, PRACK, UPDATE, NOTIFY";
/// Clears a list that Sofia would otherwise add to.
constexpr const char* nothing = nullptr;
/// We refresh when the far end asks for it (RFC 4028) and ask for nothing.
constexpr unsigned no_session_timer_of_our_own = 0;
constexpr unsigned shortest_session_seconds = 90;

/// Sofia's own lines; silent unless somebody traces.
void log_line(void*, const char* format, va_list arguments) {
    if (base::log::level() > base::log::Level::trace) return;
    char line[1024];
    std::vsnprintf(line, sizeof line, format, arguments);
    base::log::trace("sip", "sofia: {}", base::trim(line));
}

/// An OPTIONS request to a server that did not answer.
class Probe final : public HandleOwner {
  public:
    Probe(Agent& agent, std::string account, const std::string& uri)
        : agent_(agent), account_(std::move(account)) {
        handle_.reset(nua_handle(agent_.nua(), this, SIPTAG_TO_STR(uri.c_str()), SIPTAG_FROM_STR(uri.c_str()),
                                 TAG_END()));
        nua_options(handle_.get(), NUTAG_URL(url_of(uri)), TAG_END());
    }
    void on_event(const NuaEvent& event) override {
        if (event.kind != nua_r_options || !event.from_peer()) return;
        agent_.report([account = account_](AgentObserver& observer) { observer.on_probe_answer(account); });
    }

  private:
    Agent& agent_;
    std::string account_;
    Handle handle_;
};

}  // namespace

Agent::Agent(std::shared_ptr<CoreLink> link, std::shared_ptr<AgentCounters> counters, AgentOptions options)
    : link_(std::move(link)),
      counters_(std::move(counters)),
      options_(std::move(options)),
      random_(std::random_device{}()) {}

Agent::~Agent() = default;

base::Result<void> Agent::create(su_root_s* root) {
    auto listening = check_listening(options_.host, options_.port);
    if (!listening) return listening;
    su_log_redirect(su_log_global, log_line, nullptr);
    su_log_redirect(su_log_default, log_line, nullptr);
    su_log_set_level(nullptr, base::log::level() <= base::log::Level::trace ? 5 : 0);
    guard_ = std::make_unique<MessageGuard>();
    const auto url = base::format("sip:{}:{}", uri_host(options_.host), options_.port);
    const auto timeout = static_cast<unsigned>(options_.transaction_timeout.count());
    nua_ = nua_create(
        root, &Agent::on_nua_event, this, NUTAG_URL(url_of(url)),
        NUTAG_MEDIA_ENABLE(0),  // Sofia's SDP parser must never run, see message_guard.hpp
        NUTAG_SIP_PARSER(guard_->parser()), SIPTAG_USER_AGENT_STR("Tipring"),
        SIPTAG_ALLOW_STR(allowed_methods), NUTAG_APPL_METHOD(nothing), NUTAG_APPL_METHOD(own_methods),
        SIPTAG_SUPPORTED_STR("100rel, timer"), NUTAG_AUTOANSWER(0), NUTAG_AUTOALERT(0), NUTAG_AUTOACK(0),
        NUTAG_AUTO302(0), NUTAG_SESSION_TIMER(no_session_timer_of_our_own),
        NUTAG_MIN_SE(shortest_session_seconds), NUTAG_SESSION_REFRESHER(nua_remote_refresher),
        NUTAG_UPDATE_REFRESH(1), NTATAG_UDP_MTU(never_switch_to_tcp), TPTAG_UDP_RMEM(receive_buffer),
        TAG_IF(timeout > 0, NTATAG_SIP_T1X64(timeout)), TAG_END());
    if (nua_ != nullptr) return {};
    guard_.reset();
    return base::fail(base::format("SIP cannot listen on {} port {}: the SIP library refused, see its trace",
                                   options_.host, options_.port));
}

void Agent::shut_down() {
    probes_.clear();  // or the shutdown would wait for their answers
    nua_shutdown(nua_);
}

void Agent::drop_handles() {
    dialogs_.clear();
    registrations_.clear();
    subscriptions_.clear();
    probes_.clear();
    counters_->dialogs = 0;
}

void Agent::destroy() {
    nua_destroy(std::exchange(nua_, nullptr));
    guard_.reset();
}

void Agent::set_rules(std::vector<AccountRules> rules, TrustList trust) {
    rules_ = std::move(rules);
    trust_ = std::move(trust);
}

void Agent::place(const OutgoingCall& call) {
    dialogs_[call.id] = std::make_unique<Dialog>(*this, call);
    counters_->dialogs = dialogs_.size();
}

Dialog* Agent::find(DialogId id) {
    const auto found = dialogs_.find(id);
    return found == dialogs_.end() ? nullptr : found->second.get();
}

void Agent::progress(DialogId id, bool inband, const LocalMedia& local) {
    if (auto* dialog = find(id)) dialog->progress(inband, local);
}

void Agent::answer(DialogId id, const LocalMedia& local, const Asserted& who) {
    if (auto* dialog = find(id)) dialog->answer(local, who);
}

void Agent::release(DialogId id, const call::Cause& cause) {
    if (auto* dialog = find(id)) dialog->release(cause);
}

void Agent::hold(DialogId id, bool on, const Credentials& credentials) {
    if (auto* dialog = find(id)) dialog->hold(on, credentials);
}

void Agent::refer(DialogId id, const ReferOrder& order) {
    const auto* replaced = order.replaces != 0 ? find(order.replaces) : nullptr;
    if (auto* dialog = find(id))
        dialog->refer(order, replaced != nullptr ? replaced->replaces() : std::string());
}

void Agent::flash(DialogId id, const Credentials& credentials) {
    if (auto* dialog = find(id)) dialog->flash(credentials);
}

void Agent::carry_data(DialogId id) {
    if (auto* dialog = find(id)) dialog->carry_data();
}

void Agent::remove(DialogId id) {
    // Out of the map first: the destructor may lead back here.
    const auto gone = dialogs_.extract(id);
    counters_->dialogs = dialogs_.size();
}

void Agent::keep_registered(const RegistrationOrder& order) {
    registrations_[order.id] = std::make_unique<Registration>(*this, order);
}

void Agent::drop_registration(std::uint64_t id) {
    registrations_.erase(id);
}

void Agent::end_registration(std::uint64_t id) {
    if (const auto found = registrations_.find(id); found != registrations_.end())
        found->second->unregister();
}

void Agent::keep_subscribed(const SubscriptionOrder& order) {
    subscriptions_[order.id] = std::make_unique<Subscription>(*this, order);
}

void Agent::drop_subscription(std::uint64_t id) {
    subscriptions_.erase(id);
}

void Agent::probe(const std::string& account, const std::string& uri) {
    probes_[account] = std::make_unique<Probe>(*this, account, uri);
}

void Agent::on_nua_event(nua_event_t kind, int status, const char* phrase, nua_t*, Agent* agent,
                         nua_handle_t* handle, HandleOwner* owner, const sip_t* sip, tagi_t tags[]) {
    const NuaEvent event{kind, status < 0 ? 0u : static_cast<unsigned>(status), phrase, sip, tags};
    agent->on_event(event, handle, owner);
}

void Agent::on_event(const NuaEvent& event, nua_handle_t* handle, HandleOwner* owner) {
    if (guard_) counters_->malformed = guard_->stopped();
    if (event.kind == nua_r_shutdown) {
        if (event.status >= 200) report([](AgentObserver& observer) { observer.on_shut_down(); });
        return;
    }
    if (owner != nullptr) {
        owner->on_event(event);
    } else if (handle != nullptr && nua_event_is_incoming_request(event.kind) != 0) {
        on_stray_request(event, handle);
    }
}

}  // namespace tipring::sip
