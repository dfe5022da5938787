// Whole calls over loopback: two services against each other, and one against a peer that speaks SIP by hand.
#include "tipring/sip/service.hpp"
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <csignal>

#include "sip_fixture.hpp"

using namespace tipring;
using test::RawCall;
using test::RawPeer;

namespace {

/// One service with its own engine (not started: only signalling is looked at) and a fake call manager.
struct Side {
    test::Loop& loop;
    std::uint16_t port = test::free_port();
    media::Engine engine{media::EngineOptions{0, false, 30, 64}};
    media::RtpPortPool ports;
    test::FakeSink sink;
    config::Sip settings;
    std::vector<sip::Identity> identities;
    std::unique_ptr<sip::Service> service;

    Side(test::Loop& shared, std::uint16_t first_rtp)
        : loop(shared), ports({first_rtp, static_cast<std::uint16_t>(first_rtp + 40), 46}) {
        settings.listen = "127.0.0.1";
        settings.listen_port = port;
    }
    config::SipAccount& add_account(const std::string& name, std::uint16_t server_port,
                                    config::SipMode mode = config::SipMode::peer) {
        config::SipAccount account;
        account.name = name;
        account.server = "127.0.0.1:" + std::to_string(server_port);
        account.domain = "127.0.0.1";
        account.mode = mode;
        account.codecs = {config::Codec::pcma, config::Codec::pcmu};
        settings.accounts.push_back(account);
        return settings.accounts.back();
    }
    void start() {
        service = sip::make_service({loop.reactor, engine, ports, sink, settings, {}, identities, {}});
        const auto started = service->start();
        if (!started) FAIL(started.error().message);
    }
    ~Side() {
        if (!service) return;
        sink.calls.clear();
        bool done = false;
        service->stop(std::chrono::seconds(8), [&] { done = true; });
        CHECK(loop.wait_for([&] { return done; }));
        CHECK(loop.wait_for([&] {
            engine.tick(std::chrono::steady_clock::now());  // lets go of the removed sessions
            engine.dispatch();
            return ports.in_use() == 0;
        }));
    }
};

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
    CHECK(pair.sees(pair.observer, "early media"));
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

namespace {

/// A service that is called by hand.
struct Called {
    test::Loop loop;
    Side side{loop, 41300};
    RawPeer peer;
    RawCall call{peer, "byhand"};

    Called() {
        side.add_account("pbx", peer.port());
        side.start();
    }
    test::FakeSink::Call& invite(const std::string& sdp, std::vector<std::string> more = {}) {
        peer.send(call.request("INVITE", 1, sdp, std::move(more)), side.port);
        REQUIRE(loop.wait_for([&] { return side.sink.calls.size() == 1; }));
        return *side.sink.calls[0];
    }
    std::string exchange(const std::string& request, const std::string& start) {
        peer.send(request, side.port);
        return peer.expect(loop, start);
    }
};

}  // namespace

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
    auto leg = exit.open(base::LegId{1}, request, why);
    REQUIRE(leg);
    leg->observe(&observer);
    leg->start(request);
    const auto invite = server.expect(loop, "INVITE");
    CHECK(loop.wait_for([&] { return observer.saw("released"); }, std::chrono::seconds(3)));
    CHECK(observer.cause.value == call::q850::network_out_of_order);
    CHECK(call::may_try_next(observer.cause));
    CHECK_FALSE(exit.open(base::LegId{2}, request, why));
    CHECK(why.value == call::q850::network_out_of_order);
    const auto options = server.expect(loop, "OPTIONS");
    REQUIRE_FALSE(options.empty());
    server.send(test::response(options, "200 OK"), side.port);
    CHECK(loop.wait_for([&] { return exit.open(base::LegId{3}, request, why) != nullptr; }));
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
    for (int round = 2; round < 8 && !observer.saw("released"); ++round) {
        const auto invite = server.expect(loop, "INVITE", std::chrono::milliseconds(500));
        if (invite.empty()) continue;
        server.send(test::response(invite, "401 Unauthorized",
                                   {"WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n" +
                                    std::to_string(round) + "\", algorithm=MD5"}),
                    side.port);
    }
    CHECK(loop.wait_for([&] { return observer.saw("released"); }));
    CHECK(observer.cause.value == call::q850::call_rejected);
}

namespace {

const sip::Identity port_201{"pbx", "201", "201", "secret", "Reception", "201"};

}  // namespace

