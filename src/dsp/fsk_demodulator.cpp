// A pair of filters as long as a bit; the start bit's edge, found between the samples, places the other bits of
// its character. Thread: the owner's; push() is real-time safe.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "fsk.hpp"
#include "sine.hpp"

namespace tipring::dsp {
namespace {

constexpr float samples_per_bit = 20.0F / 3;
constexpr double mark_hz = 1250;   // between 1200 and 1300
constexpr double space_hz = 2150;  // between 2200 and 2100
constexpr float least_level_dbm0 = -46;
/// EN 300 659-1 6.2.2 and GR-30 allow 55 bits at the least; between two characters of a message are at most 10.
constexpr std::uint32_t least_mark_samples = 160;
/// A bit whose filters differ by less is in doubt: a message with one is not worth its checksum of 8 bits.
constexpr float least_decision = 0.15F;
constexpr unsigned stop_bit = 9;

float least_energy() noexcept {
    const float peak = amplitude_of(least_level_dbm0) * samples_per_bit / 2;
    return peak * peak;
}

}  // namespace

FskDemodulator::Taps FskDemodulator::taps() {
    Taps taps{};
    for (std::size_t i = 0; i < taps.size(); ++i) {
        const bool outer = i == 0 || i + 1 == taps.size();
        const double weight = outer ? (static_cast<double>(samples_per_bit) - 5) / 2 : 1;
        const double turn = 2 * std::numbers::pi * static_cast<double>(i) / samples_per_second;
        const auto mark = std::complex<float>(std::polar(weight, -turn * mark_hz));
        const auto space = std::complex<float>(std::polar(weight, -turn * space_hz));
        taps[i] = {mark.real(), mark.imag(), space.real(), space.imag()};
    }
    return taps;
}

FskDemodulator::FskDemodulator() : taps_(taps()), least_energy_(least_energy()) {}

void FskDemodulator::reset() noexcept {
    window_.fill(0);
    marks_.fill({});
    turning_ = {};
    before_ = 0;
    mark_samples_ = 0;
    armed_ = inside_ = false;
}

/// The decision for the bit-long window that ends now.
float FskDemodulator::hear(float sample) noexcept {
    // Each sample stands twice, so that the window lies in one piece.
    window_[newest_] = window_[newest_ + window_samples] = sample;
    newest_ = newest_ + 1 == window_samples ? 0 : newest_ + 1;
    std::array<float, 4> sums{};
    for (std::size_t i = 0; i < window_samples; ++i) {
        for (std::size_t part = 0; part < sums.size(); ++part)
            sums[part] += window_[newest_ + i] * taps_[i][part];
    }
    const auto [mark_real, mark_imaginary, space_real, space_imaginary] = sums;
    const float mark = mark_real * mark_real + mark_imaginary * mark_imaginary;
    const float space = space_real * space_real + space_imaginary * space_imaginary;
    // A mark of 1200 Hz turns this product by 1.2 turns, one of 1300 Hz by 1.3.
    const std::complex<float> earlier = marks_[at_];
    marks_[at_] = {mark_real, mark_imaginary};
    at_ = (at_ + 1) % look_back;
    if (mark_samples_ >= window_samples + look_back) {
        turning_ += std::complex<float>(mark_real * earlier.real() + mark_imaginary * earlier.imag(),
                                        mark_imaginary * earlier.real() - mark_real * earlier.imag());
    }
    return mark + space < least_energy_ ? 0 : (mark - space) / (mark + space);
}

FskDemodulator::Event FskDemodulator::push(float sample) noexcept {
    const float decision = hear(sample);
    const Event event = inside_ ? in_character(decision) : idle(decision);
    before_ = decision;
    return event;
}

bool FskDemodulator::mark_has_its_frequency() noexcept {
    constexpr float most_cosine = 0.6F;  // 1147 to 1353 Hz
    if (turning_.imag() <= 0 || std::abs(turning_.real()) > most_cosine * std::abs(turning_)) return false;
    modem_ = turning_.real() > 0 ? FskModem::bell202 : FskModem::v23;
    return true;
}

FskDemodulator::Event FskDemodulator::idle(float decision) noexcept {
    if (decision > 0) {
        if (mark_samples_ == 0) turning_ = {};
        if (++mark_samples_ != least_mark_samples || !mark_has_its_frequency()) return Event::none;
        armed_ = true;
        return Event::mark;
    }
    const bool edge = before_ > 0 && decision < 0;
    if (decision == 0 && armed_) return broken();
    if (armed_ && edge) {
        inside_ = true;
        bit_ = 0;
        octet_ = 0;
        until_ = before_ / (before_ - decision) - 1 + samples_per_bit / 2;
    } else {
        mark_samples_ = 0;
    }
    return Event::none;
}

FskDemodulator::Event FskDemodulator::in_character(float decision) noexcept {
    until_ -= 1;
    if (until_ > 0) return Event::none;
    const float middle = before_ * -until_ + decision * (1 + until_);
    until_ += samples_per_bit;
    if (std::abs(middle) < least_decision) return broken();
    const bool mark = middle > 0;
    if (bit_ == 0) {
        if (mark) {
            inside_ = false;  // a click within the mark
            mark_samples_ = 0;
        }
    } else if (bit_ < stop_bit) {
        octet_ = static_cast<std::uint8_t>(octet_ >> 1 | (mark ? 0x80 : 0));
    } else {
        if (!mark) return broken();
        inside_ = false;
        mark_samples_ = 0;
        turning_ = {};
        return Event::octet;
    }
    ++bit_;
    return Event::none;
}

FskDemodulator::Event FskDemodulator::broken() noexcept {
    armed_ = inside_ = false;
    mark_samples_ = 0;
    return Event::broken;
}

}  // namespace tipring::dsp
