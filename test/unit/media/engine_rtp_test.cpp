// RTP sessions in the engine, ticked by hand against a far party on loopback.
#include <algorithm>
#include <catch2/catch.hpp>

#include "media_bench.hpp"
#include "rtcp_packet.hpp"
#include "tipring/dsp/tone_generator.hpp"

using namespace tipring::media;
using namespace tipring::media::test;
using tipring::dsp::Law;

namespace {

RtpOptions options(Law codec = Law::alaw, bool events = false) {
    RtpOptions result;
    result.codec = codec;
    result.cname = "test@tipring";
    if (events) result.send_event_type = result.receive_event_type = 101;
    return result;
}

/// Two blocks that follow each other, as one packet.
std::vector<std::uint8_t> packet_of(unsigned number) {
    std::vector<std::uint8_t> octets;
    for (unsigned i = 0; i < 2; ++i) {
        const auto block = pattern(2 * number + i);
        octets.insert(octets.end(), block.begin(), block.end());
    }
    return octets;
}

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

TEST_CASE("line to RTP: octets unchanged, sequence and timestamp in step, one marker") {
    const Law law = GENERATE(Law::alaw, Law::mulaw);
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer, law);
    const auto rtp = bench.session(far, options(law));
    bench.engine.connect(line, rtp);
    for (unsigned i = 0; i < 100; ++i) {
        bearer.say(pattern(i));
        bench.tick();
    }
    const auto packets = far.receive();
    REQUIRE(packets.size() == 50);
    for (unsigned i = 0; i < packets.size(); ++i) {
        const auto& packet = packets[i].packet;
        CHECK(packet.payload_type == (law == Law::alaw ? 8 : 0));
        CHECK(packet.marker == (i == 0));
        const auto expected = packet_of(i);
        REQUIRE(std::equal(packet.payload.begin(), packet.payload.end(), expected.begin(), expected.end()));
        CHECK(packet.sequence == static_cast<std::uint16_t>(packets[0].packet.sequence + i));
        CHECK(packet.timestamp == packets[0].packet.timestamp + 160 * i);
        CHECK(packet.ssrc == packets[0].packet.ssrc);
    }
    CHECK(bench.engine.rtp_stats(rtp).packets_sent == 50);
    CHECK(bench.engine.rtp_stats(rtp).octets_sent == 8000);
}

TEST_CASE("RTP to line: octets unchanged, in order, over the wrap of sequence and timestamp") {
    const Law law = GENERATE(Law::alaw, Law::mulaw);
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer, law);
    const auto rtp = bench.session(far, options(law));
    bench.engine.connect(line, rtp);
    bench.tick();
    bearer.all_written();
    for (unsigned i = 0; i < 100; ++i) {
        if (i % 2 == 0) far.send_audio(packet_of(i / 2), law == Law::alaw ? 8 : 0);
        bearer.say(filled(tipring::dsp::silence(law)));
        bench.tick();
    }
    const auto written = bearer.all_written();
    const auto start = std::find(written.begin(), written.end(), pattern(0));
    REQUIRE(start != written.end());
    CHECK(start - written.begin() <= 3);
    unsigned number = 0;
    for (auto at = start; at != written.end(); ++at)
        REQUIRE(*at == pattern(number++));
    CHECK(bench.count(EventKind::rtp_started) == 1);
    const auto stats = bench.engine.rtp_stats(rtp);
    CHECK(stats.packets_received == 50);
    CHECK(stats.packets_lost == 0);
    CHECK(stats.packets_late == 0);
    CHECK(stats.samples_concealed == 0);
}

