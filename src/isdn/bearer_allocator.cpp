#include "bearer_allocator.hpp"

#include <algorithm>

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

BearerState BearerAllocator::state(const Bearer& bearer) const {
    if (bearer.out_of_service) return BearerState::out_of_service;
    if (bearer.alarm || span_alarm_) return BearerState::alarm;
    if (bearer.in_use) return BearerState::in_use;
    if (bearer.restarting) return BearerState::restarting;
    return BearerState::idle;
}

BearerState BearerAllocator::state(unsigned position) const {
    const auto* bearer = find(position);
    return bearer != nullptr ? state(*bearer) : BearerState::out_of_service;
}

BearerAllocator::Bearer* BearerAllocator::choose() {
    const std::size_t count = bearers_.size();
    for (std::size_t step = 0; step < count; ++step) {
        std::size_t index = step;
        if (choice_ == config::ChannelChoice::descending) index = count - 1 - step;
        if (choice_ == config::ChannelChoice::round_robin) index = (next_ + step) % count;
        if (state(bearers_[index]) != BearerState::idle || bearers_[index].in_use) continue;
        next_ = (index + 1) % count;
        return &bearers_[index];
    }
    return nullptr;
}

std::optional<unsigned> BearerAllocator::take_outgoing() {
    auto* bearer = choose();
    if (bearer == nullptr) return std::nullopt;
    bearer->in_use = true;
    bearer->ours_unconfirmed = true;
    return bearer->position;
}

void BearerAllocator::confirm(unsigned position) {
    if (auto* bearer = find(position)) bearer->ours_unconfirmed = false;
}

BearerAllocator::Incoming BearerAllocator::take_incoming(std::optional<unsigned> wanted, bool exclusive) {
    Bearer* bearer = wanted ? find(*wanted) : nullptr;
    if (bearer == nullptr && wanted && exclusive) return {.cause = identified_channel_does_not_exist};
    if (bearer != nullptr) {
        bearer->restarting = false;
        const bool usable = !bearer->out_of_service && !bearer->alarm && !span_alarm_;
        const bool collision = bearer->in_use && bearer->ours_unconfirmed && !network_side_;
        if (usable && (!bearer->in_use || collision)) {
            bearer->in_use = true;
            bearer->ours_unconfirmed = false;
            return {.position = bearer->position, .displaced = collision};
        }
        if (exclusive) return {.cause = call::q850::requested_circuit_unavailable};
    }
    bearer = choose();
    if (bearer == nullptr) return {.cause = call::q850::no_circuit_available};
    bearer->in_use = true;
    return {.position = bearer->position};
}

bool BearerAllocator::move(unsigned from, unsigned to) {
    auto* target = find(to);
    if (target == nullptr || target->in_use || target->out_of_service) return false;
    release(from);
    target->in_use = true;
    target->ours_unconfirmed = false;
    target->restarting = false;
    return true;
}

void BearerAllocator::release(unsigned position) {
    auto* bearer = find(position);
    if (bearer == nullptr) return;
    bearer->in_use = false;
    bearer->ours_unconfirmed = false;
}

bool BearerAllocator::hold(unsigned position) {
    auto* bearer = find(position);
    if (bearer == nullptr || bearer->in_use) return false;
    bearer->in_use = true;
    bearer->ours_unconfirmed = false;
    return true;
}

void BearerAllocator::begin_restart(unsigned position) {
    if (auto* bearer = find(position)) bearer->restarting = true;
}

void BearerAllocator::end_restart(unsigned position) {
    if (auto* bearer = find(position)) bearer->restarting = false;
}

void BearerAllocator::set_in_service(unsigned position, bool in_service) {
    if (auto* bearer = find(position)) bearer->out_of_service = !in_service;
}

void BearerAllocator::set_alarm(unsigned position, bool alarm) {
    if (auto* bearer = find(position)) bearer->alarm = alarm;
}

unsigned BearerAllocator::in_use() const {
    return static_cast<unsigned>(
        std::count_if(bearers_.begin(), bearers_.end(), [](const Bearer& bearer) { return bearer.in_use; }));
}

unsigned BearerAllocator::idle() const {
    return static_cast<unsigned>(
        std::count_if(bearers_.begin(), bearers_.end(),
                      [this](const Bearer& bearer) { return state(bearer) == BearerState::idle; }));
}

}  // namespace tipring::isdn
