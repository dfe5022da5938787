// ProgressToneDetector: the tones of a country, and of a line, that tell how a call goes, over ToneRecognizer.
// Thread: its owner's; process() is real-time safe.
#include "tipring/dsp/progress_tone_detector.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "tipring/dsp/tone_recognizer.hpp"

namespace tipring::dsp {
namespace {

constexpr unsigned fewest_cycles = 2;
constexpr unsigned most_cycles = 8;
constexpr std::uint32_t shortest_dial_tone_ms = 1000;
/// A person may whistle, and music hold a note.
constexpr std::uint32_t shortest_learnt_continuous_ms = 10'000;

/// What is played for ever. A stuttering dial tone is known by that alone: its introduction comes while the
/// line is being seized, and exchanges differ in its length.
ToneSequence lasting_part(ToneSequence tone) {
    if (tone.repeat_from >= tone.segments.size()) return tone;
    tone.segments.erase(tone.segments.begin(),
                        tone.segments.begin() + static_cast<std::ptrdiff_t>(tone.repeat_from));
    tone.repeat_from = 0;
    return tone;
}

/// Measured frequencies that lie so near to the plan's are the plan's: as two sounds they would take the tone
/// from each other, 10 ms by 10 ms.
void snap(float& frequency_hz, const TonePlan& plan) {
    constexpr float near_hz = 6;
    float best = near_hz;
    const float measured = frequency_hz;
    for (const auto* tone : {&plan.busy, &plan.congestion, &plan.dial, &plan.ringback, &plan.info,
                             &plan.stutter, &plan.dial_recall}) {
        for (const auto& segment : tone->segments) {
            const std::array<float, 4> known = {segment.frequency1_hz,
                                                segment.modulated ? 0 : segment.frequency2_hz,
                                                segment.frequency3_hz, segment.frequency4_hz};
            for (const float hz : known) {
                if (hz <= 0 || std::abs(hz - measured) > best) continue;
                best = std::abs(hz - measured);
                frequency_hz = hz;
            }
        }
    }
}

ToneSequence snapped(ToneSequence tone, const TonePlan& plan) {
    for (auto& segment : tone.segments) {
        if (segment.frequency1_hz > 0) snap(segment.frequency1_hz, plan);
        if (segment.frequency2_hz > 0 && !segment.modulated) snap(segment.frequency2_hz, plan);
    }
    return tone;
}

std::vector<ToneRecognizer::Entry> entries(const TonePlan& plan, unsigned cycles,
                                           const std::vector<ToneSequence>& learnt) {
    const unsigned wanted = std::clamp(cycles, fewest_cycles, most_cycles);
    const auto entry = [](ProgressTone tone, const ToneSequence& sequence, unsigned needed) {
        return ToneRecognizer::Entry{static_cast<int>(tone), sequence, needed, shortest_dial_tone_ms};
    };
    // An exchange that has a message waiting, or takes the seizure for a recall, gives another dial tone. They
    // come last, so one that sounds like another tone of its country counts as that.
    // Ringback and the dial tones that have a cadence (it, gr, cz) are slow, and nothing is cut off because of
    // them: one cycle is enough.
    std::vector<ToneRecognizer::Entry> all = {
        entry(ProgressTone::busy, plan.busy, wanted),
        entry(ProgressTone::congestion, plan.congestion, wanted),
        entry(ProgressTone::dial, plan.dial, 1),
        entry(ProgressTone::ringback, plan.ringback, 1),
        entry(ProgressTone::info, plan.info, wanted),
        entry(ProgressTone::dial, lasting_part(plan.stutter), fewest_cycles),
        entry(ProgressTone::dial, lasting_part(plan.dial_recall), fewest_cycles)};
    for (const auto& tone : learnt) {
        all.push_back({static_cast<int>(ProgressTone::learnt), snapped(tone, plan), wanted,
                       shortest_learnt_continuous_ms});
    }
    return all;
}

}  // namespace

struct ProgressToneDetector::State {
    ToneRecognizer recognizer;
};

ProgressToneDetector::ProgressToneDetector(const TonePlan& plan, unsigned cycles,
                                           const std::vector<ToneSequence>& learnt)
    : state_(std::make_unique<State>(State{ToneRecognizer(entries(plan, cycles, learnt))})) {}
ProgressToneDetector::~ProgressToneDetector() = default;
ProgressToneDetector::ProgressToneDetector(ProgressToneDetector&&) noexcept = default;
ProgressToneDetector& ProgressToneDetector::operator=(ProgressToneDetector&&) noexcept = default;

ProgressTone ProgressToneDetector::process(std::span<const std::int16_t> linear, bool audible) noexcept {
    const int id = state_->recognizer.process(linear, audible);
    return id < 0 ? ProgressTone::none : static_cast<ProgressTone>(id);
}

void ProgressToneDetector::reset() noexcept {
    state_->recognizer.reset();
}

}  // namespace tipring::dsp
