// RTP parser, sequence validation and source check.
#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

#include "rtp_packet.hpp"
#include "rtp_source.hpp"
#include "source_filter.hpp"

using namespace tipring::media;
using Verdict = RtpSource::Verdict;

namespace {

std::vector<std::uint8_t> datagram(std::size_t payload) {
    std::vector<std::uint8_t> octets = {0x80, 0x88, 0x12, 0x34, 1, 2, 3, 4, 5, 6, 7, 8};
    for (std::size_t i = 0; i < payload; ++i)
        octets.push_back(static_cast<std::uint8_t>(i));
    return octets;
}

RtpPacket numbered(std::uint16_t sequence, std::uint32_t ssrc = 1) {
    RtpPacket packet;
    packet.sequence = sequence;
    packet.ssrc = ssrc;
    packet.timestamp = sequence * 160U;
    return packet;
}

SocketAddress at(const char* host, std::uint16_t port) {
    return SocketAddress::parse(host, port).value();
}

}  // namespace

TEST_CASE("a plain RTP packet is read and written alike") {
    const auto octets = datagram(160);
    const auto packet = parse_rtp(octets);
    REQUIRE(packet);
    CHECK(packet->marker);
    CHECK(packet->payload_type == 8);
    CHECK(packet->sequence == 0x1234);
    CHECK(packet->timestamp == 0x01020304);
    CHECK(packet->ssrc == 0x05060708);
    CHECK(packet->payload.size() == 160);
    CHECK(packet->payload.data() == octets.data() + 12);
    std::array<std::uint8_t, rtp_header_octets> header;
    write_rtp_header(*packet, header);
    CHECK(std::equal(header.begin(), header.end(), octets.begin()));
}

TEST_CASE("CSRC list, extension and padding are taken off") {
    auto octets = datagram(0);
    octets[0] = 0x80 | 0x20 | 0x10 | 2;
    octets.insert(octets.end(), 8, 0xCC);                         // two CSRCs
    octets.insert(octets.end(), {0xBE, 0xDE, 0, 1, 9, 9, 9, 9});  // extension of one word
    octets.insert(octets.end(), {0x11, 0x22, 0, 0, 3});           // two octets, three of padding
    const auto packet = parse_rtp(octets);
    REQUIRE(packet);
    REQUIRE(packet->payload.size() == 2);
    CHECK(packet->payload[0] == 0x11);
}

TEST_CASE("malformed RTP packets are refused") {
    CHECK_FALSE(parse_rtp({}));
    auto octets = datagram(10);
    CHECK_FALSE(parse_rtp(std::span(octets).first(11)));
    octets[0] = 0x40;  // version 1
    CHECK_FALSE(parse_rtp(octets));
    octets[0] = 0x8F;  // 15 CSRCs
    CHECK_FALSE(parse_rtp(octets));
    octets[0] = 0x90;  // extension longer than the rest
    octets[14] = 0xFF;
    CHECK_FALSE(parse_rtp(octets));
    CHECK_FALSE(parse_rtp(std::span(octets).first(14)));
    octets = datagram(4);
    octets[0] = 0xA0;
    octets.back() = 5;  // more padding than payload
    CHECK_FALSE(parse_rtp(octets));
    octets.back() = 0;
    CHECK_FALSE(parse_rtp(octets));
    octets.back() = 4;
    CHECK(parse_rtp(octets)->payload.empty());
    octets.resize(12);
    CHECK_FALSE(parse_rtp(octets));
}

TEST_CASE("sequence numbers wrap and losses are counted") {
    RtpSource source;
    CHECK(source.receive(numbered(65534), 0) == Verdict::restarted);
    CHECK(source.receive(numbered(65535), 0) == Verdict::accepted);
    CHECK(source.receive(numbered(1), 0) == Verdict::accepted);  // 0 is missing
    CHECK(source.lost() == 1);
    CHECK(source.extended_highest() == 0x10001);
    CHECK(source.receive(numbered(0), 0) == Verdict::accepted);  // it was only late
    CHECK(source.lost() == 0);
    CHECK(source.receive(numbered(0), 0) == Verdict::duplicate);
    CHECK(source.receive(numbered(1), 0) == Verdict::duplicate);
    CHECK(source.received() == 4);
}

TEST_CASE("the fraction lost covers the time since the last report") {
    RtpSource source;
    for (std::uint16_t i = 0; i < 100; ++i) {
        if (i % 4 != 3) source.receive(numbered(i), 0);
    }
    source.receive(numbered(100), 0);
    CHECK(source.lost() == 25);
    CHECK(source.take_fraction_lost() == 25 * 256 / 101);
    source.receive(numbered(101), 0);
    CHECK(source.take_fraction_lost() == 0);
    CHECK(source.cumulative_lost() == 25);
}

