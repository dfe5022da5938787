// VoiceDetector: how much the spectrum of a loud stretch changes within 64 ms. Thread: its owner's; process()
// is real-time safe.
#include "tipring/dsp/voice_detector.hpp"

#include <array>

#include "line_noise.hpp"
#include "transform.hpp"

namespace tipring::dsp {
namespace {

constexpr std::size_t frame_samples = 256;  ///< 32 ms
constexpr std::size_t frame_step = 128;     ///< 16 ms
constexpr double bin_width_hz = 8000.0 / frame_samples;
/// Overlapping triangular bands, so wide that the beat of two near frequencies stays inside one.
constexpr double lowest_band_hz = 300;
constexpr double band_step_hz = 125;
constexpr std::size_t bands = 25;
/// A frame is compared with the one 64 ms before; both and those between must be loud.
constexpr std::size_t lag = 4;
constexpr float varying_below = 0.90F;
constexpr float steady_above = 0.96F;
/// Steady for about 100 ms: a tone, whatever came before (the three sounds of an information tone).
constexpr int steady_frames = 6;
constexpr float enough_evidence = 7;
constexpr float most_evidence = 12;
constexpr float forgotten_a_frame = 0.05F;
constexpr double least_voice_dbm0 = -48;
constexpr double out_of_noise_db = 7;
constexpr double noisiest_line_dbm0 = -30;
constexpr std::size_t floor_frames = 125;  ///< 2 s
constexpr int hold_frames = 31;            ///< 500 ms

}  // namespace

struct VoiceDetector::State {
    using Bands = std::array<float, bands>;

    Transform<float, frame_samples> transform;
    std::array<float, frame_samples> hann;
    std::array<float, frame_samples> frame;
    std::array<Bands, lag + 1> recent;  ///< square roots of energies, length 1; newest first
    NoiseFloor floor{floor_frames};
    std::size_t filled;
    std::size_t loud_frames;
    int steady;
    int hold;
    float evidence;

    State() noexcept {
        for (std::size_t i = 0; i < hann.size(); ++i) {
            const double angle = 2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / frame_samples;
            hann[i] = static_cast<float>(0.5 - 0.5 * std::cos(angle));
        }
        restart();
    }

    void restart() noexcept {
        frame = {};
        recent = {};
        floor = NoiseFloor(floor_frames);
        filled = 0;
        loud_frames = 0;
        steady = hold = 0;
        evidence = 0;
    }

    /// Energy of the bands together.
    double measure(Bands& result) const noexcept {
        Transform<float, frame_samples>::Values values{};
        for (std::size_t i = 0; i < frame.size(); ++i)
            values[i] = frame[i] * hann[i];
        transform.run(values);
        result = {};
        double energy = 0;
        for (std::size_t bin = 6; bin < frame_samples / 2; ++bin) {
            const double at = (static_cast<double>(bin) * bin_width_hz - lowest_band_hz) / band_step_hz;
            if (at < -1 || at > static_cast<double>(bands)) continue;
            const float power = std::norm(values[bin]);
            energy += static_cast<double>(power);
            const double low = std::floor(at);
            const auto share = static_cast<float>(at - low);
            if (low >= 0) result[static_cast<std::size_t>(low)] += power * (1 - share);
            if (low + 1 < static_cast<double>(bands))
                result[static_cast<std::size_t>(low + 1)] += power * share;
        }
        float sum = 1e-9F;
        for (const float value : result)
            sum += value;
        for (float& value : result)
            value = std::sqrt(value / sum);
        // Parseval, the window's mean square, and the half of the spectrum that was left out.
        return 2 * energy / (frame_samples * frame_samples * 0.375);
    }

    static float alike(const Bands& a, const Bands& b) noexcept {
        float sum = 0;
        for (std::size_t i = 0; i < bands; ++i)
            sum += a[i] * b[i];
        return sum;
    }

    void judge() noexcept {
        for (std::size_t i = lag; i > 0; --i)
            recent[i] = recent[i - 1];
        const double level = dbm0_from_power(measure(recent[0]));
        floor.push(level);
        const double noise = std::min(floor.level_dbm0(), noisiest_line_dbm0);
        const bool loud = level > std::max(least_voice_dbm0, noise + out_of_noise_db);
        loud_frames = loud ? loud_frames + 1 : 0;
        evidence = std::max(0.0F, evidence - forgotten_a_frame);
        if (hold > 0) --hold;
        // The first and last frame of a burst lie across its edge.
        if (loud_frames < lag + 2) {
            steady = 0;
            return;
        }
        const float likeness = alike(recent[0], recent[lag]);
        steady = likeness > steady_above ? steady + 1 : 0;
        if (steady >= steady_frames) evidence = 0;
        if (likeness < varying_below) evidence = std::min(most_evidence, evidence + 1);
        if (evidence >= enough_evidence) hold = hold_frames;
    }
};

VoiceDetector::VoiceDetector() : state_(std::make_unique<State>()) {}
VoiceDetector::~VoiceDetector() = default;
VoiceDetector::VoiceDetector(VoiceDetector&&) noexcept = default;
VoiceDetector& VoiceDetector::operator=(VoiceDetector&&) noexcept = default;

bool VoiceDetector::process(std::span<const std::int16_t> linear) noexcept {
    State& state = *state_;
    for (const std::int16_t sample : linear) {
        state.frame[frame_samples - frame_step + state.filled++] = sample;
        if (state.filled < frame_step) continue;
        state.judge();
        std::copy(state.frame.begin() + frame_step, state.frame.end(), state.frame.begin());
        state.filled = 0;
    }
    return state.hold > 0;
}

void VoiceDetector::reset() noexcept {
    state_->restart();
}

}  // namespace tipring::dsp
