// CallManager with fake legs: redirection, pick-up, what legs tell each other before the call is joined.
#include <catch2/catch.hpp>

#include "world.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using routing::DestinationKind;
using test::World;

namespace {

/// Telephones 202, 203 and 204 (the last two in the group "hall"), each reached by its number; "9." as
/// before.
struct House : World {
    test::FakeExit p202{{DestinationKind::port, "202"}, legs}, p203{{DestinationKind::port, "203"}, legs},
        p204{{DestinationKind::port, "204"}, legs};

    House() {
        std::vector<routing::RouteRule> rules;
        for (const auto* number : {"202", "203", "204"}) {
            routing::RouteRule rule;
            rule.name = number;
            rule.called = number;
            rule.to = {{DestinationKind::port, number}, {DestinationKind::sip, "office"}};
            rules.push_back(rule);
        }
        routing::RouteRule inward;
        inward.name = "from a telephone in the hall";
        inward.called = "5.";
        inward.from = {"group hall"};
        inward.to = {{DestinationKind::sip, "office"}};
        rules.push_back(inward);
        manager.set_routes(rules);
        p203.at = routing::Source{DestinationKind::port, "203", "hall", routing::LineKind::fxs};
        p204.at = routing::Source{DestinationKind::port, "204", "hall", routing::LineKind::fxs};
        for (auto* exit : {&p202, &p203, &p204})
            manager.add_exit(*exit);
    }
    void redirect(test::FakeExit& exit, const std::string& number,
                  call::DivertReason reason = call::DivertReason::unconditional) {
        legs.redirected(*exit.last, number, reason);
        reactor.run_posted();
    }
    void ring(test::FakeExit& exit, bool inband = false) {
        auto& leg = *exit.last;
        report([&] { leg.report().on_alerting(leg, inband); });
    }
    test::FakeLeg& pick_up(const call::PickupTarget& target) {
        auto leg = telephone("fxs 9");
        auto& picker = *leg;
        manager.pick_up(std::move(leg), {{"209", "", {}}, "*8", {DestinationKind::port, "209", ""}}, target);
        CHECK(picker.heard.empty());
        reactor.run_posted();
        return picker;
    }
};

}  // namespace

TEST_CASE("a forwarded call goes to the number with the same caller and the diversion in front") {
    House house;
    house.call("202");
    house.redirect(house.p202, "203");
    REQUIRE(house.p203.last != nullptr);
    CHECK(house.p203.last->heard == "start 203");
    house.ring(house.p203);
    house.redirect(house.p203, "204", call::DivertReason::no_answer);
    REQUIRE(house.p204.last != nullptr);
    const auto& request = house.p204.last->started;
    CHECK(request.caller.number == "201");
    CHECK(request.source.name == "203");
    REQUIRE(request.diversions.size() == 2);
    CHECK(request.diversions[0].number == "203");
    CHECK(request.diversions[0].reason == call::DivertReason::no_answer);
    CHECK(request.diversions[1].number == "202");
    CHECK(request.diversions[1].presentation == call::Presentation::allowed);
    CHECK(house.first.last == nullptr);  // the rest of the first routes is dropped
    house.answer(*house.p204.last);
    CHECK(house.caller->heard == "proceeding, alert local, answer");
    CHECK(house.connector.joined(house.caller->endpoint, house.p204.last->endpoint));
    house.release(*house.caller);
    house.end_released();
    REQUIRE(house.records.size() == 1);
    CHECK(house.records[0].called == "204");
    CHECK(house.records[0].attempts == 3);
    REQUIRE(house.records[0].diversions.size() == 2);
    CHECK(house.records[0].diversions[0].number == "203");
    house.check_clean();
}

TEST_CASE("a redirection is routed from where the redirecting telephone stands") {
    House house;
    SECTION("which may call there") {
        house.call("203");
        house.redirect(house.p203, "55");
        REQUIRE(house.first.last != nullptr);
        CHECK(house.first.last->heard == "start 55");
        house.manager.hang_up_all(test::hung_up);
        house.end_released();
    }
    SECTION("which may not") {
        house.call("202");
        house.redirect(house.p202, "55");
        CHECK(house.first.last == nullptr);
        CHECK(house.caller->heard == "proceeding, release 3");
        house.end_released();
    }
    house.check_clean();
}

