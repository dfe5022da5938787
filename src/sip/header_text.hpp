// Text that goes into SIP headers or comes out of them: escaping, quoting, decoding, limits. Pure. Thread:
// any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tipring::sip {

/// Stands for a user who hides (RFC 3323 4.1), at this host where the real one does not matter.
inline constexpr char anonymous_user[] = "anonymous";
inline constexpr char anonymous_host[] = "anonymous.invalid";

/// Every character that `keeps` does not let through becomes %XX.
std::string percent_encoded(std::string_view text, bool (*keeps)(char));
/// User part of a SIP URI: everything but unreserved and user-unreserved characters becomes %XX (RFC
/// 3261 25.1). Cut at 128.
std::string escape_user(std::string_view text);
/// The number in a user part: percent-decoding, parameters after ';' cut off, control characters dropped. Cut
/// at 128.
std::string decode_user(std::string_view text);
/// Percent-decoding alone; control characters dropped, cut at 128.
std::string percent_decoded(std::string_view text);
/// A display name in double quotes, with '"' and '\' escaped and control characters dropped; "" when nothing
/// is left. Cut at 128.
std::string quote_display(std::string_view text);
/// A display name as it came, with or without quotes, as plain text. Cut at 128.
std::string plain_display(std::string_view text);
/// Host as it stands in a URI: IPv6 literals get brackets.
std::string uri_host(std::string_view host);
/// Removes the brackets of an IPv6 literal.
std::string bare_host(std::string_view host);

struct HostPort {
    std::string host;  ///< without brackets
    std::uint16_t port = 0;
};
/// "host", "host:port", "[v6]:port" or a bare v6 literal; nullopt when it is none of these.
std::optional<HostPort> split_host_port(std::string_view text, std::uint16_t default_port);

struct NameAddr {
    std::string display;  ///< plain text
    std::string user;     ///< decoded; the number of a tel URI
};
/// The first value of a header of the form `"Name" <sip:user@host>` or `tel:+123`; empty when it is
/// malformed.
NameAddr split_name_addr(std::string_view text);

/// The digit of an INFO body of type application/dtmf-relay ("Signal=5") or application/dtmf ("5").
std::optional<char> info_digit(std::string_view content_type, std::string_view body);

}  // namespace tipring::sip
