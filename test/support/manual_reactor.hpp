// ManualReactor: a Reactor whose clock moves only when the test says so. Single-threaded.
#pragma once

#include <deque>
#include <map>
#include <utility>

#include "tipring/base/reactor.hpp"

namespace tipring::test {

class ManualReactor final : public base::Reactor {
  public:
    base::TimePoint now() const override { return now_; }
    void post(Task task) override { posted_.push_back(std::move(task)); }
    TimerKey schedule(base::Duration delay, Task task) override {
        const auto key = ++last_key_;
        timers_.emplace(std::pair{now_ + delay, key}, std::move(task));
        return key;
    }
    void cancel(TimerKey key) override {
        for (auto timer = timers_.begin(); timer != timers_.end(); ++timer) {
            if (timer->first.second == key) {
                timers_.erase(timer);
                return;
            }
        }
    }
    WatchKey watch(int descriptor, Task task) override {
        watches_[++last_key_] = {descriptor, std::move(task)};
        return last_key_;
    }
    void unwatch(WatchKey key) override { watches_.erase(key); }

    /// Runs posted tasks until none is left.
    void run_posted() {
        while (!posted_.empty()) {
            auto task = std::move(posted_.front());
            posted_.pop_front();
            task();
        }
    }
    /// Moves the clock, firing timers in order of their time, with posted tasks in between.
    void advance(base::Duration duration) {
        const auto until = now_ + duration;
        run_posted();
        while (!timers_.empty() && timers_.begin()->first.first <= until) {
            auto timer = timers_.extract(timers_.begin());
            now_ = timer.key().first;
            timer.mapped()();
            run_posted();
        }
        now_ = until;
    }
    /// Acts as if the descriptor had become readable.
    void make_readable(int descriptor) {
        for (const auto& [key, watch] : std::map(watches_)) {
            if (watch.first == descriptor) watch.second();
        }
        run_posted();
    }
    std::size_t timers() const { return timers_.size(); }

  private:
    base::TimePoint now_{std::chrono::hours(1)};
    std::uint64_t last_key_ = 0;
    std::deque<Task> posted_;
    std::map<std::pair<base::TimePoint, TimerKey>, Task> timers_;
    std::map<WatchKey, std::pair<int, Task>> watches_;
};

}  // namespace tipring::test
