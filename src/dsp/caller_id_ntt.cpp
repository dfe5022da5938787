// The frame of NTT's caller ID: 7 bits with even parity, DLE SOH BEL DLE STX ... DLE ETX, CRC-16 of ITU-T.
// Thread: any; the parser is real-time safe.
#include <algorithm>
#include <bit>

#include "caller_id_message.hpp"

namespace tipring::dsp {
namespace {

constexpr std::uint8_t dle = 0x10, soh = 0x01, bel = 0x07, stx = 0x02, etx = 0x03;
constexpr std::uint8_t ntt_caller_message = 0x40;
constexpr std::array<std::uint8_t, 5> opening{dle, soh, bel, dle, stx};
/// The CRC begins after DLE SOH and includes DLE ETX and the parity bits.
constexpr std::size_t outside_crc = 2;
constexpr std::size_t parameter_header = 2;
constexpr std::size_t closing_octets = 4;  // DLE ETX, CRC

std::uint8_t with_parity(std::uint8_t octet) noexcept {
    return static_cast<std::uint8_t>((octet & 0x7F) | (std::popcount(octet & 0x7FU) % 2 << 7));
}

/// x^16 + x^12 + x^5 + 1, low bit first, from 0.
std::uint16_t crc_after(std::uint16_t crc, std::uint8_t octet) noexcept {
    crc = static_cast<std::uint16_t>(crc ^ octet);
    for (int bit = 0; bit < 8; ++bit) {
        crc = static_cast<std::uint16_t>(crc & 1 ? crc >> 1 ^ 0x8408 : crc >> 1);
    }
    return crc;
}

std::uint16_t crc_of(std::span<const std::uint8_t> octets) noexcept {
    std::uint16_t crc = 0;
    for (const std::uint8_t octet : octets)
        crc = crc_after(crc, octet);
    return crc;
}

bool even(std::uint8_t octet) noexcept {
    return std::popcount(octet) % 2 == 0;
}

/// Type, length and parameters, without parity bits.
std::optional<HeardCallerId> parse_content(std::span<const std::uint8_t> content) noexcept {
    if (content.size() < 2 || content[0] != ntt_caller_message || content[1] != content.size() - 2)
        return std::nullopt;
    content = content.subspan(2);
    HeardCallerId heard;
    heard.standard = CallerIdStandard::ntt;
    bool number = false;
    bool absence = false;
    while (!content.empty()) {
        if (content.size() < 2 || content.size() - 2 < content[1]) return std::nullopt;
        const auto value = content.subspan(2, content[1]);
        if (content[0] == message::number_parameter) {
            number = true;
            message::take_number(value, heard);
        } else if (content[0] == message::number_absence_parameter) {
            absence = true;
            message::take_absence(value, heard);
        }
        content = content.subspan(2 + value.size());
    }
    if (number && absence) return std::nullopt;
    if (!number && !absence) heard.disclosure = Disclosure::unavailable;
    return heard;
}

}  // namespace

bool may_be_ntt_frame(std::span<const std::uint8_t> octets) noexcept {
    const std::size_t size = octets.size();
    return size >= opening.size() + closing_octets && octets[size - closing_octets] == with_parity(dle) &&
           octets[size - closing_octets + 1] == with_parity(etx);
}

std::vector<std::uint8_t> ntt_octets(const CallerId& caller) {
    const std::string number = message::number_to_send(caller);
    const std::string value =
        number.empty() ? std::string(1, message::absence_letter(caller.disclosure)) : number;
    std::vector<std::uint8_t> octets;
    octets.reserve(most_ntt_octets);
    const auto add_octet = [&](std::size_t octet) { octets.push_back(static_cast<std::uint8_t>(octet)); };
    std::for_each(opening.begin(), opening.end(), add_octet);
    add_octet(ntt_caller_message);
    add_octet(parameter_header + value.size());
    add_octet(number.empty() ? message::number_absence_parameter : message::number_parameter);
    add_octet(value.size());
    std::for_each(value.begin(), value.end(), add_octet);
    add_octet(dle);
    add_octet(etx);
    for (auto& octet : octets)
        octet = with_parity(octet);
    const std::uint16_t crc = crc_of(std::span(octets).subspan(outside_crc));
    // A DLE of the content is sent twice; the second is no part of the CRC.
    for (std::size_t i = octets.size() - 2; i-- > opening.size();) {
        if (octets[i] == with_parity(dle))
            octets.insert(octets.begin() + static_cast<std::ptrdiff_t>(i), octets[i]);
    }
    add_octet(crc & 0xFF);
    add_octet(crc >> 8);
    return octets;
}

std::optional<HeardCallerId> parse_ntt_caller_id(std::span<const std::uint8_t> octets) noexcept {
    if (octets.size() > most_ntt_octets || !may_be_ntt_frame(octets)) return std::nullopt;
    const auto characters = octets.first(octets.size() - 2);
    if (!std::all_of(characters.begin(), characters.end(), even)) return std::nullopt;
    const bool opened =
        std::equal(opening.begin(), opening.end(), octets.begin(),
                   [](std::uint8_t wanted, std::uint8_t got) { return wanted == (got & 0x7F); });
    if (!opened) return std::nullopt;

    std::array<std::uint8_t, most_ntt_octets> plain{};
    std::size_t size = 0;
    std::uint16_t crc_once = crc_of(octets.subspan(outside_crc, opening.size() - outside_crc));
    for (std::size_t i = opening.size(); i + closing_octets < octets.size(); ++i) {
        const auto octet = static_cast<std::uint8_t>(octets[i] & 0x7F);
        plain[size++] = octet;
        crc_once = crc_after(crc_once, octets[i]);
        const bool last = i + closing_octets + 1 == octets.size();
        if (octet == dle && !last && (octets[i + 1] & 0x7F) == dle) ++i;
    }
    for (const std::uint8_t octet : octets.last(closing_octets))
        crc_once = crc_after(crc_once, octet);
    // Senders differ in whether the doubling of a DLE is counted, and some double none.
    if (crc_once != 0 && crc_of(octets.subspan(outside_crc)) != 0) return std::nullopt;
    return parse_content(std::span(plain).first(size));
}

}  // namespace tipring::dsp
