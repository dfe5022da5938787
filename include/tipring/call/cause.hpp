// Causes travel as Q.850 with a location; each protocol maps at its own edge. Pure. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tipring::call {

/// Q.850 table 1, the values that Tipring names. Any other value 1..127 may occur.
namespace q850 {
inline constexpr std::uint8_t unallocated_number = 1;
inline constexpr std::uint8_t no_route_to_destination = 3;
inline constexpr std::uint8_t normal_clearing = 16;
inline constexpr std::uint8_t user_busy = 17;
inline constexpr std::uint8_t no_user_responding = 18;
inline constexpr std::uint8_t no_answer = 19;
inline constexpr std::uint8_t call_rejected = 21;
inline constexpr std::uint8_t number_changed = 22;
inline constexpr std::uint8_t exchange_routing_error = 25;
inline constexpr std::uint8_t non_selected_user_clearing = 26;
inline constexpr std::uint8_t destination_out_of_order = 27;
inline constexpr std::uint8_t invalid_number_format = 28;
inline constexpr std::uint8_t normal_unspecified = 31;
inline constexpr std::uint8_t no_circuit_available = 34;
inline constexpr std::uint8_t network_out_of_order = 38;
inline constexpr std::uint8_t temporary_failure = 41;
inline constexpr std::uint8_t congestion = 42;
inline constexpr std::uint8_t requested_circuit_unavailable = 44;
inline constexpr std::uint8_t bearer_not_available = 58;
inline constexpr std::uint8_t bearer_not_implemented = 65;
inline constexpr std::uint8_t incompatible_destination = 88;
inline constexpr std::uint8_t recovery_on_timer_expiry = 102;
inline constexpr std::uint8_t protocol_error = 111;
inline constexpr std::uint8_t interworking = 127;
}  // namespace q850

/// Q.850 2.2.3 (coded 0..10).
enum class Location : std::uint8_t {
    user = 0,
    private_local = 1,
    public_local = 2,
    transit = 3,
    public_remote = 4,
    private_remote = 5,
    international = 7,
    beyond_interworking = 10
};

/// What the gateway itself had in mind with the end of a call, for whoever has to act on that.
enum class Why : std::uint8_t {
    plain,        ///< nothing beyond the value
    transferred,  ///< whoever asked for a transfer has it
    joined,       ///< the call's other party is in another call now, as was asked for
    by_operator,  ///< the gateway's operator ended the call, by way of the leg that reports on_released
};

struct Cause {
    std::uint8_t value = q850::normal_clearing;
    Location location = Location::user;
    /// What happened, for people and records, for example "busy tone" or "SIP 486 Busy Here".
    std::string detail;
    /// How the end of the call was found out, where the line does not simply say so: "battery", "polarity",
    /// "busy_tone", "dial_tone", "silence", "no_rtp", "limit", "remote"; empty: nothing to say. Set by the
    /// leg that reports on_released, never sent anywhere.
    std::string method{};
    /// Never sent anywhere.
    Why why = Why::plain;
};

/// With which whoever asked for a transfer is released when it has happened.
Cause transferred_away();
/// With which somebody is released whose other party was taken into another call.
Cause joined_to_another();
/// Either: whoever asked for it has what he wanted.
bool is_transferred_away(const Cause& cause);

/// "user busy" for 17 ...
std::string_view description(std::uint8_t q850_value);
std::string to_text(const Cause& cause);

/// Whether the next destination of the route should be tried (equipment or network trouble, no circuit), as
/// opposed to an answer of the called party (busy, rejected, unallocated, no answer).
bool may_try_next(const Cause& cause);

}  // namespace tipring::call
