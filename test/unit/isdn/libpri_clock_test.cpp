// libpri's clock is ours (docs/decisions/0009-libpri-on-a-monotonic-clock.md): a step of the system's time does not
// reach it.
#include "tipring/base/libpri_clock.hpp"

#include <sys/time.h>
#include <time.h>

#include <atomic>
#include <catch2/catch.hpp>

#include "manual_reactor.hpp"
#include "span_bench.hpp"

namespace {

std::atomic<long> wall_step_s{0};
std::atomic<unsigned> wall_asked{0};

std::atomic<std::chrono::microseconds::rep> injected_us{0};
std::chrono::microseconds injected_clock() noexcept {
    return std::chrono::microseconds(injected_us.load());
}

/// Puts the usual clock back even when the test fails.
struct InjectedClock {
    InjectedClock() { tipring::base::set_libpri_clock(injected_clock); }
    ~InjectedClock() { tipring::base::set_libpri_clock(nullptr); }
};

struct WallStep {
    explicit WallStep(long seconds) { wall_step_s = seconds; }
    ~WallStep() { wall_step_s = 0; }
};

}  // namespace

// The program's own comes before the C library's: an unchanged libpri would ask this one.
extern "C" int gettimeofday(timeval* now, void*) noexcept {
    ++wall_asked;
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);
    now->tv_sec = time.tv_sec + wall_step_s;
    now->tv_usec = time.tv_nsec / 1000;
    return 0;
}

using namespace tipring;
using namespace tipring::test;
using isdn::LinkEventKind;

TEST_CASE("a step of the system's time by an hour ends neither the data link nor a call") {
    const long step = GENERATE(3600L, -3600L);
    timeval probe{};
    const auto before = wall_asked.load();
    REQUIRE(::gettimeofday(&probe, nullptr) == 0);
    REQUIRE(wall_asked == before + 1);  // it is this file's

    Bench bench;
    REQUIRE(bench.up());
    bench.peer->on_event = [&bench](const isdn::LinkEvent& event) {
        if (event.kind == LinkEventKind::setup)
            bench.peer->link.answer(event.call, event.channel.value_or(1));
    };
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("answered"); }));

    const WallStep stepped(step);
    Listener other;
    const auto second = bench.dial(other);
    REQUIRE(bench.until([&] { return other.has("answered"); }));
    // Timers still run: the other side is deaf, and Q.921 notices after T200 x N200.
    bench.wire->connected = false;
    Listener unheard;
    const auto lost = bench.dial(unheard);
    REQUIRE(bench.until([&] { return !bench.span->view().d_channel_up; }));
    CHECK(bench.span->view().d_channel_losses == 1);
    CHECK_FALSE(other.has("released"));
    CHECK(wall_asked == before + 1);  // libpri never looked
}

TEST_CASE("the timers of a link run by the clock that is given to libpri") {
    const InjectedClock injected;
    injected_us = 1'000'000;
    ManualReactor reactor;
    auto wire = std::make_shared<MemoryWire>();
    std::size_t frames = 0;
    wire->tamper = [&frames](int from, Frame&) { frames += from == 0 ? 1 : 0; };
    MemoryDChannel channel(wire, 0);
    isdn::PriLink link(reactor, channel, {.label = "clock", .timers = {{"T200", 2000}, {"no such timer", 1}}},
                       [](const isdn::LinkEvent&) {});
    // A new link waits a moment before its first SABME.
    injected_us += 2'000'000;
    reactor.advance(2s);
    const auto begun = frames;
    REQUIRE(begun > 0);
    reactor.advance(1min);  // the reactor's time alone moves nothing
    CHECK(frames == begun);
    injected_us += 1'999'000;
    reactor.advance(2s);
    CHECK(frames == begun);
    injected_us += 1'000;  // T200 is over
    reactor.advance(2s);
    CHECK(frames == begun + 1);
    link.stop();
}
