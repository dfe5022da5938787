// Two T1 spans as one trunk (NFAS), with a D-channel on each.
#include <catch2/catch.hpp>
#include <set>

#include "bearer_position.hpp"
#include "span_bench.hpp"
#include "tipring/isdn/span_care.hpp"

using namespace tipring;
using namespace tipring::test;
using isdn::LinkEventKind;

namespace {

constexpr unsigned each_span = 23;

/// Quick enough for a test that waits for the loss of a data link, and slow enough for a machine that is late by a second.
std::vector<config::SpanTimer> quick_timers() {
    return {{"T200", 300}, {"N200", 3}, {"T203", 500}};
}

config::Span trunk_settings() {
    config::Span settings;
    settings.number = 1;
    settings.name = "main";
    settings.first_channel = 1;
    settings.d_channel = 24;
    settings.switch_type = config::SwitchType::national;
    settings.timers = quick_timers();
    auto member = settings;
    member.number = 2;
    member.name = "2";
    member.interface = 1;
    member.first_channel = 25;
    member.d_channel = 48;
    for (unsigned i = 0; i < each_span; ++i) {
        settings.bearers.push_back(1 + i);
        member.bearers.push_back(25 + i);
    }
    settings.nfas.push_back(member);
    return settings;
}

isdn::LinkOptions peer_options() {
    isdn::LinkOptions options;
    options.label = "peer";
    options.network_side = true;
    options.t1 = true;
    options.switch_type = config::SwitchType::national;
    options.timers = quick_timers();
    options.nfas = true;
    return options;
}

class Trunk {
  public:
    Trunk() : reactor(context) {
        std::vector<isdn::BearerPosition> positions;
        for (unsigned interface = 0; interface < 2; ++interface) {
            for (unsigned timeslot = 1; timeslot <= each_span; ++timeslot)
                positions.push_back(
                    {isdn::bearer_position(interface, timeslot), {interface * 24 + timeslot}});
        }
        isdn::ControllerParts parts{
            .reactor = reactor,
            .calls = sink,
            .d_channel = std::make_unique<MemoryDChannel>(wires[0], 0),
            .audio = std::make_unique<RecordingAudio>(),
            .bearers = positions,
            .on_change = [this](const isdn::SpanEvent& event,
                                const isdn::SpanView&) { changes.push_back(written(event)); },
            .times = {.t309 = 700ms, .reconcile = 20ms, .restart_at_start = false},
            .backup_d_channel = std::make_unique<MemoryDChannel>(wires[1], 0),
            .span_alarm = [this](unsigned number) -> std::optional<bool> { return number == 2 && alarm; }};
        span = std::make_unique<isdn::SpanController>(trunk_settings(), std::move(parts));
        peer = std::make_unique<Peer>(reactor, wires[0], peer_options());
        peer->link.add_backup(second, 1);
        peer->on_event = [this](const isdn::LinkEvent& event) {
            if (event.kind == LinkEventKind::setup) peer->link.answer(event.call, event.channel.value_or(0));
        };
    }
    ~Trunk() {
        span->shut_down();
        peer->link.stop();
        sink.calls.clear();
        context.restart();
        context.poll();
    }

    template <class Condition>
    bool until(Condition condition, std::chrono::milliseconds limit = 60s) {
        return run_until(context, std::move(condition), limit);
    }
    bool both_up() {
        return until([this] {
            const auto rows = span->view().spans;
            const auto theirs = peer->link.data_links();
            return rows[0].d_channel_up && rows[1].d_channel_up && theirs[0].up && theirs[1].up;
        });
    }
    bool uses(std::size_t which) {
        return until([this, which] {
            const auto ours = span->view().spans;
            const auto theirs = peer->link.data_links();
            return ours[which].active && !ours[1 - which].d_channel_up && theirs[which].active &&
                   !theirs[1 - which].up;
        });
    }
    std::unique_ptr<call::Leg> dial(Listener& listener) {
        auto leg = span->open(sink.next_leg_id(), {}, refused);
        if (!leg) return nullptr;
        leg->observe(&listener);
        leg->start(call::CallRequest{.caller = {}, .called = "5551234", .source = {}});
        return leg;
    }

