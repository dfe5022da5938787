// RESTART by our side against a clock that the test moves.
#include "restart_procedure.hpp"

#include <catch2/catch.hpp>

#include "manual_reactor.hpp"

using namespace tipring;
using isdn::BearerState;

namespace {

using namespace std::chrono_literals;

struct RestartBench {
    test::ManualReactor reactor;
    isdn::BearerAllocator allocator{{1, 2, 3}, config::ChannelChoice::ascending, false};
    std::vector<unsigned> sent;
    std::vector<std::string> failures;
    isdn::RestartProcedure procedure{reactor,
                                     allocator,
                                     {.t316 = 120s, .n316 = 2},
                                     [this](unsigned position) { sent.push_back(position); },
                                     [this](const std::string& text) { failures.push_back(text); }};
};

}  // namespace

TEST_CASE("channels are restarted one after the other, and only those without a call") {
    RestartBench bench;
    REQUIRE(bench.allocator.take_incoming(2, true).position == 2);
    for (const unsigned position : {1U, 2U, 3U, 3U})
        bench.procedure.add(position);
    CHECK(bench.sent == std::vector<unsigned>{1});
    CHECK(bench.allocator.state(3) == BearerState::idle);  // usable until its turn
    bench.procedure.acknowledged(1);
    CHECK(bench.sent == std::vector<unsigned>{1, 3});
    bench.procedure.acknowledged(7);  // for a channel that nobody asked for
    CHECK(bench.allocator.state(3) == BearerState::restarting);
    bench.procedure.acknowledged(std::nullopt);
    CHECK(bench.allocator.idle() == 2);
    CHECK(bench.procedure.counters().acknowledged == 2);
    bench.reactor.advance(1h);
    CHECK(bench.sent.size() == 2);
    CHECK(bench.failures.empty());
}

TEST_CASE("after N316 times T316 without an answer the channel is idle again") {
    RestartBench bench;
    bench.procedure.add(1);
    bench.reactor.advance(119s);
    CHECK(bench.sent == std::vector<unsigned>{1});
    bench.reactor.advance(1s);
    CHECK(bench.sent == std::vector<unsigned>{1, 1});
    CHECK(bench.allocator.state(1) == BearerState::restarting);
    bench.reactor.advance(120s);
    CHECK(bench.allocator.idle() == 3);
    REQUIRE(bench.failures.size() == 1);
    CHECK(bench.failures[0].find("channel 1") != std::string::npos);
    CHECK(bench.procedure.counters().failed == 1);
    CHECK(bench.sent == std::vector<unsigned>{1, 1});
    // The answer that comes too late does no harm, and a new series begins from the start.
    bench.procedure.acknowledged(1);
    CHECK(bench.procedure.counters().acknowledged == 0);
    bench.procedure.add(3);
    bench.reactor.advance(120s);
    CHECK(bench.sent == std::vector<unsigned>{1, 1, 3, 3});
}

TEST_CASE("a channel that is not acknowledged costs the others no turn, and two in a row are a deaf peer") {
    RestartBench bench;
    const auto restart_all = [&bench] {
        bench.sent.clear();
        for (const unsigned position : {1U, 2U, 3U})
            bench.procedure.add(position);
    };
    restart_all();
    bench.reactor.advance(240s);
    CHECK(bench.sent == std::vector<unsigned>{1, 1, 2});
    SECTION("one") {
        bench.procedure.acknowledged(2);
        CHECK(bench.sent == std::vector<unsigned>{1, 1, 2, 3});
        bench.reactor.advance(240s);
        CHECK(bench.procedure.counters().failed == 2);
        restart_all();  // the last one was the first of a row
        CHECK(bench.sent == std::vector<unsigned>{1});
        bench.procedure.acknowledged(1);
        CHECK(bench.sent == std::vector<unsigned>{1, 2});
    }
    SECTION("two") {
        bench.reactor.advance(240s);
        CHECK(bench.sent == std::vector<unsigned>{1, 1, 2, 2});
        CHECK(bench.allocator.idle() == 3);
        CHECK(bench.failures.size() == 2);
        restart_all();
        bench.reactor.advance(240s);
        CHECK(bench.sent == std::vector<unsigned>{1, 1});  // still deaf
    }
    SECTION("two with a new data link between them") {
        CHECK(bench.procedure.cancel() == std::vector<unsigned>{2, 3});
        restart_all();
        bench.reactor.advance(240s);
        CHECK(bench.sent == std::vector<unsigned>{1, 1, 2});
    }
}

