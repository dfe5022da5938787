// CadenceHistory and CadencePattern. Thread: their owner's; real-time safe but for the pattern's
// construction.
#include "cadence.hpp"

#include <algorithm>

namespace tipring::dsp {
namespace {

constexpr std::int64_t hop_ms = 10;
/// A window of 30 ms matches first when about 27 ms of it are tone, and last about 1 ms before the tone ends.
constexpr std::int64_t lead_ms = 27;
/// Unknown sound for longer than this is no click and no edge.
constexpr std::int64_t longest_doubt_ms = 60;
/// The one or two windows that lie across a tone's edge can look like a modulated tone, so a sound needs a
/// third.
constexpr int hops_that_confirm_sound = 3;
/// Up to 30 ms are a lost packet or a late block, not a pause of the tone.
constexpr int hops_that_confirm_silence = 4;
/// Steps of an introduction that tell it from an endless tone after some other silence.
constexpr std::size_t telling_introduction = 2;
/// Pauses that are too short to be told from an edge.
constexpr std::uint32_t shortest_pause_ms = 60;

std::int64_t tolerance_ms(std::uint32_t duration_ms) {
    return 40 + static_cast<std::int64_t>(duration_ms) / 10;
}

bool too_short(const CadencePattern::Step& step, const HeardSegment& segment) noexcept {
    return segment.duration_ms() < step.duration_ms - tolerance_ms(step.duration_ms);
}

bool fits(const CadencePattern::Step& step, const HeardSegment& segment) noexcept {
    if (step.sound != segment.sound || step.duration_ms == 0) return false;
    const std::int64_t wanted = step.duration_ms;
    const std::int64_t heard = segment.duration_ms();
    if (heard > wanted + tolerance_ms(step.duration_ms)) return false;
    return segment.cut || segment.clipped || !too_short(step, segment);
}

bool may_go_on(const CadencePattern::Step& step, const HeardSegment& segment) noexcept {
    if (step.sound != segment.sound) return false;
    return step.duration_ms == 0 ||
           segment.duration_ms() <= step.duration_ms + tolerance_ms(step.duration_ms);
}

}  // namespace

void CadenceHistory::store(const HeardSegment& segment) noexcept {
    segments_[next_] = segment;
    next_ = (next_ + 1) % size;
    count_ = std::min(count_ + 1, size);
}

void CadenceHistory::change(int sound, std::int64_t start_ms) noexcept {
    const std::int64_t end = current_.sound == SoundMeter::silence ? start_ms : certain_ms_;
    current_.end_ms = std::max(end, current_.start_ms);
    const bool after_gap = current_.sound == SoundMeter::unheard;
    const bool at_beginning = count_ == 0 && start_ms <= 2 * hop_ms && !after_gap;
    if (!at_beginning) store(current_);
    const bool gap = start_ms - current_.end_ms > longest_doubt_ms;
    if (gap && current_.sound != SoundMeter::other) {
        store({SoundMeter::other, current_.end_ms, start_ms, false, false});
    }
    // A pause begins where the sound before it ended.
    const bool pause_after_sound = sound == SoundMeter::silence && current_.sound >= 0 && !gap;
    current_ = {sound, pause_after_sound ? current_.end_ms : start_ms, now_ms_, at_beginning, after_gap};
    certain_ms_ = now_ms_;
}

void CadenceHistory::push(int heard) noexcept {
    now_ms_ += hop_ms;
    if (heard == current_.sound) {
        certain_ms_ = now_ms_;
        candidate_hops_ = 0;
    } else {
        candidate_hops_ = heard == candidate_ ? candidate_hops_ + 1 : 1;
        candidate_ = heard;
        const int needed = heard >= 0 ? hops_that_confirm_sound : hops_that_confirm_silence;
        const bool confirmed = heard != SoundMeter::other && candidate_hops_ >= needed;
        const std::int64_t first_ms = now_ms_ - (candidate_hops_ - 1) * hop_ms;
        if (confirmed) {
            change(heard, std::max<std::int64_t>(first_ms - (heard >= 0 ? lead_ms : hop_ms), 0));
            candidate_hops_ = 0;
        } else if (now_ms_ - certain_ms_ > longest_doubt_ms) {
            change(SoundMeter::other, certain_ms_);
            candidate_hops_ = 0;
        }
    }
    current_.end_ms = now_ms_;
}

void CadenceHistory::skip() noexcept {
    now_ms_ += hop_ms;
    candidate_hops_ = 0;
    if (current_.sound != SoundMeter::unheard) {
        current_.end_ms = std::max(certain_ms_, current_.start_ms);
        current_.clipped = true;
        // A doubt of a few hops is an edge whose other side nobody heard.
        const bool edge = current_.sound == SoundMeter::other && current_.duration_ms() <= longest_doubt_ms;
        if (!edge) store(current_);
        current_ = {SoundMeter::unheard, now_ms_ - hop_ms, now_ms_, false, false};
    }
    certain_ms_ = current_.end_ms = now_ms_;
}

CadencePattern::CadencePattern(const ToneSequence& tone, SoundMeter& meter) {
    for (std::size_t i = 0; i < tone.segments.size(); ++i) {
        if (i == tone.repeat_from) loop_ = steps_.size();
        const Step step{meter.add(tone.segments[i]), tone.segments[i].duration_ms};
        const bool unheard =
            step.sound == SoundMeter::silence && step.duration_ms > 0 && step.duration_ms < shortest_pause_ms;
        const bool last = i + 1 == tone.segments.size() && steps_.empty();
        if (unheard && !last) continue;
        const bool joins = !steps_.empty() && steps_.size() > loop_ && steps_.back().sound == step.sound;
        if (!joins) {
            steps_.push_back(step);
        } else if (steps_.back().duration_ms != 0) {
            steps_.back().duration_ms =
                step.duration_ms == 0 ? 0 : steps_.back().duration_ms + step.duration_ms;
        }
        if (steps_.back().duration_ms == 0) break;
    }
    const bool ends = tone.repeat_from >= tone.segments.size();
    const bool stays = !steps_.empty() && steps_.back().duration_ms == 0;
    if (stays) {
        loop_ = steps_.size() - 1;
    } else if (ends || loop_ >= steps_.size()) {
        loop_ = steps_.size();
        steps_.push_back({SoundMeter::silence, 0});
    } else if (loop_ + 1 == steps_.size()) {
        steps_.back().duration_ms = 0;
    }
}

bool CadencePattern::useless() const noexcept {
    return std::none_of(steps_.begin(), steps_.end(), [](const Step& step) { return step.sound >= 0; });
}

std::size_t CadencePattern::distinct_sounds() const noexcept {
    std::size_t count = 0;
    for (auto step = steps_.begin(); step != steps_.end(); ++step) {
        const bool known =
            std::any_of(steps_.begin(), step, [&](const Step& other) { return other.sound == step->sound; });
        if (step->sound >= 0 && !known) ++count;
    }
    return count;
}

std::optional<int> CadencePattern::continuous_sound() const noexcept {
    if (steps_.size() != 1 || steps_[0].sound < 0 || steps_[0].duration_ms != 0) return std::nullopt;
    return steps_[0].sound;
}

std::uint32_t CadencePattern::longest_burst_ms(int sound) const noexcept {
    std::uint32_t longest = 0;
    for (const Step& step : steps_) {
        if (step.sound == sound) longest = std::max(longest, step.duration_ms);
    }
    return longest;
}

std::optional<std::size_t> CadencePattern::before(std::size_t index,
                                                  const HeardSegment& segment) const noexcept {
    if (index == loop_ && steps_.size() > loop_ + 1 && fits(steps_.back(), segment)) return steps_.size() - 1;
    if (index > 0 && fits(steps_[index - 1], segment)) return index - 1;
    return std::nullopt;
}

CadencePattern::Explanation CadencePattern::walk_back(std::size_t index,
                                                      const CadenceHistory& history) const noexcept {
    const HeardSegment& current = history.current();
    Explanation result;
    result.endless = steps_[index].duration_ms == 0;
    if (current.sound >= 0) result.sounding_ms = current.duration_ms();
    // Nothing is known of what came before, but an introduction is not taken for granted.
    if (current.cut) {
        result.from_start = index == 0 || !result.endless;
        return result;
    }
    for (std::size_t back = 0; back < history.completed(); ++back) {
        const HeardSegment& segment = history.completed(back);
        if (segment.sound == SoundMeter::unheard) {
            result.from_start = index == 0 || !result.endless;
            result.gap = back;
            return result;
        }
        const auto previous = before(index, segment);
        if (!previous) break;
        // The silence before the first sound may be the rest of a cadence's pause, but it tells of no
        // introduction.
        if (segment.cut && segment.sound < 0) {
            result.from_start = !result.endless;
            return result;
        }
        index = *previous;
        if (segment.sound >= 0) result.sounding_ms += segment.duration_ms();
        if (!too_short(steps_[index], segment)) ++result.completed;
        if (segment.cut) {
            result.from_start = true;
            return result;
        }
    }
    result.from_start = index == 0;
    return result;
}

CadencePattern::Stretch CadencePattern::stretch_from(std::size_t index, std::size_t newest,
                                                     const CadenceHistory& history) const noexcept {
    Stretch result;
    for (std::size_t back = newest; back < history.completed(); ++back) {
        const HeardSegment& segment = history.completed(back);
        if (segment.sound == SoundMeter::unheard) {
            result.whole = true;
            break;
        }
        if (back != newest) {
            const auto previous = before(index, segment);
            if (!previous) break;
            index = *previous;
        }
        ++result.segments;
        if (segment.sound >= 0) result.sounding_ms += segment.duration_ms();
        if (!too_short(steps_[index], segment)) ++result.completed;
        if (segment.cut) break;
    }
    return result;
}

/// The best explanation of what was heard between two gaps, `newest` being the segment before the later one.
CadencePattern::Stretch CadencePattern::stretch(std::size_t newest,
                                                const CadenceHistory& history) const noexcept {
    Stretch best;
    for (std::size_t index = 0; index < steps_.size(); ++index) {
        if (!fits(steps_[index], history.completed(newest))) continue;
        const Stretch found = stretch_from(index, newest, history);
        const bool better = found.whole != best.whole ? found.whole : found.completed > best.completed;
        if (better || best.segments == 0) best = found;
    }
    return best;
}

/// Where in the cadence each stretch began is not compared: a gap's length says little when a tone began anew.
CadencePattern::Stretch CadencePattern::before_gap(std::size_t gap,
                                                   const CadenceHistory& history) const noexcept {
    Stretch sum;
    for (std::size_t back = gap; back < history.completed();) {
        if (history.completed(back).sound == SoundMeter::unheard) {
            ++back;
            continue;
        }
        const Stretch found = stretch(back, history);
        sum.completed += found.completed;
        sum.sounding_ms += found.sounding_ms;
        if (!found.whole) break;
        back += found.segments;
    }
    return sum;
}

std::optional<CadencePattern::Explanation> CadencePattern::explain(
    const CadenceHistory& history) const noexcept {
    std::optional<Explanation> best;
    std::optional<Stretch> earlier;
    for (std::size_t index = 0; index < steps_.size(); ++index) {
        if (!may_go_on(steps_[index], history.current())) continue;
        Explanation found = walk_back(index, history);
        if (found.gap) {
            if (!earlier) earlier = before_gap(*found.gap, history);
            found.completed += earlier->completed;
            found.sounding_ms += earlier->sounding_ms;
        }
        const std::size_t enough = found.endless ? telling_introduction : loop_steps();
        const bool plausible = found.from_start || found.completed >= enough;
        if (!plausible) continue;
        if (!best || found.completed > best->completed) best = found;
    }
    return best;
}

}  // namespace tipring::dsp
