// What networks tell beside a call: charges, and the identification of malicious calls.
#include <catch2/catch.hpp>

#include "pri_supplementary.hpp"
#include "service_commands.hpp"
#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using isdn::LinkEventKind;

namespace {

struct ServiceListener final : call::LegObserver {
    void on_proceeding(call::Leg&) override {}
    void on_alerting(call::Leg&, bool) override {}
    void on_answered(call::Leg&) override { answered = true; }
    void on_released(call::Leg&, const call::Cause&) override { heard += "released "; }
    void on_media_changed(call::Leg&) override {}
    void on_digit(call::Leg&, char) override {}
    void on_advice(call::Leg&, const call::Advice& advice) override {
        heard += call::name(advice.time) + ":" + call::to_text(advice) + " ";
    }
    void on_identification(call::Leg&, bool asked, bool done) override {
        heard += asked ? "asked " : done ? "done " : "refused ";
    }
    bool answered = false;
    std::string heard;
};

/// A call that the gateway has placed, or taken, answered.
struct ServiceCall {
    explicit ServiceCall(bool outgoing, bool advice = true, bool ours = true, bool theirs = true)
        : bench(options(advice, ours, theirs)) {
        REQUIRE(bench.up());
        const call::CallRequest request{.caller = {}, .called = "5551234", .source = {}};
        if (outgoing) {
            bench.peer->on_event = [this](const isdn::LinkEvent& event) {
                if (event.kind == LinkEventKind::setup) bench.peer->link.answer(event.call, *event.channel);
            };
            leg = bench.span->open(bench.sink.next_leg_id(), request, bench.refused);
            leg->observe(&listener);
            leg->start(request);
            REQUIRE(bench.until([&] { return listener.answered; }));
            record = bench.peer->last(LinkEventKind::setup)->call;
        } else {
            record = bench.peer->link.setup({.caller = {}, .called = "5551234", .channel = 1});
            REQUIRE(bench.until([&] { return !bench.sink.calls.empty(); }));
            leg = std::move(bench.sink.calls.front().leg);
            leg->observe(&listener);
            leg->answer();
            REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::answer) == 1; }));
        }
    }
    static BenchOptions options(bool advice, bool ours, bool theirs) {
        BenchOptions options;
        options.settings.advice_of_charge = advice;
        options.settings.malicious_call = ours;
        options.peer_link.malicious_call = theirs;
        return options;
    }
    void hang_up() {
        bench.peer->link.hangup(record, 16);
        REQUIRE(bench.until([&] { return listener.heard.find("released") != std::string::npos; }));
    }
    void tell(const pri_subcmd_aoc_d& charge) {
        bench.peer->link.run(record, [&](pri* controller) { pri_aoc_d_send(controller, record, &charge); });
    }
    void tell(const pri_subcmd_aoc_e& charge) {
        bench.peer->link.run(record, [&](pri* controller) { pri_aoc_e_send(controller, record, &charge); });
    }

    Bench bench;
    ServiceListener listener;
    std::unique_ptr<call::Leg> leg;
    q931_call* record = nullptr;
};

pri_subcmd_aoc_d money(long cost, int multiplier, const char* currency) {
    pri_subcmd_aoc_d charge{};
    charge.charge = PRI_AOC_DE_CHARGE_CURRENCY;
    charge.billing_accumulation = 1;
    charge.recorded.money.amount = {cost, multiplier};
    std::snprintf(charge.recorded.money.currency, sizeof charge.recorded.money.currency, "%s", currency);
    return charge;
}

}  // namespace

TEST_CASE("calls wait for a channel, as many as the span allows") {
    BenchOptions options{.bearers = 1};
    options.settings.call_waiting = 1;
    Bench bench(options);
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) bench.peer->link.answer(event.call, *event.channel);
    };
    Listener listener;
    auto busy = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("answered"); }));

    auto* waiting = bench.peer->link.setup({.caller = {}, .called = "201", .channel = 0});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    auto& call = bench.sink.calls.front();
    CHECK(call.leg->endpoint_name() == "span 1 waiting");
    CHECK_FALSE(call.leg->media());
    call.leg->alert(true);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::alerting) == 1; }));
    CHECK_FALSE(bench.peer->last(LinkEventKind::alerting)->inband);

    bench.peer->link.setup({.caller = {}, .called = "202", .channel = 0});
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::released) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::released)->cause == 34);
    CHECK(bench.sink.calls.size() == 1);

    SECTION("a channel is free when it is answered") {
        busy->release({call::q850::normal_clearing, call::Location::user, ""});
        REQUIRE(bench.idle());
        call.leg->answer();
        REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::answer) == 1; }));
        CHECK(bench.peer->last(LinkEventKind::answer)->call == waiting);
        CHECK(bench.peer->last(LinkEventKind::answer)->channel == 1U);
        CHECK(call.leg->media() == media::EndpointId{1001});
        CHECK(bench.span->view().in_use == 1);
    }
    SECTION("no channel is free") {
        call.leg->answer();
        REQUIRE(bench.until([&] { return call.listener->has("released"); }));
        CHECK(call.listener->cause->value == 34);
        CHECK(bench.peer->last(LinkEventKind::disconnect)->cause == 34);
    }
    SECTION("the caller gives up") {
        bench.peer->link.hangup(waiting, 16);
        REQUIRE(bench.until([&] { return call.listener->has("released"); }));
    }
    CHECK(bench.span->view().repairs == 0);
}

