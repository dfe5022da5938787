// Hold: HOLD and RETRIEVE of the other end, and the notifications of a hold beyond either side.
#include <catch2/catch.hpp>

#include "pri_supplementary.hpp"
#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using isdn::LinkEventKind;
namespace notification = isdn::notification;

namespace {

/// An answered call on a span; the gateway has placed it.
struct TalkingSpan {
    explicit TalkingSpan(const BenchOptions& options = {}) : bench(options) {
        REQUIRE(bench.up());
        bench.peer->on_event = [this](const isdn::LinkEvent& event) {
            if (event.kind == LinkEventKind::setup) bench.peer->link.answer(event.call, *event.channel);
        };
        leg = bench.dial(listener);
        REQUIRE(leg);
        REQUIRE(heard("answered"));
        record = bench.peer->last(LinkEventKind::setup)->call;
        listener.heard.clear();
    }
    bool heard(std::string_view word) {
        return bench.until([&] { return listener.has(word); });
    }
    bool told(LinkEventKind kind) {
        return bench.until([&] { return bench.peer->count(kind) > 0; });
    }
    void hold() {
        REQUIRE(isdn::send_hold(bench.peer->link, record));
        REQUIRE(told(LinkEventKind::hold_ack));
        REQUIRE(heard("hold"));
    }

    Bench bench;
    Listener listener;
    std::unique_ptr<call::Leg> leg;
    q931_call* record = nullptr;
};

BenchOptions with_hold(bool on, config::SpanSide side = config::SpanSide::user, unsigned bearers = 30) {
    BenchOptions options{.side = side, .bearers = bearers};
    options.settings.hold = on;
    return options;
}

}  // namespace

TEST_CASE("a held call has no channel, and gets one back") {
    const auto side = GENERATE(config::SpanSide::user, config::SpanSide::network);
    TalkingSpan talking(with_hold(true, side));
    auto& bench = talking.bench;
    talking.hold();
    CHECK(talking.listener.heard == "media hold ");
    CHECK_FALSE(talking.leg->media());
    CHECK_FALSE(bench.audio->running[1]);
    CHECK(bench.span->view().in_use == 0);
    CHECK(bench.span->view().held == 1);
    talking.leg->send_digit('5');
    CHECK(bench.audio->digits.empty());

    talking.listener.heard.clear();
    REQUIRE(isdn::send_retrieve(bench.peer->link, talking.record, 7));
    REQUIRE(talking.told(LinkEventKind::retrieve_ack));
    REQUIRE(talking.heard("back"));
    CHECK(talking.listener.heard == "media back ");
    CHECK(bench.peer->last(LinkEventKind::retrieve_ack)->channel == 7U);
    CHECK(talking.leg->media() == media::EndpointId{1007});
    CHECK(bench.audio->running[7]);
    CHECK(bench.span->view().in_use == 1);
    CHECK(bench.span->view().held == 0);
    talking.leg->release({call::q850::normal_clearing, call::Location::user, ""});
    CHECK(bench.idle());
}

TEST_CASE("another call uses the channel of a held one, which is refused until there is a free one") {
    TalkingSpan talking(with_hold(true, config::SpanSide::network, 1));
    auto& bench = talking.bench;
    talking.hold();
    Listener other;
    auto second = bench.dial(other);
    REQUIRE(second);
    REQUIRE(bench.until([&] { return other.has("answered"); }));
    const auto wanted = GENERATE(std::optional<unsigned>{}, std::optional<unsigned>{1U});
    REQUIRE(isdn::send_retrieve(bench.peer->link, talking.record, wanted));
    REQUIRE(talking.told(LinkEventKind::retrieve_reject));
    CHECK(bench.peer->last(LinkEventKind::retrieve_reject)->cause == 34);
    CHECK(bench.span->view().held == 1);
    CHECK_FALSE(talking.listener.has("back"));

    second->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.idle());
    REQUIRE(isdn::send_retrieve(bench.peer->link, talking.record, {}));
    REQUIRE(talking.told(LinkEventKind::retrieve_ack));
    CHECK(bench.peer->last(LinkEventKind::retrieve_ack)->channel == 1U);
    CHECK(talking.heard("back"));
}

TEST_CASE("a network that insists on a channel that is busy hears cause 44") {
    TalkingSpan talking(with_hold(true, config::SpanSide::user, 2));
    auto& bench = talking.bench;
    talking.hold();
    Listener other;
    const auto second = bench.dial(other);
    REQUIRE(bench.until([&] { return other.has("answered"); }));
    REQUIRE(isdn::send_retrieve(bench.peer->link, talking.record, 1));
    REQUIRE(talking.told(LinkEventKind::retrieve_reject));
    CHECK(bench.peer->last(LinkEventKind::retrieve_reject)->cause == 44);
    CHECK(talking.leg->media() == media::EndpointId{});
}

