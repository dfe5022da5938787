#include "tipring/hardware/span_line.hpp"

namespace tipring::hardware {
namespace {

template <std::size_t size, class Value>
std::string_view word_of(const std::array<std::string_view, size>& words, Value value) {
    const auto index = static_cast<std::size_t>(value);
    return index < size ? words[index] : "unknown";
}

constexpr std::array<std::string_view, 3> type_names{"analogue", "E1", "T1"};
constexpr std::array<std::string_view, 5> framing_names{"unknown", "ccs", "cas", "esf", "d4"};
constexpr std::array<std::string_view, 4> coding_names{"unknown", "hdb3", "b8zs", "ami"};
constexpr std::array<std::string_view, line_counters> counter_names{"bipolar_violations", "crc_errors",
                                                                    "e_bits", "frame_errors", "slips"};
constexpr std::array<std::string_view, span_alarms> alarm_names{"LOS", "LFA",      "red",        "AIS",
                                                                "RAI", "loopback", "recovering", "closed"};
constexpr std::array<std::string_view, 4> loop_names{"off", "local", "remote", "payload"};

}  // namespace

std::string_view name(SpanType type) {
    return word_of(type_names, type);
}
std::string_view name(Framing framing) {
    return word_of(framing_names, framing);
}
std::string_view name(Coding coding) {
    return word_of(coding_names, coding);
}
std::string_view name(LineCounter counter) {
    return word_of(counter_names, counter);
}
std::string_view name(SpanAlarm alarm) {
    return word_of(alarm_names, alarm);
}

std::vector<std::string_view> names(AlarmSet alarms) {
    std::vector<std::string_view> found;
    for (std::size_t i = 0; i < span_alarms; ++i) {
        const auto alarm = static_cast<SpanAlarm>(i);
        if (alarms.has(alarm)) found.push_back(name(alarm));
    }
    return found;
}
std::string_view name(SpanLoop loop) {
    return word_of(loop_names, loop);
}

}  // namespace tipring::hardware