    boost::asio::io_context context;
    base::AsioReactor reactor;
    std::shared_ptr<MemoryWire> wires[2] = {std::make_shared<MemoryWire>(), std::make_shared<MemoryWire>()};
    MemoryDChannel second{wires[1], 1};
    Sink sink;
    bool alarm = false;
    std::vector<std::string> changes;
    std::unique_ptr<isdn::SpanController> span;
    std::unique_ptr<Peer> peer;
    call::Cause refused;
};

}  // namespace

TEST_CASE("trunk: the channels of both spans are one pool, and each names its interface") {
    Trunk trunk;
    REQUIRE(trunk.both_up());
    CHECK(trunk.span->view().idle == 2 * each_span);
    std::vector<std::unique_ptr<Listener>> listeners;
    std::vector<std::unique_ptr<call::Leg>> legs;
    for (unsigned i = 0; i < 2 * each_span; ++i) {
        listeners.push_back(std::make_unique<Listener>());
        legs.push_back(trunk.dial(*listeners.back()));
        REQUIRE(legs.back());
    }
    for (const auto& listener : listeners)
        REQUIRE(trunk.until([&] { return listener->has("answered"); }));
    std::set<unsigned> channels;
    for (const auto& event : trunk.peer->events) {
        if (event.kind == LinkEventKind::setup) channels.insert(event.channel.value_or(0));
    }
    CHECK(channels.size() == 2 * each_span);
    CHECK(*channels.begin() == 1);
    CHECK(*channels.rbegin() == isdn::bearer_position(1, each_span));
    Listener none;
    CHECK_FALSE(trunk.dial(none));
    CHECK(trunk.refused.value == call::q850::no_circuit_available);
    const auto members = trunk.span->trunk_members();
    REQUIRE(members.size() == 1);
    CHECK(members[0]->view().number == 2);
    CHECK(members[0]->view().trunk == "main");
    CHECK(members[0]->view().in_use == each_span);
    CHECK(members[0]->view().bearers.size() == each_span);
}

TEST_CASE("trunk: the peer's SETUP on a channel of the second span is a call there") {
    Trunk trunk;
    REQUIRE(trunk.both_up());
    trunk.peer->link.setup(
        {.caller = {}, .called = "201", .channel = isdn::bearer_position(1, 7), .exclusive = true});
    REQUIRE(trunk.until([&] { return trunk.sink.calls.size() == 1; }));
    CHECK(trunk.span->allocator().state(isdn::bearer_position(1, 7)) == isdn::BearerState::in_use);
    CHECK(trunk.span->allocator().state(7) == isdn::BearerState::idle);
    const auto bearers = trunk.span->view().bearers;
    const auto busy = std::ranges::find(bearers, isdn::BearerState::in_use, &isdn::BearerView::state);
    REQUIRE(busy != bearers.end());
    CHECK(busy->span == 2);
    CHECK(busy->position == 7);
    trunk.peer->link.setup(
        {.caller = {}, .called = "201", .channel = isdn::bearer_position(5, 7), .exclusive = true});
    REQUIRE(trunk.until([&] { return trunk.peer->last(LinkEventKind::released) != nullptr; }));
    CHECK(trunk.peer->last(LinkEventKind::released)->cause == 82);
}

TEST_CASE("trunk: calls outlive each D-channel in turn, and either end can still clear them") {
    Trunk trunk;
    REQUIRE(trunk.both_up());
    Listener first, second, third;
    const auto kept = trunk.dial(first), cleared = trunk.dial(second);
    REQUIRE(trunk.until([&] { return first.has("answered") && second.has("answered"); }));
    CHECK(trunk.span->view().spans[0].active);

    trunk.wires[0]->connected = false;
    REQUIRE(trunk.uses(1));
    CHECK(trunk.span->view().d_channel_up);
    CHECK(trunk.span->view().d_channel_losses == 0);
    CHECK_FALSE(first.has("released"));
    // One that was answered before is cleared on the other D-channel, and a new one works.
    cleared->release({call::q850::normal_clearing, call::Location::private_local, ""});
    REQUIRE(trunk.until([&] { return second.has("released") && trunk.span->view().in_use == 1; }));
    CHECK(trunk.peer->last(LinkEventKind::disconnect) != nullptr);
    const auto fresh = trunk.dial(third);
    REQUIRE(fresh);
    REQUIRE(trunk.until([&] { return third.has("answered"); }));

    trunk.wires[0]->connected = true;
    REQUIRE(trunk.both_up());
    CHECK(trunk.span->view().spans[1].active);  // no switching without need
    trunk.wires[1]->connected = false;
    REQUIRE(trunk.uses(0));
    CHECK_FALSE(first.has("released"));
    CHECK_FALSE(third.has("released"));
    q931_call* ours = nullptr;
    for (const auto& event : trunk.peer->events) {
        if (event.kind == LinkEventKind::setup) ours = event.call;  // the last is the third
    }
    REQUIRE(ours != nullptr);
    trunk.peer->link.hangup(ours, call::q850::normal_clearing);
    REQUIRE(trunk.until([&] { return third.has("released"); }));
    CHECK(third.cause->value == call::q850::normal_clearing);
    CHECK(trunk.span->view().repairs == 0);
}

