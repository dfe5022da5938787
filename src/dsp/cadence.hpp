// Cadences: what was heard as a list of segments, and how well a pattern explains it. Private to dsp.
// Thread: its owner's; everything but building a pattern is real-time safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sound_meter.hpp"

namespace tipring::dsp {

/// One stretch of a sound, of silence, or of something else (SoundMeter's numbers).
struct HeardSegment {
    int sound = SoundMeter::other;
    std::int64_t start_ms = 0;
    std::int64_t end_ms = 0;
    bool cut = false;      ///< listening began in the middle of it
    bool clipped = false;  ///< nobody could listen just before it, or just after it

    std::int64_t duration_ms() const noexcept { return end_ms - start_ms; }
};

/// Turns a classification every 10 ms into segments; rides over clicks. Keeps the last 80 segments.
class CadenceHistory {
  public:
    void push(int heard) noexcept;
    /// 10 ms in which nobody could listen: a segment of SoundMeter::unheard.
    void skip() noexcept;
    void reset() noexcept { *this = CadenceHistory(); }

    /// The segment that goes on now; its end is the present.
    const HeardSegment& current() const noexcept { return current_; }
    std::size_t completed() const noexcept { return count_; }
    /// 0 is the newest completed segment.
    const HeardSegment& completed(std::size_t back) const noexcept {
        return segments_[(next_ + size - 1 - back) % size];
    }

  private:
    static constexpr std::size_t size = 80;
    std::array<HeardSegment, size> segments_{};
    std::size_t next_ = 0, count_ = 0;
    HeardSegment current_;
    std::int64_t now_ms_ = 0;
    std::int64_t certain_ms_ = 0;  ///< when the current segment was last confirmed
    int candidate_ = SoundMeter::other;
    int candidate_hops_ = 0;

    void store(const HeardSegment& segment) noexcept;
    void change(int sound, std::int64_t start_ms) noexcept;
};

/// A tone sequence as sounds and durations: an introduction that is played once, then a loop.
class CadencePattern {
  public:
    struct Step {
        int sound = SoundMeter::silence;
        std::uint32_t duration_ms = 0;  ///< 0: for ever
        friend bool operator==(const Step&, const Step&) = default;
    };
    struct Explanation {
        std::size_t completed = 0;     ///< completed segments that fit, in one row up to now
        std::int64_t sounding_ms = 0;  ///< time of sound among them and the present segment
        bool from_start = false;       ///< the row begins where the tone begins
        bool endless = false;          ///< the present step has no end
        /// The newest segment of SoundMeter::unheard, when all since then fits.
        std::optional<std::size_t> gap{};
    };

    CadencePattern(const ToneSequence& tone, SoundMeter& meter);

    /// The longest explanation of what was heard up to now; nothing when it cannot be this tone.
    std::optional<Explanation> explain(const CadenceHistory& history) const noexcept;

    bool useless() const noexcept;  ///< nothing to hear in it
    std::size_t loop_steps() const noexcept { return steps_.size() - loop_; }
    std::size_t introduction_steps() const noexcept { return loop_; }
    std::size_t distinct_sounds() const noexcept;
    /// One sound without end, and which.
    std::optional<int> continuous_sound() const noexcept;
    std::uint32_t longest_burst_ms(int sound) const noexcept;
    friend bool operator==(const CadencePattern&, const CadencePattern&) = default;

  private:
    /// Segments between two times when nobody could listen.
    struct Stretch {
        std::size_t completed = 0;  ///< those that fit and were heard from begin to end
        std::int64_t sounding_ms = 0;
        std::size_t segments = 0;
        bool whole = false;  ///< all of them fit
    };

    std::vector<Step> steps_;
    std::size_t loop_ = 0;

    std::optional<std::size_t> before(std::size_t index, const HeardSegment& segment) const noexcept;
    Explanation walk_back(std::size_t index, const CadenceHistory& history) const noexcept;
    Stretch before_gap(std::size_t gap, const CadenceHistory& history) const noexcept;
    Stretch stretch(std::size_t newest, const CadenceHistory& history) const noexcept;
    Stretch stretch_from(std::size_t index, std::size_t newest, const CadenceHistory& history) const noexcept;
};

}  // namespace tipring::dsp
