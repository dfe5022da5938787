// SimulatedNetwork, continued: both ends choose one channel at the same moment (Q.931 5.7). Thread: far end.
#include "isdn_network.hpp"

namespace tipring::farend {
namespace {

constexpr int cause_unusable_number = 28;

}  // namespace

/// Its own SETUP, which leaves as if it had not heard of theirs yet.
void SimulatedNetwork::cross(const IsdnEvent& setup) {
    std::string number;
    {
        const std::lock_guard lock(mutex_);
        number = options_.collide_with;
    }
    if (number.empty() || !setup.channel || !is_free(*setup.channel)) return;
    auto call =
        std::make_shared<NetworkCall>(*this, IsdnCallInfo{.called = number, .channel = *setup.channel}, law_);
    remember(call);
    call->record_ = link_.setup(call->info(), network_side_);
    if (call->record_ == nullptr) finish(call, cause_unusable_number);
}

/// Counts a collision; the user's call loses its channel in one (Q.931 5.7) and waits for another.
void SimulatedNetwork::give_way(const IsdnEvent& setup) {
    const std::lock_guard lock(mutex_);
    for (const auto& call : calls_) {
        if (!setup.channel || call->position_ != *setup.channel || call->arrived_here_ ||
            call->state() != "setup")
            continue;
        ++totals_.collisions;
        if (!network_side_) call->set_channel(0);
        return;
    }
}

}  // namespace tipring::farend
