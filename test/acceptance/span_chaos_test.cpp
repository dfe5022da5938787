// Chaos on a primary rate span: frames lost, repeated and damaged, the cable pulled, RESTART unanswered, both ends on
// one channel. Afterwards the span carries thirty calls again, by itself. On the simulator only: an emulated processor
// is too slow for so many calls, and nobody pulls the cable of cross-connected spans.
#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <map>
#include <thread>

#include "support/full_span.hpp"
#include "support/gateway.hpp"
#include "support/sipp.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t office_port = 5091, callers_port = 5092;
using Timers = std::map<std::string, int>;  ///< milliseconds, and times

/// Of both ends, with others in place of some.
Timers short_timers(Timers others = {}) {
    others.merge(Timers{{"T200", 100},
                        {"N200", 3},
                        {"T203", 1000},
                        {"T303", 1000},
                        {"T305", 1000},
                        {"T308", 1000},
                        {"T309", 2000},
                        {"T310", 2000},
                        {"T313", 1000},
                        {"T316", 1000}});
    return others;
}

std::string in_map(const Timers& timers) {
    std::string text;
    for (const auto& [name, value] : timers) {
        text += (text.empty() ? "" : ", ") + name + ": " + std::to_string(value);
        if (name.starts_with('T')) text += "ms";
    }
    return text;
}

farend::IsdnNetwork::Options short_options(Timers timers = short_timers()) {
    timers.erase("T310");  // the gateway's own
    farend::IsdnNetwork::Options options{.answer_after = 0ms};
    options.timers.assign(timers.begin(), timers.end());
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
    std::this_thread::sleep_for(time);
}

struct ChaosSpan {
    TemporaryFolder folder;
    std::unique_ptr<World> world = World::make(folder);
    Gateway gateway;
    std::unique_ptr<farend::IsdnNetwork> network;
    Sipp server;

    explicit ChaosSpan(farend::IsdnNetwork::Options options = short_options(),
                       const std::string& timers = in_map(short_timers()))
        : gateway(folder, chaos_map(*world, timers, options.network_side ? "user" : "network")),
          network(world->isdn_network(options)),
          server(Sipp::server(folder, office_port)) {
        REQUIRE(network->wait_up(patience));
        REQUIRE(gateway.wait_span_idle(whole_span, patience));
    }

    std::int64_t count(const char* what) const { return main_span_count(gateway, what); }

    Sipp sip_calls(unsigned count, unsigned per_second, std::chrono::milliseconds longest = 0ms,
                   unsigned at_once = 100) {
        return Sipp::caller(folder, callers_port, "0555",
                            {.count = count,
                             .per_second = per_second,
                             .at_once = at_once,
                             .shortest = longest / 4,
                             .longest = longest});
    }

    /// So many calls of the network's, placed over this time.
    IsdnCalls network_calls(unsigned count, std::chrono::milliseconds over) {
        IsdnCalls calls;
        for (unsigned i = 0; i < count; ++i) {
            calls.push_back(network->place_call("5550100", "", "700"));
            let_pass(over / count);
        }
        return calls;
    }

    void check_well() {
        check_span_idle(gateway, *network);
        network->set_options(short_options());
        check_span_carries_all(gateway, *network);
    }
};

}  // namespace

TEST_CASE("chaos: frames of the D-channel are lost, come twice and come damaged while calls come and go",
          "[pri][sip][chaos][simulator]") {
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
    CHECK(frames.dropped + frames.duplicated + frames.corrupted > 0);
    span.network->impair({});
    for (const auto& call : calls)
        call->hang_up(16);
    CHECK(span.network->totals().connected > 0);
    if (faults.fcs) {
        span.check_well();
        CHECK(span.count("repairs") == 0);
        return;
    }
    // No span delivers damaged frames. When any message may turn into any other libpri may be left with a call that nobody
    // knows: on the near side it is the audit's work, on the far side that of RESTART.
    REQUIRE(span.gateway.wait_no_calls(3 * patience));
    REQUIRE(span.gateway.wait_span_up(patience));
    REQUIRE(eventually(3 * patience, [&] { return span.count("idle") == whole_span; }));
    span.gateway.call("span.restart", {{"span", "main"}});
    span.check_well();
}

