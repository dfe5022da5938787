#include "tipring/isdn/frame_trace.hpp"

#include <limits>

namespace tipring::isdn {

void FrameTrace::record(FrameDirection direction, std::span<const std::uint8_t> frame) noexcept {
    if (frame.empty()) return;
    auto& slot = frames_[last_ % capacity];
    slot.sequence = ++last_;
    slot.time = std::chrono::system_clock::now();
    slot.instant = std::chrono::steady_clock::now();
    slot.direction = direction;
    slot.length = static_cast<std::uint16_t>(
        std::min<std::size_t>(frame.size(), std::numeric_limits<std::uint16_t>::max()));
    std::copy_n(frame.begin(), std::min(frame.size(), slot.data.size()), slot.data.begin());
}

const TracedFrame* FrameTrace::find(std::uint64_t sequence) const {
    if (sequence < first() || sequence > last_) return nullptr;
    return &frames_[(sequence - 1) % capacity];
}

}  // namespace tipring::isdn
