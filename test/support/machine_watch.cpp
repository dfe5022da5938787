#include "machine_watch.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>

namespace tipring::test {
using namespace std::chrono_literals;

namespace {

constexpr auto period = 5ms;
constexpr auto tolerated = 3ms;
constexpr auto window = 250ms;

}  // namespace

MachineWatch::MachineWatch(int priority) : stalls_(std::thread::hardware_concurrency()) {
    for (unsigned processor = 0; processor < std::thread::hardware_concurrency(); ++processor)
        threads_.emplace_back([this, processor, priority] { watch(processor, priority); });
}

MachineWatch::~MachineWatch() {
    stop_ = true;
    for (auto& thread : threads_)
        thread.join();
}

void MachineWatch::restart() {
    const std::lock_guard lock(mutex_);
    for (auto& each : stalls_)
        each.clear();
}

std::chrono::milliseconds MachineWatch::stood_still() const {
    const std::lock_guard lock(mutex_);
    Clock::duration most{0};
    for (const auto& stalls : stalls_) {
        Clock::duration sum{0};
        for (std::size_t first = 0, last = 0; last < stalls.size(); ++last) {
            sum += stalls[last].late;
            while (stalls[last].end - stalls[first].end > window)
                sum -= stalls[first++].late;
            most = std::max(most, sum);
        }
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(most);
}

void MachineWatch::watch(unsigned processor, int priority) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(processor, &only);
    pthread_setaffinity_np(pthread_self(), sizeof only, &only);
    const sched_param parameters{.sched_priority = priority};
    // Without the permission the watch is late when others compute: then so is every thread of the audio
    // path.
    if (priority > 0) pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
    auto due = std::chrono::steady_clock::now();
    while (!stop_) {
        due += period;
        std::this_thread::sleep_until(due);
        const auto now = std::chrono::steady_clock::now();
        if (const auto late = now - due; late > tolerated) {
            const std::lock_guard lock(mutex_);
            stalls_[processor].push_back({now, late});
            due = now;
        }
    }
}

MachineWatch& machine_watch() {
    static MachineWatch watch;
    return watch;
}

}  // namespace tipring::test