namespace {

const Timers long_t309{{"T309", 60000}};

/// What becomes of the answered calls (Q.931 5.8.9): T309 starts when the data link is given up, and ends them.
enum class Fate { kept, kept_or_ended, ended };

/// A tone each, which the SIP side sends back.
void say_tones(const IsdnCalls& calls) {
    for (std::size_t i = 0; i < calls.size(); ++i)
        calls[i]->play(farend::tone(400 + 100 * static_cast<double>(i), 0, 1s), true);
}

void check_tones(const IsdnCalls& calls) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
        CAPTURE(i);
        const auto said_hz = 400 + 100 * static_cast<double>(i);
        CHECK(
            eventually(patience, [&] { return std::abs(calls[i]->hearing().frequency1_hz - said_hz) < 20; }));
    }
}

/// What is left of the calls: both ends have kept the same ones, and these carry audio again.
IsdnCalls kept_of(const IsdnCalls& held, const ChaosSpan& span) {
    IsdnCalls kept;
    CHECK(eventually(3 * patience, [&] {
        kept.clear();
        std::ranges::copy_if(held, std::back_inserter(kept),
                             [](const auto& call) { return call->state() == "connected"; });
        return span.gateway.calls() == kept.size() && span.network->active_calls() == kept.size();
    }));
    check_tones(kept);
    return kept;
}

void pull_the_cable(const farend::IsdnNetwork::Options& options, const std::string& timers,
                    std::chrono::milliseconds unplugged, Fate fate) {
    ChaosSpan span(options, timers);
    const auto held = span.network_calls(10, 0ms);
    for (const auto& call : held)
        REQUIRE(call->wait_state("connected", patience));
    say_tones(held);
    check_tones(held);
    // Others are at every step of being set up and cleared.
    auto caller = span.sip_calls(200, 40, 300ms);
    REQUIRE(eventually(patience, [&] { return span.network->totals().connected > 20; }));
    const base::ChannelNumber wire{static_cast<unsigned>(std::stoul(span.world->span_channels()))};
    span.world->virtual_board()->set_faults(wire, {.unplugged = true});
    let_pass(unplugged);
    if (fate == Fate::ended) REQUIRE(span.gateway.wait_no_calls(patience));
    span.world->virtual_board()->set_faults(wire, {});
    REQUIRE(span.gateway.wait_span_up(patience));
    REQUIRE(span.network->wait_up(patience));
    CHECK(eventually(3 * patience, [&] { return !caller.process().running(); }));
    const auto kept = kept_of(held, span);
    if (fate == Fate::kept) CHECK(kept.size() == held.size());
    if (fate == Fate::ended) CHECK(kept.empty());
    hang_up_all(kept);
    span.check_well();
    CHECK(span.count("repairs") == 0);
}

}  // namespace

TEST_CASE("chaos: the cable is pulled during calls", "[pri][sip][chaos][simulator]") {
    const auto unplugged = GENERATE(200ms, 3000ms, 6000ms);
    CAPTURE(unplugged.count());
    const bool survives = unplugged <= 1000ms;
    const auto timers = survives ? short_timers(long_t309) : short_timers();
    pull_the_cable(short_options(timers), in_map(timers), unplugged, survives ? Fate::kept : Fate::ended);
}

TEST_CASE("chaos: the cable is pulled for about as long as the data link takes to notice",
          "[pri][chaos][simulator]") {
    const auto timers = short_timers(long_t309);
    pull_the_cable(short_options(timers), in_map(timers), 1000ms, Fate::kept);
}