TEST_CASE("charges come during the call and with its end") {
    ServiceCall call(true);
    pri_subcmd_aoc_d units{};
    units.charge = PRI_AOC_DE_CHARGE_UNITS;
    units.recorded.unit.num_items = 2;
    units.recorded.unit.item[0] = {3, -1};
    units.recorded.unit.item[1] = {4, 1};
    call.tell(units);
    call.tell(money(125, PRI_AOC_MULTIPLIER_HUNDREDTH, "EUR"));
    pri_subcmd_aoc_e end{};
    end.charge = PRI_AOC_DE_CHARGE_CURRENCY;
    end.recorded.money = money(2, PRI_AOC_MULTIPLIER_ONE, "EUR").recorded.money;
    call.tell(end);
    call.hang_up();
    CHECK(call.listener.heard == "during:7 units during:1.250 EUR end:2.000 EUR released ");
}

TEST_CASE("a charge that comes with the network's RELEASE is told before the end") {
    ServiceCall call(true);
    call.bench.peer->on_event = [&](const isdn::LinkEvent&) {};
    pri_subcmd_aoc_e end{};
    end.charge = PRI_AOC_DE_CHARGE_FREE;
    call.tell(end);  // waits for the next message, which is the RELEASE
    call.leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(call.bench.until([&] { return call.listener.heard.find("released") != std::string::npos; }));
    CHECK(call.listener.heard == "end:free released ");
}

TEST_CASE("a span that does not want charges says nothing of them") {
    ServiceCall call(true, false);
    call.tell(money(1, PRI_AOC_MULTIPLIER_ONE, "EUR"));
    call.hang_up();
    CHECK(call.listener.heard == "released ");
}

TEST_CASE("every multiplier, and values that no network should send") {
    const auto [multiplier, text] =
        GENERATE(table<int, std::string>({{PRI_AOC_MULTIPLIER_THOUSANDTH, "0.007 EUR"},
                                          {PRI_AOC_MULTIPLIER_HUNDREDTH, "0.070 EUR"},
                                          {PRI_AOC_MULTIPLIER_TENTH, "0.700 EUR"},
                                          {PRI_AOC_MULTIPLIER_ONE, "7.000 EUR"},
                                          {PRI_AOC_MULTIPLIER_TEN, "70.000 EUR"},
                                          {PRI_AOC_MULTIPLIER_HUNDRED, "700.000 EUR"},
                                          {PRI_AOC_MULTIPLIER_THOUSAND, "7000.000 EUR"},
                                          {99, "7000.000 EUR"},
                                          {-1, "0.007 EUR"}}));
    const auto advice = isdn::advice_of(money(7, multiplier, "EUR"));
    CHECK(call::to_text(advice) == text);
    CHECK(call::to_text(isdn::advice_of(money(-5, PRI_AOC_MULTIPLIER_ONE, "EUR"))) == "0.000 EUR");
    CHECK(isdn::advice_of(money(1, PRI_AOC_MULTIPLIER_ONE, "\x1b[2J")).currency.find('\x1b') ==
          std::string::npos);
    pri_subcmd_aoc_d units{};
    units.charge = PRI_AOC_DE_CHARGE_UNITS;
    units.recorded.unit.num_items = 1000;
    for (auto& item : units.recorded.unit.item)
        item.number = -1;
    CHECK(isdn::advice_of(units).kind == call::ChargeKind::unknown);
    CHECK(isdn::advice_of(units).subtotal);
}

TEST_CASE("rates in words") {
    pri_subcmd_aoc_s rates{};
    CHECK(call::to_text(isdn::advice_of(rates)) == "not available");
    rates.num_items = 3;
    rates.item[0].chargeable = PRI_AOC_CHARGED_ITEM_BASIC_COMMUNICATION;
    rates.item[0].rate_type = PRI_AOC_RATE_TYPE_DURATION;
    rates.item[0].rate.duration.amount = {6, PRI_AOC_MULTIPLIER_HUNDREDTH};
    rates.item[0].rate.duration.time = {1, PRI_AOC_TIME_SCALE_MINUTE};
    std::snprintf(rates.item[0].rate.duration.currency, sizeof rates.item[0].rate.duration.currency, "EUR");
    rates.item[1].chargeable = PRI_AOC_CHARGED_ITEM_CALL_SETUP;
    rates.item[1].rate_type = PRI_AOC_RATE_TYPE_FREE;
    rates.item[2].chargeable = 99;
    rates.item[2].rate_type = 99;
    CHECK(call::to_text(isdn::advice_of(rates)) ==
          "call: 0.060 EUR per 1 x 1 min; set-up: free; item: not available");
}

TEST_CASE("the network is asked to record a malicious caller") {
    const bool granted = GENERATE(true, false);
    ServiceCall call(false, true, true, granted);
    REQUIRE(call.leg->identify_call());
    REQUIRE(call.bench.until([&] { return !call.listener.heard.empty(); }));
    CHECK(call.listener.heard == (granted ? "done " : "refused "));
    CHECK(call.bench.peer->count(LinkEventKind::malicious) == (granted ? 1 : 0));
}

TEST_CASE("who calls out, or may not, cannot have the other side recorded") {
    CHECK_FALSE(ServiceCall(true).leg->identify_call());
    CHECK_FALSE(ServiceCall(false, true, false).leg->identify_call());
}

TEST_CASE("the other end wants a caller of ours to be recorded") {
    const bool allowed = GENERATE(true, false);
    ServiceCall call(true, true, allowed);
    REQUIRE(isdn::send_malicious_call(call.bench.peer->link, call.record));
    REQUIRE(call.bench.until([&] { return call.bench.peer->count(LinkEventKind::malicious_answer) == 1; }));
    CHECK(call.bench.peer->last(LinkEventKind::malicious_answer)->accepted == allowed);
    call.hang_up();
    CHECK(call.listener.heard == (allowed ? "asked released " : "released "));
}
