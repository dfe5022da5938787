// The SIP side: registration with digest at a real registrar, calls through it, trust, DTMF, a dead server.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <cmath>

#include "support/gateway.hpp"
#include "support/registrar.hpp"
#include "support/sip_phone.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

std::string two_phones(const World& world) {
    return "country: us\n" + world.board_yaml() + "ports:\n  - {channels: " + std::to_string(world.fxs(1)) +
           "-" + std::to_string(world.fxs(2)) + ", kind: fxs, number: 201}\n";
}

std::string account(const std::string& more) {
    return "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n    - {name: office, " + more + "}\n";
}

/// Sends one datagram from `source` to the gateway and returns the first answer's status line, "" for
/// silence.
std::string ask(const std::string& source, const std::string& message) {
    const base::Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in local{};
    local.sin_family = AF_INET;
    ::inet_pton(AF_INET, source.c_str(), &local.sin_addr);
    local.sin_port = htons(5099);
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&local), sizeof local) == 0);
    sockaddr_in gateway{};
    gateway.sin_family = AF_INET;
    ::inet_pton(AF_INET, "127.0.0.1", &gateway.sin_addr);
    gateway.sin_port = htons(5060);
    ::sendto(fd.get(), message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&gateway),
             sizeof gateway);
    const timeval limit{20, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    for (;;) {
        char buffer[4096];
        const auto got = ::recv(fd.get(), buffer, sizeof buffer, 0);
        if (got <= 0) return {};
        const std::string answer(buffer, static_cast<std::size_t>(got));
        const auto line = answer.substr(0, answer.find('\r'));
        if (line.find(" 100 ") == std::string::npos) return line;
    }
}

std::string invite(const std::string& source, const std::string& contact, const std::string& body) {
    return "INVITE sip:201@127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP " + source +
           ":5099;branch=z9hG4bK-test-" + std::to_string(std::hash<std::string>{}(source + contact + body)) +
           "\r\nMax-Forwards: 70\r\nFrom: <sip:mallory@" + source +
           ">;tag=1\r\nTo: <sip:201@127.0.0.1>\r\nCall-ID: " +
           std::to_string(std::hash<std::string>{}(contact + body + source)) +
           "@test\r\nCSeq: 1 INVITE\r\nContact: " + contact +
           "\r\nContent-Type: application/sdp\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

const std::string good_sdp =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n";

}  // namespace

TEST_CASE("each port registers with digest and is called through the registrar", "[sip][registration]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Registrar registrar(folder, 5070, "s3cret");
    write_file(folder.file("password"), "s3cret\n");
    Gateway gateway(folder,
                    two_phones(*world) + account("server: 127.0.0.1:5070, mode: per_port, password_file: " +
                                                 folder.file("password")));
    REQUIRE(gateway.wait_registered(2, patience));
    const auto client_says = speech_like(2, talk_time);
    SipPhone client(
        folder, {.user = "700", .registrar = "127.0.0.1:5070", .password = "s3cret", .says = client_says});
    REQUIRE(client.ready());
    REQUIRE(client.wait_registered(patience));
    const auto phone = world->telephone(2);

    SECTION("the client calls the second port") {
        client.dial("sip:202@127.0.0.1:5070");
        REQUIRE(phone->wait_ringing(patience));
        phone->lift();
    }
    SECTION("the second port calls the client") {
        phone->lift();
        REQUIRE(phone->wait_for_tone("dial", patience));
        phone->dial_dtmf("700");
        REQUIRE(client.wait_event("CALL_INCOMING", patience));
        CHECK(client.event_text("CALL_INCOMING").find("202") != std::string::npos);
        client.answer();
    }
    REQUIRE(client.wait_event("CALL_ESTABLISHED", patience));
    REQUIRE(gateway.wait_port_state(world->fxs(2), "talking", patience));
    const auto phone_says = speech_like(1, talk_time);
    say(*phone, phone_says);
    listen_to_the_end(*phone);
    phone->hang_up();
    REQUIRE(client.wait_event("CALL_CLOSED", patience));
    CHECK(gateway.wait_no_calls(patience));
    judge(phone_says, client.heard(), "SIP client");
    CHECK(gateway.stop(patience) == 0);
    CHECK(gateway.log().find("s3cret") == std::string::npos);
}

