// CallManager with fake legs: two calls of one telephone: hold, conference, attended transfer.
#include <catch2/catch.hpp>

#include "world.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using routing::DestinationKind;
using test::end_of;
using test::hung_up;
using test::World;

namespace {

/// Telephone 201 has called "95551" (office) and, with that one on hold, "95552"; city is the second
/// destination.
struct TwoCalls : World {
    test::FakeLeg* x1 = nullptr;  ///< the telephone's leg of the first call, and the party there
    test::FakeLeg* p1 = nullptr;
    test::FakeLeg* x2 = nullptr;
    test::FakeLeg* p2 = nullptr;
    static constexpr media::EndpointId line{7};

    TwoCalls() {
        call("95551");
        x1 = caller;
        p1 = first.last;
        x1->endpoint = line;
        answer(*p1);
        hold(*x1, true);
        call("95552");
        x2 = caller;
        p2 = first.last;
        x2->endpoint = line;
    }
    void hold(test::FakeLeg& leg, bool on) {
        leg.endpoint = on ? media::EndpointId{} : line;
        report([&] {
            leg.report().on_hold(leg, on);
            leg.report().on_media_changed(leg);
        });
    }
    void join(test::FakeLeg& leg, test::FakeLeg& other) {
        report([&] { leg.report().on_join(leg, other); });
    }
    void referred(test::FakeLeg& leg, bool done) {
        report([&] {
            leg.report().on_referred(leg, done ? call::ReferOutcome::reached : call::ReferOutcome::failed);
        });
    }
    /// Both legs of whoever asked end in the way that says that it has come about.
    void check_told_of_success() const {
        for (const auto* leg : {x1, x2}) {
            REQUIRE(leg->released_with);
            CHECK(
                call::is_transferred_away({16, call::Location::private_local, "", "", *leg->released_with}));
        }
    }
    void alert(test::FakeLeg& leg, bool inband = false) {
        report([&] { leg.report().on_alerting(leg, inband); });
    }
    void end_all() {
        manager.hang_up_all(hung_up);
        end_released();
        check_clean();
    }
};

}  // namespace

TEST_CASE("a held side is told, parted and joined again; two calls may share a telephone's line") {
    TwoCalls world;
    CHECK(world.p1->heard == "start 5551, hold");
    CHECK(world.connector.pairs.empty());
    CHECK(shown_state(world.manager.calls().at(0)) == "held");
    world.answer(*world.p2);
    CHECK(world.connector.joined(world.line, world.p2->endpoint));
    CHECK_FALSE(world.manager.calls().at(1).conference);

    world.hold(*world.x1, false);  // a conference
    CHECK(world.p1->heard == "start 5551, hold, unhold");
    CHECK(world.connector.joined(world.line, world.p1->endpoint));
    CHECK(world.connector.joined(world.line, world.p2->endpoint));
    CHECK(shown_state(world.manager.calls().at(0)) == "conference");
    CHECK(shown_state(world.manager.calls().at(1)) == "conference");

    world.release(*world.p2);
    CHECK(world.connector.joined(world.line, world.p1->endpoint));
    CHECK(shown_state(world.manager.calls().at(0)) == "talking");
    world.end_all();
    CHECK(world.shown == std::vector<std::string>{"routing", "proceeding", "talking", "held", "routing",
                                                  "proceeding", "talking", "talking", "releasing",
                                                  "releasing"});
}

TEST_CASE("a held call can be ended from either side and by the gateway") {
    TwoCalls world;
    SECTION("the held one") {
        world.release(*world.p1);
    }
    SECTION("the one that holds") {
        world.release(*world.x1);
    }
    SECTION("the gateway") {
        CHECK(world.manager.hang_up(world.manager.calls().at(0).id, hung_up));
    }
    world.end_released();
    CHECK(world.manager.calls().size() == 1);
    world.end_all();
}

