// Chaos on a primary rate span: frames lost, repeated and damaged, the cable pulled, RESTART unanswered, both ends on
// one channel. Afterwards the span carries thirty calls again, by itself. On the simulator only: an emulated processor
// is too slow for so many calls, and nobody pulls the cable of cross-connected spans.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "support/gateway.hpp"
#include "support/sipp.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

using Calls = std::vector<std::shared_ptr<farend::IsdnCall>>;
constexpr unsigned whole_span = 30;
constexpr std::uint16_t office_port = 5091, callers_port = 5092;
const std::string short_timers =
    "T200: 100ms, N200: 3, T203: 1s, T303: 1s, T305: 1s, T308: 1s, T309: 2s, T310: 2s, T313: 1s, T316: 1s";

farend::IsdnNetwork::Options short_options() {
    farend::IsdnNetwork::Options options{.answer_after = 0ms};
    options.timers = {{"T200", 100},  {"N200", 3},    {"T203", 1000}, {"T303", 1000}, {"T305", 1000},
                      {"T308", 1000}, {"T309", 2000}, {"T313", 1000}, {"T316", 1000}};
    return options;
}

std::string chaos_map(const World& world, const std::string& timers, const std::string& side) {
    return "country: us\n" + world.board_yaml() +
           "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
           "    - {name: office, server: 127.0.0.1:5091, mode: peer}\n"
           "    - {name: callers, server: 127.0.0.1:5092, mode: peer}\n"
           "spans:\n  - {span: " +
           std::to_string(world.span()) + ", name: main, channels: " + world.span_channels() +
           ", side: " + side + ", switch: euroisdn, timers: {" + timers +
           "}}\nroutes:\n"
           "  - {name: outside, called: 0x., strip: 1, to: [span main]}\n"
           "  - {name: office, from: [span main], to: [sip office]}\n";
}

/// A time that is part of the test.
void let_pass(std::chrono::milliseconds time) {
    eventually(time, [] { return false; });
}

struct ChaosSpan {
    TemporaryFolder folder;
    std::unique_ptr<World> world = World::make(folder);
    Gateway gateway;
    std::unique_ptr<farend::IsdnNetwork> network;
    Sipp server;

    explicit ChaosSpan(farend::IsdnNetwork::Options options = short_options(),
                       const std::string& timers = short_timers)
        : gateway(folder, chaos_map(*world, timers, options.network_side ? "user" : "network")),
          network(world->isdn_network(options)),
          server(Sipp::server(folder, office_port)) {
        REQUIRE(network->wait_up(patience));
        REQUIRE(gateway.wait_span_up(patience));
        // A call that meets the RESTART of its channel is lost, as Q.931 5.5 wants it.
        REQUIRE(eventually(
            patience, [this] { return count("restarts") >= whole_span || count("restart_failures") > 0; }));
    }

    boost::json::object view() const { return gateway.call("span.show", {{"span", "main"}}).as_object(); }
    std::int64_t count(const char* what) const { return view().at(what).to_number<std::int64_t>(); }
    std::int64_t idle() const { return count("idle"); }
    bool down() const { return !view().at("d_channel_up").as_bool(); }

    Sipp sip_calls(unsigned count, unsigned per_second, std::chrono::milliseconds longest = 0ms) {
        return Sipp::caller(
            folder, callers_port, "0555",
            {.count = count, .per_second = per_second, .shortest = longest / 4, .longest = longest});
    }

    /// So many calls of the network's, placed over this time.
    Calls network_calls(unsigned count, std::chrono::milliseconds over) {
        Calls calls;
        for (unsigned i = 0; i < count; ++i) {
            calls.push_back(network->place_call("5550100", "", "700"));
            let_pass(over / count);
        }
        return calls;
    }