TEST_CASE("a jump of the sequence is believed at the second packet only") {
    RtpSource source;
    source.receive(numbered(10), 0);
    CHECK(source.receive(numbered(20000), 0) == Verdict::rejected);
    CHECK(source.receive(numbered(11), 0) == Verdict::accepted);
    CHECK(source.receive(numbered(20000), 0) == Verdict::rejected);
    CHECK(source.receive(numbered(20001), 0) == Verdict::restarted);
    CHECK(source.receive(numbered(20002), 0) == Verdict::accepted);
    CHECK(source.lost() == 0);
}

TEST_CASE("a new SSRC is believed when it follows itself without the old one between") {
    RtpSource source;
    source.receive(numbered(10, 1), 0);
    source.receive(numbered(12, 1), 0);
    CHECK(source.receive(numbered(500, 2), 0) == Verdict::rejected);
    CHECK(source.receive(numbered(13, 1), 0) == Verdict::accepted);
    CHECK(source.receive(numbered(501, 2), 0) == Verdict::rejected);
    CHECK(source.receive(numbered(502, 2), 0) == Verdict::restarted);
    CHECK(source.ssrc() == 2);
    CHECK(source.lost() == 1);  // of the first SSRC, still counted
}

TEST_CASE("jitter follows RFC 3550 A.8") {
    RtpSource steady;
    for (std::uint16_t i = 0; i < 200; ++i)
        steady.receive(numbered(i), 5000U + i * 160U);
    CHECK(steady.jitter() == 0);
    RtpSource shaky;
    for (std::uint16_t i = 0; i < 500; ++i)
        shaky.receive(numbered(i), 5000U + i * 160U + (i % 2) * 80U);
    CHECK(shaky.jitter() >= 75);
    CHECK(shaky.jitter() <= 80);
}

TEST_CASE("only the configured remote is heard") {
    SourceFilter filter;
    CHECK_FALSE(filter.accept(at("127.0.0.2", 4000), numbered(1)));
    filter.set_remote(at("127.0.0.2", 4000));
    CHECK(filter.accept(at("127.0.0.2", 4000), numbered(1)));
    CHECK_FALSE(filter.accept(at("127.0.0.3", 4000), numbered(2)));
    CHECK_FALSE(filter.accept(at("127.0.0.3", 4000), numbered(3)));
    CHECK_FALSE(filter.accept(at("127.0.0.2", 4002), numbered(4)));
    CHECK(filter.accept(at("127.0.0.2", 4000), numbered(5)));
    CHECK_FALSE(filter.latched());
}

TEST_CASE("symmetric RTP: two packets in sequence from elsewhere fix the source while the remote is silent") {
    SourceFilter filter;
    filter.set_remote(at("10.0.0.1", 4000));
    const auto nat = at("127.0.0.9", 61000);
    CHECK_FALSE(filter.accept(nat, numbered(7)));
    CHECK_FALSE(filter.accept(nat, numbered(9)));
    CHECK_FALSE(filter.accept(at("127.0.0.8", 61000), numbered(10)));
    CHECK_FALSE(filter.accept(nat, numbered(11, 77)));
    CHECK(filter.accept(nat, numbered(12, 77)));
    CHECK(filter.latched());
    CHECK(filter.destination() == nat);
    CHECK_FALSE(filter.accept(at("10.0.0.1", 4000), numbered(13)));
    filter.set_remote(at("10.0.0.1", 4000));  // the same again keeps it
    CHECK(filter.destination() == nat);
    filter.set_remote(at("10.0.0.1", 4010));
    CHECK(filter.destination() == at("10.0.0.1", 4010));
    CHECK_FALSE(filter.accept(nat, numbered(14, 77)));
}

TEST_CASE("addresses of both families compare by host and port") {
    CHECK(at("::1", 5000) == at("0:0::1", 5000));
    CHECK_FALSE(at("::1", 5000) == at("127.0.0.1", 5000));
    CHECK(at("::1", 5000).with_port(5001).port() == 5001);
    CHECK(at("::1", 5000).same_host(at("::1", 1)));
    CHECK_FALSE(at("0.0.0.0", 5000).reachable());
    CHECK_FALSE(at("::", 5000).reachable());
    CHECK_FALSE(at("127.0.0.1", 0).reachable());
    CHECK_FALSE(SocketAddress().reachable());
    CHECK_FALSE(SocketAddress::parse("localhost", 1));
    CHECK_FALSE(SocketAddress::parse("127.0.0.1.5", 1));
}
