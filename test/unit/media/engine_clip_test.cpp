// Clips, recordings, muting and what a data call switches, ticked by hand.
#include <algorithm>
#include <catch2/catch.hpp>

#include "media_bench.hpp"

using namespace tipring::media;
using namespace tipring::media::test;
using tipring::dsp::Law;
using tipring::dsp::Samples;

namespace {

/// Values that A-law carries unchanged, each different from its neighbours.
Samples exact_clip(std::size_t size) {
    Samples clip(size);
    for (std::size_t i = 0; i < size; ++i)
        clip[i] = tipring::dsp::decode(Law::alaw, static_cast<std::uint8_t>(i * 37 % 251));
    return clip;
}

Samples decoded(const std::vector<Octets>& blocks) {
    Samples samples;
    for (const auto& octets : blocks) {
        Linear linear;
        tipring::dsp::decode(Law::alaw, octets, linear);
        samples.insert(samples.end(), linear.begin(), linear.end());
    }
    return samples;
}

std::vector<Octets> run(Bench& bench, FakeBearer& bearer, int ticks, const Octets& said = filled(0xD5)) {
    bearer.all_written();
    for (; ticks > 0; --ticks) {
        bearer.say(said);
        bench.tick();
    }
    return bearer.all_written();
}

}  // namespace

TEST_CASE("a clip is played sample for sample, then its end is told once") {
    Bench bench;
    FakeBearer bearer;
    const auto line = bench.line(bearer);
    run(bench, bearer, 2);
    const auto clip = exact_clip(1000);  // 12.5 blocks
    bench.engine.play_clip(line, clip);
    auto played = decoded(run(bench, bearer, 12));
    CHECK(std::equal(played.begin(), played.end(), clip.begin()));
    CHECK(bench.count(EventKind::clip_played) == 0);
    played = decoded(run(bench, bearer, 1));
    CHECK(std::equal(played.begin(), played.begin() + 40, clip.begin() + 960));
    const auto quiet = tipring::dsp::decode(Law::alaw, 0xD5);
    CHECK(std::all_of(played.begin() + 40, played.end(), [&](auto sample) { return sample == quiet; }));
    CHECK(bench.count(EventKind::clip_played) == 1);
    run(bench, bearer, 30);
    CHECK(bench.count(EventKind::clip_played) == 1);
    bench.engine.play_clip(line, {});
    run(bench, bearer, 2);
    CHECK(bench.count(EventKind::clip_played) == 2);
}

TEST_CASE("digits hold a clip up, a clip holds a tone up, and both hide the peer") {
    Bench bench;
    FakeBearer bearer, other;
    const auto line = bench.line(bearer), peer = bench.line(other);
    bench.engine.connect(line, peer);
    const auto clip = exact_clip(800);
    bench.engine.play_tone(line, tone_of("!425/100"));
    bench.engine.play_clip(line, clip);
    bench.engine.send_digits(line, "5", std::chrono::milliseconds(60), std::chrono::milliseconds(40));
    std::vector<Octets> written;
    for (int i = 0; i < 60; ++i) {
        bearer.say(filled(0xD5));
        other.say(pattern(9));
        bench.tick();
        for (const auto& octets : bearer.all_written())
            written.push_back(octets);
    }
    // The lead, 60 ms of digit, its pause, the clip, the tone, the peer.
    const auto samples = decoded(written);
    const auto at = std::search(samples.begin(), samples.end(), clip.begin(), clip.end());
    REQUIRE(at != samples.end());
    const auto begins = static_cast<std::size_t>(at - samples.begin()) / 80;
    CHECK(begins == 3 + 6 + 4);
    CHECK(power(written[begins - 5], Law::alaw) > 1e6);
    for (std::size_t i = 0; i < 10; ++i)
        CHECK(power(written[begins + 10 + i], Law::alaw) > 1e6);
    CHECK(written[begins + 20] == pattern(9));
    CHECK(written.back() == pattern(9));
}

