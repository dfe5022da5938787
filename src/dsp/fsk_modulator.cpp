// Thread: any; allocates.
#include <array>

#include "fsk.hpp"
#include "sine.hpp"

namespace tipring::dsp {
namespace {

/// A bit of 1/1200 s has 20 thirds of a sample of 1/8000 s.
constexpr std::size_t thirds_per_bit = 20;

}  // namespace

std::vector<std::int16_t> fsk_audio(FskModem modem, const std::vector<bool>& bits, double level_dbm0) {
    const bool v23 = modem == FskModem::v23;
    // GR-30 2.2.1 (Bell 202); ITU-T V.23 1.3 mode 2.
    const std::array<std::uint32_t, 2> steps{phase_step(v23 ? 2100 : 2200) / 3,
                                             phase_step(v23 ? 1300 : 1200) / 3};
    const float amplitude = amplitude_of(static_cast<float>(level_dbm0));
    std::vector<std::int16_t> audio((bits.size() * thirds_per_bit + 2) / 3);
    std::uint32_t phase = 0;
    std::size_t third = 0;
    for (auto& sample : audio) {
        sample = clip_sample(amplitude * sine(phase));
        for (int i = 0; i < 3; ++i, ++third) {
            const std::size_t bit = third / thirds_per_bit;
            phase += steps[bit < bits.size() && !bits[bit] ? 0 : 1];
        }
    }
    return audio;
}

}  // namespace tipring::dsp