TEST_CASE("redirections in a circle end with cause 25") {
    House house;
    SECTION("to itself") {
        house.call("202");
        house.redirect(house.p202, "202");
    }
    SECTION("back to the first") {
        house.call("202");
        house.redirect(house.p202, "203");
        house.redirect(house.p203, "202");
    }
    SECTION("back to one that sent the call here") {
        auto leg = house.telephone();
        house.caller = leg.get();
        call::CallRequest request{{"7", "", {}}, "202", {DestinationKind::sip, "office", ""}};
        request.diversions = {{"203", call::DivertReason::busy}};
        house.manager.incoming(std::move(leg), request);
        house.reactor.run_posted();
        house.redirect(house.p202, "203");
    }
    CHECK(house.caller->heard == "proceeding, release 25");
    house.end_released();
    REQUIRE(house.records.size() == 1);
    CHECK(house.records[0].cause.detail == "redirected in a circle");
    house.check_clean();
}

TEST_CASE("a call that was sent on five times elsewhere is not sent on here, however few entries tell so") {
    const unsigned counter = GENERATE(1U, 2U, 4U, 5U, 99U, 4294967295U);
    const bool hidden = GENERATE(false, true);
    House house;
    auto leg = house.telephone();
    house.caller = leg.get();
    call::CallRequest request{{"7", "", {}}, "202", {DestinationKind::sip, "office", ""}};
    request.diversions = {
        {hidden ? "" : "77", call::DivertReason::busy, call::Presentation::allowed, counter}};
    house.manager.incoming(std::move(leg), request);
    house.reactor.run_posted();
    house.redirect(house.p202, "203");
    const bool refused = counter >= call::most_forwardings;
    CHECK((house.caller->heard == "proceeding, release 25") == refused);
    if (!refused) house.release(*house.caller);
    house.end_released();
    REQUIRE(house.records.size() == 1);
    if (refused) CHECK(house.records[0].cause.detail == "redirected too often");
    house.check_clean();
}

TEST_CASE("a call is redirected five times at most") {
    World world;
    routing::RouteRule rule;
    rule.to = {world.first.destination()};
    world.manager.set_routes({rule});
    world.call("100");
    for (int number = 101; number <= 105; ++number) {
        world.legs.redirected(*world.first.last, std::to_string(number), call::DivertReason::busy);
        world.reactor.run_posted();
        CHECK(world.first.last->heard == "start " + std::to_string(number));
    }
    world.legs.redirected(*world.first.last, "106", call::DivertReason::busy);
    world.reactor.run_posted();
    CHECK(world.caller->heard == "proceeding, release 25");
    world.end_released();
    CHECK(world.records.at(0).cause.detail == "redirected too often");
    world.check_clean();
}

TEST_CASE("a ringing call is picked up by the telephone's number or its group") {
    House house;
    house.call("203");
    call::PickupTarget target{DestinationKind::port, "203"};
    SECTION("number") {}
    SECTION("group") {
        target = {DestinationKind::group, "hall"};
    }
    SECTION("number, early audio") {
        house.ring(house.p203, true);
    }
    house.ring(house.p203);
    auto& rung = *house.p203.last;
    auto& picker = house.pick_up(target);
    CHECK(rung.heard == "start 203, release 26");
    CHECK(picker.heard == "answer");
    CHECK(house.caller->heard.substr(house.caller->heard.size() - 6) == "answer");
    CHECK(house.connector.joined(house.caller->endpoint, picker.endpoint));
    CHECK(house.connector.pairs.size() == 1);
    REQUIRE(house.manager.calls().size() == 1);
    CHECK(house.manager.calls()[0].to_endpoint == "fxs 9");
    CHECK(house.manager.calls()[0].called == "209");

    house.answer(rung);  // lifted at the same moment
    CHECK(house.connector.joined(house.caller->endpoint, picker.endpoint));
    house.release(rung);
    house.release(picker);
    house.end_released();
    REQUIRE(house.records.size() == 2);
    CHECK(house.records[0].from_endpoint == "fxs 9");
    CHECK(house.records[0].joined == house.records[1].id);
    CHECK(house.records[1].to_endpoint == "fxs 9");
    CHECK(house.records[1].joined == house.records[0].id);
    CHECK(house.records[1].released_by == "called");
    house.check_clean();
}

