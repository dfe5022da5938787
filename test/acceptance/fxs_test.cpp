// Telephones on FXS ports: dialling, ringing, talking, tones. Runs on the simulator and on the real driver.
#include <catch2/catch.hpp>

#include "support/gateway.hpp"
#include "support/sip_phone.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

std::string ports(const World& world, unsigned count, const std::string& more = {}) {
    std::string text = "country: us\n" + world.board_yaml() + "ports:\n";
    for (unsigned i = 1; i <= count; ++i) {
        text += "  - {channel: " + std::to_string(world.fxs(i)) +
                ", kind: fxs, number: " + std::to_string(200 + i) + more + "}\n";
    }
    return text;
}

const std::string sip_peer =
    "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n    - {name: office, server: 127.0.0.1:5091, mode: peer, "
    "codecs: [pcma, pcmu]}\n";

}  // namespace

TEST_CASE("a telephone hears dial tone, dials a SIP client and both talk", "[fxs][sip]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, ports(*world, 1) + sip_peer);
    const auto client_says = speech_like(2, talk_time);
    SipPhone client(folder, {.user = "700", .registrar = {}, .password = {}, .says = client_says});
    REQUIRE(client.ready());
    const auto phone = world->telephone(1);

    phone->lift();
    REQUIRE(phone->wait_for_tone("dial", patience));
    phone->dial_dtmf("700");
    REQUIRE(client.wait_event("CALL_INCOMING", patience));
    CHECK(phone->wait_for_tone("ringback", patience));
    phone->start_recording();
    client.answer();
    REQUIRE(client.wait_event("CALL_ESTABLISHED", patience));
    CHECK(gateway.wait_port_state(world->fxs(1), "talking", patience));

    const auto phone_says = speech_like(1, talk_time);
    say(*phone, phone_says);
    listen_to_the_end(*phone);
    const auto phone_heard = phone->stop_recording();
    phone->hang_up();
    REQUIRE(client.wait_event("CALL_CLOSED", patience));
    CHECK(gateway.wait_port_state(world->fxs(1), "idle", patience));
    CHECK(gateway.wait_no_calls(patience));
    judge(client_says, phone_heard, "telephone");
    judge(phone_says, client.heard(), "SIP client");
}

TEST_CASE("a SIP client rings a telephone, which answers; the client hangs up", "[fxs][sip]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, ports(*world, 1) + sip_peer);
    const auto client_says = speech_like(4, talk_time);
    SipPhone client(folder, {.user = "700", .registrar = {}, .password = {}, .says = client_says});
    REQUIRE(client.ready());
    const auto phone = world->telephone(1);

    client.dial("sip:201@127.0.0.1:5060");
    REQUIRE(phone->wait_ringing(patience));
    CHECK(client.wait_event("CALL_RINGING", patience));
    phone->start_recording();
    phone->lift();
    REQUIRE(client.wait_event("CALL_ESTABLISHED", patience));
    CHECK_FALSE(phone->ringing());
    const auto phone_says = speech_like(3, talk_time);
    say(*phone, phone_says);
    listen_to_the_end(*phone);
    const auto phone_heard = phone->stop_recording();
    const auto drops = phone->battery_drops();
    client.hang_up();
    CHECK(phone->wait_battery_drops(drops + 1, patience));
    CHECK(phone->wait_for_tone("congestion", patience));
    phone->hang_up();
    CHECK(gateway.wait_port_state(world->fxs(1), "idle", patience));
    CHECK(gateway.wait_no_calls(patience));
    judge(client_says, phone_heard, "telephone");
    judge(phone_says, client.heard(), "SIP client");
}

TEST_CASE("ringing follows the country's cadence and stops when the caller gives up", "[fxs][sip]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, ports(*world, 1) + sip_peer);
    SipPhone client(folder, {.user = "700", .registrar = {}, .password = {}, .says = {}});
    REQUIRE(client.ready());
    const auto phone = world->telephone(1);
    client.dial("sip:201@127.0.0.1:5060");
    REQUIRE(eventually(patience, [&] { return phone->ring_bursts().size() >= 2; }));
    const auto burst = phone->ring_bursts().front();
    CHECK(burst.count() == Approx(2000).margin(150));  // us: 2 s on, 4 s off
    client.hang_up();
    CHECK(phone->wait_ring_stopped(patience));
    CHECK(gateway.wait_port_state(world->fxs(1), "idle", patience));
    CHECK(gateway.wait_no_calls(patience));
}

TEST_CASE("two telephones talk without any SIP, one dials with a rotary dial", "[fxs]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, ports(*world, 2));
    const auto caller = world->telephone(1);
    const auto called = world->telephone(2);
    caller->lift();
    REQUIRE(caller->wait_for_tone("dial", patience));
    caller->dial_pulse("202");
    REQUIRE(called->wait_ringing(patience));
    CHECK(caller->wait_for_tone("ringback", patience));
    called->lift();
    REQUIRE(gateway.wait_port_state(world->fxs(1), "talking", patience));
    talk(*caller, *called);
    called->hang_up();
    CHECK(caller->wait_for_tone("congestion", patience));
    caller->hang_up();
    CHECK(gateway.wait_port_state(world->fxs(1), "idle", patience));
    CHECK(gateway.wait_port_state(world->fxs(2), "idle", patience));
    CHECK(gateway.wait_no_calls(patience));
}

TEST_CASE("a busy telephone gives busy tone, an unknown number reorder", "[fxs]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, ports(*world, 2));
    const auto caller = world->telephone(1);
    const auto other = world->telephone(2);
    other->lift();
    REQUIRE(other->wait_for_tone("dial", patience));
    caller->lift();
    REQUIRE(caller->wait_for_tone("dial", patience));
    caller->dial_dtmf("202");
    CHECK(caller->wait_for_tone("busy", patience));
    caller->hang_up();
    REQUIRE(gateway.wait_port_state(world->fxs(1), "idle", patience));
    caller->lift();
    REQUIRE(caller->wait_for_tone("dial", patience));
    caller->dial_dtmf("999");
    CHECK(caller->wait_for_tone("congestion", patience));
    CHECK(gateway.wait_no_calls(patience));
}

TEST_CASE("a receiver left off the hook: reorder, then the off-hook warning", "[fxs]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, ports(*world, 1, ", dial_tone: 1s, first_digit: 1s"));
    const auto phone = world->telephone(1);
    phone->lift();
    REQUIRE(phone->wait_for_tone("dial", patience));
    CHECK(phone->wait_for_tone("congestion", patience));
    CHECK(phone->wait_for_tone("howler", 60s));
    phone->hang_up();
    CHECK(gateway.wait_port_state(world->fxs(1), "idle", patience));
}

TEST_CASE("the caller hangs up while the called telephone rings", "[fxs]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, ports(*world, 2));
    const auto caller = world->telephone(1);
    const auto called = world->telephone(2);
    caller->lift();
    REQUIRE(caller->wait_for_tone("dial", patience));
    caller->dial_dtmf("202");
    REQUIRE(called->wait_ringing(patience));
    caller->hang_up();
    CHECK(called->wait_ring_stopped(patience));
    CHECK(gateway.wait_no_calls(patience));
    CHECK(gateway.wait_port_state(world->fxs(2), "idle", patience));
}
