// SIP answers <-> Q.850 causes (RFC 3398 7.2.4.1 and 8.2.6.1, docs/isdn-sip.md) and the Reason header (RFC 3326,
// 6432, 8606). Pure. Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tipring/call/cause.hpp"
#include "tipring/config/config.hpp"

namespace tipring::sip {

/// Cause of a call that ended with this final answer. `reason` is the value of a Reason header, "" when there
/// was none; its Q.850 cause wins, with the location that it names, then `overrides`. `phrase` goes into the
/// detail.
call::Cause cause_of_status(unsigned status, std::string_view phrase, std::string_view reason = {},
                            const config::CauseOverrides& overrides = {});
/// The answer to an INVITE that ends for this cause.
unsigned status_of_cause(const call::Cause& cause, const config::CauseOverrides& overrides = {});
/// Standard phrase of an answer that status_of_cause() or our checks give.
const char* phrase_of(unsigned status);

/// The Q.850 cause of a Reason header value ("Q.850;cause=16;text=..."), when there is one between 1 and 127.
std::optional<std::uint8_t> reason_cause(std::string_view reason);
/// The location of that cause (RFC 8606 4), when it has one that Q.850 knows.
std::optional<call::Location> reason_location(std::string_view reason);
/// The Reason header value for a cause, with its location.
std::string reason_text(const call::Cause& cause);

}  // namespace tipring::sip
