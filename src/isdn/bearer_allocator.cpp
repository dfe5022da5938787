#include "bearer_allocator.hpp"

#include <algorithm>

#include "bearer_position.hpp"
#include "tipring/call/cause.hpp"

namespace tipring::isdn {

namespace {
constexpr std::uint8_t identified_channel_does_not_exist = 82;  // Q.850 2.2.7.1.2
}

BearerAllocator::BearerAllocator(std::vector<unsigned> positions, config::ChannelChoice choice,
                                 bool network_side)
    : positions_(std::move(positions)), choice_(choice), network_side_(network_side) {
    std::sort(positions_.begin(), positions_.end());
    positions_.erase(std::unique(positions_.begin(), positions_.end()), positions_.end());
    for (const unsigned position : positions_)
        bearers_.push_back({.position = position});
}

const BearerAllocator::Bearer* BearerAllocator::find(unsigned position) const {
    const auto found =
        std::lower_bound(bearers_.begin(), bearers_.end(), position,
                         [](const Bearer& bearer, unsigned wanted) { return bearer.position < wanted; });
    return found != bearers_.end() && found->position == position ? &*found : nullptr;
}

BearerAllocator::Bearer* BearerAllocator::find(unsigned position) {
    return const_cast<Bearer*>(std::as_const(*this).find(position));
}

bool BearerAllocator::apply(unsigned position, ChannelEvent event) {
    auto* bearer = find(position);
    return bearer != nullptr && bearer->state.apply(event);
}

ChannelState BearerAllocator::channel(unsigned position) const {
    const auto* bearer = find(position);
    if (bearer != nullptr) return bearer->state;
    ChannelState none;
    none.apply(ChannelEvent::removed);
    return none;
}

BearerState BearerAllocator::state(unsigned position) const {
    return channel(position).shown();
}

BearerAllocator::Bearer* BearerAllocator::choose() {
    const std::size_t count = bearers_.size();
    for (std::size_t step = 0; step < count; ++step) {
        std::size_t index = step;
        if (choice_ == config::ChannelChoice::descending) index = count - 1 - step;
        if (choice_ == config::ChannelChoice::round_robin) index = (next_ + step) % count;
        if (!bearers_[index].state.idle()) continue;
        next_ = (index + 1) % count;
        return &bearers_[index];
    }
    return nullptr;
}

std::optional<unsigned> BearerAllocator::take_outgoing() {
    auto* bearer = choose();
    if (bearer == nullptr) return std::nullopt;
    bearer->state.apply(ChannelEvent::seize_ours);
    return bearer->position;
}

void BearerAllocator::confirm(unsigned position) {
    apply(position, ChannelEvent::confirm);
}

BearerAllocator::Incoming BearerAllocator::take_incoming(std::optional<unsigned> wanted, bool exclusive) {
    Bearer* bearer = wanted ? find(*wanted) : nullptr;
    if (bearer == nullptr && wanted && exclusive) return {.cause = identified_channel_does_not_exist};
    if (bearer != nullptr) {
        const bool collision = bearer->state.unconfirmed() && !network_side_;
        auto taken = bearer->state;
        if (collision) taken.apply(ChannelEvent::release);
        if (taken.apply(ChannelEvent::seize_theirs)) {
            bearer->state = taken;
            return {.position = bearer->position, .displaced = collision};
        }
        // Whoever sends a SETUP on a channel holds it for restarted, and may have to be told another one.
        bearer->state.apply(ChannelEvent::restart_end);
        if (exclusive) return {.cause = call::q850::requested_circuit_unavailable};
    }
    bearer = choose();
    if (bearer == nullptr) return {.cause = call::q850::no_circuit_available};
    bearer->state.apply(ChannelEvent::seize_theirs);
    return {.position = bearer->position};
}

BearerAllocator::Move BearerAllocator::move(unsigned from, unsigned to) {
    auto* bearer = find(to);
    if (bearer == nullptr) return {};
    const bool displaced = bearer->state.unconfirmed();
    auto taken = bearer->state;
    if (displaced) taken.apply(ChannelEvent::release);
    if (!taken.apply(ChannelEvent::seize_theirs)) return {};
    bearer->state = taken;
    release(from);
    return {.done = true, .displaced = displaced};
}

void BearerAllocator::release(unsigned position) {
    apply(position, ChannelEvent::release);
}

bool BearerAllocator::hold(unsigned position) {
    return apply(position, ChannelEvent::lend);
}

bool BearerAllocator::begin_restart(unsigned position) {
    return apply(position, ChannelEvent::restart_begin);
}

void BearerAllocator::end_restart(unsigned position) {
    apply(position, ChannelEvent::restart_end);
}

void BearerAllocator::set_in_service(unsigned position, bool in_service) {
    apply(position, in_service ? ChannelEvent::service_in : ChannelEvent::service_out);
}

void BearerAllocator::set_remote_in_service(unsigned position, bool in_service) {
    apply(position, in_service ? ChannelEvent::remote_in : ChannelEvent::remote_out);
}

void BearerAllocator::set_alarm(unsigned position, bool alarm) {
    apply(position, alarm ? ChannelEvent::alarm : ChannelEvent::alarm_clear);
}

void BearerAllocator::set_span_alarm(bool alarm, unsigned interface) {
    for (auto& bearer : bearers_) {
        if (interface_of(bearer.position) != interface) continue;
        bearer.state.apply(alarm ? ChannelEvent::span_alarm : ChannelEvent::span_alarm_clear);
    }
}

void BearerAllocator::set_looped(bool looped, unsigned interface) {
    for (auto& bearer : bearers_) {
        if (interface_of(bearer.position) != interface) continue;
        bearer.state.apply(looped ? ChannelEvent::loop : ChannelEvent::loop_clear);
    }
}

void BearerAllocator::remove(unsigned position) {
    apply(position, ChannelEvent::removed);
}

unsigned BearerAllocator::in_use() const {
    return static_cast<unsigned>(std::count_if(bearers_.begin(), bearers_.end(),
                                               [](const Bearer& bearer) { return bearer.state.in_use(); }));
}

unsigned BearerAllocator::idle() const {
    return static_cast<unsigned>(std::count_if(bearers_.begin(), bearers_.end(),
                                               [](const Bearer& bearer) { return bearer.state.idle(); }));
}

}  // namespace tipring::isdn
