// ToneRecognizer: SoundMeter says what is heard, CadenceHistory when, CadencePattern whether that is a tone
// of the plan. Thread: its owner's; process() and reset() are real-time safe.
#include "tipring/dsp/tone_recognizer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "cadence.hpp"

namespace tipring::dsp {
namespace {

/// A tone with at least this many different sounds (special information tone) is sure after one cycle.
constexpr std::size_t unmistakable_sounds = 3;
constexpr std::size_t unmistakable_steps = 4;
/// Sound that must have been heard before an early decision.
constexpr std::int64_t least_sounding_ms = 200;

struct Candidate {
    int id;
    unsigned cycles;
    std::int64_t continuous_ms;
    CadencePattern pattern;
};

}  // namespace

struct ToneRecognizer::State {
    SoundMeter meter;
    CadenceHistory history;
    std::vector<Candidate> candidates;
    std::array<std::int16_t, SoundMeter::hop_samples> hop{};
    std::size_t filled = 0;
    bool audible = true;  ///< all that is in `hop`
    int answer = -1;

    void add(const Entry& entry) {
        CadencePattern pattern(entry.tone, meter);
        const bool known = std::any_of(candidates.begin(), candidates.end(),
                                       [&](const Candidate& other) { return other.pattern == pattern; });
        if (pattern.useless() || known) return;
        candidates.push_back({entry.id, entry.cycles, entry.continuous_ms, std::move(pattern)});
    }

    /// A long ringback burst must not pass for a continuous dial tone of the same frequency.
    void separate_continuous_tones() {
        for (auto& candidate : candidates) {
            const auto sound = candidate.pattern.continuous_sound();
            if (!sound) continue;
            for (const auto& other : candidates) {
                const std::int64_t burst = other.pattern.longest_burst_ms(*sound);
                if (burst > 0)
                    candidate.continuous_ms = std::max(candidate.continuous_ms, burst + burst / 8 + 60);
            }
        }
    }

    bool sure(const Candidate& candidate, const CadencePattern::Explanation& found) const noexcept {
        const CadencePattern& pattern = candidate.pattern;
        if (pattern.continuous_sound()) return history.current().duration_ms() >= candidate.continuous_ms;
        if (candidate.cycles == 0) return found.sounding_ms >= least_sounding_ms;
        // A loop of one endless step ends a tone that is played once: then the introduction is what must be
        // heard.
        const bool once = pattern.loop_steps() == 1;
        const bool unmistakable = pattern.distinct_sounds() >= unmistakable_sounds;
        const std::size_t whole = once ? pattern.introduction_steps() : pattern.loop_steps();
        const std::size_t cycle = unmistakable ? std::min(whole, unmistakable_steps) : whole;
        const std::size_t cycles = once || unmistakable ? 1 : candidate.cycles;
        return found.completed >= cycle * cycles;
    }

    /// The entry that explains most of what was heard. Two that explain as much leave an early decision open.
    int decide() const noexcept {
        if (history.current().sound == SoundMeter::other) return -1;
        std::size_t most = 0;
        std::size_t most_sure = 0;
        int early = -1;
        int strict = -1;
        for (const auto& candidate : candidates) {
            const auto found = candidate.pattern.explain(history);
            if (!found || found->sounding_ms == 0) continue;
            const std::size_t explained = found->completed + 1;
            const bool enough = sure(candidate, *found);
            if (candidate.cycles == 0) {
                if (explained == most) early = -1;
                if (explained > most) {
                    most = explained;
                    early = enough ? candidate.id : -1;
                }
            } else if (enough && explained > most_sure) {
                most_sure = explained;
                strict = candidate.id;
            }
        }
        return strict >= 0 ? strict : early;
    }

    void hear(std::span<const std::int16_t, SoundMeter::hop_samples> block) noexcept {
        if (!std::exchange(audible, true)) {
            // What is louder than the line's tone would let that pass for silence afterwards.
            constexpr std::array<std::int16_t, SoundMeter::hop_samples> nothing{};
            meter.push(nothing);
            history.skip();
            return;
        }
        history.push(meter.push(block));
        // Until something is heard again there is nothing new to say.
        if (history.current().sound != SoundMeter::unheard) answer = decide();
    }
};

ToneRecognizer::ToneRecognizer(const std::vector<Entry>& entries) : state_(std::make_unique<State>()) {
    for (const auto& entry : entries)
        state_->add(entry);
    state_->separate_continuous_tones();
}
ToneRecognizer::~ToneRecognizer() = default;
ToneRecognizer::ToneRecognizer(ToneRecognizer&&) noexcept = default;
ToneRecognizer& ToneRecognizer::operator=(ToneRecognizer&&) noexcept = default;

int ToneRecognizer::process(std::span<const std::int16_t> linear, bool audible) noexcept {
    State& state = *state_;
    state.audible = state.audible && audible;
    while (!linear.empty()) {
        const std::size_t count = std::min(linear.size(), state.hop.size() - state.filled);
        std::copy_n(linear.begin(), count, state.hop.begin() + static_cast<std::ptrdiff_t>(state.filled));
        state.filled += count;
        linear = linear.subspan(count);
        if (state.filled == state.hop.size()) {
            state.hear(state.hop);
            state.filled = 0;
        }
    }
    return state.answer;
}

void ToneRecognizer::reset() noexcept {
    state_->meter.reset();
    state_->history.reset();
    state_->filled = 0;
    state_->audible = true;
    state_->answer = -1;
}

}  // namespace tipring::dsp