TEST_CASE("an attended transfer joins the two parties, whichever leg reports it") {
    TwoCalls world;
    world.answer(*world.p2);
    const bool second_reports = GENERATE(false, true);
    if (second_reports) {
        world.join(*world.x2, *world.x1);
    } else {
        world.join(*world.x1, *world.x2);
    }
    CHECK(end_of(*world.x1) == "release 16");
    CHECK(end_of(*world.x2) == "release 16");
    world.check_told_of_success();
    CHECK(end_of(*world.p1) == "unhold");
    CHECK(world.connector.joined(world.p1->endpoint, world.p2->endpoint));
    CHECK(world.connector.pairs.size() == 1);
    world.release(*world.x1);
    world.release(*world.x2);
    REQUIRE(world.manager.calls().size() == 1);
    CHECK(world.manager.calls()[0].state == call::CallState::talking);
    REQUIRE(world.records.size() == 1);
    world.report([&] { world.p1->report().on_digit(*world.p1, '4'); });
    CHECK(end_of(*world.p2) == "digit 4");

    world.reactor.advance(200s);  // the guard of the call that ended is no matter of the other
    CHECK(world.manager.calls().size() == 1);
    world.release(*world.p2);
    CHECK(end_of(*world.p1) == "release 16");
    world.release(*world.p1);
    REQUIRE(world.records.size() == 2);
    CHECK(world.records[0].joined == world.records[1].id);
    CHECK(world.records[1].joined == world.records[0].id);
    CHECK(world.records[1].transferred_to == (second_reports ? "5551" : "5552"));
    CHECK(world.records[0].transferred_to == (second_reports ? "5552" : "5551"));
    CHECK(world.records[0].released_by == "caller");
    world.check_clean();
}

TEST_CASE("the second party may ring still; then the first one hears it ring") {
    TwoCalls world;
    const auto rings = GENERATE(as<std::string>(), "not at all", "by the gateway's tone", "by its own tone");
    CAPTURE(rings);
    if (rings != "not at all") world.alert(*world.p2, rings == "by its own tone");
    // Asked on either call, that of the one that rings, too.
    if (GENERATE(false, true)) {
        world.join(*world.x1, *world.x2);
    } else {
        world.join(*world.x2, *world.x1);
    }
    world.check_told_of_success();
    CHECK(world.connector.ringing.contains(world.p1->endpoint) == (rings == "by the gateway's tone"));
    CHECK(world.connector.joined(world.p1->endpoint, world.p2->endpoint) == (rings == "by its own tone"));
    CHECK(shown_state(world.manager.calls().at(0)) == "transferring");
    world.end_released();
    REQUIRE(world.manager.calls().size() == 1);
    SECTION("it answers") {
        world.answer(*world.p2);
        CHECK(world.connector.ringing.empty());
        CHECK(world.connector.joined(world.p1->endpoint, world.p2->endpoint));
        CHECK(world.connector.pairs.size() == 1);
        world.release(*world.p1);
    }
    SECTION("it does not; the next destination of that call is tried for the first party") {
        world.reactor.advance(61s);
        REQUIRE(world.second.last != nullptr);
        CHECK(world.second.last->heard == "start 5552");
        CHECK(world.second.last->started.caller.number == "5551");
        CHECK(world.second.last->started.on_behalf);
    }
    world.end_all();
}

TEST_CASE("what cannot be joined stays as it is, and the telephone is told") {
    TwoCalls world;
    SECTION("the second call is over") {
        world.release(*world.p2);
        world.join(*world.x1, *world.x2);
        CHECK(end_of(*world.x1) == "transfer failed");
        CHECK(end_of(*world.x2) == "release 16");
    }
    SECTION("neither is answered") {
        World other;
        other.call("91");
        auto& one = *other.caller;
        other.call("92");
        other.report([&] { one.report().on_join(one, *other.caller); });
        CHECK(end_of(one) == "transfer failed");
        CHECK(end_of(*other.caller) == "transfer failed");
        other.manager.hang_up_all(hung_up);
        other.end_released();
        other.check_clean();
    }
    SECTION("both sides of one call") {
        world.join(*world.x1, *world.p1);
        CHECK(end_of(*world.x1) == "transfer failed");
        CHECK(end_of(*world.p1) == "transfer failed");
    }
    world.end_all();
}

