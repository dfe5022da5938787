// The rows of the Bridge's table that tell of hold, redirection, transfer, joining and pick-up.
#include <catch2/catch.hpp>

#include "driven_bridge.hpp"

using namespace tipring::call;
using namespace tipring::call::driven_bridge;

namespace {

const Newcomer talks{};
const Newcomer ringing_newcomer{BridgeState::alerting, false, false, false};
const Newcomer rings_inband{BridgeState::alerting, true, false, false};
const Newcomer tries{BridgeState::trying, false, false, false};

/// B has been left with the gateway, which looks for somebody else.
Driven transferred() {
    auto driven = talking();
    CHECK(driven.user(Kind::transfer, Side::a) == "disconnect leave(a) reroute");
    CHECK(driven.state() == BridgeState::routing);
    return driven;
}

}  // namespace

TEST_CASE("a side that holds is told to the other, once") {
    auto driven = talking();
    CHECK(driven.user(Kind::hold, Side::a, true) == "hold(b,on)");
    CHECK(driven.user(Kind::hold, Side::a, true).empty());
    CHECK(driven.bridge.holds(Side::a));
    CHECK(driven.user(Kind::hold, Side::b, true) == "hold(a,on)");
    CHECK(driven.user(Kind::hold, Side::a, false) == "hold(b,off)");
    CHECK(driven.user(Kind::hold, Side::b, false) == "hold(a,off)");
    CHECK(driven.user(Kind::hold, Side::b, false).empty());
    driven.user(Kind::hold, Side::a, true);
    CHECK(driven.feed(Kind::a_released, clearing) == "disconnect release_b(16) start_guard");
}

TEST_CASE("a transfer that the far end refuses is the gateway's") {
    const auto side = GENERATE(Side::a, Side::b);
    auto driven = talking();
    CHECK(driven.user(Kind::transfer, side, true) == "start_no_answer");
    CHECK(driven.feed(Kind::refer_refused) ==
          std::string("stop_no_answer disconnect leave(") + (side == Side::a ? "a" : "b") + ") reroute");
    CHECK(driven.state() == BridgeState::routing);
    CHECK(driven.feed(Kind::refer_refused).empty());
    CHECK(driven.bridge.unexpected() == 0);
}

TEST_CASE("a hold before the answer waits for it") {
    auto driven = trying();
    CHECK(driven.user(Kind::hold, Side::b, true).empty());
    CHECK(driven.user(Kind::hold, Side::a, true).empty());
    CHECK(driven.feed(Kind::b_answered) == "stop_no_answer answer_a connect hold(b,on)");
    CHECK(driven.bridge.unexpected() == 0);
}

TEST_CASE("a flash is for the other side of an answered call") {
    auto waiting = alerting(false);
    CHECK(waiting.user(Kind::flash, Side::a).empty());
    auto driven = talking();
    CHECK(driven.user(Kind::flash, Side::a) == "flash(b)");
    CHECK(driven.user(Kind::flash, Side::b) == "flash(a)");
}

TEST_CASE("a redirection looks for other destinations") {
    SECTION("while trying") {
        auto driven = trying();
        CHECK(driven.feed(Kind::b_redirected) == "stop_no_answer redirect");
        CHECK(driven.state() == BridgeState::routing);
        CHECK(driven.feed(Kind::attempt_started) == "start_no_progress");
    }
    SECTION("while it ringing_newcomer, the caller hears on") {
        auto driven = alerting(false);
        CHECK(driven.feed(Kind::b_redirected) == "stop_no_answer redirect");
        CHECK(driven.feed(Kind::attempt_started) == "start_no_progress");
        CHECK(driven.feed(Kind::b_alerting) == "start_no_answer");
    }
    SECTION("in-band ringback is replaced") {
        auto driven = alerting(true);
        CHECK(driven.feed(Kind::b_redirected) == "stop_no_answer alert_a(local) disconnect redirect");
    }
    SECTION("the cause of an earlier destination is not that of the redirection") {
        auto driven = trying();
        driven.feed(Kind::b_released, trouble);
        driven.feed(Kind::attempt_started);
        driven.feed(Kind::b_redirected);
        CHECK(driven.feed(Kind::out_of_destinations) == "release_a(3) start_guard");
    }
    SECTION("an answered leg has nothing to redirect: it is over") {
        auto driven = talking();
        CHECK(driven.feed(Kind::b_redirected) == "disconnect release_a(16) start_guard");
    }
    SECTION("it crosses the end") {
        auto driven = trying();
        driven.feed(Kind::a_released, clearing);
        CHECK(driven.feed(Kind::b_redirected) == "finish");
    }
}

