// ChannelPage: the memory that one opened channel shares between the board's thread and the client's media
// thread: a queue of line events, a queue of blocks to the client and one from it, each with one producer and
// one consumer. Why memory and not packets in a socket: events must overtake blocks that are queued already
// (the driver's ELAST), and "full" must mean exactly eight blocks. Beside it goes a SOCK_SEQPACKET pair that
// carries one empty token for every item to the client, so that its descriptor polls readable and a peer that
// died is seen. The peer may be another process: no index from the page is used before it was checked. No
// call waits or allocates.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "tipring/hardware/board.hpp"

namespace tipring::hardware::simulator {

enum class QueueResult : std::uint8_t {
    done,
    nothing,  ///< push: full; pop: empty
    broken,   ///< the peer wrote indices that cannot be
};

/// Positions of one queue; they count up for ever and wrap at 2^32.
template <std::uint32_t capacity>
class QueueIndices {
    static_assert((capacity & (capacity - 1)) == 0);

  public:
    /// Producer: where to write next.
    QueueResult writable(std::uint32_t& slot) const noexcept {
        const auto tail = tail_.load(std::memory_order_relaxed);
        const auto used = tail - consumed(tail);
        if (used > capacity) return QueueResult::broken;
        slot = tail & (capacity - 1);
        return used == capacity ? QueueResult::nothing : QueueResult::done;
    }
    void written() noexcept {
        tail_.store(tail_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
    /// Producer: the consumer will skip what is queued now.
    void discard() noexcept {
        discarded_.store(tail_.load(std::memory_order_relaxed), std::memory_order_release);
    }

    /// Consumer: where to read next.
    QueueResult readable(std::uint32_t& slot) noexcept {
        const auto tail = tail_.load(std::memory_order_acquire);
        const auto head = consumed(tail);
        if (tail - head > capacity) return QueueResult::broken;
        head_.store(head, std::memory_order_release);
        slot = head & (capacity - 1);
        return tail == head ? QueueResult::nothing : QueueResult::done;
    }
    void read() noexcept {
        head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
    /// Consumer: drops what is queued now.
    void clear() noexcept { head_.store(tail_.load(std::memory_order_acquire), std::memory_order_release); }

  private:
    alignas(64) std::atomic<std::uint32_t> tail_;
    std::atomic<std::uint32_t> discarded_;
    alignas(64) std::atomic<std::uint32_t> head_;

    /// The head, or the discard mark when that is further on (both lie at most `capacity` behind the tail).
    std::uint32_t consumed(std::uint32_t tail) const noexcept {
        const auto head = head_.load(std::memory_order_acquire);
        const auto mark = discarded_.load(std::memory_order_acquire);
        return tail - mark < tail - head ? mark : head;
    }
};

class BlockQueue {
  public:
    static constexpr std::uint32_t capacity = 8;

    QueueResult push(std::span<const std::uint8_t, block_samples> block) noexcept {
        std::uint32_t slot = 0;
        const auto result = indices_.writable(slot);
        if (result != QueueResult::done) return result;
        std::memcpy(blocks_[slot].data(), block.data(), block_samples);
        indices_.written();
        return QueueResult::done;
    }
    QueueResult pop(std::span<std::uint8_t, block_samples> block) noexcept {
        std::uint32_t slot = 0;
        const auto result = indices_.readable(slot);
        if (result != QueueResult::done) return result;
        std::memcpy(block.data(), blocks_[slot].data(), block_samples);
        indices_.read();
        return QueueResult::done;
    }
    void discard() noexcept { indices_.discard(); }
    void clear() noexcept { indices_.clear(); }

  private:
    QueueIndices<capacity> indices_;
    std::array<std::array<std::uint8_t, block_samples>, capacity> blocks_;
};

class EventQueue {
  public:
    static constexpr std::uint32_t capacity = 64;  // DAHDI_MAX_EVENTSIZE

    QueueResult push(LineEvent event) noexcept {
        std::uint32_t slot = 0;
        const auto result = indices_.writable(slot);
        if (result != QueueResult::done) return result;
        const auto kind = static_cast<std::uint16_t>(event.kind);
        const auto digit = static_cast<std::uint8_t>(event.digit);
        events_[slot].store(static_cast<std::uint16_t>(kind << 8 | digit), std::memory_order_relaxed);
        indices_.written();
        return QueueResult::done;
    }
    QueueResult pop(LineEvent& event) noexcept {
        std::uint32_t slot = 0;
        const auto result = indices_.readable(slot);
        if (result != QueueResult::done) return result;
        const auto packed = events_[slot].load(std::memory_order_relaxed);
        indices_.read();
        if (packed >> 8 > static_cast<unsigned>(LineEventKind::removed)) return QueueResult::broken;
        event.kind = static_cast<LineEventKind>(packed >> 8);
        event.digit = static_cast<char>(packed & 0xFF);
        return QueueResult::done;
    }

  private:
    QueueIndices<capacity> indices_;
    std::array<std::atomic<std::uint16_t>, capacity> events_;
};

struct ChannelPage {
    EventQueue events;
    BlockQueue to_client;
    BlockQueue from_client;
};

static_assert(std::atomic<std::uint32_t>::is_always_lock_free &&
              std::atomic<std::uint16_t>::is_always_lock_free);

}  // namespace tipring::hardware::simulator
