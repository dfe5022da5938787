// span.trace: the last frames of a span's D-channel, in pages that a client asks for one after the other. Who
// wants to follow asks again for what came after the last frame that it has.
#include <algorithm>
#include <boost/json/array.hpp>
#include <chrono>
#include <cstdint>

#include "commands.hpp"
#include "span_find.hpp"
#include "tipring/base/text.hpp"
#include "tipring/isdn/frame_text.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

/// Frames that one answer looks at: decoding them holds up the core thread for about a millisecond, and an
/// answer full of the most talkative ones stays below what may wait for a client.
constexpr std::uint64_t frames_a_page = 50;
constexpr std::int64_t no_sequence = -1;

std::string octets_hex(std::span<const std::uint8_t> octets) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(octets.size() * 2);
    for (const auto octet : octets) {
        text += digits[octet >> 4];
        text += digits[octet & 0x0f];
    }
    return text;
}

template <class Time>
std::int64_t microseconds_of(Time time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

json::object frame_row(const isdn::TracedFrame& frame, const isdn::FrameText& text, bool with_details) {
    json::object row{{"sequence", frame.sequence},
                     {"time", iso_time(frame.time)},
                     {"time_us", microseconds_of(frame.time)},
                     {"monotonic_us", microseconds_of(frame.instant)},
                     {"direction", frame.direction == isdn::FrameDirection::sent ? "sent" : "received"},
                     {"length", frame.length},
                     {"octets", octets_hex(frame.octets())},
                     {"layer2", text.layer2},
                     {"layer3", text.layer3},
                     {"message", text.message},
                     {"malformed", text.malformed},
                     {"text", text.line}};
    if (with_details) {
        json::array details;
        for (const auto& line : text.details)
            details.push_back(json::value(line));
        row["details"] = std::move(details);
    }
    return row;
}

class SpanTraceCommand final : public Command {
  public:
    explicit SpanTraceCommand(const System& system) : system_(system) {}
    std::string_view name() const override { return "span.trace"; }
    std::string_view summary() const override {
        return "the last frames of a span's D-channel, oldest first; ask again while there are more";
    }
    Access access() const override { return Access::read; }
    std::vector<Parameter> parameters() const override {
        return {{"span", "string", true, "number or name of the span"},
                {"after", "integer", false, "only frames after this sequence, the \"last\" of an answer"},
                {"long", "boolean", false, "with a line for each information element"},
                {"q931", "boolean", false, "without the frames that carry no message"}};
    }
    Reply run(const json::object& parameters) override {
        const auto text = text_parameter(parameters, "span");
        const auto* span = find_span(system_, text);
        if (span == nullptr) return no_such_span(system_, text);
        const auto* trace = span->trace();
        if (trace == nullptr) {
            return CommandError{rpc_code::refused,
                                base::format("span {}: its channels are missing, so there are no frames",
                                             base::printable(text, 60))};
        }
        return page(*span, *trace, parameters);
    }

  private:
    static json::object page(const isdn::Span& span, const isdn::FrameTrace& trace,
                             const json::object& parameters) {
        const auto newest = static_cast<std::int64_t>(trace.last());
        const auto asked = integer_parameter(parameters, "after", no_sequence, 0, INT64_MAX);
        // A span that came back counts from 1 again: what the client has is of another time.
        const bool other_time = asked > newest;
        const auto after = static_cast<std::uint64_t>(asked < 0 || other_time ? 0 : asked);
        const auto begin = std::max(after + 1, trace.first());
        const auto end = std::min(begin + frames_a_page, trace.last() + 1);
        const bool network_side = span.settings().side == config::SpanSide::network;
        const bool only_messages = flag_parameter(parameters, "q931");
        json::array frames;
        for (auto sequence = begin; sequence < end; ++sequence) {
            const auto* frame = trace.find(sequence);
            const auto text = isdn::frame_text(
                frame->octets(),
                {.direction = frame->direction, .network_side = network_side, .length = frame->length});
            if (only_messages && !text.layer3) continue;
            frames.push_back(frame_row(*frame, text, flag_parameter(parameters, "long")));
        }
        return {{"span", span.settings().number},
                {"name", span.settings().name},
                {"network_side", network_side},
                // Only who has seen earlier ones has lost any.
                {"lost", asked < 0 || other_time ? std::uint64_t{0} : begin - after - 1},
                {"last", static_cast<std::int64_t>(end - 1)},
                {"more", end <= trace.last()},
                {"frames", std::move(frames)}};
    }

    const System& system_;
};

}  // namespace

void add_span_trace_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<SpanTraceCommand>(system));
}

}  // namespace tipring::control
