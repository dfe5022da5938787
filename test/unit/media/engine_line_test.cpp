// Lines in the engine, ticked by hand: line to line, tones, digits, recognisers.
#include <catch2/catch.hpp>

#include "media_bench.hpp"

using namespace tipring::media;
using namespace tipring::media::test;
using tipring::dsp::Law;
using tipring::hardware::LineEventKind;

TEST_CASE("a started line gets its lead of silence and one block for each block read") {
    Bench bench;
    FakeBearer bearer;
    const auto id = bench.line(bearer);
    bench.tick();
    CHECK(bearer.all_written().size() == 3);
    for (unsigned i = 0; i < 10; ++i) {
        bearer.say(pattern(i));
        bench.tick();
    }
    const auto written = bearer.all_written();
    REQUIRE(written.size() == 10);
    for (const auto& octets : written)
        CHECK(octets == filled(0xD5));
    const auto stats = bench.engine.line_stats(id);
    CHECK(stats.blocks_read == 10);
    CHECK(stats.blocks_written == 13);
    bench.engine.stop_line(id);
    bearer.say(pattern(1));
    bench.tick();
    CHECK(bearer.all_written().empty());
}

TEST_CASE("after a stall the write queue has its lead again, not more and not less") {
    Bench bench;
    FakeBearer bearer;
    const auto id = bench.line(bearer);
    bench.tick();
    bearer.all_written();
    SECTION("short enough for the lead: every block is written") {
        for (unsigned i = 0; i < 3; ++i)
            bearer.say(pattern(i));
        bench.tick();
        CHECK(bearer.all_written().size() == 3);
        CHECK(bench.engine.line_stats(id).slips == 0);
    }
    SECTION("the board delivered more at once than the lead: the queue ran dry, only the lead is written") {
        for (unsigned i = 0; i < 7; ++i)
            bearer.say(pattern(i));
        bench.tick();
        CHECK(bearer.all_written().size() == 3);
        CHECK(bench.engine.line_stats(id).slips == 4);
    }
    SECTION("more blocks than one tick reads share one budget") {
        for (unsigned i = 0; i < 11; ++i)
            bearer.say(pattern(i));
        bench.tick();
        bench.tick();
        CHECK(bearer.all_written().size() == 4);  // the lead, and one block for the tick that passed
    }
    SECTION("we stalled and the board kept few blocks: the lead is filled up") {
        bench.now += std::chrono::milliseconds(200);
        bearer.say(pattern(1));
        bench.tick();
        CHECK(bearer.all_written().size() == 3);
    }
}

TEST_CASE("two lines of one law hear each other byte for byte") {
    Bench bench;
    FakeBearer a, b;
    const auto first = bench.line(a), second = bench.line(b);
    bench.engine.connect(first, second);
    bench.tick();
    a.all_written();
    b.all_written();
    for (unsigned i = 0; i < 50; ++i) {
        a.say(pattern(i));
        b.say(pattern(1000 + i));
        bench.tick();
    }
    const auto at_b = b.all_written(), at_a = a.all_written();
    REQUIRE(at_b.size() == 50);
    CHECK(at_b[0] == filled(0xD5));
    for (unsigned i = 1; i < 50; ++i) {
        REQUIRE(at_b[i] == pattern(i - 1));
        REQUIRE(at_a[i] == pattern(1000 + i - 1));
    }
    CHECK(bench.engine.line_stats(first).slips == 0);
}

TEST_CASE("boards whose blocks come in different ticks slip nothing") {
    Bench bench;
    FakeBearer a, b;
    const auto first = bench.line(a), second = bench.line(b);
    bench.engine.connect(first, second);
    bench.tick();
    b.all_written();
    for (unsigned i = 0; i < 100; i += 2) {
        // a delivers 0 and 2, b 1 and 1.
        b.say(pattern(0));
        bench.tick();
        b.say(pattern(0));
        a.say(pattern(i));
        a.say(pattern(i + 1));
        bench.tick();
    }
    const auto written = b.all_written();
    REQUIRE(written.size() == 100);
    const auto start = std::find(written.begin(), written.end(), pattern(0));
    REQUIRE(start != written.end());
    unsigned number = 0;
    for (auto at = start; at != written.end(); ++at)
        REQUIRE(*at == pattern(number++));
    CHECK(number >= 96);
    CHECK(bench.engine.line_stats(second).slips == 0);
}

