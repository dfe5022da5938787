// Primary-rate calls over libpri on both ends of a span. Runs on the simulator and on the real driver.
#include <catch2/catch.hpp>

#include "support/gateway.hpp"
#include "support/registrar.hpp"
#include "support/sip_phone.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

std::string port_map(const World& world, const std::string& side,
                     const std::string& account = "server: 127.0.0.1:5091, mode: peer") {
    return "country: us\n" + world.board_yaml() +
           "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
           "    - {name: office, " +
           account +
           "}\n"
           "ports:\n"
           "  - {channel: " +
           std::to_string(world.fxs(4)) +
           ", kind: fxs, number: 204, label: Porter}\n"
           "spans:\n"
           "  - {span: " +
           std::to_string(world.span()) + ", name: main, channels: " + world.span_channels() +
           ", side: " + side +
           ", switch: euroisdn, timers: {T316: 2s}}\n"
           "routes:\n"
           "  - {name: outside, called: 0x., strip: 1, to: [span main]}\n";
}

}  // namespace

TEST_CASE("a call from the ISDN network reaches a telephone", "[pri]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, port_map(*world, "user"));
    const auto network = world->isdn_network();
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(30, patience));
    const auto phone = world->telephone(4);

    const auto call = network->place_call("5550100", "Jane Caller", "204");
    REQUIRE(phone->wait_ringing(patience));
    CHECK(call->wait_state("alerting", patience));
    phone->lift();
    REQUIRE(call->wait_state("connected", patience));
    talk(*phone, *call);
    SECTION("the telephone hangs up") {
        phone->hang_up();
        CHECK(call->wait_state("released", patience));
        CHECK(call->cause() == 16);
    }
    SECTION("the network hangs up") {
        call->hang_up(16);
        CHECK(phone->wait_for_tone("congestion", patience));
        phone->hang_up();
    }
    CHECK(gateway.wait_no_calls(patience));
    CHECK(gateway.wait_port_state(world->fxs(4), "idle", patience));
}

TEST_CASE("a call from the ISDN network authenticates at the SIP server as the account's user",
          "[pri][sip]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Registrar registrar(folder, 5070, "s3cret");
    const auto user = GENERATE(as<std::string>{}, "auth_user: trunk, ", "");
    CAPTURE(user);
    Gateway gateway(folder, port_map(*world, "user", "server: 127.0.0.1:5070, " + user + "password: s3cret"));
    const auto network = world->isdn_network();
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(30, patience));
    SipPhone client(folder, {.user = "700",
                             .registrar = "127.0.0.1:5070",
                             .password = "s3cret",
                             .says = speech_like(8, talk_time)});
    REQUIRE(client.ready());
    REQUIRE(client.wait_registered(patience));

    const auto call = network->place_call("5550100", "Jane Caller", "700");
    if (user.empty()) {
        REQUIRE(call->wait_state("released", patience));
        CHECK(eventually(patience, [&] {
            return gateway.log().find("asks for a user and a password") != std::string::npos;
        }));
    } else {
        REQUIRE(client.wait_event("CALL_INCOMING", patience));
        CHECK(client.event_text("CALL_INCOMING").find("5550100") != std::string::npos);
        client.answer();
        REQUIRE(call->wait_state("connected", patience));
        call->hang_up(16);
        CHECK(client.wait_event("CALL_CLOSED", patience));
    }
    CHECK(gateway.wait_no_calls(patience));
}

TEST_CASE("a SIP call leaves by the span, with number and name", "[pri][sip]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, port_map(*world, "user"));
    const auto network = world->isdn_network({.answer_after = {}});
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(30, patience));
    const auto client_says = speech_like(8, talk_time);
    SipPhone client(folder, {.user = "700", .registrar = {}, .password = {}, .says = client_says});
    REQUIRE(client.ready());

    client.dial("sip:05550200@127.0.0.1:5060");
    const auto call = network->wait_call(patience);
    REQUIRE(call);
    CHECK(call->info().called == "5550200");
    CHECK(call->info().calling == "700");
    call->alert();
    CHECK(client.wait_event("CALL_RINGING", patience));
    call->answer();
    REQUIRE(client.wait_event("CALL_ESTABLISHED", patience));
    call->start_recording();
    const auto network_says = speech_like(7, talk_time);
    say(*call, network_says);
    listen_to_the_end(*call);
    const auto heard = call->stop_recording();
    client.hang_up();
    CHECK(call->wait_state("released", patience));
    CHECK(gateway.wait_no_calls(patience));
    judge(network_says, client.heard(), "SIP client");
    CHECK(farend::match(client_says, heard).found);
}

TEST_CASE("a busy subscriber of the network: the cause reaches the SIP client", "[pri][sip]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, port_map(*world, "user"));
    const auto network = world->isdn_network({.reject_with = 17});
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(30, patience));
    SipPhone client(folder, {.user = "700", .registrar = {}, .password = {}, .says = {}});
    REQUIRE(client.ready());
    client.dial("sip:05550200@127.0.0.1:5060");
    REQUIRE(client.wait_event("CALL_CLOSED", patience));
    CHECK(client.event_text("CALL_CLOSED").find("486") != std::string::npos);
    CHECK(gateway.wait_no_calls(patience));
}

TEST_CASE("the gateway is the network side for an old PBX", "[pri]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, port_map(*world, "network"));
    const auto pbx = world->isdn_network({.network_side = false});
    REQUIRE(pbx->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(30, patience));
    const auto phone = world->telephone(4);
    phone->lift();
    REQUIRE(phone->wait_for_tone("dial", patience));
    phone->dial_dtmf("0301#");
    const auto call = pbx->wait_call(patience);
    REQUIRE(call);
    CHECK(call->info().called == "301");
    REQUIRE(call->wait_state("connected", patience));
    REQUIRE(gateway.wait_port_state(world->fxs(4), "talking", patience));
    phone->send_dtmf("42");
    CHECK(call->wait_digits("42", patience));
    phone->hang_up();
    CHECK(call->wait_state("released", patience));
    CHECK(gateway.wait_no_calls(patience));
}
