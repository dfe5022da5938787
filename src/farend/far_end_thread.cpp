// FarEndThread: the loop that ticks all models. Thread: this is the far-end thread.
#include "far_end_thread.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>

#include "tipring/base/log.hpp"

namespace tipring::farend {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick_period{10};
/// After a longer delay (a suspended machine, a debugger) the rhythm starts anew instead of catching up.
constexpr milliseconds longest_lag{200};
/// Below the media thread of a gateway on the same machine.
constexpr int real_time_priority = 5;

void ask_for_real_time() {
    sched_param parameters{};
    parameters.sched_priority = real_time_priority;
    const int error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
    if (error != 0)
        base::log::debug("farend", "no real-time priority (error {}); timing may be loose", error);
}

}  // namespace

FarEndThread::Impl::Impl() : thread_([this] { run(); }) {
    pthread_setname_np(thread_.native_handle(), "farend");
}

FarEndThread::Impl::~Impl() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify();
    thread_.join();
}

void FarEndThread::Impl::add(FarEndModel& model) {
    post(model, [this, &model] { models_.push_back(&model); });
}

void FarEndThread::Impl::remove(FarEndModel& model) {
    bool done = false;
    const auto take_out = [this, &model] { std::erase(models_, &model); };
    std::unique_lock lock(mutex_);
    std::erase_if(posted_, [&](const Posted& each) { return each.owner == &model; });
    if (std::this_thread::get_id() == thread_.get_id()) {
        take_out();
        return;
    }
    posted_.push_back({nullptr, [&] {
                           take_out();
                           const std::lock_guard again(mutex_);
                           done = true;
                           removed_.notify_all();
                       }});
    wake_.notify();
    removed_.wait(lock, [&] { return done; });
}

void FarEndThread::Impl::post(FarEndModel& owner, Task task) {
    {
        const std::lock_guard lock(mutex_);
        posted_.push_back({&owner, std::move(task)});
    }
    wake_.notify();
}

/// False when the thread has to end.
bool FarEndThread::Impl::run_posted() {
    for (;;) {
        Posted next;
        {
            const std::lock_guard lock(mutex_);
            if (posted_.empty()) return !stopping_;
            next = std::move(posted_.front());
            posted_.pop_front();
        }
        next.task();
    }
}

/// Runs tasks as they come. False when the thread has to end.
bool FarEndThread::Impl::sleep_until(base::TimePoint deadline) {
    for (;;) {
        const auto left = deadline - base::SteadyClock::now();
        if (left <= base::SteadyClock::duration::zero()) return true;
        const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
        const timespec limit{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
        if (!wait_prompt(limit)) return false;
    }
}

/// Until something came or the time is over. False when the thread has to end.
bool FarEndThread::Impl::wait_prompt(const timespec& limit) {
    std::vector<pollfd> descriptors{{wake_.descriptor(), POLLIN, 0}};
    std::vector<FarEndModel*> owners{nullptr};
    for (FarEndModel* model : models_) {
        model->add_prompts(descriptors);
        owners.resize(descriptors.size(), model);
    }
    if (::ppoll(descriptors.data(), descriptors.size(), &limit, nullptr) <= 0) return true;
    for (std::size_t i = 1; i < descriptors.size(); ++i) {
        if (descriptors[i].revents != 0) owners[i]->take_prompt();
    }
    if (descriptors.front().revents == 0) return true;
    wake_.drain();
    return run_posted();
}

/// The ticks that models want before the regular one. False when the thread has to end.
bool FarEndThread::Impl::tick_between(base::TimePoint next_tick) {
    for (;;) {
        auto next = next_tick;
        for (const FarEndModel* model : models_) {
            const auto wanted = model->next_deadline();
            if (wanted && *wanted < next) next = *wanted;
        }
        if (next == next_tick) return true;
        if (!sleep_until(next)) return false;
        tick_all();
    }
}

void FarEndThread::Impl::sleep_until_woken() {
    std::vector<pollfd> wakeups;
    wakeups.push_back({wake_.descriptor(), POLLIN, 0});
    for (const FarEndModel* model : models_)
        model->add_wakeups(wakeups);
    if (::poll(wakeups.data(), wakeups.size(), -1) > 0) wake_.drain();
}

void FarEndThread::Impl::tick_all() {
    const auto now = base::SteadyClock::now();
    for (std::size_t i = 0; i < models_.size(); ++i)
        models_[i]->tick(now);
}

void FarEndThread::Impl::run() {
    ask_for_real_time();
    auto deadline = base::SteadyClock::now();
    while (run_posted()) {
        tick_all();
        const bool busy = std::any_of(models_.begin(), models_.end(),
                                      [](const auto* model) { return model->wants_ticks(); });
        if (!busy) {
            sleep_until_woken();
            deadline = base::SteadyClock::now();
            continue;
        }
        deadline += tick_period;
        if (base::SteadyClock::now() - deadline > longest_lag) deadline = base::SteadyClock::now();
        if (!tick_between(deadline) || !sleep_until(deadline)) return;
    }
}

FarEndThread::FarEndThread() : impl_(std::make_unique<Impl>()) {}
FarEndThread::~FarEndThread() = default;

}  // namespace tipring::farend
