// Session descriptions (SDP, RFC 4566) as values: parser and builder. Pure. Thread: any.
//
// The SIP library's own SDP parser must never see a message (it can be made to loop for ever by one m-line),
// so this one is written for hostile input: bounded sizes, every line checked, nothing kept that nobody uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/result.hpp"

namespace tipring::sip::sdp {

/// Above these a description is refused as a whole.
inline constexpr std::size_t max_text = 16384;     ///< octets
inline constexpr std::size_t max_line = 1024;      ///< octets
inline constexpr std::size_t max_media = 16;       ///< m-lines
inline constexpr std::size_t max_formats = 64;     ///< formats of one m-line
inline constexpr std::size_t max_attributes = 64;  ///< rtpmap or fmtp lines of one m-line

/// RFC 4566 6, a=sendrecv and so on, as seen by whoever sends the description.
enum class Direction : std::uint8_t { send_receive, send_only, receive_only, inactive };
/// The attribute's name, for example "sendrecv".
std::string_view name(Direction direction);
/// The same stream seen from the other end (RFC 3264 6.1).
Direction mirrored(Direction direction);

/// c= line. `address` is a literal of its family or a host name; a multicast suffix "/127" is cut off.
struct Connection {
    bool ipv6 = false;
    std::string address;
    friend bool operator==(const Connection&, const Connection&) = default;
};
/// Family found by the literal.
Connection connection_to(const std::string& literal);
bool is_literal(const Connection& connection);
/// 0.0.0.0 or ::, the old way to say "on hold" (RFC 3264 8.4).
bool is_null(const Connection& connection);
bool is_multicast(const Connection& connection);

struct RtpMap {
    std::uint8_t payload_type = 0;  ///< 0..127
    std::string encoding;
    unsigned clock_rate = 0;  ///< Hz
    unsigned channels = 1;
    friend bool operator==(const RtpMap&, const RtpMap&) = default;
};

struct FormatParameters {
    std::string format;
    std::string text;
    friend bool operator==(const FormatParameters&, const FormatParameters&) = default;
};

/// One m-line with what belongs to it.
struct Media {
    std::string type;        ///< "audio", "image" ...
    std::uint16_t port = 0;  ///< 0: refused
    std::string protocol;    ///< "RTP/AVP" ...
    std::vector<std::string> formats;
    std::optional<Connection> connection;
    std::vector<RtpMap> rtp_maps;
    std::vector<FormatParameters> parameters;
    std::optional<unsigned> packet_ms;      ///< a=ptime
    std::optional<unsigned> max_packet_ms;  ///< a=maxptime
    std::optional<Direction> direction;
    std::optional<std::uint16_t> rtcp_port;  ///< a=rtcp, RFC 3605
    friend bool operator==(const Media&, const Media&) = default;
};

struct Origin {
    std::string user = "-";
    std::uint64_t session_id = 0;
    std::uint64_t version = 0;
    Connection address;
    friend bool operator==(const Origin&, const Origin&) = default;
};

struct Description {
    Origin origin;
    std::string session_name = "-";
    std::optional<Connection> connection;
    std::optional<Direction> direction;
    std::vector<Media> media;
    friend bool operator==(const Description&, const Description&) = default;
};

/// The error names the line number and what is wrong with it. Unknown attributes and line types are skipped.
base::Result<Description> parse(std::string_view text);
/// With CRLF line ends. Every string of `description` must be free of control characters (parse() guarantees
/// it).
std::string build(const Description& description);

}  // namespace tipring::sip::sdp
