// Whether the machine itself stood still: a stolen or emulated processor that stops for 100 ms is a gap in
// any audio, whoever carries it. Measured beside what is judged, so that a fault of the gateway is not
// excused.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

namespace tipring::test {

/// One thread per processor at a real-time priority, which only looks how late it wakes up.
/// Thread: any.
class MachineWatch {
  public:
    /// `priority`: of SCHED_FIFO, 1..99; the highest sees only what the machine itself loses. 0: normal
    /// scheduling.
    explicit MachineWatch(int priority = highest_priority);
    MachineWatch(const MachineWatch&) = delete;
    MachineWatch& operator=(const MachineWatch&) = delete;
    ~MachineWatch();

    void restart();
    /// The most that one processor lost within any quarter of a second since restart(), by wake-ups that were
    /// more than 3 ms late: the longest gap that the machine may have made by itself.
    std::chrono::milliseconds stood_still() const;

    static constexpr int highest_priority = 99;

  private:
    using Clock = std::chrono::steady_clock;
    struct Stall {
        Clock::time_point end;
        Clock::duration late;
    };

    void watch(unsigned processor, int priority);

    mutable std::mutex mutex_;
    std::vector<std::vector<Stall>> stalls_;  ///< of each processor, oldest first
    std::atomic<bool> stop_{false};
    std::vector<std::thread> threads_;
};

/// The watch of this program, started at the first use.
MachineWatch& machine_watch();

}  // namespace tipring::test
