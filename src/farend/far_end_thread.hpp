// FarEndThread::Impl: one thread that runs all far-end models. It ticks every 10 ms while any model has audio
// or timers, and otherwise sleeps until a line event, a frame or a command comes. Private to farend.
#pragma once

#include <poll.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tipring/base/fd.hpp"
#include "tipring/base/reactor.hpp"
#include "tipring/farend/far_end.hpp"

namespace tipring::farend {

/// One model. All members are called on the far-end thread.
class FarEndModel {
  public:
    virtual ~FarEndModel() = default;
    /// Every 10 ms while any model wants ticks, and after each wake-up: reads events and samples until there
    /// are none.
    virtual void tick(base::TimePoint now) = 0;
    /// True while there is audio or a timer is running.
    virtual bool wants_ticks() const = 0;
    /// When it wants a tick besides those of every 10 ms: for what must be timed better.
    virtual std::optional<base::TimePoint> next_deadline() const { return std::nullopt; }
    /// Descriptors (with poll events) that wake the thread while nobody wants ticks.
    virtual void add_wakeups(std::vector<pollfd>& wakeups) const = 0;
    /// What cannot wait for the next tick while somebody wants ticks: an event there, and it gets take_prompt().
    virtual void add_prompts(std::vector<pollfd>&) const {}
    /// Between ticks: does not touch audio.
    virtual void take_prompt() {}
};

struct FarEndThread::Impl {
  public:
    using Task = std::function<void()>;

    Impl();
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    /// Any thread. The model must be removed before it dies, and before the FarEndThread does.
    void add(FarEndModel& model);
    /// Any thread but from within a tick. When it returns the thread has done with the model; its waiting
    /// tasks are dropped.
    void remove(FarEndModel& model);
    /// Runs `task` on the far-end thread soon and in order, unless `owner` is removed before. Any thread;
    /// does not wait.
    void post(FarEndModel& owner, Task task);

  private:
    struct Posted {
        FarEndModel* owner;
        Task task;
    };

    base::EventFd wake_;
    std::mutex mutex_;  ///< guards the three below
    std::deque<Posted> posted_;
    bool stopping_ = false;
    std::condition_variable removed_;
    std::vector<FarEndModel*> models_;  ///< far-end thread only
    std::thread thread_;                ///< last: it uses the others

    void run();
    bool run_posted();
    bool sleep_until(base::TimePoint deadline);
    void sleep_until_woken();
    bool wait_prompt(const timespec& limit);
    bool tick_between(base::TimePoint next_tick);
    void tick_all();
};

}  // namespace tipring::farend
