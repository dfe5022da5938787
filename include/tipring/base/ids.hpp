// Strong integer identifiers, so that a channel number is never passed where a call id is meant.
// Thread: any (plain values).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace tipring::base {

/// An integer that only compares with its own kind. Zero means "none".
template <class Tag>
struct Id {
    std::uint32_t value = 0;

    friend constexpr auto operator<=>(Id, Id) = default;
    explicit constexpr operator bool() const { return value != 0; }
};

/// Number of a channel on the board, 1..1023, as the driver counts them over all spans.
using ChannelNumber = Id<struct ChannelNumberTag>;
/// Number of a span (E1/T1 or analogue card), from 1.
using SpanNumber = Id<struct SpanNumberTag>;
/// A call from its first leg to its last release; unique while the daemon runs.
using CallId = Id<struct CallIdTag>;
/// One side of a call; unique while the daemon runs.
using LegId = Id<struct LegIdTag>;

template <class Tag>
std::string to_text(Id<Tag> id) {
    return std::to_string(id.value);
}

}  // namespace tipring::base

template <class Tag>
struct std::hash<tipring::base::Id<Tag>> {
    std::size_t operator()(tipring::base::Id<Tag> id) const noexcept { return id.value; }
};
