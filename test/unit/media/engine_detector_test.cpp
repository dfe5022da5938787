// Recognisers in the engine, ticked by hand: caller ID, learnt tones, cycles, and when they must be deaf.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <deque>

#include "media_bench.hpp"

using namespace tipring::media;
using namespace tipring::media::test;
using tipring::dsp::Law;
using tipring::dsp::Samples;

namespace {

std::shared_ptr<tipring::dsp::TonePlan> european_plan() {
    auto plan = std::make_shared<tipring::dsp::TonePlan>();
    plan->dial = tone_of("425");
    plan->busy = tone_of("425/500,0/500");
    plan->ringback = tone_of("425/1000,0/4000");
    plan->congestion = tone_of("425/250,0/250");
    return plan;
}

/// Says `sequence`, 10 ms a tick.
class Sounding {
  public:
    explicit Sounding(const tipring::dsp::ToneSequence& sequence) : generator_(sequence) {}
    Octets next() {
        Linear linear;
        generator_.produce(linear);
        Octets octets;
        tipring::dsp::encode(Law::alaw, linear, octets);
        return octets;
    }

  private:
    tipring::dsp::ToneGenerator generator_;
};

Samples message() {
    tipring::dsp::CallerId caller;
    caller.number = "0301234567";
    caller.name = "Anna Berg";
    caller.month = 11, caller.day = 21, caller.hour = 15, caller.minute = 31;
    return tipring::dsp::caller_id_audio({}, caller);
}

/// Says `sequence` until tone_heard, for at most `ticks`; how many that took, 0: it was not heard.
int ticks_until_heard(Bench& bench, FakeBearer& bearer, const tipring::dsp::ToneSequence& sequence,
                      int ticks) {
    Sounding sound(sequence);
    for (int i = 1; i <= ticks; ++i) {
        bearer.say(sound.next());
        bench.tick();
        if (bench.count(EventKind::tone_heard) > 0) return i;
    }
    return 0;
}

}  // namespace

TEST_CASE("a caller-ID message that one line plays is understood on the other") {
    Bench bench;
    FakeBearer sender, receiver;
    const auto from = bench.line(sender), to = bench.line(receiver, Law::mulaw);
    Detectors with;
    with.caller_id = true;
    bench.engine.set_detectors(to, with);
    // The sender's own receiver must not take the echo for a call.
    bench.engine.set_detectors(from, with);
    bench.engine.play_clip(from, message());
    auto heard = filled(0xFF), echo = filled(0xD5);
    for (int i = 0; i < 200; ++i) {
        sender.say(echo);
        receiver.say(heard);
        bench.tick();
        while (auto octets = sender.written()) {
            echo = heard = *octets;
            tipring::dsp::transcode(Law::alaw, Law::mulaw, heard);
        }
    }
    CHECK(bench.count(EventKind::clip_played) == 1);
    REQUIRE(bench.count(EventKind::caller_id) == 1);
    const auto at = std::find_if(bench.events.begin(), bench.events.end(),
                                 [](const Event& event) { return event.kind == EventKind::caller_id; });
    CHECK(at->endpoint == to);
    CHECK(at->caller.number_text() == "0301234567");
    CHECK(at->caller.name_text() == "Anna Berg");
    CHECK(at->caller.day == 21);
}

TEST_CASE("tones of a line are heard beside the country's and without it") {
    Bench bench;
    FakeBearer bearer;
    const auto id = bench.line(bearer);
    Detectors with;
    with.progress_tones = GENERATE(true, false) ? european_plan() : nullptr;
    with.learnt_tones = std::make_shared<const std::vector<tipring::dsp::ToneSequence>>(
        std::vector{tone_of("620/330,0/330")});
    bench.engine.set_detectors(id, with);
    CHECK(ticks_until_heard(bench, bearer, tone_of("620/330,0/330"), 400) > 0);
    CHECK(bench.events.back().tone == HeardTone::learnt);
}

TEST_CASE("busy tone is believed after the cycles that were asked for") {
    const auto ticks_for = [](unsigned cycles) {
        Bench bench;
        FakeBearer bearer;
        Detectors with;
        with.progress_tones = european_plan();
        with.tone_cycles = cycles;
        bench.engine.set_detectors(bench.line(bearer), with);
        const int ticks = ticks_until_heard(bench, bearer, with.progress_tones->busy, 1200);
        REQUIRE(ticks > 0);
        CHECK(bench.events.back().tone == HeardTone::busy);
        return ticks;
    };
    const int two = ticks_for(2), three = ticks_for(3), six = ticks_for(6);
    CHECK(three - two == Approx(100).margin(5));
    CHECK(six - three == Approx(300).margin(5));
    CHECK(ticks_for(1) == two);
}