TEST_CASE("drift between two boards is a counted slip, and the latency stays bounded") {
    Bench bench;
    FakeBearer fast, slow;
    const auto first = bench.line(fast), second = bench.line(slow);
    bench.engine.connect(first, second);
    for (unsigned i = 0; i < 1000; ++i) {
        fast.say(pattern(i));
        if (i % 20 == 0) fast.say(pattern(i));
        slow.say(pattern(i));
        bench.tick();
    }
    CHECK(bench.engine.line_stats(second).slips >= 40);
    CHECK(bench.engine.line_stats(second).slips <= 50);
    // The fast side runs dry now and then.
    CHECK(bench.engine.line_stats(first).slips >= 10);
}

TEST_CASE("lines of different laws are transcoded") {
    Bench bench;
    FakeBearer a, b;
    const auto first = bench.line(a, Law::alaw), second = bench.line(b, Law::mulaw);
    bench.engine.connect(first, second);
    bench.tick();
    b.all_written();
    for (unsigned i = 0; i < 10; ++i) {
        a.say(pattern(i));
        b.say(filled(0xFF));
        bench.tick();
    }
    auto expected = pattern(4);
    tipring::dsp::transcode(Law::alaw, Law::mulaw, expected);
    const auto written = b.all_written();
    CHECK(written[0] == filled(0xFF));
    CHECK(written[5] == expected);
}

TEST_CASE("a tone is heard instead of the peer until it is stopped") {
    Bench bench;
    FakeBearer a, b;
    const auto first = bench.line(a), second = bench.line(b);
    bench.engine.play_tone(second, tone_of("425"));
    const auto run = [&](int ticks) {
        for (int i = 0; i < ticks; ++i) {
            a.say(pattern(9));
            b.say(pattern(8));
            bench.tick();
        }
        return b.all_written();
    };
    CHECK(power(run(20).back(), Law::alaw) > 1e6);
    bench.engine.connect(first, second);
    const auto still = run(10).back();
    CHECK(still != pattern(9));
    CHECK(power(still, Law::alaw) > 1e6);
    bench.engine.stop_tone(second);
    CHECK(run(5).back() == pattern(9));
    bench.engine.disconnect(first);
    CHECK(run(2).back() == filled(0xD5));
}

TEST_CASE("a tone that ends gives way to the peer by itself") {
    Bench bench;
    FakeBearer a, b;
    const auto first = bench.line(a), second = bench.line(b);
    bench.engine.connect(first, second);
    bench.engine.play_tone(second, tone_of("!425/100"));
    for (int i = 0; i < 20; ++i) {
        a.say(pattern(9));
        b.say(pattern(8));
        bench.tick();
    }
    const auto written = b.all_written();
    CHECK(power(written[8], Law::alaw) > 1e6);
    CHECK(written.back() == pattern(9));
}

TEST_CASE("digits sent on one line are recognised on the other, once each, and their end is told") {
    Bench bench;
    FakeBearer a, b;
    const auto first = bench.line(a), second = bench.line(b, Law::mulaw);
    bench.engine.set_detectors(second, {true, nullptr});
    bench.engine.send_digits(first, "159*0#aDw7x", std::chrono::milliseconds(60),
                             std::chrono::milliseconds(60));
    auto heard = filled(0xFF);
    for (int i = 0; i < 250; ++i) {
        a.say(filled(0xD5));
        b.say(heard);
        bench.tick();
        // A wire from a's output to b's input, with conversion.
        while (auto octets = a.written()) {
            heard = *octets;
            tipring::dsp::transcode(Law::alaw, Law::mulaw, heard);
        }
    }
    CHECK(bench.digits() == "159*0#AD7");
    CHECK(bench.count(EventKind::digits_sent) == 1);
}

TEST_CASE("the echo of our own digits is not taken for digits") {
    Bench bench;
    FakeBearer bearer;
    const auto id = bench.line(bearer);
    bench.engine.set_detectors(id, {true, nullptr});
    bench.engine.send_digits(id, "123");
    auto echo = filled(0xD5);
    for (int i = 0; i < 120; ++i) {
        bearer.say(echo);
        bench.tick();
        while (auto octets = bearer.written())
            echo = *octets;
    }
    CHECK(bench.count(EventKind::digits_sent) == 1);
    CHECK(bench.digits().empty());
}

