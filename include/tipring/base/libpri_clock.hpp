// The clock that libpri's timers run by: monotonic, so that no step of the system's time ends calls or data
// links (docs/decisions/0009-libpri-on-a-monotonic-clock.md). Thread: those that use libpri.
#pragma once

#include <sys/time.h>

#include <chrono>

namespace tipring::base {

/// Time since any fixed moment; never goes back.
using LibpriClock = std::chrono::microseconds (*)() noexcept;

/// What libpri takes for the time of day. Default: CLOCK_MONOTONIC.
std::chrono::microseconds libpri_now() noexcept;

/// For tests: libpri's timers run by this clock from now on; null: the default again.
void set_libpri_clock(LibpriClock clock) noexcept;

}  // namespace tipring::base

/// In place of gettimeofday() in our copy of libpri (cmake/Libpri.cmake). Returns 0.
extern "C" int tipring_pri_gettimeofday(timeval* now, void* zone) noexcept;
