// A bounded queue between exactly one producer thread and one consumer thread, without locks.
// Capacity is fixed at construction (rounded up to a power of two); push and pop never allocate.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <new>
#include <type_traits>
#include <vector>

namespace tipring::base {

template <class T>
class SpscRing {
    static_assert(std::is_trivially_copyable_v<T>, "ring elements cross threads as plain bytes");

  public:
    explicit SpscRing(std::size_t capacity) : slots_(std::bit_ceil(capacity)), mask_(slots_.size() - 1) {}

    /// Producer. False when the ring is full; nothing is stored then.
    bool push(const T& value) noexcept {
        const auto tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_.load(std::memory_order_acquire) > mask_) return false;
        slots_[tail & mask_] = value;
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }

    /// Consumer. False when the ring is empty; `value` is untouched then.
    bool pop(T& value) noexcept {
        const auto head = head_.load(std::memory_order_relaxed);
        if (head == tail_.load(std::memory_order_acquire)) return false;
        value = slots_[head & mask_];
        head_.store(head + 1, std::memory_order_release);
        return true;
    }

    bool empty() const noexcept {
        return head_.load(std::memory_order_acquire) == tail_.load(std::memory_order_acquire);
    }
    std::size_t capacity() const noexcept { return mask_ + 1; }

  private:
    std::vector<T> slots_;
    std::size_t mask_;
    alignas(64) std::atomic<std::size_t> head_{0};
    alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace tipring::base
