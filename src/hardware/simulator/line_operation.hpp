// Words that the virtual board's line machines and its messages share. Thread: any (plain values).
#pragma once

#include <chrono>
#include <cstdint>

namespace tipring::hardware::simulator {

using LineTime = std::chrono::steady_clock::time_point;

/// Why the board did not do what it was asked; `none` is success. Travels over sockets: values are fixed.
enum class Refusal : std::uint16_t {
    none = 0,
    no_such_channel = 1,
    channel_busy = 2,  ///< somebody has it open
    wrong_kind = 3,    ///< operation or way of opening does not fit the kind of channel
    line_busy = 4,     ///< the driver's EBUSY: not in this hook state
    bad_argument = 5,
    no_resources = 6,
};

}  // namespace tipring::hardware::simulator
