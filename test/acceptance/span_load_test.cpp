// A full span: thirty calls at once each way, every one with a tone of its own, and the traffic of an hour in a minute
// and a half. Runs on the simulator and on the real driver.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <queue>
#include <random>

#include "support/gateway.hpp"
#include "support/sipp.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

using Calls = std::vector<std::shared_ptr<farend::IsdnCall>>;
constexpr unsigned span_channels = 30;
constexpr double said_dbm0 = -13;
constexpr std::size_t piece_samples = 1600, pieces = 10;  ///< of what is judged of a call
constexpr std::uint16_t server_port = 5091, caller_port = 5092;

std::string full_span(const World& world) {
    return "country: us\n" + world.board_yaml() +
           "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
           "    - {name: office, server: 127.0.0.1:5091, mode: peer}\n"
           "    - {name: callers, server: 127.0.0.1:5092, mode: peer}\n"
           "spans:\n  - {span: " +
           std::to_string(world.span()) + ", name: main, channels: " + world.span_channels() +
           ", side: user, switch: euroisdn, timers: {T316: 2s}}\n"
           "routes:\n"
           "  - {name: outside, called: 0x., strip: 1, to: [span main]}\n"
           "  - {name: office, from: [span main], to: [sip office]}\n";
}

/// No one is a harmonic of another, so that what a codec adds to one is not taken for another.
double frequency(std::size_t index) {
    return 403.0 + 79.0 * static_cast<double>(index);
}

/// A second of each call's tone: a whole number of periods. Made once, because an emulated processor takes long.
const std::vector<farend::Clip>& own_tones() {
    static const auto all = [] {
        std::vector<farend::Clip> clips;
        for (unsigned i = 0; i < span_channels; ++i)
            clips.push_back(farend::tone(frequency(i), 0, 1s, said_dbm0));
        return clips;
    }();
    return all;
}

struct Heard {
    unsigned channel;
    farend::Clip sound;
};

/// Each call says its own tone; what comes back to it.
std::vector<Heard> say_own_tones(const Calls& calls) {
    for (std::size_t i = 0; i < calls.size(); ++i)
        calls[i]->play(own_tones()[i], true);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        CAPTURE(i);
        REQUIRE(eventually(patience,
                           [&] { return std::abs(calls[i]->hearing().frequency1_hz - frequency(i)) < 20; }));
        calls[i]->start_recording();
    }
    std::vector<Heard> all;
    for (const auto& call : calls) {
        CHECK(eventually(patience, [&] { return call->recorded() >= piece_samples * pieces; }));
        all.push_back({call->info().channel, call->stop_recording()});
    }
    return all;
}

/// A moment in which the machine stood still tears a piece, which spreads its tone, but makes nobody else's of it;
/// gaps are measured by the test of 1,000 calls. Takes long on an emulated processor: after the calls.
void check_own_tones(const std::vector<Heard>& all) {
    constexpr std::size_t least_whole = pieces * 4 / 10;
    for (std::size_t i = 0; i < all.size(); ++i) {
        CAPTURE(i, all[i].channel);
        REQUIRE(all[i].sound.size() >= piece_samples * pieces);
        std::size_t whole = 0;
        double strongest_other = -99;
        for (std::size_t n = 0; n < pieces; ++n) {
            const auto piece = std::span(all[i].sound).subspan(n * piece_samples, piece_samples);
            double other_level = -99;
            for (std::size_t other = 0; other < all.size(); ++other) {
                if (other != i)
                    other_level = std::max(other_level, farend::level_at(piece, frequency(other)));
            }
            const bool as_loud = std::abs(farend::level_at(piece, frequency(i)) - said_dbm0) <= 1;
            if (as_loud && other_level < said_dbm0 - 30) ++whole;
            strongest_other = std::max(strongest_other, other_level);
        }
        CHECK(whole >= least_whole);
        CHECK(strongest_other < said_dbm0 - 10);
    }
}

std::set<unsigned> channels_of(const Calls& calls) {
    std::set<unsigned> channels;
    for (const auto& call : calls)
        channels.insert(call->info().channel);
    return channels;
}

void hang_up_all(const Calls& calls) {
    for (const auto& call : calls)
        call->hang_up(16);
    for (const auto& call : calls)
        CHECK(call->wait_state("released", patience));
}

struct FullSpan {
    TemporaryFolder folder;
    std::unique_ptr<World> world = World::make(folder);
    Gateway gateway{folder, full_span(*world)};
    std::unique_ptr<farend::IsdnNetwork> network = world->isdn_network({.answer_after = 0ms});

    FullSpan() {
        REQUIRE(network->wait_up(patience));
        REQUIRE(gateway.wait_span_idle(span_channels, patience));
    }

