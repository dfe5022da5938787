// LibpriGuard: the one lock around libpri in a process. Two modules use libpri (isdn: the gateway's spans;
// farend: the model of the network), and in the demo they do so in one process on two threads. Thread: core
// and far-end threads, never media.
#pragma once

#include <mutex>
#include <string_view>

namespace tipring::base {

/// Held during every single call into libpri, and never while project code handles the result.
///
/// libpri 1.6.0 keeps its state per controller, except for a few mutable statics: the scheduler's `maxsched`
/// and `pool_id` (written whenever a timer starts), the text buffers of its message decoders, and the two log
/// hooks. Two threads may therefore not be inside it at once, even with different controllers. A call takes
/// some microseconds and neither thread is the media thread, so one lock costs nothing that matters.
class LibpriGuard {
  public:
    /// `label` names the controller in what libpri logs meanwhile, for example "span=1"; it must outlive the
    /// guard.
    explicit LibpriGuard(std::string_view label) : lock_(mutex()), previous_(current_label()) {
        current_label() = label;
    }
    ~LibpriGuard() { current_label() = previous_; }
    LibpriGuard(const LibpriGuard&) = delete;
    LibpriGuard& operator=(const LibpriGuard&) = delete;

    /// For libpri's log hooks, which are process-wide: who is calling libpri on this thread now.
    static std::string_view label() { return current_label(); }

  private:
    static std::mutex& mutex() {
        static std::mutex instance;
        return instance;
    }
    static std::string_view& current_label() {
        thread_local std::string_view instance;
        return instance;
    }

    std::lock_guard<std::mutex> lock_;
    std::string_view previous_;
};

}  // namespace tipring::base