TEST_CASE("busy tone is recognised on a line and its end is told") {
    Bench bench;
    FakeBearer bearer;
    const auto id = bench.line(bearer);
    auto plan = std::make_shared<tipring::dsp::TonePlan>();
    plan->dial = tone_of("425");
    plan->busy = tone_of("425/500,0/500");
    plan->ringback = tone_of("425/1000,0/4000");
    plan->congestion = tone_of("425/250,0/250");
    bench.engine.set_detectors(id, {false, plan});
    tipring::dsp::ToneGenerator generator(plan->busy);
    for (int i = 0; i < 600; ++i) {
        Linear linear{};
        if (i < 450) generator.produce(linear);
        Octets octets;
        tipring::dsp::encode(Law::alaw, linear, octets);
        bearer.say(octets);
        bench.tick();
    }
    REQUIRE(bench.count(EventKind::tone_heard) == 1);
    for (const auto& event : bench.events) {
        if (event.kind == EventKind::tone_heard || event.kind == EventKind::tone_gone)
            CHECK(event.tone == HeardTone::busy);
    }
    CHECK(bench.count(EventKind::tone_gone) == 1);
}

TEST_CASE("line events arrive while audio is stopped and while it runs, and a dead channel is told once") {
    Bench bench;
    FakeBearer bearer;
    const auto id = bench.engine.add_line(bearer, {}, bench.handler());
    bearer.event(LineEventKind::off_hook);
    bench.tick();
    REQUIRE(bench.events.size() == 1);
    CHECK(bench.events[0].line.kind == LineEventKind::off_hook);
    CHECK(bench.events[0].endpoint == id);
    bench.engine.start_line(id);
    bearer.say(pattern(1));
    bearer.event(LineEventKind::flash);
    bearer.say(pattern(2));
    bench.tick();
    REQUIRE(bench.events.size() == 2);
    CHECK(bench.events[1].line.kind == LineEventKind::flash);
    CHECK(bench.engine.line_stats(id).blocks_read == 2);
    bearer.fail();
    bearer.fail();
    bench.tick(3);
    CHECK(bench.count(EventKind::bearer_failed) == 1);
    bench.engine.start_line(id);
    bearer.say(pattern(3));
    bench.tick();
    CHECK(bench.engine.line_stats(id).blocks_read == 2);
}

TEST_CASE("nothing of one call sounds in the next one on the line") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    RtpOptions options;
    options.receive_event_type = 101;
    const auto rtp = bench.session(far, options);
    const auto run = [&](int ticks) {
        bearer.all_written();
        for (int i = 0; i < ticks; ++i) {
            bearer.say(filled(0xD5));
            bench.tick();
        }
        return bearer.all_written();
    };
    const auto is_silent = [](const std::vector<Octets>& written) {
        return std::all_of(written.begin(), written.end(),
                           [](const Octets& octets) { return octets == filled(0xD5); });
    };
    run(1);
    SECTION("digits, one of them sounding") {
        bench.engine.send_digits(line, "123");
        bench.engine.send_digits(line, "45");
        CHECK_FALSE(is_silent(run(3)));
    }
    SECTION("a tone") {
        bench.engine.play_tone(line, tone_of("425"));
        CHECK_FALSE(is_silent(run(3)));
    }
    SECTION("a digit that the peer relays") {
        bench.engine.connect(line, rtp);
        far.send_event('5', false, 160, 1000, true);
        CHECK_FALSE(is_silent(run(3)));
        bench.engine.disconnect(line);
    }
    bench.engine.stop_line(line);
    SECTION("a digit that the peer relays after the end") {
        bench.engine.connect(line, rtp);
        bench.engine.set_detectors(rtp, {true, nullptr});
        far.send_event('5', true, 800, 1000, true);
        bench.tick(3);
        CHECK(bench.count(EventKind::digit) == 1);
        bench.engine.disconnect(line);
    }
    bench.tick(2);
    bench.engine.start_line(line);
    const auto next = run(200);
    CHECK(next.size() >= 200);
    CHECK(is_silent(next));
    CHECK(bench.count(EventKind::digits_sent) == 0);
}

TEST_CASE("digits queued between two calls belong to the next one") {
    Bench bench;
    FakeBearer a;
    const auto line = bench.line(a);
    bench.engine.send_digits(line, "123");
    a.say(filled(0xD5));
    bench.tick();
    bench.engine.stop_line(line);
    bench.engine.send_digits(line, "9", std::chrono::milliseconds(20), std::chrono::milliseconds(10));
    bench.tick();
    bench.engine.start_line(line);
    a.all_written();
    std::size_t loud = 0;
    for (int i = 0; i < 50; ++i) {
        a.say(filled(0xD5));
        bench.tick();
    }
    for (const auto& octets : a.all_written())
        loud += power(octets, Law::alaw) > 1e4 ? 1U : 0U;
    CHECK(loud == 2);
    CHECK(bench.count(EventKind::digits_sent) == 1);
}
