// Says every 10 ms which of a set of sounds (1 to 4 steady frequencies) the last 30 ms were. Private to dsp.
// Thread: its owner's; push() is real-time safe, construction is not.
//
// Method: the energy of the signal's least-squares projection on the sound's frequencies, against all energy.
// 30 ms is short enough for cadences and long enough to tell frequencies 25 Hz apart; a detector bank would
// merge 440 and 480 Hz.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tipring/dsp/tone_plan.hpp"

namespace tipring::dsp {

class SoundMeter {
  public:
    static constexpr std::size_t hop_samples = 80;
    static constexpr int silence = -1;
    static constexpr int other = -2;
    static constexpr int unheard = -3;  ///< push() never says so: nobody could listen (CadenceHistory::skip)
    static constexpr float quiet_line_dbm0 = -45;

    /// `silence_dbm0`: nothing below counts as a sound. More than the default for a line that is known to be
    /// noisy.
    explicit SoundMeter(float silence_dbm0 = quiet_line_dbm0);

    /// Index of the segment's sound, added when it is new; `silence` when nothing of it can be heard on a
    /// line.
    int add(const ToneSegment& segment);
    /// `silence`, `other` or the index of a sound. Takes exactly hop_samples.
    int push(std::span<const std::int16_t, hop_samples> linear) noexcept;
    void reset() noexcept;

  private:
    static constexpr std::size_t window_hops = 3;
    static constexpr std::size_t most_components = 4;
    using Complex = std::complex<float>;

    struct Correlator {
        float frequency_hz = 0;
        std::array<float, hop_samples> cosine{}, sine{};  ///< phase 0 at the middle of the hop
        Complex turn;                                     ///< from one hop's middle to the next
        std::array<Complex, window_hops> hops{};          ///< oldest first
        Complex window;
    };
    struct Sound {
        std::array<float, most_components> frequencies{};
        std::array<std::size_t, most_components> correlators{};
        std::array<std::array<float, most_components>, most_components> inverse{};  ///< of the Gram matrix
        std::size_t components = 0;
        bool modulated = false;  ///< component 0 is the carrier
    };
    struct Fit {
        bool balanced = false;
        float energy = 0;
    };

    float silence_power_;
    std::vector<Correlator> correlators_;
    std::vector<Sound> sounds_;
    std::array<float, window_hops> energies_{};
    std::array<float, 2> filter_{};
    float tone_power_ = 0;  ///< mean square of the last tone; forgotten slowly
    std::size_t warm_up_ = window_hops;

    std::size_t correlator(float frequency_hz);
    void filter(std::span<const std::int16_t, hop_samples> linear,
                std::array<float, hop_samples>& out) noexcept;
    void correlate(const std::array<float, hop_samples>& samples) noexcept;
    Fit fit(const Sound& sound) const noexcept;
    static bool balanced(const Sound& sound, const std::array<float, most_components>& powers) noexcept;
};

}  // namespace tipring::dsp
