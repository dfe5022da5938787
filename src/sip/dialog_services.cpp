// Dialog, continued: requests of ours inside the dialog (re-INVITE for hold, REFER, INFO) and the NOTIFYs that
// follow a REFER. Thread: sip.
#include <sofia-sip/su_alloc.h>

#include <utility>

#include "agent.hpp"
#include "call_headers.hpp"
#include "cause_map.hpp"
#include "dialog.hpp"
#include "header_text.hpp"
#include "tipring/base/log.hpp"
#include "tipring/base/text.hpp"

namespace tipring::sip {
namespace {

constexpr unsigned most_service_challenges = 2;

std::string answer_text(const NuaEvent& event) {
    return base::format("{} {}", event.status, base::printable(text_of(event.phrase), 80));
}

/// RFC 3261 14.1 and 14.2: somebody else's re-INVITE is under way.
bool is_glare(const NuaEvent& event) {
    const bool told_when = event.sip != nullptr && event.sip->sip_retry_after != nullptr;
    return event.status == 491 || (event.status == 500 && told_when);
}

}  // namespace

void Dialog::hold(bool on, const Credentials& credentials) {
    if (state_ != State::answered) return;
    if (asking_ > 0) {
        hold_waiting_ = HoldOrder{on, credentials};
        return;
    }
    if (reinviting_ || media_.offer_pending() || media_.answer_due())
        return report(HoldAnswered{false, true, {}});
    use_credentials(credentials);
    challenges_ = 0;
    reinviting_ = true;
    hold_before_ = media_.hold();
    media_.set_hold(on);
    const auto offer = media_.make_offer();
    nua_invite(handle_.get(), SIPTAG_CONTACT_STR(contact_.c_str()), SIPTAG_CONTENT_TYPE_STR(sdp_type),
               SIPTAG_PAYLOAD_STR(offer.c_str()), TAG_END());
}

/// The far end's answer to our re-INVITE for hold, which is acknowledged already.
void Dialog::on_hold_success(std::string_view description) {
    reinviting_ = false;
    offered_in_invite_ = true;  // and a refresh will be this re-INVITE again
    if (!description.empty() && take_answer(description)) return report(HoldAnswered{true, false, {}});
    withdraw_hold();
    report(HoldAnswered{false, false, "answered without a usable session description"});
}

void Dialog::on_hold_failure(const NuaEvent& event) {
    reinviting_ = false;
    withdraw_hold();
    // What Sofia says itself means that another request of the dialog is not over yet, or the end of it all.
    const bool busy = is_glare(event) || !event.from_peer();
    report(HoldAnswered{false, busy, answer_text(event)});
}

/// An INFO or REFER has its final answer. (Sofia refuses a re-INVITE that has to wait for one, with a 481 of its
/// own.)
void Dialog::asked() {
    if (asking_ > 0) --asking_;
    if (asking_ > 0 || !hold_waiting_) return;
    const auto order = *std::exchange(hold_waiting_, std::nullopt);
    hold(order.on, order.credentials);
}

void Dialog::withdraw_hold() {
    media_.withdraw_offer();
    media_.set_hold(hold_before_);
}

void Dialog::carry_data() {
    media_.carry_data();
}

/// Calls from outside have none of their own; the server asks for the account's when we ask it for something.
void Dialog::use_credentials(const Credentials& credentials) {
    if (credentials_.user.empty()) credentials_ = credentials;
}

/// True when the request will be sent again.
bool Dialog::answers_service_challenge(const NuaEvent& event) {
    return (event.status == 401 || event.status == 407) && ++service_challenges_ <= most_service_challenges &&
           answer_challenge(handle_.get(), event.sip, credentials_);
}

std::string Dialog::replaces() const {
    if (state_ != State::answered) return {};
    su_home_t home[1] = {SU_HOME_INIT(home)};
    std::string text;
    if (const auto* found = nua_handle_make_replaces(handle_.get(), home, 0);
        found != nullptr && found->rp_call_id != nullptr)
        text = base::format("{};to-tag={};from-tag={}", found->rp_call_id, text_of(found->rp_to_tag),
                            text_of(found->rp_from_tag));
    su_home_deinit(home);
    return text;
}

void Dialog::refer(const ReferOrder& order, const std::string& replaces) {
    if (state_ != State::answered || (order.replaces != 0 && replaces.empty()))
        return report(ReferProgress{ReferProgress::Step::failed, "the call is over"});
    use_credentials(order.credentials);
    service_challenges_ = 0;
    referring_ = true;
    ++asking_;
    const auto target = replaces.empty()
                            ? base::format("<{}>", order.target)
                            : base::format("<{}?Replaces={}>", order.target, escape_header_value(replaces));
    nua_refer(handle_.get(), SIPTAG_REFER_TO_STR(target.c_str()),
              SIPTAG_REFERRED_BY_STR(order.referred_by.c_str()), SIPTAG_CONTACT_STR(contact_.c_str()),
              TAG_END());
}

void Dialog::on_refer_answer(const NuaEvent& event) {
    if (event.status < 200 || answers_service_challenge(event)) return;
    asked();
    if (!referring_) return;
    if (event.status < 300) return report(ReferProgress{ReferProgress::Step::accepted, answer_text(event)});
    refer_over(false, answer_text(event));
}

void Dialog::refer_over(bool reached, std::string reason) {
    referring_ = false;
    report(ReferProgress{reached ? ReferProgress::Step::reached : ReferProgress::Step::failed,
                         std::move(reason)});
}

/// Sofia has answered those that belong to our REFER; others have no place in a call.
void Dialog::on_notify(const NuaEvent& event) {
    if (event.sip == nullptr) return;
    if (event.status < 200) return respond(481, {});
    const auto* kind = event.sip->sip_event;
    if (!referring_ || kind == nullptr || !base::equal_ignoring_case(text_of(kind->o_type), "refer")) return;
    std::optional<unsigned> status;
    if (event.sip->sip_content_type != nullptr)
        status = sipfrag_status(text_of(event.sip->sip_content_type->c_type), body_of(event.sip));
    if (status && *status >= 200) return refer_over(*status < 300, base::format("SIP {}", *status));
    int substate = nua_substate_active;
    tl_gets(event.tags, NUTAG_SUBSTATE_REF(substate), TAG_END());
    if (substate == nua_substate_terminated) refer_over(false, "the far end does not tell the outcome");
}

void Dialog::flash(const Credentials& credentials) {
    if (state_ != State::answered) return;
    use_credentials(credentials);
    service_challenges_ = 0;
    ++asking_;
    nua_info(handle_.get(), SIPTAG_CONTENT_TYPE_STR("application/dtmf-relay"),
             SIPTAG_PAYLOAD_STR("Signal=hf\r\nDuration=500\r\n"), TAG_END());
}

void Dialog::on_info_answer(const NuaEvent& event) {
    if (event.status < 200 || answers_service_challenge(event)) return;
    asked();
    if (event.status < 300) return;
    base::log::info("sip", "dialog {}: the far end does not take a hook flash: {}", id_, answer_text(event));
}

}  // namespace tipring::sip
