// The engine with its real thread.
#include <poll.h>

#include <catch2/catch.hpp>
#include <thread>

#include "media_bench.hpp"

using namespace tipring::media;
using namespace tipring::media::test;
using namespace std::chrono_literals;

namespace {

/// Dispatches until `done`; only a failure meets the limit.
template <class Done>
bool wait_for(Engine& engine, Done done) {
    const auto deadline = Clock::now() + 60s;
    while (!done()) {
        if (Clock::now() > deadline) return false;
        pollfd poll{engine.event_descriptor(), POLLIN, 0};
        ::poll(&poll, 1, 10);
        engine.dispatch();
    }
    return true;
}

}  // namespace

TEST_CASE(
    "a sleeping engine does not tick, wakes for a line event, ticks while a line runs and sleeps again") {
    Engine engine({0, false, 30, 64});
    CHECK(engine.start().empty());
    FakeBearer bearer;
    bearer.use_descriptor();
    int events = 0;
    const auto id = engine.add_line(bearer, {}, [&](const Event&) { ++events; });
    bearer.event(tipring::hardware::LineEventKind::off_hook);
    REQUIRE(wait_for(engine, [&] { return events == 1; }));
    CHECK(engine.stats().ticks == 0);
    engine.start_line(id);
    REQUIRE(wait_for(engine, [&] { return engine.stats().ticks >= 5; }));
    engine.stop_line(id);
    bool quiet = false;
    bearer.event(tipring::hardware::LineEventKind::on_hook);
    REQUIRE(wait_for(engine, [&] { return events == 2; }));
    const auto ticks = engine.stats().ticks;
    bearer.event(tipring::hardware::LineEventKind::off_hook);
    REQUIRE(wait_for(engine, [&] { return events == 3; }));
    quiet = engine.stats().ticks <= ticks + 1;
    CHECK(quiet);
    bool detached = false;
    engine.remove(id, [&] { detached = true; });
    CHECK(wait_for(engine, [&] { return detached; }));
}

TEST_CASE("calls come and go while the thread runs") {
    RtpPortPool ports({43200, 43399, 46});
    FakeBearer bearer;
    Engine engine({0, false, 30, 64});
    engine.start();
    const auto line = engine.add_line(bearer, {}, [](const Event&) {});
    engine.start_line(line);
    for (int call = 0; call < 40; ++call) {
        FarParty far;
        auto socket = ports.open("127.0.0.1").value();
        far.aim(socket.local_port);
        RtpOptions options;
        options.send_event_type = options.receive_event_type = 101;
        bool started = false, sent = false, detached = false;
        const auto rtp = engine.add_rtp(std::move(socket), options, [&](const Event& event) {
            started = started || event.kind == EventKind::rtp_started;
            sent = sent || event.kind == EventKind::digits_sent;
        });
        engine.set_remote(rtp, far.address());
        engine.connect(line, rtp);
        engine.play_tone(rtp, tipring::dsp::parse_tone("425").value());
        engine.set_detectors(line, {true, nullptr});
        engine.send_digits(rtp, "1", 20ms, 20ms);
        bearer.say(pattern(static_cast<unsigned>(call)));
        far.send_audio(filled(0x11));
        REQUIRE(wait_for(engine, [&] { return started && sent; }));
        CHECK(engine.rtp_stats(rtp).packets_received == 1);
        engine.remove(rtp, [&] { detached = true; });
        REQUIRE(wait_for(engine, [&] { return detached; }));
    }
    CHECK(ports.in_use() == 0);
    CHECK(engine.stats().events_lost == 0);
}

TEST_CASE("missing rights are a warning that says what to do, and the engine runs all the same") {
    Engine engine({50, true, 30, 8});
    const auto warning = engine.start();
    if (!warning.empty()) {
        INFO(warning);
        CHECK(warning.find("systemd") != std::string::npos);
    }
    FakeBearer bearer;
    bool detached = false;
    engine.remove(engine.add_line(bearer, {}, {}), [&] { detached = true; });
    CHECK(wait_for(engine, [&] { return detached; }));
}
