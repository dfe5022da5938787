// Dialog, continued: requests of the far end inside the dialog (re-INVITE, UPDATE, PRACK, ACK, INFO). Thread:
// sip.
#include "agent.hpp"
#include "call_headers.hpp"
#include "cause_map.hpp"
#include "dialog.hpp"
#include "header_text.hpp"
#include "tipring/base/log.hpp"

namespace tipring::sip {

/// Answers the request that is being handled.
void Dialog::respond(unsigned status, const std::string& description) {
    const bool success = status < 300;
    const bool described = !description.empty();
    nua_respond(handle_.get(), static_cast<int>(status), phrase_of(status), NUTAG_WITH_THIS(agent_.nua()),
                TAG_IF(success, SIPTAG_CONTACT_STR(contact_.c_str())),
                TAG_IF(described, SIPTAG_CONTENT_TYPE_STR(sdp_type)),
                TAG_IF(described, SIPTAG_PAYLOAD_STR(description.c_str())), TAG_END());
}

/// re-INVITE and UPDATE: hold, another codec or address, or a mere refresh of the session (RFC 3264 8, 3311,
/// 4028).
void Dialog::on_offer_request(const NuaEvent& event) {
    if (event.status >= 200 || event.sip == nullptr)
        return;  // Sofia has answered: overlapping requests, no such call
    if (target_fault(event.sip) != nullptr) return respond(400, {});
    report_party(event.sip);
    const auto description = session_description(event.sip);
    if (description.empty()) {
        const bool foreign = event.sip->sip_payload != nullptr && event.sip->sip_payload->pl_len > 0;
        if (foreign) return respond(415, {});
        // A re-INVITE without offer asks us for one; its answer comes in the ACK. An UPDATE without one is a
        // refresh.
        return respond(200, event.kind == nua_i_invite ? media_.make_offer() : std::string());
    }
    if (media_.offer_pending()) return respond(491, {});  // RFC 3311 5.2
    if (media_.answer_due()) return respond(500, {});
    const auto agreement = media_.receive_offer(description);
    if (!agreement) {
        base::log::info("sip", "dialog {}: change of the session refused: {}", id_, agreement.error().reason);
        return respond(agreement.error().status, {});
    }
    respond(200, media_.make_answer());
    report(MediaAgreed{*agreement});
}

void Dialog::on_prack(const NuaEvent& event) {
    if (event.status >= 200 || event.sip == nullptr) return;
    const auto description = session_description(event.sip);
    if (description.empty()) return respond(200, {});
    if (media_.offer_pending()) return respond(take_answer(description) ? 200 : 488, {});
    const auto agreement = media_.receive_offer(description);
    if (!agreement) return respond(agreement.error().status, {});
    respond(200, media_.make_answer());
    report(MediaAgreed{*agreement});
}

/// The ACK of a 2xx carries the answer when the offer was in the 2xx (RFC 3261 13.2.1).
void Dialog::on_ack(const NuaEvent& event) {
    if (!media_.offer_pending() || state_ != State::answered) return;
    if (take_answer(session_description(event.sip))) return;
    if (media_.agreement()) {
        media_.withdraw_offer();  // a refresh by somebody who ignored our offer: all stays as it was
        return;
    }
    end_with({call::q850::incompatible_destination, call::Location::public_remote,
              "no answer to our session description"});
}

void Dialog::on_info(const NuaEvent& event) {
    if (event.status >= 200 || event.sip == nullptr) return;
    respond(200, {});
    if (event.sip->sip_content_type == nullptr) return;
    const auto body = body_of(event.sip);
    const auto type = text_of(event.sip->sip_content_type->c_type);
    if (info_flash(type, body)) return report(FlashPressed{});
    if (const auto digit = info_digit(type, body)) report(DigitPressed{*digit});
}

}  // namespace tipring::sip
