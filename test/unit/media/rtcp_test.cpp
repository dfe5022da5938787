// RTCP builder, parser and report timing.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "rtcp_packet.hpp"
#include "rtcp_session.hpp"

using namespace tipring::media;
using namespace std::chrono_literals;

namespace {

std::vector<std::uint8_t> built(const RtcpToSend& content) {
    std::array<std::uint8_t, longest_rtcp> out;
    const auto length = write_rtcp(content, out);
    return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(length)};
}

RtcpToSend full() {
    RtcpToSend content;
    content.ssrc = 0xAABBCCDD;
    content.sender = SenderInfo{0x1122334455667788, 160, 10, 1600};
    content.report = ReportBlock{7, 64, -3, 0x10005, 12, 0x33445566, 65536};
    content.cname = "line-1@tipring";
    return content;
}

}  // namespace

TEST_CASE("a sender report survives building and parsing") {
    auto content = full();
    content.bye = true;
    const auto octets = built(content);
    CHECK(octets.size() % 4 == 0);
    const auto parsed = parse_rtcp(octets, 7);
    REQUIRE(parsed);
    CHECK(parsed->ssrc == 0xAABBCCDD);
    REQUIRE(parsed->sender);
    CHECK(parsed->sender->ntp == 0x1122334455667788);
    CHECK(parsed->sender->packets == 10);
    REQUIRE(parsed->report);
    CHECK(parsed->report->fraction_lost == 64);
    CHECK(parsed->report->cumulative_lost == -3);
    CHECK(parsed->report->highest_sequence == 0x10005);
    CHECK(parsed->report->delay_since_sr == 65536);
    CHECK(parsed->bye);
    CHECK_FALSE(parse_rtcp(octets, 8)->report);
    const std::string text(octets.begin(), octets.end());
    CHECK(text.find("line-1@tipring") != std::string::npos);
}

TEST_CASE("every length of CNAME gives whole words") {
    auto content = full();
    for (std::size_t length = 0; length < 300; ++length) {
        const std::string name(length, 'x');
        content.cname = name;
        content.bye = true;
        const auto octets = built(content);
        REQUIRE(octets.size() % 4 == 0);
        REQUIRE(parse_rtcp(octets, 7));
    }
}

TEST_CASE("malformed RTCP is refused") {
    const auto good = built(full());
    for (std::size_t length = 0; length < good.size(); ++length) {
        const auto cut = std::span(good).first(length);
        // The report alone (52 octets) is a valid packet; every other cut breaks the sum of lengths.
        CHECK(parse_rtcp(cut, 7).has_value() == (length == 52));
    }
    auto bad = good;
    bad[0] = 0x41;
    CHECK_FALSE(parse_rtcp(bad, 7));
    bad = good;
    bad[0] |= 0x20;
    CHECK_FALSE(parse_rtcp(bad, 7));
    bad = good;
    bad[1] = 202;
    CHECK_FALSE(parse_rtcp(bad, 7));
    bad = good;
    bad[2] = bad[3] = 0xFF;
    CHECK_FALSE(parse_rtcp(bad, 7));
    bad = good;
    bad[0] = 0x80 | 31;  // more blocks announced than there are
    CHECK(parse_rtcp(bad, 7));
}

TEST_CASE("reports come about every five seconds, never regularly") {
    RtcpSession session(42, 0);
    RtcpSession::TimePoint now{1000s};
    std::vector<double> gaps;
    auto last = now;
    for (int i = 0; i < 60000; ++i, now += 10ms) {
        if (!session.due(now)) continue;
        gaps.push_back(std::chrono::duration<double>(now - last).count());
        last = now;
    }
    REQUIRE(gaps.size() > 100);
    CHECK(gaps[0] <= 2.5 * 1.5 / 1.2);
    const auto [low, high] = std::minmax_element(gaps.begin() + 1, gaps.end());
    CHECK(*low >= 2.5 / 1.22);
    CHECK(*high <= 7.5 / 1.21 + 0.02);
    CHECK(*high - *low > 2);
}

TEST_CASE("the round trip is computed from the far end's report") {
    RtcpSession session(1, 0x1234567800000000);
    const RtcpSession::TimePoint sent{5000s};
    RtcpContent content;
    content.ssrc = 9;
    content.report = ReportBlock{};
    content.report->fraction_lost = 128;
    content.report->last_sr = static_cast<std::uint32_t>(session.ntp(sent) >> 16);
    content.report->delay_since_sr = 2 * 65536;
    session.received(content, sent + 2s + 80ms);
    CHECK(session.round_trip_ms() == Approx(80).margin(0.1));
    CHECK(session.remote_loss() == Approx(0.5));
    content.report->delay_since_sr = 0x80000000;  // nonsense leaves the last good value
    session.received(content, sent + 3s);
    CHECK(session.round_trip_ms() == Approx(80).margin(0.1));
}

TEST_CASE("our report block answers the last sender report") {
    RtcpSession session(1, 0);
    RtpSource source;
    const RtcpSession::TimePoint now{100s};
    CHECK_FALSE(session.report(source, now));
    RtpPacket packet;
    packet.ssrc = 9;
    source.receive(packet, 0);
    CHECK(session.report(source, now)->last_sr == 0);
    RtcpContent content;
    content.ssrc = 9;
    content.sender = SenderInfo{0x1111222233334444, 0, 0, 0};
    session.received(content, now);
    const auto block = session.report(source, now + 1500ms);
    REQUIRE(block);
    CHECK(block->last_sr == 0x22223333);
    CHECK(block->delay_since_sr == 65536 * 3 / 2);
}