TEST_CASE("ports register with digest, honour Min-Expires and un-register at the end") {
    test::Loop loop;
    RawPeer server;
    std::string last;
    {
        Side side(loop, 41600);
        side.add_account("pbx", server.port(), config::SipMode::per_port);
        side.identities = {port_201};
        side.start();
        const auto first = server.expect(loop, "REGISTER");
        REQUIRE_FALSE(first.empty());
        CHECK(test::header(first, "Expires") == "3600");
        server.send(test::response(first, "401 Unauthorized",
                                   {"WWW-Authenticate: Digest realm=\"pbx\", nonce=\"abc\", algorithm=MD5"}),
                    side.port);
        const auto second = server.expect(loop, "REGISTER");
        REQUIRE_FALSE(second.empty());
        CHECK(test::header(second, "Authorization").find("username=\"201\"") != std::string::npos);
        CHECK(test::header(second, "Authorization").find("secret") == std::string::npos);
        server.send(test::response(second, "423 Interval Too Brief", {"Min-Expires: 7200"}), side.port);
        auto third = server.expect(loop, "REGISTER");
        CHECK(test::header(third, "Expires") == "7200");
        CAPTURE(third);
        server.send(
            test::response(third, "200 OK", {"Contact: " + test::header(third, "Contact") + ";expires=7200"}),
            side.port);
        CHECK(loop.wait_for(
            [&] { return side.service->registrations().at(0).state == sip::RegistrationState::registered; }));
        CHECK(side.service->registrations()[0].expires_in > std::chrono::seconds(7000));
        bool done = false;
        side.service->stop(std::chrono::seconds(8), [&] { done = true; });
        last = server.expect(loop, "REGISTER");
        server.send(test::response(last, "200 OK"), side.port);
        CHECK(loop.wait_for([&] { return done; }));
        side.service.reset();
    }
    CHECK(test::header(last, "Expires") == "0");
}

TEST_CASE("a registration that fails says why in words") {
    test::Loop loop;
    RawPeer server;
    Side side(loop, 41700);
    side.add_account("pbx", server.port(), config::SipMode::per_port);
    side.identities = {port_201};
    side.start();
    const auto request = server.expect(loop, "REGISTER");
    server.send(test::response(request, "403 Forbidden"), side.port);
    CHECK(loop.wait_for(
        [&] { return side.service->registrations().at(0).state == sip::RegistrationState::failed; }));
    CHECK(side.service->registrations()[0].reason == "403 Forbidden");
}

namespace {

/// SIPp as a server, in a process of its own.
class Sipp {
  public:
    Sipp(const std::string& scenario, std::uint16_t port) {
        const auto port_text = std::to_string(port);
        const auto path = std::string(SIP_TEST_FOLDER "/") + scenario;
        std::vector<const char*> arguments = {
            "sipp", "-sf", path.c_str(), "-i",   "127.0.0.1", "-p", port_text.c_str(),
            "-m",   "1",   "-nostdin",   nullptr};
        posix_spawn_file_actions_t files;
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
        char terminal[] = "TERM=dumb";
        char* environment[] = {terminal, nullptr};
        const int failed = posix_spawnp(&process_, "sipp", &files, nullptr,
                                        const_cast<char* const*>(arguments.data()), environment);
        posix_spawn_file_actions_destroy(&files);
        REQUIRE(failed == 0);
    }
    ~Sipp() {
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
    }

  private:
    pid_t process_ = 0;
};

}  // namespace

TEST_CASE("another implementation computes the same digest") {
    test::Loop loop;
    const auto port = test::free_port();
    Sipp registrar("register_digest.xml", port);
    Side side(loop, 41650);
    side.add_account("pbx", port, config::SipMode::per_port);
    side.identities = {port_201};
    side.start();
    // SIPp may need longer to start than the first request takes; it is repeated after 0.5 s, 1 s ... (RFC
    // 3261 17.1.2.1).
    CHECK(loop.wait_for(
        [&] { return side.service->registrations().at(0).state == sip::RegistrationState::registered; }));
}

TEST_CASE("a wrong password is told from a silent server") {
    test::Loop loop;
    RawPeer server;
    Side side(loop, 41750);
    side.add_account("pbx", server.port(), config::SipMode::per_port);
    side.identities = {port_201};
    side.start();
    for (int round = 0; round < 6; ++round) {
        const auto request = server.expect(loop, "REGISTER", std::chrono::milliseconds(500));
        if (request.empty()) break;
        server.send(test::response(
                        request, "401 Unauthorized",
                        {"WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n" + std::to_string(round) + "\""}),
                    side.port);
    }
    CHECK(loop.wait_for(
        [&] { return side.service->registrations().at(0).state == sip::RegistrationState::failed; }));
    CHECK(side.service->registrations()[0].reason == "401 Unauthorized");
}

TEST_CASE("a listening address that cannot be bound is named") {
    test::Loop loop;
    Side first(loop, 41800);
    first.add_account("pbx", test::free_port());
    first.start();
    Side second(loop, 41900);
    second.settings.listen_port = first.port;
    auto service = sip::make_service(
        {loop.reactor, second.engine, second.ports, second.sink, second.settings, {}, {}, {}});
    const auto started = service->start();
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().message.find(std::to_string(first.port)) != std::string::npos);
}
