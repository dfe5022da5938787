// DTMF through the engine: between a line and RFC 4733, ticked by hand against a far party on loopback.
#include <algorithm>
#include <catch2/catch.hpp>

#include "media_bench.hpp"
#include "tipring/dsp/tone_generator.hpp"

using namespace tipring::media;
using namespace tipring::media::test;
using tipring::dsp::Law;

namespace {

class DigitSound {
  public:
    explicit DigitSound(char digit) { generator_.start(digit, 800000, 0); }
    Octets next(Law law = Law::alaw) {
        Linear linear;
        generator_.produce(linear);
        Octets octets;
        tipring::dsp::encode(law, linear, octets);
        return octets;
    }

  private:
    tipring::dsp::DtmfGenerator generator_;
};

std::vector<TelephoneEvent> events_in(const std::vector<FarParty::Received>& packets) {
    std::vector<TelephoneEvent> events;
    for (const auto& received : packets) {
        if (received.packet.payload_type == 101)
            events.push_back(parse_telephone_event(received.packet.payload).value());
    }
    return events;
}

}  // namespace

TEST_CASE("DTMF on the line becomes events, is cut out of the audio and counted once") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, options(Law::alaw, true));
    bench.engine.set_detectors(line, {true, nullptr});
    bench.engine.connect(line, rtp);
    const auto speak = [&](const char* digits) {
        for (const char* digit = digits; *digit != 0; ++digit) {
            DigitSound sound(*digit);
            for (int i = 0; i < 12; ++i) {
                bearer.say(sound.next());
                bench.tick();
            }
            for (int i = 0; i < 12; ++i) {
                bearer.say(filled(0xD5));
                bench.tick();
            }
        }
    };
    speak("1#");
    const auto packets = far.receive();
    CHECK(bench.digits() == "1#");
    const auto events = events_in(packets);
    REQUIRE(events.size() >= 12);
    std::vector<std::uint32_t> starts;
    unsigned ends = 0, markers = 0, loud_audio_ms = 0;
    for (const auto& received : packets) {
        const auto& packet = received.packet;
        if (packet.payload_type == 101) {
            const auto event = parse_telephone_event(packet.payload).value();
            if (starts.empty() || starts.back() != packet.timestamp) starts.push_back(packet.timestamp);
            ends += event.end ? 1U : 0U;
            markers += packet.marker ? 1U : 0U;
            if (event.end) CHECK(event.duration >= 60 * 8);
            if (event.end) CHECK(event.duration <= 140 * 8);
        } else {
            for (const auto octet : packet.payload)
                loud_audio_ms += std::abs(tipring::dsp::decode(Law::alaw, octet)) > 3000;
        }
    }
    CHECK(starts.size() == 2);
    CHECK(ends == 6);
    CHECK(markers == 2);
    // What leaks before each digit is recognised: some 30 ms of 120.
    CHECK(loud_audio_ms / 8 <= 2 * 50);
    for (std::size_t i = 1; i < packets.size(); ++i) {
        REQUIRE(packets[i].packet.sequence == static_cast<std::uint16_t>(packets[i - 1].packet.sequence + 1));
    }
}

TEST_CASE("without telephone-event the digit stays in the audio") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, options());
    bench.engine.set_detectors(line, {true, nullptr});
    bench.engine.connect(line, rtp);
    DigitSound sound('5');
    std::vector<Octets> spoken;
    for (int i = 0; i < 20; ++i) {
        spoken.push_back(sound.next());
        bearer.say(spoken.back());
        bench.tick();
    }
    CHECK(bench.digits() == "5");
    const auto packets = far.receive();
    REQUIRE(packets.size() == 10);
    for (std::size_t i = 0; i < 20; ++i) {
        const auto payload = packets[i / 2].packet.payload.subspan(80 * (i % 2), 80);
        CHECK(std::equal(payload.begin(), payload.end(), spoken[i].begin()));
    }
}

TEST_CASE("events from the far end are one digit each, and a clean tone on the line") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, options(Law::alaw, true));
    bench.engine.connect(line, rtp);
    // In-band recognition is asked for too: it must not double the digits.
    bench.engine.set_detectors(rtp, {true, nullptr});
    tipring::dsp::DtmfDetector detector;
    std::string heard;
    const auto run = [&](int blocks) {
        for (; blocks > 0; --blocks) {
            bearer.say(filled(0xD5));
            bench.tick();
            while (auto octets = bearer.written()) {
                Linear linear;
                tipring::dsp::decode(Law::alaw, *octets, linear);
                const auto report = detector.process(linear);
                if (report.changed && report.digit != 0) heard += report.digit;
            }
        }
    };
    run(5);
    DigitSound in_band('4');
    std::uint32_t start = far.timestamp;
    for (std::uint16_t i = 1; i <= 5; ++i) {
        far.send_event('4', false, static_cast<std::uint16_t>(160 * i), start, i == 1);
        // A sender that leaves the tone in the audio as well.
        far.send_audio(in_band.next());
        far.send_audio(in_band.next());
        run(2);
    }
    for (int i = 0; i < 3; ++i)
        far.send_event('4', true, 960, start);
    run(20);
    far.timestamp += 4000;
    far.send_event('#', true, 400, far.timestamp);  // only an end arrives
    run(20);
    CHECK(bench.digits() == "4#");
    CHECK(heard == "4#");
}

