// CallManager with fake legs: a flash, and blind transfer.
#include <catch2/catch.hpp>

#include "world.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using call::q850::network_out_of_order;
using call::q850::user_busy;
using test::end_of;
using test::hung_up;
using test::World;

namespace {

/// 201 talks to "95551".
struct OneCall : World {
    test::FakeLeg* x = nullptr;
    test::FakeLeg* p = nullptr;
    OneCall(bool refers = false) {
        first.can_refer = refers;
        call("95551");
        x = caller;
        p = first.last;
        answer(*p);
        first.can_refer = false;
    }
    void transfer(test::FakeLeg& leg, const std::string& number) {
        report([&] { leg.report().on_transfer(leg, number); });
    }
    void end_all() {
        manager.hang_up_all(hung_up);
        end_released();
        check_clean();
    }
};

}  // namespace

TEST_CASE("a flash reaches the other side") {
    OneCall world;
    world.report([&] { world.x->report().on_flash(*world.x); });
    CHECK(world.p->heard == "start 5551, flash");
    world.end_all();
}

TEST_CASE("a far end that can be asked carries a blind transfer out") {
    OneCall world(true);
    world.transfer(*world.x, "9777");
    CHECK(world.p->heard == "start 5551, refer 777");
    CHECK(shown_state(world.manager.calls().at(0)) == "transferring");
    CHECK(world.connector.pairs.size() == 1);
    SECTION("done") {
        world.report([&] { world.p->report().on_referred(*world.p, call::ReferOutcome::reached); });
        CHECK(end_of(*world.x) == "release 16");
        CHECK(end_of(*world.p) == "release 16");
        world.end_released();
        CHECK(world.records.at(0).transferred_to == "9777");
        CHECK(world.records.at(0).released_by == "caller");
    }
    SECTION("done, as its hang-up says") {
        world.legs.report([&] { world.p->report().on_referred(*world.p, call::ReferOutcome::reached); });
        world.reactor.post([&] { world.legs.released(*world.p, hung_up); });
        world.reactor.run_posted();
        world.end_released();
        CHECK(world.records.at(0).transferred_to == "9777");
    }
    SECTION("refused: the gateway does it, by the same route") {
        world.report([&] { world.p->report().on_referred(*world.p, call::ReferOutcome::refused); });
        CHECK(end_of(*world.x) == "release 16");
        CHECK(world.first.last->heard == "start 777");
        CHECK(world.connector.pairs.empty());
        world.answer(*world.first.last);
        CHECK(world.connector.joined(world.p->endpoint, world.first.last->endpoint));
        world.end_released();
        world.end_all();
        CHECK(world.records.at(0).transferred_to == "9777");
    }
    SECTION("failed") {
        world.report([&] { world.p->report().on_referred(*world.p, call::ReferOutcome::failed); });
        CHECK(end_of(*world.x) == "transfer failed");
        CHECK(shown_state(world.manager.calls().at(0)) == "talking");
        CHECK(world.connector.pairs.size() == 1);
        world.end_all();
        CHECK(world.records.at(0).transferred_to.empty());
    }
    SECTION("not a word of it") {
        world.reactor.advance(31s);
        CHECK(end_of(*world.x) == "transfer failed");
        world.end_all();
    }
    SECTION("the user has hung up before") {
        world.release(*world.x);
        world.report([&] { world.p->report().on_referred(*world.p, call::ReferOutcome::reached); });
        world.end_released();
    }
    world.check_clean();
}

TEST_CASE("a far end is not asked to call what the routes do not send to it first") {
    OneCall world(true);
    routing::RouteRule city, nowhere;
    city.called = "98.";
    city.strip = 1;
    city.to = {world.second.destination(), world.first.destination()};
    nowhere.called = "9.";
    nowhere.from = {"group hall"};
    nowhere.to = {world.first.destination()};
    world.manager.set_routes({city, nowhere});
    SECTION("but to another destination") {
        world.transfer(*world.x, "981");
        CHECK(world.second.last->heard == "start 81");
        CHECK(end_of(*world.x) == "release 16");
    }
    SECTION("and not for whoever transfers") {
        world.transfer(*world.x, "9001");
        CHECK(end_of(*world.p) == "release 3");
    }
    CHECK(world.p->heard.find("refer") == std::string::npos);
    world.end_released();
    world.end_all();
}

