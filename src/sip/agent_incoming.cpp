// Agent, continued: requests from outside that belong to no dialog of ours. Thread: sip.
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/su.h>

#include <netdb.h>

#include <algorithm>

#include "agent.hpp"
#include "call_headers.hpp"
#include "cause_map.hpp"
#include "header_text.hpp"
#include "message_summary.hpp"
#include "resolver.hpp"
#include "tipring/base/log.hpp"

namespace tipring::sip {
namespace {

/// A body that is not the session description that we can read.
bool has_foreign_body(const sip_t* sip) {
    return sip->sip_payload != nullptr && sip->sip_payload->pl_len > 0 && session_description(sip).empty();
}

}  // namespace

/// The address that the message being handled really came from, whatever it says itself.
std::string Agent::source_of_current() const {
    auto* message = nua_current_request(nua_);
    if (message == nullptr) return {};
    const auto* address = msg_addr(message);
    char host[NI_MAXHOST] = {};
    const socklen_t size = address->su_sa.sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    if (getnameinfo(&address->su_sa, size, host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0) return {};
    return host;
}

void Agent::refuse(nua_handle_t* handle, unsigned status, const char* phrase) {
    nua_respond(handle, static_cast<int>(status), phrase, NUTAG_WITH_THIS(nua_), TAG_END());
    nua_handle_destroy(handle);
}

void Agent::refuse_call(nua_handle_t* handle, unsigned status, const char* phrase) {
    const call::Cause cause{cause_of_status(status, phrase).value, call::Location::private_local, ""};
    nua_respond(handle, static_cast<int>(status), phrase, NUTAG_WITH_THIS(nua_),
                SIPTAG_REASON_STR(reason_text(cause).c_str()), TAG_END());
    nua_handle_destroy(handle);
}

void Agent::on_stray_request(const NuaEvent& event, nua_handle_t* handle) {
    if (event.status >= 200 || event.sip == nullptr) {  // Sofia has answered it already
        nua_handle_destroy(handle);
        return;
    }
    const auto source = source_of_current();
    if (!trust_.trusts(source)) {
        ++counters_->refused;
        base::log::debug("sip", "{} from unknown address {} refused", nua_event_name(event.kind) + 6, source);
        refuse(handle, 403, phrase_of(403));
        return;
    }
    if (event.kind == nua_i_invite) {
        on_incoming_invite(event.sip, handle);
    } else if (event.kind == nua_i_notify) {
        on_stray_notify(event.sip, handle);
    } else if (event.kind == nua_i_options) {
        refuse(handle, 200, phrase_of(200));
    } else {
        refuse(handle, 405, phrase_of(405));
    }
}

/// Two accounts may share a server; then the called user tells which is meant.
const AccountRules* Agent::account_for(const std::string& source, const std::string& called) const {
    const AccountRules* chosen = nullptr;
    for (const auto& name : trust_.accounts_of(source)) {
        const auto rules =
            std::find_if(rules_.begin(), rules_.end(), [&](const AccountRules& r) { return r.name == name; });
        if (rules == rules_.end()) continue;
        if (chosen == nullptr) chosen = &*rules;
        const bool own_user =
            std::find(rules->users.begin(), rules->users.end(), called) != rules->users.end();
        if (own_user) return &*rules;
    }
    return chosen;
}

void Agent::on_incoming_invite(const sip_t* sip, nua_handle_t* handle) {
    if (const auto* fault = target_fault(sip)) {
        ++counters_->malformed;
        return refuse_call(handle, 400, fault);
    }
    IncomingCall call;
    call.source = source_of_current();
    call.called = decode_user(text_of(sip->sip_request->rq_url->url_user));
    const auto* rules = account_for(call.source, call.called);
    if (rules == nullptr) return refuse_call(handle, 403, phrase_of(403));
    // With one registration for all, the request URI names the registration; the number called stands in To.
    if (!rules->gateway_user.empty() && call.called == rules->gateway_user) {
        const auto dialled = decode_user(text_of(sip->sip_to->a_url->url_user));
        if (!dialled.empty()) call.called = dialled;
    }
    if (has_foreign_body(sip)) return refuse_call(handle, 415, phrase_of(415));

    OfferAnswer state(rules->media, session_id());
    if (const auto description = session_description(sip); !description.empty()) {
        const auto agreement = state.receive_offer(description);
        if (!agreement) {
            if (agreement.error().status == 400) ++counters_->malformed;
            base::log::info("sip", "call from {} refused: {}", call.source, agreement.error().reason);
            return refuse_call(handle, agreement.error().status, phrase_of(agreement.error().status));
        }
        call.agreement = *agreement;
    }
    call.id = next_dialog_id();
    call.account = rules->name;
    call.media = rules->media;
    call.caller = caller_of(sip);
    call.alert_info = read_alert_info(unknown_headers(sip, "Alert-Info"));
    call.diversions = diversions_of(sip);
    call.user_to_user = read_user_to_user(unknown_headers(sip, "User-to-User"));
    call.hops_left = hops_left(sip);
    // The network may have come a moment ago, before the core has looked.
    const auto local =
        rules->local_host.empty() ? source_address_towards(call.source, options_.port) : rules->local_host;
    const auto& hidden = rules->hidden_numbers;
    call.hidden = std::find(hidden.begin(), hidden.end(), call.called) != hidden.end();
    const auto contact =
        base::format("<sip:{}@{}:{}>", call.hidden ? anonymous_user : escape_user(call.called),
                     uri_host(local), options_.port);
    dialogs_[call.id] =
        std::make_unique<Dialog>(*this, call.id, handle, contact, std::move(state), sip, rules->causes);
    counters_->dialogs = dialogs_.size();
    report([call](AgentObserver& observer) { observer.on_incoming(call); });
}

/// Messages wait for one of our users: a server may say so without having been asked (RFC 3842 3.9 leaves it to
/// local policy). Other news is not ours.
void Agent::on_stray_notify(const sip_t* sip, nua_handle_t* handle) {
    if (!is_message_summary_event(sip)) return refuse(handle, 489, phrase_of(489));
    MessageNotice notice;
    notice.user = decode_user(text_of(sip->sip_request->rq_url->url_user));
    const auto* rules = account_for(source_of_current(), notice.user);
    if (rules == nullptr || !rules->message_waiting) return refuse(handle, 481, phrase_of(481));
    const auto body = body_of(sip);
    if (body.empty()) return refuse(handle, 200, phrase_of(200));
    if (!has_message_summary(sip)) return refuse(handle, 415, phrase_of(415));
    const auto summary = read_message_summary(body);
    if (!summary) {
        ++counters_->malformed;
        return refuse(handle, 400, phrase_of(400));
    }
    refuse(handle, 200, phrase_of(200));
    notice.account = rules->name;
    notice.summary = *summary;
    report([notice](AgentObserver& observer) { observer.on_messages(notice); });
}

}  // namespace tipring::sip
