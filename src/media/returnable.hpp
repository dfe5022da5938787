// Returnable: an object that the core built and the media thread uses. The media thread never frees it: it
// puts it on the ReturnStack, from which the core takes it to free it. The stack is a linked list through the
// objects, so it cannot be full and nothing is lost.
#pragma once

#include <atomic>

#include "tipring/base/ids.hpp"

namespace tipring::media {

class Returnable {
  public:
    Returnable() = default;
    Returnable(const Returnable&) = delete;
    Returnable& operator=(const Returnable&) = delete;
    virtual ~Returnable() = default;

  private:
    friend class ReturnStack;
    Returnable* next_ = nullptr;
};

class ReturnStack {
  public:
    /// Media thread; real-time safe.
    void push(Returnable& object) noexcept {
        auto* head = head_.load(std::memory_order_relaxed);
        do {
            object.next_ = head;
        } while (!head_.compare_exchange_weak(head, &object, std::memory_order_release,
                                              std::memory_order_relaxed));
    }
    /// Core thread: calls `use(Returnable*)` for each object, in the order of push().
    template <class Use>
    void take_all(Use use) {
        auto* stack = head_.exchange(nullptr, std::memory_order_acquire);
        Returnable* oldest = nullptr;
        while (stack != nullptr) {
            auto* next = stack->next_;
            stack->next_ = oldest;
            oldest = stack;
            stack = next;
        }
        while (oldest != nullptr) {
            auto* next = oldest->next_;
            use(oldest);
            oldest = next;
        }
    }

  private:
    std::atomic<Returnable*> head_{nullptr};
};

}  // namespace tipring::media
