// Fd: owner of a file descriptor. EventFd: a wake-up between threads. Thread: any.
#pragma once

#include <cstdint>
#include <utility>

namespace tipring::base {

/// Closes the descriptor that it holds. Move-only.
class Fd {
  public:
    Fd() = default;
    explicit Fd(int descriptor) noexcept : descriptor_(descriptor) {}
    Fd(Fd&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Fd& operator=(Fd&& other) noexcept;
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd();

    int get() const noexcept { return descriptor_; }
    explicit operator bool() const noexcept { return descriptor_ >= 0; }
    int release() noexcept { return std::exchange(descriptor_, -1); }
    void reset() noexcept;

  private:
    int descriptor_ = -1;
};

/// A non-blocking eventfd. notify() is async-safe and may be called on the media thread.
class EventFd {
  public:
    /// Throws std::system_error when the kernel has no descriptor left.
    EventFd();
    int descriptor() const noexcept { return fd_.get(); }
    void notify() const noexcept;
    /// Clears the counter; returns false when it was already clear.
    bool drain() const noexcept;

  private:
    Fd fd_;
};

}  // namespace tipring::base
