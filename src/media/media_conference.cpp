// MediaLoop, the part that connects endpoints and runs conferences of three. A conference is a hub with two
// peers, its spokes; there each member hears the sum of the two others, made in one step for all of them.
// Thread: media; real-time safe.
#include <array>

#include "media_loop.hpp"
#include "mixer.hpp"

namespace tipring::media {

namespace {

constexpr std::size_t member_count = Endpoint::most_peers + 1;
using Members = std::array<Endpoint*, member_count>;

Members members_of(Endpoint& hub) noexcept {
    return {&hub, hub.peers()[0], hub.peers()[1]};
}

/// What `listener` hears of what `speaker` said; null: nothing.
const Block* audible(const Endpoint& speaker, const Block* said, const Endpoint& listener) noexcept {
    const bool as_event = said != nullptr && said->relayed && speaker.has_peer(listener);
    return as_event && listener.carries_events() ? nullptr : said;
}

bool takes_audio(Endpoint& member) noexcept {
    return member.type() == Endpoint::Type::rtp || static_cast<LineEndpoint&>(member).clocks();
}

/// `clocked`: what `clock` said; the others are asked.
void step(const Members& members, const Endpoint* clock, const Block* clocked) noexcept {
    std::array<const Block*, member_count> said{};
    for (std::size_t i = 0; i < member_count; ++i)
        said[i] = members[i] == clock ? clocked : members[i]->say();
    Block sum;
    for (std::size_t i = 0; i < member_count; ++i) {
        auto& listener = *members[i];
        if (!takes_audio(listener)) continue;
        const std::size_t a = (i + 1) % member_count, b = (i + 2) % member_count;
        mix(audible(*members[a], said[a], listener), audible(*members[b], said[b], listener), listener.law(),
            sum);
        listener.hear(sum);
    }
}

void tell_change(Endpoint& end) noexcept {
    end.conference_changed();
    for (auto* peer : end.peers())
        peer->conference_changed();
}

}  // namespace

LineEndpoint* MediaLoop::clock_of(Endpoint& member) noexcept {
    Endpoint& hub = member.is_hub() ? member : *member.peer();
    for (auto* candidate : members_of(hub)) {
        if (candidate->type() != Endpoint::Type::line) continue;
        auto* line = static_cast<LineEndpoint*>(candidate);
        if (line->clocks()) return line;
    }
    return nullptr;
}

void MediaLoop::run_conferences() noexcept {
    for (auto* hub : hubs_) {
        auto* clock = clock_of(*hub);
        if (clock == nullptr) continue;
        const auto members = members_of(*hub);
        for (auto* member : members) {
            if (member->type() == Endpoint::Type::line)
                static_cast<LineEndpoint*>(member)->join(member == clock, clock->blocks());
        }
        for (std::size_t i = 0; i < clock->blocks(); ++i) {
            step(members, clock, &clock->capture(i));
            for (auto* member : members) {
                if (member->type() == Endpoint::Type::rtp) static_cast<RtpEndpoint*>(member)->send_block();
            }
        }
    }
}

void MediaLoop::step_unclocked() noexcept {
    for (auto* hub : hubs_) {
        if (clock_of(*hub) == nullptr) step(members_of(*hub), nullptr, nullptr);
    }
}

void MediaLoop::connect(Endpoint& a, Endpoint& b) noexcept {
    if (a.has_peer(b)) return;
    make_room(a);
    make_room(b);
    if (a.peer() != nullptr && b.peer() != nullptr) {
        disconnect(a);
        disconnect(b);
    }
    a.add_peer(b);
    b.add_peer(a);
    // At most one of them had a peer before. The vector was reserved for the most endpoints.
    if (a.is_hub()) hubs_.push_back(&a);
    if (b.is_hub()) hubs_.push_back(&b);
    tell_change(a);
    tell_change(b);
}

void MediaLoop::make_room(Endpoint& endpoint) noexcept {
    // Of a hub the older connection ends, of a spoke the only one.
    if (endpoint.in_conference()) part(endpoint, *endpoint.peer());
}

void MediaLoop::part(Endpoint& a, Endpoint& b) noexcept {
    if (!a.has_peer(b)) return;
    std::erase_if(hubs_, [&](const Endpoint* hub) { return hub == &a || hub == &b; });
    a.drop_peer(b);
    b.drop_peer(a);
    tell_change(a);
    tell_change(b);
}

void MediaLoop::disconnect(Endpoint& endpoint) noexcept {
    while (endpoint.peer() != nullptr)
        part(endpoint, *endpoint.peer());
}

}  // namespace tipring::media
