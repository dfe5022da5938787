// BlockFifo: blocks on their way from one clock to another. Between two boards some blocks are collected
// before play-out, and a bound keeps the latency; an RTP session is pulled once for each block, so that
// nothing needs to be kept ready for it. Pure. Thread: media; real-time safe.
#pragma once

#include <cstddef>

#include "block.hpp"

namespace tipring::media {

class BlockFifo {
  public:
    struct Taken {
        const Block* block = nullptr;  ///< valid until the next put(); null: nothing is ready
        bool slipped = false;          ///< the other clock is slower, or it stalled: collecting anew
    };

    /// Empties it. `two_clocks`: collect before play-out.
    void reset(bool two_clocks) noexcept {
        first_ = count_ = 0;
        two_clocks_ = filling_ = two_clocks;
    }
    bool two_clocks() const noexcept { return two_clocks_; }

    /// In `law`. `soon`: so many blocks are taken within this tick. False: the oldest block was dropped.
    bool put(const Block& block, dsp::Law law, std::size_t soon) noexcept {
        const std::size_t most = two_clocks_ ? 2 * target + soon : capacity;
        const bool full = count_ >= std::min(most, capacity);
        if (full) drop();
        Block& slot = blocks_[(first_ + count_++) % capacity];
        slot = block;
        slot.convert(law);
        if (count_ >= target) filling_ = false;
        return !full;
    }

    Taken take() noexcept {
        if (filling_) return {};
        if (count_ == 0) {
            filling_ = two_clocks_;
            return {nullptr, two_clocks_};
        }
        const Block* block = &blocks_[first_];
        drop();
        return {block, false};
    }

  private:
    static constexpr std::size_t capacity = 16;
    /// Between two clocks: this much is collected before play-out, and twice this is the most that may wait.
    static constexpr std::size_t target = 2;

    std::array<Block, capacity> blocks_{};
    std::size_t first_ = 0, count_ = 0;
    bool two_clocks_ = false, filling_ = false;

    void drop() noexcept {
        first_ = (first_ + 1) % capacity;
        --count_;
    }
};

}  // namespace tipring::media
