// Whole calls over loopback: two services against each other, and one against a peer that speaks SIP by hand.
#include "service_fixture.hpp"

using namespace tipring;
using test::Called;
using test::PlacedCall;
using test::RawCall;
using test::RawPeer;
using test::Side;

namespace {

struct Pair {
    test::Loop loop;
    Side a{loop, 41000};
    Side b{loop, 41100};
    test::FakeObserver observer;
    std::unique_ptr<call::Leg> leg;

    Pair() {
        a.add_account("b", b.port);
        b.add_account("a", a.port);
        a.start();
        b.start();
    }
    test::FakeSink::Call& call(call::CallRequest request = {
                                   {"300", "Ann \"A\"", call::Presentation::allowed}, "201", {}}) {
        call::Cause why;
        leg = a.service->exits().at(0)->open(base::LegId{1}, request, why);
        REQUIRE(leg);
        leg->observe(&observer);
        leg->start(request);
        REQUIRE(loop.wait_for([&] { return !b.sink.calls.empty(); }));
        return *b.sink.calls.back();
    }
    bool sees(test::FakeObserver& who, const std::string& what) {
        return loop.wait_for([&] { return who.saw(what); });
    }
    bool idle() {
        return loop.wait_for(
            [&] { return a.service->stats().dialogs == 0 && b.service->stats().dialogs == 0; });
    }
};

}  // namespace

TEST_CASE("a call is placed, rings, is answered and hung up by the caller") {
    Pair pair;
    auto& incoming = pair.call();
    CHECK(incoming.request.called == "201");
    CHECK(incoming.request.caller.number == "300");
    CHECK(incoming.request.caller.name == "Ann \"A\"");
    CHECK(incoming.request.source.name == "a");
    CHECK(incoming.leg->media());
    CHECK(pair.leg->media());
    incoming.leg->alert(false);
    CHECK(pair.sees(pair.observer, "alerting"));
    incoming.leg->answer();
    CHECK(pair.sees(pair.observer, "answered"));
    CHECK_FALSE(pair.observer.saw("early media"));
    pair.leg->release({});
    CHECK_FALSE(pair.observer.saw("released"));  // never from inside the command
    CHECK(pair.sees(pair.observer, "released"));
    CHECK(pair.sees(incoming.observer, "released"));
    CHECK(incoming.observer.cause.value == call::q850::normal_clearing);
    CHECK(pair.idle());
}

TEST_CASE("early media comes with a reliable 183 and the called side hangs up") {
    Pair pair;
    auto& incoming = pair.call();
    incoming.leg->alert(true);
    CHECK(pair.sees(pair.observer, "progress"));
    incoming.leg->answer();
    CHECK(pair.sees(pair.observer, "answered"));
    incoming.leg->release({call::q850::network_out_of_order, call::Location::user, ""});
    CHECK(pair.sees(pair.observer, "released"));
    CHECK(pair.observer.cause.value == call::q850::network_out_of_order);  // carried by the Reason header
    CHECK(pair.idle());
}

TEST_CASE("refusals carry their cause") {
    const auto value =
        GENERATE(std::uint8_t{17}, std::uint8_t{1}, std::uint8_t{34}, std::uint8_t{19}, std::uint8_t{21});
    Pair pair;
    auto& incoming = pair.call();
    incoming.leg->release({value, call::Location::user, ""});
    CHECK(pair.sees(pair.observer, "released"));
    CHECK(pair.observer.cause.value == value);
    CHECK(pair.idle());
}

TEST_CASE("the caller gives up while it rings") {
    Pair pair;
    auto& incoming = pair.call();
    incoming.leg->alert(false);
    CHECK(pair.sees(pair.observer, "alerting"));
    pair.leg->release({});
    CHECK(pair.sees(incoming.observer, "released"));
    CHECK(pair.idle());
}

TEST_CASE("a leg that is destroyed hangs up") {
    Pair pair;
    auto& incoming = pair.call();
    incoming.leg->answer();
    CHECK(pair.sees(pair.observer, "answered"));
    pair.leg.reset();
    CHECK(pair.sees(incoming.observer, "released"));
    CHECK(pair.idle());
}