TEST_CASE("send_digits on a session: events where negotiated, tones otherwise") {
    const bool events = GENERATE(true, false);
    Bench bench;
    FarParty far;
    const auto rtp = bench.session(far, options(Law::mulaw, events));
    bench.engine.send_digits(rtp, "9A");
    bench.tick(60);
    CHECK(bench.count(EventKind::digits_sent) == 1);
    tipring::dsp::DtmfDetector detector;
    std::string heard, relayed;
    std::uint32_t last = 0;
    for (const auto& received : far.receive()) {
        if (received.packet.payload_type == 101) {
            if (received.packet.timestamp != last)
                relayed += tipring::dsp::dtmf_digit(received.packet.payload[0]);
            last = received.packet.timestamp;
            continue;
        }
        std::vector<std::int16_t> linear(received.packet.payload.size());
        tipring::dsp::decode(Law::mulaw, received.packet.payload, linear);
        const auto report = detector.process(linear);
        if (report.changed && report.digit != 0) heard += report.digit;
    }
    CHECK(relayed == (events ? "9A" : ""));
    CHECK(heard == (events ? "" : "9A"));
}

TEST_CASE("events pass from one session to the other") {
    Bench bench;
    FarParty a, b;
    const auto first = bench.session(a, options(Law::alaw, true)),
               second = bench.session(b, options(Law::alaw, true));
    bench.engine.connect(first, second);
    bench.tick(2);
    for (std::uint16_t i = 1; i <= 5; ++i) {
        a.send_event('8', false, static_cast<std::uint16_t>(160 * i), 50000, i == 1);
        bench.tick(2);
    }
    for (int i = 0; i < 3; ++i)
        a.send_event('8', true, 960, 50000);
    bench.tick(20);
    const auto events = events_in(b.receive());
    REQUIRE(events.size() >= 6);
    CHECK(events.front().code == 8);
    CHECK(std::count_if(events.begin(), events.end(), [](const auto& event) { return event.end; }) == 3);
    CHECK(bench.digits().empty());  // nobody asked, so a flood of them cannot push line events out
}

TEST_CASE("an update that takes telephone-event away in a digit gives the audio back") {
    Bench bench;
    FarParty far;
    FakeBearer bearer;
    const auto rtp = bench.session(far, options(Law::alaw, true));
    bench.engine.connect(bench.line(bearer), rtp);
    const auto run = [&](int ticks) {
        for (int i = 0; i < ticks; ++i) {
            bearer.say(pattern(7));
            bench.tick();
        }
        return far.receive();
    };
    run(5);
    bench.engine.send_digits(rtp, "5");
    const auto in_digit = events_in(run(4));
    REQUIRE_FALSE(in_digit.empty());
    CHECK_FALSE(in_digit.back().end);
    SECTION("removed") {
        bench.engine.update_rtp(rtp, options());
        run(40);
        const auto after = run(10);
        CHECK(after.size() == 5);
        CHECK(events_in(after).empty());
    }
    SECTION("removed and taken back") {
        bench.engine.update_rtp(rtp, options());
        run(40);
        bench.engine.update_rtp(rtp, options(Law::alaw, true));
        const auto after = run(10);
        CHECK(after.size() == 5);
        CHECK(events_in(after).empty());
    }
    SECTION("another payload type: the digit goes on with it") {
        auto other = options();
        other.send_event_type = other.receive_event_type = 96;
        bench.engine.update_rtp(rtp, other);
        std::size_t ends = 0, audio = 0;
        for (const auto& received : run(50)) {
            CHECK(received.packet.payload_type != 101);
            audio += received.packet.payload_type == 8 ? 1U : 0U;
            if (received.packet.payload_type == 96)
                ends += parse_telephone_event(received.packet.payload).value().end ? 1U : 0U;
        }
        CHECK(ends == 3);
        CHECK(audio == 22);  // 60 ms of the digit were left
    }
    CHECK(bench.count(EventKind::digits_sent) == 1);
}

TEST_CASE("a line that relays DTMF needs no detector for it, and reports no digit") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    bench.engine.connect(bench.line(bearer), bench.session(far, options(Law::alaw, true)));
    DigitSound sound('6');
    for (int i = 0; i < 40; ++i) {
        bearer.say(i < 12 ? sound.next() : filled(0xD5));
        bench.tick();
    }
    const auto events = events_in(far.receive());
    REQUIRE_FALSE(events.empty());
    CHECK(events.back().code == 6);
    CHECK(events.back().end);
    CHECK(bench.digits().empty());
}
