// The RTP packet of RFC 3550 section 5.1: parser and header writer. Pure; every octet is hostile.
// Thread: media (any); real-time safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace tipring::media {

inline constexpr std::size_t rtp_header_octets = 12;

struct RtpPacket {
    bool marker = false;
    std::uint8_t payload_type = 0;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t ssrc = 0;
    std::span<const std::uint8_t> payload;  ///< inside the datagram, without padding
};

/// nullopt when version, CSRC count, extension or padding do not fit the datagram.
std::optional<RtpPacket> parse_rtp(std::span<const std::uint8_t> datagram) noexcept;

/// Writes the fixed header (no CSRC, extension or padding); `packet.payload` is not used.
void write_rtp_header(const RtpPacket& packet, std::span<std::uint8_t, rtp_header_octets> out) noexcept;

}  // namespace tipring::media