TEST_CASE("RESTART is not repeated when something else has ended it, or has the channel") {
    RestartBench bench;
    for (const unsigned position : {1U, 2U, 3U})
        bench.procedure.add(position);
    SECTION("a SETUP on it that was refused, and then a call of ours") {
        REQUIRE(bench.allocator.take_incoming(3, true).position == 3);
        bench.allocator.set_in_service(1, false);
        REQUIRE(bench.allocator.take_incoming(1, true).cause == 44);
        bench.allocator.set_in_service(1, true);
        REQUIRE(bench.allocator.take_outgoing() == 1U);
    }
    SECTION("a test") {
        REQUIRE(bench.allocator.take_incoming(3, true).position == 3);
        REQUIRE(bench.allocator.hold(1));
    }
    bench.reactor.advance(120s);
    CHECK(bench.sent == std::vector<unsigned>{1, 2});
    CHECK(bench.procedure.counters().failed == 0);
    CHECK(bench.allocator.state(1) == BearerState::in_use);
    bench.allocator.release(1);
    CHECK(bench.allocator.state(1) == BearerState::idle);
}

TEST_CASE(
    "a channel that is lent to a test when it waits for its turn, or for an answer, is restarted after the "
    "test") {
    RestartBench bench;
    bench.procedure.add(1);
    bench.procedure.add(2);
    REQUIRE(bench.allocator.hold(1));
    REQUIRE(bench.allocator.hold(2));
    bench.procedure.look_again();
    bench.reactor.advance(120s);
    bench.procedure.look_again();
    CHECK(bench.sent == std::vector<unsigned>{1});
    bench.allocator.release(2);
    bench.procedure.look_again();
    CHECK(bench.sent == std::vector<unsigned>{1, 2});
    bench.allocator.release(1);
    bench.procedure.acknowledged(2);
    CHECK(bench.sent == std::vector<unsigned>{1, 2, 1});
    bench.procedure.acknowledged(1);
    CHECK(bench.allocator.idle() == 3);
    CHECK(bench.failures.empty());
}

TEST_CASE("an answer during a test ends what was waited for") {
    RestartBench bench;
    bench.procedure.add(1);
    REQUIRE(bench.allocator.hold(1));
    bench.procedure.acknowledged(1);
    bench.allocator.release(1);
    bench.procedure.look_again();
    bench.reactor.advance(1h);
    CHECK(bench.sent == std::vector<unsigned>{1});
    CHECK(bench.allocator.state(1) == BearerState::idle);
}

TEST_CASE("a RESTART is repeated on a channel that is in alarm or was taken out of service meanwhile") {
    RestartBench bench;
    bench.procedure.add(1);
    bench.allocator.set_alarm(1, true);
    bench.allocator.set_in_service(1, false);
    bench.reactor.advance(120s);
    CHECK(bench.sent == std::vector<unsigned>{1, 1});
}

TEST_CASE("a channel in alarm, looped or out of service keeps its turn until it is well") {
    RestartBench bench;
    bench.allocator.set_span_alarm(true);
    bench.allocator.set_in_service(3, false);
    for (const unsigned position : {1U, 2U, 3U})
        bench.procedure.add(position);
    bench.procedure.look_again();
    CHECK(bench.sent.empty());
    bench.allocator.set_span_alarm(false);
    bench.procedure.look_again();
    CHECK(bench.sent == std::vector<unsigned>{1});
    bench.procedure.acknowledged(1);
    CHECK(bench.sent == std::vector<unsigned>{1, 2});
    bench.procedure.acknowledged(2);
    bench.procedure.look_again();
    CHECK(bench.sent.size() == 2);
    bench.allocator.set_in_service(3, true);
    bench.procedure.look_again();
    bench.procedure.look_again();
    CHECK(bench.sent == std::vector<unsigned>{1, 2, 3});
}

TEST_CASE("the loss of the data link ends a series without blame") {
    RestartBench bench;
    bench.procedure.add(1);
    bench.procedure.add(2);
    CHECK(bench.procedure.cancel() == std::vector<unsigned>{1, 2});
    CHECK(bench.procedure.cancel().empty());
    CHECK(bench.allocator.idle() == 3);
    bench.reactor.advance(1h);
    CHECK(bench.sent == std::vector<unsigned>{1});
    CHECK(bench.failures.empty());
    CHECK(bench.procedure.counters().failed == 0);
}
