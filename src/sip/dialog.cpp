// Dialog (dialog.hpp): placing, answering and ending a call. Thread: sip.
#include "dialog.hpp"

#include <sofia-sip/sip_util.h>

#include "agent.hpp"
#include "cause_map.hpp"
#include "header_text.hpp"
#include "tipring/base/log.hpp"

namespace tipring::sip {
namespace {

namespace q850 = call::q850;
/// Two for a proxy and a server in a row, one more for a stale nonce.
constexpr unsigned most_invite_challenges = 3;

call::Cause remote_cause(const sip_t* sip, const char* what) {
    call::Cause cause{q850::normal_clearing, call::Location::public_remote, what};
    const auto reason = reason_of(sip);
    if (const auto given = reason_cause(reason)) {
        cause.value = *given;
        cause.location = reason_location(reason).value_or(cause.location);
    }
    return cause;
}

/// Where a 3xx sends us, when it is one place that can be dialled.
std::optional<Redirection> redirection_of(const NuaEvent& event) {
    if (event.status < 300 || event.status >= 400 || event.sip == nullptr) return std::nullopt;
    const auto* contact = event.sip->sip_contact;
    if (contact == nullptr || contact->m_next != nullptr) return std::nullopt;
    Redirection to{decode_user(text_of(contact->m_url->url_user)),
                   bare_host(text_of(contact->m_url->url_host))};
    if (to.user.empty()) return std::nullopt;
    return to;
}

}  // namespace

Dialog::Dialog(Agent& agent, const OutgoingCall& call)
    : agent_(agent),
      id_(call.id),
      outgoing_(true),
      contact_(call.contact),
      credentials_(call.credentials),
      causes_(call.causes),
      media_(call.media, agent.session_id()),
      offered_in_invite_(true) {
    media_.set_local(call.local);
    const auto offer = media_.make_offer();
    const auto asserted = "P-Asserted-Identity: " + call.asserted;
    const auto hops = std::to_string(call.hops_left);
    handle_.reset(nua_handle(agent_.nua(), this, SIPTAG_FROM_STR(call.from.c_str()),
                             SIPTAG_TO_STR(call.to.c_str()), TAG_END()));
    nua_invite(handle_.get(), NUTAG_URL(url_of(call.request_uri)), SIPTAG_CONTACT_STR(contact_.c_str()),
               SIPTAG_MAX_FORWARDS_STR(hops.c_str()), SIPTAG_CONTENT_TYPE_STR(sdp_type),
               SIPTAG_PAYLOAD_STR(offer.c_str()),
               TAG_IF(!call.route.empty(), NUTAG_INITIAL_ROUTE_STR(call.route.c_str())),
               TAG_IF(!call.asserted.empty(), SIPTAG_HEADER_STR(asserted.c_str())),
               TAG_IF(call.anonymous, SIPTAG_PRIVACY_STR("id")),
               TAG_IF(!call.more.empty(), SIPTAG_HEADER_STR(call.more.c_str())), TAG_END());
}

Dialog::Dialog(Agent& agent, DialogId id, nua_handle_t* handle, std::string contact, OfferAnswer state,
               const sip_t* invite, config::CauseOverrides causes)
    : agent_(agent),
      id_(id),
      outgoing_(false),
      handle_(handle),
      contact_(std::move(contact)),
      causes_(std::move(causes)),
      media_(std::move(state)),
      reliable_allowed_(sip_has_feature(invite->sip_supported, "100rel") ||
                        sip_has_feature(invite->sip_require, "100rel")) {
    nua_handle_bind(handle, this);
}

void Dialog::report(DialogEvent event) {
    agent_.report(
        [id = id_, event = std::move(event)](AgentObserver& observer) { observer.on_dialog(id, event); });
}

void Dialog::on_event(const NuaEvent& event) {
    switch (event.kind) {
        case nua_r_invite:
            return on_invite_answer(event);
        case nua_i_state:
            return on_state(event);
        case nua_i_bye:
            cause_ = remote_cause(event.sip, "far end hung up");
            cause_known_ = true;
            return;
        case nua_i_cancel:
            cause_ = remote_cause(event.sip, "caller gave up");
            cause_known_ = true;
            return;
        case nua_i_invite:
        case nua_i_update:
            return on_offer_request(event);
        case nua_i_prack:
            return on_prack(event);
        case nua_i_ack:
            return on_ack(event);
        case nua_i_info:
            return on_info(event);
        case nua_r_refer:
            return on_refer_answer(event);
        case nua_i_notify:
            return on_notify(event);
        case nua_r_info:
            return on_info_answer(event);
        case nua_i_options:
            // With our Contact, or Sofia adds one that it finds among the registrations.
            if (event.status < 200) respond(200, {});
            return;
        case nua_i_error:
            base::log::debug("sip", "dialog {}: {} {}", id_, event.status, text_of(event.phrase));
            return;
        default:
            return;
    }
}

void Dialog::on_invite_answer(const NuaEvent& event) {
    heard_anything_ = heard_anything_ || event.from_peer();
    if (event.status < 200) return on_provisional(event);
    if (event.status < 300) return on_success(event);
    // A server that answers again after we gave the call up must not have it placed once more.
    if (state_ == State::ending) return on_failure(event);
    if (event.status == 401 || event.status == 407) {
        if (++challenges_ <= most_invite_challenges &&
            answer_challenge(handle_.get(), event.sip, credentials_))
            return;
        if (state_ != State::answered && !credentials_.complete())
            return on_failure({event.kind, event.status,
                               "asks for a user and a password, and the account has none", event.sip,
                               event.tags});
    }
    // Sofia says 904 of its own when the same credentials are given again: the server did not accept them.
    if (challenges_ > 0 && event.status >= 900 && state_ != State::answered)
        return on_failure({event.kind, 401, "Unauthorized", nullptr, nullptr});
    if (reinviting_ && state_ == State::answered) return on_hold_failure(event);
    // A failed re-INVITE (a refresh) leaves the call as it is; Sofia ends it by itself when it has to.
    if (state_ != State::answered) on_failure(event);
}

/// RFC 3262 4. Sofia leaves it to us because the application handles PRACK.
void Dialog::acknowledge_reliable(const sip_t* sip) {
    if (sip == nullptr || sip->sip_rseq == nullptr || sip->sip_cseq == nullptr ||
        !sip_has_feature(sip->sip_require, "100rel"))
        return;
    if (sip->sip_rseq->rs_response <= last_rseq_) return;
    last_rseq_ = sip->sip_rseq->rs_response;
    sip_rack_t rack[1];
    sip_rack_init(rack);
    rack->ra_response = static_cast<std::uint32_t>(sip->sip_rseq->rs_response);
    rack->ra_cseq = sip->sip_cseq->cs_seq;
    rack->ra_method = sip->sip_cseq->cs_method;
    rack->ra_method_name = sip->sip_cseq->cs_method_name;
    nua_prack(handle_.get(), SIPTAG_RACK(rack), TAG_END());
}

void Dialog::on_provisional(const NuaEvent& event) {
    if (event.sip == nullptr || event.sip->sip_status == nullptr || state_ == State::ending ||
        state_ == State::answered)
        return;
    const auto status = static_cast<unsigned>(event.sip->sip_status->st_status);
    if (status >= 200) return;  // the challenge that is being answered
    acknowledge_reliable(event.sip);
    if (status > 100) state_ = State::early;
    const auto description = session_description(event.sip);
    const bool rings = status == 180;
    const bool inband = !description.empty() && take_answer(description) && !inband_reported_;
    inband_reported_ = inband_reported_ || inband;
    // A 180 after early media rings in that media: it may be told by protocols that know the difference.
    if (inband || (rings && !ringing_reported_)) {
        ringing_reported_ = ringing_reported_ || rings;
        return report(Alerting{inband_reported_, ringing_reported_});
    }
    report(Proceeding{});
}

/// Reports what was agreed. False when the description is no answer to our offer.
bool Dialog::take_answer(std::string_view description) {
    const auto agreement = media_.apply_answer(description);
    if (!agreement) {
        base::log::info("sip", "dialog {}: session description not usable: {}", id_,
                        agreement.error().reason);
        return false;
    }
    report(MediaAgreed{*agreement});
    return true;
}

void Dialog::on_success(const NuaEvent& event) {
    const auto description = session_description(event.sip);
    if (state_ == State::answered) {  // a refresh that Sofia sent: the INVITE of an outgoing call again, or
                                      // one without offer
        if (description.empty() || offered_in_invite_ || reinviting_) {
            nua_ack(handle_.get(), TAG_END());
            if (reinviting_) return on_hold_success(description);
            if (!description.empty()) take_answer(description);
        } else if (const auto agreement = media_.receive_offer(description)) {
            const auto text = media_.make_answer();
            nua_ack(handle_.get(), SIPTAG_CONTENT_TYPE_STR(sdp_type), SIPTAG_PAYLOAD_STR(text.c_str()),
                    TAG_END());
            report(MediaAgreed{*agreement});
        } else {
            nua_ack(handle_.get(), TAG_END());
        }
        return;
    }
    nua_ack(handle_.get(), TAG_END());
    // The answer crossed our CANCEL (RFC 3261 15): it is acknowledged, and hung up.
    if (state_ == State::ending) {
        nua_bye(handle_.get(), TAG_END());
        return;
    }
    state_ = State::answered;
    const bool agreed = description.empty() ? media_.agreement().has_value() : take_answer(description);
    if (event.sip == nullptr || event.sip->sip_contact == nullptr)
        return end_with(
            {q850::protocol_error, call::Location::beyond_interworking, "answer without a SIP Contact"});
    if (!agreed)
        return end_with(
            {q850::incompatible_destination, call::Location::beyond_interworking, "no common audio format"});
    report_party(event.sip);
    report(Answered{});
}

void Dialog::report_party(const sip_t* sip) {
    if (auto party = asserted_party(sip)) report(PartyKnown{std::move(*party)});
}

void Dialog::on_failure(const NuaEvent& event) {
    if (!released_) {
        released_ = true;
        if (!heard_anything_) {
            report(Released{
                {q850::network_out_of_order, call::Location::private_local, "no answer from the SIP server"},
                true});
        } else {
            report(
                Released{cause_of_status(event.status, text_of(event.phrase), reason_of(event.sip), causes_),
                         false, redirection_of(event)});
        }
    }
    agent_.remove(id_);
}

/// Ends a call that went wrong on our side of it.
void Dialog::end_with(const call::Cause& cause) {
    if (!released_) {
        released_ = true;
        report(Released{cause, false});
    }
    hang_up(cause);
}

void Dialog::hang_up(const call::Cause& cause) {
    const auto reason = reason_text(cause);
    if (state_ == State::answered) {
        nua_bye(handle_.get(), SIPTAG_REASON_STR(reason.c_str()), TAG_END());
    } else if (outgoing_) {
        nua_cancel(handle_.get(), SIPTAG_REASON_STR(reason.c_str()), TAG_END());
    } else {
        const auto status = status_of_cause(cause, causes_);
        nua_respond(handle_.get(), static_cast<int>(status), phrase_of(status),
                    SIPTAG_REASON_STR(reason.c_str()), TAG_END());
    }
    state_ = State::ending;
}

void Dialog::release(const call::Cause& cause) {
    released_ = true;
    if (state_ != State::ending) hang_up(cause);
}

void Dialog::on_state(const NuaEvent& event) {
    int state = nua_callstate_init;
    tl_gets(event.tags, NUTAG_CALLSTATE_REF(state), TAG_END());
    if (state != nua_callstate_terminated) return;
    if (!released_) {
        released_ = true;
        if (!cause_known_) {
            const bool timeout = event.status == 408 || event.status == 504;
            cause_ = {timeout ? q850::recovery_on_timer_expiry : q850::normal_clearing,
                      call::Location::public_remote,
                      base::format("SIP {} {}", event.status, base::printable(text_of(event.phrase), 80))};
        }
        report(Released{cause_, false});
    }
    agent_.remove(id_);
}

void Dialog::progress(bool inband, const LocalMedia& local) {
    if (outgoing_ || state_ == State::answered || state_ == State::ending) return;
    state_ = State::early;
    media_.set_local(local);
    std::string description;
    if (inband) {
        if (media_.answer_due()) {
            description = media_.make_answer();
        } else if (description_sent_) {
            description = media_.last_sent();
        } else if (reliable_allowed_) {
            description = media_.make_offer();  // the answer comes in the PRACK (RFC 3262 5)
            offered_early_ = true;
        }
    }
    if (description.empty()) {
        nua_respond(handle_.get(), SIP_180_RINGING, SIPTAG_CONTACT_STR(contact_.c_str()), TAG_END());
        return;
    }
    description_sent_ = true;
    nua_respond(handle_.get(), SIP_183_SESSION_PROGRESS, SIPTAG_CONTACT_STR(contact_.c_str()),
                SIPTAG_CONTENT_TYPE_STR(sdp_type), SIPTAG_PAYLOAD_STR(description.c_str()), TAG_END());
}

void Dialog::answer(const LocalMedia& local, const Asserted& who) {
    if (outgoing_ || state_ == State::answered || state_ == State::ending) return;
    state_ = State::answered;
    media_.set_local(local);
    std::string description;
    if (media_.answer_due()) {
        description = media_.make_answer();
    } else if (!description_sent_) {
        description = media_.make_offer();
    } else if (!offered_early_) {
        description = media_.last_sent();
    }
    description_sent_ = true;
    const bool described = !description.empty();
    const auto asserted = "P-Asserted-Identity: " + who.identity;
    const bool known = !who.identity.empty();
    nua_respond(handle_.get(), SIP_200_OK, SIPTAG_CONTACT_STR(contact_.c_str()),
                TAG_IF(known, SIPTAG_HEADER_STR(asserted.c_str())),
                TAG_IF(known && who.hidden, SIPTAG_PRIVACY_STR("id")),
                TAG_IF(described, SIPTAG_CONTENT_TYPE_STR(sdp_type)),
                TAG_IF(described, SIPTAG_PAYLOAD_STR(description.c_str())), TAG_END());
}

}  // namespace tipring::sip
