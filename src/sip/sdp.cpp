// The SDP parser (sdp.hpp). Pure. Thread: any.
#include "sdp.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "tipring/base/text.hpp"

namespace tipring::sip::sdp {
namespace {

using base::fail;
using base::Result;

/// RFC 4566 9, token-char.
bool is_token_char(char c) {
    const auto u = static_cast<unsigned char>(c);
    if (u <= 0x20 || u >= 0x7f) return false;
    return std::string_view("\"(),/:;<=>?@[\\]").find(c) == std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), is_token_char);
}

/// RTP/AVP, udptl, UDP/TLS/RTP/SAVPF: tokens joined by slashes.
bool is_protocol(std::string_view text) {
    if (text.empty() || text.size() > 64) return false;
    const auto parts = base::split(text, '/');
    return std::all_of(parts.begin(), parts.end(), is_token);
}

bool is_host_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == ':' || c == '_' || c == '%';
}

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return u == '\t' || (u >= 0x20 && u != 0x7f);
    });
}

/// Digits only, whole text, at most `limit`.
template <class T>
std::optional<T> number(std::string_view text, T limit) {
    T value = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || stop != end || value > limit) return std::nullopt;
    return value;
}

/// Splits at runs of spaces.
std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> found;
    for (const auto part : base::split(text, ' ')) {
        if (!part.empty()) found.push_back(part);
    }
    return found;
}

bool literal_of(bool ipv6, const std::string& text) {
    unsigned char buffer[sizeof(in6_addr)];
    return inet_pton(ipv6 ? AF_INET6 : AF_INET, text.c_str(), buffer) == 1;
}

Result<Connection> parse_connection(std::string_view net, std::string_view family, std::string_view address) {
    if (net != "IN") return fail("network type is not IN");
    if (family != "IP4" && family != "IP6") return fail("address type is not IP4 or IP6");
    address = address.substr(0, address.find('/'));
    if (address.empty() || address.size() > 255 || !std::all_of(address.begin(), address.end(), is_host_char))
        return fail("malformed address");
    return Connection{family == "IP6", std::string(address)};
}

Result<Connection> parse_connection_line(std::string_view value) {
    const auto parts = words(value);
    if (parts.size() != 3) return fail("c= needs three fields");
    return parse_connection(parts[0], parts[1], parts[2]);
}

/// Origin numbers are "numeric strings" without an upper bound; what does not fit is only compared by the far
/// end, so it is clipped.
Result<std::uint64_t> origin_number(std::string_view text) {
    if (text.empty() || text.size() > 64 || text.find_first_not_of("0123456789") != std::string_view::npos)
        return fail("o= number is not numeric");
    return number<std::uint64_t>(text, UINT64_MAX).value_or(UINT64_MAX);
}

Result<Origin> parse_origin(std::string_view value) {
    const auto parts = words(value);
    if (parts.size() != 6) return fail("o= needs six fields");
    Origin origin;
    origin.user = std::string(parts[0].substr(0, 64));
    const auto id = origin_number(parts[1]);
    if (!id) return id.error();
    const auto version = origin_number(parts[2]);
    if (!version) return version.error();
    const auto address = parse_connection(parts[3], parts[4], parts[5]);
    if (!address) return address.error();
    origin.session_id = *id;
    origin.version = *version;
    origin.address = *address;
    return origin;
}

Result<Media> parse_media(std::string_view value) {
    const auto parts = words(value);
    if (parts.size() < 4) return fail("m= needs four fields");
    if (parts.size() - 3 > max_formats) return fail("too many formats");
    Media media;
    if (!is_token(parts[0])) return fail("media type is not a token");
    media.type = std::string(parts[0]);
    const auto slash = parts[1].find('/');
    const auto port = number<std::uint16_t>(parts[1].substr(0, slash), 65535);
    if (!port) return fail("malformed port");
    if (slash != std::string_view::npos && !number<std::uint16_t>(parts[1].substr(slash + 1), 65535))
        return fail("malformed number of ports");
    media.port = *port;
    if (!is_protocol(parts[2])) return fail("malformed protocol");
    media.protocol = std::string(parts[2]);
    for (std::size_t i = 3; i < parts.size(); ++i) {
        if (!is_token(parts[i])) return fail("format is not a token");
        media.formats.emplace_back(parts[i]);
    }
    return media;
}

std::optional<Direction> direction_named(std::string_view text) {
    for (const auto direction :
         {Direction::send_receive, Direction::send_only, Direction::receive_only, Direction::inactive}) {
        if (text == name(direction)) return direction;
    }
    return std::nullopt;
}

/// a=rtpmap:<payload type> <encoding>/<clock rate>[/<channels>]
Result<void> add_rtp_map(Media& media, std::string_view value) {
    const auto space = value.find(' ');
    if (space == std::string_view::npos) return fail("malformed rtpmap");
    const auto type = number<std::uint8_t>(value.substr(0, space), 127);
    const auto parts = base::split(base::trim(value.substr(space)), '/');
    if (!type || parts.size() < 2 || parts.size() > 3 || !is_token(parts[0])) return fail("malformed rtpmap");
    const auto rate = number<unsigned>(parts[1], 1'000'000);
    const auto channels = parts.size() == 3 ? number<unsigned>(parts[2], 255) : std::optional<unsigned>(1);
    if (!rate || !channels) return fail("malformed rtpmap");
    if (media.rtp_maps.size() >= max_attributes) return fail("too many rtpmap lines");
    media.rtp_maps.push_back({*type, std::string(parts[0]), *rate, *channels});
    return {};
}

