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
    /// In how many Facility elements the gateway has sent such a component ("return result").
    std::size_t sent_components(const std::string& kind) const {
        std::size_t count = 0;
        std::int64_t last = 0;
        for (bool more = true; more;) {
            const auto page =
                gateway.call("span.trace", {{"span", "main"}, {"after", last}, {"long", true}}).as_object();
            for (const auto& frame : page.at("frames").as_array()) {
                if (frame.at("direction") != "sent") continue;
                for (const auto& detail : frame.at("details").as_array())
                    count += detail.as_string().find(kind) != boost::json::string::npos ? 1 : 0;
            }
            last = page.at("last").to_number<std::int64_t>();
            more = page.at("more").as_bool();
        }
        return count;
    }
    bool logged(const std::string& text) const {
        return eventually(patience, [&] { return gateway.log().find(text) != std::string::npos; });
    }

    TemporaryFolder folder;
    std::unique_ptr<World> world = World::make(folder);
    Gateway gateway;
    std::unique_ptr<farend::IsdnNetwork> network;
};

using farend::IsdnSwitch;
using farend::IsdnTransfers;

/// A telephone (201) with a call to or from the network, which it holds, and one to the network.
struct Consultation {
    using Call = std::shared_ptr<farend::IsdnCall>;
    Consultation(IsdnSwitch type, IsdnTransfers transfers, bool first_comes_in)
        : scene(std::string(", transfer: on, switch: ") + words[static_cast<std::size_t>(type)],
                {.switch_type = type, .answer_after = 0ms, .transfers = transfers}) {
        if (!first_comes_in) {
            phone->lift();
            REQUIRE(phone->wait_for_tone("dial", patience));
        }
        first = first_comes_in ? answer() : dial("05550001#");
        phone->flash(500ms);
        REQUIRE(scene.gateway.wait_port_state(scene.world->fxs(1), "dial_tone", patience));
        second = dial("05550002#");
    }
    Call dial(const std::string& number) {
        phone->dial_dtmf(number);
        const auto call = scene.network->wait_call(patience);
        REQUIRE(call);
        REQUIRE(scene.gateway.wait_port_state(scene.world->fxs(1), "talking", patience));
        return call;
    }
    Call answer() {
        const auto call = scene.network->place_call("5550100", "", "201");
        REQUIRE(phone->wait_ringing(patience));
        phone->lift();
        REQUIRE(call->wait_state("connected", patience));
        REQUIRE(scene.gateway.wait_port_state(scene.world->fxs(1), "talking", patience));
        // A flash in the moment of the answer may still count as part of it.
        call->play(farend::tone(1000, 0, 1s), true);
        REQUIRE(eventually(patience, [&] { return std::abs(phone->hearing().frequency1_hz - 1000) < 10; }));
        call->stop_playing();
        return call;
    }
    void check_joined_by_network() const {
        CHECK(second->wait_state("released", patience));
        CHECK(first->wait_state("released", patience));
        CHECK((first->wait_news("transfer", 0ms) && second->wait_news("transfer", 0ms)));
        CHECK(scene.gateway.wait_span_idle(30, patience));
        talk(*first, *second);
    }
    void check_joined_by_gateway() const {
        REQUIRE(eventually(patience, [&] { return scene.gateway.calls() == 1; }));
        CHECK(first->state() == "connected");
        talk(*first, *second);
        first->hang_up(16);
        CHECK(second->wait_state("released", patience));
    }

    static constexpr const char* words[] = {"euroisdn", "national", "dms100", "4ess", "5ess"};
    ServiceScene scene;
    std::unique_ptr<farend::Telephone> phone = scene.world->telephone(1);
    Call first, second;
};

/// The telephone's user joins the two parties by hanging up.
void join_by_telephone(IsdnSwitch type, IsdnTransfers transfers, bool first_comes_in) {
    CAPTURE(static_cast<int>(type), static_cast<int>(transfers), first_comes_in);
    Consultation calls(type, transfers, first_comes_in);
    calls.phone->hang_up();
    if (transfers == IsdnTransfers::joined) {
        calls.check_joined_by_network();
    } else {
        calls.check_joined_by_gateway();
    }
    const auto& gateway = calls.scene.gateway;
    // Without an identity nothing can be asked for.
    const bool asked = type != IsdnSwitch::dms100 || transfers != IsdnTransfers::ignored;
    CHECK((gateway.log().find("the network is asked to join") != std::string::npos) == asked);
    CHECK(gateway.wait_no_calls(patience));
    CHECK(gateway.wait_port_state(calls.scene.world->fxs(1), "idle", patience));
}

}  // namespace

TEST_CASE("a telephone joins two calls of a span, and the network takes them over when it can",
          "[pri][transfer]") {
    const auto type = GENERATE(IsdnSwitch::euroisdn, IsdnSwitch::national);
    join_by_telephone(type, GENERATE(IsdnTransfers::joined, IsdnTransfers::refused), false);
}

TEST_CASE("a 5ESS, a 4ESS and a DMS-100 take two calls over from a telephone when they can",
          "[pri][transfer][simulator]") {
    const auto type = GENERATE(IsdnSwitch::lucent5e, IsdnSwitch::lucent4e, IsdnSwitch::dms100);
    join_by_telephone(type, GENERATE(IsdnTransfers::joined, IsdnTransfers::refused), false);
}

TEST_CASE("the gateway joins two calls where the network does not hear that it is asked to",
          "[pri][transfer][simulator]") {
    const auto type = GENERATE(IsdnSwitch::euroisdn, IsdnSwitch::national, IsdnSwitch::dms100);
    join_by_telephone(type, IsdnTransfers::ignored, false);
}

TEST_CASE("a telephone transfers a call that came from the network", "[pri][transfer][simulator]") {
    const auto type = GENERATE(IsdnSwitch::euroisdn, IsdnSwitch::national, IsdnSwitch::lucent5e,
                               IsdnSwitch::lucent4e, IsdnSwitch::dms100);
    join_by_telephone(type, IsdnTransfers::joined, true);
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

TEST_CASE("a PBX has a call joined to one that rings still, and asks on that one", "[pri][transfer]") {
    ServiceScene scene(", side: network, transfer: on", {.network_side = false});
    const auto one = scene.world->telephone(1);
    const auto two = scene.world->telephone(2);
    const auto first = scene.network->place_call("301", "", "201");
    REQUIRE(one->wait_ringing(patience));
    one->lift();
    REQUIRE(first->wait_state("connected", patience));
    const auto second = scene.network->place_call("301", "", "202");
    REQUIRE(two->wait_ringing(patience));
    REQUIRE(second->wait_state("alerting", patience));
    // The name is asked for on the first call, the execution on the second.
    first->transfer_to(second);
    CHECK(first->wait_state("released", patience));
    CHECK(second->wait_state("released", patience));
    CHECK(scene.sent_components("return result") == 2);  // the first call's name, and what became of it
    CHECK(scene.sent_components("return error") == 0);
    CHECK(one->wait_for_tone("ringback", patience));
    two->lift();
    REQUIRE(scene.gateway.wait_port_state(scene.world->fxs(2), "talking", patience));
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
