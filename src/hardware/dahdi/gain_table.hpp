// Gain as the driver applies it: a table from octet to octet. Pure. Thread: core.
#pragma once

#include <array>
#include <cstdint>

#include "tipring/dsp/g711.hpp"

namespace tipring::hardware::dahdi {

using GainTable = std::array<std::uint8_t, 256>;

/// Octet n becomes the octet of n's sample amplified by `gain_db` and limited to the range of the law. 0 dB
/// changes no octet.
GainTable gain_table(dsp::Law law, double gain_db);

}  // namespace tipring::hardware::dahdi