Result<void> add_parameters(Media& media, std::string_view value) {
    const auto space = value.find(' ');
    if (space == std::string_view::npos || !is_token(value.substr(0, space))) return fail("malformed fmtp");
    if (media.parameters.size() >= max_attributes) return fail("too many fmtp lines");
    media.parameters.push_back(
        {std::string(value.substr(0, space)), std::string(base::trim(value.substr(space)))});
    return {};
}

/// Some senders write "20.0"; the fraction is of no use.
std::optional<unsigned> milliseconds(std::string_view value) {
    const auto parsed = number<unsigned>(base::trim(value.substr(0, value.find('.'))), 10'000);
    return parsed && *parsed > 0 ? parsed : std::nullopt;
}

/// Attributes that only matter to an m-line. A hint that cannot be read (ptime) is ignored; a lie about
/// formats is an error.
Result<void> add_media_attribute(Media& media, std::string_view key, std::string_view value) {
    if (key == "rtpmap") return add_rtp_map(media, value);
    if (key == "fmtp") return add_parameters(media, value);
    if (key == "ptime") media.packet_ms = milliseconds(value);
    if (key == "maxptime") media.max_packet_ms = milliseconds(value);
    if (key == "rtcp") {
        const auto port = number<std::uint16_t>(value.substr(0, value.find(' ')), 65535);
        if (!port || *port == 0) return fail("malformed rtcp port");
        media.rtcp_port = *port;
    }
    return {};
}

Result<void> add_attribute(Description& description, std::string_view line) {
    const auto colon = line.find(':');
    const auto key = line.substr(0, colon);
    if (!is_token(key)) return fail("malformed attribute");
    const auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
    if (const auto direction = direction_named(key)) {
        (description.media.empty() ? description.direction : description.media.back().direction) = direction;
        return {};
    }
    if (description.media.empty()) return {};
    return add_media_attribute(description.media.back(), key, value);
}

/// What has been seen already: v=, o= and s= must come first, in this order (RFC 4566 5).
enum class Stage { version, origin, session_name, rest };

Result<void> parse_head_line(Description& description, Stage& stage, char type, std::string_view value) {
    if (stage == Stage::version) {
        if (type != 'v' || value != "0") return fail("v=0 expected");
        stage = Stage::origin;
        return {};
    }
    if (stage == Stage::origin) {
        if (type != 'o') return fail("o= expected");
        auto origin = parse_origin(value);
        if (!origin) return origin.error();
        description.origin = std::move(*origin);
        stage = Stage::session_name;
        return {};
    }
    if (type != 's') return fail("s= expected");
    description.session_name = std::string(value.substr(0, 64));
    stage = Stage::rest;
    return {};
}

Result<void> parse_body_line(Description& description, char type, std::string_view value) {
    switch (type) {
        case 'm': {
            if (description.media.size() >= max_media) return fail("too many m-lines");
            auto media = parse_media(value);
            if (!media) return media.error();
            description.media.push_back(std::move(*media));
            return {};
        }
        case 'c': {
            auto connection = parse_connection_line(value);
            if (!connection) return connection.error();
            (description.media.empty() ? description.connection : description.media.back().connection) =
                *connection;
            return {};
        }
        case 'a':
            return add_attribute(description, value);
        case 'v':
        case 'o':
        case 's':
            return fail("line given twice");
        default:
            return {};
    }
}

Result<void> parse_line(Description& description, Stage& stage, std::string_view line) {
    if (line.size() > max_line) return fail("line too long");
    if (line.size() < 2 || line[1] != '=' || line[0] < 'a' || line[0] > 'z')
        return fail("not of the form x=value");
    const auto value = line.substr(2);
    if (!is_printable(value)) return fail("control character");
    if (stage != Stage::rest) return parse_head_line(description, stage, line[0], value);
    return parse_body_line(description, line[0], value);
}

}  // namespace

std::string_view name(Direction direction) {
    switch (direction) {
        case Direction::send_receive:
            return "sendrecv";
        case Direction::send_only:
            return "sendonly";
        case Direction::receive_only:
            return "recvonly";
        case Direction::inactive:
            return "inactive";
    }
    return "sendrecv";
}

Direction mirrored(Direction direction) {
    if (direction == Direction::send_only) return Direction::receive_only;
    if (direction == Direction::receive_only) return Direction::send_only;
    return direction;
}

Connection connection_to(const std::string& literal) {
    return {literal.find(':') != std::string::npos, literal};
}

bool is_literal(const Connection& connection) {
    return literal_of(connection.ipv6, connection.address);
}

bool is_null(const Connection& connection) {
    in6_addr wide{};
    in_addr narrow{};
    if (connection.ipv6)
        return inet_pton(AF_INET6, connection.address.c_str(), &wide) == 1 && IN6_IS_ADDR_UNSPECIFIED(&wide);
    return inet_pton(AF_INET, connection.address.c_str(), &narrow) == 1 && narrow.s_addr == 0;
}

bool is_multicast(const Connection& connection) {
    in6_addr wide{};
    in_addr narrow{};
    if (connection.ipv6)
        return inet_pton(AF_INET6, connection.address.c_str(), &wide) == 1 && IN6_IS_ADDR_MULTICAST(&wide);
    return inet_pton(AF_INET, connection.address.c_str(), &narrow) == 1 && IN_MULTICAST(ntohl(narrow.s_addr));
}

base::Result<Description> parse(std::string_view text) {
    if (text.size() > max_text) return fail("description too long");
    Description description;
    auto stage = Stage::version;
    unsigned line_number = 0;
    while (!text.empty()) {
        ++line_number;
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.empty() && base::trim(text).empty())
            break;  // blank lines at the end are common and harmless
        const auto parsed = parse_line(description, stage, line);
        if (!parsed) return fail(base::format("line {}: {}", line_number, parsed.error().message));
    }
    if (stage != Stage::rest) return fail("v=, o= or s= is missing");
    return description;
}

}  // namespace tipring::sip::sdp
