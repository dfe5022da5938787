// A T1 of NI-2: 23 B-channels with the D-channel in timeslot 24, mu-law, beside an E1 with A-law.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "support/gateway.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

using T1Calls = std::vector<std::shared_ptr<farend::IsdnCall>>;
constexpr unsigned t1_bearers = 23, bearers_of_both = 30 + t1_bearers;
constexpr int no_circuit = 34;

/// Spans that exist in memory only have no settings to agree with.
std::string t1_line() {
    return World::is_dahdi() ? "" : ", line: {framing: esf, coding: b8zs, build_out: 0}";
}

std::string t1_beside_e1(const World& world) {
    return "country: us\n" + world.board_yaml() + "spans:\n  - {span: " + std::to_string(world.span()) +
           ", name: office, channels: " + world.span_channels() +
           ", timers: {T316: 2s}}\n"
           "  - {span: " +
           std::to_string(world.t1_span(1)) + ", name: trunk, channels: " + world.t1_channels(1) +
           ", switch: national" + t1_line() +
           ", timers: {T316: 2s}}\n"
           "routes:\n"
           "  - {name: out, from: [span office], to: [span trunk]}\n"
           "  - {name: in, from: [span trunk], to: [span office]}\n";
}

boost::json::object t1_span(const Gateway& gateway) {
    return gateway.call("span.show", {{"span", "trunk"}}).as_object();
}

/// From one side to the other, one for each channel of the T1: those who called and those who were called.
std::pair<T1Calls, T1Calls> fill(farend::IsdnNetwork& from, farend::IsdnNetwork& to) {
    T1Calls placed, arrived;
    for (unsigned i = 0; i < t1_bearers; ++i)
        placed.push_back(from.place_call("5550100", "", "7" + std::to_string(10 + i)));
    for (const auto& call : placed)
        REQUIRE(call->wait_state("connected", patience));
    for (unsigned i = 0; i < t1_bearers; ++i) {
        arrived.push_back(to.wait_call(patience));
        REQUIRE(arrived.back());
    }
    return {std::move(placed), std::move(arrived)};
}

void check_channels(const T1Calls& calls) {
    std::set<unsigned> channels;
    for (const auto& call : calls)
        channels.insert(call->info().channel);
    CHECK(channels.size() == t1_bearers);
    CHECK(*channels.begin() == 1);
    CHECK(*channels.rbegin() == t1_bearers);
}

}  // namespace

TEST_CASE("a T1 carries 23 calls each way, and the next is told that there is no channel",
          "[pri][t1][many_lines]") {
    TemporaryFolder folder;
    const auto world = World::make(folder, 1, 0, 1);
    Gateway gateway(folder, t1_beside_e1(*world));
    const auto trunk = world->t1_network(1, {.answer_after = 0ms});
    const auto office = world->isdn_network({.answer_after = 0ms});
    REQUIRE(trunk->wait_up(patience));
    REQUIRE(office->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(bearers_of_both, patience));
    const auto sheet = t1_span(gateway);
    CHECK(sheet.at("switch").as_string() == "national");
    CHECK(sheet.at("bearers").as_array().size() == t1_bearers);
    CHECK(sheet.at("line").at("settings").at("type") == "T1");
    CHECK(sheet.at("line").at("settings").at("framing") == (World::is_dahdi() ? "unknown" : "esf"));
    CHECK(sheet.at("line").at("disagreements").as_array().empty());

    const bool outgoing = GENERATE(true, false);
    CAPTURE(outgoing);
    auto& from = outgoing ? *office : *trunk;
    auto& to = outgoing ? *trunk : *office;
    const auto [placed, arrived] = fill(from, to);
    check_channels(outgoing ? arrived : placed);
    CHECK(t1_span(gateway).at("in_use").to_number<unsigned>() == t1_bearers);
    CHECK(t1_span(gateway).at("idle").to_number<unsigned>() == 0);
    // The first that was called belongs to the first of the callers, or to any other: the number tells.
    const auto called = arrived.front()->info().called;
    const auto caller =
        std::ranges::find(placed, called, [](const auto& call) { return call->info().called; });
    REQUIRE(caller != placed.end());
    talk(**caller, *arrived.front());

    const auto refused = office->place_call("5550100", "", "799");
    REQUIRE(refused->wait_state("released", patience));
    CHECK(refused->cause() == no_circuit);
    for (const auto& call : placed)
        call->hang_up(16);
    for (const auto& call : arrived)
        CHECK(call->wait_state("released", patience));
    CHECK(gateway.wait_no_calls(patience));
    CHECK(gateway.wait_span_idle(bearers_of_both, patience));
    CHECK(t1_span(gateway).at("repairs").to_number<unsigned>() == 0);
}