TEST_CASE("a retrieval onto a channel without audio is refused, and the channel stays free") {
    TalkingSpan talking;
    talking.hold();
    talking.bench.audio->fails = true;
    REQUIRE(isdn::send_retrieve(talking.bench.peer->link, talking.record, 3));
    REQUIRE(talking.told(LinkEventKind::retrieve_reject));
    CHECK(talking.bench.peer->last(LinkEventKind::retrieve_reject)->cause == 41);
    CHECK(talking.bench.span->view().in_use == 0);
}

TEST_CASE("a span that does not grant hold says why") {
    const auto side = GENERATE(config::SpanSide::user, config::SpanSide::network);
    TalkingSpan talking(with_hold(false, side));
    REQUIRE(isdn::send_hold(talking.bench.peer->link, talking.record));
    REQUIRE(talking.told(LinkEventKind::hold_reject));
    CHECK(talking.bench.peer->last(LinkEventKind::hold_reject)->cause ==
          (side == config::SpanSide::network ? 50 : 29));
    CHECK(talking.bench.audio->running[1]);
    CHECK(talking.listener.heard.empty());
    isdn::send_notification(talking.bench.peer->link, talking.record, notification::remote_hold);
    talking.leg->hold(true);
    talking.bench.peer->link.hangup(talking.record, 16);
    REQUIRE(talking.heard("released"));
    CHECK(talking.listener.heard == "released ");
    CHECK(talking.bench.peer->count(LinkEventKind::notification) == 0);
}

TEST_CASE("a call that is not answered is not held") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup) bench.peer->link.alerting(event.call, *event.channel, false);
    };
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("alerting"); }));
    REQUIRE(isdn::send_hold(bench.peer->link, bench.peer->last(LinkEventKind::setup)->call));
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::hold_reject) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::hold_reject)->cause == 101);
    CHECK(bench.span->view().in_use == 1);
}

TEST_CASE("a held call ends from either side") {
    TalkingSpan talking;
    auto& bench = talking.bench;
    talking.hold();
    SECTION("this side") {
        talking.leg->release({call::q850::normal_clearing, call::Location::user, ""});
        CHECK(bench.until([&] { return bench.peer->count(LinkEventKind::disconnect) == 1; }));
    }
    SECTION("the other side") {
        bench.peer->link.hangup(talking.record, 16);
    }
    SECTION("the span is shut down") {
        bench.span->shut_down();
    }
    REQUIRE(talking.heard("released"));
    CHECK(bench.until([&] { return bench.span->view().held == 0; }));
    CHECK(bench.span->view().repairs == 0);
}

TEST_CASE("the audit finds nothing wrong with a held call") {
    TalkingSpan talking;
    talking.hold();
    // Each audit looks at the alarm first.
    const auto& looks = talking.bench.wire->ends[0].alarm_looks;
    REQUIRE(talking.bench.until([&looks, enough = looks + 5] { return looks > enough; }));
    CHECK(talking.bench.span->view().held == 1);
    CHECK(talking.bench.span->view().repairs == 0);
}

TEST_CASE("a hold beyond the other end is told by NOTIFY, and so is one on our side") {
    TalkingSpan talking;
    auto& bench = talking.bench;
    isdn::send_notification(bench.peer->link, talking.record, notification::remote_hold);
    REQUIRE(talking.heard("hold"));
    CHECK(talking.listener.heard == "hold ");  // there may be music: the channel stays
    CHECK(bench.audio->running[1]);
    isdn::send_notification(bench.peer->link, talking.record, 0x7b);  // conference floating: nothing of ours
    isdn::send_notification(bench.peer->link, talking.record, notification::remote_retrieval);
    REQUIRE(talking.heard("back"));
    CHECK(talking.listener.heard == "hold back ");

    talking.leg->hold(true);
    talking.leg->hold(true);
    talking.leg->hold(false);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::notification) == 2; }));
    CHECK(bench.peer->last(LinkEventKind::notification)->notification == notification::remote_retrieval);
}

TEST_CASE("a hold and a hold beyond it are one, until both are over") {
    TalkingSpan talking;
    auto& bench = talking.bench;
    isdn::send_notification(bench.peer->link, talking.record, notification::remote_hold);
    REQUIRE(talking.heard("hold"));
    REQUIRE(isdn::send_hold(bench.peer->link, talking.record));
    REQUIRE(talking.told(LinkEventKind::hold_ack));
    REQUIRE(isdn::send_retrieve(bench.peer->link, talking.record, 1));
    REQUIRE(talking.told(LinkEventKind::retrieve_ack));
    CHECK_FALSE(talking.listener.has("back"));
    isdn::send_notification(bench.peer->link, talking.record, notification::remote_retrieval);
    CHECK(talking.heard("back"));
    CHECK(talking.listener.heard == "hold media media back ");
}

TEST_CASE("only EuroISDN has a word for a hold on our side") {
    BenchOptions options;
    options.settings.switch_type = config::SwitchType::national;
    TalkingSpan talking(options);
    talking.leg->hold(true);
    talking.leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(talking.heard("released"));
    CHECK(talking.bench.peer->count(LinkEventKind::notification) == 0);
}
