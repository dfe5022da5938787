// ToneGenerator: sine table and phase accumulators. Thread: its owner's; produce() runs on the media thread.
#include "tipring/dsp/tone_generator.hpp"

#include <algorithm>

#include "sine.hpp"

namespace tipring::dsp {
namespace {

constexpr std::uint32_t samples_per_ms = 8;
/// Depth of amplitude modulation. National tone specifications ask for 90 % or say nothing.
constexpr float modulation_depth = 0.9F;

}  // namespace

ToneGenerator::ToneGenerator(const ToneSequence& tone) : tone_(tone) {
    if (tone_.segments.empty()) {
        ended_ = true;
        return;
    }
    enter_segment();
}

void ToneGenerator::enter_segment() noexcept {
    const ToneSegment& segment = tone_.segments[segment_];
    endless_ = segment.duration_ms == 0;
    samples_left_ = segment.duration_ms * samples_per_ms;
    steps_ = {phase_step(segment.frequency1_hz), phase_step(segment.frequency2_hz),
              phase_step(segment.frequency3_hz), phase_step(segment.frequency4_hz)};
    amplitude_ = amplitude_of(tone_.level_dbm0 + segment.level_offset_db);
    // A component that is not used stays at phase 0 and adds nothing.
    for (std::size_t i = 0; i < phases_.size(); ++i) {
        if (steps_[i] == 0) phases_[i] = 0;
    }
}

void ToneGenerator::next_segment() noexcept {
    ++segment_;
    if (segment_ == tone_.segments.size()) segment_ = tone_.repeat_from;
    if (segment_ >= tone_.segments.size()) {
        ended_ = true;
    } else {
        enter_segment();
    }
}

void ToneGenerator::fill(std::span<std::int16_t> linear) noexcept {
    for (auto& sample : linear) {
        float sum = 0;
        for (std::size_t i = 0; i < phases_.size(); ++i) {
            sum += sine(phases_[i]);
            phases_[i] += steps_[i];
        }
        sample = clip_sample(amplitude_ * sum);
    }
}

void ToneGenerator::fill_modulated(std::span<std::int16_t> linear) noexcept {
    for (auto& sample : linear) {
        const float envelope = 1.0F + modulation_depth * sine(phases_[1]);
        sample = clip_sample(amplitude_ * envelope * sine(phases_[0]));
        phases_[0] += steps_[0];
        phases_[1] += steps_[1];
    }
}

bool ToneGenerator::produce(std::span<std::int16_t> linear) noexcept {
    while (!linear.empty() && !ended_) {
        const std::size_t count =
            endless_ ? linear.size() : std::min<std::size_t>(linear.size(), samples_left_);
        const auto part = linear.first(count);
        const ToneSegment& segment = tone_.segments[segment_];
        if (segment.silent()) {
            std::fill(part.begin(), part.end(), std::int16_t{0});
        } else if (segment.modulated) {
            fill_modulated(part);
        } else {
            fill(part);
        }
        linear = linear.subspan(count);
        if (endless_) continue;
        samples_left_ -= static_cast<std::uint32_t>(count);
        if (samples_left_ == 0) next_segment();
    }
    std::fill(linear.begin(), linear.end(), std::int16_t{0});
    return !ended_;
}

}  // namespace tipring::dsp