TEST_CASE("laws that differ are transcoded both ways, and the other static law is understood") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer, Law::alaw);
    const auto rtp = bench.session(far, options(Law::mulaw));
    bench.engine.connect(line, rtp);
    const auto type = GENERATE(0, 8);
    Octets spoken = filled(0x33);
    for (unsigned i = 0; i < 30; ++i) {
        far.send_audio(spoken, static_cast<std::uint8_t>(type));
        bearer.say(spoken);
        bench.tick();
    }
    auto to_far = spoken;
    tipring::dsp::transcode(Law::alaw, Law::mulaw, to_far);
    const auto packets = far.receive();
    CHECK(packets.back().packet.payload[3] == to_far[0]);
    auto to_line = spoken;
    if (type == 0) tipring::dsp::transcode(Law::mulaw, Law::alaw, to_line);
    if (type == 8) {
        tipring::dsp::transcode(Law::alaw, Law::mulaw, to_line);
        tipring::dsp::transcode(Law::mulaw, Law::alaw, to_line);
    }
    CHECK(bearer.all_written().back() == to_line);
}

TEST_CASE("loss is concealed and counted, reordering is not heard") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    auto with = options();
    with.jitter_min_ms = 40;
    const auto rtp = bench.session(far, with);
    bench.engine.connect(line, rtp);
    for (unsigned i = 0; i < 400; ++i) {
        if (i % 2 == 0) {
            const unsigned number = i / 2;
            const auto lost = number % 20 == 10;
            const auto swapped = number % 20 == 5;
            if (lost) {
                ++far.sequence;
                far.timestamp += 160;
            } else if (swapped) {
                // This packet after the next one.
                const auto sequence = far.sequence;
                const auto timestamp = far.timestamp;
                far.sequence = static_cast<std::uint16_t>(sequence + 1);
                far.send_packet(packet_of(number + 1), 8, timestamp + 160, false);
                far.sequence = sequence;
                far.send_packet(packet_of(number), 8, timestamp, false);
                far.sequence = static_cast<std::uint16_t>(sequence + 1);
                far.timestamp = timestamp + 160;
            } else {
                far.send_audio(packet_of(number));
            }
        }
        bearer.say(filled(0xD5));
        bench.tick();
    }
    const auto stats = bench.engine.rtp_stats(rtp);
    CHECK(stats.packets_lost == 10);
    CHECK(stats.samples_concealed == 10 * 160);
    CHECK(stats.packets_late == 0);
}

TEST_CASE("a tone is sent to an unconnected party, then the line takes over") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, options());
    bench.tick(10);
    CHECK(far.receive().empty());
    bench.engine.play_tone(rtp, tipring::dsp::parse_tone("425").value());
    for (int i = 0; i < 20; ++i) {
        bearer.say(filled(0x12));
        bench.tick();
    }
    auto packets = far.receive();
    REQUIRE(packets.size() == 10);
    CHECK(packets[0].packet.marker);
    const auto last = packets.back().packet.timestamp;
    bench.engine.stop_tone(rtp);
    bench.tick(10);
    CHECK(far.receive().empty());
    bench.engine.connect(line, rtp);
    for (int i = 0; i < 20; ++i) {
        bearer.say(filled(0x12));
        bench.tick();
    }
    packets = far.receive();
    REQUIRE(packets.size() == 10);
    CHECK(packets[0].packet.marker);
    CHECK(packets[0].packet.payload[0] == 0x12);
    // The timestamp went on over the pause of 100 ms.
    CHECK(packets[0].packet.timestamp == last + 160 + 800);
}

TEST_CASE("two RTP parties hear each other on the tick's clock") {
    Bench bench;
    FarParty a, b;
    const auto first = bench.session(a, options(Law::alaw)), second = bench.session(b, options(Law::mulaw));
    bench.engine.connect(first, second);
    for (unsigned i = 0; i < 60; ++i) {
        if (i % 2 == 0) {
            a.send_audio(std::vector<std::uint8_t>(160, 0x2A), 8);
            b.send_audio(std::vector<std::uint8_t>(160, 0x8A), 0);
        }
        bench.tick();
    }
    CHECK(a.receive().back().packet.payload[0] == [] {
        Octets octets = filled(0x8A);
        tipring::dsp::transcode(Law::mulaw, Law::alaw, octets);
        return octets[0];
    }());
    const auto at_b = b.receive();
    CHECK(at_b.size() == 30);
    CHECK(at_b.back().packet.payload_type == 0);
}

