// Hold on a primary rate span, as the network, a PBX and a SIP client see it. Runs on the simulator and on the real
// driver.
#include <catch2/catch.hpp>

#include "support/gateway.hpp"
#include "support/sip_phone.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;
using farend::IsdnRequest;

namespace {

std::string hold_map(const World& world, const std::string& keys) {
    return "country: us\n" + world.board_yaml() +
           "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n    - {name: office, server: 127.0.0.1:5091, mode: "
           "peer}\nspans:\n  - {span: " +
           std::to_string(world.span()) + ", name: main, channels: " + world.span_channels() + keys +
           ", timers: {T316: 2s}" +
           "}\nroutes:\n  - {name: outside, called: 0x., strip: 1, to: [span main]}\n";
}

/// A SIP client that speaks a tone, in an answered call to the other end of the span.
struct HoldScene {
    explicit HoldScene(const std::string& keys, bool far_is_network)
        : gateway(folder, hold_map(*world, keys)),
          network(world->isdn_network({.network_side = far_is_network, .answer_after = 0ms})) {
        REQUIRE(network->wait_up(patience));
        REQUIRE(gateway.wait_span_idle(30, patience));
        REQUIRE(client.ready());
        client.dial("sip:05550200@127.0.0.1:5060");
        call = network->wait_call(patience);
        REQUIRE(call);
        REQUIRE(client.wait_event("CALL_ESTABLISHED", patience));
        REQUIRE(hears_client());
    }
    bool hears_client() {
        return eventually(patience, [&] {
            return std::abs(call->hearing().frequency1_hz - 700) < 10 && call->hearing().level_dbm0 > -30;
        });
    }
    bool sees(const std::string& line) {
        return eventually(patience, [&] { return client.log().find(line) != std::string::npos; });
    }
    /// The call, as `tipringctl calls` shows it.
    bool is(const char* state) {
        return eventually(patience, [&] { return gateway.call("calls").at(0).at("state") == state; });
    }
    std::int64_t of_span(const char* key) const {
        return gateway.call("span.show", {{"span", "main"}}).as_object().at(key).to_number<std::int64_t>();
    }

    TemporaryFolder folder;
    std::unique_ptr<World> world = World::make(folder);
    Gateway gateway;
    std::unique_ptr<farend::IsdnNetwork> network;
    SipPhone client{
        folder,
        {.user = "700", .registrar = {}, .password = {}, .trace = true, .says = farend::tone(700, 0, 120s)}};
    std::shared_ptr<farend::IsdnCall> call;
};

}  // namespace

TEST_CASE("the other end of a span holds a SIP call, uses the channel, and takes the call back",
          "[pri][sip][hold]") {
    const bool far_is_network = GENERATE(true, false);
    CAPTURE(far_is_network);
    HoldScene scene(far_is_network ? "" : ", side: network", far_is_network);
    scene.call->request(IsdnRequest::hold);
    REQUIRE(scene.call->wait_news("hold ack", patience));
    CHECK(scene.sees("a=sendonly"));
    CHECK(eventually(patience, [&] { return scene.of_span("held") == 1 && scene.of_span("in_use") == 0; }));

    scene.call->request(IsdnRequest::retrieve);
    REQUIRE(scene.call->wait_news("retrieve ack", patience));
    CHECK(scene.hears_client());
    CHECK(scene.of_span("held") == 0);
    CHECK(scene.of_span("in_use") == 1);
    scene.call->request(IsdnRequest::hold);
    REQUIRE(scene.call->wait_news("hold ack", patience, 2));
    SECTION("a held call is ended by the SIP client") {
        scene.client.hang_up();
    }
    SECTION("a held call is ended by the span") {
        scene.call->hang_up(16);
        CHECK(scene.client.wait_event("CALL_CLOSED", patience));
    }
    CHECK(scene.call->wait_state("released", patience));
    CHECK(scene.gateway.wait_no_calls(patience));
    CHECK(eventually(patience, [&] { return scene.of_span("held") == 0; }));
}

TEST_CASE("a hold of the SIP client is told to the span, and one beyond the span to the client",
          "[pri][sip][hold]") {
    HoldScene scene("", true);
    scene.client.hold(true);
    REQUIRE(scene.call->wait_news("notify 121", patience));  // Q.931 4.5.22: remote hold
    scene.client.hold(false);
    REQUIRE(scene.call->wait_news("notify 122", patience));
    CHECK(scene.hears_client());
    REQUIRE(scene.is("talking"));
    scene.call->request(IsdnRequest::notify_hold);
    CHECK(scene.is("held"));
    scene.call->request(IsdnRequest::notify_retrieval);
    CHECK(scene.is("talking"));
    CHECK(scene.hears_client());
    scene.call->hang_up(16);
    CHECK(scene.gateway.wait_no_calls(patience));
}

TEST_CASE("a span with hold: off refuses HOLD and the call goes on", "[pri][sip][hold]") {
    HoldScene scene(", hold: off", true);
    scene.call->request(IsdnRequest::hold);
    REQUIRE(scene.call->wait_news("hold reject 29", patience));
    CHECK(scene.hears_client());
    scene.call->hang_up(16);
    CHECK(scene.gateway.wait_no_calls(patience));
}
