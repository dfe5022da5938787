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
        service = sip::make_service(
            {loop.reactor, engine, ports, sink, settings, {}, identities, {}, retry, source_address});
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

}  // namespace tipring::test