TEST_CASE("a clip that is stopped, replaced or forgotten is not told as played") {
    Bench bench;
    FakeBearer bearer;
    const auto line = bench.line(bearer);
    bench.engine.play_clip(line, exact_clip(8000));
    run(bench, bearer, 5);
    SECTION("stopped") {
        bench.engine.stop_clip(line);
        CHECK(run(bench, bearer, 5).back() == filled(0xD5));
        CHECK(bench.count(EventKind::clip_played) == 0);
    }
    SECTION("replaced: one end, that of the second") {
        bench.engine.play_clip(line, exact_clip(160));
        run(bench, bearer, 200);
        CHECK(bench.count(EventKind::clip_played) == 1);
    }
    SECTION("the line stops") {
        bench.engine.stop_line(line);
        bench.tick();
        bench.engine.start_line(line);
        bench.tick();
        const auto written = run(bench, bearer, 150);
        CHECK(std::all_of(written.begin(), written.end(),
                          [](const Octets& octets) { return octets == filled(0xD5); }));
        CHECK(bench.count(EventKind::clip_played) == 0);
    }
    SECTION("the endpoint goes with it") {
        bool detached = false;
        bench.engine.remove(line, [&] { detached = true; });
        bench.tick(2);
        CHECK(detached);
        CHECK(bench.count(EventKind::clip_played) == 0);
    }
}

TEST_CASE("a clip on a session is sent although nobody is connected") {
    Bench bench;
    FarParty far;
    const auto rtp = bench.session(far, options());
    const auto clip = exact_clip(1600);
    bench.engine.play_clip(rtp, clip);
    bench.tick(40);
    Samples received;
    for (const auto& packet : far.receive()) {
        for (const auto octet : packet.packet.payload)
            received.push_back(tipring::dsp::decode(Law::alaw, octet));
    }
    CHECK(received == clip);
    CHECK(bench.count(EventKind::clip_played) == 1);
}

TEST_CASE("a muted line is silent for its peer, its digits are still heard, and the other way is open") {
    Bench bench;
    FakeBearer bearer, other;
    const auto line = bench.line(bearer), peer = bench.line(other);
    bench.engine.connect(line, peer);
    bench.engine.set_detectors(line, {true, nullptr});
    bench.engine.set_muted(line, true);
    tipring::dsp::DtmfGenerator generator;
    generator.start('D', 1000, 0);
    const auto speak = [&](int ticks) {
        for (; ticks > 0; --ticks) {
            Linear linear;
            generator.produce(linear);
            Octets octets;
            tipring::dsp::encode(Law::alaw, linear, octets);
            bearer.say(generator.active() ? octets : pattern(4));
            other.say(pattern(5));
            bench.tick();
        }
    };
    speak(30);
    CHECK(bench.digits() == "D");
    for (const auto& octets : other.all_written())
        REQUIRE(octets == filled(0xD5));
    CHECK(bearer.all_written().back() == pattern(5));
    SECTION("until it is taken back") {
        bench.engine.set_muted(line, false);
    }
    SECTION("until the next call") {
        bench.engine.stop_line(line);
        bench.engine.start_line(line);
    }
    speak(10);
    CHECK(other.all_written().back() == pattern(4));
}

TEST_CASE("a muted session's digits are reported but not sounded") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, options(Law::alaw, true));
    bench.engine.connect(line, rtp);
    bench.engine.set_detectors(rtp, {true, nullptr});
    bench.engine.set_muted(rtp, true);
    far.send_event('5', false, 160, 1000, true);
    const auto written = run(bench, bearer, 20);
    CHECK(bench.digits() == "5");
    CHECK(std::all_of(written.begin(), written.end(),
                      [](const Octets& octets) { return octets == filled(0xD5); }));
}

