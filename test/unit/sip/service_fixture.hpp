// A whole service over loopback, as the tests of calls and of registrations use it.
#pragma once

#include "sip_fixture.hpp"
#include "tipring/sip/service.hpp"

namespace tipring::test {

/// One service with its own engine (not started: only signalling is looked at) and a fake call manager.
struct Side {
    Loop& loop;
    std::uint16_t port = free_port();
    media::Engine engine{media::EngineOptions{0, false, 30, 64}};
    media::RtpPortPool ports;
    FakeSink sink;
    config::Sip settings;
    std::vector<sip::Identity> identities;
    base::Duration retry = std::chrono::seconds(5);
    sip::SourceAddress source_address;
    std::vector<std::string> hidden_numbers;
    std::vector<std::pair<sip::Identity, sip::MessageSummary>> messages;
    std::unique_ptr<sip::Service> service;

    Side(Loop& shared, std::uint16_t first_rtp)
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
    void make() {
        service = sip::make_service({loop.reactor,
                                     engine,
                                     ports,
                                     sink,
                                     settings,
                                     {},
                                     identities,
                                     {},
                                     retry,
                                     source_address,
                                     [this](const sip::Identity& who, const sip::MessageSummary& summary) {
                                         messages.emplace_back(who, summary);
                                     },
                                     hidden_numbers});
    }
    void start() {
        make();
        service->start();
        call::Cause why;
        for (auto* exit : service->exits()) {
            if (!exit->open(base::LegId{1}, {}, why) && why.detail.find("cannot listen") != std::string::npos)
                FAIL(why.detail);
        }
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

/// A service that is called by hand.
struct Called {
    Loop loop;
    Side side{loop, 41300};
    RawPeer peer;
    RawCall call{peer, "byhand"};

    explicit Called(const std::function<void(config::SipAccount&)>& adjust = {},
                    std::vector<std::string> hidden = {}) {
        side.hidden_numbers = std::move(hidden);
        auto& account = side.add_account("pbx", peer.port());
        account.user = "gw";
        account.password = "secret";
        if (adjust) adjust(account);
        side.start();
    }
    FakeSink::Call& invite(const std::string& sdp, std::vector<std::string> more = {}) {
        peer.send(call.request("INVITE", 1, sdp, std::move(more)), side.port);
        REQUIRE(loop.wait_for([&] { return side.sink.calls.size() == 1; }));
        return *side.sink.calls[0];
    }
    /// Answered and acknowledged.
    FakeSink::Call& talk() {
        auto& incoming = invite(sdp_with(plain_audio));
        incoming.leg->answer();
        const auto answer = peer.expect(loop, "SIP/2.0 200");
        REQUIRE_FALSE(answer.empty());
        call.learn(answer);
        peer.send(call.request("ACK", 1), side.port);
        return incoming;
    }
    std::string exchange(const std::string& request, const std::string& start) {
        peer.send(request, side.port);
        return peer.expect(loop, start);
    }
    std::string contact() const { return "Contact: <sip:300@" + peer.at() + ">"; }
    /// Answers a re-INVITE of the service.
    void accept(const std::string& invite, const std::string& direction) {
        peer.send(response(invite, "200 OK", {contact()}, sdp_with(plain_audio + "a=" + direction + "\r\n")),
                  side.port);
        CHECK_FALSE(peer.expect(loop, "ACK").empty());
    }
    void hang_up(unsigned sequence) {
        CHECK_FALSE(exchange(call.request("BYE", sequence), "SIP/2.0 200").empty());
        CHECK(loop.wait_for([&] { return side.sink.calls[0]->observer.saw("released"); }));
    }
};

/// A call to a hand-made server, which has seen its INVITE.
struct PlacedCall {
    explicit PlacedCall(const call::CallRequest& request = {{"300", "", call::Presentation::allowed},
                                                            "201",
                                                            {}},
                        const std::function<void(config::SipAccount&)>& adjust = {}) {
        side.add_account("pbx", server.port());
        side.settings.accounts[0].user = "gw";
        side.settings.accounts[0].password = "secret";
        if (adjust) adjust(side.settings.accounts[0]);
        side.start();
        call::Cause why;
        leg = side.service->exits().at(0)->open(base::LegId{1}, request, why);
        leg->observe(&observer);
        leg->start(request);
        invite = server.expect(loop, "INVITE");
    }
    /// The server answers, and sees the ACK.
    void answer() {
        server.send(
            response(invite, "200 OK", {"Contact: <sip:201@" + server.at() + ">"}, sdp_with(plain_audio)),
            side.port);
        REQUIRE_FALSE(server.expect(loop, "ACK").empty());
        REQUIRE(loop.wait_for([&] { return observer.saw("answered"); }));
    }
    void hang_up() {
        leg->release({});
        const auto bye = server.expect(loop, "BYE");
        REQUIRE_FALSE(bye.empty());
        server.send(response(bye, "200 OK"), side.port);
        CHECK(loop.wait_for([&] { return side.service->stats().dialogs == 0; }));
    }
    void refuse() {
        server.send(response(invite, "486 Busy Here"), side.port);
        CHECK(loop.wait_for([&] { return observer.saw("released"); }));
    }
    Loop loop;
    RawPeer server;
    Side side{loop, 41510};
    FakeObserver observer;
    std::unique_ptr<call::Leg> leg;
    std::string invite;
};

}  // namespace tipring::test
