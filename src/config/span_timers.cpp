// spans: timers. The timers and counters of Q.921 and Q.931 by their names there.
#include <algorithm>

#include "sections.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

struct TimerKey {
    std::string_view name;
    milliseconds lowest, highest;
};

/// Those that run on a primary rate interface: libpri's, and T304, T310 and T316, which are ours. The bounds leave room
/// on both sides of Q.921 5.9 and of tables 9-1 and 9-2 of Q.931, because exchanges differ.
constexpr TimerKey timer_keys[] = {
    {"T200", 100ms, 10s}, {"T203", 1s, 10min}, {"T303", 1s, 60s},   {"T304", 1s, 60s}, {"T305", 1s, 5min},
    {"T308", 1s, 60s},    {"T309", 1s, 5min},  {"T310", 1s, 10min}, {"T313", 1s, 60s}, {"T316", 1s, 10min},
};

struct CounterKey {
    std::string_view name;
    unsigned lowest, highest;
};

constexpr CounterKey counter_keys[] = {{"N200", 1, 20}, {"N316", 1, 10}, {"K", 1, 127}};

/// What else the standard has by this name; whoever writes it wants that, and no timer with a name like it.
struct OtherTimer {
    std::string_view name, advice;
};

constexpr OtherTimer other_timers[] = {
    {"T301",
     "how long a telephone rings is ring_timeout of its port; other destinations ring for two minutes"},
    {"T302", "it is digit_timeout of the span"},
    {"T306", "it is announcement of the span"},
    {"T322", "it cannot be set; leave it out"},
};

/// Near names are other timers here: T302 is not T303 written wrongly.
void refuse_others(Mapping& mapping, const Node& node) {
    std::vector<std::string_view> known;
    for (const auto& key : timer_keys)
        known.push_back(key.name);
    for (const auto& key : counter_keys)
        known.push_back(key.name);
    for (const auto& entry : node.entries) {
        if (std::ranges::find(known, entry.key) != known.end()) continue;
        if (mapping.take(entry.key) == nullptr) continue;  // an alias that could not be read
        const auto other = std::ranges::find(other_timers, entry.key, &OtherTimer::name);
        mapping.unknown_key(entry, other != std::end(other_timers)
                                       ? std::string(other->advice)
                                       : base::format("use {}", alternatives(known)));
    }
}

constexpr milliseconds usual_t200 = 1s, usual_t203 = 10s;  // Q.921 5.9.1, 5.9.8

}  // namespace

std::optional<std::chrono::milliseconds> Span::timer(std::string_view timer_name) const {
    const auto value = counter(timer_name);
    if (!value) return std::nullopt;
    return milliseconds(*value);
}

std::optional<unsigned> Span::counter(std::string_view counter_name) const {
    for (const auto& timer : timers) {
        if (timer.name == counter_name) return timer.value;
    }
    return std::nullopt;
}

void read_span_timers(Mapping& span_mapping, Span& span) {
    const Node* node = span_mapping.take("timers");
    if (node == nullptr) return;
    Mapping mapping(span_mapping.context(), *node, span_mapping.place("timers").key);
    if (!mapping.is_mapping()) return;
    for (const auto& [name, lowest, highest] : timer_keys) {
        milliseconds value{};
        if (mapping.duration(name, lowest, highest, value))
            span.timers.push_back({std::string(name), static_cast<unsigned>(value.count())});
    }
    for (const auto& [name, lowest, highest] : counter_keys) {
        unsigned value = 0;
        if (mapping.whole(name, lowest, highest, value)) span.timers.push_back({std::string(name), value});
    }
    if (span.timer("T203").value_or(usual_t203) <= span.timer("T200").value_or(usual_t200)) {
        mapping.problem_at(
            mapping.has("T203") ? "T203" : "T200", "T203 is not longer than T200",
            "T203 (10s without it) is the rest after which the link is tried, T200 (1s) the wait for "
            "the answer");
    }
    refuse_others(mapping, *node);
    mapping.finish();
}

}  // namespace tipring::config
