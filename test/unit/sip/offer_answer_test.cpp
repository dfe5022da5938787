// Offer/answer by RFC 3264: codec choice, events, directions, hold, refused m-lines, versions.
#include <catch2/catch.hpp>

#include "offer_answer.hpp"

using namespace tipring;
using sip::Agreement;
using sip::OfferAnswer;
namespace sdp = tipring::sip::sdp;

namespace {

OfferAnswer make(std::vector<config::Codec> codecs = {config::Codec::pcma, config::Codec::pcmu},
                 bool events = true) {
    sip::MediaPreferences preferences;
    preferences.codecs = std::move(codecs);
    preferences.telephone_event = events;
    preferences.base.jitter_min_ms = 40;
    OfferAnswer state(preferences, 77);
    state.set_local({"127.0.0.1", 16384});
    return state;
}

std::string described(const std::string& media, const std::string& address = "IP4 192.0.2.9",
                      int version = 1) {
    return "v=0\r\no=- 5 " + std::to_string(version) + " IN " + address + "\r\ns=-\r\nc=IN " + address +
           "\r\nt=0 0\r\n" + media;
}

const std::string both_codecs =
    "m=audio 4000 RTP/AVP 0 8 96\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-16\r\na=ptime:30\r\n";

sdp::Description read(const std::string& text) {
    auto parsed = sdp::parse(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

}  // namespace

TEST_CASE("an offer names all codecs in our order, events, packet time and direction") {
    auto state = make();
    const auto offer = read(state.make_offer());
    CHECK(offer.origin.session_id == 77);
    CHECK(offer.origin.version == 1);
    CHECK(offer.connection->address == "127.0.0.1");
    REQUIRE(offer.media.size() == 1);
    CHECK(offer.media[0].formats == std::vector<std::string>{"8", "0", "101"});
    CHECK(offer.media[0].port == 16384);
    CHECK(offer.media[0].packet_ms == 20u);
    CHECK(offer.media[0].direction == sdp::Direction::send_receive);
    CHECK(state.offer_pending());
}

TEST_CASE("in-band accounts offer no events") {
    auto state = make({config::Codec::pcmu}, false);
    CHECK(read(state.make_offer()).media[0].formats == std::vector<std::string>{"0"});
    const auto agreed = state.receive_offer(described(both_codecs));
    REQUIRE(agreed.has_value());
    CHECK_FALSE(agreed->options.send_event_type);
    CHECK(read(state.make_answer()).media[0].formats == std::vector<std::string>{"0"});
}

TEST_CASE("an answer chooses by our preference among theirs, with their event payload type") {
    auto state = make();
    const auto agreed = state.receive_offer(described(both_codecs));
    REQUIRE(agreed.has_value());
    CHECK(agreed->options.codec == dsp::Law::alaw);
    CHECK(agreed->options.packet_ms == 30);
    CHECK(agreed->options.jitter_min_ms == 40);
    CHECK(agreed->options.send_event_type == std::uint8_t{96});
    CHECK(agreed->options.receive_event_type == std::uint8_t{96});
    CHECK(agreed->remote.host == "192.0.2.9");
    CHECK(agreed->remote.port == 4000);
    CHECK_FALSE(agreed->held);
    CHECK(state.answer_due());
    const auto answer = read(state.make_answer());
    CHECK(answer.media[0].formats == std::vector<std::string>{"8", "96"});
    CHECK(answer.media[0].packet_ms == 30u);
    CHECK_FALSE(state.answer_due());
    CHECK(state.agreement());
}

TEST_CASE("an answer to our offer is applied; their first codec is the one in use") {
    auto state = make();
    state.make_offer();
    const auto agreed = state.apply_answer(
        described("m=audio 5000 RTP/AVP 0 8 99\r\na=rtpmap:99 telephone-event/8000\r\na=rtcp:5005\r\n"));
    REQUIRE(agreed.has_value());
    CHECK(agreed->options.codec == dsp::Law::mulaw);
    CHECK(agreed->options.send_event_type == std::uint8_t{99});
    CHECK(agreed->options.receive_event_type == std::uint8_t{101});
    CHECK(agreed->remote.rtcp_port == 5005);
    CHECK_FALSE(state.offer_pending());
}

TEST_CASE("an answer that refuses or does not fit is no agreement") {
    auto state = make();
    state.make_offer();
    CHECK(state.apply_answer(described("m=audio 0 RTP/AVP 0\r\n")).error().status == 488);
    CHECK(state.apply_answer(described("m=audio 5000 RTP/AVP 18\r\n")).error().status == 488);
    CHECK(state.apply_answer(described("")).error().status == 400);
    CHECK(state.apply_answer("v=0").error().status == 400);
    CHECK_FALSE(state.agreement());
}

TEST_CASE("directions are mirrored") {
    struct Row {
        const char* theirs;
        sdp::Direction ours;
        bool send, receive;
    };
    const auto row = GENERATE(Row{"sendrecv", sdp::Direction::send_receive, true, true},
                              Row{"sendonly", sdp::Direction::receive_only, false, true},
                              Row{"recvonly", sdp::Direction::send_only, true, false},
                              Row{"inactive", sdp::Direction::inactive, false, false});
    CAPTURE(row.theirs);
    auto state = make();
    const auto agreed = state.receive_offer(described(both_codecs + "a=" + row.theirs + "\r\n"));
    REQUIRE(agreed.has_value());
    CHECK(agreed->options.send == row.send);
    CHECK(agreed->options.receive == row.receive);
    CHECK(agreed->held == !row.send);
    CHECK(read(state.make_answer()).media[0].direction == row.ours);
}

TEST_CASE("the address 0.0.0.0 is hold") {
    auto state = make();
    const auto agreed = state.receive_offer(described(both_codecs, "IP4 0.0.0.0"));
    REQUIRE(agreed.has_value());
    CHECK(agreed->held);
    CHECK_FALSE(agreed->options.send);
    CHECK(agreed->remote.port == 0);
    CHECK(read(state.make_answer()).media[0].direction == sdp::Direction::receive_only);
}

TEST_CASE("other m-lines are refused in their place with their own protocol and formats") {
    auto state = make();
    REQUIRE(state
                .receive_offer(described("m=video 6000 RTP/AVP 31 32\r\nm=audio 4002 RTP/SAVP 8\r\n" +
                                         both_codecs + "m=image 4004 udptl t38\r\n"))
                .has_value());
    const auto answer = read(state.make_answer());
    REQUIRE(answer.media.size() == 4);
    CHECK(answer.media[0].type == "video");
    CHECK(answer.media[0].port == 0);
    CHECK(answer.media[0].formats == std::vector<std::string>{"31", "32"});
    CHECK(answer.media[1].protocol == "RTP/SAVP");
    CHECK(answer.media[1].port == 0);
    CHECK(answer.media[2].port == 16384);
    CHECK(answer.media[3].protocol == "udptl");
    CHECK(answer.media[3].formats == std::vector<std::string>{"t38"});
    // our own later offer keeps the places
    const auto offer = read(state.make_offer());
    REQUIRE(offer.media.size() == 4);
    CHECK(offer.media[2].formats == std::vector<std::string>{"8", "0", "101"});
    CHECK(offer.media[3].port == 0);
    CHECK(offer.origin.version == answer.origin.version + 1);
}

TEST_CASE("offers that cannot be accepted name the answer to give and change nothing") {
    auto state = make();
    REQUIRE(state.receive_offer(described(both_codecs)).has_value());
    const auto first = state.make_answer();
    CHECK(state.receive_offer(described("m=audio 4000 RTP/AVP 18\r\n")).error().status == 488);
    CHECK(
        state.receive_offer(described("m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 G729/8000\r\n")).error().status ==
        488);
    CHECK(state.receive_offer(described("m=audio 0 RTP/AVP 8\r\n")).error().status == 488);
    CHECK(state.receive_offer(described("m=image 4000 udptl t38\r\n")).error().status == 488);
    CHECK(state.receive_offer(described("m=image 4000 udptl =\r\n")).error().status == 400);
    CHECK(state.receive_offer(described(both_codecs, "IP4 pbx.example.com")).error().status == 488);
    CHECK(state.receive_offer(described(both_codecs, "IP4 224.1.1.1")).error().status == 488);
    CHECK(state.receive_offer("v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\ns=-\r\n" + both_codecs).error().status ==
          400);
    CHECK_FALSE(state.answer_due());
    CHECK(state.last_sent() == first);
    CHECK(state.agreement()->options.codec == dsp::Law::alaw);
}

TEST_CASE("the version grows with every change and only then") {
    auto state = make();
    REQUIRE(state.receive_offer(described(both_codecs)).has_value());
    const auto first = state.make_answer();
    REQUIRE(state.receive_offer(described(both_codecs)).has_value());
    CHECK(state.make_answer() == first);
    REQUIRE(state.receive_offer(described(both_codecs + "a=sendonly\r\n", "IP4 192.0.2.9", 2)).has_value());
    CHECK(read(state.make_answer()).origin.version == 2);
    state.set_local({"127.0.0.1", 16390});
    REQUIRE(state.receive_offer(described(both_codecs, "IP4 192.0.2.9", 3)).has_value());
    const auto third = read(state.make_answer());
    CHECK(third.origin.version == 3);
    CHECK(third.media[0].port == 16390);
}

TEST_CASE("packet times outside ours are not taken over, maxptime limits") {
    struct Row {
        const char* lines;
        unsigned expected;
    };
    const auto row = GENERATE(Row{"", 20u}, Row{"a=ptime:25\r\n", 20u}, Row{"a=ptime:60\r\n", 60u},
                              Row{"a=ptime:60\r\na=maxptime:40\r\n", 40u}, Row{"a=maxptime:5\r\n", 10u});
    CAPTURE(row.lines);
    auto state = make();
    const auto agreed = state.receive_offer(described(std::string("m=audio 4000 RTP/AVP 8\r\n") + row.lines));
    REQUIRE(agreed.has_value());
    CHECK(agreed->options.packet_ms == row.expected);
}

TEST_CASE("our hold receives nothing, whatever the far end answers") {
    auto state = make();
    state.make_offer();
    REQUIRE(state.apply_answer(described(both_codecs)).has_value());
    state.set_hold(true);
    CHECK(read(state.make_offer()).media[0].direction == sdp::Direction::send_only);
    const auto direction = GENERATE("recvonly", "sendrecv", "inactive");
    const auto held = state.apply_answer(described(both_codecs + "a=" + direction + "\r\n"));
    REQUIRE(held.has_value());
    CHECK_FALSE(held->options.receive);
    CHECK(held->options.send == (std::string_view(direction) != "inactive"));
    state.set_hold(false);
    const auto back = read(state.make_offer());
    CHECK(back.media[0].direction == sdp::Direction::send_receive);
    CHECK(back.origin.version == 3);
    CHECK(state.apply_answer(described(both_codecs))->options.receive);
}

TEST_CASE("an offer of the far end does not end our hold") {
    struct Row {
        const char* theirs;
        sdp::Direction ours;
    };
    const auto row =
        GENERATE(Row{"sendrecv", sdp::Direction::send_only}, Row{"recvonly", sdp::Direction::send_only},
                 Row{"sendonly", sdp::Direction::inactive}, Row{"inactive", sdp::Direction::inactive});
    auto state = make();
    state.set_hold(true);
    REQUIRE(state.receive_offer(described(both_codecs + "a=" + row.theirs + "\r\n")).has_value());
    CHECK(read(state.make_answer()).media[0].direction == row.ours);
}

TEST_CASE("data wants a jitter buffer that never moves, and its digits in the audio") {
    auto state = make();
    REQUIRE(state.receive_offer(described(both_codecs)).has_value());
    state.carry_data();
    CHECK(read(state.make_answer()).media[0].formats == std::vector<std::string>{"8"});
    const auto& options = state.agreement()->options;
    CHECK(options.jitter_min_ms == sip::data_jitter_ms);
    CHECK(options.jitter_max_ms == sip::data_jitter_ms);
    CHECK_FALSE(options.send_event_type);
    CHECK(read(state.make_offer()).media[0].formats == std::vector<std::string>{"8", "0"});
}