TEST_CASE("no progress tone is heard in a conference, nor while we sound a clip") {
    Bench bench;
    FakeBearer bearer, b, c;
    const auto line = bench.line(bearer), second = bench.line(b), third = bench.line(c);
    Detectors with;
    with.dtmf = true;
    with.progress_tones = european_plan();
    bench.engine.set_detectors(line, with);
    const auto busy = with.progress_tones->busy;
    SECTION("the hub") {
        bench.engine.connect(line, second);
        bench.engine.connect(line, third);
        CHECK(ticks_until_heard(bench, bearer, busy, 800) == 0);
        bench.engine.disconnect(line, third);
        CHECK(ticks_until_heard(bench, bearer, busy, 800) > 0);
    }
    SECTION("a spoke, whose digits are still heard") {
        bench.engine.connect(second, third);
        bench.engine.connect(line, second);
        b.say(filled(0xD5));
        CHECK(ticks_until_heard(bench, bearer, busy, 10) == 0);
        tipring::dsp::DtmfGenerator generator;
        generator.start('4', 800, 0);
        for (int i = 0; i < 20; ++i) {
            Linear linear;
            generator.produce(linear);
            Octets octets;
            tipring::dsp::encode(Law::alaw, linear, octets);
            bearer.say(octets);
            b.say(filled(0xD5));
            bench.tick();
        }
        CHECK(bench.digits() == "4");
        CHECK(ticks_until_heard(bench, bearer, busy, 800) == 0);
    }
    SECTION("a clip") {
        bench.engine.play_clip(line, Samples(8 * 8000, 20000));  // twice as loud as the tone
        CHECK(ticks_until_heard(bench, bearer, busy, 790) == 0);
        CHECK(ticks_until_heard(bench, bearer, busy, 800) > 0);
    }
}

namespace {

struct Exchange {
    const char *name, *dial, *busy, *ringback, *congestion;
};

/// An exchange line that plays `own`, whose echo comes back 12 dB below it and 40 ms late, while the exchange sends
/// `sent` at `sent_db` beside its usual level after `quiet_ticks`. Seconds from then until a tone that would end
/// the call is heard; 0: none is within `ticks`.
double release_beside(const Exchange& exchange, const char* own, const char* sent, double sent_db,
                      int quiet_ticks, int ticks) {
    Bench bench;
    FakeBearer bearer;
    const auto line = bench.line(bearer);
    auto plan = std::make_shared<tipring::dsp::TonePlan>();
    plan->dial = tone_of(exchange.dial);
    plan->busy = tone_of(exchange.busy);
    plan->ringback = tone_of(exchange.ringback);
    plan->congestion = tone_of(exchange.congestion);
    Detectors with;
    with.progress_tones = plan;
    bench.engine.set_detectors(line, with);
    bench.engine.play_tone(line, tone_of(own));
    auto sequence = tone_of(sent);
    sequence.level_dbm0 += static_cast<float>(sent_db);
    tipring::dsp::ToneGenerator generator(sequence);
    std::deque<Octets> wire(4, filled(0xD5));
    for (int i = 0; i < ticks; ++i) {
        Linear echo{}, tone{};
        tipring::dsp::decode(Law::alaw, wire.front(), echo);
        wire.pop_front();
        if (i >= quiet_ticks) generator.produce(tone);
        for (std::size_t at = 0; at < tone.size(); ++at)
            tone[at] = static_cast<std::int16_t>(tone[at] + 0.251 * echo[at]);
        bearer.say(alaw(tone));
        bench.tick();
        for (const auto& octets : bearer.all_written())
            wire.push_back(octets);
        for (const auto& event : bench.events) {
            const bool releases = event.tone == HeardTone::busy || event.tone == HeardTone::congestion ||
                                  event.tone == HeardTone::dial;
            if (event.kind == EventKind::tone_heard && releases) return (i - quiet_ticks + 1) / 100.0;
        }
    }
    return 0;
}

const Exchange exchanges[] = {
    {"de", "425", "425/480,0/480", "425/1000,0/4000", "425/240,0/240"},
    {"us", "350+440", "480+620/500,0/500", "440+480/2000,0/4000", "480+620/250,0/250"},
    {"uk", "350+440", "400/375,0/375", "400+450/400,0/200,400+450/400,0/2000", "400/400,0/350,400/225,0/525"},
    {"fr", "440", "440/500,0/500", "440/1500,0/3500", "440/250,0/250"},
    {"jp", "400", "400/500,0/500", "400+15/1000,0/2000", "400/500,0/500"},
    {"au", "415+440", "425/375,0/375", "413+438/400,0/200,413+438/400,0/2000",
     "425/375,0/375,425@/375,0/375"},
};

}  // namespace

