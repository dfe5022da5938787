// Registrations over loopback: against a registrar that speaks SIP by hand, and against SIPp.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <csignal>

#include "service_fixture.hpp"
#include "udp_port.hpp"

using namespace tipring;
using test::RawPeer;
using test::Side;

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

// The kernel says "connection refused" then, which Sofia turns into a 503 of its own.
TEST_CASE("where nobody listens, the server has not answered: no call waits for it") {
    const auto nobody = RawPeer().port();
    test::Loop loop;
    Side side(loop, 41900);
    side.add_account("pbx", nobody, config::SipMode::per_port);
    side.identities = {port_201};
    side.start();
    REQUIRE(loop.wait_for(
        [&] { return side.service->registrations().at(0).state == sip::RegistrationState::failed; }));
    CHECK(side.service->registrations()[0].reason == "no answer from 127.0.0.1:" + std::to_string(nobody));
    call::Cause why;
    const call::CallRequest request{{"300", "", call::Presentation::allowed}, "201", {}};
    CHECK_FALSE(side.service->exits().at(0)->open(base::LegId{1}, request, why));
    CHECK(why.value == call::q850::network_out_of_order);
}

TEST_CASE("a call to where nobody listens ends as one that got no answer") {
    const auto nobody = RawPeer().port();
    test::Loop loop;
    Side side(loop, 42000);
    side.add_account("pbx", nobody);
    side.start();
    test::FakeObserver observer;
    call::Cause why;
    const call::CallRequest request{{"300", "", call::Presentation::allowed}, "201", {}};
    auto& exit = *side.service->exits().at(0);
    CHECK(side.service->registrations().at(0).state == sip::RegistrationState::peer);
    const auto leg = exit.open(base::LegId{1}, request, why);
    REQUIRE(leg);
    leg->observe(&observer);
    leg->start(request);
    REQUIRE(loop.wait_for([&] { return observer.saw("released"); }));
    CHECK(observer.cause.value == call::q850::network_out_of_order);
    CHECK_FALSE(exit.open(base::LegId{2}, request, why));
    const auto view = side.service->registrations().at(0);
    CHECK(view.state == sip::RegistrationState::failed);
    CHECK(view.reason == "127.0.0.1:" + std::to_string(nobody) + " does not answer");
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
    const Sipp registrar("register_digest.xml", port);
    REQUIRE(loop.wait_for([&] { return test::udp_port_bound(port); }));
    Side side(loop, 41650);
    side.add_account("pbx", port, config::SipMode::per_port);
    side.identities = {port_201};
    side.start();
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
    unsigned round = 0;
    CHECK(loop.wait_for([&] {
        const auto request = server.receive();
        if (request.starts_with("REGISTER")) {
            const auto nonce = "n" + std::to_string(round++);
            server.send(test::response(request, "401 Unauthorized",
                                       {"WWW-Authenticate: Digest realm=\"pbx\", nonce=\"" + nonce + "\""}),
                        side.port);
        }
        return side.service->registrations().at(0).state == sip::RegistrationState::failed;
    }));
    CHECK(side.service->registrations()[0].reason == "401 Unauthorized");
}

TEST_CASE("a busy port is named, calls go elsewhere, and SIP comes when the port is free") {
    test::Loop loop;
    RawPeer server;
    auto first = std::make_unique<Side>(loop, 41800);
    first->add_account("pbx", test::free_port());
    first->start();
    Side second(loop, 41900);
    second.settings.listen_port = first->port;
    second.retry = std::chrono::milliseconds(20);
    second.add_account("pbx", server.port(), config::SipMode::per_port);
    second.identities = {port_201};
    second.make();
    second.service->start();
    const auto reason = "SIP cannot listen on 127.0.0.1 port " + std::to_string(first->port) +
                        " (UDP): Address already in use; another program has the port";
    auto& exit = *second.service->exits().at(0);
    call::Cause why;
    CHECK_FALSE(exit.open(base::LegId{1}, {}, why));
    CHECK(why.value == call::q850::network_out_of_order);
    CHECK(call::may_try_next(why));
    CHECK(why.detail == reason);
    auto view = second.service->registrations().at(0);
    CHECK(view.state == sip::RegistrationState::failed);
    CHECK(view.reason == reason);
    CHECK(view.attempts == 0);

    first.reset();
    const auto request = server.expect(loop, "REGISTER");
    REQUIRE_FALSE(request.empty());
    server.send(test::response(request, "200 OK"), second.settings.listen_port);
    CHECK(loop.wait_for(
        [&] { return second.service->registrations().at(0).state == sip::RegistrationState::registered; }));
    CHECK(exit.open(base::LegId{2}, {}, why));

    bool done = false;
    second.service->stop(std::chrono::seconds(8), [&] { done = true; });
    const auto farewell = server.expect(loop, "REGISTER");
    CHECK(test::header(farewell, "Expires") == "0");
    server.send(test::response(farewell, "200 OK"), second.settings.listen_port);
    CHECK(loop.wait_for([&] { return done; }));
}

TEST_CASE("a service that cannot listen stops at once") {
    test::Loop loop;
    RawPeer taken;
    Side side(loop, 41900);
    side.settings.listen_port = taken.port();
    side.add_account("pbx", test::free_port());
    side.make();
    side.service->start();
    bool done = false;
    side.service->stop(std::chrono::seconds(8), [&] { done = true; });
    CHECK(loop.wait_for([&] { return done; }));
    side.service.reset();
}

TEST_CASE("a network that comes later is noticed, and nothing is sent before") {
    test::Loop loop;
    RawPeer server;
    std::string ours;
    Side side(loop, 41950);
    side.settings.listen = "0.0.0.0";
    side.retry = std::chrono::milliseconds(20);
    unsigned looked = 0;
    side.source_address = [&](const std::string&, std::uint16_t) {
        ++looked;
        return ours;
    };
    side.add_account("pbx", server.port(), config::SipMode::per_port);
    side.identities = {port_201};
    side.start();
    CHECK(loop.wait_for([&] { return looked > 10; }));
    auto& exit = *side.service->exits().at(0);
    call::Cause why;
    CHECK_FALSE(exit.open(base::LegId{1}, {}, why));
    CHECK(why.value == call::q850::network_out_of_order);
    CHECK(call::may_try_next(why));
    CHECK(why.detail == "no route to 127.0.0.1");
    CHECK(side.service->registrations().at(0).state == sip::RegistrationState::failed);
    CHECK(side.service->registrations()[0].reason == "no route to 127.0.0.1");
    CHECK(side.service->registrations()[0].attempts == 0);
    CHECK(server.receive().empty());

    ours = "127.0.0.1";
    const auto request = server.expect(loop, "REGISTER");
    CHECK(test::header(request, "Contact").find("sip:201@127.0.0.1:") != std::string::npos);
    CHECK(exit.open(base::LegId{2}, {}, why));

    ours = "127.0.0.2";  // another lease: the server is told
    std::string contact;
    CHECK(loop.wait_for([&] {
        contact = test::header(server.receive(), "Contact");
        return contact.find("sip:201@127.0.0.2:") != std::string::npos;
    }));

    ours.clear();
    CHECK_FALSE(exit.open(base::LegId{3}, {}, why));
    CHECK(why.detail == "no route to 127.0.0.1");
    ours = "127.0.0.1";  // a call does not wait for the next look
    CHECK(exit.open(base::LegId{4}, {}, why));
}