    /// What every test ends with: no call, no channel stuck, and thirty calls at once.
    void check_well(std::chrono::milliseconds limit = patience) {
        CHECK(gateway.wait_no_calls(limit));
        CHECK(eventually(limit, [this] { return network->active_calls() == 0; }));
        CHECK(eventually(limit, [this] { return idle() == whole_span; }));
        auto options = short_options();
        network->set_options(options);
        Calls calls;
        for (unsigned i = 0; i < whole_span; ++i)
            calls.push_back(network->place_call("5550100", "", "700"));
        for (const auto& call : calls)
            CHECK(call->wait_state("connected", patience));
        CHECK(idle() == 0);
        for (const auto& call : calls)
            call->hang_up(16);
        for (const auto& call : calls)
            CHECK(call->wait_state("released", patience));
        CHECK(gateway.wait_no_calls(patience));
        CHECK(eventually(patience, [this] { return idle() == whole_span; }));
        CHECK(gateway.process().running());
    }
};

}  // namespace

TEST_CASE("chaos: frames of the D-channel are lost, come twice and come damaged while calls come and go",
          "[pri][sip][chaos]") {
    if (World::is_dahdi()) return;
    constexpr unsigned each_way = 100, per_second = 30;
    const auto faults =
        GENERATE(farend::FrameFaults{.drop = 0.01}, farend::FrameFaults{.drop = 0.1},
                 farend::FrameFaults{.duplicate = 0.01}, farend::FrameFaults{.duplicate = 0.1},
                 farend::FrameFaults{.corrupt = 0.01}, farend::FrameFaults{.corrupt = 0.1},
                 farend::FrameFaults{.corrupt = 0.01, .fcs = false},
                 farend::FrameFaults{.corrupt = 0.1, .fcs = false});
    CAPTURE(faults.drop, faults.duplicate, faults.corrupt, faults.fcs);
    auto options = short_options();
    options.hang_up_after = 300ms;
    ChaosSpan span(options);
    span.network->impair(faults);
    auto caller = span.sip_calls(each_way, per_second, 500ms);
    const auto calls = span.network_calls(each_way, 1000ms * each_way / per_second);
    eventually(5s, [&] { return !caller.process().running(); });
    const auto frames = span.network->frame_counts();
    CHECK(frames.frames > each_way * 10);
    CHECK(frames.dropped + frames.duplicated + frames.corrupted > frames.frames / 500);
    span.network->impair({});
    for (const auto& call : calls)
        call->hang_up(16);
    // A damaged frame that arrives may mean anything: number, channel, or call.
    CHECK(span.network->totals().connected > (faults.fcs ? each_way : each_way / 4));
    span.check_well();
    // libpri may be left with a call that nobody knows when any message may turn into any other: the audit's work.
    if (faults.fcs) CHECK(span.count("repairs") == 0);
}

namespace {

void pull_the_cable(const std::string& timers, std::chrono::milliseconds unplugged, bool survives,
                    std::chrono::milliseconds limit = patience) {
    ChaosSpan span(short_options(), timers);
    const auto held = span.network_calls(10, 0ms);
    for (const auto& call : held)
        REQUIRE(call->wait_state("connected", patience));
    // Others are at every step of being set up and cleared.
    auto caller = span.sip_calls(200, 40, 300ms);
    REQUIRE(eventually(patience, [&] { return span.network->totals().connected > 20; }));
    const base::ChannelNumber wire{static_cast<unsigned>(std::stoul(span.world->span_channels()))};
    span.world->virtual_board()->set_faults(wire, {.unplugged = true});
    let_pass(unplugged);
    span.world->virtual_board()->set_faults(wire, {});
    REQUIRE(span.gateway.wait_span_up(patience));
    REQUIRE(span.network->wait_up(patience));
    for (const auto& call : held) {
        if (survives) {
            CHECK(call->state() == "connected");
            call->hang_up(16);
        }
        CHECK(call->wait_state("released", patience));
    }
    CHECK(eventually(patience, [&] { return !caller.process().running(); }));
    span.check_well(limit);
    CHECK(span.count("repairs") == 0);
}

}  // namespace

TEST_CASE("chaos: the cable is pulled during calls", "[pri][sip][chaos]") {
    if (World::is_dahdi()) return;
    const auto unplugged = GENERATE(200ms, 3000ms, 6000ms);
    CAPTURE(unplugged.count());
    pull_the_cable(short_timers, unplugged, unplugged <= 1000ms);  // T309 is 2 s
}