TEST_CASE("who is transferred is shown as he came, on behalf of who transfers") {
    World world;
    call::Party outside{"0301234", "Anna", call::Presentation::restricted};
    auto expected = call::Presentation::restricted;
    SECTION("his wish counts") {}
    SECTION("and not that of the telephone") {
        outside.presentation = expected = call::Presentation::allowed;
        world.first.shown = call::Presentation::restricted;
    }
    SECTION("unless he has no number, and that of the telephone would stand for it") {
        outside = {"", "", call::Presentation::unavailable};
        world.first.shown = call::Presentation::restricted;
    }
    auto leg = world.telephone("fxo 1");
    world.caller = leg.get();
    world.manager.incoming(std::move(leg), {outside, "95", {routing::DestinationKind::port, "901", ""}});
    world.reactor.run_posted();
    auto& telephone = *world.first.last;
    CHECK_FALSE(telephone.started.on_behalf);
    world.answer(telephone);
    world.report([&] { telephone.report().on_transfer(telephone, "97"); });
    const auto& request = world.first.last->started;
    CHECK(request.on_behalf);
    CHECK(request.caller.number == outside.number);
    CHECK(request.caller.name == outside.name);
    CHECK(request.caller.presentation == expected);
    world.manager.hang_up_all(hung_up);
    world.end_released();
    world.check_clean();
}

TEST_CASE("otherwise the gateway carries it out: the party hears ringback and talks to the new one") {
    OneCall world;
    const bool called_transfers = GENERATE(false, true);
    auto& leaves = called_transfers ? *world.p : *world.x;
    auto& stays = called_transfers ? *world.x : *world.p;
    world.report([&] { leaves.report().on_hold(leaves, true); });
    world.transfer(leaves, "97");
    CHECK(end_of(leaves) == "release 16");
    CHECK(end_of(stays) == "unhold");
    auto& fresh = *world.first.last;
    CHECK(fresh.heard == "start 7");
    CHECK(fresh.started.caller.number == (called_transfers ? "201" : "5551"));
    CHECK(fresh.started.source.name == (called_transfers ? "office" : "201"));
    CHECK(world.connector.pairs.empty());
    CHECK(shown_state(world.manager.calls().at(0)) == "transferring");
    SECTION("answered") {
        world.report([&] { fresh.report().on_alerting(fresh, false); });
        CHECK(world.connector.ringing.count(stays.endpoint) == 1);
        stays.endpoint = {4711};  // its audio moves: the tone with it
        world.report([&] { stays.report().on_media_changed(stays); });
        CHECK(world.connector.ringing == std::set<media::EndpointId>{{4711}});
        world.answer(fresh);
        CHECK(world.connector.ringing.empty());
        CHECK(world.connector.joined(stays.endpoint, fresh.endpoint));
        CHECK(end_of(stays) == "unhold");
        CHECK(shown_state(world.manager.calls().at(0)) == "talking");
        world.release(leaves);
        world.release(fresh);
        CHECK(end_of(stays) == "release 16");
        world.end_released();
        REQUIRE(world.records.size() == 1);
        const auto& record = world.records[0];
        CHECK(record.released_by == "transferred");
        CHECK(record.transferred_to == "97");
        CHECK(record.transfer_endpoint == "sip office");
        CHECK(record.from_endpoint == "fxs 1");
        CHECK(record.called == "5551");
        CHECK(record.attempts == 2);
    }
    SECTION("nobody can be reached: the party gets the cause") {
        world.release(fresh, {network_out_of_order, call::Location::user, ""});
        auto& last = *world.second.last;
        world.report([&] { last.report().on_alerting(last, false); });
        world.release(last, {user_busy, call::Location::user, ""});
        CHECK(end_of(stays) == "release 17");
        CHECK(world.connector.ringing.empty());
        world.end_released();
    }
    SECTION("the operator ends it") {
        world.end_all();
    }
    SECTION("it is transferred once more") {
        world.answer(fresh);
        world.transfer(stays, "98");
        CHECK(world.first.last->heard == "start 8");
        world.answer(*world.first.last);
        CHECK(world.connector.joined(fresh.endpoint, world.first.last->endpoint));
        world.end_released();
        world.end_all();
        CHECK(world.records.at(0).transferred_to == "97,98");
    }
    SECTION("the new party redirects") {
        world.legs.redirected(fresh, "99", call::DivertReason::busy);
        world.reactor.run_posted();
        CHECK(world.first.last->heard == "start 9");
        world.end_all();
    }
    SECTION("the new party is rung in vain") {
        world.report([&] { fresh.report().on_alerting(fresh, false); });
        world.reactor.advance(31s);
        CHECK(end_of(fresh) == "release 19");
        CHECK(world.connector.ringing.count(stays.endpoint) == 1);
        world.end_all();
    }
    world.check_clean();
}

TEST_CASE("a number without a route ends a transferred call with cause 3") {
    OneCall world;
    world.transfer(*world.x, "12");
    CHECK(end_of(*world.p) == "release 3");
    world.end_released();
    world.check_clean();
}

TEST_CASE("before the answer a transfer fails") {
    World world;
    world.call("95");
    world.report([&] { world.caller->report().on_transfer(*world.caller, "97"); });
    CHECK(end_of(*world.caller) == "transfer failed");
    world.manager.hang_up_all(hung_up);
    world.end_released();
    world.check_clean();
}
