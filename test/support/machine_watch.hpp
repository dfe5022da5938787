// Whether the machine itself stood still: a stolen or emulated processor that stops for 100 ms is a gap in
// any audio, whoever carries it. Measured beside what is judged, so that a fault of the gateway is not
// excused.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace tipring::test {

/// One thread per processor at the highest real-time priority, which only looks how late it wakes up.
/// Thread: any.
class MachineWatch {
  public:
    MachineWatch();
    MachineWatch(const MachineWatch&) = delete;
    MachineWatch& operator=(const MachineWatch&) = delete;
    ~MachineWatch();

    void restart() { lost_us_ = 0; }
    /// The time lost since restart() by wake-ups that were more than 3 ms late, on all processors together.
    std::chrono::milliseconds stood_still() const { return std::chrono::milliseconds(lost_us_ / 1000); }

  private:
    void watch(unsigned processor);

    std::atomic<std::int64_t> lost_us_{0};
    std::atomic<bool> stop_{false};
    std::vector<std::thread> threads_;
};

/// The watch of this program, started at the first use.
MachineWatch& machine_watch();

}  // namespace tipring::test
