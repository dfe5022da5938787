#include "service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <string>

namespace tipring::daemon {

ServiceManager::ServiceManager(base::Reactor& reactor) : timer_(reactor) {
    std::uint64_t watchdog_us = 0;
    if (::sd_watchdog_enabled(0, &watchdog_us) > 0) interval_ = base::Duration(watchdog_us / 2000);
}

void ServiceManager::ready() {
    ::sd_notify(0, "READY=1");
    if (interval_.count() > 0) feed_watchdog();
}

void ServiceManager::status(std::string_view text) {
    ::sd_notify(0, ("STATUS=" + std::string(text)).c_str());
}

void ServiceManager::feed_watchdog() {
    ::sd_notify(0, "WATCHDOG=1");
    timer_.start(interval_, [this] { feed_watchdog(); });
}

void ServiceManager::stopping() {
    timer_.stop();
    ::sd_notify(0, "STOPPING=1");
}

}  // namespace tipring::daemon