TEST_CASE("a wrong password is told in words, and the ports still reach each other", "[sip][registration]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Registrar registrar(folder, 5070, "right");
    Gateway gateway(folder, two_phones(*world) +
                                account("server: 127.0.0.1:5070, mode: gateway, user: box, password: wrong"));
    CHECK(eventually(patience, [&] {
        const auto list = gateway.call("registrations");
        return !list.as_array().empty() &&
               list.as_array()[0].as_object().at("state").as_string() == "failed" &&
               !list.as_array()[0].as_object().at("reason").as_string().empty();
    }));
}

TEST_CASE("a telephone is told that SIP is down before its dial tone, and calls help and the house at once",
          "[fxs][sip][registration][sip_down]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, two_phones(*world) +
                                account("server: 127.0.0.1:5070, mode: per_port, password: s3cret") +
                                "routes:\n  - {called: '911', to: [port 202]}\n");
    const auto phone = world->telephone(1);
    const auto other = world->telephone(2);
    const auto lifted_port = [&] {
        phone->lift();
        return gateway.wait_port_state(world->fxs(1), "dial_tone", patience);
    };
    const auto hears_pitch = [&](double hz) {
        return eventually(patience, [&] { return std::abs(phone->hearing().frequency1_hz - hz) < 15; });
    };
    const auto all_down = [&] {
        phone->hang_up();
        other->hang_up();
        REQUIRE(gateway.wait_no_calls(patience));
        for (const unsigned i : {1U, 2U})
            REQUIRE(gateway.wait_port_state(world->fxs(i), "idle", patience));
    };
    REQUIRE(eventually(patience, [&] {
        const auto list = gateway.call("registrations");
        return std::ranges::all_of(list.as_array(), [](const auto& row) {
            return row.as_object().at("state").as_string() == "failed";
        });
    }));
    REQUIRE(lifted_port());
    CHECK(hears_pitch(950));
    CHECK(hears_pitch(1400));
    CHECK(hears_pitch(1800));
    CHECK(phone->wait_for_tone("dial", patience));
    all_down();
    for (const std::string number : {"911", "202"}) {
        INFO(number);
        REQUIRE(lifted_port());
        phone->dial_dtmf(number);
        REQUIRE(other->wait_ringing(patience));
        other->lift();
        CHECK(gateway.wait_port_state(world->fxs(1), "talking", patience));
        all_down();
    }
    const Registrar registrar(folder, 5070, "s3cret");
    REQUIRE(gateway.wait_registered(2, 2 * patience));
    phone->start_recording();
    phone->lift();
    CHECK(phone->wait_for_tone("dial", patience));
    CHECK(farend::level_at(phone->stop_recording(), 950) < -50);
}

TEST_CASE("a dead SIP server costs a caller less than four seconds", "[sip][failover]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, two_phones(*world) + account("server: 127.0.0.9:5070, mode: peer"));
    const auto caller = world->telephone(1);
    const auto called = world->telephone(2);
    caller->lift();
    REQUIRE(caller->wait_for_tone("dial", patience));
    caller->dial_dtmf("202");
    REQUIRE(called->wait_ringing(patience));
    called->lift();
    CHECK(gateway.wait_port_state(world->fxs(1), "talking", patience));
    const auto account_row = gateway.call("registrations").as_array().at(0).as_object();
    CHECK(account_row.at("state").as_string() == "failed");
    CHECK(account_row.at("reason").as_string() == "127.0.0.9:5070 does not answer");
}

TEST_CASE("requests from unknown addresses are refused", "[sip][trust]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, two_phones(*world) + account("server: 127.0.0.1:5091, mode: peer"));
    const auto phone = world->telephone(1);
    const auto answer = ask("127.0.0.2", invite("127.0.0.2", "<sip:mallory@127.0.0.2:5099>", good_sdp));
    CHECK((answer.empty() || answer.find(" 403 ") != std::string::npos));
    CHECK_FALSE(phone->ringing());
    CHECK(gateway.calls() == 0);
}

