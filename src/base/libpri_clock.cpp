#include "tipring/base/libpri_clock.hpp"

#include <atomic>

namespace tipring::base {
namespace {

std::chrono::microseconds steady() noexcept {
    return std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
}

std::atomic<LibpriClock> libpri_clock{steady};

}  // namespace

std::chrono::microseconds libpri_now() noexcept {
    return libpri_clock.load(std::memory_order_relaxed)();
}

void set_libpri_clock(LibpriClock clock) noexcept {
    libpri_clock.store(clock != nullptr ? clock : steady, std::memory_order_relaxed);
}

}  // namespace tipring::base

extern "C" int tipring_pri_gettimeofday(timeval* now, void*) noexcept {
    const auto time = tipring::base::libpri_now();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    now->tv_sec = seconds.count();
    now->tv_usec = (time - seconds).count();
    return 0;
}
