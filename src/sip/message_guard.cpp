// MessageGuard (message_guard.hpp). Thread: sip.
#include "message_guard.hpp"

#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>

#include <cstdlib>
#include <new>

#include "tipring/base/log.hpp"

namespace tipring::sip {
namespace {

/// Sofia's parser hook has no context of its own; each SIP thread has one agent and so one guard.
thread_local MessageGuard* guard_of_thread = nullptr;

bool is_sip_with_host(const url_t& url) {
    return (url.url_type == url_sip || url.url_type == url_sips) && url.url_host != nullptr &&
           *url.url_host != '\0';
}

bool contacts_are_sip(const sip_t* sip) {
    for (auto* contact = sip->sip_contact; contact != nullptr; contact = contact->m_next) {
        if (!is_sip_with_host(*contact->m_url)) return false;
    }
    return true;
}

bool record_routes_are_sip(const sip_t* sip) {
    for (auto* route = sip->sip_record_route; route != nullptr; route = route->r_next) {
        if (!is_sip_with_host(*route->r_url)) return false;
    }
    return true;
}

bool has_headers_of_a_response(const sip_t* sip) {
    return sip->sip_status != nullptr && sip->sip_request == nullptr;
}

/// Requests in which a Contact is mandatory because it is (or becomes) the remote target: RFC 3261 8.1.1.8,
/// 3311, 6665, 3515.
bool must_have_contact(sip_method_t method) {
    return method == sip_method_invite || method == sip_method_update || method == sip_method_subscribe ||
           method == sip_method_notify || method == sip_method_refer;
}

}  // namespace

const char* target_fault(const sip_t* request) {
    const auto method = request->sip_request->rq_method;
    // REGISTER alone may say "*" or name several; it makes no dialog, and we answer 405. ACK and CANCEL set
    // no target.
    if (method == sip_method_register || method == sip_method_ack || method == sip_method_cancel)
        return nullptr;
    if (!record_routes_are_sip(request)) return "Record-Route is not a SIP URI";
    if (!contacts_are_sip(request)) return "Contact is not a SIP URI";
    if (request->sip_contact != nullptr && request->sip_contact->m_next != nullptr)
        return "more than one Contact";
    if (request->sip_contact == nullptr && must_have_contact(method)) return "no Contact";
    return nullptr;
}

MessageGuard::MessageGuard() : parser_(msg_mclass_clone(sip_default_mclass(), 0, 0)) {
    if (parser_ == nullptr) throw std::bad_alloc();
    parser_->mc_extract_body = &MessageGuard::extract_body;
    guard_of_thread = this;
}

MessageGuard::~MessageGuard() {
    guard_of_thread = nullptr;
    std::free(parser_);
}

/// Called by the parser when all headers are read, and again while more of a body arrives on a stream.
issize_t MessageGuard::extract_body(msg_t* message, msg_pub_t* object, char* data, isize_t size,
                                    int end_of_stream) {
    auto* sip = reinterpret_cast<sip_t*>(object);
    if (guard_of_thread != nullptr) guard_of_thread->inspect(message, sip);
    return sip_extract_body(message, sip, data, size, end_of_stream);
}

void MessageGuard::inspect(msg_t* message, sip_t* sip) {
    if (sip->sip_request != nullptr) {
        if ((sip->sip_flags & MSG_FLG_ERROR) != 0) return;
        const auto* fault = target_fault(sip);
        if (fault == nullptr) return;
        ++stopped_;
        base::log::debug("sip", "refused {} request: {}", sip->sip_request->rq_method_name, fault);
        sip->sip_flags |= MSG_FLG_ERROR;
    } else if (has_headers_of_a_response(sip)) {
        if (contacts_are_sip(sip) && record_routes_are_sip(sip)) return;
        ++stopped_;
        base::log::debug("sip", "response {}: Contact and Record-Route are not SIP URIs and were dropped",
                         sip->sip_status->st_status);
        while (sip->sip_contact != nullptr)
            sip_header_remove(message, sip, reinterpret_cast<sip_header_t*>(sip->sip_contact));
        while (sip->sip_record_route != nullptr)
            sip_header_remove(message, sip, reinterpret_cast<sip_header_t*>(sip->sip_record_route));
    }
}

}  // namespace tipring::sip