TEST_CASE("the oldest call is picked up first") {
    House house;
    house.call("204");
    auto* first_caller = house.caller;
    house.ring(house.p204);
    house.call("203");
    house.ring(house.p203);
    house.pick_up({DestinationKind::group, "hall"});
    CHECK(first_caller->heard == "proceeding, alert local, answer");
    CHECK(house.caller->heard == "proceeding, alert local");
    house.manager.hang_up_all(test::hung_up);
    house.end_released();
    house.check_clean();
}

TEST_CASE("a telephone that is transferred calls as itself, whatever was dialled to reach it") {
    House house;
    house.p203.at->name = "233";
    house.call("203");
    house.answer(*house.p203.last);
    house.report([&] { house.caller->report().on_transfer(*house.caller, "204"); });
    REQUIRE(house.p204.last != nullptr);
    CHECK(house.p204.last->started.caller.number == "233");
    house.manager.hang_up_all(test::hung_up);
    house.end_released();
    house.check_clean();
}

TEST_CASE("a telephone that hides its number hides it when it forwards, is transferred or picks up") {
    House house;
    house.p203.shown = call::Presentation::restricted;
    house.call("203");
    SECTION("forwards") {
        house.redirect(house.p203, "204");
        const auto& request = house.p204.last->started;
        REQUIRE(request.diversions.size() == 1);
        CHECK(request.diversions[0].number == "203");
        CHECK(request.diversions[0].presentation == call::Presentation::restricted);
        CHECK(request.caller.presentation == call::Presentation::allowed);
        house.redirect(house.p204, "203");  // still known, to the guard
        CHECK(house.caller->heard == "proceeding, release 25");
    }
    SECTION("is transferred") {
        house.answer(*house.p203.last);
        house.report([&] { house.caller->report().on_transfer(*house.caller, "204"); });
        CHECK(house.p204.last->started.caller.number == "203");
        CHECK(house.p204.last->started.caller.presentation == call::Presentation::restricted);
    }
    SECTION("picks up, and is transferred") {
        house.ring(house.p203);
        auto leg = house.telephone("fxs 9");
        house.manager.pick_up(std::move(leg),
                              {{"209", "", call::Presentation::restricted},
                               "*8",
                               {DestinationKind::port, "209", "", routing::LineKind::fxs}},
                              {DestinationKind::port, "203"});
        house.reactor.run_posted();
        house.report([&] { house.caller->report().on_transfer(*house.caller, "204"); });
        CHECK(house.p204.last->started.caller.number == "209");
        CHECK(house.p204.last->started.caller.presentation == call::Presentation::restricted);
    }
    house.manager.hang_up_all(test::hung_up);
    house.end_released();
    house.check_clean();
}

TEST_CASE("a caller without a number is not shown with that of a telephone that hides it") {
    House house;
    house.p203.shown = GENERATE(call::Presentation::allowed, call::Presentation::restricted);
    auto leg = house.telephone("fxo 1");
    house.manager.incoming(std::move(leg), {{}, "203", {DestinationKind::port, "901", ""}});
    house.reactor.run_posted();
    house.redirect(house.p203, "204");
    CHECK(house.p204.last->started.caller.presentation == house.p203.shown);
    house.manager.hang_up_all(test::hung_up);
    house.end_released();
    house.check_clean();
}

TEST_CASE(
    "what a telephone has called is not picked up, nor what rings in another group when that is asked") {
    House house;
    call::PickupTarget target{DestinationKind::port, "203"};
    SECTION("an exchange line") {
        house.p203.at = routing::Source{DestinationKind::port, "203", "hall", routing::LineKind::fxo};
    }
    SECTION("a line of a group") {
        house.p203.at = routing::Source{DestinationKind::port, "203", "hall", routing::LineKind::fxo};
        target = {DestinationKind::group, "hall"};
    }
    SECTION("an account") {
        house.p203.at = routing::Source{DestinationKind::sip, "203", ""};
        target = {DestinationKind::sip, "203"};
    }
    SECTION("another group") {
        target.only_group = "yard";
    }
    house.call("203");
    house.ring(house.p203);
    CHECK(house.pick_up(target).heard == "release 31");
    CHECK(house.p203.last->heard == "start 203");
    house.manager.hang_up_all(test::hung_up);
    house.end_released();
    house.check_clean();
}