// Fails now and then, seen once in three runs: the other end keeps a call that the gateway has not any more. Open.
TEST_CASE("chaos: the cable is pulled for about as long as the data link takes to notice", "[.][open]") {
    if (World::is_dahdi()) return;
    pull_the_cable(short_timers, 1000ms, true);
}

TEST_CASE("chaos: the cable is pulled for as long as in life, with the timers of the standards",
          "[.][long]") {
    if (World::is_dahdi()) return;
    const auto unplugged = GENERATE(1s, 30s, 90s, 120s);
    CAPTURE(unplugged.count());
    // A message that was lost costs T305 and twice T308: 38 s.
    pull_the_cable("T316: 2s", unplugged, unplugged <= 1s, 60s);
}

TEST_CASE("chaos: an exchange that starts anew during RESTART is asked again at once", "[pri][chaos]") {
    if (World::is_dahdi()) return;
    TemporaryFolder folder;
    const auto world = World::make(folder);
    // T316 is two minutes, six times our patience. The data link does not notice that the exchange is gone.
    Gateway gateway(folder, chaos_map(*world, "T203: 60s", "user"));
    const auto count = [&gateway](const char* what) {
        return gateway.call("span.show", {{"span", "main"}}).as_object().at(what).to_number<std::int64_t>();
    };
    auto network = world->isdn_network({.ignore_restarts = true});
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_up(patience));
    REQUIRE(
        eventually(patience, [&] { return count("idle") == whole_span - 1; }));  // one waits for its answer
    network.reset();
    network = world->isdn_network();
    REQUIRE(network->wait_up(patience));
    CHECK(
        eventually(patience, [&] { return count("idle") == whole_span && count("restarts") == whole_span; }));
    CHECK(count("restart_failures") == 0);
    CHECK(count("d_channel_losses") == 0);
}

TEST_CASE("chaos: the other end answers no RESTART, and hears no answer to its own", "[pri][sip][chaos]") {
    if (World::is_dahdi()) return;
    auto options = short_options();
    options.ignore_restarts = true;
    options.ignore_restart_answers = true;
    ChaosSpan span(options);
    CHECK(span.count("restart_failures") == 1);
    auto busy = short_options();
    busy.hang_up_after = 200ms;
    busy.ignore_restarts = busy.ignore_restart_answers = true;
    span.network->set_options(busy);
    auto caller = span.sip_calls(60, 30);
    for (unsigned channel = 1; channel <= 10; ++channel)
        span.network->restart(channel);
    CHECK(eventually(patience, [&] { return !caller.process().running(); }));
    span.network->set_options(short_options());
    span.gateway.call("span.restart", {{"span", "main"}});
    CHECK(eventually(patience, [&] { return span.count("restarts") >= whole_span; }));
    span.check_well();
    CHECK(span.count("repairs") == 0);
}

TEST_CASE("chaos: a thousand times both ends choose one channel at the same moment", "[pri][sip][chaos]") {
    if (World::is_dahdi()) return;
    constexpr unsigned count = 1000, per_second = 70;
    const bool network_side = GENERATE(true, false);
    CAPTURE(network_side);
    auto options = short_options();
    options.network_side = network_side;
    options.hang_up_after = 100ms;
    options.collide_with = "700";
    ChaosSpan span(options);
    auto caller = span.sip_calls(network_side ? count : count / 4, per_second);
    CHECK(eventually(60s, [&] { return !caller.process().running(); }));
    const auto totals = span.network->totals();
    CAPTURE(totals.connected);
    CHECK(totals.collisions >= (network_side ? 900 : 200));
    CHECK(totals.connected >= totals.collisions);
    for (const auto& [cause, times] : totals.unanswered) {
        CAPTURE(cause, times);
        CHECK((cause == 34 || cause == 44));  // no channel free, or not that one
    }
    span.check_well();
    CHECK(span.count("repairs") == 0);
}