TEST_CASE("a caller who wants to be anonymous is") {
    Pair pair;
    auto& incoming = pair.call({{"300", "Ann", call::Presentation::restricted}, "*21#", {}});
    CHECK(incoming.request.called == "*21#");
    CHECK(incoming.request.caller.presentation == call::Presentation::restricted);
    CHECK(incoming.request.caller.number == "300");  // asserted to the trusted side only
}

TEST_CASE("requests from an unknown address are refused and counted") {
    test::Loop loop;
    Side side(loop, 41200);
    side.add_account("pbx", test::free_port());
    side.start();
    RawPeer stranger("127.0.0.2");
    RawCall call{stranger, "stranger"};
    stranger.send(call.request("INVITE", 1, test::sdp_with(test::plain_audio)), side.port);
    CHECK_FALSE(stranger.expect(loop, "SIP/2.0 403").empty());
    RawCall options{stranger, "stranger2"};
    stranger.send(options.request("OPTIONS", 1), side.port);
    CHECK_FALSE(stranger.expect(loop, "SIP/2.0 403").empty());
    CHECK(side.service->stats().refused == 2);
    CHECK(side.sink.calls.empty());
}

TEST_CASE("accept_from lets another address in") {
    test::Loop loop;
    Side side(loop, 41200);
    side.add_account("pbx", test::free_port()).accept_from = {"127.0.0.2"};
    side.start();
    RawPeer peer("127.0.0.2");
    RawCall call{peer, "friend"};
    peer.send(call.request("INVITE", 1, test::sdp_with(test::plain_audio)), side.port);
    CHECK(loop.wait_for([&] { return side.sink.calls.size() == 1; }));
}

TEST_CASE("hold, resume, digits by INFO and a refresh inside a call") {
    Called called;
    auto& incoming = called.invite(test::sdp_with(test::plain_audio));
    incoming.leg->answer();
    const auto answer = called.peer.expect(called.loop, "SIP/2.0 200");
    REQUIRE_FALSE(answer.empty());
    CHECK(test::body(answer).find("RTP/AVP 8 101") != std::string::npos);
    called.call.learn(answer);
    called.peer.send(called.call.request("ACK", 1), called.side.port);

    const auto held = called.exchange(
        called.call.request("INVITE", 2, test::sdp_with(test::plain_audio + "a=sendonly\r\n")),
        "SIP/2.0 200");
    CHECK(test::body(held).find("a=recvonly") != std::string::npos);
    called.peer.send(called.call.request("ACK", 2), called.side.port);

    const auto resumed =
        called.exchange(called.call.request("UPDATE", 3, test::sdp_with(test::plain_audio)), "SIP/2.0 200");
    CHECK(test::body(resumed).find("a=sendrecv") != std::string::npos);
    const auto refreshed = called.exchange(
        called.call.request("UPDATE", 4, {}, {"Session-Expires: 1800;refresher=uac", "Supported: timer"}),
        "SIP/2.0 200");
    CHECK(test::body(refreshed).empty());
    CHECK_FALSE(refreshed.empty());
    const auto other = called.exchange(
        called.call.request("UPDATE", 5, test::sdp_with("m=audio 4000 RTP/AVP 18\r\n")), "SIP/2.0 488");
    CHECK_FALSE(other.empty());

    const auto refer =
        called.call.request("REFER", 10, {}, {"Refer-To: <sip:1@127.0.0.1>", "Contact: <sip:300@127.0.0.1>"});
    CHECK_FALSE(called.exchange(refer, "SIP/2.0 405").empty());  // what is not built is not promised
    CHECK_FALSE(called.exchange(called.call.request("MESSAGE", 11, "hello"), "SIP/2.0 405").empty());

    auto info = called.call.request("INFO", 12, "Signal=7\r\nDuration=160\r\n");
    info.replace(info.find("application/sdp"), 15, "application/dtmf-relay");
    CHECK_FALSE(called.exchange(info, "SIP/2.0 200").empty());
    CHECK(called.loop.wait_for([&] { return incoming.observer.saw("digit 7"); }));

    CHECK_FALSE(called.exchange(called.call.request("BYE", 13, {}, {"Reason: Q.850;cause=31"}), "SIP/2.0 200")
                    .empty());
    CHECK(called.loop.wait_for([&] { return incoming.observer.saw("released"); }));
    CHECK(incoming.observer.cause.value == 31);
}

