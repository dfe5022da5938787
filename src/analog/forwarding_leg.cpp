// ForwardingLeg (forwarding_leg.hpp). Thread: core.
#include "forwarding_leg.hpp"

#include <utility>

namespace tipring::analog {

ForwardingLeg::ForwardingLeg(base::LegId id, std::string endpoint_name, base::Reactor& reactor,
                             routing::Source source, call::Presentation presentation, std::string number,
                             call::DivertReason reason)
    : Leg(id, std::move(endpoint_name)),
      reactor_(reactor),
      source_(std::move(source)),
      presentation_(presentation),
      number_(std::move(number)),
      reason_(reason),
      self_(std::make_shared<ForwardingLeg*>(this)) {}

template <class Report>
void ForwardingLeg::post(Report report) {
    if (std::exchange(over_, true)) return;
    reactor_.post([weak = std::weak_ptr(self_), report] {
        const auto self = weak.lock();
        if (!self) return;
        auto& leg = **self;
        if (leg.observer() != nullptr) report(*leg.observer(), leg);
    });
}

void ForwardingLeg::start(const call::CallRequest&) {
    post([](call::LegObserver& observer, ForwardingLeg& leg) {
        observer.on_redirected(leg, leg.number_, leg.reason_);
    });
}

void ForwardingLeg::release(const call::Cause& cause) {
    post([cause](call::LegObserver& observer, ForwardingLeg& leg) { observer.on_released(leg, cause); });
}

}  // namespace tipring::analog