TEST_CASE("a far end that can be asked replaces the gateway in an attended transfer") {
    TwoCalls world;
    world.p1->can_refer = true;
    SECTION("not while the other one rings") {
        world.alert(*world.p2);
        world.join(*world.x1, *world.x2);
        CHECK(world.p1->heard.find("refer") == std::string::npos);
        CHECK(end_of(*world.x1) == "release 16");
    }
    SECTION("answered") {
        world.answer(*world.p2);
        world.join(*world.x1, *world.x2);
        CHECK(end_of(*world.p1) == "refer 5552 replacing sip office");
        CHECK(shown_state(world.manager.calls().at(0)) == "transferring");
        SECTION("done") {
            world.referred(*world.p1, true);
            for (auto* leg : {world.x1, world.x2, world.p1, world.p2})
                CHECK(end_of(*leg) == "release 16");
            world.end_released();
            REQUIRE(world.records.size() == 2);
            CHECK(world.records[0].joined == world.records[1].id);
            CHECK(world.records[1].joined == world.records[0].id);
            CHECK(world.records[0].transferred_to == "5552");
            CHECK(world.records[1].transferred_to == "5551");
        }
        SECTION("done, and its dialog was ended first") {
            world.release(*world.p2);
            CHECK(end_of(*world.x2) == "release 16");
            world.referred(*world.p1, true);
            world.end_released();
            CHECK(world.manager.calls().empty());
        }
        SECTION("failed: the gateway joins them") {
            world.referred(*world.p1, false);
            CHECK(world.connector.joined(world.p1->endpoint, world.p2->endpoint));
            CHECK(end_of(*world.x1) == "release 16");
            CHECK(end_of(*world.x2) == "release 16");
        }
        SECTION("not a word of it: the gateway joins them") {
            world.reactor.advance(31s);
            CHECK(world.connector.joined(world.p1->endpoint, world.p2->endpoint));
            CHECK(end_of(*world.x1) == "release 16");
        }
        SECTION("failed, and the other one has gone") {
            world.release(*world.p2);
            world.end_released();
            world.referred(*world.p1, false);
            CHECK(end_of(*world.x1) == "transfer failed");
            CHECK(end_of(*world.p1) == "unhold");
        }
        SECTION("the one that was asked has gone") {
            world.release(*world.p1);
            CHECK(end_of(*world.x1) == "release 16");
            CHECK(end_of(*world.x2) == "transfer failed");
        }
    }
    world.end_all();
}

TEST_CASE("a call that came in is joined as well: its caller's leg goes to the other call") {
    World world;
    world.call("91");  // 201 has called; its party is to be joined to somebody who calls 201
    auto& x1 = *world.caller;
    auto& p1 = *world.first.last;
    world.answer(p1);
    world.report([&] { x1.report().on_hold(x1, true); });
    auto outside = world.telephone("sip trunk");
    auto& p2 = *outside;
    world.manager.incoming(std::move(outside),
                           {{"0301234", "", {}}, "92", {DestinationKind::sip, "trunk", ""}});
    world.reactor.run_posted();
    auto& x2 = *world.first.last;  // stands for the telephone
    SECTION("it waits: that is no call to be joined") {
        world.report([&] { x2.report().on_alerting(x2, false); });
        world.report([&] { x1.report().on_join(x1, x2); });
        CHECK(end_of(x1) == "transfer failed");
    }
    SECTION("answered") {
        world.answer(x2);
        world.report([&] { x2.report().on_hold(x2, true); });
        world.report([&] { x1.report().on_join(x1, x2); });
        CHECK(p2.heard == "proceeding, answer, hold, unhold");
        CHECK(end_of(p1) == "unhold");
        CHECK(world.connector.joined(p1.endpoint, p2.endpoint));
        world.end_released();
        CHECK(world.records.at(0).released_by == "called");
        CHECK(world.manager.calls().at(0).called == "0301234");
    }
    world.manager.hang_up_all(hung_up);
    world.end_released();
    world.check_clean();
}

TEST_CASE("a number that is withheld is not told to the far end; the gateway joins the calls") {
    World world;
    world.first.can_refer = true;
    const auto presentation = GENERATE(call::Presentation::allowed, call::Presentation::restricted);
    auto leg = world.telephone("sip office");
    auto& hidden = *leg;
    world.manager.incoming(std::move(leg),
                           {{"0301234", "", presentation}, "91", {DestinationKind::sip, "office", ""}});
    world.reactor.run_posted();
    auto& x1 = *world.first.last;  // stands for the telephone
    world.answer(x1);
    world.report([&] { x1.report().on_hold(x1, true); });
    world.call("95552");
    auto& x2 = *world.caller;
    auto& asked = *world.first.last;
    world.answer(asked);
    world.report([&] { x2.report().on_join(x2, x1); });
    if (presentation == call::Presentation::allowed) {
        CHECK(end_of(asked) == "refer 0301234 replacing sip office");
    } else {
        CHECK(asked.heard.find("refer") == std::string::npos);
        CHECK(world.connector.joined(hidden.endpoint, asked.endpoint));
    }
    world.manager.hang_up_all(hung_up);
    world.end_released();
    world.check_clean();
}

TEST_CASE("data goes on over a join") {
    TwoCalls world;
    world.answer(*world.p2);
    world.p1->data = true;
    world.join(*world.x1, *world.x2);
    CHECK(end_of(*world.p2) == "carry data");
    world.end_all();
}