TEST_CASE("the two known faults of the SIP stack stay guarded", "[sip][guard]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, two_phones(*world) + account("server: 127.0.0.1:5091, mode: peer"));
    CHECK(ask("127.0.0.1", invite("127.0.0.1", "<tel:+123>", good_sdp)).find(" 400 ") != std::string::npos);
    const auto image =
        ask("127.0.0.1", invite("127.0.0.1", "<sip:a@127.0.0.1:5099>",
                                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                                "m=image 4000 udptl =\r\n"));
    CHECK((image.find(" 488 ") != std::string::npos || image.find(" 400 ") != std::string::npos));
    CHECK(gateway.wait_no_calls(patience));
    CHECK(gateway.stop(patience) == 0);
}

TEST_CASE("DTMF crosses between wire and RFC 4733 both ways, each digit once", "[sip][dtmf]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, two_phones(*world) + account("server: 127.0.0.1:5091, mode: peer"));
    farend::Clip silence(8000 * 8, 0);
    SipPhone client(folder,
                    {.user = "700", .registrar = {}, .password = {}, .auto_answer = true, .says = silence});
    REQUIRE(client.ready());
    const auto phone = world->telephone(1);
    call_up(*phone, client, "700");
    REQUIRE(gateway.wait_port_state(world->fxs(1), "talking", patience));
    phone->send_dtmf("159#*0");
    CHECK(eventually(patience, [&] { return client.digits().size() >= 6; }));
    phone->clear_digits();
    for (const char digit : std::string("2580")) {
        client.send_digit(digit);
        CHECK(eventually(patience, [&] { return phone->digits().ends_with(digit); }));
    }
    CHECK(phone->digits() == "2580");
    phone->hang_up();
    CHECK(client.wait_event("CALL_CLOSED", patience));
    CHECK(client.digits() == "159#*0");
}

TEST_CASE("hold and retrieve by the SIP client keeps the call", "[sip][hold]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, two_phones(*world) + account("server: 127.0.0.1:5091, mode: peer"),
                    ", rtp_timeout: 2s");
    SipPhone client(folder, {.user = "700",
                             .registrar = {},
                             .password = {},
                             .auto_answer = true,
                             .says = farend::tone(700, 0, 120s)});
    REQUIRE(client.ready());
    const auto phone = world->telephone(1);
    call_up(*phone, client, "700");
    const auto hears_tone = [&] {
        return std::abs(phone->hearing().frequency1_hz - 700) < 10 && phone->hearing().level_dbm0 > -30;
    };
    REQUIRE(eventually(patience, hears_tone));
    client.hold(true);
    CHECK(eventually(patience, [&] { return phone->hearing().level_dbm0 < -50; }));
    CHECK_FALSE(gateway.wait_no_calls(3s));  // the silence of a held call is no vanished peer
    client.hold(false);
    CHECK(eventually(patience, hears_tone));
    phone->hang_up();
    CHECK(client.wait_event("CALL_CLOSED", patience));
    CHECK(gateway.wait_no_calls(patience));
}

TEST_CASE("a SIP peer that vanishes in a call is released, and the line is free again", "[sip][vanish]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, two_phones(*world) + account("server: 127.0.0.1:5091, mode: peer"),
                    ", rtp_timeout: 2s");
    SipPhone client(folder, {.user = "700",
                             .registrar = {},
                             .password = {},
                             .auto_answer = true,
                             .says = farend::tone(700, 0, 120s)});
    REQUIRE(client.ready());
    const auto phone = world->telephone(1);
    call_up(*phone, client, "700");
    REQUIRE(gateway.wait_port_state(world->fxs(1), "talking", patience));
    client.vanish();
    CHECK(gateway.wait_no_calls(patience));
    CHECK(phone->wait_for_tone("congestion", patience));
    phone->hang_up();
    CHECK(gateway.wait_port_state(world->fxs(1), "idle", patience));
    CHECK(eventually(patience,
                     [&] { return gateway.log().find("neither RTP nor RTCP for") != std::string::npos; }));
}
