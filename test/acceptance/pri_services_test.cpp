// Transfers, charges and malicious calls on a primary rate span. Runs on the simulator and on the real driver.
#include <catch2/catch.hpp>

#include "support/gateway.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

/// Two telephones (201, 202) and a span.
std::string services_map(const World& world, const std::string& keys) {
    std::string text = "country: us\n" + world.board_yaml() + "ports:\n";
    for (const unsigned i : {1U, 2U}) {
        text += "  - {channel: " + std::to_string(world.fxs(i)) +
                ", kind: fxs, number: " + std::to_string(200 + i) + "}\n";
    }
    return text + "spans:\n  - {span: " + std::to_string(world.span()) +
           ", name: main, channels: " + world.span_channels() + keys + ", timers: {T316: 2s}" +
           "}\nroutes:\n  - {name: outside, called: 0x., strip: 1, to: [span main]}\n";
}

struct ServiceScene {
    explicit ServiceScene(const std::string& keys, const farend::IsdnNetwork::Options& options)
        : gateway(folder, services_map(*world, keys)), network(world->isdn_network(options)) {
        REQUIRE(network->wait_up(patience));
        REQUIRE(gateway.wait_span_idle(30, patience));
    }
    bool saw_event(const std::string& name, const std::string& field, const std::string& value) const {
        return eventually(patience, [&] {
            const auto events = gateway.call("events");
            for (const auto& event : events.as_array()) {
                const auto& fields = event.at("fields").as_object();
                const auto* found = fields.if_contains(field);
                if (event.at("name").as_string() == name && found != nullptr && found->as_string() == value)
                    return true;
            }
            return false;
        });
    }
    bool logged(const std::string& text) const {
        return eventually(patience, [&] { return gateway.log().find(text) != std::string::npos; });
    }

    TemporaryFolder folder;
    std::unique_ptr<World> world = World::make(folder);
    Gateway gateway;
    std::unique_ptr<farend::IsdnNetwork> network;
};

}  // namespace

TEST_CASE("a telephone joins two calls of a span, and the network takes them over when it can",
          "[pri][transfer]") {
    const bool network_transfers = GENERATE(true, false);
    CAPTURE(network_transfers);
    ServiceScene scene(", transfer: on", {.answer_after = 0ms, .transfers = network_transfers});
    const auto phone = scene.world->telephone(1);
    phone->lift();
    REQUIRE(phone->wait_for_tone("dial", patience));
    phone->dial_dtmf("05550001#");
    const auto first = scene.network->wait_call(patience);
    REQUIRE(first);
    REQUIRE(scene.gateway.wait_port_state(scene.world->fxs(1), "talking", patience));
    phone->flash(500ms);
    REQUIRE(scene.gateway.wait_port_state(scene.world->fxs(1), "dial_tone", patience));
    phone->dial_dtmf("05550002#");
    const auto second = scene.network->wait_call(patience);
    REQUIRE(second);
    REQUIRE(scene.gateway.wait_port_state(scene.world->fxs(1), "talking", patience));
    phone->hang_up();
    if (network_transfers) {
        CHECK(second->wait_state("released", patience));
        CHECK(first->wait_state("released", patience));
        CHECK((first->wait_news("transfer", 0ms) && second->wait_news("transfer", 0ms)));
    } else {
        REQUIRE(scene.logged("the network did not join the calls"));
        talk(*first, *second);  // the gateway has joined them
        first->hang_up(16);
        CHECK(second->wait_state("released", patience));
    }
    CHECK(scene.gateway.wait_no_calls(patience));
    CHECK(scene.gateway.wait_port_state(scene.world->fxs(1), "idle", patience));
}

TEST_CASE("a PBX has two of its calls joined", "[pri][transfer]") {
    ServiceScene scene(", side: network, transfer: on", {.network_side = false});
    const auto one = scene.world->telephone(1);
    const auto two = scene.world->telephone(2);
    const auto first = scene.network->place_call("301", "", "201");
    REQUIRE(one->wait_ringing(patience));
    one->lift();
    REQUIRE(first->wait_state("connected", patience));
    const auto second = scene.network->place_call("301", "", "202");
    REQUIRE(two->wait_ringing(patience));
    two->lift();
    REQUIRE(second->wait_state("connected", patience));
    first->transfer_to(second);
    CHECK(first->wait_state("released", patience));
    CHECK(second->wait_state("released", patience));
    CHECK(first->cause() == 16);
    talk(*one, *two);
    one->hang_up();
    two->hang_up();
    CHECK(scene.gateway.wait_no_calls(patience));
}

