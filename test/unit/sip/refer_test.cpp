// Transfer by REFER, blind and attended, against a peer that speaks SIP by hand.
#include "service_fixture.hpp"

using namespace tipring;
using test::Called;
using test::PlacedCall;
using test::RawCall;

namespace {

void refers(config::SipAccount& account) {
    account.refer = true;
}

std::string notify(const Called& called, unsigned sequence, const std::string& fragment,
                   const std::string& state, const std::string& contact) {
    auto text = called.call.request("NOTIFY", sequence, fragment,
                                    {"Event: refer", "Subscription-State: " + state, contact});
    if (const auto type = text.find("application/sdp"); type != std::string::npos)
        text.replace(type, 15, "message/sipfrag;version=2.0");
    return text;
}

/// A call in which the caller was asked to call 205, and has said that it will.
struct Transfer {
    Called called{refers};
    test::FakeSink::Call& incoming = called.talk();
    std::string refer;

    Transfer() {
        REQUIRE(incoming.leg->refer({"205", nullptr}));
        refer = called.peer.expect(called.loop, "REFER");
        REQUIRE_FALSE(refer.empty());
        CHECK_FALSE(incoming.leg->refer({"206", nullptr}));  // one at a time
    }
    void accepted() {
        called.peer.send(test::response(refer, "202 Accepted", {called.contact()}), called.side.port);
    }
    std::string tell(unsigned sequence, const std::string& fragment, const std::string& state,
                     const std::string& answer = "SIP/2.0 200") {
        return called.exchange(notify(called, sequence, fragment, state, called.contact()), answer);
    }
    std::string target(const std::string& number) const {
        return "<sip:" + number + "@127.0.0.1:" + std::to_string(called.peer.port()) + ">";
    }
    bool sees(const std::string& what) {
        return called.loop.wait_for([&] { return incoming.observer.saw(what); });
    }
};

}  // namespace

TEST_CASE("without the account's leave nobody is asked to call somebody else") {
    Called called;
    auto& incoming = called.talk();
    CHECK_FALSE(incoming.leg->refer({"205", nullptr}));
    called.hang_up(2);
}

TEST_CASE("a call that is not answered cannot be sent on") {
    Called called(refers);
    auto& incoming = called.invite(test::sdp_with(test::plain_audio));
    CHECK_FALSE(incoming.leg->refer({"205", nullptr}));
}

TEST_CASE("a caller is sent to another number, and we leave when it has got there") {
    Transfer transfer;
    CHECK(test::header(transfer.refer, "Refer-To") == transfer.target("205"));
    CHECK(test::header(transfer.refer, "Referred-By") == "<sip:201@127.0.0.1>");
    CHECK(test::header(transfer.refer, "Replaces").empty());
    transfer.accepted();
    CHECK_FALSE(transfer.tell(2, "SIP/2.0 100 Trying\r\n", "active;expires=60").empty());
    CHECK_FALSE(transfer.tell(3, "SIP/2.0 180 Ringing\r\n", "active;expires=60").empty());
    CHECK_FALSE(transfer.incoming.observer.saw("referred"));
    CHECK_FALSE(transfer.tell(4, "SIP/2.0 200 OK\r\n", "terminated;reason=noresource").empty());
    CHECK(transfer.sees("referred"));
    const auto bye = transfer.called.peer.expect(transfer.called.loop, "BYE");
    REQUIRE_FALSE(bye.empty());
    transfer.called.peer.send(test::response(bye, "200 OK"), transfer.called.side.port);
    CHECK(transfer.sees("released"));
    CHECK(transfer.called.loop.wait_for([&] { return transfer.called.side.service->stats().dialogs == 0; }));
}

TEST_CASE("a transfer that fails leaves the caller with us") {
    Transfer transfer;
    const auto way = GENERATE(0, 1, 2);
    if (way == 0) {
        transfer.called.peer.send(test::response(transfer.refer, "603 Decline"), transfer.called.side.port);
    } else {
        transfer.accepted();
        const std::string fragment = way == 1 ? "SIP/2.0 486 Busy Here\r\n" : "SIP/2.0 100 Trying\r\n";
        CHECK_FALSE(transfer.tell(2, fragment, "terminated;reason=noresource").empty());
    }
    CHECK(transfer.sees(way == 0 ? "refused" : "not referred"));
    CHECK_FALSE(transfer.incoming.observer.saw("released"));
    CHECK(transfer.incoming.leg->refer({"206", nullptr}));
    const auto again = transfer.called.peer.expect(transfer.called.loop, "REFER");
    CHECK(test::header(again, "Refer-To") == transfer.target("206"));
    transfer.called.hang_up(5);
    CHECK_FALSE(transfer.incoming.observer.saw("referred"));
}

