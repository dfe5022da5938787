// Tells systemd that the service is ready, alive or stopping (sd_notify(3)); does nothing without it. Thread:
// core.
#pragma once

#include <string_view>

#include "tipring/base/reactor.hpp"

namespace tipring::daemon {

class ServiceManager {
  public:
    explicit ServiceManager(base::Reactor& reactor);
    /// "ready", and from then on a sign of life at half the watchdog's interval, sent from the core thread's
    /// own loop.
    void ready();
    /// The line that `systemctl status` shows.
    void status(std::string_view text);
    void stopping();

  private:
    void feed_watchdog();

    base::Timer timer_;
    base::Duration interval_{0};
};

}  // namespace tipring::daemon
