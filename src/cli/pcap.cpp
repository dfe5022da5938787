#include "pcap.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

#include "values.hpp"

namespace tipring::cli {
namespace json = boost::json;

namespace {

// https://www.tcpdump.org/linktypes.html and the IETF's draft-ietf-opsawg-pcap. Link type 203, LAPD without a
// header, would not say which way a frame went, and so not tell commands from responses.
constexpr std::uint32_t pcap_magic = 0xa1b2c3d4;
constexpr std::uint32_t longest_packet = 65535;
constexpr std::uint32_t linktype_linux_lapd = 177;
constexpr std::uint16_t arphrd_lapd = 8445, eth_p_lapd = 0x0030;  // of Linux
constexpr std::uint16_t packet_to_us = 0, packet_from_us = 4;
constexpr std::size_t pseudo_header_octets = 16;

void add_little(std::string& bytes, std::uint32_t value, int octets) {
    for (int i = 0; i < octets; ++i)
        bytes += static_cast<char>(value >> 8 * i & 0xffU);
}

void add_big(std::string& bytes, std::uint16_t value) {
    bytes += static_cast<char>(value >> 8);
    bytes += static_cast<char>(value & 0xff);
}

/// The cooked header of Linux; the first octet of its address says that this end is the network.
std::string pseudo_header(bool sent, bool network_side) {
    std::string bytes;
    add_big(bytes, sent ? packet_from_us : packet_to_us);
    add_big(bytes, arphrd_lapd);
    add_big(bytes, 1);
    bytes += static_cast<char>(network_side ? 1 : 0);
    bytes.append(7, '\0');
    add_big(bytes, eth_p_lapd);
    return bytes;
}

std::optional<std::string> from_hex(std::string_view hex) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (hex.size() % 2 != 0 || hex.size() > longest_packet) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const auto high = digits.find(hex[i]), low = digits.find(hex[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

}  // namespace

std::string pcap_header() {
    std::string bytes;
    add_little(bytes, pcap_magic, 4);
    add_little(bytes, 2, 2);  // version 2.4
    add_little(bytes, 4, 2);
    add_little(bytes, 0, 4);
    add_little(bytes, 0, 4);
    add_little(bytes, longest_packet, 4);
    add_little(bytes, linktype_linux_lapd, 4);
    return bytes;
}

std::string pcap_packet(const json::value& frame, bool network_side) {
    const auto octets = from_hex(text(frame, "octets"));
    const auto length = number(frame, "length");
    const auto time = number(frame, "time_us");
    if (!octets || octets->empty() || length < static_cast<long long>(octets->size()) ||
        length > longest_packet || time < 0)
        return {};
    constexpr long long second = 1'000'000;
    std::string bytes;
    add_little(bytes, static_cast<std::uint32_t>(time / second), 4);
    add_little(bytes, static_cast<std::uint32_t>(time % second), 4);
    add_little(bytes, static_cast<std::uint32_t>(pseudo_header_octets + octets->size()), 4);
    add_little(bytes, static_cast<std::uint32_t>(pseudo_header_octets) + static_cast<std::uint32_t>(length),
               4);
    return bytes + pseudo_header(text(frame, "direction") == "sent", network_side) + *octets;
}

}  // namespace tipring::cli