TEST_CASE("a call waits for a channel until it is answered", "[pri][waiting]") {
    ServiceScene scene(", call_waiting: 1", {});
    const auto phone = scene.world->telephone(1);
    farend::IsdnCallInfo info;
    info.calling = "5550100";
    info.called = "201";
    info.waits = true;
    const auto call = scene.network->place_call(info);
    REQUIRE(phone->wait_ringing(patience));
    CHECK(call->info().channel == 0);
    const auto second = scene.network->place_call(info);
    CHECK(second->wait_state("released", patience));
    CHECK(second->cause() == 34);
    phone->lift();
    REQUIRE(call->wait_state("connected", patience));
    CHECK(call->info().channel != 0);
    talk(*phone, *call);
    phone->hang_up();
    CHECK(scene.gateway.wait_no_calls(patience));
}

TEST_CASE("charges of the network are in the events and in the record", "[pri][aoc]") {
    ServiceScene scene("", {.answer_after = 0ms});
    const auto phone = scene.world->telephone(1);
    phone->lift();
    REQUIRE(phone->wait_for_tone("dial", patience));
    phone->dial_dtmf("05550001#");
    const auto call = scene.network->wait_call(patience);
    REQUIRE(call);
    REQUIRE(scene.gateway.wait_port_state(scene.world->fxs(1), "talking", patience));
    call->advise({.amount = 120, .currency = "EUR"});
    CHECK(scene.saw_event("call.charge", "charge", "0.120 EUR"));
    call->advise({.end = true, .amount = 1340, .currency = "EUR"});
    SECTION("the telephone hangs up") {
        phone->hang_up();
    }
    SECTION("the network ends the call") {
        call->hang_up(16);
    }
    CHECK(scene.saw_event("call.charge", "charge", "1.340 EUR"));
    CHECK(scene.saw_event("call.ended", "charge", "1.340 EUR"));
    CHECK(scene.logged("charge=\"1.340 EUR\""));
    phone->hang_up();
    CHECK(scene.gateway.wait_no_calls(patience));
}

TEST_CASE("the network records a malicious caller on the operator's wish", "[pri][mcid]") {
    ServiceScene scene(", malicious_call: yes", {});
    const auto phone = scene.world->telephone(1);
    const auto call = scene.network->place_call("5550100", "", "201");
    REQUIRE(phone->wait_ringing(patience));
    phone->lift();
    REQUIRE(call->wait_state("connected", patience));
    REQUIRE(scene.gateway.wait_port_state(scene.world->fxs(1), "talking", patience));
    const auto id = std::to_string(scene.gateway.call("calls").at(0).at("id").to_number<std::uint64_t>());
    CHECK(scene.gateway.call("call.identify", {{"call", id}}).at("asked") == true);
    CHECK(call->wait_news("identify", patience));
    CHECK(scene.saw_event("call.malicious", "what", "done"));
    phone->hang_up();
    CHECK(scene.gateway.wait_no_calls(patience));
    CHECK(scene.logged("malicious=done"));
}

TEST_CASE("a PBX wants its caller to be recorded", "[pri][mcid]") {
    ServiceScene scene(", side: network, malicious_call: yes", {.network_side = false, .answer_after = 0ms});
    const auto phone = scene.world->telephone(1);
    phone->lift();
    REQUIRE(phone->wait_for_tone("dial", patience));
    phone->dial_dtmf("0301#");
    const auto call = scene.network->wait_call(patience);
    REQUIRE(call);
    REQUIRE(scene.gateway.wait_port_state(scene.world->fxs(1), "talking", patience));
    call->request(farend::IsdnRequest::identify);
    CHECK(call->wait_news("identify ack", patience));
    CHECK(scene.saw_event("call.malicious", "caller", "201"));
    phone->hang_up();
    CHECK(scene.gateway.wait_no_calls(patience));
}
