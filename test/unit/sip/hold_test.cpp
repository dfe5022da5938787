// The far end of a call put on hold and taken back by re-INVITE, against a peer that speaks SIP by hand.
#include "service_fixture.hpp"

using namespace tipring;
using test::Called;
using test::PlacedCall;

namespace {

bool describes(const std::string& message, const std::string& direction) {
    return test::body(message).find("a=" + direction + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a caller is held and taken back") {
    Called called;
    auto& incoming = called.talk();
    incoming.leg->hold(true);
    incoming.leg->hold(true);  // says nothing new
    const auto hold = called.peer.expect(called.loop, "INVITE");
    CHECK(describes(hold, "sendonly"));
    CHECK(test::header(hold, "Contact").find("sip:201@127.0.0.1") != std::string::npos);
    called.accept(hold, "recvonly");
    incoming.leg->hold(false);
    const auto back = called.peer.expect(called.loop, "INVITE");
    CHECK(describes(back, "sendrecv"));
    called.accept(back, "sendrecv");
    called.hang_up(3);
}

TEST_CASE("a called party is held and taken back, and may hang up meanwhile") {
    PlacedCall call;
    call.leg->hold(true);  // before the answer: it comes with it
    call.answer();
    const auto hold = call.server.expect(call.loop, "INVITE");
    REQUIRE(describes(hold, "sendonly"));
    call.server.send(test::response(hold, "200 OK", {"Contact: <sip:201@" + call.server.at() + ">"},
                                    test::sdp_with(test::plain_audio + "a=inactive\r\n")),
                     call.side.port);
    CHECK_FALSE(call.server.expect(call.loop, "ACK").empty());
    call.hang_up();
}

TEST_CASE("hold that is taken back before it was accepted comes right") {
    Called called;
    auto& incoming = called.talk();
    incoming.leg->hold(true);
    incoming.leg->hold(false);
    const auto hold = called.peer.expect(called.loop, "INVITE");
    REQUIRE(describes(hold, "sendonly"));
    called.accept(hold, "recvonly");
    const auto back = called.peer.expect(called.loop, "INVITE");
    CHECK(describes(back, "sendrecv"));
    called.accept(back, "sendrecv");
    called.hang_up(2);
}

TEST_CASE("both sides hold, and we take back first") {
    Called called;
    auto& incoming = called.talk();
    const auto held = called.exchange(
        called.call.request("INVITE", 2, test::sdp_with(test::plain_audio + "a=sendonly\r\n")),
        "SIP/2.0 200");
    CHECK(describes(held, "recvonly"));
    called.peer.send(called.call.request("ACK", 2), called.side.port);
    incoming.leg->hold(true);
    const auto hold = called.peer.expect(called.loop, "INVITE");
    CHECK(describes(hold, "inactive"));  // RFC 3264 8.4
    called.accept(hold, "inactive");
    incoming.leg->hold(false);
    const auto back = called.peer.expect(called.loop, "INVITE");
    CHECK(describes(back, "sendrecv"));
    called.accept(back, "sendonly");
    const auto resumed =
        called.exchange(called.call.request("INVITE", 3, test::sdp_with(test::plain_audio)), "SIP/2.0 200");
    CHECK(describes(resumed, "sendrecv"));
    called.peer.send(called.call.request("ACK", 3), called.side.port);
    called.hang_up(4);
}

TEST_CASE("both sides hold, and they take back first") {
    Called called;
    auto& incoming = called.talk();
    incoming.leg->hold(true);
    const auto hold = called.peer.expect(called.loop, "INVITE");
    REQUIRE(describes(hold, "sendonly"));
    called.accept(hold, "recvonly");
    const auto held = called.exchange(
        called.call.request("INVITE", 2, test::sdp_with(test::plain_audio + "a=sendonly\r\n")),
        "SIP/2.0 200");
    CHECK(describes(held, "inactive"));
    called.peer.send(called.call.request("ACK", 2), called.side.port);
    const auto resumed =
        called.exchange(called.call.request("INVITE", 3, test::sdp_with(test::plain_audio)), "SIP/2.0 200");
    CHECK(describes(resumed, "sendonly"));
    called.peer.send(called.call.request("ACK", 3), called.side.port);
    incoming.leg->hold(false);
    const auto back = called.peer.expect(called.loop, "INVITE");
    CHECK(describes(back, "sendrecv"));
    called.accept(back, "sendrecv");
    called.hang_up(4);
}

TEST_CASE("a hold that is refused leaves the call as it was") {
    const std::string status = GENERATE("488 Not Acceptable Here", "403 Forbidden", "401 Unauthorized");
    Called called;
    auto& incoming = called.talk();
    incoming.leg->hold(true);
    const auto hold = called.peer.expect(called.loop, "INVITE");
    REQUIRE(describes(hold, "sendonly"));
    called.peer.send(test::response(hold, status), called.side.port);
    CHECK_FALSE(called.peer.expect(called.loop, "ACK").empty());
    const auto asked =
        called.exchange(called.call.request("UPDATE", 2, test::sdp_with(test::plain_audio)), "SIP/2.0 200");
    CHECK(describes(asked, "sendrecv"));
    // The SIP thread told the core of the refusal before it answered the UPDATE.
    called.loop.context.restart();
    called.loop.context.poll();
    CHECK_FALSE(incoming.observer.saw("released"));
    incoming.leg->hold(true);
    const auto again = called.peer.expect(called.loop, "INVITE");
    CHECK(describes(again, "sendonly"));
    called.accept(again, "recvonly");
    called.hang_up(3);
}

TEST_CASE("an answer to a hold without a description is a refusal") {
    Called called;
    auto& incoming = called.talk();
    incoming.leg->hold(true);
    const auto hold = called.peer.expect(called.loop, "INVITE");
    REQUIRE_FALSE(hold.empty());
    called.peer.send(test::response(hold, "200 OK", {called.contact()}), called.side.port);
    CHECK_FALSE(called.peer.expect(called.loop, "ACK").empty());
    const auto asked =
        called.exchange(called.call.request("UPDATE", 2, test::sdp_with(test::plain_audio)), "SIP/2.0 200");
    CHECK(describes(asked, "sendrecv"));
    called.hang_up(3);
}

TEST_CASE("a server that asks for a password in the middle of a call gets it") {
    Called called;
    auto& incoming = called.talk();
    incoming.leg->hold(true);
    const auto first = called.peer.expect(called.loop, "INVITE");
    called.peer.send(test::response(first, "407 Proxy Authentication Required",
                                    {"Proxy-Authenticate: Digest realm=\"pbx\", nonce=\"n\", algorithm=MD5"}),
                     called.side.port);
    CHECK_FALSE(called.peer.expect(called.loop, "ACK").empty());
    const auto second = called.peer.expect(called.loop, "INVITE");
    CHECK(test::header(second, "Proxy-Authorization").find("username=\"gw\"") != std::string::npos);
    CHECK(describes(second, "sendonly"));
    called.accept(second, "recvonly");
    called.hang_up(2);
}

TEST_CASE("re-INVITEs that meet: theirs gets 491, ours is sent again after theirs") {
    Called called;
    auto& incoming = called.talk();
    incoming.leg->hold(true);
    const auto hold = called.peer.expect(called.loop, "INVITE");
    REQUIRE_FALSE(hold.empty());
    CHECK_FALSE(
        called.exchange(called.call.request("INVITE", 2, test::sdp_with(test::plain_audio)), "SIP/2.0 491")
            .empty());
    called.peer.send(called.call.request("ACK", 2), called.side.port);
    called.peer.send(test::response(hold, "491 Request Pending"), called.side.port);
    CHECK_FALSE(called.peer.expect(called.loop, "ACK").empty());
    const auto again = called.peer.expect(called.loop, "INVITE");
    REQUIRE(describes(again, "sendonly"));
    called.accept(again, "recvonly");
    called.hang_up(3);
}

TEST_CASE("a target that is not SIP in the answer to a hold does no harm") {
    Called called;
    auto& incoming = called.talk();
    incoming.leg->hold(true);
    const auto hold = called.peer.expect(called.loop, "INVITE");
    called.peer.send(test::response(hold, "200 OK", {"Contact: <tel:+123>"},
                                    test::sdp_with(test::plain_audio + "a=recvonly\r\n")),
                     called.side.port);
    CHECK_FALSE(called.peer.expect(called.loop, "ACK").empty());
    CHECK(called.side.service->stats().malformed >= 1);
    called.hang_up(2);
}
