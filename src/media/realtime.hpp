// Real-time rights of the media thread. Thread: core, at start.
#pragma once

#include <string>
#include <thread>

namespace tipring::media {

/// Gives `thread` SCHED_FIFO; empty on success, otherwise what is missing and what to do.
std::string make_realtime(std::thread& thread, int priority);
/// Keeps the process' pages in memory as they are touched; empty on success, otherwise what is missing and
/// what to do.
std::string lock_memory();

}  // namespace tipring::media
