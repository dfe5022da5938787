// What SIP headers and small bodies say about a call beside who calls whom: how it should ring, who sent it on
// before, how a REFER goes on, a hook flash. Written for hostile input: sizes are bounded, what is malformed is
// left out. Pure. Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/call/leg.hpp"

namespace tipring::sip {

/// So many entries of who sent a call on are kept of a message, and written; older ones stay as the counter of
/// the last of them. (How often a call may be sent on is call::most_forwardings.)
inline constexpr std::size_t most_kept_diversions = 8;

/// The values of a header field that is a list, cut at the commas that are in no quotes and no angle brackets;
/// at most `limit`.
std::vector<std::string_view> list_values(std::string_view text, std::size_t limit = 16);

/// One Alert-Info value as it came, control characters dropped, cut at 256 octets (RFC 3261 20.4).
std::string alert_info_text(std::string_view text);
/// All values of the Alert-Info fields in their order, separated by commas: as many whole ones as 256 octets
/// hold.
std::string read_alert_info(const std::vector<std::string_view>& fields);

/// The Diversion fields of a message in their order, which is the latest first (RFC 5806). Who wants to be
/// hidden (privacy) is restricted, with his number as far as it is told. `counter` is 1 to 99: 1 where it is
/// missing or no number, 99 where it is larger.
std::vector<call::Diversion> read_diversions(const std::vector<std::string_view>& fields);
/// The hi-entries of the History-Info fields that tell why the call was sent on, the latest first: by a Reason
/// of their own (RFC 7044 10.1), or by a cause in the URI of the entry that they led to (RFC 4458). Entries are
/// ordered by their index where all have one.
std::vector<call::Diversion> read_history(const std::vector<std::string_view>& fields);
/// Value of a Diversion header; "" for none. Hidden ones carry privacy=full; those without a number, too, under
/// the name of nobody, because they count.
std::string diversion_value(const std::vector<call::Diversion>& diversions, const std::string& host);

/// Value of a History-Info header of a call to `called` (RFC 7044, causes of RFC 4458); "" when nobody has sent it
/// on. A counter cannot be told.
std::string history_value(const std::vector<call::Diversion>& diversions, const std::string& called,
                          const std::string& host);

/// The first User-to-User value of ISDN (RFC 7433 4.1, 7434): hex, the protocol discriminator first. Empty when
/// there is none or it is longer than a Q.931 element.
call::UserToUser read_user_to_user(const std::vector<std::string_view>& fields);
/// The header's value; "" for none.
std::string user_to_user_value(const call::UserToUser& user);

/// The status in a message/sipfrag body (RFC 3515 2.4.5): 100..699.
std::optional<unsigned> sipfrag_status(std::string_view content_type, std::string_view body);

/// INFO with application/dtmf-relay "Signal=hf", "flash", "16" (the event of RFC 4733) or "!", or
/// application/hook-flash.
bool info_flash(std::string_view content_type, std::string_view body);

/// A header value inside of a URI (RFC 3261 25.1, hvalue): everything but unreserved becomes %XX.
std::string escape_header_value(std::string_view text);

}  // namespace tipring::sip
