// Who calls, who sent the call on, who answers and why a call ends: between a SIP server and the ISDN network,
// through the gateway. Runs on the simulator and on the real driver.
#include <catch2/catch.hpp>

#include "support/gateway.hpp"
#include "support/phones.hpp"
#include "support/sip_peer.hpp"
#include "support/sip_phone.hpp"
#include "support/sip_text.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

std::string berlin(const World& world, const std::string& more = {}) {
    return "country: de\n" + world.board_yaml() +
           "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
           "    - {name: office, server: 127.0.0.1:5091, mode: peer, causes: {to_sip: {34: 480}}}\n"
           "spans:\n"
           "  - {span: " +
           std::to_string(world.span()) + ", name: main, channels: " + world.span_channels() +
           ", side: user, switch: euroisdn, numbers: {area_code: 30, received: e164, sent: dialled}, timers: "
           "{T316: 2s}" +
           more +
           "}\n"
           "routes:\n"
           "  - {name: outside, called: +., to: [span main]}\n";
}

std::string line_of(const std::string& message, const std::string& name) {
    const auto at = message.find("\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 3;
    return message.substr(begin, message.find('\r', begin) - begin);
}

}  // namespace

TEST_CASE("a SIP caller's identity reaches the network, and its refusal comes back with cause and location",
          "[pri][sip][identity]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, berlin(*world));
    const auto network = world->isdn_network({.answer_after = {}});
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(30, patience));

    struct Row {
        int cause, status;
    };
    const auto row = GENERATE(Row{17, 486}, Row{1, 404}, Row{28, 484}, Row{34, 480});
    CAPTURE(row.cause);
    SipText client;
    client.invite({.called = "+498912345",
                   .from = "<sip:anonymous@anonymous.invalid>",
                   .headers = "P-Asserted-Identity: <sip:+4930777@127.0.0.1>\r\nPrivacy: id\r\n"
                              "Diversion: <sip:+4930778@127.0.0.1>;reason=user-busy\r\n"
                              "User-to-User: 0448656c6c6f;encoding=hex\r\n"});
    const auto call = network->wait_call(patience);
    REQUIRE(call);
    const auto info = call->info();
    CHECK(info.called == "08912345");
    CHECK(info.calling == "030777");
    CHECK(info.restricted);
    CHECK(info.screening == 1);  // user provided, verified and passed
    CHECK(info.redirecting == "030778");
    CHECK(info.redirect_reason == 1);
    CHECK(info.user_to_user == "Hello");
    call->hang_up(row.cause);
    const auto refusal = client.wait_refusal(patience);
    CHECK(refusal.starts_with("SIP/2.0 " + std::to_string(row.status) + " "));
    CHECK(
        line_of(refusal, "Reason").starts_with("Q.850;cause=" + std::to_string(row.cause) + ";location=LPN"));
    CHECK(gateway.wait_no_calls(patience));
}

TEST_CASE("an ISDN caller's identity reaches the SIP client, and the answer names who was reached",
          "[pri][sip][identity]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, berlin(*world));
    const auto network = world->isdn_network();
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(30, patience));
    SipPhone client(folder, {.user = "700", .registrar = {}, .password = {}, .trace = true, .says = {}});
    REQUIRE(client.ready());

    const bool restricted = GENERATE(false, true);
    CAPTURE(restricted);
    const auto call = network->place_call({.called = "700",
                                           .calling = "08912345",
                                           .calling_name = "Jane",
                                           .restricted = restricted,
                                           .redirecting = "030778",
                                           .redirect_reason = 2,
                                           .user_to_user = "Hi"});
    REQUIRE(client.wait_event("CALL_INCOMING", patience));
    const auto seen = client.log();
    if (restricted) {
        CHECK(line_of(seen, "From").starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>"));
        CHECK(line_of(seen, "Privacy") == "id");
        CHECK(line_of(seen, "P-Asserted-Identity").find("<sip:+498912345@") != std::string::npos);
    } else {
        CHECK(line_of(seen, "From").starts_with("\"Jane\" <sip:+498912345@"));
        CHECK(line_of(seen, "P-Asserted-Identity").starts_with("\"Jane\" <sip:+498912345@"));
        CHECK(line_of(seen, "Privacy").empty());
    }
    CHECK(line_of(seen, "Diversion").find("<sip:+4930778@") != std::string::npos);
    CHECK(line_of(seen, "Diversion").find("reason=no-answer;counter=1") != std::string::npos);
    CHECK(line_of(seen, "User-to-User").starts_with("044869;"));
    client.answer();
    REQUIRE(call->wait_state("connected", patience));
    call->hang_up(16);
    REQUIRE(client.wait_event("CALL_CLOSED", patience));
    CHECK(eventually(patience, [&] {
        return client.log().find("Reason: Q.850;cause=16;location=LPN") != std::string::npos;
    }));
    CHECK(gateway.wait_no_calls(patience));
}

TEST_CASE("the connected number of the network is asserted to the SIP client", "[pri][sip][identity]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, berlin(*world));
    const auto network = world->isdn_network({.answer_as = "08912399"});
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(30, patience));
    SipPhone client(folder, {.user = "700", .registrar = {}, .password = {}, .trace = true, .says = {}});
    REQUIRE(client.ready());
    client.dial("sip:+498912345@127.0.0.1:5060");
    REQUIRE(client.wait_event("CALL_ESTABLISHED", patience));
    CHECK(line_of(client.log(), "P-Asserted-Identity").starts_with("<sip:+498912399@"));
    client.hang_up();
    CHECK(gateway.wait_no_calls(patience));
}

TEST_CASE("rules make of received numbers what the SIP server wants to see", "[pri][sip][identity]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, "country: us\n" + world->board_yaml() +
                                "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
                                "    - {name: office, server: 127.0.0.1:5091, mode: peer}\n"
                                "spans:\n  - span: " +
                                std::to_string(world->span()) +
                                "\n    name: main\n    channels: " + world->span_channels() +
                                "\n    switch: national\n    numbers:\n      rules:\n"
                                "        - {direction: received, match: \"[2-9]xxxxxxxxx\", for: calling, "
                                "ton: unknown, prefix: +1}\n"
                                "        - {direction: received, match: 5550xxx, for: called, strip: 4}\n"
                                "        - {direction: received, match: 911, strip: 2}\n"
                                "routes:\n  - {name: office, from: [span main], to: [sip office]}\n");
    const auto network =
        world->isdn_network({.switch_type = farend::IsdnSwitch::national, .answer_after = {}});
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(30, patience));
    SipPeer server(5091);

    struct Row {
        std::string called, calling, user, from;
    };
    const Row table[] = {{"5550700", "3125550123", "700", "+13125550123"},
                         {"5550700", "+443125550123", "700", "+443125550123"},
                         {"911", "5550123", "911", "5550123"}};
    for (const auto& row : table) {
        CAPTURE(row.called, row.calling);
        const auto call = network->place_call({.called = row.called, .calling = row.calling});
        const auto invite = server.wait_invite(patience);
        CHECK(invite.starts_with("INVITE sip:" + row.user + "@"));
        CHECK(sip_header(invite, "From").find("<sip:" + row.from + "@") != std::string::npos);
        server.answer(invite, "486 Busy Here");
        CHECK(call->wait_state("released", patience));
    }
    CHECK(gateway.wait_no_calls(patience));
}
