// CoreLink: the only door from the SIP thread (and the resolver's helpers) to the core thread. It may outlive
// the service: what is reported after the observer has gone is dropped. Thread: report() any; close() core.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "messages.hpp"
#include "tipring/base/reactor.hpp"

namespace tipring::sip {

class CoreLink : public std::enable_shared_from_this<CoreLink> {
  public:
    CoreLink(base::Reactor& reactor, AgentObserver& observer) : reactor_(&reactor), observer_(&observer) {}

    /// Runs `task` with the observer on the core thread.
    void report(std::function<void(AgentObserver&)> task) {
        const std::lock_guard lock(mutex_);
        if (reactor_ == nullptr) return;
        reactor_->post([self = shared_from_this(), task = std::move(task)] {
            if (self->observer_ != nullptr) task(*self->observer_);
        });
    }
    /// Nothing is reported any more, not even what is already posted.
    void close() {
        const std::lock_guard lock(mutex_);
        reactor_ = nullptr;
        observer_ = nullptr;
    }

  private:
    std::mutex mutex_;
    base::Reactor* reactor_;
    AgentObserver* observer_;  ///< written and used on the core thread only
};

}  // namespace tipring::sip
