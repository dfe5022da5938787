// Thread: media; real-time safe.
#include "dahdi/bearer.hpp"

#include <sys/epoll.h>

#include <algorithm>

#include "dahdi/events.hpp"

namespace tipring::hardware::dahdi {

std::uint32_t DahdiBearer::event_poll_mask() const noexcept {
    return EPOLLPRI;
}

DahdiBearer::Fetch DahdiBearer::fetch_event(LineEvent& event) noexcept {
    int number = DAHDI_EVENT_NONE;
    if (state_->control(DAHDI_GETEVENT, &number) < 0) return Fetch::failed;
    if (number == DAHDI_EVENT_NONE) return Fetch::none;
    event = map_event(state_->info.kind, number);
    return event.kind == LineEventKind::none ? Fetch::ignored : Fetch::event;
}

bool DahdiBearer::take_kept(LineEvent& event) noexcept {
    if (kept_count_ == 0) return false;
    event = kept_[kept_first_];
    kept_first_ = (kept_first_ + 1) % kept_.size();
    --kept_count_;
    return true;
}

/// Empties the driver's queue into ours; false when ours is full (nobody reads) or the channel is gone.
bool DahdiBearer::keep_events() noexcept {
    while (kept_count_ < kept_.size()) {
        LineEvent event;
        switch (fetch_event(event)) {
            case Fetch::event:
                kept_[(kept_first_ + kept_count_) % kept_.size()] = event;
                ++kept_count_;
                break;
            case Fetch::ignored:
                break;
            case Fetch::none:
                return true;
            case Fetch::failed:
                return false;
        }
    }
    return false;
}

Bearer::ReadResult DahdiBearer::read(std::span<std::uint8_t, block_samples> block) noexcept {
    ReadResult result;
    if (take_kept(result.event)) {
        result.status = ReadStatus::event;
        return result;
    }
    const bool audio = state_->audio.load(std::memory_order_acquire);
    if (!audio) partial_size_ = 0;
    // Bounded: each turn but the last takes one event that means nothing to us.
    for (std::size_t turn = 0; turn < event_queue_size; ++turn) {
        if (audio) {
            const long count = state_->device.read(descriptor(), partial_.data() + partial_size_,
                                                   partial_.size() - partial_size_);
            if (count == -EAGAIN || count == -EINTR || count == 0) return result;
            if (count < 0 && count != -ELAST) {
                result.status = ReadStatus::failed;
                return result;
            }
            if (count > 0) {
                partial_size_ += static_cast<std::size_t>(count);
                if (partial_size_ < partial_.size()) continue;
                partial_size_ = 0;
                std::copy(partial_.begin(), partial_.end(), block.begin());
                dsp::transcode(state_->wire_law, state_->law, block);
                result.status = ReadStatus::block;
                return result;
            }
        }
        switch (fetch_event(result.event)) {
            case Fetch::event:
                result.status = ReadStatus::event;
                return result;
            case Fetch::ignored:
                break;
            case Fetch::none:
                if (!audio) return result;
                break;
            case Fetch::failed:
                result.status = ReadStatus::failed;
                return result;
        }
    }
    return result;
}

bool DahdiBearer::write(std::span<const std::uint8_t, block_samples> block) noexcept {
    if (!state_->audio.load(std::memory_order_acquire)) return false;
    const std::uint8_t* octets = block.data();
    std::array<std::uint8_t, block_samples> converted;
    if (state_->wire_law != state_->law) {
        std::copy(block.begin(), block.end(), converted.begin());
        dsp::transcode(state_->law, state_->wire_law, converted);
        octets = converted.data();
    }
    // An event may come in between, so try as often as events can be queued.
    for (std::size_t turn = 0; turn < event_queue_size; ++turn) {
        const long count = state_->device.write(descriptor(), octets, block.size());
        if (count == -ELAST) {
            if (!keep_events()) return false;
            continue;
        }
        // A short write has taken one of the driver's buffers; the rest of the block cannot follow it without
        // a gap.
        return count == static_cast<long>(block.size());
    }
    return false;
}

}  // namespace tipring::hardware::dahdi
