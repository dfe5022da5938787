// The SDP parser and builder: real descriptions, and what a hostile sender may write.
#include <catch2/catch.hpp>

#include "sdp.hpp"

namespace sdp = tipring::sip::sdp;

namespace {

const std::string typical =
    "v=0\r\n"
    "o=alice 2890844526 2890844527 IN IP4 192.0.2.1\r\n"
    "s=a call\r\n"
    "c=IN IP4 192.0.2.1\r\n"
    "t=0 0\r\n"
    "m=audio 49170 RTP/AVP 8 0 101\r\n"
    "a=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-16\r\n"
    "a=ptime:20\r\n"
    "a=maxptime:150\r\n"
    "a=rtcp:49180\r\n"
    "a=sendonly\r\n"
    "m=video 0 RTP/AVP 31\r\n";

std::string with(const std::string& media_lines) {
    return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + media_lines;
}

}  // namespace

TEST_CASE("a typical description is read completely") {
    const auto parsed = sdp::parse(typical);
    REQUIRE(parsed.has_value());
    CHECK(parsed->origin.user == "alice");
    CHECK(parsed->origin.session_id == 2890844526u);
    CHECK(parsed->origin.version == 2890844527u);
    REQUIRE(parsed->connection);
    CHECK(parsed->connection->address == "192.0.2.1");
    REQUIRE(parsed->media.size() == 2);
    const auto& audio = parsed->media[0];
    CHECK(audio.port == 49170);
    CHECK(audio.formats == std::vector<std::string>{"8", "0", "101"});
    REQUIRE(audio.rtp_maps.size() == 3);
    CHECK(audio.rtp_maps[2].encoding == "telephone-event");
    CHECK(audio.parameters.at(0).text == "0-16");
    CHECK(audio.packet_ms == 20u);
    CHECK(audio.max_packet_ms == 150u);
    CHECK(audio.rtcp_port == std::uint16_t{49180});
    CHECK(audio.direction == sdp::Direction::send_only);
    CHECK(parsed->media[1].port == 0);
}

TEST_CASE("what is built is read back as the same value") {
    const auto first = sdp::parse(typical);
    REQUIRE(first.has_value());
    const auto second = sdp::parse(sdp::build(*first));
    REQUIRE(second.has_value());
    CHECK(*first == *second);
}

TEST_CASE("bare line feeds, IPv6, connections at both levels") {
    const auto parsed = sdp::parse(
        "v=0\no=- 1 1 IN IP6 2001:db8::1\ns=-\nc=IN IP6 2001:db8::1\nt=0 0\na=inactive\n"
        "m=audio 4000 RTP/AVP 0\nc=IN IP4 224.2.1.1/127\n");
    REQUIRE(parsed.has_value());
    CHECK(parsed->connection->ipv6);
    CHECK(parsed->direction == sdp::Direction::inactive);
    REQUIRE(parsed->media[0].connection);
    CHECK(parsed->media[0].connection->address == "224.2.1.1");
    CHECK(sdp::is_multicast(*parsed->media[0].connection));
    CHECK_FALSE(sdp::is_multicast(*parsed->connection));
    CHECK(sdp::is_null({false, "0.0.0.0"}));
    CHECK(sdp::is_null({true, "::"}));
    CHECK_FALSE(sdp::is_literal({false, "pbx.example.com"}));
}

TEST_CASE("the m-line that makes other parsers loop is a plain error") {
    const auto parsed = sdp::parse(with("m=image 4000 udptl =\r\n"));
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().message == "line 6: format is not a token");
}

TEST_CASE("malformed descriptions are refused") {
    const auto line = GENERATE(
        as<std::string>{}, "m=audio\r\n", "m=audio 70000 RTP/AVP 0\r\n", "m=audio -1 RTP/AVP 0\r\n",
        "m=audio 4000/x RTP/AVP 0\r\n", "m=au(dio 4000 RTP/AVP 0\r\n", "m=audio 4000 RTP//AVP 0\r\n",
        "m=audio 4000 RTP/AVP\r\n", "m=audio 4000 RTP/AVP 0\r\na=rtpmap:300 PCMA/8000\r\n",
        "m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU\r\n", "m=audio 4000 RTP/AVP 0\r\na=rtcp:0\r\n",
        "m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000000000000\r\n", "c=IN IP4 1.2.3.4;x\r\n",
        "c=IN IP5 1.2.3.4\r\n", "c=IN IP4\r\n", "o=- 1 1 IN IP4 127.0.0.1\r\n", "a=\r\n", "nonsense\r\n",
        "M=audio 4000 RTP/AVP 0\r\n", "a=x\x01y\r\n", "\r\nm=audio 4000 RTP/AVP 0\r\n");
    CAPTURE(line);
    CHECK_FALSE(sdp::parse(with(line)).has_value());
}

TEST_CASE("the head must be there, in order") {
    CHECK_FALSE(sdp::parse("").has_value());
    CHECK_FALSE(sdp::parse("v=1\r\n").has_value());
    CHECK_FALSE(sdp::parse("v=0\r\ns=-\r\n").has_value());
    CHECK_FALSE(sdp::parse("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n").has_value());
    CHECK_FALSE(sdp::parse("v=0\r\no=- x 1 IN IP4 127.0.0.1\r\ns=-\r\n").has_value());
    CHECK_FALSE(sdp::parse(std::string("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=") + '\0' + "\r\n").has_value());
}

TEST_CASE("sizes are bounded") {
    CHECK_FALSE(sdp::parse(with(std::string(sdp::max_text, 'a'))).has_value());
    CHECK_FALSE(sdp::parse(with("a=" + std::string(sdp::max_line, 'x') + "\r\n")).has_value());
    std::string many;
    for (std::size_t i = 0; i <= sdp::max_media; ++i)
        many += "m=audio 4000 RTP/AVP 0\r\n";
    CHECK_FALSE(sdp::parse(with(many)).has_value());
    std::string formats = "m=audio 4000 RTP/AVP";
    for (std::size_t i = 0; i <= sdp::max_formats; ++i)
        formats += " 0";
    CHECK_FALSE(sdp::parse(with(formats + "\r\n")).has_value());
    std::string maps = "m=audio 4000 RTP/AVP 0\r\n";
    for (std::size_t i = 0; i <= sdp::max_attributes; ++i)
        maps += "a=rtpmap:0 PCMU/8000\r\n";
    CHECK_FALSE(sdp::parse(with(maps)).has_value());
}

TEST_CASE("what is not understood but harmless is skipped") {
    const auto parsed =
        sdp::parse(with("k=clear:x\r\nb=AS:64\r\na=ice-ufrag:abcd\r\nm=audio 4000 RTP/AVP 0\r\ni=text\r\n"
                        "a=ptime:zero\r\na=candidate:1 1 UDP 1 127.0.0.1 4000 typ host\r\n\r\n"));
    REQUIRE(parsed.has_value());
    CHECK_FALSE(parsed->media.at(0).packet_ms);
}
