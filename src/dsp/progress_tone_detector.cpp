// ProgressToneDetector: the five tones of a country that tell how a call goes, over ToneRecognizer.
// Thread: its owner's; process() is real-time safe.
#include "tipring/dsp/progress_tone_detector.hpp"

#include <algorithm>

#include "tipring/dsp/tone_recognizer.hpp"

namespace tipring::dsp {
namespace {

constexpr unsigned fewest_cycles = 2;
constexpr unsigned most_cycles = 8;
constexpr std::uint32_t shortest_dial_tone_ms = 1000;

/// What is played for ever. A stuttering dial tone is known by that alone: its introduction comes while the
/// line is being seized, and exchanges differ in its length.
ToneSequence lasting_part(ToneSequence tone) {
    if (tone.repeat_from >= tone.segments.size()) return tone;
    tone.segments.erase(tone.segments.begin(),
                        tone.segments.begin() + static_cast<std::ptrdiff_t>(tone.repeat_from));
    tone.repeat_from = 0;
    return tone;
}

std::vector<ToneRecognizer::Entry> entries(const TonePlan& plan, unsigned cycles) {
    const unsigned wanted = std::clamp(cycles, fewest_cycles, most_cycles);
    const auto entry = [](ProgressTone tone, const ToneSequence& sequence, unsigned needed) {
        return ToneRecognizer::Entry{static_cast<int>(tone), sequence, needed, shortest_dial_tone_ms};
    };
    // An exchange that has a message waiting, or takes the seizure for a recall, gives another dial tone. They
    // come last, so one that sounds like another tone of its country counts as that.
    // Ringback and the dial tones that have a cadence (it, gr, cz) are slow, and nothing is cut off because of
    // them: one cycle is enough.
    return {entry(ProgressTone::busy, plan.busy, wanted),
            entry(ProgressTone::congestion, plan.congestion, wanted),
            entry(ProgressTone::dial, plan.dial, 1),
            entry(ProgressTone::ringback, plan.ringback, 1),
            entry(ProgressTone::info, plan.info, wanted),
            entry(ProgressTone::dial, lasting_part(plan.stutter), fewest_cycles),
            entry(ProgressTone::dial, lasting_part(plan.dial_recall), fewest_cycles)};
}

}  // namespace

struct ProgressToneDetector::State {
    ToneRecognizer recognizer;
};

ProgressToneDetector::ProgressToneDetector(const TonePlan& plan, unsigned cycles)
    : state_(std::make_unique<State>(State{ToneRecognizer(entries(plan, cycles))})) {}
ProgressToneDetector::~ProgressToneDetector() = default;
ProgressToneDetector::ProgressToneDetector(ProgressToneDetector&&) noexcept = default;
ProgressToneDetector& ProgressToneDetector::operator=(ProgressToneDetector&&) noexcept = default;

ProgressTone ProgressToneDetector::process(std::span<const std::int16_t> linear) noexcept {
    const int id = state_->recognizer.process(linear);
    return id < 0 ? ProgressTone::none : static_cast<ProgressTone>(id);
}

void ProgressToneDetector::reset() noexcept {
    state_->recognizer.reset();
}

}  // namespace tipring::dsp
