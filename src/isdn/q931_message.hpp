// Where things stand in a Q.931 message inside a Q.921 I-frame, and the few changes that libpri has no function
// for. Every function takes any octets. Pure. Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tipring/call/cause.hpp"
#include "tipring/call/leg.hpp"

namespace tipring::isdn::q931 {

constexpr std::size_t address_and_control_octets = 4;  // Q.921 3.2 .. 3.4, modulo 128
constexpr std::size_t check_octets = 2;                // the frame check sequence that libpri leaves room for
constexpr std::size_t longest_frame = 260 + address_and_control_octets + check_octets;  // N201, Q.921 5.9.3

// Information elements (Q.931 table 4-3).
constexpr std::uint8_t cause = 0x08, channel_identification = 0x18, progress_indicator = 0x1e,
                       call_state = 0x14, facility_element = 0x1c, connected_number = 0x4c,
                       calling_party_number = 0x6c, restart_indicator = 0x79, user_user = 0x7e;
inline constexpr std::uint8_t status = 0x7d, facility = 0x62;  ///< message types
// Message types (Q.931 table 4-2).
constexpr std::uint8_t alerting = 0x01, progress = 0x03, setup = 0x05, connect = 0x07, disconnect = 0x45,
                       release = 0x4d, release_complete = 0x5a;

inline bool is_i_frame(std::span<const std::uint8_t> frame) {
    return frame.size() > address_and_control_octets && (frame[2] & 0x01) == 0;
}

struct Head {
    std::uint16_t reference = 0;  ///< call reference value, 15 bits
    bool by_originator = false;   ///< the sender of the frame has begun the call (call reference flag 0)
    std::uint8_t type = 0;
};
/// None when the frame is no Q.931 message with a call reference of two octets.
std::optional<Head> head_of(std::span<const std::uint8_t> frame);

/// The contents of the element, without its identifier and length; `which`: 0 for the first of its kind. Codeset 0
/// only. Empty when it is not there.
std::span<const std::uint8_t> find_element(std::span<const std::uint8_t> frame, std::uint8_t identifier,
                                           unsigned which = 0);

/// Writes the location (Q.850 2.2.3) into the Cause element, when that names `value`. False: nothing was changed.
bool set_cause_location(std::span<std::uint8_t> frame, std::uint8_t value, call::Location location);

/// Writes the screening indicator (Q.931 table 4-11, 0 to 3) into octet 3a of this number element, when the number is
/// shown. False: nothing was changed.
bool set_screening(std::span<std::uint8_t> frame, std::uint8_t number_element, std::uint8_t screening);

/// The frame of an ALERTING, PROGRESS or CONNECT with these Progress indicators (4.5.23), two at most, in place of its own.
/// Those of in-band information (1, 8) only stand for one that is there, which stays when there is none of them. As it was
/// when it is no message or would be too long.
std::vector<std::uint8_t> with_progress(std::span<const std::uint8_t> frame,
                                        const std::vector<call::ProgressIndicator>& indicators);

/// The frame with a User-user element in its place; as it was when it is no message, has one or would be too long.
std::vector<std::uint8_t> with_user_to_user(std::span<const std::uint8_t> frame,
                                            const call::UserToUser& user);

/// STATUS ENQUIRY (Q.931 3.1.16) as it would come from the other end, in a UI frame of Q.921, with room for the check
/// sequence. `ours`: this end has begun the call.
std::vector<std::uint8_t> received_status_enquiry(std::uint16_t reference, bool ours);

}  // namespace tipring::isdn::q931