TEST_CASE("trunk: the loss of the D-channel that is not in use is told") {
    Trunk trunk;
    REQUIRE(trunk.both_up());
    const auto told = [&trunk](const std::string& event) {
        return std::ranges::find(trunk.changes, event) != trunk.changes.end();
    };
    trunk.wires[1]->connected = false;
    CHECK(trunk.until([&] { return told("span.standby 2 state=down"); }));
    trunk.wires[1]->connected = true;
    CHECK(trunk.until([&] { return told("span.standby 2 state=up"); }));
    CHECK(trunk.span->view().d_channel_up);
}

TEST_CASE("trunk: a member is taken out of service as a whole, in one event") {
    Trunk trunk;
    REQUIRE(trunk.both_up());
    const auto members = trunk.span->trunk_members();
    REQUIRE(members.size() == 1);
    trunk.changes.clear();
    REQUIRE(members[0]->set_in_service({}, false).has_value());
    CHECK(trunk.changes == std::vector<std::string>{"span.service 2 channel=all state=out by=operator"});
    CHECK(members[0]->view().idle == 0);
    CHECK(trunk.span->view().idle == each_span);
}

TEST_CASE("trunk: with both D-channels lost answered calls end after T309") {
    Trunk trunk;
    REQUIRE(trunk.both_up());
    Listener listener;
    const auto leg = trunk.dial(listener);
    REQUIRE(trunk.until([&] { return listener.has("answered"); }));
    trunk.wires[0]->connected = trunk.wires[1]->connected = false;
    REQUIRE(trunk.until([&] { return !trunk.span->view().d_channel_up; }));
    CHECK_FALSE(listener.has("released"));
    REQUIRE(trunk.until([&] { return listener.has("released"); }));
    CHECK(listener.cause->value == call::q850::destination_out_of_order);
    CHECK(trunk.span->view().d_channel_losses == 1);
}

TEST_CASE("trunk: the alarm of one span takes its channels only") {
    Trunk trunk;
    REQUIRE(trunk.both_up());
    trunk.alarm = true;
    REQUIRE(trunk.until([&] { return trunk.span->view().idle == each_span; }));
    CHECK(trunk.span->view().layer1_up);
    CHECK_FALSE(trunk.span->trunk_members()[0]->view().layer1_up);
    CHECK(trunk.span->allocator().state(isdn::bearer_position(1, 1)) == isdn::BearerState::alarm);
    trunk.alarm = false;
    REQUIRE(trunk.until([&] { return trunk.span->view().idle == 2 * each_span; }));
}

TEST_CASE("trunk: a call on a span that stays in alarm ends after T309, and no other") {
    Trunk trunk;
    REQUIRE(trunk.both_up());
    for (const unsigned interface : {0U, 1U})
        trunk.peer->link.setup({.caller = {},
                                .called = "201",
                                .channel = isdn::bearer_position(interface, 7),
                                .exclusive = true});
    REQUIRE(trunk.until([&] { return trunk.sink.calls.size() == 2; }));
    for (const auto& call : trunk.sink.calls)
        call.leg->answer();
    trunk.alarm = true;
    REQUIRE(trunk.until([&] { return trunk.sink.calls[1].listener->has("released"); }));
    CHECK(trunk.sink.calls[1].listener->cause->value == call::q850::destination_out_of_order);
    CHECK_FALSE(trunk.sink.calls[0].listener->has("released"));
    REQUIRE(trunk.until([&] { return trunk.peer->last(LinkEventKind::disconnect) != nullptr; }));
    CHECK(trunk.peer->last(LinkEventKind::disconnect)->channel == isdn::bearer_position(1, 7));
}