TEST_CASE("hold and transfer do not get into each other's way") {
    Transfer transfer;
    auto& called = transfer.called;
    transfer.incoming.leg->hold(true);  // waits for the answer to the REFER
    transfer.accepted();
    const auto hold = called.peer.expect(called.loop, "INVITE");
    CHECK(test::body(hold).find("a=sendonly") != std::string::npos);
    // A NOTIFY while the re-INVITE has no answer.
    CHECK_FALSE(transfer.tell(2, "SIP/2.0 486 Busy Here\r\n", "terminated;reason=noresource").empty());
    CHECK(transfer.sees("not referred"));
    REQUIRE(transfer.incoming.leg->refer({"206", nullptr}));
    const auto again = called.peer.expect(called.loop, "REFER");
    CHECK(test::header(again, "Refer-To") == transfer.target("206"));
    called.accept(hold, "recvonly");
    called.peer.send(test::response(again, "403 Forbidden"), called.side.port);
    transfer.incoming.leg->hold(false);
    const auto back = called.peer.expect(called.loop, "INVITE");
    CHECK(test::body(back).find("a=sendrecv") != std::string::npos);
    called.accept(back, "sendrecv");
    called.hang_up(7);
}

TEST_CASE("a server that hangs up once it has accepted a REFER has done it") {
    Transfer transfer;
    transfer.accepted();
    CHECK_FALSE(transfer.tell(2, "SIP/2.0 100 Trying\r\n", "active;expires=60").empty());
    transfer.called.hang_up(3);
    CHECK(transfer.incoming.observer.saw("referred"));
    CHECK(transfer.incoming.observer.seen.back() == "released");
}

TEST_CASE("a REFER that meets a challenge is sent again") {
    Transfer transfer;
    transfer.called.peer.send(
        test::response(transfer.refer, "407 Proxy Authentication Required",
                       {"Proxy-Authenticate: Digest realm=\"pbx\", nonce=\"n\", algorithm=MD5"}),
        transfer.called.side.port);
    const auto again = transfer.called.peer.expect(transfer.called.loop, "REFER");
    CHECK(test::header(again, "Proxy-Authorization").find("username=\"gw\"") != std::string::npos);
    CHECK(test::header(again, "Refer-To") == transfer.target("205"));
    transfer.called.peer.send(test::response(again, "202 Accepted", {transfer.called.contact()}),
                              transfer.called.side.port);
    CHECK_FALSE(transfer.tell(2, "SIP/2.0 200 OK\r\n", "terminated;reason=noresource").empty());
    CHECK(transfer.sees("referred"));
}

TEST_CASE("targets that are not SIP in a REFER's answer or NOTIFY do no harm") {
    Transfer transfer;
    transfer.called.peer.send(
        test::response(transfer.refer, "202 Accepted", {"Contact: <tel:+1>", "Record-Route: <tel:+1>"}),
        transfer.called.side.port);
    const auto bad = notify(transfer.called, 2, "SIP/2.0 200 OK\r\n", "active", "Contact: <tel:+1>");
    CHECK_FALSE(transfer.called.exchange(bad, "SIP/2.0 400").empty());
    CHECK_FALSE(transfer.tell(3, "SIP/2.0 503 Service Unavailable\r\n", "terminated").empty());
    CHECK(transfer.sees("not referred"));
    CHECK(transfer.called.side.service->stats().malformed == 2);  // counted with the next event
    transfer.called.hang_up(4);
}

TEST_CASE("news that nobody asked for is refused inside a call") {
    Called called;
    auto& incoming = called.talk();
    for (unsigned sequence = 2; sequence < 12; ++sequence) {
        const auto text = notify(called, sequence, "SIP/2.0 200 OK\r\n", "active", called.contact());
        CHECK_FALSE(called.exchange(text, "SIP/2.0 481").empty());
    }
    CHECK_FALSE(incoming.observer.saw("referred"));
    called.hang_up(20);
}

TEST_CASE("a call is handed over to the far end of another one") {
    Called called(refers);
    auto& incoming = called.talk();
    RawCall second{called.peer, "second"};
    called.peer.send(second.request("INVITE", 1, test::sdp_with(test::plain_audio)), called.side.port);
    REQUIRE(called.loop.wait_for([&] { return called.side.sink.calls.size() == 2; }));
    auto& other = *called.side.sink.calls[1];
    CHECK_FALSE(incoming.leg->refer({"", other.leg.get()}));  // not answered yet
    other.leg->answer();
    second.learn(called.peer.expect(called.loop, "SIP/2.0 200"));
    called.peer.send(second.request("ACK", 1), called.side.port);
    CHECK_FALSE(incoming.leg->refer({"", incoming.leg.get()}));
    REQUIRE(incoming.leg->refer({"", other.leg.get()}));
    const auto refer = called.peer.expect(called.loop, "REFER");
    // Seen from whoever gets the INVITE with Replaces (RFC 3891 3): to-tag is its own tag.
    CHECK(test::header(refer, "Refer-To") == "<sip:300@127.0.0.1:" + std::to_string(called.peer.port()) +
                                                 "?Replaces=second%3Bto-tag%3Drawsecond%3Bfrom-tag%3D" +
                                                 second.to_tag + ">");
    called.peer.send(test::response(refer, "202 Accepted", {called.contact()}), called.side.port);
    called.peer.send(second.request("BYE", 2), called.side.port);
    CHECK(called.loop.wait_for([&] { return other.observer.saw("released"); }));
    CHECK_FALSE(
        called
            .exchange(notify(called, 3, "SIP/2.0 200 OK\r\n", "terminated", called.contact()), "SIP/2.0 200")
            .empty());
    CHECK(called.loop.wait_for([&] { return incoming.observer.saw("referred"); }));
}
