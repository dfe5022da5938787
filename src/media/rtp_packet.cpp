// RTP packet parser and header writer: see the header.
#include "rtp_packet.hpp"

#include "wire.hpp"

namespace tipring::media {

std::optional<RtpPacket> parse_rtp(std::span<const std::uint8_t> datagram) noexcept {
    if (datagram.size() < rtp_header_octets || (datagram[0] >> 6) != 2) return std::nullopt;
    const bool padded = (datagram[0] & 0x20) != 0;
    const bool extended = (datagram[0] & 0x10) != 0;
    std::size_t header = rtp_header_octets + std::size_t{4} * (datagram[0] & 0x0F);
    if (extended) {
        if (datagram.size() < header + 4) return std::nullopt;
        header += 4 + std::size_t{4} * read_u16(datagram, header + 2);
    }
    if (datagram.size() < header) return std::nullopt;
    std::size_t length = datagram.size() - header;
    if (padded) {
        const std::size_t padding = datagram.back();
        if (length == 0 || padding == 0 || padding > length) return std::nullopt;
        length -= padding;
    }
    RtpPacket packet;
    packet.marker = (datagram[1] & 0x80) != 0;
    packet.payload_type = datagram[1] & 0x7F;
    packet.sequence = read_u16(datagram, 2);
    packet.timestamp = read_u32(datagram, 4);
    packet.ssrc = read_u32(datagram, 8);
    packet.payload = datagram.subspan(header, length);
    return packet;
}

void write_rtp_header(const RtpPacket& packet, std::span<std::uint8_t, rtp_header_octets> out) noexcept {
    out[0] = 0x80;
    out[1] = static_cast<std::uint8_t>((packet.marker ? 0x80 : 0) | (packet.payload_type & 0x7F));
    write_u16(out, 2, packet.sequence);
    write_u32(out, 4, packet.timestamp);
    write_u32(out, 8, packet.ssrc);
}

}  // namespace tipring::media
