// Registration (registration.hpp). Thread: sip.
#include "registration.hpp"

#include <cstdlib>

#include "agent.hpp"
#include "tipring/base/log.hpp"
#include "tipring/base/text.hpp"

namespace tipring::sip {
namespace {

/// A stale nonce costs one more round; whoever is challenged more often has the wrong password.
constexpr unsigned most_register_challenges = 3;

/// What the registrar granted to our binding; it lists all bindings of the address of record.
std::chrono::seconds granted(const sip_t* sip, const RegistrationOrder& order) {
    for (auto* contact = sip->sip_contact; contact != nullptr; contact = contact->m_next) {
        const auto& url = *contact->m_url;
        const auto address =
            base::format("sip:{}@{}:{}", text_of(url.url_user), text_of(url.url_host), text_of(url.url_port));
        if (contact->m_expires != nullptr && order.contact.find(address) != std::string::npos)
            return std::chrono::seconds(std::strtoul(contact->m_expires, nullptr, 10));
    }
    return sip->sip_expires != nullptr ? std::chrono::seconds(sip->sip_expires->ex_delta) : order.expires;
}

}  // namespace

Registration::Registration(Agent& agent, RegistrationOrder order) : agent_(agent), order_(std::move(order)) {
    handle_.reset(nua_handle(agent_.nua(), this, SIPTAG_TO_STR(order_.address_of_record.c_str()),
                             SIPTAG_FROM_STR(order_.address_of_record.c_str()), TAG_END()));
    const auto expires = std::to_string(order_.expires.count());
    nua_register(handle_.get(), NUTAG_REGISTRAR(url_of(order_.registrar_uri)),
                 SIPTAG_CONTACT_STR(order_.contact.c_str()), SIPTAG_EXPIRES_STR(expires.c_str()),
                 TAG_IF(!order_.route.empty(), NUTAG_INITIAL_ROUTE_STR(order_.route.c_str())), TAG_END());
}

void Registration::on_event(const NuaEvent& event) {
    if (event.kind == nua_r_register || event.kind == nua_r_unregister) on_answer(event);
}

void Registration::on_answer(const NuaEvent& event) {
    if (event.status < 200) return;
    if ((event.status == 401 || event.status == 407) && challenges_ < most_register_challenges) {
        ++challenges_;
        if (answer_challenge(handle_.get(), event.sip, order_.credentials)) return;
    }
    if (ends_ && event.kind == nua_r_unregister) {
        base::log::info("sip", "{} has taken its registration back: {} {}", order_.address_of_record,
                        event.status, base::printable(text_of(event.phrase), 80));
        return agent_.drop_registration(order_.id);
    }
    RegistrationAnswer answer;
    answer.id = order_.id;
    answer.status = event.status;
    answer.phrase = std::string(text_of(event.phrase));
    answer.from_network = event.from_peer();
    if (challenges_ > 0 && event.status >= 900) {
        // Sofia's own 904: the same credentials again, which the server has not accepted.
        answer.status = 401;
        answer.phrase = "Unauthorized";
        answer.from_network = true;
    }
    if (event.status < 300) challenges_ = 0;
    if (event.sip != nullptr && event.status < 300 && event.kind == nua_r_register)
        answer.expires = granted(event.sip, order_);
    if (event.sip != nullptr && event.sip->sip_min_expires != nullptr)
        answer.min_expires = std::chrono::seconds(event.sip->sip_min_expires->me_delta);
    agent_.report([answer](AgentObserver& observer) { observer.on_registration_answer(answer); });
}

void Registration::unregister() {
    ends_ = true;
    challenges_ = 0;
    nua_unregister(handle_.get(), TAG_END());
}

}  // namespace tipring::sip
