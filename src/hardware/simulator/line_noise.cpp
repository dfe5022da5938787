#include "simulator/line_noise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tipring::hardware::simulator {
namespace {

/// Peak of a sine of 0 dBm0 in linear samples: 3.14 dB below the overload point of A-law (G.711), 32768 here.
const double peak_of_0_dbm0 = 32768 * std::pow(10.0, -3.14 / 20);

double factor(double decibel) {
    return std::pow(10.0, decibel / 20);
}

bool within(const std::optional<double>& value, double least, double most) {
    // Written so that a value that is no number fails too.
    return !value || (*value >= least && *value <= most);
}

}  // namespace

bool LineNoise::possible(const LineImpairments& impairments) {
    return within(impairments.noise_dbm0, -90, 0) && within(impairments.hum_dbm0, -90, 0) &&
           within(impairments.attenuation_db, 0, 60) && within(impairments.return_loss_db, 0, 60) &&
           impairments.hum_hz >= 16 && impairments.hum_hz <= 400;
}

void LineNoise::set(const LineImpairments& impairments) {
    const auto level = [](const std::optional<double>& decibel) {
        return decibel ? factor(*decibel) * peak_of_0_dbm0 : 0;
    };
    noise_rms_ = level(impairments.noise_dbm0) / std::numbers::sqrt2;
    hum_peak_ = level(impairments.hum_dbm0);
    hum_step_ = 2 * std::numbers::pi * impairments.hum_hz / sample_rate_hz;
    gain_ = factor(-impairments.attenuation_db);
    echo_gain_ = impairments.return_loss_db ? factor(-*impairments.return_loss_db) : 0;
    active_ = noise_rms_ > 0 || hum_peak_ > 0 || impairments.attenuation_db > 0 || echo_gain_ > 0;
}

void LineNoise::apply(Samples& heard, const Samples& own) noexcept {
    for (std::size_t i = 0; i < heard.size(); ++i) {
        double sample = heard[i] * gain_ + own[i] * echo_gain_;
        if (noise_rms_ > 0) sample += noise_rms_ * white_(chance_);
        if (hum_peak_ > 0) {
            sample += hum_peak_ * std::sin(hum_phase_);
            hum_phase_ = std::fmod(hum_phase_ + hum_step_, 2 * std::numbers::pi);
        }
        heard[i] = static_cast<std::int16_t>(std::clamp(std::round(sample), -32768.0, 32767.0));
    }
}

}  // namespace tipring::hardware::simulator
