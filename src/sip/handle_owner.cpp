// Helpers about Sofia messages (handle_owner.hpp). Thread: sip.
#include "handle_owner.hpp"

#include <sofia-sip/msg_header.h>

#include <initializer_list>

#include "call_headers.hpp"
#include "cause_map.hpp"
#include "header_text.hpp"
#include "tipring/base/text.hpp"

namespace tipring::sip {
namespace {

constexpr std::size_t most_fields = 16;

/// Only the first field counts.
std::string_view unknown_header(const sip_t* sip, std::string_view name) {
    const auto all = unknown_headers(sip, name);
    return all.empty() ? std::string_view{} : all.front();
}

/// Privacy (RFC 3323 4.2) has one of these words.
bool wants(const sip_t* sip, std::initializer_list<std::string_view> privacy) {
    if (sip->sip_privacy == nullptr || sip->sip_privacy->priv_values == nullptr) return false;
    for (auto* value = sip->sip_privacy->priv_values; *value != nullptr; ++value) {
        for (const auto word : privacy) {
            if (base::equal_ignoring_case(*value, word)) return true;
        }
    }
    return false;
}

/// `Digest:"realm":user:password` of one challenge; the realm keeps its quotes.
bool answer_one(nua_handle_t* handle, const msg_auth_t* challenge, const Credentials& credentials) {
    bool answered = false;
    for (; challenge != nullptr; challenge = challenge->au_next) {
        const auto realm = text_of(msg_header_find_param(challenge->au_common, "realm="));
        if (realm.empty() || !base::equal_ignoring_case(text_of(challenge->au_scheme), "Digest")) continue;
        const auto text = base::format("Digest:{}:{}:{}", realm, credentials.user, credentials.password);
        nua_authenticate(handle, NUTAG_AUTH(text.c_str()), TAG_END());
        answered = true;
    }
    return answered;
}

}  // namespace

std::string_view body_of(const sip_t* sip) {
    if (sip == nullptr || sip->sip_payload == nullptr || sip->sip_payload->pl_data == nullptr) return {};
    return {sip->sip_payload->pl_data, sip->sip_payload->pl_len};
}

std::vector<std::string_view> unknown_headers(const sip_t* sip, std::string_view name) {
    std::vector<std::string_view> fields;
    for (auto* header = sip->sip_unknown; header != nullptr && fields.size() < most_fields;
         header = header->un_next) {
        if (base::equal_ignoring_case(text_of(header->un_name), name))
            fields.push_back(text_of(header->un_value));
    }
    return fields;
}

std::vector<call::Diversion> diversions_of(const sip_t* sip) {
    auto diversions = read_diversions(unknown_headers(sip, "Diversion"));
    auto history = read_history(unknown_headers(sip, "History-Info"));
    // Many servers keep only the last Diversion.
    if (call::forwardings_of(diversions) >= call::forwardings_of(history)) return diversions;
    if (wants(sip, {"history"})) {
        for (auto& diversion : history)
            diversion.presentation = call::Presentation::restricted;
    }
    return history;
}

int hops_left(const sip_t* sip) {
    const int usual = call::CallRequest{}.hops_left;
    if (sip->sip_max_forwards == nullptr) return usual;
    const auto given = sip->sip_max_forwards->mf_count;
    return given >= static_cast<unsigned>(usual) ? usual - 1 : static_cast<int>(given) - 1;
}

std::string_view session_description(const sip_t* sip) {
    if (sip == nullptr || sip->sip_content_type == nullptr ||
        !base::equal_ignoring_case(text_of(sip->sip_content_type->c_type), sdp_type))
        return {};
    return body_of(sip);
}

std::string reason_of(const sip_t* sip) {
    std::string values;
    if (sip == nullptr) return values;
    for (auto* reason = sip->sip_reason; reason != nullptr; reason = reason->re_next) {
        if (!values.empty()) values += ',';
        values += text_of(reason->re_protocol);
        if (reason->re_params == nullptr) continue;
        for (auto* parameter = reason->re_params; *parameter != nullptr; ++parameter) {
            values += ';';
            values += *parameter;
        }
    }
    return values;
}

call::Party caller_of(const sip_t* sip) {
    call::Party party;
    const auto asserted = split_name_addr(unknown_header(sip, "P-Asserted-Identity"));
    if (!asserted.user.empty()) {
        party.number = asserted.user;
        party.name = asserted.display;
        party.screening = call::Screening::network;
    } else {
        party.number = decode_user(text_of(sip->sip_from->a_url->url_user));
        party.name = plain_display(text_of(sip->sip_from->a_display));
    }
    const bool anonymous =
        base::equal_ignoring_case(text_of(sip->sip_from->a_url->url_user), "anonymous") ||
        base::equal_ignoring_case(text_of(sip->sip_from->a_url->url_host), "anonymous.invalid");
    if (wants(sip, {"id", "user", "header"}) || anonymous)
        party.presentation = call::Presentation::restricted;
    if (asserted.user.empty() && anonymous) {
        party.number.clear();
        party.name.clear();
    }
    if (party.number.empty() && party.presentation != call::Presentation::restricted)
        party.presentation = call::Presentation::unavailable;
    return party;
}

std::optional<call::Party> asserted_party(const sip_t* sip) {
    if (sip == nullptr) return std::nullopt;
    const auto asserted = split_name_addr(unknown_header(sip, "P-Asserted-Identity"));
    if (asserted.user.empty()) return std::nullopt;
    const bool hidden = wants(sip, {"id", "user", "header"});
    return call::Party{asserted.user, hidden ? std::string() : asserted.display,
                       hidden ? call::Presentation::restricted : call::Presentation::allowed,
                       call::Screening::network};
}

bool answer_challenge(nua_handle_t* handle, const sip_t* sip, const Credentials& credentials) {
    if (sip == nullptr || !credentials.complete()) return false;
    const bool server = answer_one(handle, sip->sip_www_authenticate, credentials);
    const bool proxy = answer_one(handle, sip->sip_proxy_authenticate, credentials);
    return server || proxy;
}

}  // namespace tipring::sip
