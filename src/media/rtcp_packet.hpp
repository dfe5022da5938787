// RTCP compound packets of RFC 3550 section 6: builder of SR/RR + SDES(CNAME) [+ BYE], and a parser that
// takes out what we use. Pure; every octet is hostile. Thread: media (any); real-time safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tipring::media {

struct SenderInfo {
    std::uint64_t ntp = 0;  ///< 32.32 fixed point
    std::uint32_t rtp_timestamp = 0;
    std::uint32_t packets = 0, octets = 0;
};

struct ReportBlock {
    std::uint32_t ssrc = 0;
    std::uint8_t fraction_lost = 0;  ///< 1/256
    std::int32_t cumulative_lost = 0;
    std::uint32_t highest_sequence = 0;
    std::uint32_t jitter = 0;
    std::uint32_t last_sr = 0;         ///< middle 32 bits of the NTP time of the last SR, 0: none
    std::uint32_t delay_since_sr = 0;  ///< 1/65536 s
};

struct RtcpContent {
    std::uint32_t ssrc = 0;  ///< of the sender
    std::optional<SenderInfo> sender;
    std::optional<ReportBlock> report;  ///< the block about the SSRC asked for
    bool bye = false;
};

inline constexpr std::size_t longest_rtcp = 512;
inline constexpr std::size_t longest_cname = 255;

/// `about`: our own SSRC, whose report block is wanted. nullopt when the header checks of RFC 3550 A.2 fail.
std::optional<RtcpContent> parse_rtcp(std::span<const std::uint8_t> datagram, std::uint32_t about) noexcept;

struct RtcpToSend {
    std::uint32_t ssrc = 0;
    std::optional<SenderInfo> sender;  ///< SR when given, RR otherwise
    std::optional<ReportBlock> report;
    std::string_view cname;  ///< cut at longest_cname
    bool bye = false;
};

/// The octets written.
std::size_t write_rtcp(const RtcpToSend& content, std::span<std::uint8_t, longest_rtcp> out) noexcept;

}  // namespace tipring::media
