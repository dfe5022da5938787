// Any octets as Q.931 messages to a span, in frames that Q.921 takes: each input message (one length octet before it)
// goes in the place of one that the other end sends. The first octet says which side the span is, its switch type, and
// whether it talks. Thread: single.
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "../unit/isdn/span_bench.hpp"
#include "tipring/base/log.hpp"

using namespace tipring;
using namespace tipring::test;

namespace {

constexpr int most_steps = 2000;  // far more than an answer to any message takes
constexpr std::size_t most_messages = 8, header = 4;
constexpr config::SwitchType types[] = {config::SwitchType::euroisdn, config::SwitchType::qsig,
                                        config::SwitchType::national, config::SwitchType::dms100,
                                        config::SwitchType::lucent4e, config::SwitchType::lucent5e};

/// One span for all inputs of its kind: libpri cannot free a controller, and a span must survive everything in a row
/// anyway.
struct FuzzedSpan {
    explicit FuzzedSpan(const BenchOptions& options) : bench(options) {
        bench.wire->tamper = [this](int from, Frame& frame) {
            if (from != 1 || message.empty() || frame.size() <= header || (frame[2] & 1) != 0) return;
            frame.resize(header);
            frame.insert(frame.end(), message.begin(), message.end());
            frame.insert(frame.end(), 2, 0);  // the room of the FCS
            message.clear();
        };
        bench.peer->on_event = [this](const isdn::LinkEvent& event) {
            if (event.kind == isdn::LinkEventKind::setup && answers)
                bench.peer->link.answer(event.call, event.channel.value_or(1));
        };
    }

    /// Lets both ends finish what a message started. Two ends that never stop talking are a finding, and so is a data
    /// link that does not outlive any message.
    void settle() {
        bench.context.restart();
        for (int step = 0; bench.context.poll_one() > 0; ++step) {
            if (step == most_steps) std::abort();
        }
    }

    Bench bench;
    Frame message;
    bool answers = false;
};

FuzzedSpan& span_of(unsigned kind) {
    static FuzzedSpan* spans[2 * std::size(types)] = {};
    auto*& span = spans[kind % std::size(spans)];
    if (span == nullptr) {
        BenchOptions options;
        options.side = (kind & 1) != 0 ? config::SpanSide::network : config::SpanSide::user;
        options.settings.switch_type = types[kind / 2 % std::size(types)];
        span = new FuzzedSpan(options);
    }
    if (!span->bench.up()) std::abort();
    return *span;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    base::log::set_level(base::log::Level::error);
    auto& span = span_of((data[0] & 7U) | (data[0] >> 2U & 8U));
    span.answers = (data[0] & 8) != 0;
    Listener listener;
    const auto leg = (data[0] & 16) != 0 ? span.bench.dial(listener) : nullptr;
    span.settle();
    std::span<const std::uint8_t> input(data + 1, size - 1);
    for (std::size_t count = 0; !input.empty() && count < most_messages; ++count) {
        const std::size_t length = std::min<std::size_t>(input[0], input.size() - 1);
        span.message.assign(input.begin() + 1, input.begin() + 1 + static_cast<std::ptrdiff_t>(length));
        span.bench.peer->link.restart(1);
        span.settle();
        input = input.subspan(1 + length);
    }
    for (auto& call : span.bench.sink.calls) {
        call.leg->alert(true);
        call.leg->answer();
    }
    span.settle();
    span.message.clear();
    span.bench.sink.calls.clear();
    span.bench.changes.clear();
    span.bench.peer->events.clear();
    span.settle();
    return 0;
}
