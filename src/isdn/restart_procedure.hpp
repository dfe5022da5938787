// RestartProcedure: RESTART of channels by our side (Q.931 5.5.1), one channel at a time because libpri
// supervises one. A peer that never acknowledges costs one channel one T316; no channel stays jammed. Thread:
// core.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "bearer_allocator.hpp"
#include "tipring/base/reactor.hpp"

namespace tipring::isdn {

class RestartProcedure {
  public:
    /// `send` sends RESTART for one channel; `on_failure` hears why a series was given up.
    RestartProcedure(base::Reactor& reactor, BearerAllocator& allocator, std::chrono::milliseconds t316,
                     std::function<void(unsigned)> send, std::function<void(const std::string&)> on_failure);

    /// Restarts the channel when it is its turn, unless it carries a call by then.
    void add(unsigned position);
    /// RESTART ACKNOWLEDGE; none: for whatever is outstanding.
    void acknowledged(std::optional<unsigned> position);
    /// A SETUP came on the channel: it works, and nothing more is waited for.
    void shown_idle(unsigned position);
    /// Layer 2 was lost: nothing will be acknowledged.
    void cancel();

  private:
    void next();
    void end_current();
    void timed_out();

    base::Timer timer_;
    BearerAllocator& allocator_;
    std::chrono::milliseconds t316_;
    std::function<void(unsigned)> send_;
    std::function<void(const std::string&)> on_failure_;
    std::deque<unsigned> waiting_;
    std::optional<unsigned> current_;
};

}  // namespace tipring::isdn
