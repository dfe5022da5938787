// The virtual board in one process: inventory, opening, signalling between its two sides, and its thread's
// rest.
#include <thread>

#include "simulator_fixture.hpp"

using namespace tipring;
using namespace tipring::hardware;
using namespace tipring::test;

TEST_CASE("Channels are numbered by kind, and the far side sees the other ends") {
    VirtualBoard board({.fxs = 2, .fxo = 1, .e1 = 1, .t1 = 1});
    const auto near = board.near()->channels().value();
    const auto far = board.far()->channels().value();
    REQUIRE(near.size() == 2 + 1 + 31 + 24);
    REQUIRE(far.size() == near.size());
    CHECK(near[1].kind == ChannelKind::fxs);
    CHECK(far[1].kind == ChannelKind::fxo);
    CHECK(near[2].kind == ChannelKind::fxo);
    CHECK(far[2].kind == ChannelKind::fxs);
    CHECK(near[2].span == base::SpanNumber{1});
    CHECK(near[2].position == 3);
    CHECK(near[3 + 15].kind == ChannelKind::d_channel);
    CHECK(near[3 + 15].position == 16);
    CHECK(near[3 + 15].span == base::SpanNumber{2});
    CHECK(near[57].kind == ChannelKind::d_channel);
    CHECK(near[57].position == 24);
    CHECK(near[57].law == dsp::Law::mulaw);
    CHECK(near[57].number == base::ChannelNumber{58});
    const auto spans = board.near()->spans().value();
    REQUIRE(spans.size() == 3);
    CHECK_FALSE(spans[0].is_digital);
    CHECK(spans[1].is_e1);
    CHECK(spans[2].is_digital);
    CHECK_FALSE(spans[2].is_e1);
    CHECK(board.near()->name() == "simulator");
}

TEST_CASE("Opening says what is wrong") {
    VirtualBoard board({.fxs = 1, .e1 = 1});
    const auto near = board.near();
    const auto message = [](const auto& result) { return result ? std::string() : result.error().message; };
    CHECK_THAT(message(near->open({0}, {})),
               Catch::Contains("channel 0") && Catch::Contains("no such channel"));
    CHECK_THAT(message(near->open({33}, {})), Catch::Contains("no such channel"));
    CHECK_THAT(message(near->open({17}, {})), Catch::Contains("this kind of channel"));
    CHECK_THAT(message(near->open_d_channel({1})), Catch::Contains("this kind of channel"));
    auto first = near->open({1}, {});
    REQUIRE(ok(first));
    CHECK_THAT(message(board.near()->open({1}, {})), Catch::Contains("channel 1") && Catch::Contains("busy"));
    CHECK(ok(board.far()->open({1}, {})));
    first->control.reset();
    CHECK_THAT(message(near->open({1}, {})), Catch::Contains("busy"));  // the bearer still has it
    first->bearer.reset();
    bool reopened = false;
    for (const auto end = Clock::now() + patience; !reopened && Clock::now() < end;)
        reopened = near->open({1}, {}).has_value();
    CHECK(reopened);
}

TEST_CASE("A phone is rung, answers, and hears the exchange hang up") {
    VirtualBoard board({.fxs = 1});
    const auto near = board.near(), far = board.far();
    auto port = open(*near, 1);
    auto phone = open(*far, 1);
    REQUIRE(ok(port.control().ring(quick_ring)));
    CHECK(phone.event() == "ring_begin");
    CHECK(port.event() == "ringer_off");
    CHECK(phone.event() == "ring_end");
    CHECK(port.event() == "ringer_on");
    CHECK(phone.event() == "ring_begin");
    REQUIRE(ok(phone.control().seize()));
    CHECK(port.wait_event(LineEventKind::off_hook));
    CHECK_FALSE(phone.control().status()->ringing);
    CHECK(phone.wait_event(LineEventKind::hook_complete));
    REQUIRE(ok(port.control().seize()));
    CHECK(port.control().status()->off_hook);
    REQUIRE(ok(port.control().release()));
    CHECK_FALSE(phone.control().status()->battery);
    CHECK(phone.event() == "battery_lost");
    CHECK(phone.event() == "battery_present");
    CHECK(port.event() == "hook_complete");
}

TEST_CASE("An exchange line is rung, seized and flashed") {
    VirtualBoard board({.fxo = 1});
    auto line = open(*board.near(), 1);
    auto office = open(*board.far(), 1);
    REQUIRE(ok(office.control().ring({2000, 4000})));
    CHECK(line.event() == "ring_begin");
    CHECK(line.control().status()->ringing);
    CHECK_FALSE(ok(line.control().flash()));
    REQUIRE(ok(line.control().seize()));
    CHECK(office.event() == "off_hook");
    CHECK(line.wait_event(LineEventKind::hook_complete));
    REQUIRE(ok(line.control().flash()));
    CHECK(line.event() == "hook_complete");
    CHECK(office.event() == "flash");
    CHECK_FALSE(ok(line.control().ring(quick_ring)));
    REQUIRE(ok(line.control().release()));
    CHECK(office.event() == "on_hook");
}

TEST_CASE("A fault takes the battery of an exchange line") {
    VirtualBoard board({.fxo = 1});
    auto line = open(*board.near(), 1);
    board.set_faults({1}, {.battery_off = true});
    CHECK(line.event() == "battery_lost");
    CHECK_FALSE(line.control().status()->battery);
    board.set_faults({1}, {});
    CHECK(line.event() == "battery_present");
    board.set_faults({2}, {.unplugged = true});  // no such channel: nothing
    board.set_faults({0}, {.unplugged = true});
}

TEST_CASE("A layout that no board has is refused") {
    CHECK_THROWS_WITH(VirtualBoard({.fxs = 1024}), Catch::Contains("1023"));
    CHECK_THROWS(VirtualBoard({.e1 = 34}));
    CHECK_THROWS(VirtualBoard({.fxs = 0xFFFFFFFF, .fxo = 2}));
}

TEST_CASE("The board's thread stands still while nothing happens") {
    VirtualBoard board({.fxs = 24});
    const auto near = board.near();
    std::vector<Channel> ports;
    for (std::uint32_t i = 1; i <= 24; ++i)
        ports.push_back(near->open({i}, {}).value());
    REQUIRE(ok(ports[0].control->start_audio()));
    REQUIRE(wait_readable(ports[0].bearer->descriptor()));
    REQUIRE(ok(ports[0].control->stop_audio()));
    const auto before = board.wakeups();
    CHECK_FALSE(
        wait_readable(ports[1].bearer->descriptor(), milliseconds(300)));  // 30 ticks, if there were any
    CHECK(board.wakeups() - before <= 2);
}
