// RTP sessions in the engine, ticked by hand against a far party on loopback.
#include <algorithm>
#include <catch2/catch.hpp>

#include "media_bench.hpp"
#include "rtcp_packet.hpp"

using namespace tipring::media;
using namespace tipring::media::test;
using tipring::dsp::Law;

namespace {

/// Two blocks that follow each other, as one packet.
std::vector<std::uint8_t> packet_of(unsigned number) {
    std::vector<std::uint8_t> octets;
    for (unsigned i = 0; i < 2; ++i) {
        const auto block = pattern(2 * number + i);
        octets.insert(octets.end(), block.begin(), block.end());
    }
    return octets;
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
