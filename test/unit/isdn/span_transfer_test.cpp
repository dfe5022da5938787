// Transfers between two calls of a span: by the network on our wish, and by us on the other end's.
#include <catch2/catch.hpp>

#include "pri_supplementary.hpp"
#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using isdn::LinkEventKind;

namespace {

struct JoinListener final : call::LegObserver {
    explicit JoinListener(Listener& rest) : plain(rest) {}
    void on_proceeding(call::Leg&) override {}
    void on_alerting(call::Leg&, bool) override {}
    void on_answered(call::Leg& leg) override { plain.on_answered(leg); }
    void on_released(call::Leg& leg, const call::Cause& why) override { plain.on_released(leg, why); }
    void on_media_changed(call::Leg&) override {}
    void on_digit(call::Leg&, char) override {}
    void on_referred(call::Leg&, call::ReferOutcome outcome) override {
        plain.heard += outcome == call::ReferOutcome::reached ? "referred " : "not referred ";
    }
    void on_join(call::Leg& leg, call::Leg& other) override {
        plain.heard += "join ";
        joined = {&leg, &other};
    }
    Listener& plain;
    std::pair<call::Leg*, call::Leg*> joined{};
};

/// Two answered calls of the gateway, to A and to B.
struct TwoCalls {
    explicit TwoCalls(bool ours = true, bool theirs = true) : bench(options(ours, theirs)) {
        REQUIRE(bench.up());
        bench.peer->on_event = [this](const isdn::LinkEvent& event) {
            if (event.kind != LinkEventKind::setup) return;
            records.push_back(event.call);
            bench.peer->link.answer(event.call, *event.channel);
        };
        for (auto* side : {&a, &b}) {
            const call::CallRequest request{.caller = {}, .called = "5551234", .source = {}};
            side->leg = bench.span->open(bench.sink.next_leg_id(), request, bench.refused);
            REQUIRE(side->leg);
            side->leg->observe(&side->listener);
            side->leg->start(request);
            REQUIRE(bench.until([&] { return side->plain.has("answered"); }));
            side->plain.heard.clear();
        }
    }
    static BenchOptions options(bool ours, bool theirs) {
        BenchOptions options;
        options.settings.transfer = ours;
        options.peer_link.transfer = theirs;
        options.times.transfer = 300ms;
        options.times.transfer_settle = 100ms;
        return options;
    }
    struct Side {
        Listener plain;
        JoinListener listener{plain};
        std::unique_ptr<call::Leg> leg;
    };
    Bench bench;
    Side a, b;
    std::vector<q931_call*> records;
};

}  // namespace

TEST_CASE("the network joins two calls of the span, and clears both") {
    TwoCalls calls;
    auto& bench = calls.bench;
    REQUIRE(calls.a.leg->refer({"", calls.b.leg.get()}));
    CHECK_FALSE(calls.a.leg->refer({"", calls.b.leg.get()}));  // once at a time
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::transfer) == 1; }));
    const auto event = *bench.peer->last(LinkEventKind::transfer);
    isdn::answer_transfer(bench.peer->link, event.call, event.invoke, true);
    bench.peer->link.hangup(event.call, 16);
    bench.peer->link.hangup(event.other, 16);
    REQUIRE(bench.until([&] { return calls.a.plain.has("released") && calls.b.plain.has("released"); }));
    CHECK(calls.a.plain.heard == "referred released ");
    CHECK(calls.b.plain.heard == "released ");
    CHECK(bench.idle());
}

TEST_CASE("a network that does not join the calls leaves them to the gateway") {
    TwoCalls calls(true, false);
    REQUIRE(calls.a.leg->refer({"", calls.b.leg.get()}));
    REQUIRE(calls.bench.until([&] { return calls.a.plain.has("referred"); }));
    CHECK(calls.a.plain.heard == "not referred ");
    CHECK(calls.b.plain.heard.empty());
    CHECK(calls.bench.span->view().in_use == 2);
    CHECK(calls.a.leg->refer({"", calls.b.leg.get()}));  // may be tried again
}

TEST_CASE("a party who hangs up while the network is asked is no success") {
    TwoCalls calls(true, false);
    auto& bench = calls.bench;
    REQUIRE(calls.a.leg->refer({"", calls.b.leg.get()}));
    bench.peer->link.hangup(calls.records[1], 16);
    REQUIRE(bench.until([&] { return calls.b.plain.has("released"); }));
    CHECK(calls.a.plain.heard == "not referred ");
    CHECK(bench.span->view().in_use == 1);
}

TEST_CASE("a call that the gateway ends meanwhile tells nothing more") {
    TwoCalls calls(true, false);
    auto& bench = calls.bench;
    REQUIRE(calls.a.leg->refer({"", calls.b.leg.get()}));
    bench.peer->link.hangup(calls.records[1], 16);
    REQUIRE(bench.until([&] { return bench.span->view().in_use == 1; }));
    calls.a.leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.until([&] { return calls.a.plain.has("released") && calls.b.plain.has("released"); }));
    CHECK(calls.a.plain.heard == "released ");
    CHECK(calls.b.plain.heard == "released ");
}

TEST_CASE("no transfer without transfer: on, to a number, or to the call itself") {
    TwoCalls calls(false);
    CHECK_FALSE(calls.a.leg->refer({"", calls.b.leg.get()}));
    TwoCalls allowed;
    CHECK_FALSE(allowed.a.leg->refer({"5550100", nullptr}));
    CHECK_FALSE(allowed.a.leg->refer({"", allowed.a.leg.get()}));
    CHECK_FALSE(allowed.a.leg->refer({"", calls.b.leg.get()}));  // of another span
}

TEST_CASE("the other end asks for two calls to be joined") {
    TwoCalls calls;
    auto& bench = calls.bench;
    REQUIRE(isdn::send_transfer(bench.peer->link, calls.records[0], calls.records[1]));
    REQUIRE(bench.until([&] { return calls.a.plain.has("join") || calls.b.plain.has("join"); }));
    auto& asked = calls.a.plain.has("join") ? calls.a : calls.b;
    CHECK(asked.listener.joined.first == asked.leg.get());
    CHECK(asked.listener.joined.second != asked.leg.get());
    SECTION("and they are") {
        for (auto* side : {&calls.a, &calls.b})
            side->leg->release({call::q850::normal_clearing, call::Location::private_local, "transferred"});
        CHECK(bench.until([&] { return bench.peer->count(LinkEventKind::disconnect) == 2; }));
        CHECK(bench.idle());
    }
    SECTION("and cannot be") {
        asked.leg->transfer_failed();
        CHECK(bench.span->view().in_use == 2);
    }
}

TEST_CASE("the other end asks for a transfer that is not allowed") {
    TwoCalls calls(false);
    auto& bench = calls.bench;
    REQUIRE(isdn::send_transfer(bench.peer->link, calls.records[0], calls.records[1]));
    // What is asked is answered in order.
    isdn::send_notification(bench.peer->link, calls.records[0], isdn::notification::remote_hold);
    REQUIRE(isdn::send_hold(bench.peer->link, calls.records[0]));
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::hold_ack) == 1; }));
    CHECK_FALSE(calls.a.plain.has("join"));
    CHECK_FALSE(calls.b.plain.has("join"));
}
