// MessageGuard: keeps messages away from Sofia that are known to bring the process down.
//
// A dialog whose remote target or route set is not a sip/sips URI ends the process when Sofia gives the
// dialog up (about 32 s after an unacknowledged 200, or at shutdown). So nothing but sip/sips with a host may
// become a target or a route. The check sits in the message parser, before any of Sofia's state machines sees
// the message:
// - a request is marked as broken, and Sofia answers 400;
// - a response loses its Contact or Record-Route, so that the dialog keeps the address that we called.
// (The other fault, in sdp_parse(), cannot be reached: media is off and session descriptions go to our own
// parser, sdp.hpp.) Thread: sip.
#pragma once

#include <cstdint>

#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/sip.h>

namespace tipring::sip {

/// Null when the request may be accepted; otherwise what is wrong with its Contact or Record-Route.
const char* target_fault(const sip_t* request);

class MessageGuard {
  public:
    /// A guard counts what it stops in its thread; there is one per SIP thread.
    MessageGuard();
    ~MessageGuard();
    MessageGuard(const MessageGuard&) = delete;
    MessageGuard& operator=(const MessageGuard&) = delete;

    /// For NUTAG_SIP_PARSER; lives as long as the guard.
    const msg_mclass_t* parser() const { return parser_; }
    std::uint64_t stopped() const { return stopped_; }

  private:
    static issize_t extract_body(msg_t* message, msg_pub_t* object, char* data, isize_t size,
                                 int end_of_stream);
    void inspect(msg_t* message, sip_t* sip);

    msg_mclass_t* parser_ = nullptr;
    std::uint64_t stopped_ = 0;
};

}  // namespace tipring::sip