TEST_CASE("an INVITE without offer gets ours with the 200, and the ACK brings the answer") {
    Called called;
    auto& incoming = called.invite({});
    incoming.leg->alert(false);
    CHECK_FALSE(called.peer.expect(called.loop, "SIP/2.0 180").empty());
    incoming.leg->answer();
    const auto answer = called.peer.expect(called.loop, "SIP/2.0 200");
    CHECK(test::body(answer).find("RTP/AVP 8 0 101") != std::string::npos);
    called.call.learn(answer);
    called.peer.send(called.call.request("ACK", 1, test::sdp_with(test::plain_audio)), called.side.port);
    CHECK_FALSE(called.exchange(called.call.request("BYE", 2), "SIP/2.0 200").empty());
    CHECK(called.loop.wait_for([&] { return incoming.observer.saw("released"); }));
    CHECK(incoming.observer.cause.value == call::q850::normal_clearing);
}

TEST_CASE("reliable provisional answers are used when the caller requires them") {
    Called called;
    auto& incoming = called.invite(test::sdp_with(test::plain_audio), {"Require: 100rel"});
    incoming.leg->alert(true);
    const auto progress = called.peer.expect(called.loop, "SIP/2.0 183");
    REQUIRE_FALSE(progress.empty());
    CHECK(test::header(progress, "Require").find("100rel") != std::string::npos);
    CHECK_FALSE(test::body(progress).empty());
    called.call.learn(progress);
    const auto rack = "RAck: " + test::header(progress, "RSeq") + " 1 INVITE";
    CHECK_FALSE(called.exchange(called.call.request("PRACK", 2, {}, {rack}), "SIP/2.0 200").empty());
    incoming.leg->answer();
    CHECK_FALSE(called.peer.expect(called.loop, "SIP/2.0 200").empty());
    called.peer.send(called.call.request("ACK", 1), called.side.port);
    CHECK_FALSE(called.exchange(called.call.request("BYE", 3), "SIP/2.0 200").empty());
}

TEST_CASE("a CANCEL ends the incoming call") {
    Called called;
    auto& incoming = called.invite(test::sdp_with(test::plain_audio));
    incoming.leg->alert(false);
    CHECK_FALSE(called.peer.expect(called.loop, "SIP/2.0 180").empty());
    auto cancel = called.call.request("CANCEL", 1);
    cancel.replace(cancel.find("byhandCANCEL1"), 13, "byhandINVITE1");
    called.peer.send(cancel, called.side.port);
    CHECK_FALSE(called.peer.expect(called.loop, "SIP/2.0 487").empty());
    CHECK(called.loop.wait_for([&] { return incoming.observer.saw("released"); }));
}

TEST_CASE("offers without a common codec are refused with 488") {
    Called called;
    const auto refused = called.exchange(
        called.call.request("INVITE", 1, test::sdp_with("m=audio 4000 RTP/AVP 18\r\n")), "SIP/2.0 488");
    CHECK_FALSE(refused.empty());
    CHECK(called.side.sink.calls.empty());
}

TEST_CASE("a silent server is given up soon, remembered as dead, and found again by OPTIONS") {
    test::Loop loop;
    RawPeer server;
    Side side(loop, 41400);
    side.add_account("pbx", server.port()).dead_after = std::chrono::milliseconds(300);
    side.start();
    test::FakeObserver observer;
    call::Cause why;
    const call::CallRequest request{{"300", "", call::Presentation::allowed}, "201", {}};
    auto& exit = *side.service->exits().at(0);
    CHECK(side.service->fault("pbx", "300").empty());
    CHECK(side.service->fault("nobody", "300").empty());
    auto leg = exit.open(base::LegId{1}, request, why);
    REQUIRE(leg);
    leg->observe(&observer);
    leg->start(request);
    const auto invite = server.expect(loop, "INVITE");
    CHECK(loop.wait_for([&] { return observer.saw("released"); }));
    CHECK(observer.cause.value == call::q850::network_out_of_order);
    CHECK(call::may_try_next(observer.cause));
    CHECK_FALSE(exit.open(base::LegId{2}, request, why));
    CHECK(why.value == call::q850::network_out_of_order);
    CHECK(side.service->fault("pbx", "300") == why.detail);
    const auto options = server.expect(loop, "OPTIONS");
    REQUIRE_FALSE(options.empty());
    server.send(test::response(options, "200 OK"), side.port);
    CHECK(loop.wait_for([&] { return exit.open(base::LegId{3}, request, why) != nullptr; }));
    CHECK(side.service->fault("pbx", "300").empty());
    server.send(test::response(invite, "503 Service Unavailable"), side.port);
    CHECK(loop.wait_for([&] { return side.service->stats().dialogs == 0; }));
}

