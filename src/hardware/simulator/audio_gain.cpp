#include "simulator/audio_gain.hpp"

#include <algorithm>
#include <cmath>

namespace tipring::hardware::simulator {

void AudioGain::set(dsp::Law law, double gain_db) {
    active_ = gain_db != 0;
    const double factor = std::pow(10.0, gain_db / 20.0);
    for (std::size_t i = 0; i < table_.size(); ++i) {
        const double sample = dsp::decode(law, static_cast<std::uint8_t>(i)) * factor;
        const double clipped = std::clamp(std::round(sample), -32768.0, 32767.0);
        table_[i] = dsp::encode(law, static_cast<std::int16_t>(clipped));
    }
}

void AudioGain::apply(std::span<std::uint8_t> octets) const noexcept {
    if (!active_) return;
    for (auto& octet : octets)
        octet = table_[octet];
}

}  // namespace tipring::hardware::simulator
