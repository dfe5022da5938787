// What PriLink does for supplementary services in libpri's terms: hold and retrieve (ETS 300 196-1, Q.932 6),
// notifications (Q.931 4.5.22), transfer (EN 300 369-1) and malicious calls (EN 300 130-1). Thread: core.
#pragma once

#include <cstdint>
#include <optional>

#include "pri_link.hpp"

namespace tipring::isdn {

/// Q.931 4.5.22, ETS 300 196-1 11.2.2.2.
namespace notification {
inline constexpr std::uint8_t user_suspended = 0x00, user_resumed = 0x01, remote_hold = 0x79,
                              remote_retrieval = 0x7a;
}

/// Lets libpri pass on what it would refuse by itself otherwise. Holds for the controller's life.
void enable_supplementary(pri* controller, const LinkOptions& options);

/// Sends HOLD; false when libpri does not allow it in this state. hold_ack or hold_reject follows.
bool send_hold(PriLink& link, q931_call* call);
void send_hold_ack(PriLink& link, q931_call* call);
void send_hold_reject(PriLink& link, q931_call* call, std::uint8_t cause);
/// Sends RETRIEVE; `channel` none: any. False and answers as above.
bool send_retrieve(PriLink& link, q931_call* call, std::optional<unsigned> channel);
void send_retrieve_ack(PriLink& link, q931_call* call, unsigned channel);
void send_retrieve_reject(PriLink& link, q931_call* call, std::uint8_t cause);
/// Sends NOTIFY. libpri knows only indicators 0 to 2 for switch types other than EuroISDN.
void send_notification(PriLink& link, q931_call* call, std::uint8_t indicator);

/// Asks the network to join two calls, as the switch type has it; false where libpri cannot (a DMS-100 call without RLT
/// identity, other switch types). What comes of it is not told: the network clears both calls, or does nothing.
bool send_transfer(PriLink& link, q931_call* call, q931_call* other);
/// The answer to a request of the other end; before the call is cleared.
void answer_transfer(PriLink& link, q931_call* call, int invoke, bool done);
/// Asks for the caller to be recorded; false for calls of ours, and where the switch type is not EuroISDN.
/// malicious_answer follows.
bool send_malicious_call(PriLink& link, q931_call* call);

}  // namespace tipring::isdn