TEST_CASE("packet times from 10 to 60 ms") {
    const unsigned packet_ms = GENERATE(10U, 20U, 30U, 40U, 50U, 60U);
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    auto with = options();
    with.packet_ms = packet_ms;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, with);
    bench.engine.connect(line, rtp);
    for (unsigned i = 0; i < 60; ++i) {
        bearer.say(pattern(i));
        bench.tick();
    }
    const auto packets = far.receive();
    CHECK(packets.size() == 600 / packet_ms);
    for (const auto& received : packets)
        CHECK(received.packet.payload.size() == packet_ms * 8);
}

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
    CHECK(bench.digits() == "8");
}

TEST_CASE("wrong payload types, garbage and empty packets are discarded, the call goes on") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, options());
    bench.engine.connect(line, rtp);
    for (int i = 0; i < 10; ++i) {
        far.send_audio(filled(0x11));
        if (i == 3) far.send_packet(filled(0x77), 18, far.timestamp, false);
        if (i == 4) far.send_packet({}, 8, far.timestamp, false);
        if (i == 5) far.send_garbage();
        bearer.say(filled(0xD5));
        bench.tick();
    }
    const auto stats = bench.engine.rtp_stats(rtp);
    CHECK(stats.packets_received == 12);
    CHECK(stats.packets_discarded == 3);
    CHECK(stats.samples_concealed == 0);
    CHECK(bearer.all_written().back() == filled(0x11));
}

TEST_CASE("media that has begun to flow cannot be taken over; a party behind NAT is followed") {
    Bench bench;
    FarParty configured, other;
    auto socket = bench.ports.open("127.0.0.1").value();
    configured.aim(socket.local_port);
    other.aim(socket.local_port);
    const auto rtp = bench.engine.add_rtp(std::move(socket), options(), bench.handler());
    bench.engine.set_remote(rtp, configured.address());
    bench.engine.play_tone(rtp, tipring::dsp::parse_tone("425").value());
    bench.tick(4);
    SECTION("the configured party came first") {
        configured.send_audio(filled(1));
        for (int i = 0; i < 5; ++i)
            other.send_audio(filled(2));
        bench.tick(10);
        CHECK(bench.engine.rtp_stats(rtp).packets_received == 1);
        CHECK(bench.engine.rtp_stats(rtp).packets_discarded == 5);
        CHECK(other.receive().empty());
        CHECK_FALSE(configured.receive().empty());
    }
    SECTION("only the other one speaks") {
        for (int i = 0; i < 5; ++i)
            other.send_audio(filled(2));
        bench.tick(10);
        CHECK(bench.engine.rtp_stats(rtp).packets_received == 4);
        CHECK_FALSE(other.receive().empty());
    }
}

TEST_CASE("a change of SSRC goes on with the new stream") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, options());
    bench.engine.connect(line, rtp);
    for (unsigned i = 0; i < 100; ++i) {
        if (i == 50) {
            far.ssrc = 99;
            far.sequence = 7;
            far.timestamp = 123456;
        }
        if (i % 2 == 0)
            far.send_audio(std::vector<std::uint8_t>(160, static_cast<std::uint8_t>(i < 50 ? 0x11 : 0x22)));
        bearer.say(filled(0xD5));
        bench.tick();
    }
    CHECK(bearer.all_written().back() == filled(0x22));
    CHECK(bench.engine.rtp_stats(rtp).packets_lost == 0);
    CHECK(bench.count(EventKind::rtp_started) == 1);
}