TEST_CASE("a leg rings as long as its own limit says, and is given up only some time after") {
    House house;
    house.p203.rings_for = 5min;
    house.call("203");
    house.ring(house.p203);
    SECTION("longer than other legs") {
        house.reactor.advance(5min);
        CHECK(house.p203.last->heard == "start 203");
        house.redirect(house.p203, "204", call::DivertReason::no_answer);
        CHECK(house.p204.last->heard == "start 204");
        house.ring(house.p204);
        house.reactor.advance(31s);  // which have none
        CHECK(house.p204.last->heard == "start 204, release 19");
    }
    SECTION("not for ever") {
        house.reactor.advance(5min + 21s);
        CHECK(house.p203.last->heard == "start 203, release 19");
    }
    house.manager.hang_up_all(test::hung_up);
    house.end_released();
    house.check_clean();
}

TEST_CASE("where nothing rings there is nothing to pick up") {
    House house;
    house.call("203");  // tried, but it does not ring yet
    CHECK(house.pick_up({DestinationKind::port, "203"}).heard == "release 31");
    house.ring(house.p203);
    CHECK(house.pick_up({DestinationKind::port, "204"}).heard == "release 31");
    CHECK(house.pick_up({DestinationKind::group, "yard"}).heard == "release 31");
    house.answer(*house.p203.last);
    CHECK(house.pick_up({DestinationKind::port, "203"}).heard == "release 31");
    house.manager.hang_up_all(test::hung_up);
    house.end_released();
    house.check_clean();
}

TEST_CASE("who wants to pick up hangs up, or the gateway stops, before it is done") {
    House house;
    house.call("203");
    house.ring(house.p203);
    auto leg = house.telephone("fxs 9");
    auto& picker = *leg;
    house.manager.pick_up(std::move(leg), {}, {DestinationKind::port, "203"});
    SECTION("hangs up") {
        house.legs.released(picker, test::hung_up);
    }
    SECTION("stops") {
        house.manager.hang_up_all(test::hung_up);
    }
    house.reactor.run_posted();
    CHECK(house.p203.last->heard.find("release 26") == std::string::npos);
    house.manager.hang_up_all(test::hung_up);
    house.end_released();
    house.check_clean();
}

TEST_CASE("a leg that carries data has the other one carry it too, in time") {
    House house;
    SECTION("the called one") {
        house.p202.data = true;
        house.call("202");
        house.answer(*house.p202.last);
        CHECK(house.caller->heard == "proceeding, carry data, answer");
    }
    SECTION("the caller") {
        auto leg = house.telephone();
        leg->data = true;
        house.manager.incoming(std::move(leg), {{"1", "", {}}, "202", {DestinationKind::port, "1", ""}});
        house.reactor.run_posted();
        CHECK(house.p202.last->heard == "carry data, start 202");
    }
    house.manager.hang_up_all(test::hung_up);
    house.end_released();
    house.check_clean();
}

TEST_CASE("the record says how the end was found out, and the request goes on whole") {
    World world;
    auto leg = world.telephone();
    call::CallRequest request{{"1", "", {}}, "95", {DestinationKind::port, "1", ""}};
    request.alert_info = "info=alert-internal";
    request.diversions = {{"77", call::DivertReason::busy}};
    world.manager.incoming(std::move(leg), request);
    world.reactor.run_posted();
    auto& called = *world.first.last;
    CHECK(called.started.alert_info == "info=alert-internal");
    REQUIRE(called.started.diversions.size() == 1);
    world.answer(called);
    world.release(called, {call::q850::normal_clearing, call::Location::user, "busy tone", "busy_tone"});
    world.end_released();
    CHECK(world.records.at(0).disconnect == "busy_tone");
    world.check_clean();
}
