// CallManager with fake legs and a manual clock: set-up, failover, no answer, audio, records.
#include "tipring/call/call_manager.hpp"

#include <catch2/catch.hpp>

#include "log_capture.hpp"
#include "world.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using call::q850::network_out_of_order;
using call::q850::normal_clearing;
using call::q850::user_busy;
using routing::DestinationKind;
using test::hung_up;
using test::logged;
using test::World;

TEST_CASE("early media, more digits and the connected party reach the other side") {
    World world;
    world.call("9555");
    REQUIRE(world.first.last != nullptr);
    auto& called = *world.first.last;
    world.report([&] { world.caller->report().on_digit(*world.caller, '1'); });
    CHECK(called.heard == "start 555, dial on 1");
    world.report([&] { called.report().on_progress(called); });
    CHECK(world.connector.joined(world.caller->endpoint, called.endpoint));
    world.report([&] { called.report().on_alerting(called, true); });
    world.report([&] { called.report().on_connected_party(called, {"5551", ""}); });
    world.answer(called);
    CHECK(world.caller->heard == "proceeding, progress, alert inband, connected 5551, answer");
}

TEST_CASE("what a network says of how the call goes on reaches the caller's, and ends with its destination") {
    World world;
    world.call("9555");
    auto& called = *world.first.last;
    const std::vector<call::ProgressIndicator> no_isdn{{call::Location::transit, 2}};
    world.report([&] { called.report().on_progress_indicators(called, no_isdn, false); });
    CHECK(world.caller->indicators == no_isdn);
    world.release(called, {network_out_of_order, call::Location::transit, ""});
    REQUIRE(world.second.last != nullptr);
    CHECK(world.caller->indicators.empty());
}

TEST_CASE("a call is routed, answered, joined and recorded") {
    World world;
    world.call("95551234");
    REQUIRE(world.first.last != nullptr);
    auto& called = *world.first.last;
    CHECK(called.heard == "start 5551234");
    CHECK(world.caller->heard == "proceeding");

    world.legs.report([&] { called.report().on_alerting(called, false); });
    CHECK(world.caller->heard == "proceeding, alert local");
    CHECK(world.connector.pairs.empty());
    world.reactor.advance(2s);
    world.answer(called);
    CHECK(world.caller->heard == "proceeding, alert local, answer");
    CHECK(world.connector.joined(world.caller->endpoint, called.endpoint));

    const auto view = world.manager.calls().at(0);
    CHECK(view.state == call::CallState::talking);
    CHECK(view.to_endpoint == "sip office");
    CHECK(view.route == "out");
    CHECK(view.from_media == world.caller->endpoint);

    world.reactor.advance(10s);
    world.release(*world.caller);
    CHECK(world.connector.pairs.empty());
    CHECK(called.heard == "start 5551234, release 16");
    world.release(called);

    REQUIRE(world.records.size() == 1);
    const auto& record = world.records[0];
    CHECK(record.setup == 2s);
    CHECK(record.talk == 10s);
    CHECK(record.cause.value == normal_clearing);
    CHECK(record.released_by == "caller");
    CHECK(record.called == "5551234");
    CHECK(record.attempts == 1);
    CHECK(world.manager.total() == 1);
    using State = call::CallState;
    CHECK(world.states ==
          std::vector{State::routing, State::proceeding, State::alerting, State::talking, State::releasing});
    world.check_clean();
}

TEST_CASE("who dials on slowly is not cut off, with dial tone or without") {
    using namespace std::chrono_literals;
    World world;
    world.call("95551234");
    auto& called = *world.first.last;
    called.dials = true;
    const bool tone = GENERATE(false, true);
    world.report([&] {
        called.report().on_proceeding(called);
        if (tone) called.report().on_progress(called);
    });
    const auto limit = tone ? 30s : 60s;  // of this World
    for (int digit = 0; digit < 3; ++digit) {
        world.reactor.advance(limit - 5s);
        world.report([&] { world.caller->report().on_digit(*world.caller, '7'); });
        CHECK(end_of(called) == "dial on 7");
    }
    world.reactor.advance(limit + 1s);
    CHECK(called.released_by_us());
    world.end_released();
    world.release(*world.caller);
    world.end_released();
    world.check_clean();
}

TEST_CASE("no route is cause 3") {
    World world;
    world.call("123");
    CHECK(world.caller->heard == "release 3");
    world.release(*world.caller);
    REQUIRE(world.records.size() == 1);
    CHECK(world.records[0].released_by == "gateway");
    CHECK(world.records[0].attempts == 0);
    world.check_clean();
}

