// Reactor: the core thread's timers, posted work and descriptor watches, as an interface, so that call
// control can be tested with a manual clock. AsioReactor (asio_reactor.hpp) is the real one; test/support has
// ManualReactor. Thread: everything is called on the core thread, except post().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace tipring::base {

using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;
using Duration = std::chrono::milliseconds;

class Reactor {
  public:
    using Task = std::function<void()>;
    using TimerKey = std::uint64_t;
    using WatchKey = std::uint64_t;

    virtual ~Reactor() = default;

    virtual TimePoint now() const = 0;
    /// Runs `task` on the core thread soon. Any thread.
    virtual void post(Task task) = 0;
    /// Runs `task` once, not before `delay` has passed. Key is never 0.
    virtual TimerKey schedule(Duration delay, Task task) = 0;
    /// A cancelled timer's task never runs, even when it was already due. Unknown keys are ignored.
    virtual void cancel(TimerKey key) = 0;
    /// Calls `task` whenever `descriptor` is readable (level-triggered), until unwatch(). The caller keeps
    /// ownership.
    virtual WatchKey watch(int descriptor, Task task) = 0;
    virtual void unwatch(WatchKey key) = 0;
};

/// One restartable timer that cancels itself when destroyed.
class Timer {
  public:
    explicit Timer(Reactor& reactor) : reactor_(&reactor) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() { stop(); }

    /// Replaces a running timer.
    void start(Duration delay, Reactor::Task task) {
        stop();
        key_ = reactor_->schedule(delay, [this, task = std::move(task)] {
            key_ = 0;
            const auto run = task;  // the task may restart or destroy this timer
            run();
        });
    }
    void stop() {
        if (key_ != 0) reactor_->cancel(std::exchange(key_, 0));
    }
    bool running() const { return key_ != 0; }

  private:
    Reactor* reactor_;
    Reactor::TimerKey key_ = 0;
};

/// One descriptor watch that ends when destroyed.
class Watch {
  public:
    Watch(Reactor& reactor, int descriptor, Reactor::Task task)
        : reactor_(&reactor), key_(reactor.watch(descriptor, std::move(task))) {}
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() { reactor_->unwatch(key_); }

  private:
    Reactor* reactor_;
    Reactor::WatchKey key_;
};

}  // namespace tipring::base