// Hidden because they take minutes, in which they wait; scripts/test has them beside the others.
TEST_CASE("chaos: the cable is pulled for as long as in life, with the timers of the standards",
          "[.][long][simulator]") {
    struct Pull {
        std::chrono::seconds unplugged;
        Fate fate;
    };
    // The data link is given up after 3 to 14 s, and T309 takes 90 s.
    const auto pull = GENERATE(Pull{1s, Fate::kept}, Pull{30s, Fate::kept}, Pull{90s, Fate::kept_or_ended},
                               Pull{120s, Fate::ended});
    CAPTURE(pull.unplugged.count());
    // T316 because a RESTART that meets the establishment of the data link is lost.
    pull_the_cable({.answer_after = 0ms, .timers = {{"T309", 90000}}}, "T316: 2s", pull.unplugged, pull.fate);
}

TEST_CASE("chaos: an exchange that starts anew during RESTART is asked again at once",
          "[pri][chaos][simulator]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    // T316 is five times our patience. The data link does not notice that the exchange is gone.
    constexpr auto limit = 120s;
    Gateway gateway(folder, chaos_map(*world, "T203: 600s, T316: 600s", "user"));
    const auto count = [&gateway](const char* what) { return main_span_count(gateway, what); };
    auto network = world->isdn_network({.ignore_restarts = true});
    REQUIRE(network->wait_up(limit));
    REQUIRE(gateway.wait_span_idle(whole_span - 1, limit));  // one waits for its answer
    network.reset();
    network = world->isdn_network();
    REQUIRE(network->wait_up(limit));
    CHECK(eventually(limit, [&] { return count("idle") == whole_span && count("restarts") == whole_span; }));
    CHECK(count("restart_failures") == 0);
    CHECK(count("d_channel_losses") == 0);
}

TEST_CASE("chaos: the other end answers no RESTART, and hears no answer to its own",
          "[pri][sip][chaos][simulator]") {
    constexpr auto limit = 120s;
    auto options = short_options();
    options.ignore_restarts = true;
    options.ignore_restart_answers = true;
    ChaosSpan span(options);
    CHECK(span.count("restart_failures") == 2);  // and it counts as deaf
    auto busy = short_options();
    busy.hang_up_after = 200ms;
    busy.ignore_restarts = busy.ignore_restart_answers = true;
    span.network->set_options(busy);
    auto caller = span.sip_calls(60, 30);
    for (unsigned channel = 1; channel <= 10; ++channel)
        span.network->restart(channel);
    CHECK(eventually(limit, [&] { return !caller.process().running(); }));
    span.network->set_options(short_options());
    span.gateway.call("span.restart", {{"span", "main"}});
    CHECK(eventually(limit, [&] { return span.count("restarts") >= whole_span; }));
    span.check_well();
    CHECK(span.count("repairs") == 0);
}

TEST_CASE("chaos: a thousand times both ends choose one channel at the same moment",
          "[pri][sip][chaos][simulator]") {
    constexpr unsigned per_second = 70;
    constexpr unsigned at_once = 10;  // so that there is always a channel for both of a collision
    const bool network_side = GENERATE(true, false);
    CAPTURE(network_side);
    constexpr unsigned wanted = 1000, count = wanted + 10;
    // No call ends by being late, and no data link.
    const auto timers =
        short_timers({{"T200", 1000}, {"T203", 10000}, {"T303", 60000}, {"T310", 60000}, {"T313", 30000}});
    auto options = short_options(timers);
    options.network_side = network_side;
    options.hang_up_after = 100ms;
    options.collide_with = "700";
    ChaosSpan span(options, in_map(timers));
    auto caller = span.sip_calls(count, per_second, 0ms, at_once);
    CHECK(eventually(10min, [&] { return !caller.process().running(); }));
    const auto totals = span.network->totals();
    CAPTURE(totals.connected);
    CHECK(totals.collisions >= wanted);
    CHECK(totals.connected >= totals.collisions);
    for (const auto& [cause, times] : totals.unanswered) {
        CAPTURE(cause, times);
        CHECK((cause == 34 || cause == 44));  // no channel free, or not that one
    }
    span.check_well();
    CHECK(span.count("repairs") == 0);
}
