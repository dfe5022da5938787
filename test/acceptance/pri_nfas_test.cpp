// Two T1 spans under one D-channel with a backup (NFAS). On the simulator and, but for a pulled cable, on the real driver.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>

#include "support/gateway.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

constexpr unsigned trunk_bearers = 46;
/// IsdnCallInfo::channel
constexpr unsigned per_interface = 256;

std::string trunk_map(const World& world) {
    return "country: us\n" + world.board_yaml() + "ports:\n  - {channel: " + std::to_string(world.fxs(1)) +
           ", kind: fxs, number: 204}\n  - {channel: " + std::to_string(world.fxs(2)) +
           ", kind: fxs, number: 205}\nspans:\n  - {span: " + std::to_string(world.t1_span(1)) +
           ", name: main, channels: " + world.t1_channels(1) +
           ", switch: national, timers: {T200: 200ms, N200: 2, T203: 1s, T316: 2s}, nfas: [{span: " +
           std::to_string(world.t1_span(2)) + ", interface: 1, channels: " + world.t1_channels(2) +
           "}], d_channel_backup: " + std::to_string(world.t1_span(2)) +
           "}\nroutes:\n  - {name: outside, called: 0x., strip: 1, to: [span main]}\n";
}

boost::json::object trunk_of(const Gateway& gateway) {
    return gateway.call("span.show", {{"span", "main"}}).as_object();
}

boost::json::object row_of(const Gateway& gateway, std::size_t interface) {
    return trunk_of(gateway).at("spans").as_array().at(interface).as_object();
}

bool waits_row(const Gateway& gateway, std::size_t interface, const char* what, bool value) {
    return eventually(patience, [&] { return row_of(gateway, interface).at(what).as_bool() == value; });
}

/// The trunk with both D-channels up, and two telephones.
struct TrunkBench {
    TemporaryFolder folder;
    std::unique_ptr<World> world = World::make(folder, 2, 0, 2);
    Gateway gateway{folder, trunk_map(*world)};
    /// It notices a dead D-channel as soon as the gateway.
    std::unique_ptr<farend::IsdnNetwork> network =
        world->t1_trunk(2, {.timers = {{"T200", 200}, {"N200", 2}, {"T203", 1000}}});
    std::unique_ptr<farend::Telephone> phone = world->telephone(1), other = world->telephone(2);

    TrunkBench() {
        REQUIRE(network->wait_up(patience));
        REQUIRE(waits_row(gateway, 0, "d_channel_up", true));
        REQUIRE(waits_row(gateway, 1, "d_channel_up", true));
        REQUIRE(gateway.wait_span_idle(trunk_bearers, patience));
    }
    /// The network takes the highest channel: one of the second span.
    std::shared_ptr<farend::IsdnCall> call_in() {
        auto call = network->place_call("5550100", "", "204");
        REQUIRE(phone->wait_ringing(patience));
        phone->lift();
        REQUIRE(call->wait_state("connected", patience));
        CHECK(call->info().channel == per_interface + 23);
        return call;
    }
    /// Its interface.
    unsigned call_out() {
        other->lift();
        REQUIRE(other->wait_for_tone("dial", patience));
        other->dial_dtmf("0301#");
        const auto call = network->wait_call(patience);
        REQUIRE(call);
        REQUIRE(call->wait_state("connected", patience));
        REQUIRE(gateway.wait_port_state(world->fxs(2), "talking", patience));
        call->hang_up(16);
        CHECK(other->wait_for_tone("congestion", patience));
        other->hang_up();
        REQUIRE(gateway.wait_port_state(world->fxs(2), "idle", patience));
        return call->info().channel / per_interface;
    }
    /// With the D-channel of one span lost.
    void check_carried_on(const farend::IsdnCall& kept, unsigned lost) {
        REQUIRE(waits_row(gateway, lost, "d_channel_up", false));
        REQUIRE(waits_row(gateway, 1 - lost, "active", true));
        CHECK(trunk_of(gateway).at("d_channel_up").as_bool());
        CHECK(trunk_of(gateway).at("d_channel_losses").to_number<unsigned>() == 0);
        CHECK(gateway.calls() == 1);
        CHECK(kept.state() == "connected");
    }
    /// The D-channel is back; the other one stays in use until the call's end.
    void check_well(farend::IsdnCall& kept, unsigned lost) {
        REQUIRE(waits_row(gateway, lost, "d_channel_up", true));
        REQUIRE(waits_row(gateway, lost, "layer1_up", true));
        CHECK(row_of(gateway, 1 - lost).at("active").as_bool());
        CHECK(kept.state() == "connected");
        phone->hang_up();
        CHECK(kept.wait_state("released", patience));
        CHECK(kept.cause() == 16);
        CHECK(gateway.wait_no_calls(patience));
        CHECK(gateway.wait_span_idle(trunk_bearers, patience));
        CHECK(trunk_of(gateway).at("repairs").to_number<unsigned>() == 0);
    }
};

}  // namespace

