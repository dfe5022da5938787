// The few things that the wire says and libpri does not pass on, read from the raw frame. Pure. Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tipring/call/cause.hpp"
#include "tipring/call/leg.hpp"

namespace tipring::isdn {

/// Location (Q.850 2.2.3) of the Cause element in a Q.921 I-frame that carries a Q.931 message; none when
/// there is none or the frame is anything else. Takes any octets.
std::optional<call::Location> cause_location(std::span<const std::uint8_t> frame);

/// Whether a Q.931 message in the frame has a progress indicator 8 (4.5.23): in-band information is there now.
/// libpri tells it of every message but DISCONNECT. Takes any octets.
bool has_inband_information(std::span<const std::uint8_t> frame);

/// The Progress indicators (Q.931 4.5.23) of the standard's own coding, two at most. Takes any octets.
std::vector<call::ProgressIndicator> progress_indicators(std::span<const std::uint8_t> frame);

/// The User-user element (Q.931 4.5.30) of a message; libpri passes on IA5 text only. Empty when there is none or
/// it is longer than it may be. Takes any octets.
call::UserToUser user_to_user(std::span<const std::uint8_t> frame);

/// What a STATUS message (Q.931 3.1.15) says of the sender's call.
struct PeerState {
    std::uint16_t reference = 0;  ///< call reference value
    bool theirs = false;          ///< the sender has begun the call
    std::uint8_t state = 0;       ///< of the sender (table 4-8)

    friend bool operator==(const PeerState&, const PeerState&) = default;
};
/// None: the frame is no such message. Takes any octets.
std::optional<PeerState> peer_state(std::span<const std::uint8_t> frame);

/// A call as the other end names it.
struct PeerCall {
    std::uint16_t reference = 0;  ///< call reference value
    bool theirs = false;          ///< the sender has begun the call

    friend bool operator==(const PeerCall&, const PeerCall&) = default;
};
/// The call of a FACILITY message that begins with a return error or a reject (Q.932 8.2.3): what was asked in the call is
/// refused. Takes any octets.
std::optional<PeerCall> refusal(std::span<const std::uint8_t> frame);

/// Whether the frame is an unnumbered information frame (Q.921 3.6.6). Takes any octets.
bool is_unnumbered_information(std::span<const std::uint8_t> frame);

/// Whether a Restart indicator (Q.931 4.5.25) names an interface as a whole, or all of them. Takes any octets.
bool restarts_interface(std::span<const std::uint8_t> frame);

/// The interface (octet 3.1, Q.931 4.5.13) that a Channel identification element names; `own` when it names none, and
/// where a Restart indicator (4.5.25) says "single interface" without such an element. None when there is neither, and
/// with "all interfaces". Takes any octets.
std::optional<unsigned> named_interface(std::span<const std::uint8_t> frame, unsigned own);

/// Whether the frame is a SABME (Q.921 3.6.2) on the data link of a PRI (SAPI 0, TEI 0): the other end begins it anew.
/// Takes any octets.
bool is_establishment(std::span<const std::uint8_t> frame);

/// B-channel maintenance (AT&T TR 41459 10.2, SR-NWT-002343): discriminator 0x03 or 0x43. The two families number
/// SERVICE and its answer the other way round.
enum class Maintenance { none, service, answer };
/// What the frame is, if it is an I-frame. Takes any octets.
Maintenance maintenance_of(std::span<const std::uint8_t> frame);

/// Whether the frame is a maintenance message that a libpri that is not told to handle them must not see: it
/// answers every one by taking 8 from its type, an answer too, so two of its kind would never stop. Only AT&T's
/// SERVICE comes out right. Takes any octets.
bool is_unasked_maintenance(std::span<const std::uint8_t> frame);

/// Names travel as ISO 8859-1 in the Display element (Q.931 4.5.16 leaves it to national use); the inside is
/// UTF-8. Control characters are left out both ways; what Latin-1 has not becomes '?'.
std::string name_from_wire(std::string_view latin1);
std::string name_to_wire(std::string_view utf8);

/// Only what a number may hold: digits, '*', '#', A-D.
std::string number_digits(std::string_view text);

}  // namespace tipring::isdn
