// The Facility elements (Q.932 8.2.3) of transfers that libpri's network side passes over: what the user asks for, and
// what the network says to it. Frames are Q.921 I-frames of a primary rate, with room for the check sequence behind the
// message, as libpri has them. Private to farend. Pure; every function takes any octets. Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tipring::farend::facility {

using Frame = std::span<const std::uint8_t>;
using Octets = std::vector<std::uint8_t>;

/// Q.931 table 4-2.
enum class Message : std::uint8_t { setup = 0x05, connect = 0x07, facility = 0x62, notify = 0x6e };

/// None: the frame carries no message with a call reference of two octets.
struct Head {
    std::uint16_t reference = 0;  ///< with its flag, as it stands in the frame
    std::uint8_t type = 0;
};
std::optional<Head> head_of(Frame frame);
bool is_message(Frame frame, Message type);

/// What a user invokes.
struct Request {
    enum class Kind {
        two_channels,  ///< InitiateTransfer (GR-2865-CORE): `value` is the reference of the other call
        identity,     ///< RLT OperationInd of the DMS-100: the call may be transferred, and wants an identity
        third_party,  ///< RLT ThirdParty: `value` is the identity of the other call
    };
    Kind kind = Kind::two_channels;
    std::uint16_t reference = 0;  ///< of the call that carries it, as Head's
    int invoke = 0;
    std::uint32_t value = 0;
};
std::optional<Request> request_in(Frame frame);

/// Contents of Facility elements.
Octets identity_result(std::uint32_t identity);
Octets result_of(const Request& request);
/// "Not subscribed" (EN 300 196-1 annex D), or RLT's "not allowed".
Octets error_of(const Request& request);

/// The frame with a Facility element; as it was when it has no place for one.
Octets with_facility(Frame frame, const Octets& contents);
/// FACILITY of the same call, in the place of another message.
Octets as_facility(Frame frame, const Octets& contents);

}  // namespace tipring::farend::facility
