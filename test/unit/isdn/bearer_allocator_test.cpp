#include "bearer_allocator.hpp"

#include <catch2/catch.hpp>

using namespace tipring;
using isdn::BearerAllocator;
using isdn::BearerState;
using Choice = config::ChannelChoice;

namespace {
const std::vector<unsigned> four = {1, 2, 3, 4};
}

TEST_CASE("the choice of channels follows the configured order") {
    BearerAllocator ascending(four, Choice::ascending, false);
    CHECK(ascending.take_outgoing() == 1U);
    CHECK(ascending.take_outgoing() == 2U);
    ascending.release(1);
    CHECK(ascending.take_outgoing() == 1U);

    BearerAllocator descending(four, Choice::descending, false);
    CHECK(descending.take_outgoing() == 4U);
    CHECK(descending.take_outgoing() == 3U);

    BearerAllocator round(four, Choice::round_robin, false);
    CHECK(round.take_outgoing() == 1U);
    round.release(1);
    CHECK(round.take_outgoing() == 2U);
    round.release(2);
    CHECK(round.take_outgoing() == 3U);
    CHECK(round.take_outgoing() == 4U);
    CHECK(round.take_outgoing() == 1U);
}

TEST_CASE("no channel is given twice, and none is left when all are taken") {
    BearerAllocator allocator(four, Choice::ascending, false);
    for (int i = 0; i < 4; ++i)
        REQUIRE(allocator.take_outgoing());
    CHECK_FALSE(allocator.take_outgoing());
    CHECK(allocator.in_use() == 4);
    CHECK(allocator.idle() == 0);
    CHECK(allocator.take_incoming(std::nullopt, false).cause == 34);
}

TEST_CASE("an incoming call gets the channel it names, another one when it may, or cause 44") {
    BearerAllocator allocator(four, Choice::ascending, true);
    CHECK(allocator.take_incoming(3, true).position == 3);
    const auto busy = allocator.take_incoming(3, true);
    CHECK(busy.position == 0);
    CHECK(busy.cause == 44);
    CHECK(allocator.take_incoming(3, false).position == 1);
    CHECK(allocator.take_incoming(std::nullopt, false).position == 2);
    CHECK(allocator.take_incoming(31, true).cause == 82);
    CHECK(allocator.take_incoming(31, false).position == 4);
    CHECK(allocator.take_incoming(31, false).cause == 34);
}

TEST_CASE("when both sides choose the same channel, the user side yields") {
    BearerAllocator user(four, Choice::ascending, false);
    REQUIRE(user.take_outgoing() == 1U);
    const auto taken = user.take_incoming(1, true);
    CHECK(taken.position == 1);
    CHECK(taken.displaced);
    CHECK(user.in_use() == 1);
    CHECK(user.take_incoming(1, true).cause == 44);

    BearerAllocator confirmed(four, Choice::ascending, false);
    REQUIRE(confirmed.take_outgoing() == 1U);
    confirmed.confirm(1);
    CHECK(confirmed.take_incoming(1, true).cause == 44);

    BearerAllocator network(four, Choice::ascending, true);
    REQUIRE(network.take_outgoing() == 1U);
    CHECK(network.take_incoming(1, true).cause == 44);
    CHECK(network.take_incoming(1, false).position == 2);
}

TEST_CASE("a call moves to the channel that the network names, if that is free") {
    BearerAllocator allocator(four, Choice::ascending, false);
    REQUIRE(allocator.take_outgoing() == 1U);
    REQUIRE(allocator.take_incoming(2, true).position == 2);
    CHECK_FALSE(allocator.move(1, 2).done);
    CHECK_FALSE(allocator.move(1, 9).done);
    CHECK(allocator.move(1, 4).done);
    CHECK(allocator.state(1) == BearerState::idle);
    CHECK(allocator.state(4) == BearerState::in_use);
    CHECK(allocator.move(0, 3).done);
    CHECK(allocator.in_use() == 3);
}

TEST_CASE("a call that the peer moves takes the channel of one that it has not agreed to yet") {
    for (const bool network : {false, true}) {
        CAPTURE(network);
        BearerAllocator allocator(four, Choice::ascending, network);
        REQUIRE(allocator.take_outgoing() == 1U);
        REQUIRE(allocator.take_outgoing() == 2U);
        const auto moved = allocator.move(1, 2);
        CHECK(moved.done);
        CHECK(moved.displaced);
        CHECK(allocator.state(1) == BearerState::idle);
        CHECK_FALSE(allocator.channel(2).unconfirmed());
        CHECK(allocator.in_use() == 1);

        REQUIRE(allocator.take_outgoing() == 1U);
        allocator.confirm(1);
        CHECK_FALSE(allocator.move(2, 1).done);
        CHECK_FALSE(allocator.move(2, 3).displaced);
    }
}

TEST_CASE("a channel in alarm is refused to the peer's move, and the call that waits for it keeps it") {
    BearerAllocator allocator(four, Choice::ascending, false);
    REQUIRE(allocator.take_outgoing() == 1U);
    REQUIRE(allocator.take_outgoing() == 2U);
    allocator.set_alarm(2, true);
    CHECK_FALSE(allocator.move(1, 2).done);
    allocator.set_alarm(2, false);
    CHECK(allocator.channel(2).unconfirmed());
    CHECK(allocator.state(1) == BearerState::in_use);
}

TEST_CASE("channels that restart, are out of service or in alarm are not chosen") {
    BearerAllocator allocator(four, Choice::ascending, false);
    allocator.begin_restart(1);
    allocator.set_in_service(2, false);
    allocator.set_alarm(3, true);
    CHECK(allocator.state(1) == BearerState::restarting);
    CHECK(allocator.state(2) == BearerState::out_of_service);
    CHECK(allocator.state(3) == BearerState::alarm);
    CHECK(allocator.take_outgoing() == 4U);
    CHECK_FALSE(allocator.take_outgoing());
    CHECK(allocator.take_incoming(2, true).cause == 44);
    CHECK(allocator.take_incoming(3, true).cause == 44);
    // A SETUP on a restarting channel says that the other side holds it for idle.
    CHECK(allocator.take_incoming(1, true).position == 1);
    allocator.set_in_service(2, true);
    allocator.set_alarm(3, false);
    CHECK(allocator.idle() == 2);
    allocator.set_span_alarm(true);
    CHECK(allocator.idle() == 0);
    CHECK(allocator.in_use() == 2);
    CHECK_FALSE(allocator.take_outgoing());
    allocator.release(99);
    allocator.set_alarm(99, true);
    CHECK(allocator.state(99) == BearerState::out_of_service);
}