TEST_CASE("silence of the far end is told once, and again after it came back") {
    Bench bench;
    FarParty far;
    auto with = options();
    with.timeout = std::chrono::milliseconds(500);
    const auto rtp = bench.session(far, with);
    bench.tick(45);
    CHECK(bench.count(EventKind::rtp_timeout) == 0);
    bench.tick(100);
    CHECK(bench.count(EventKind::rtp_timeout) == 1);
    far.send_audio(filled(1));
    bench.tick(100);
    CHECK(bench.count(EventKind::rtp_timeout) == 2);
    with.receive = false;
    bench.engine.update_rtp(rtp, with);
    far.send_audio(filled(1));
    bench.tick(200);
    CHECK(bench.count(EventKind::rtp_timeout) == 2);
}

TEST_CASE("hold: send and receive follow the SDP direction") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    auto with = options();
    const auto rtp = bench.session(far, with);
    bench.engine.connect(line, rtp);
    const auto run = [&] {
        for (int i = 0; i < 20; ++i) {
            far.send_audio(filled(0x44));
            bearer.say(filled(0x55));
            bench.tick();
        }
        return bearer.all_written().back();
    };
    CHECK(run() == filled(0x44));
    CHECK(far.receive().size() == 10);
    with.receive = false;
    bench.engine.update_rtp(rtp, with);
    CHECK(run() == filled(0xD5));
    CHECK(far.receive().size() == 10);
    with.receive = true;
    with.send = false;
    bench.engine.update_rtp(rtp, with);
    CHECK(run() == filled(0x44));
    CHECK(far.receive().empty());
}

TEST_CASE("when the board stands still the tick clocks the session on") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, options());
    bench.engine.connect(line, rtp);
    bearer.say(filled(1));
    bench.tick(30);
    const auto packets = far.receive();
    CHECK(packets.size() >= 11);
    CHECK(packets.back().packet.payload[5] == 0xD5);
}

TEST_CASE("RTCP: reports with CNAME, round trip and loss, and BYE at the end") {
    Bench bench;
    FakeBearer bearer;
    FarParty far;
    const auto line = bench.line(bearer);
    const auto rtp = bench.session(far, options());
    bench.engine.connect(line, rtp);
    std::vector<std::uint8_t> octets;
    std::optional<RtcpContent> report;
    for (int i = 0; i < 1000; ++i) {
        if (i % 2 == 0 && i % 8 != 0) far.send_audio(std::vector<std::uint8_t>(160, 1));
        if (i % 8 == 0) {
            ++far.sequence;
            far.timestamp += 160;
        }
        bearer.say(filled(1));
        bench.tick();
        far.receive();
    }
    octets = far.receive_rtcp();
    REQUIRE_FALSE(octets.empty());
    report = parse_rtcp(octets, far.ssrc);
    REQUIRE(report);
    REQUIRE(report->sender);
    CHECK(report->sender->packets > 40);
    REQUIRE(report->report);
    CHECK(report->report->fraction_lost / 256.0 == Approx(0.25).margin(0.03));
    CHECK(std::string(octets.begin(), octets.end()).find("test@tipring") != std::string::npos);

    RtcpToSend answer;
    answer.ssrc = far.ssrc;
    answer.cname = "far";
    ReportBlock block;
    block.ssrc = report->ssrc;
    block.fraction_lost = 26;
    block.last_sr = static_cast<std::uint32_t>(report->sender->ntp >> 16);
    answer.report = block;
    std::array<std::uint8_t, longest_rtcp> out;
    const auto length = write_rtcp(answer, out);
    far.send_rtcp(std::span(out).first(length));
    far.send_rtcp(std::vector<std::uint8_t>{1, 2, 3});
    bearer.say(filled(1));
    bench.tick();
    const auto stats = bench.engine.rtp_stats(rtp);
    CHECK(stats.remote_loss == Approx(26 / 256.0));
    CHECK(stats.round_trip_ms > 0);
    CHECK(stats.packets_discarded == 1);

    bench.engine.remove(rtp);
    bench.tick();
    bool bye = false;
    for (int i = 0; i < 5 && !bye; ++i) {
        const auto last = parse_rtcp(far.receive_rtcp(), far.ssrc);
        REQUIRE(last);
        bye = last->bye;
    }
    CHECK(bye);
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
