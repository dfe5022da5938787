// What a span goes through and comes back from: a peer that never acknowledges RESTART, one that restarts, an
// unplugged cable, channels out of service. On the simulator and, but for the cable (nobody pulls that of cross-connected
// spans), on the real driver.
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

constexpr unsigned all_bearers = 30;

/// `timers`: T316 among them, because a RESTART that meets the establishment of the data link is lost.
std::string recovery_map(const World& world, const std::string& timers) {
    return "country: us\n" + world.board_yaml() + "ports:\n  - {channel: " + std::to_string(world.fxs(4)) +
           ", kind: fxs, number: 204}\nspans:\n  - {span: " + std::to_string(world.span()) +
           ", name: main, channels: " + world.span_channels() + ", timers: {" + timers +
           "}}\nroutes:\n  - {name: outside, called: 0x., strip: 1, to: [span main]}\n";
}

boost::json::object span_of(const Gateway& gateway) {
    return gateway.call("span.show", {{"span", "main"}}).as_object();
}

std::int64_t span_count(const Gateway& gateway, const char* what) {
    return span_of(gateway).at(what).to_number<std::int64_t>();
}

std::shared_ptr<farend::IsdnCall> ring_and_lift(farend::IsdnNetwork& network, farend::Telephone& phone) {
    auto call = network.place_call("5550100", "", "204");
    REQUIRE(phone.wait_ringing(patience));
    phone.lift();
    REQUIRE(call->wait_state("connected", patience));
    return call;
}

}  // namespace

TEST_CASE("a network that never acknowledges RESTART can use all thirty channels", "[pri]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, recovery_map(*world, "T316: 1s, N316: 2"));
    const auto network = world->isdn_network({.answer_after = 0ms, .ignore_restarts = true});
    REQUIRE(network->wait_up(patience));
    REQUIRE(eventually(patience, [&] { return span_count(gateway, "restart_failures") == 2; }));
    CHECK(span_count(gateway, "idle") == all_bearers);
    CHECK(span_of(gateway).at("last_error").as_string().find("T316") != std::string::npos);

    // Each comes in on one channel and leaves by another: thirty calls of the network's.
    std::vector<std::shared_ptr<farend::IsdnCall>> calls;
    for (unsigned i = 0; i < all_bearers / 2; ++i) {
        calls.push_back(network->place_call("5550100", "", "05550200"));
        REQUIRE(calls.back()->wait_state("connected", patience));
    }
    CHECK(span_count(gateway, "in_use") == all_bearers);
    CHECK(span_count(gateway, "idle") == 0);
    for (const auto& call : calls)
        call->hang_up(16);
    CHECK(gateway.wait_no_calls(patience));
    CHECK(eventually(patience, [&] { return span_count(gateway, "idle") == all_bearers; }));
    CHECK(span_count(gateway, "repairs") == 0);
}

TEST_CASE("a RESTART by the network ends the call on its channel, and the channel is used again", "[pri]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, recovery_map(*world, "T316: 2s"));
    const auto network = world->isdn_network();
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(all_bearers, patience));
    const auto phone = world->telephone(4);
    const auto call = ring_and_lift(*network, *phone);
    network->restart(call->info().channel);
    CHECK(call->wait_state("released", patience));
    CHECK(gateway.wait_no_calls(patience));
    phone->hang_up();
    REQUIRE(gateway.wait_port_state(world->fxs(4), "idle", patience));
    const auto next = ring_and_lift(*network, *phone);
    CHECK(next->info().channel == call->info().channel);
    phone->hang_up();
    CHECK(next->wait_state("released", patience));
}

TEST_CASE("an unplugged span keeps its call for T309 and no longer, and works again afterwards",
          "[pri][simulator]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    auto* board = world->virtual_board();
    REQUIRE(board != nullptr);
    const bool long_enough = GENERATE(false, true);
    CAPTURE(long_enough);
    Gateway gateway(folder, recovery_map(*world, "T200: 200ms, N200: 2, T203: 1s, T316: 2s, T309: " +
                                                     std::string(long_enough ? "2s" : "30s")));
    const auto network = world->isdn_network();
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(all_bearers, patience));
    const auto phone = world->telephone(4);
    const auto call = ring_and_lift(*network, *phone);

    const base::ChannelNumber wire{static_cast<unsigned>(std::stoul(world->span_channels()))};
    board->set_faults(wire, {.unplugged = true});
    REQUIRE(eventually(patience, [&] { return !span_of(gateway).at("layer1_up").as_bool(); }));
    CHECK(span_count(gateway, "idle") == 0);
    REQUIRE(eventually(patience, [&] { return !span_of(gateway).at("d_channel_up").as_bool(); }));
    if (long_enough) {
        REQUIRE(gateway.wait_no_calls(patience));
        CHECK(phone->wait_for_tone("congestion", patience));
        phone->hang_up();
    } else {
        CHECK(gateway.calls() == 1);
    }
    board->set_faults(wire, {});
    REQUIRE(gateway.wait_span_up(patience));
    if (!long_enough) {
        CHECK(call->state() == "connected");
        talk(*phone, *call);
        phone->hang_up();
    }
    // The network may never have noticed: it is told, by RELEASE or by RESTART.
    CHECK(call->wait_state("released", patience));
    CHECK(gateway.wait_no_calls(patience));
    CHECK(eventually(patience, [&] { return span_count(gateway, "idle") == all_bearers; }));
    REQUIRE(gateway.wait_port_state(world->fxs(4), "idle", patience));
    const auto next = ring_and_lift(*network, *phone);
    phone->hang_up();
    CHECK(next->wait_state("released", patience));
    CHECK(span_count(gateway, "repairs") == 0);
}

TEST_CASE("channels out of service take no call", "[pri]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, recovery_map(*world, "T316: 2s"));
    const auto network = world->isdn_network();
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(all_bearers, patience));
    const auto order = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"span", "main"});
        const auto outcome = ctl(folder, gateway, words);
        CHECK(outcome.status == 0);
        return outcome.output;
    };
    CHECK(order({"channel", "31", "service", "out"}).find("out of service") != std::string::npos);
    CHECK(eventually(patience, [&] { return span_count(gateway, "idle") == all_bearers - 1; }));
    // The network asks for its highest channel, and for no other.
    const auto refused = network->place_call("5550100", "", "204");
    REQUIRE(refused->wait_state("released", patience));
    CHECK(refused->cause() == 44);
    order({"service", "out"});
    CHECK(span_count(gateway, "idle") == 0);
    order({"service", "in"});
    CHECK(eventually(patience, [&] { return span_count(gateway, "idle") == all_bearers; }));
    CHECK(order({"restart"}).find("RESTART for") != std::string::npos);
    const auto phone = world->telephone(4);
    const auto call = ring_and_lift(*network, *phone);
    phone->hang_up();
    CHECK(call->wait_state("released", patience));
}
