// The table of channel_state.hpp, and what holds in every state that events can lead to.
#include "channel_state.hpp"

#include <catch2/catch.hpp>
#include <deque>
#include <vector>

using namespace tipring;
using isdn::BearerState;
using isdn::ChannelEvent;
using isdn::ChannelState;

namespace {

ChannelState after(std::initializer_list<ChannelEvent> events) {
    ChannelState state;
    for (const auto event : events)
        REQUIRE(state.apply(event));
    return state;
}

constexpr auto last_channel_event = static_cast<int>(ChannelEvent::removed);

/// Every state that can be reached, by trying all events on all of them.
std::vector<ChannelState> reachable() {
    std::vector<ChannelState> all{{}};
    std::deque<ChannelState> to_try{{}};
    while (!to_try.empty()) {
        const auto from = to_try.front();
        to_try.pop_front();
        for (int event = 0; event <= last_channel_event; ++event) {
            auto state = from;
            state.apply(static_cast<ChannelEvent>(event));
            if (std::find(all.begin(), all.end(), state) != all.end()) continue;
            all.push_back(state);
            to_try.push_back(state);
        }
    }
    return all;
}

}  // namespace

TEST_CASE("a channel shows what stands most in the way, and what was hidden comes back") {
    using Event = ChannelEvent;
    ChannelState state;
    CHECK(state.shown() == BearerState::idle);
    REQUIRE(state.apply(Event::restart_begin));
    CHECK(state.shown() == BearerState::restarting);
    REQUIRE(state.apply(Event::remote_out));
    CHECK(state.shown() == BearerState::out_of_service_remote);
    REQUIRE(state.apply(Event::service_out));
    CHECK(state.shown() == BearerState::out_of_service);
    REQUIRE(state.apply(Event::alarm));
    CHECK(state.shown() == BearerState::alarm);
    REQUIRE(state.apply(Event::span_alarm));
    REQUIRE(state.apply(Event::alarm_clear));
    CHECK(state.shown() == BearerState::alarm);
    REQUIRE(state.apply(Event::span_alarm_clear));
    CHECK(state.shown() == BearerState::out_of_service);
    REQUIRE(state.apply(Event::service_in));
    CHECK(state.shown() == BearerState::out_of_service_remote);
    REQUIRE(state.apply(Event::remote_in));
    CHECK(state.shown() == BearerState::restarting);
    REQUIRE(state.apply(Event::restart_end));
    CHECK(state.shown() == BearerState::idle);
}

TEST_CASE("a call goes on through alarm and service, and the channel is what it was after it") {
    using Event = ChannelEvent;
    auto state = after({Event::seize_ours, Event::confirm, Event::service_out});
    CHECK(state.shown() == BearerState::in_use);
    REQUIRE(state.apply(Event::alarm));
    CHECK(state.shown() == BearerState::alarm);
    CHECK(state.in_use());
    REQUIRE(state.apply(Event::alarm_clear));
    REQUIRE(state.apply(Event::release));
    CHECK(state.shown() == BearerState::out_of_service);
}

TEST_CASE("a SETUP of the other end takes channels that restart or that it had taken out of service itself") {
    using Event = ChannelEvent;
    for (const auto event : {Event::restart_begin, Event::remote_out}) {
        auto state = after({event});
        CHECK_FALSE(ChannelState(state).apply(Event::seize_ours));
        REQUIRE(state.apply(Event::seize_theirs));
        CHECK_FALSE(state.unconfirmed());
        REQUIRE(state.apply(Event::release));
        CHECK(state.idle());
    }
    for (const auto event : {Event::service_out, Event::alarm, Event::span_alarm, Event::loop, Event::removed,
                             Event::seize_ours, Event::seize_theirs}) {
        auto state = after({event});
        CHECK_FALSE(state.apply(Event::seize_theirs));
        CHECK_FALSE(state.apply(Event::seize_ours));
        CHECK_FALSE(state.apply(Event::restart_begin));
    }
}

TEST_CASE("no state of a channel is a trap, and a refused event changes nothing") {
    using Event = ChannelEvent;
    const auto all = reachable();
    CHECK(all.size() > 100);
    for (const auto& state : all) {
        for (int event = 0; event <= last_channel_event; ++event) {
            auto next = state;
            if (!next.apply(static_cast<Event>(event))) CHECK(next == state);
        }
        CHECK(ChannelState(state).apply(Event::seize_ours) == (state.shown() == BearerState::idle));
        if (state.unconfirmed()) CHECK(state.in_use());
        if (state.lent()) CHECK((state.in_use() && !state.unconfirmed()));
        auto freed = state;
        for (const auto event : {Event::release, Event::restart_end, Event::service_in, Event::remote_in,
                                 Event::alarm_clear, Event::span_alarm_clear, Event::loop_clear})
            REQUIRE(freed.apply(event));
        CHECK(freed.idle() == !state.removed());
    }
}
