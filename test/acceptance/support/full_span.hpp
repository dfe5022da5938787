// A span "main" of thirty B-channels, as the tests of load, chaos and clock use it: filled with calls, emptied again.
#pragma once

#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gateway.hpp"
#include "talk.hpp"

namespace tipring::acceptance {

inline constexpr unsigned whole_span = 30;
using IsdnCalls = std::vector<std::shared_ptr<farend::IsdnCall>>;

inline boost::json::object main_span(const Gateway& gateway) {
    return gateway.call("span.show", {{"span", "main"}}).as_object();
}

inline std::int64_t main_span_count(const Gateway& gateway, const char* what) {
    return main_span(gateway).at(what).to_number<std::int64_t>();
}

/// On a channel each.
inline void require_all_channels(const IsdnCalls& calls) {
    std::set<unsigned> channels;
    for (const auto& call : calls) {
        REQUIRE(call->wait_state("connected", patience));
        channels.insert(call->info().channel);
    }
    REQUIRE(channels.size() == whole_span);
}

inline void hang_up_all(const IsdnCalls& calls) {
    for (const auto& call : calls)
        call->hang_up(16);
    for (const auto& call : calls)
        CHECK(call->wait_state("released", patience));
}

/// No call and no channel is stuck on either side.
inline void check_span_idle(const Gateway& gateway, const farend::IsdnNetwork& network) {
    constexpr auto limit = 3 * patience;  // a message that was lost may cost T305 and twice T308: 38 s
    CHECK(gateway.wait_no_calls(limit));
    CHECK(eventually(limit, [&] { return network.active_calls() == 0; }));
    CHECK(eventually(limit, [&] { return main_span_count(gateway, "idle") == whole_span; }));
}

/// Thirty calls of the network's at once, which somebody answers. Those that a data link ends which begins anew while
/// they are set up, as it may with a T200 of a fraction of a second on a machine that stands still, are placed once more.
inline IsdnCalls fill_span(farend::IsdnNetwork& network, const std::string& called = "700") {
    IsdnCalls calls;
    for (unsigned i = 0; i < whole_span; ++i)
        calls.push_back(network.place_call("5550100", "", called));
    for (auto& call : calls) {
        if (!call->wait_state("connected", patience)) call = network.place_call("5550100", "", called);
    }
    require_all_channels(calls);
    return calls;
}

/// What a test ends with: the span carries thirty calls at once, and then none.
inline void check_span_carries_all(Gateway& gateway, farend::IsdnNetwork& network,
                                   const std::string& called = "700") {
    const auto calls = fill_span(network, called);
    CHECK(gateway.calls() == whole_span);
    CHECK(main_span_count(gateway, "idle") == 0);
    hang_up_all(calls);
    check_span_idle(gateway, network);
    CHECK(gateway.process().running());
}

}  // namespace tipring::acceptance