TEST_CASE("busy tone is heard beside our own ringback, whatever part of it that covers") {
    for (const auto& exchange : exchanges) {
        for (const bool congestion : {false, true}) {
            for (const double level_db : {3.0, 0.0, -5.0, -9.0, -14.0}) {
                // Where in our own cadence it begins.
                for (const int begins : {0, 30, 110, 170, 320, 450}) {
                    CAPTURE(exchange.name, congestion, level_db, begins);
                    const char* sent = congestion ? exchange.congestion : exchange.busy;
                    const double seconds =
                        release_beside(exchange, exchange.ringback, sent, level_db, begins, begins + 2500);
                    CHECK(seconds > 0);
                    CHECK(seconds < 12);  // four cycles of our ringback, at most
                }
            }
        }
    }
}

TEST_CASE("the echo of our own tone ends no call") {
    for (const auto& exchange : exchanges) {
        CAPTURE(exchange.name);
        for (const char* own : {exchange.ringback, exchange.busy, exchange.dial})
            CHECK(release_beside(exchange, own, "0", 0, 0, 4000) == 0);
    }
}

TEST_CASE("busy tone beside a dial tone of our own is heard when it is louder than that one's echo") {
    for (const auto& exchange : exchanges) {
        CAPTURE(exchange.name);
        // Between 415 and 440 Hz 425 Hz are no tone of their own.
        if (std::string_view(exchange.name) == "au") continue;
        CHECK(release_beside(exchange, exchange.dial, exchange.busy, 0, 150, 2000) > 0);
    }
}

TEST_CASE("a voice from outside is told once, tones are none") {
    Bench bench;
    FakeBearer bearer;
    Detectors with;
    with.voice = true;
    bench.engine.set_detectors(bench.line(bearer), with);
    Sounding ringback(tone_of("425/1000,0/4000"));
    for (int i = 0; i < 1600; ++i) {
        bearer.say(ringback.next());
        bench.tick();
    }
    CHECK(bench.count(EventKind::voice_heard) == 0);
    Babble voice(8000);
    for (int i = 0; i < 1000; ++i) {
        bearer.say(i % 200 < 100 ? alaw(voice.next()) : filled(0xD5));
        bench.tick();
        if (i == 200) CHECK(bench.count(EventKind::voice_heard) == 1);
    }
    CHECK(bench.count(EventKind::voice_heard) == 1);
}

TEST_CASE("the echo of the peer's voice is no answer, a voice beside it is") {
    Bench bench;
    FakeBearer bearer, other;
    const auto line = bench.line(bearer), peer = bench.line(other);
    bench.engine.connect(line, peer);
    Detectors with;
    with.voice = true;
    bench.engine.set_detectors(line, with);
    Babble caller(8000), callee(8000);
    // The line's echo: 10 dB below what was written, 40 ms later than the lead makes it.
    std::deque<Octets> wire(4, filled(0xD5));
    for (int i = 0; i < 2000; ++i) {
        Linear heard{};
        tipring::dsp::decode(Law::alaw, wire.front(), heard);
        wire.pop_front();
        for (auto& sample : heard)
            sample = static_cast<std::int16_t>(sample * 0.316);
        if (i == 1000) CHECK(bench.count(EventKind::voice_heard) == 0);
        // From here on the caller listens.
        if (i >= 1000) heard = callee.next();
        bearer.say(alaw(heard));
        other.say(i < 1000 ? alaw(caller.next()) : filled(0xD5));
        bench.tick();
        for (const auto& octets : bearer.all_written())
            wire.push_back(octets);
    }
    CHECK(bench.count(EventKind::voice_heard) == 1);
}

TEST_CASE("silence is told when nothing is said either way, once for each stretch") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, options());
    bench.engine.connect(line, rtp);
    Detectors with;
    with.silence = std::chrono::seconds(2);
    bench.engine.set_detectors(line, with);
    Babble voice(8000);
    const auto run = [&](int ticks, bool inside, bool outside) {
        for (; ticks > 0; --ticks) {
            const auto octets = alaw(voice.next());
            far.send_audio(inside ? octets : filled(0xD5));
            bearer.say(outside ? octets : filled(0xD5));
            bench.tick();
        }
        return bench.count(EventKind::silence);
    };
    CHECK(run(500, true, false) == 0);
    CHECK(run(500, false, true) == 0);
    CHECK(run(190, false, false) == 0);
    CHECK(run(30, false, false) == 1);
    CHECK(run(1000, false, false) == 1);
    CHECK(run(100, false, true) == 1);
    CHECK(run(300, false, false) == 2);
    SECTION("a tone of our own is no silence") {
        run(50, true, false);
        bench.engine.play_tone(line, tone_of("425/500,0/1000"));
        CHECK(run(1000, false, false) == 2);
    }
    SECTION("a call on the line begins anew") {
        bench.engine.stop_line(line);
        bench.engine.start_line(line);
        CHECK(run(190, false, false) == 2);
        CHECK(run(30, false, false) == 3);
    }
    SECTION("what is asked anew begins anew") {
        bench.engine.set_detectors(line, with);
        CHECK(run(190, false, false) == 2);
        CHECK(run(30, false, false) == 3);
    }
}
