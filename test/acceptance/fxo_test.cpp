// Exchange lines on FXO ports. Runs on the simulator and on the real driver.
#include <catch2/catch.hpp>

#include "support/gateway.hpp"
#include "support/sip_phone.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

std::string port_map(const World& world) {
    const auto number = [](unsigned value) { return std::to_string(value); };
    return "country: us\n" + world.board_yaml() +
           "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
           "    - {name: office, server: 127.0.0.1:5091, mode: peer}\n"
           "ports:\n"
           "  - {channel: " +
           number(world.fxs(1)) +
           ", kind: fxs, number: 201}\n"
           "  - {channel: " +
           number(world.fxo(1)) +
           ", kind: fxo, number: 901, group: city, to: 700}\n"
           "  - {channel: " +
           number(world.fxo(2)) +
           ", kind: fxo, number: 902, group: city, to: 201}\n"
           "routes:\n"
           "  - {name: outside, called: 0x., strip: 1, to: [group city]}\n"
           "  - {name: line 2, from: [port 902], to: [port 201]}\n";
}

}  // namespace

TEST_CASE("a telephone reaches the outside world through an exchange line", "[fxo]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, port_map(*world));
    const auto phone = world->telephone(1);
    const auto exchange = world->central_office(1);
    exchange->set_service({.number_length = 4});

    phone->lift();
    REQUIRE(phone->wait_for_tone("dial", patience));
    phone->dial_dtmf("05551");
    REQUIRE(exchange->wait_seized(patience));
    REQUIRE(exchange->wait_state("talking", patience));
    CHECK(exchange->dialled() == "5551");
    REQUIRE(gateway.wait_port_state(world->fxs(1), "talking", patience));
    talk(*phone, *exchange);

    SECTION("the exchange ends the call by dropping battery") {
        exchange->hang_up_by_battery_drop();
    }
    SECTION("the exchange ends the call with busy tone") {
        exchange->hang_up_by_tone("busy");
    }
    SECTION("the telephone hangs up") {
        phone->hang_up();
    }
    CHECK(exchange->wait_released(patience));
    CHECK(gateway.wait_no_calls(patience));
    phone->hang_up();
    CHECK(gateway.wait_port_state(world->fxo(1), "idle", patience));
    CHECK(gateway.wait_port_state(world->fxs(1), "idle", patience));
}

TEST_CASE("a call on an exchange line rings a SIP client, which answers", "[fxo][sip]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, port_map(*world));
    const auto client_says = speech_like(6, talk_time);
    SipPhone client(folder, {.user = "700", .registrar = {}, .password = {}, .says = client_says});
    REQUIRE(client.ready());
    const auto exchange = world->central_office(1);

    exchange->ring();
    REQUIRE(client.wait_event("CALL_INCOMING", patience));
    CHECK_FALSE(exchange->line_seized());
    client.answer();
    REQUIRE(exchange->wait_seized(patience));
    REQUIRE(client.wait_event("CALL_ESTABLISHED", patience));
    exchange->start_recording();
    const auto caller_says = speech_like(5, talk_time);
    say(*exchange, caller_says);
    listen_to_the_end(*exchange);
    const auto caller_heard = exchange->stop_recording();
    client.hang_up();
    CHECK(exchange->wait_released(patience));
    CHECK(gateway.wait_no_calls(patience));
    CHECK(gateway.wait_port_state(world->fxo(1), "idle", patience));
    // The client speaks as soon as it answers, while the line is still being closed: only its end must be
    // complete.
    judge(caller_says, client.heard(), "SIP client");
    CHECK(farend::match(client_says, caller_heard).found);
}

TEST_CASE("the caller on an exchange line gives up before anybody answers", "[fxo]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, port_map(*world));
    const auto exchange = world->central_office(2);
    const auto phone = world->telephone(1);
    exchange->ring();
    REQUIRE(phone->wait_ringing(patience));
    exchange->stop_ringing();
    CHECK(phone->wait_ring_stopped(patience));
    CHECK(gateway.wait_no_calls(patience));
    CHECK(gateway.wait_port_state(world->fxo(2), "idle", patience));
    CHECK_FALSE(exchange->line_seized());
}

TEST_CASE("a line without dial tone is left and the next one of the group is taken", "[fxo]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, port_map(*world));
    const auto phone = world->telephone(1);
    const auto dead = world->central_office(1);
    const auto good = world->central_office(2);
    dead->set_service({.dial_tone = false});
    good->set_service({.number_length = 3});
    phone->lift();
    REQUIRE(phone->wait_for_tone("dial", patience));
    phone->dial_dtmf("0555");
    REQUIRE(dead->wait_seized(patience));
    REQUIRE(good->wait_state("talking", 30s));
    CHECK(dead->wait_released(patience));
    CHECK(good->dialled() == "555");
    phone->hang_up();
    CHECK(good->wait_released(patience));
    CHECK(gateway.wait_no_calls(patience));
}
