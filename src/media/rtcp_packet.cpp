// RTCP builder and parser: see the header.
#include "rtcp_packet.hpp"

#include <algorithm>
#include <cstring>

#include "wire.hpp"

namespace tipring::media {

namespace {

constexpr std::uint8_t type_sr = 200, type_rr = 201, type_sdes = 202, type_bye = 203;
constexpr std::size_t block_octets = 24, sender_octets = 20;
constexpr std::uint8_t sdes_cname = 1;

void write_header(std::span<std::uint8_t> out, std::size_t at, unsigned count, std::uint8_t type,
                  std::size_t octets) noexcept {
    out[at] = static_cast<std::uint8_t>(0x80 | count);
    out[at + 1] = type;
    write_u16(out, at + 2, static_cast<std::uint32_t>(octets / 4 - 1));
}

ReportBlock read_block(std::span<const std::uint8_t> block) noexcept {
    ReportBlock report;
    report.ssrc = read_u32(block, 0);
    report.fraction_lost = block[4];
    // 24 bits, signed.
    report.cumulative_lost = static_cast<std::int32_t>(read_u32(block, 4) << 8) >> 8;
    report.highest_sequence = read_u32(block, 8);
    report.jitter = read_u32(block, 12);
    report.last_sr = read_u32(block, 16);
    report.delay_since_sr = read_u32(block, 20);
    return report;
}

/// SR or RR whose length has been checked against the datagram.
void read_report(std::span<const std::uint8_t> packet, std::uint32_t about, RtcpContent& content) noexcept {
    std::size_t at = 8;
    if (packet.size() < at) return;
    if (packet[1] == type_sr) {
        if (packet.size() < at + sender_octets) return;
        SenderInfo sender;
        sender.ntp = (std::uint64_t{read_u32(packet, at)} << 32) | read_u32(packet, at + 4);
        sender.rtp_timestamp = read_u32(packet, at + 8);
        sender.packets = read_u32(packet, at + 12);
        sender.octets = read_u32(packet, at + 16);
        content.sender = sender;
        at += sender_octets;
    }
    for (unsigned left = packet[0] & 0x1F; left > 0 && at + block_octets <= packet.size(); --left) {
        const auto report = read_block(packet.subspan(at, block_octets));
        if (report.ssrc == about) content.report = report;
        at += block_octets;
    }
}

}  // namespace

std::optional<RtcpContent> parse_rtcp(std::span<const std::uint8_t> datagram, std::uint32_t about) noexcept {
    // A.2: version 2, no padding in the first packet, SR or RR first, lengths that add up to the datagram.
    if (datagram.size() < 8 || (datagram[0] & 0xE0) != 0x80) return std::nullopt;
    if (datagram[1] != type_sr && datagram[1] != type_rr) return std::nullopt;
    RtcpContent content;
    content.ssrc = read_u32(datagram, 4);
    for (std::size_t at = 0; at < datagram.size();) {
        if (datagram.size() - at < 4 || (datagram[at] >> 6) != 2) return std::nullopt;
        const std::size_t octets = (std::size_t{read_u16(datagram, at + 2)} + 1) * 4;
        if (octets > datagram.size() - at) return std::nullopt;
        const auto packet = datagram.subspan(at, octets);
        if (packet[1] == type_sr || packet[1] == type_rr) read_report(packet, about, content);
        if (packet[1] == type_bye) content.bye = true;
        at += octets;
    }
    return content;
}

std::size_t write_rtcp(const RtcpToSend& content, std::span<std::uint8_t, longest_rtcp> out) noexcept {
    std::size_t at = 8;
    if (content.sender) {
        write_u32(out, at, static_cast<std::uint32_t>(content.sender->ntp >> 32));
        write_u32(out, at + 4, static_cast<std::uint32_t>(content.sender->ntp));
        write_u32(out, at + 8, content.sender->rtp_timestamp);
        write_u32(out, at + 12, content.sender->packets);
        write_u32(out, at + 16, content.sender->octets);
        at += sender_octets;
    }
    if (content.report) {
        const auto& report = *content.report;
        write_u32(out, at, report.ssrc);
        write_u32(out, at + 4,
                  (std::uint32_t{report.fraction_lost} << 24) |
                      (static_cast<std::uint32_t>(report.cumulative_lost) & 0xFFFFFF));
        write_u32(out, at + 8, report.highest_sequence);
        write_u32(out, at + 12, report.jitter);
        write_u32(out, at + 16, report.last_sr);
        write_u32(out, at + 20, report.delay_since_sr);
        at += block_octets;
    }
    write_header(out, 0, content.report ? 1 : 0, content.sender ? type_sr : type_rr, at);
    write_u32(out, 4, content.ssrc);

    const std::size_t sdes = at;
    const std::size_t length = std::min(content.cname.size(), longest_cname);
    write_u32(out, at + 4, content.ssrc);
    out[at + 8] = sdes_cname;
    out[at + 9] = static_cast<std::uint8_t>(length);
    if (length > 0) std::memcpy(&out[at + 10], content.cname.data(), length);
    at += 10 + length;
    // At least one zero octet ends the item list, and the chunk is padded to 32 bits (6.5).
    do {
        out[at++] = 0;
    } while ((at - sdes) % 4 != 0);
    write_header(out, sdes, 1, type_sdes, at - sdes);

    if (content.bye) {
        write_header(out, at, 1, type_bye, 8);
        write_u32(out, at + 4, content.ssrc);
        at += 8;
    }
    return at;
}

}  // namespace tipring::media