    Calls from_network() {
        Calls calls;
        for (unsigned i = 0; i < span_channels; ++i)
            calls.push_back(network->place_call("5550100", "", "7" + std::to_string(10 + i)));
        for (const auto& call : calls)
            REQUIRE(call->wait_state("connected", patience));
        REQUIRE(channels_of(calls).size() == span_channels);
        return calls;
    }

    /// With the caller, which waits for the network to hang up.
    std::pair<Sipp, Calls> from_sip() {
        auto caller = Sipp::caller(folder, caller_port, "0555", {.count = span_channels, .per_second = 50});
        Calls calls;
        for (unsigned i = 0; i < span_channels; ++i) {
            calls.push_back(network->wait_call(patience));
            REQUIRE(calls.back());
            REQUIRE(calls.back()->wait_state("connected", patience));
        }
        REQUIRE(channels_of(calls).size() == span_channels);
        return {std::move(caller), std::move(calls)};
    }
};

}  // namespace

TEST_CASE("span load: thirty calls at once each way, each hears its own tone and no other",
          "[pri][sip][many_lines]") {
    FullSpan span;
    const auto server = Sipp::server(span.folder, server_port);
    REQUIRE(own_tones().size() == span_channels);
    for (const auto round : {1, 2}) {
        CAPTURE(round);
        const auto incoming = span.from_network();
        const auto heard_by_callers = say_own_tones(incoming);
        hang_up_all(incoming);
        REQUIRE(span.gateway.wait_no_calls(patience));
        check_own_tones(heard_by_callers);

        auto [caller, outgoing] = span.from_sip();
        const auto heard_by_called = say_own_tones(outgoing);
        hang_up_all(outgoing);
        CHECK(caller.process().wait(patience) == 0);
        REQUIRE(span.gateway.wait_no_calls(patience));
        check_own_tones(heard_by_called);
    }
    CHECK(span.network->active_calls() == 0);
}

TEST_CASE("span load: nine hundred calls from both sides, and no channel is lost", "[pri][sip][many_lines]") {
    // An hour with 900 calls of 100 s in a fortieth of the time: 25 erlangs on 30 channels, so that some meet a full
    // span, and both sides often choose a channel at the same moment.
    constexpr unsigned each_way = 450, per_second = 5;
    constexpr std::chrono::milliseconds shortest{500}, longest{4500};
    FullSpan span;
    const auto server = Sipp::server(span.folder, server_port);
    auto caller = Sipp::caller(span.folder, caller_port, "0555",
                               {.count = each_way,
                                .per_second = per_second,
                                .at_once = span_channels * 2 / 3,
                                .shortest = shortest,
                                .longest = longest});

    std::mt19937 random(1);
    std::exponential_distribution<double> until_next(per_second);
    std::uniform_int_distribution<int> held(shortest.count(), longest.count());
    using Clock = std::chrono::steady_clock;
    using End = std::pair<Clock::time_point, std::shared_ptr<farend::IsdnCall>>;
    std::priority_queue<End, std::vector<End>, std::greater<>> ends;
    auto next = Clock::now();
    Calls placed;
    while (placed.size() < each_way || !ends.empty()) {
        if (placed.size() < each_way && (ends.empty() || next < ends.top().first)) {
            std::this_thread::sleep_until(next);
            placed.push_back(span.network->place_call("5550100", "", "700"));
            // From now on, because a machine that was late must not catch up with a burst of calls.
            const auto now = Clock::now();
            ends.emplace(now + std::chrono::milliseconds(held(random)), placed.back());
            next = now + std::chrono::microseconds(static_cast<int>(until_next(random) * 1e6));
        } else {
            std::this_thread::sleep_until(ends.top().first);
            ends.top().second->hang_up(16);
            ends.pop();
        }
    }
    CHECK(caller.process().wait(10min) == 0);
    unsigned answered = 0;
    std::map<int, unsigned> others;
    for (const auto& call : placed) {
        REQUIRE(call->wait_state("released", patience));
        if (call->wait_state("connected", 0ms))
            ++answered;
        else
            ++others[call->cause()];
    }
    others.erase(34);  // no circuit: the span was full
    for (const auto& [cause, count] : others) {
        CAPTURE(cause, count);
        CHECK(cause == 16);  // the caller gave up before the answer
    }
    CHECK(answered >= each_way / 2);
    REQUIRE(span.gateway.wait_no_calls(patience));
    CHECK(eventually(patience, [&] { return span.network->active_calls() == 0; }));

    const auto all = span.from_network();
    hang_up_all(all);
    CHECK(span.gateway.wait_no_calls(patience));
    const auto view = span.gateway.call("span.show", {{"span", "main"}}).as_object();
    CHECK(view.at("repairs").to_number<int>() == 0);
}