TEST_CASE("a trunk of two spans: a call stays while the cable of its D-channel is out, and new ones work",
          "[pri][simulator]") {
    TrunkBench trunk;
    auto* board = trunk.world->virtual_board();
    REQUIRE(board != nullptr);
    const auto kept = trunk.call_in();
    // Each span in turn loses its line; the D-channel is where the other one is.
    const bool first_span = GENERATE(true, false);
    CAPTURE(first_span);
    const unsigned lost = first_span ? 0 : 1;
    const base::ChannelNumber wire{trunk.world->t1_first_channel(lost + 1)};
    board->set_faults(wire, {.unplugged = true});
    REQUIRE(waits_row(trunk.gateway, lost, "layer1_up", false));
    trunk.check_carried_on(*kept, lost);
    if (first_span) talk(*trunk.phone, *kept);
    CHECK(trunk.call_out() == 1 - lost);
    board->set_faults(wire, {});
    trunk.check_well(*kept, lost);
}

TEST_CASE("a trunk of two spans: a call stays while its D-channel is dead, and new ones work", "[pri][t1]") {
    TrunkBench trunk;
    const auto kept = trunk.call_in();
    // Each D-channel in turn; the B-channels of both spans go on.
    const unsigned lost = GENERATE(0U, 1U);
    CAPTURE(lost);
    trunk.network->impair({.drop = 1}, lost);
    trunk.check_carried_on(*kept, lost);
    REQUIRE(trunk.network->wait_data_link(lost, false, patience));
    CHECK(row_of(trunk.gateway, lost).at("layer1_up").as_bool());
    talk(*trunk.phone, *kept);
    CHECK(trunk.call_out() == 0);
    const auto fresh = trunk.network->place_call("5550100", "", "205");
    REQUIRE(trunk.other->wait_ringing(patience));
    CHECK(fresh->info().channel == per_interface + 22);
    fresh->hang_up(16);
    REQUIRE(trunk.gateway.wait_port_state(trunk.world->fxs(2), "idle", patience));
    trunk.network->impair({}, lost);
    trunk.check_well(*kept, lost);
    CHECK(trunk.network->wait_data_link(lost, true, patience));
}

TEST_CASE("a trunk of two spans: tipringctl shows and maintains each span of it", "[pri][t1]") {
    TrunkBench trunk;
    auto& gateway = trunk.gateway;
    const auto second = std::to_string(trunk.world->t1_span(2));
    const auto order = [&](std::vector<std::string> words) {
        words.insert(words.begin(), "span");
        const auto outcome = ctl(trunk.folder, gateway, words);
        CHECK(outcome.status == 0);
        return outcome.output;
    };
    const auto sheet = order({"main"});
    CHECK(sheet.find("primary D-channel up") != std::string::npos);
    CHECK(sheet.find("backup D-channel up") != std::string::npos);
    CHECK(sheet.find(second + ":23") != std::string::npos);
    CHECK(order({second}).find("main") != std::string::npos);
    order({second, "channel", "23", "service", "out"});
    CHECK(gateway.wait_span_idle(trunk_bearers - 1, patience));
    order({second, "service", "out"});
    CHECK(gateway.wait_span_idle(trunk_bearers / 2, patience));
    const auto call = trunk.network->place_call("5550100", "", "204");
    REQUIRE(call->wait_state("released", patience));  // for its highest channel and no other
    CHECK(call->cause() == 44);
    order({second, "service", "in"});
    CHECK(gateway.wait_span_idle(trunk_bearers, patience));
    const auto again = trunk.network->place_call("5550100", "", "204");
    REQUIRE(trunk.phone->wait_ringing(patience));
    again->hang_up(16);
    CHECK(gateway.wait_no_calls(patience));
}
