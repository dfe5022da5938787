// Audio and line events of one channel. Thread: media; real-time safe.
#pragma once

#include <array>
#include <memory>

#include "dahdi/channel_state.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::hardware::dahdi {

/// The driver refuses both read() and write() with ELAST while a line event is queued. read() then returns
/// the event; write() takes the events out, keeps them for the next read(), and writes, so that no block is
/// lost. Hence: after a write(), read() until it returns no event, before waiting on the descriptor alone.
class DahdiBearer final : public Bearer {
  public:
    explicit DahdiBearer(std::shared_ptr<ChannelState> state) noexcept : state_(std::move(state)) {}

    int descriptor() const noexcept override { return state_->descriptor.get(); }
    std::uint32_t event_poll_mask() const noexcept override;
    ReadResult read(std::span<std::uint8_t, block_samples> block) noexcept override;
    bool write(std::span<const std::uint8_t, block_samples> block) noexcept override;

  private:
    enum class Fetch { event, ignored, none, failed };
    Fetch fetch_event(LineEvent& event) noexcept;
    bool keep_events() noexcept;
    bool take_kept(LineEvent& event) noexcept;

    std::shared_ptr<ChannelState> state_;
    std::array<LineEvent, event_queue_size> kept_{};
    std::size_t kept_first_ = 0;
    std::size_t kept_count_ = 0;
    std::array<std::uint8_t, block_samples> partial_{};
    std::size_t partial_size_ = 0;
};

}  // namespace tipring::hardware::dahdi
