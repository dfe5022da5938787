// FrameTrace: the last frames of one D-channel, both ways, for `tipringctl span N trace`. Thread: core.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace tipring::isdn {

enum class FrameDirection : std::uint8_t { received, sent };

/// A frame as it was on the wire, without its FCS.
struct TracedFrame {
    /// Address and control field and the N201 = 260 octets that Q.921 5.9.3 allows after them. Of a longer
    /// frame, which only a faulty peer sends, the rest is not kept.
    static constexpr std::size_t most_octets = 264;

    std::uint64_t sequence = 0;                     ///< from 1, without gaps
    std::chrono::system_clock::time_point time;     ///< for people
    std::chrono::steady_clock::time_point instant;  ///< for intervals: clock steps do no harm
    FrameDirection direction = FrameDirection::received;
    std::uint16_t length = 0;  ///< octets on the wire, above most_octets when the frame was cut
    std::array<std::uint8_t, most_octets> data{};

    std::span<const std::uint8_t> octets() const {
        return std::span(data).first(std::min<std::size_t>(length, most_octets));
    }
};

/// A ring that overwrites its oldest frame. Its memory (about 150 KiB) is allocated once; recording is a copy
/// and two looks at the clock, whether anybody reads or not.
class FrameTrace {
  public:
    static constexpr std::size_t capacity = 512;

    FrameTrace() : frames_(capacity) {}

    /// `frame` without its FCS; an empty one is not recorded.
    void record(FrameDirection direction, std::span<const std::uint8_t> frame) noexcept;
    /// Sequence of the newest frame, 0: none yet.
    std::uint64_t last() const { return last_; }
    /// Sequence of the oldest frame that is still there; last() + 1 when there is none.
    std::uint64_t first() const { return last_ < capacity ? 1 : last_ - capacity + 1; }
    /// Null when the frame is no longer there, or not yet. Valid until the next record().
    const TracedFrame* find(std::uint64_t sequence) const;

  private:
    std::vector<TracedFrame> frames_;
    std::uint64_t last_ = 0;
};

}  // namespace tipring::isdn
