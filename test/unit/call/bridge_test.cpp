// Every row of the Bridge's transition table.
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "driven_bridge.hpp"

using namespace tipring::call;

using namespace tipring::call::driven_bridge;

TEST_CASE("a call is set up, talks, and is released by either side") {
    SECTION("caller") {
        auto driven = talking();
        CHECK(driven.feed(Kind::a_released, clearing) == "disconnect release_b(16) start_guard");
        CHECK(driven.state() == BridgeState::releasing);
        CHECK(driven.feed(Kind::b_released, clearing) == "finish");
        CHECK(driven.bridge.released_by() == Bridge::ReleasedBy::caller);
    }
    SECTION("called") {
        auto driven = talking();
        CHECK(driven.feed(Kind::b_released, busy) == "disconnect release_a(17) start_guard");
        CHECK(driven.feed(Kind::a_released, clearing) == "finish");
        CHECK(driven.bridge.released_by() == Bridge::ReleasedBy::called);
        CHECK(driven.bridge.cause().value == q850::user_busy);
    }
    SECTION("gateway") {
        auto driven = talking();
        CHECK(driven.feed(Kind::hang_up, trouble) == "disconnect release_a(38) release_b(38) start_guard");
        CHECK(driven.feed(Kind::b_released, clearing).empty());
        CHECK(driven.feed(Kind::a_released, clearing) == "finish");
        CHECK(driven.bridge.released_by() == Bridge::ReleasedBy::gateway);
        CHECK(driven.bridge.cause().value == q850::network_out_of_order);
    }
    SECTION("the operator, by way of a leg") {
        auto by_operator = trouble;
        by_operator.why = Why::by_operator;
        for (const auto released : {Kind::a_released, Kind::b_released}) {
            auto driven = talking();
            driven.feed(released, by_operator);
            CHECK(driven.bridge.released_by() == Bridge::ReleasedBy::gateway);
        }
    }
    SECTION("the leg that was released says how the call ended, when the other one did not") {
        auto remote = clearing, battery = clearing;
        remote.method = "remote";
        battery.method = "battery";
        auto driven = talking();
        driven.feed(Kind::a_released, clearing);
        driven.feed(Kind::b_released, remote);
        CHECK(driven.bridge.cause().method == "remote");
        driven = talking();
        driven.feed(Kind::b_released, battery);
        driven.feed(Kind::a_released, remote);
        CHECK(driven.bridge.cause().method == "battery");
        driven = talking();
        driven.feed(Kind::hang_up, clearing);
        driven.feed(Kind::b_released, remote);
        CHECK(driven.bridge.cause().method.empty());
    }
    SECTION("a leg that never says that it is over") {
        auto driven = talking();
        driven.feed(Kind::a_released, clearing);
        CHECK(driven.feed(Kind::guard) == "finish");
    }
}

TEST_CASE("no destination ends the call with cause 3") {
    Driven driven;
    driven.feed(Kind::begin);
    CHECK(driven.feed(Kind::out_of_destinations) == "release_a(3) start_guard");
    CHECK(driven.feed(Kind::a_released, clearing) == "finish");
    CHECK(driven.state() == BridgeState::ended);
    CHECK(driven.feed(Kind::b_answered).empty());
}

TEST_CASE("an attempt that fails is followed by the next, unseen by the caller") {
    auto driven = trying();
    CHECK(driven.feed(Kind::b_released, trouble) == "stop_no_answer try_next");
    CHECK(driven.feed(Kind::attempt_refused, busy) == "try_next");
    CHECK(driven.feed(Kind::attempt_started) == "start_no_progress");  // no second proceed
    CHECK(driven.feed(Kind::b_released, trouble) == "stop_no_answer try_next");
    CHECK(driven.feed(Kind::out_of_destinations) == "release_a(38) start_guard");
    CHECK(driven.bridge.released_by() == Bridge::ReleasedBy::called);
}

TEST_CASE("an answer of the called party ends the search") {
    auto driven = trying();
    CHECK(driven.feed(Kind::b_released, busy) == "stop_no_answer release_a(17) start_guard");
}

TEST_CASE("after alerting no failure is followed by another attempt") {
    auto driven = alerting(false);
    CHECK(driven.feed(Kind::b_released, trouble) == "stop_no_answer release_a(38) start_guard");
}

TEST_CASE("no answer in time: the attempt is given up and the next one made") {
    SECTION("local ringback goes on") {
        auto driven = alerting(false);
        CHECK(driven.feed(Kind::no_answer) == "abandon_b(19) try_next");
        CHECK(driven.feed(Kind::attempt_started) == "start_no_progress");
        CHECK(driven.feed(Kind::b_alerting, {}, false) == "start_no_answer");
    }
    SECTION("it does not even ring") {
        auto driven = trying();
        CHECK(driven.feed(Kind::no_answer) == "abandon_b(102) try_next");
        CHECK(driven.feed(Kind::out_of_destinations) == "release_a(102) start_guard");
    }
    SECTION("in-band ringback is replaced") {
        auto driven = alerting(true);
        CHECK(driven.feed(Kind::no_answer) == "alert_a(local) disconnect abandon_b(19) try_next");
    }
    SECTION("the call waits for the leg that was given up") {
        auto driven = alerting(false);
        driven.feed(Kind::no_answer);
        CHECK(driven.feed(Kind::out_of_destinations) == "release_a(19) start_guard");
        CHECK(driven.feed(Kind::a_released, clearing).empty());
        CHECK(driven.feed(Kind::abandoned_released) == "finish");
        CHECK(driven.bridge.cause().value == q850::no_answer);
    }
}

