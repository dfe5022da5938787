// Subscription (subscription.hpp). Thread: sip.
#include "subscription.hpp"

#include "agent.hpp"
#include "message_summary.hpp"
#include "tipring/base/text.hpp"

namespace tipring::sip {
namespace {

constexpr char summary_event[] = "message-summary";
constexpr char summary_type[] = "application/simple-message-summary";
constexpr unsigned most_subscribe_challenges = 3;

}  // namespace

bool is_message_summary_event(const sip_t* notify) {
    return notify->sip_event != nullptr &&
           base::equal_ignoring_case(text_of(notify->sip_event->o_type), summary_event);
}

bool has_message_summary(const sip_t* notify) {
    return notify->sip_content_type != nullptr &&
           base::equal_ignoring_case(text_of(notify->sip_content_type->c_type), summary_type);
}

Subscription::Subscription(Agent& agent, SubscriptionOrder order) : agent_(agent), order_(std::move(order)) {
    handle_.reset(nua_handle(agent_.nua(), this, SIPTAG_TO_STR(order_.to.c_str()),
                             SIPTAG_FROM_STR(order_.from.c_str()), TAG_END()));
    const auto expires = std::to_string(order_.expires.count());
    nua_subscribe(handle_.get(), NUTAG_URL(url_of(order_.uri)), SIPTAG_EVENT_STR(summary_event),
                  SIPTAG_ACCEPT_STR(summary_type), SIPTAG_CONTACT_STR(order_.contact.c_str()),
                  SIPTAG_EXPIRES_STR(expires.c_str()),
                  TAG_IF(!order_.route.empty(), NUTAG_INITIAL_ROUTE_STR(order_.route.c_str())), TAG_END());
}

void Subscription::on_event(const NuaEvent& event) {
    if (event.kind == nua_r_subscribe) return on_answer(event);
    if (event.kind == nua_i_notify) return on_notify(event);
}

void Subscription::on_answer(const NuaEvent& event) {
    if (event.status < 200) return;
    if ((event.status == 401 || event.status == 407) && challenges_ < most_subscribe_challenges) {
        ++challenges_;
        if (answer_challenge(handle_.get(), event.sip, order_.credentials)) return;
    }
    if (event.status < 300) challenges_ = 0;
    // Sofia's own 904: the same credentials again, which the server has not accepted.
    if (challenges_ > 0 && event.status >= 900) return report(401, "401 Unauthorized");
    report(event.status, base::format("{} {}", event.status, base::printable(text_of(event.phrase), 80)));
}

void Subscription::on_notify(const NuaEvent& event) {
    int substate = nua_substate_active;
    tl_gets(event.tags, NUTAG_SUBSTATE_REF(substate), TAG_END());
    // Sofia answers what belongs to the subscription by itself; who is not trusted is not listened to.
    if (event.sip != nullptr && event.status < 300 && agent_.current_is_trusted() &&
        is_message_summary_event(event.sip) && has_message_summary(event.sip)) {
        if (const auto summary = read_message_summary(body_of(event.sip))) {
            MessageNotice notice;
            notice.subscription = order_.id;
            notice.summary = *summary;
            agent_.report([notice](AgentObserver& observer) { observer.on_messages(notice); });
        }
    }
    if (substate == nua_substate_terminated || substate == nua_substate_embryonic)
        report(0, "the server ended it");
}

void Subscription::report(unsigned status, std::string reason) {
    const SubscriptionAnswer answer{order_.id, status, std::move(reason)};
    agent_.report([answer](AgentObserver& observer) { observer.on_subscription_answer(answer); });
}

}  // namespace tipring::sip