TEST_CASE("a transfer that the far end carries out ends the call, or not") {
    auto driven = talking();
    driven.user(Kind::hold, Side::a, true);
    CHECK(driven.user(Kind::transfer, Side::a, true) == "start_no_answer");
    CHECK(driven.state() == BridgeState::referring);
    CHECK(driven.user(Kind::transfer, Side::b, true).empty());
    CHECK(driven.feed(Kind::a_media) == "connect");
    CHECK(driven.feed(Kind::b_digit, {}, false, '1') == "digit_to_a(1)");
    SECTION("done") {
        CHECK(driven.user(Kind::referred, Side::b, true) ==
              "stop_no_answer disconnect release_a(16) release_b(16) start_guard");
        CHECK(driven.bridge.released_by() == Bridge::ReleasedBy::caller);
    }
    SECTION("not a word of it") {
        CHECK(driven.feed(Kind::no_answer) == "hold(b,off) transfer_failed(a) connect");
        CHECK(driven.state() == BridgeState::talking);
    }
    SECTION("failed: all is as before the hold") {
        CHECK(driven.user(Kind::referred, Side::b, false) ==
              "stop_no_answer hold(b,off) transfer_failed(a) connect");
        CHECK(driven.state() == BridgeState::talking);
        CHECK(driven.user(Kind::referred, Side::b, true).empty());
        CHECK(driven.state() == BridgeState::talking);
    }
    SECTION("a side ends meanwhile") {
        CHECK(driven.feed(Kind::b_released, busy) == "stop_no_answer disconnect release_a(17) start_guard");
        CHECK(driven.user(Kind::referred, Side::b, false).empty());
    }
    CHECK(driven.bridge.unexpected() == 0);
}

TEST_CASE("nobody is transferred before the answer") {
    auto driven = alerting(false);
    CHECK(driven.user(Kind::transfer, Side::a) == "transfer_failed(a)");
    CHECK(driven.state() == BridgeState::alerting);
}

TEST_CASE("the gateway carries a transfer out itself") {
    auto driven = transferred();
    CHECK(driven.feed(Kind::attempt_started) == "start_no_progress");
    SECTION("the new party ringing_newcomer and answers") {
        CHECK(driven.feed(Kind::b_alerting) == "start_no_answer ring_a");
        CHECK(driven.feed(Kind::a_media) == "ring_a");
        CHECK(driven.feed(Kind::b_answered) == "stop_no_answer stop_ring_a connect");
        CHECK(driven.state() == BridgeState::talking);
        CHECK(driven.feed(Kind::b_released, busy) == "disconnect release_a(17) start_guard");
        CHECK(driven.feed(Kind::abandoned_released).empty());
        CHECK(driven.feed(Kind::a_released, clearing) == "finish");
    }
    SECTION("in-band ringback comes instead of the tone") {
        driven.feed(Kind::b_alerting);
        CHECK(driven.feed(Kind::b_alerting, {}, true) == "stop_ring_a connect");
        CHECK(driven.feed(Kind::b_alerting, {}, false) == "disconnect ring_a");
    }
    SECTION("nobody can be reached") {
        CHECK(driven.feed(Kind::b_released, trouble) == "stop_no_answer try_next");
        CHECK(driven.feed(Kind::out_of_destinations) == "release_a(38) start_guard");
    }
    SECTION("the new party does not answer") {
        driven.feed(Kind::b_alerting);
        CHECK(driven.feed(Kind::no_answer) == "abandon_b(19) try_next");
        CHECK(driven.feed(Kind::a_media) == "ring_a");
        CHECK(driven.feed(Kind::out_of_destinations) == "stop_ring_a release_a(19) start_guard");
    }
    SECTION("who was transferred hangs up") {
        driven.feed(Kind::b_alerting);
        CHECK(driven.feed(Kind::a_released, clearing) ==
              "stop_no_answer stop_ring_a release_b(16) start_guard");
        CHECK(driven.feed(Kind::b_released, clearing).empty());
        CHECK(driven.feed(Kind::abandoned_released) == "finish");
    }
}

TEST_CASE("who is transferred is taken back from hold, and keeps what he holds") {
    auto driven = talking();
    driven.user(Kind::hold, Side::a, true);
    driven.user(Kind::hold, Side::b, true);
    CHECK(driven.user(Kind::transfer, Side::a) == "hold(b,off) disconnect leave(a) reroute");
    driven.feed(Kind::attempt_started);
    CHECK(driven.feed(Kind::b_answered) == "stop_no_answer connect hold(b,on)");

    auto other = talking();
    other.user(Kind::hold, Side::b, true);
    CHECK(other.user(Kind::transfer, Side::b) == "hold(a,off) disconnect leave(b) reroute");
}