TEST_CASE("a recording holds what comes from outside, while a tone is played") {
    Bench bench;
    FakeBearer bearer;
    const auto line = bench.line(bearer);
    run(bench, bearer, 2);
    bench.engine.start_capture(line, 1000);
    bench.engine.play_tone(line, tone_of("1020"));
    Samples spoken;
    bearer.all_written();
    for (unsigned i = 0; i < 12; ++i) {
        const auto octets = pattern(i);
        for (const auto octet : octets)
            spoken.push_back(tipring::dsp::decode(Law::alaw, octet));
        bearer.say(octets);
        bench.tick();
    }
    CHECK(bench.count(EventKind::captured) == 0);
    CHECK(bench.engine.take_capture(line).empty());
    SECTION("until it is full") {
        bearer.say(pattern(12));
        bearer.say(pattern(13));
        bench.tick();
        CHECK(bench.count(EventKind::captured) == 1);
        const auto recorded = bench.engine.take_capture(line);
        REQUIRE(recorded.size() == 1000);
        CHECK(std::equal(spoken.begin(), spoken.end(), recorded.begin()));
        CHECK(recorded[999] == tipring::dsp::decode(Law::alaw, pattern(12)[39]));
    }
    SECTION("until it is stopped") {
        bench.engine.stop_capture(line);
        bench.tick();
        CHECK(bench.count(EventKind::captured) == 1);
        CHECK(bench.engine.take_capture(line) == spoken);
        bench.engine.stop_capture(line);
        bench.tick();
        CHECK(bench.count(EventKind::captured) == 1);
    }
    SECTION("until the line stops") {
        bench.engine.stop_line(line);
        bench.tick();
        CHECK(bench.count(EventKind::captured) == 1);
        CHECK(bench.engine.take_capture(line) == spoken);
    }
    SECTION("or is begun anew") {
        bench.engine.start_capture(line, 80);
        bearer.say(pattern(50));
        bench.tick();
        CHECK(bench.count(EventKind::captured) == 1);
        CHECK(bench.engine.take_capture(line) == decoded({pattern(50)}));
    }
    CHECK(bench.engine.take_capture(line).empty());
    const auto written = bearer.all_written();
    REQUIRE(written.size() >= 12);
    for (std::size_t i = 0; i < 12; ++i)
        CHECK(power(written[i], Law::alaw) > 1e6);
}

TEST_CASE("the recording is there when the handler hears of it, and its size is bounded") {
    Bench bench;
    FakeBearer bearer;
    EndpointId line;
    Samples recorded;
    line = bench.engine.add_line(bearer, {}, [&](const Event& event) {
        if (event.kind == EventKind::captured) recorded = bench.engine.take_capture(line);
    });
    bench.engine.start_capture(line, 10 * Engine::longest_capture_samples);
    bench.engine.start_line(line);
    run(bench, bearer, 6000, pattern(1));
    CHECK(recorded.size() == 480000);
    FarParty far;
    const auto rtp = bench.session(far, options());
    bench.engine.start_capture(rtp, 80);  // no line
    bench.tick(5);
    CHECK(bench.engine.take_capture(rtp).empty());
}

TEST_CASE("an endpoint that is removed takes its recording along") {
    Bench bench;
    FakeBearer bearer;
    const auto line = bench.line(bearer);
    bench.engine.start_capture(line, 800);
    run(bench, bearer, 2);
    bool detached = false;
    bench.engine.remove(line, [&] { detached = true; });
    bench.tick();
    CHECK(detached);
    CHECK(bench.count(EventKind::captured) == 0);
    CHECK(bench.engine.take_capture(line).empty());
}

TEST_CASE("a line that relays no DTMF leaves it in the audio") {
    const bool relays = GENERATE(true, false);
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.engine.add_line(bearer, {Law::alaw, relays}, bench.handler());
    bench.engine.start_line(line);
    bench.engine.connect(line, bench.session(far, options(Law::alaw, true)));
    tipring::dsp::DtmfGenerator generator;
    generator.start('5', 100000, 0);
    for (int i = 0; i < 20; ++i) {
        Linear linear;
        generator.produce(linear);
        bearer.say(alaw(linear));
        bench.tick();
    }
    const auto packets = far.receive();
    const auto events = std::count_if(packets.begin(), packets.end(), [](const auto& received) {
        return received.packet.payload_type == 101;
    });
    CHECK((events > 0) == relays);
    if (!relays) CHECK(packets.size() == 10);
}

TEST_CASE("without concealment a lost packet is plain silence") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    auto with = options();
    with.packet_ms = 10;
    with.conceal = false;
    with.jitter_min_ms = with.jitter_max_ms = 40;
    const auto rtp = bench.session(far, with);
    bench.engine.connect(bench.line(bearer), rtp);
    std::vector<Octets> written;
    for (unsigned i = 0; i < 100; ++i) {
        if (i == 50) {
            ++far.sequence;
            far.timestamp += 80;
        } else {
            far.send_audio(pattern(i));
        }
        const auto more = run(bench, bearer, 1);
        written.insert(written.end(), more.begin(), more.end());
    }
    const auto at = std::find(written.begin(), written.end(), pattern(49));
    REQUIRE(written.end() - at > 3);
    CHECK(at[1] == filled(0xD5));
    CHECK(at[2] == pattern(51));
    CHECK(at[3] == pattern(52));
    CHECK(bench.engine.rtp_stats(rtp).samples_concealed == 0);
    CHECK(bench.engine.rtp_stats(rtp).packets_lost == 1);
}
