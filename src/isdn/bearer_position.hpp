// Where a B-channel is within a trunk: interface (Q.931 4.5.13, octet 3.1; 0: the span of the first D-channel, and every
// span that is no NFAS trunk) and timeslot in one number, as libpri has them. Pure. Thread: any.
#pragma once

#include <string>

#include "tipring/base/text.hpp"

namespace tipring::isdn {

constexpr unsigned bearer_position(unsigned interface, unsigned timeslot) {
    return interface << 8U | timeslot;
}
constexpr unsigned interface_of(unsigned position) {
    return position >> 8U;
}
constexpr unsigned timeslot_of(unsigned position) {
    return position & 0xffU;
}

/// For people: "5", or "5 of interface 1".
inline std::string position_text(unsigned position) {
    if (interface_of(position) == 0) return std::to_string(position);
    return base::format("{} of interface {}", timeslot_of(position), interface_of(position));
}

}  // namespace tipring::isdn
