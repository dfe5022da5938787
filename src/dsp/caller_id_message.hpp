// Caller ID messages as octets and as DTMF digits: building and parsing. Pure. Private to dsp.
// Thread: any; the parsers are real-time safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fsk.hpp"
#include "tipring/base/result.hpp"
#include "tipring/dsp/caller_id.hpp"

namespace tipring::dsp {

/// A whole message as it goes over the line: with checksum, or (ntt) with its frame, parity and CRC.
/// Not for dtmf.
std::vector<std::uint8_t> caller_id_octets(CallerIdStandard standard, const CallerId& caller);
base::Result<std::vector<std::uint8_t>> message_waiting_octets(CallerIdStandard standard, bool waiting,
                                                               unsigned count);
/// The octets as characters, with what goes before and after them.
std::vector<bool> caller_id_bits(const CallerIdSignal& signal, const std::vector<std::uint8_t>& octets);
/// The digits of a DTMF message, start and stop included.
std::string caller_id_digits(const CallerIdDtmfCodes& codes, const CallerId& caller);

/// A GR-30 or ETSI message from its type to its checksum; any octets are allowed. `modem` tells mdmf from
/// etsi and bt, which are the same octets.
std::optional<HeardCallerId> parse_caller_id(std::span<const std::uint8_t> octets,
                                             FskModem modem = FskModem::bell202) noexcept;

/// A message of NTT, from its first DLE to the second octet of its CRC, with parity bits.
std::optional<HeardCallerId> parse_ntt_caller_id(std::span<const std::uint8_t> octets) noexcept;
/// The octets could be a whole frame: they end with DLE ETX and two octets more.
bool may_be_ntt_frame(std::span<const std::uint8_t> octets) noexcept;
inline constexpr std::size_t most_ntt_octets = 192;
/// caller_id_octets() of NTT's standard (caller_id_ntt.cpp).
std::vector<std::uint8_t> ntt_octets(const CallerId& caller);
inline constexpr std::uint8_t first_ntt_octet = 0x90;  ///< DLE with even parity

/// `digits`: from the start digit to the one before the stop digit.
std::optional<HeardCallerId> parse_dtmf_caller_id(std::string_view digits,
                                                  const CallerIdDtmfCodes& codes) noexcept;

namespace message {

// Parameter types of GR-30, EN 300 659-3 5.4 and NTT.
inline constexpr std::uint8_t date_parameter = 0x01, number_parameter = 0x02, number_absence_parameter = 0x04,
                              name_parameter = 0x07, name_absence_parameter = 0x08, lamp_parameter = 0x0B,
                              call_type_parameter = 0x11, messages_parameter = 0x13;
inline constexpr std::size_t most_number_characters = 20, most_name_characters = 30;

inline char absence_letter(Disclosure disclosure) noexcept {
    return disclosure == Disclosure::restricted ? 'P' : 'O';
}
/// What may be sent of `number`; empty: send a reason of absence.
std::string number_to_send(const CallerId& caller);
/// With a number that cannot be shown as it is: unavailable.
void take_number(std::span<const std::uint8_t> text, HeardCallerId& heard) noexcept;
void take_absence(std::span<const std::uint8_t> reason, HeardCallerId& heard) noexcept;

}  // namespace message
}  // namespace tipring::dsp
