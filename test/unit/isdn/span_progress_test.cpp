// Progress indicators (Q.931 4.5.23) from one leg to the other, with their location.
#include <catch2/catch.hpp>

#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using call::Location;
using isdn::LinkEventKind;
using Indicators = std::vector<call::ProgressIndicator>;

namespace {

const Indicators announcement{{Location::transit, 8}};
const Indicators old_network{{Location::public_remote, 1}, {Location::private_remote, 2}};

struct IndicatorListener final : call::LegObserver {
    void on_proceeding(call::Leg&) override {}
    void on_alerting(call::Leg&, bool) override { at_alerting = last; }
    void on_progress(call::Leg&) override { at_progress = last; }
    void on_progress_indicators(call::Leg&, const Indicators& indicators, bool of_answer) override {
        (of_answer ? with_answer : last) = indicators;
    }
    void on_answered(call::Leg&) override { answered = true; }
    void on_released(call::Leg&, const call::Cause&) override {}
    void on_media_changed(call::Leg&) override {}
    void on_digit(call::Leg&, char) override {}

    Indicators last, at_progress, at_alerting, with_answer;
    bool answered = false;
};

}  // namespace

TEST_CASE("the network's progress indicators are told before what they belong to") {
    Bench bench;
    REQUIRE(bench.up());
    IndicatorListener listener;
    call::Cause why;
    const auto leg = bench.span->open({1}, {}, why);
    REQUIRE(leg);
    leg->observe(&listener);
    call::CallRequest request;
    request.called = "5551234";
    leg->start(request);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::setup) == 1; }));
    auto& peer = bench.peer->link;
    const auto setup = *bench.peer->last(LinkEventKind::setup);
    const auto channel = setup.channel.value_or(1);
    peer.proceeding(setup.call, channel);
    peer.progress_indicators(setup.call, announcement, false);
    peer.progress(setup.call, channel);
    REQUIRE(bench.until([&] { return !listener.at_progress.empty(); }));
    CHECK(listener.at_progress == announcement);
    peer.progress_indicators(setup.call, old_network, false);
    peer.alerting(setup.call, channel, true);
    REQUIRE(bench.until([&] { return !listener.at_alerting.empty(); }));
    CHECK(listener.at_alerting == old_network);
    peer.progress_indicators(setup.call, {{Location::private_local, 2}}, true);
    peer.answer(setup.call, channel);
    REQUIRE(bench.until([&] { return listener.answered; }));
    CHECK(listener.with_answer == Indicators{{Location::private_local, 2}});
}

TEST_CASE(
    "progress indicators of the other leg leave with their location, those of in-band information only with "
    "audio") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 3, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    auto& leg = *bench.sink.calls[0].leg;
    const bool inband = GENERATE(false, true);
    leg.progress_indicators(old_network, false);
    leg.alert(inband);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::alerting) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::alerting)->progress ==
          (inband ? old_network : Indicators{old_network[1]}));
    leg.answer();
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::answer) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::answer)->progress.empty());
}

TEST_CASE("without an indicator of the other leg the gateway's own is there") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 3, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    auto& leg = *bench.sink.calls[0].leg;
    leg.progress_indicators(announcement, false);
    leg.progress_indicators({}, false);  // another destination is tried
    leg.progress();
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::progress) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::progress)->progress == Indicators{{Location::private_local, 8}});
    leg.progress_indicators({{Location::transit, 2}}, true);
    leg.answer();
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::answer) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::answer)->progress == Indicators{{Location::transit, 2}});
}