TEST_CASE("the next destination is tried when one fails or has nothing free") {
    World world;
    SECTION("failed") {
        world.call("9555");
        world.release(*world.first.last, {network_out_of_order, call::Location::user, ""});
    }
    SECTION("refused") {
        world.first.refuse_with = user_busy;
        world.call("9555");
    }
    SECTION("unknown") {
        world.manager.remove_exit({DestinationKind::sip, "office"});
        world.call("9555");
    }
    REQUIRE(world.second.last != nullptr);
    CHECK(world.second.last->heard == "start 555");
    CHECK(world.caller->heard == "proceeding");
    world.answer(*world.second.last);
    world.release(*world.second.last);
    CHECK(world.caller->heard == "proceeding, answer, release 16");
    world.release(*world.caller);
    REQUIRE(world.records.size() == 1);
    CHECK(world.records[0].attempts == 2);
    CHECK(world.records[0].released_by == "called");
    CHECK(world.records[0].to_endpoint == "group city");
    world.check_clean();
}

TEST_CASE("the last cause is what the caller gets") {
    World world;
    world.second.refuse_with = call::q850::no_circuit_available;
    world.call("9555");
    world.release(*world.first.last, {network_out_of_order, call::Location::user, ""});
    CHECK(world.caller->heard == "proceeding, release 34");
    world.release(*world.caller);
    world.check_clean();
}

TEST_CASE("busy is an answer: nothing else is tried") {
    World world;
    world.call("9555");
    world.release(*world.first.last, {user_busy, call::Location::user, ""});
    CHECK(world.second.last == nullptr);
    CHECK(world.caller->heard == "proceeding, release 17");
    world.release(*world.caller);
    world.check_clean();
}

TEST_CASE("a destination that does not answer in time is followed by the next") {
    World world;
    world.call("9555");
    auto& slow = *world.first.last;
    world.reactor.advance(20s);
    world.legs.report([&] { slow.report().on_alerting(slow, true); });
    CHECK(world.connector.pairs.size() == 1);
    world.reactor.advance(29s);
    CHECK(world.second.last == nullptr);
    world.reactor.advance(2s);
    REQUIRE(world.second.last != nullptr);
    CHECK(slow.heard == "start 555, release 19");
    CHECK(world.connector.pairs.empty());
    CHECK(world.caller->heard == "proceeding, alert inband, alert local");

    // A late answer of the one given up is no answer of the call.
    world.answer(slow);
    CHECK(world.manager.calls().at(0).state == call::CallState::proceeding);
    world.reactor.advance(61s);
    CHECK(world.caller->heard == "proceeding, alert inband, alert local, release 102");
    world.release(*world.caller);
    CHECK(world.records.empty());
    world.release(slow);
    world.release(*world.second.last);
    REQUIRE(world.records.size() == 1);
    CHECK(world.records[0].cause.value == call::q850::recovery_on_timer_expiry);
    world.check_clean();
}

TEST_CASE("the caller hangs up while a destination rings; the answer crosses it") {
    World world;
    world.call("9555");
    auto& called = *world.first.last;
    world.release(*world.caller);
    world.answer(called);
    CHECK(world.connector.pairs.empty());
    CHECK(called.heard == "start 555, release 16");
    world.release(called);
    REQUIRE(world.records.size() == 1);
    CHECK(world.records[0].talk == 0ms);
    world.check_clean();
}

TEST_CASE("a leg that never ends is dropped by the guard") {
    World world;
    world.call("9555");
    world.answer(*world.first.last);
    CHECK(world.manager.hang_up(world.manager.calls().at(0).id, hung_up));
    CHECK(world.legs.alive.size() == 2);
    world.reactor.advance(60s);
    REQUIRE(world.records.size() == 1);
    CHECK(world.records[0].released_by == "gateway");
    CHECK_FALSE(world.manager.hang_up(world.records[0].id, hung_up));
    world.check_clean();
}

TEST_CASE("audio that moves is joined again") {
    World world;
    world.call("9555");
    auto& called = *world.first.last;
    called.endpoint = {};
    world.answer(called);
    CHECK(world.connector.connects == 0);
    called.endpoint = {77};
    world.legs.report([&] { called.report().on_media_changed(called); });
    CHECK(world.connector.joined({77}, world.caller->endpoint));
    world.legs.report([&] { world.caller->report().on_media_changed(*world.caller); });
    CHECK(world.connector.connects == 2);
    world.manager.hang_up_all(hung_up);
    CHECK(world.connector.pairs.empty());
    world.release(called);
    world.release(*world.caller);
    world.check_clean();
}

TEST_CASE("digits are handed over both ways") {
    World world;
    world.call("9555");
    auto& called = *world.first.last;
    world.answer(called);
    world.legs.report([&] { world.caller->report().on_digit(*world.caller, '7'); });
    world.legs.report([&] { called.report().on_digit(called, '*'); });
    CHECK(called.heard == "start 555, digit 7");
    CHECK(world.caller->heard == "proceeding, answer, digit *");
}

TEST_CASE("the manager may go while calls are up") {
    test::ManualReactor reactor;
    test::LegTable legs;
    test::FakeConnector connector;
    {
        call::CallManager manager(reactor, connector, {30s});
        manager.incoming(std::make_unique<test::FakeLeg>(manager.next_leg_id(), "fxs 1", legs), {});
        CHECK(legs.alive.size() == 1);
    }
    CHECK(legs.alive.empty());
    reactor.run_posted();
    CHECK(reactor.timers() == 0);
}