TEST_CASE("early audio is joined, and joined again when it moves") {
    auto driven = alerting(true);
    CHECK(driven.feed(Kind::a_media) == "connect");
    CHECK(driven.feed(Kind::b_alerting, {}, true).empty());
    CHECK(driven.feed(Kind::b_alerting, {}, false) == "alert_a(local) disconnect");
    CHECK(driven.feed(Kind::b_media).empty());
    CHECK(driven.feed(Kind::b_answered) == "stop_no_answer answer_a connect");
    CHECK(driven.feed(Kind::b_media) == "connect");
}

TEST_CASE("what is heard before it rings is joined at once, and the ringing told once it comes") {
    auto driven = trying();
    CHECK(driven.heard() == "start_no_answer alert_a(heard) connect");
    CHECK(driven.heard().empty());
    CHECK(driven.feed(Kind::b_alerting, {}, true) == "alert_a(inband)");
    CHECK(driven.heard().empty());
    CHECK(driven.feed(Kind::b_alerting, {}, true).empty());
    CHECK(driven.feed(Kind::b_answered) == "stop_no_answer answer_a connect");
}

TEST_CASE("a busy announcement that was heard ends the call") {
    auto driven = trying();
    driven.heard();
    CHECK(driven.feed(Kind::b_released, busy) == "stop_no_answer disconnect release_a(17) start_guard");
}

TEST_CASE("digits go to the other side once there is one to hear them") {
    auto waiting = trying();
    CHECK(waiting.feed(Kind::a_digit, {}, false, '5') == "dial_on_b(5)");
    auto driven = talking();
    CHECK(driven.feed(Kind::a_digit, {}, false, '5') == "digit_to_b(5)");
    CHECK(driven.feed(Kind::b_digit, {}, false, '#') == "digit_to_a(#)");
}

TEST_CASE("a digit that B takes for the number goes there in either state, and gives it all its time again") {
    const auto dial = [](auto& driven) {
        return text(driven.bridge.handle({.kind = Kind::a_digit, .digit = '5', .dials = true}));
    };
    auto driven = trying();
    CHECK(dial(driven) == "start_no_progress dial_on_b(5)");
    CHECK(driven.heard() == "start_no_answer alert_a(heard) connect");  // dial tone
    CHECK(dial(driven) == "start_no_answer dial_on_b(5)");
    CHECK(driven.feed(Kind::a_digit, {}, false, '5') == "digit_to_b(5)");
}

TEST_CASE("the caller hangs up during an attempt, and what crosses it changes nothing") {
    auto driven = trying();
    CHECK(driven.feed(Kind::a_released, clearing) == "stop_no_answer release_b(16) start_guard");
    CHECK(driven.feed(Kind::b_answered).empty());
    CHECK(driven.feed(Kind::b_alerting, {}, true).empty());
    CHECK(driven.feed(Kind::no_answer).empty());
    CHECK(driven.feed(Kind::hang_up, trouble).empty());
    CHECK(driven.feed(Kind::b_released, busy) == "finish");
    CHECK(driven.bridge.cause().value == q850::normal_clearing);
    CHECK(driven.bridge.unexpected() == 0);
}

TEST_CASE("an attempt that crosses the end is released at once") {
    Driven driven;
    driven.feed(Kind::begin);
    driven.feed(Kind::hang_up, clearing);
    CHECK(driven.feed(Kind::attempt_started) == "release_b(16)");
    CHECK(driven.feed(Kind::a_released, clearing).empty());
    CHECK(driven.feed(Kind::b_released, clearing) == "finish");
}

TEST_CASE("any sequence of events ends with one finish after the guard") {
    std::mt19937 random(20);
    for (int round = 0; round < 20000; ++round) {
        Driven driven;
        int finishes = 0;
        const auto count = [&](const std::string& actions) {
            if (actions.find("finish") != std::string::npos) ++finishes;
        };
        for (int step = 0; step < 20; ++step) {
            const auto kind = static_cast<Kind>(random() % (static_cast<unsigned>(Kind::picked_up) + 1));
            static constexpr BridgeState brought[] = {BridgeState::trying, BridgeState::alerting,
                                                      BridgeState::talking};
            const auto yes = [&] { return random() % 2 == 0; };
            count(text(driven.bridge.handle({kind,
                                             yes() ? busy : trouble,
                                             yes(),
                                             '1',
                                             yes() ? Side::a : Side::b,
                                             yes(),
                                             {brought[random() % 3], yes(), yes(), yes()}})));
        }
        count(driven.feed(Kind::hang_up, clearing));
        count(driven.feed(Kind::guard));
        REQUIRE(driven.state() == BridgeState::ended);
        REQUIRE(finishes == 1);
    }
}
