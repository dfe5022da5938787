// AlertingToneDetector: both tones' share of the power, and their turn from one 5 ms block to the next, which
// tells their frequency. Thread: the owner's; process() and reset() are real-time safe.
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "sine.hpp"
#include "tipring/dsp/caller_id.hpp"

namespace tipring::dsp {
namespace {

constexpr std::size_t alert_block_samples = 40;
/// A window of two blocks lies whole in the tone (its length - 10 ms) / 5 ms times, or once more.
constexpr unsigned least_alert_windows = 13, most_alert_windows = 28;
constexpr float least_alert_dbm0 = -38;
constexpr float most_alert_twist = 5;         // 7 dB
constexpr float least_alert_share = 0.7F;     // of the whole power
constexpr float least_alert_cosine = 0.309F;  // 0.2 turns in 5 ms: 40 Hz

class AlertTone {
  public:
    explicit AlertTone(double hz) {
        const double turn = 2 * std::numbers::pi * hz / samples_per_second;
        for (std::size_t i = 0; i < taps_.size(); ++i)
            taps_[i] = std::complex<float>(std::polar(1.0, -turn * static_cast<double>(i)));
        block_turn_ = std::complex<float>(std::polar(1.0, turn * static_cast<double>(taps_.size())));
    }

    void push(std::span<const float, alert_block_samples> block) noexcept {
        std::complex<float> sum;
        for (std::size_t i = 0; i < block.size(); ++i)
            sum += block[i] * taps_[i];
        const std::complex<float> expected = before_ * block_turn_;
        const std::complex<float> product = sum * std::conj(expected);
        right_ = product.real() > least_alert_cosine * std::abs(product);
        constexpr float window = 2 * alert_block_samples;
        power_ = std::norm(sum + expected) * 2 / (window * window);
        before_ = sum;
    }
    bool right() const noexcept { return right_; }
    /// Mean square of the tone in the last window.
    float power() const noexcept { return power_; }
    void reset() noexcept { before_ = {}; }

  private:
    std::array<std::complex<float>, alert_block_samples> taps_;
    std::complex<float> block_turn_, before_;
    float power_ = 0;
    bool right_ = false;
};

}  // namespace

struct AlertingToneDetector::State {
    AlertTone low{2130}, high{2750};
    std::array<float, alert_block_samples> block{};
    std::size_t filled = 0;
    float power_before = 0;
    float least_power = amplitude_of(least_alert_dbm0) * amplitude_of(least_alert_dbm0) / 2;
    unsigned windows = 0;

    bool sounding() noexcept {
        float power = 0;
        for (const float sample : block)
            power += sample * sample / alert_block_samples;
        low.push(block);
        high.push(block);
        const float whole = (power + power_before) / 2;
        power_before = power;
        const float weaker = std::min(low.power(), high.power());
        const float stronger = std::max(low.power(), high.power());
        return low.right() && high.right() && weaker >= least_power &&
               stronger <= weaker * most_alert_twist && weaker + stronger >= least_alert_share * whole;
    }

    /// True when the tone has ended with this block.
    bool hear() noexcept {
        if (sounding()) {
            ++windows;
            return false;
        }
        const bool right = windows >= least_alert_windows && windows <= most_alert_windows;
        windows = 0;
        return right;
    }
};

AlertingToneDetector::AlertingToneDetector() : state_(std::make_unique<State>()) {}
AlertingToneDetector::~AlertingToneDetector() = default;
AlertingToneDetector::AlertingToneDetector(AlertingToneDetector&&) noexcept = default;
AlertingToneDetector& AlertingToneDetector::operator=(AlertingToneDetector&&) noexcept = default;

bool AlertingToneDetector::process(std::span<const std::int16_t> linear) noexcept {
    State& state = *state_;
    bool ended = false;
    for (const std::int16_t sample : linear) {
        state.block[state.filled++] = static_cast<float>(sample);
        if (state.filled < state.block.size()) continue;
        state.filled = 0;
        ended = state.hear() || ended;
    }
    return ended;
}

void AlertingToneDetector::reset() noexcept {
    state_->low.reset();
    state_->high.reset();
    state_->filled = 0;
    state_->power_before = 0;
    state_->windows = 0;
}

}  // namespace tipring::dsp