namespace {

class FakeGroup final : public call::Exit {
  public:
    explicit FakeGroup(std::vector<call::Exit*> lines) : lines_(std::move(lines)) {}
    routing::Destination destination() const override { return {DestinationKind::group, "both"}; }
    std::unique_ptr<call::Leg> open(base::LegId, const call::CallRequest&, call::Cause&) override {
        return nullptr;
    }
    std::vector<call::Exit*> members() const override { return lines_; }

  private:
    std::vector<call::Exit*> lines_;
};

}  // namespace

TEST_CASE("a group is tried line by line, a line that fails costs only its own attempt") {
    World world;
    FakeGroup group({&world.first, &world.second});
    world.manager.add_exit(group);
    routing::RouteRule rule;
    rule.name = "group";
    rule.to = {{DestinationKind::group, "both"}};
    world.manager.set_routes({rule});
    world.call("555");
    REQUIRE(world.first.last != nullptr);
    world.release(*world.first.last,
                  {call::q850::no_circuit_available, call::Location::public_local, "no dial tone"});
    REQUIRE(world.second.last != nullptr);
    world.answer(*world.second.last);
    CHECK(world.manager.calls().at(0).state == call::CallState::talking);
    world.release(*world.second.last);
    world.release(*world.caller);
    REQUIRE(world.records.size() == 1);
    CHECK(world.records[0].attempts == 2);
}

TEST_CASE(
    "a caller who withholds his number is in the record and the view, with that; not in other log lines") {
    World world;
    const auto lines = logged([&] {
        auto leg = world.telephone("sip office");
        world.manager.incoming(std::move(leg), {{"0301234", "", call::Presentation::restricted}, "95", {}});
        world.reactor.run_posted();
        const auto view = world.manager.calls().at(0);
        CHECK(view.caller == "0301234");
        CHECK(view.presentation == call::Presentation::restricted);
        world.manager.hang_up_all(test::hung_up);
        world.end_released();
    });
    CHECK(world.records.at(0).caller.presentation == call::Presentation::restricted);
    unsigned records = 0, incoming = 0;
    for (const auto& line : lines) {
        CAPTURE(line);
        if (line.find(" record ") == std::string::npos) {
            CHECK(line.find("0301234") == std::string::npos);
        } else {
            CHECK(line.find(" caller=0301234 ") != std::string::npos);
            CHECK(line.ends_with(" presentation=restricted"));
            ++records;
        }
        if (line.find(" incoming caller=restricted called=95") != std::string::npos) ++incoming;
    }
    CHECK(records == 1);
    CHECK(incoming == 1);
    world.check_clean();
}

TEST_CASE("a sum so far is an event every 10 s at most and only in the debug log; the record has the last") {
    using call::AdviceTime, call::ChargeKind;
    World world;
    std::vector<std::string> told;
    world.manager.on_service = [&](std::string_view event, const auto& fields) {
        if (event == "call.charge") told.push_back(fields[2].second + " " + fields[3].second);
    };
    world.call("9555");
    auto& called = *world.first.last;
    world.answer(called);
    const auto advise = [&](AdviceTime time, std::uint64_t amount) {
        world.report([&] {
            called.report().on_advice(called, {.time = time,
                                               .kind = ChargeKind::currency,
                                               .amount = amount,
                                               .currency = "EUR",
                                               .subtotal = time == AdviceTime::during});
        });
    };
    const auto lines = logged([&] {
        advise(AdviceTime::during, 100);
        world.reactor.advance(9s);
        advise(AdviceTime::during, 110);
        world.reactor.advance(1s);
        advise(AdviceTime::during, 120);
        advise(AdviceTime::during, 1130);
    });
    CHECK(told == std::vector<std::string>{"during 0.100 EUR", "during 0.120 EUR"});
    CHECK(std::none_of(lines.begin(), lines.end(),
                       [](const std::string& line) { return line.find("charge") != std::string::npos; }));
    SECTION("without an end") {
        world.release(called);
        world.end_released();
        REQUIRE(world.records.size() == 1);
        CHECK(world.records[0].charge == "1.130 EUR");
    }
    SECTION("with one") {
        CHECK(logged([&] { advise(AdviceTime::end, 1250); }).size() == 1);
        CHECK(told.back() == "end 1.250 EUR");
    }
}

TEST_CASE("a charge in words") {
    call::Advice advice{.kind = call::ChargeKind::currency, .amount = 1250, .currency = "EUR"};
    CHECK(to_text(advice) == "1.250 EUR");
    advice.currency.clear();
    CHECK(to_text(advice) == "1.250");
    advice.kind = call::ChargeKind::units;
    CHECK(to_text(advice) == "1250 units");
}
