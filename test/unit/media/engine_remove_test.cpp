// Ownership between core and media: removal, replaced objects, full rings.
#include <catch2/catch.hpp>
#include <thread>

#include "media_bench.hpp"

using namespace tipring::media;
using namespace tipring::media::test;

TEST_CASE("detached comes after the media thread let go, and no event after remove") {
    Bench bench;
    FakeBearer bearer;
    const auto id = bench.line(bearer);
    bench.tick();
    bearer.event(tipring::hardware::LineEventKind::on_hook);
    bench.engine.tick(bench.now += std::chrono::milliseconds(10));  // the event waits in the ring
    bool detached = false;
    bench.engine.remove(id, [&] { detached = true; });
    bench.engine.dispatch();
    CHECK_FALSE(detached);
    CHECK(bench.events.empty());
    CHECK(bench.engine.line_stats(id).events == 1);  // readable until detached
    bench.tick();
    CHECK(detached);
    CHECK(bench.engine.line_stats(id).events == 0);
    CHECK(bench.engine.stats().lines == 0);
    const auto read_before = bearer.all_written().size();
    bearer.say(pattern(1));
    bench.tick();
    CHECK(bearer.all_written().empty());
    CHECK(read_before == 3);
    bench.engine.remove(id, [] { FAIL("removed twice"); });
    bench.tick();
}

TEST_CASE("a peer that is removed leaves the other alone, and its port pair comes back") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, {});
    bench.engine.connect(line, rtp);
    bench.engine.play_tone(rtp, tipring::dsp::parse_tone("425").value());
    bench.engine.send_digits(rtp, "123456");
    bench.engine.set_detectors(rtp, {true, nullptr});
    bearer.say(pattern(1));
    bench.tick(3);
    CHECK(bench.ports.in_use() == 1);
    bench.engine.remove(rtp);
    bench.tick();
    CHECK(bench.ports.in_use() == 0);
    CHECK(bench.engine.stats().rtp_sessions == 0);
    bearer.all_written();
    bearer.say(pattern(2));
    bench.tick();
    CHECK(bearer.all_written().back() == filled(0xD5));
}

TEST_CASE("a handler may remove its own endpoint") {
    Bench bench;
    FakeBearer bearer;
    EndpointId id;
    int events = 0;
    bool detached = false;
    id = bench.engine.add_line(bearer, {}, [&](const Event&) {
        ++events;
        bench.engine.remove(id, [&] { detached = true; });
    });
    bearer.event(tipring::hardware::LineEventKind::off_hook);
    bearer.event(tipring::hardware::LineEventKind::on_hook);
    bench.tick(2);
    CHECK(events == 1);
    CHECK(detached);
}

TEST_CASE("more commands than the ring holds are kept in order") {
    Bench bench;
    FakeBearer bearer;
    const auto id = bench.line(bearer);
    // No tick runs meanwhile.
    for (int i = 0; i < 5000; ++i) {
        bench.engine.play_tone(id, tipring::dsp::parse_tone("425").value());
        bench.engine.stop_tone(id);
    }
    bench.engine.play_tone(id, tipring::dsp::parse_tone("425").value());
    bool detached = false;
    for (int i = 0; i < 20; ++i)
        bench.tick();
    bearer.say(pattern(1));
    bench.tick();
    CHECK(power(bearer.all_written().back(), tipring::dsp::Law::alaw) > 1e6);
    bench.engine.remove(id, [&] { detached = true; });
    bench.tick();
    CHECK(detached);
}

TEST_CASE("a core that does not fetch events loses some, counted, but never a detachment") {
    Bench bench;
    FakeBearer bearer;
    const auto id = bench.line(bearer);
    for (int i = 0; i < 300; ++i) {
        for (int k = 0; k < 10; ++k)
            bearer.event(tipring::hardware::LineEventKind::polarity);
        bench.engine.tick(bench.now += std::chrono::milliseconds(10));
    }
    bool detached = false;
    bench.engine.remove(id, [&] { detached = true; });
    bench.engine.tick(bench.now += std::chrono::milliseconds(10));
    bench.engine.dispatch();
    CHECK(detached);
    CHECK(bench.engine.stats().events_lost == 3000 - 1024);
}

TEST_CASE("an engine that ends frees what was never carried out") {
    FakeBearer bearer;
    RtpPortPool ports({43000, 43099, 46});
    {
        Engine engine({0, false, 30, 8});
        const auto line = engine.add_line(bearer, {}, [](const Event&) {});
        const auto rtp = engine.add_rtp(ports.open("127.0.0.1").value(), {}, [](const Event&) {});
        for (int i = 0; i < 2000; ++i)
            engine.play_tone(line, tipring::dsp::parse_tone("425").value());
        engine.send_digits(line, "1");
        engine.update_rtp(rtp, {});
        engine.set_detectors(rtp, {true, nullptr});
        engine.remove(rtp, [] {});
    }
    CHECK(ports.in_use() == 0);
}

TEST_CASE("endpoints are limited, unknown ones are ignored") {
    Engine engine({0, false, 30, 2});
    FakeBearer a, b, c;
    const auto first = engine.add_line(a, {}, {});
    CHECK(engine.add_line(b, {}, {}));
    CHECK_FALSE(engine.add_line(c, {}, {}));
    engine.connect(first, EndpointId{77});
    engine.connect(first, first);
    engine.set_remote(first, {"127.0.0.1", 4000, 0});
    engine.update_rtp(first, {});
    engine.start_line(EndpointId{77});
    engine.play_tone(EndpointId{77}, {});
    engine.tick(Clock::now());
    engine.remove(first);
    engine.tick(Clock::now());
    engine.dispatch();
    CHECK(engine.add_line(c, {}, {}));
}
