// Any octets from the D-channel: a span whose data link is up and that has a call, answered by the other end, gets the
// input as frames (one length octet before each). Thread: single.
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "../unit/isdn/span_bench.hpp"
#include "tipring/base/log.hpp"

using namespace tipring;
using namespace tipring::test;

namespace {

constexpr int most_steps = 2000;  // far more than an answer to any input takes

/// Lets both ends finish what the input started. Two ends that never stop talking are a finding.
void settle(Bench& bench) {
    bench.context.restart();
    for (int step = 0; bench.context.poll_one() > 0; ++step) {
        if (step == most_steps) std::abort();
    }
}

/// One span for all inputs: libpri cannot free a controller, and a span must survive everything in a row anyway.
Bench& the_span() {
    static auto* const bench = [] {
        BenchOptions options;
        options.settings.timers = options.peer_link.timers = {{"T200", 100}};  // until a lost link is back
        auto* const made = new Bench(options);
        made->peer->on_event = [made](const isdn::LinkEvent& event) {
            if (event.kind == isdn::LinkEventKind::setup)
                made->peer->link.answer(event.call, event.channel.value_or(1));
        };
        return made;
    }();
    return *bench;
}

/// The input before may have left the two ends with different counts of frames, so that the data link begins anew and
/// takes a call with it. One that never carries a call again is a finding.
std::unique_ptr<call::Leg> answered_call(Bench& bench, Listener& listener) {
    for (int attempt = 0; attempt < 5; ++attempt) {
        if (!bench.up()) break;
        listener = {};
        auto leg = bench.dial(listener);
        if (!leg) {
            bench.until([] { return false; }, 100ms);
            continue;
        }
        bench.until([&] { return listener.has("answered") || listener.has("released"); }, 10s);
        if (listener.has("answered") && !listener.has("released")) return leg;
    }
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    base::log::set_level(base::log::Level::error);
    auto& bench = the_span();
    Listener listener;
    auto leg = answered_call(bench, listener);
    std::span<const std::uint8_t> input(data, size);
    while (!input.empty()) {
        const std::size_t length = std::min<std::size_t>(input[0], input.size() - 1);
        bench.wire->inject(0,
                           Frame(input.begin() + 1, input.begin() + 1 + static_cast<std::ptrdiff_t>(length)));
        input = input.subspan(1 + length);
    }
    settle(bench);
    for (auto& call : bench.sink.calls) {
        call.leg->alert(true);
        call.leg->answer();
    }
    settle(bench);
    bench.sink.calls.clear();
    leg.reset();
    settle(bench);
    bench.changes.clear();
    bench.peer->events.clear();
    return 0;
}
