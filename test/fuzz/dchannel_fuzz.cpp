// Any octets from the D-channel: a span in an answered call gets the input as frames (one length octet before
// each). Thread: single.
#include <boost/asio/io_context.hpp>
#include <cstdint>
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    base::log::set_level(base::log::Level::error);
    // One span for all inputs: libpri cannot free a controller, and a span must survive everything in a row
    // anyway.
    static auto* const bench = new Bench;
    static bool ready = false;
    if (!ready) {
        ready = bench->up();
        if (!ready) std::abort();
    }
    std::span<const std::uint8_t> input(data, size);
    while (!input.empty()) {
        const std::size_t length = std::min<std::size_t>(input[0], input.size() - 1);
        bench->wire->inject(
            0, Frame(input.begin() + 1, input.begin() + 1 + static_cast<std::ptrdiff_t>(length)));
        input = input.subspan(1 + length);
    }
    settle(*bench);
    for (auto& call : bench->sink.calls) {
        call.leg->alert(true);
        call.leg->answer();
    }
    settle(*bench);
    bench->sink.calls.clear();
    bench->changes.clear();
    bench->peer->events.clear();
    return 0;
}
