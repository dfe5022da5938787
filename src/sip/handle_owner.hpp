// HandleOwner: whoever has a nua_handle and gets its events (a dialog, a registration, a probe); and small
// helpers about messages. Private to the SIP thread.
#pragma once

#include <string>
#include <string_view>

// Sofia's callbacks carry our own types instead of void pointers.
namespace tipring::sip {
class Agent;
class HandleOwner;
}  // namespace tipring::sip
#define NUA_MAGIC_T ::tipring::sip::Agent
#define NUA_HMAGIC_T ::tipring::sip::HandleOwner
#include <sofia-sip/nta.h>
#include <sofia-sip/nua.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/url.h>

#include "messages.hpp"

namespace tipring::sip {

/// One event of nua, with its arguments under their names. `sip` is null for events that no message caused.
struct NuaEvent {
    nua_event_t kind;
    unsigned status;
    const char* phrase;
    const sip_t* sip;
    const tagi_t* tags;

    /// False for a response that Sofia made up itself, such as 503 after "port unreachable".
    bool from_peer() const { return !nta_sip_is_internal(sip); }
};

class HandleOwner {
  public:
    virtual ~HandleOwner() = default;
    /// May end with the destruction of this object.
    virtual void on_event(const NuaEvent& event) = 0;
};

/// A nua handle that is destroyed with its owner; no event comes after that.
class Handle {
  public:
    Handle() = default;
    explicit Handle(nua_handle_t* handle) : handle_(handle) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { reset(nullptr); }

    void reset(nua_handle_t* handle) {
        if (handle_ != nullptr) {
            nua_handle_bind(handle_, nullptr);
            nua_handle_destroy(handle_);
        }
        handle_ = handle;
    }
    nua_handle_t* get() const { return handle_; }

  private:
    nua_handle_t* handle_ = nullptr;
};

/// "" for a null pointer.
inline std::string_view text_of(const char* text) {
    return text == nullptr ? std::string_view{} : std::string_view(text);
}
inline const url_string_t* url_of(const std::string& text) {
    return URL_STRING_MAKE(text.c_str());
}

inline constexpr char sdp_type[] = "application/sdp";
/// The body; "" when there is none.
std::string_view body_of(const sip_t* sip);
/// All fields of a header that Sofia's basic parser does not know, as they came; at most 16.
std::vector<std::string_view> unknown_headers(const sip_t* sip, std::string_view name);
/// Who sent the call on before: Diversion or History-Info, whichever tells of more.
std::vector<call::Diversion> diversions_of(const sip_t* sip);
/// Max-Forwards of a request of ours that carries this one on, never more than a new one has; -1: there must be
/// none.
int hops_left(const sip_t* sip);
/// The body when it is a session description; "" otherwise.
std::string_view session_description(const sip_t* sip);
/// All Reason header values of the message, joined by commas.
std::string reason_of(const sip_t* sip);
/// Who calls: From, or P-Asserted-Identity where it is present, and what Privacy says about it (RFC 3325,
/// 3323). An anonymous From is a number that its owner hides, one without user is a number that nobody knows.
call::Party caller_of(const sip_t* sip);
/// Who is connected, when an answer or a request inside the dialog asserts it, with what Privacy says.
std::optional<call::Party> asserted_party(const sip_t* sip);
/// Answers a 401 or 407 on the handle. False when there is nothing to answer with.
bool answer_challenge(nua_handle_t* handle, const sip_t* sip, const Credentials& credentials);

}  // namespace tipring::sip
