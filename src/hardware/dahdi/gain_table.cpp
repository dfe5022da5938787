// Thread: core.
#include "dahdi/gain_table.hpp"

#include <algorithm>
#include <cmath>

namespace tipring::hardware::dahdi {

GainTable gain_table(dsp::Law law, double gain_db) {
    GainTable table{};
    const double factor = std::pow(10.0, gain_db / 20.0);
    for (unsigned octet = 0; octet < table.size(); ++octet) {
        const auto code = static_cast<std::uint8_t>(octet);
        // Not by way of linear samples: mu-law has two zeros and would lose one of them.
        if (gain_db == 0) {
            table[octet] = code;
            continue;
        }
        const double sample = std::clamp(std::round(dsp::decode(law, code) * factor), -32768.0, 32767.0);
        table[octet] = dsp::encode(law, static_cast<std::int16_t>(sample));
    }
    return table;
}

}  // namespace tipring::hardware::dahdi