TEST_CASE("trunk: a RESTART for one interface ends its calls and no others") {
    struct Case {
        const char* what;
        std::vector<std::uint8_t> elements;
        bool ends_first, ends_second;
    };
    const auto restart =
        GENERATE(Case{"interface 1 by name", {0x18, 0x02, 0xe0, 0x81, 0x79, 0x01, 0x86}, false, true},
                 Case{"the D-channel's, without a name", {0x79, 0x01, 0x86}, true, false},
                 Case{"all interfaces", {0x79, 0x01, 0x87}, true, true});
    CAPTURE(restart.what);
    Trunk trunk;
    REQUIRE(trunk.both_up());
    for (const unsigned interface : {0U, 1U})
        trunk.peer->link.setup({.caller = {},
                                .called = "201",
                                .channel = isdn::bearer_position(interface, 7),
                                .exclusive = true});
    REQUIRE(trunk.until([&] { return trunk.sink.calls.size() == 2; }));
    for (const auto& call : trunk.sink.calls)
        call.leg->answer();
    REQUIRE(trunk.until([&] { return trunk.peer->count(LinkEventKind::answer) == 2; }));
    trunk.wires[0]->tamper = [&](int from, Frame& frame) {
        constexpr std::size_t type = 8;
        constexpr std::uint8_t restart_message = 0x46;
        if (from != 1 || frame.size() <= type || (frame[2] & 1) != 0 || frame[type] != restart_message)
            return;
        frame.resize(type + 1);
        frame.insert(frame.end(), restart.elements.begin(), restart.elements.end());
        frame.insert(frame.end(), 2, 0);  // the room of the FCS
    };
    trunk.peer->link.restart(9);
    const auto ended = [&](std::size_t call) { return trunk.sink.calls[call].listener->has("released"); };
    REQUIRE(trunk.until([&] { return trunk.peer->count(LinkEventKind::restart_ack) == 1; }));
    CHECK(ended(0) == restart.ends_first);
    CHECK(ended(1) == restart.ends_second);
}

TEST_CASE("trunk: a channel, a span or all of it is taken out of service") {
    Trunk trunk;
    REQUIRE(trunk.both_up());
    auto* const member = trunk.span->trunk_members()[0];
    REQUIRE(member->set_in_service(3, false).has_value());
    CHECK(trunk.span->allocator().state(isdn::bearer_position(1, 3)) == isdn::BearerState::out_of_service);
    REQUIRE(trunk.until([&] { return trunk.peer->last(LinkEventKind::service) != nullptr; }));
    CHECK(trunk.peer->last(LinkEventKind::service)->channel == isdn::bearer_position(1, 3));
    REQUIRE(member->set_in_service(std::nullopt, false).has_value());
    CHECK(trunk.span->view().idle == each_span);
    REQUIRE(member->set_in_service(std::nullopt, true).has_value());
    CHECK(trunk.span->view().idle == 2 * each_span);
    CHECK_FALSE(member->set_in_service(24, false).has_value());
    REQUIRE(member->restart(9).has_value());
    REQUIRE(trunk.until([&] { return trunk.peer->last(LinkEventKind::restart) != nullptr; }));
    CHECK(trunk.peer->last(LinkEventKind::restart)->channel == isdn::bearer_position(1, 9));
}

TEST_CASE("trunk: a loop of one span asks for the calls of that span only") {
    Trunk trunk;
    REQUIRE(trunk.both_up());
    Listener listeners[2];
    std::vector<std::unique_ptr<call::Leg>> legs;
    for (auto& listener : listeners)
        legs.push_back(trunk.dial(listener));
    for (const auto& listener : listeners)
        REQUIRE(trunk.until([&] { return listener.has("answered"); }));
    auto* const member = trunk.span->trunk_members()[0];
    CHECK(trunk.span->view().in_use == 2);
    CHECK(isdn::calls_of(trunk.span->view()) == 2);
    CHECK(isdn::calls_of(member->view()) == 0);
    trunk.peer->link.setup(
        {.caller = {}, .called = "201", .channel = isdn::bearer_position(1, 7), .exclusive = true});
    REQUIRE(trunk.until([&] { return trunk.sink.calls.size() == 1; }));
    CHECK(trunk.span->view().in_use == 3);
    CHECK(isdn::calls_of(trunk.span->view()) == 2);
    CHECK(isdn::calls_of(member->view()) == 1);
}
