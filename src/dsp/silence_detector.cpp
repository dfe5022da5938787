// SilenceDetector: level in 10 ms steps against a threshold that follows the line's noise. Thread: its
// owner's; process() is real-time safe.
#include "tipring/dsp/silence_detector.hpp"

#include <array>

#include "high_pass.hpp"
#include "line_noise.hpp"

namespace tipring::dsp {
namespace {

constexpr std::size_t silence_step = 80;
constexpr std::int64_t silence_step_ms = 10;
/// ITU-T P.56 and P.59 take -50 dBm0 as about the level below which nothing is speech.
constexpr double quiet_dbm0 = -50;
constexpr double noisiest_dbm0 = -38;
constexpr double above_floor_db = 6;
constexpr double hysteresis_db = 3;
/// The floor is the lowest level of 2 to 4 s: speech pauses more often.
constexpr std::size_t floor_steps = 200;
/// So many loud steps more than quiet ones end a silence.
constexpr int steps_of_sound = 6;

}  // namespace

struct SilenceDetector::State {
    std::chrono::milliseconds limit;
    HumFilter filter;
    NoiseFloor floor{floor_steps};
    std::array<float, silence_step> step{};
    std::size_t filled = 0;
    bool loud = false;
    int sounding = 0;
    std::int64_t silent_ms = 0;

    void measure() noexcept {
        const double level = dbm0_from_power(power_of_samples(step));
        floor.push(level);
        const double threshold = std::clamp(floor.level_dbm0() + above_floor_db, quiet_dbm0, noisiest_dbm0);
        loud = level > (loud ? threshold : threshold + hysteresis_db);
        sounding = std::clamp(sounding + (loud ? 1 : -1), 0, steps_of_sound);
        // What ends a silence is no part of it, but a click is.
        silent_ms = sounding == steps_of_sound ? 0 : silent_ms + silence_step_ms;
    }
};

SilenceDetector::SilenceDetector(std::chrono::milliseconds limit) : state_(std::make_unique<State>()) {
    state_->limit = limit;
}
SilenceDetector::~SilenceDetector() = default;
SilenceDetector::SilenceDetector(SilenceDetector&&) noexcept = default;
SilenceDetector& SilenceDetector::operator=(SilenceDetector&&) noexcept = default;

bool SilenceDetector::process(std::span<const std::int16_t> linear) noexcept {
    for (const std::int16_t sample : linear) {
        state_->step[state_->filled++] = state_->filter.push(sample);
        if (state_->filled < silence_step) continue;
        state_->measure();
        state_->filled = 0;
    }
    return silent_for() >= state_->limit;
}

std::chrono::milliseconds SilenceDetector::silent_for() const noexcept {
    return std::chrono::milliseconds(state_->silent_ms);
}

void SilenceDetector::reset() noexcept {
    const auto limit = state_->limit;
    *state_ = State{};
    state_->limit = limit;
}

}  // namespace tipring::dsp