TEST_CASE("calls answer digest challenges, and end when the password is wrong") {
    test::Loop loop;
    RawPeer server;
    Side side(loop, 41500);
    side.add_account("pbx", server.port());
    side.settings.accounts[0].user = "gw";
    side.settings.accounts[0].password = "secret";
    side.start();
    test::FakeObserver observer;
    call::Cause why;
    const call::CallRequest request{{"300", "", call::Presentation::allowed}, "201", {}};
    auto leg = side.service->exits().at(0)->open(base::LegId{1}, request, why);
    leg->observe(&observer);
    leg->start(request);
    std::string second;
    for (int round = 0; round < 2; ++round) {
        const auto invite = server.expect(loop, "INVITE");
        REQUIRE_FALSE(invite.empty());
        if (round == 1) second = invite;
        server.send(test::response(invite, "401 Unauthorized",
                                   {"WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n" +
                                    std::to_string(round) + "\", algorithm=MD5"}),
                    side.port);
        server.expect(loop, "ACK");
    }
    CHECK(test::header(second, "Authorization").find("username=\"gw\"") != std::string::npos);
    unsigned round = 2;
    CHECK(loop.wait_for([&] {
        const auto invite = server.receive();
        if (invite.starts_with("INVITE")) {
            const auto nonce = "n" + std::to_string(round++);
            server.send(test::response(invite, "401 Unauthorized",
                                       {"WWW-Authenticate: Digest realm=\"pbx\", nonce=\"" + nonce +
                                        "\", algorithm=MD5"}),
                        side.port);
        }
        return observer.saw("released");
    }));
    CHECK(call::may_try_next(observer.cause));
}

TEST_CASE("an answer that crosses our CANCEL is acknowledged and hung up") {
    PlacedCall call;
    REQUIRE_FALSE(call.invite.empty());
    call.server.send(test::response(call.invite, "180 Ringing"), call.side.port);
    REQUIRE(call.loop.wait_for([&] { return call.observer.saw("alerting"); }));
    call.leg->release({});
    const auto cancel = call.server.expect(call.loop, "CANCEL");
    REQUIRE_FALSE(cancel.empty());
    call.server.send(test::response(call.invite, "200 OK", {"Contact: <sip:201@" + call.server.at() + ">"},
                                    test::sdp_with(test::plain_audio)),
                     call.side.port);
    call.server.send(test::response(cancel, "200 OK"), call.side.port);
    CHECK_FALSE(call.server.expect(call.loop, "ACK").empty());
    const auto bye = call.server.expect(call.loop, "BYE");
    REQUIRE_FALSE(bye.empty());
    call.server.send(test::response(bye, "200 OK"), call.side.port);
    CHECK(call.loop.wait_for([&] { return call.side.service->stats().dialogs == 0; }));
}

TEST_CASE("a call that was given up is not placed again by a late challenge") {
    PlacedCall call;
    REQUIRE_FALSE(call.invite.empty());
    call.leg->release({});
    CHECK(call.loop.wait_for([&] { return call.observer.saw("released"); }));
    call.server.send(test::response(call.invite, "401 Unauthorized",
                                    {"WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n\", algorithm=MD5"}),
                     call.side.port);
    CHECK_FALSE(call.server.expect(call.loop, "ACK").empty());
    CHECK(call.loop.wait_for([&] { return call.side.service->stats().dialogs == 0; }));
    CHECK(call.server.expect(call.loop, "INVITE", std::chrono::milliseconds(300)).empty());
}