TEST_CASE("a leg of another call takes the place of the one that leaves") {
    auto driven = talking();
    SECTION("answered") {
        CHECK(driven.user(Kind::join, Side::a, false, talks) == "disconnect leave(a) take_b connect");
        CHECK(driven.state() == BridgeState::talking);
    }
    SECTION("both were held") {
        driven.user(Kind::hold, Side::b, true);
        CHECK(driven.user(Kind::join, Side::b, false, {BridgeState::talking, false, true, false}) ==
              "hold(a,off) disconnect leave(b) take_b hold(b,off) connect");
    }
    SECTION("one holds the user who leaves, and so the party that comes") {
        driven.user(Kind::hold, Side::a, true);
        CHECK(driven.user(Kind::join, Side::b, false, talks) ==
              "disconnect leave(b) take_b hold(b,on) connect");
    }
    SECTION("the party that comes holds") {
        CHECK(driven.user(Kind::join, Side::a, false, {BridgeState::talking, false, false, true}) ==
              "disconnect leave(a) take_b hold(a,on) connect");
        CHECK(driven.user(Kind::hold, Side::b, false) == "hold(a,off)");
    }
    SECTION("it ringing_newcomer still") {
        CHECK(driven.user(Kind::join, Side::a, false, ringing_newcomer) ==
              "disconnect leave(a) take_b start_no_answer ring_a");
        CHECK(driven.state() == BridgeState::alerting);
        CHECK(driven.feed(Kind::b_answered) == "stop_no_answer stop_ring_a connect");
    }
    SECTION("it ringing_newcomer with its own tone") {
        CHECK(driven.user(Kind::join, Side::a, false, rings_inband) ==
              "disconnect leave(a) take_b start_no_answer connect");
    }
    SECTION("it is tried still") {
        CHECK(driven.user(Kind::join, Side::a, false, tries) ==
              "disconnect leave(a) take_b start_no_progress");
        CHECK(driven.state() == BridgeState::trying);
    }
    SECTION("after a far end has refused to do it") {
        driven.user(Kind::transfer, Side::a, true);
        CHECK(driven.user(Kind::join, Side::a, false, talks) ==
              "stop_no_answer disconnect leave(a) take_b connect");
        CHECK(driven.state() == BridgeState::talking);
    }
    CHECK(driven.bridge.unexpected() == 0);
}

TEST_CASE("only an answered call takes a leg of another one") {
    auto driven = alerting(false);
    CHECK(driven.user(Kind::join, Side::a, false, talks).empty());
    CHECK(driven.bridge.unexpected() == 1);
}

TEST_CASE("a call whose leg is taken ends") {
    SECTION("answered") {
        auto driven = talking();
        CHECK(driven.user(Kind::taken, Side::b) == "disconnect release_a(16) start_guard");
        CHECK(driven.bridge.released_by() == Bridge::ReleasedBy::caller);
        CHECK(driven.feed(Kind::a_released, clearing) == "finish");
    }
    SECTION("the caller's leg") {
        auto driven = talking();
        CHECK(driven.user(Kind::taken, Side::a) == "disconnect release_b(16) start_guard");
        CHECK(driven.bridge.released_by() == Bridge::ReleasedBy::called);
    }
    SECTION("ringing") {
        auto driven = alerting(true);
        CHECK(driven.user(Kind::taken, Side::b) == "stop_no_answer disconnect release_a(16) start_guard");
    }
    SECTION("nobody is left") {
        Driven driven;
        CHECK(driven.user(Kind::taken, Side::a) == "start_guard finish");
        CHECK(driven.bridge.released_by() == Bridge::ReleasedBy::gateway);
    }
    SECTION("it crosses the end") {
        auto driven = talking();
        driven.feed(Kind::a_released, clearing);
        CHECK(driven.user(Kind::taken, Side::b) == "finish");
    }
}

TEST_CASE("a ringing call is picked up") {
    SECTION("ringback by the caller's leg") {
        auto driven = alerting(false);
        CHECK(driven.feed(Kind::picked_up) ==
              "stop_no_answer abandon_b(26) take_b answer_b answer_a connect");
        CHECK(driven.state() == BridgeState::talking);
        CHECK(driven.feed(Kind::abandoned_released).empty());
        CHECK(driven.feed(Kind::b_released, clearing) == "disconnect release_a(16) start_guard");
    }
    SECTION("ringback in-band") {
        auto driven = alerting(true);
        CHECK(driven.feed(Kind::picked_up) ==
              "stop_no_answer disconnect abandon_b(26) take_b answer_b answer_a connect");
    }
    SECTION("of a transferred caller") {
        auto driven = transferred();
        driven.feed(Kind::attempt_started);
        driven.feed(Kind::b_alerting);
        CHECK(driven.feed(Kind::picked_up) ==
              "stop_no_answer abandon_b(26) take_b answer_b stop_ring_a connect");
    }
    SECTION("not what does not ring") {
        auto driven = trying();
        CHECK(driven.feed(Kind::picked_up).empty());
        CHECK(driven.bridge.unexpected() == 1);
    }
}
