#include "values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

using base::fail;
using base::format;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::string quoted(std::string_view text) {
    return format("\"{}\"", base::printable(text, 60));
}

}  // namespace

base::Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto digits =
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    const auto number = parse_unsigned(text.substr(0, digits));
    if (!number) return fail(format("{} is no duration", quoted(text)));
    const auto unit = base::trim(text.substr(digits));
    if (unit.empty()) {
        const auto n = text.substr(0, digits);
        return fail(format("{} has no unit: is it {}s or {}ms", quoted(text), n, n));
    }
    std::uint64_t factor = 0;
    if (unit == "ms") factor = 1;
    if (unit == "s") factor = 1000;
    if (unit == "min") factor = 60'000;
    if (unit == "h") factor = 3'600'000;
    if (factor == 0) return fail(format("{} has an unknown unit {}", quoted(text), quoted(unit)));
    constexpr std::uint64_t limit = 30ULL * 24 * 3'600'000;
    const std::uint64_t value = *number * factor;
    if (value > limit) return fail(format("{} is longer than 30 days", quoted(text)));
    return std::chrono::milliseconds(value);
}

base::Result<DurationPair> parse_duration_pair(std::string_view text, char separator) {
    const auto parts = base::split(text, separator);
    if (parts.size() != 2) return fail(format("{} is no pair of durations", quoted(text)));
    const auto second = base::trim(parts[1]);
    std::string first(base::trim(parts[0]));
    if (all_digits(first))
        first += second.substr(std::min(second.find_first_not_of("0123456789"), second.size()));
    const auto from = parse_duration(first);
    if (!from) return fail(format("{} has no unit, or no known one", quoted(text)));
    const auto to = parse_duration(second);
    if (!to) return to.error();
    return DurationPair{*from, *to};
}

base::Result<unsigned> parse_unsigned(std::string_view text) {
    unsigned value = 0;
    const auto* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    if (!all_digits(text) || text.size() > 9 || result.ptr != end || result.ec != std::errc()) {
        return fail(format("{} is no whole number", quoted(text)));
    }
    return value;
}

base::Result<double> parse_decimal(std::string_view text) {
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto* begin = text.data() + (!text.empty() && text.front() == '+' ? 1 : 0);
    const auto result = std::from_chars(begin, end, value, std::chars_format::fixed);
    if (result.ptr != end || result.ec != std::errc() || !std::isfinite(value)) {
        return fail(format("{} is no number", quoted(text)));
    }
    return value;
}

base::Result<Range> parse_range(std::string_view text) {
    const auto parts = base::split(text, '-');
    const auto first = parse_unsigned(base::trim(parts.front()));
    const auto last = parse_unsigned(base::trim(parts.back()));
    if (!first || !last || parts.size() > 2)
        return fail(format("{} is no number and no range", quoted(text)));
    if (*first > *last) return fail(format("the range {} runs backwards", quoted(text)));
    return Range{*first, *last};
}

base::Result<std::vector<std::string>> count_up(std::string_view text, std::size_t count) {
    const auto parts = base::split(text, '-');
    const bool range =
        parts.size() == 2 && all_digits(base::trim(parts[0])) && all_digits(base::trim(parts[1]));
    const auto start = range ? base::trim(parts[0]) : text;
    if (!range && count == 1) return std::vector<std::string>{std::string(text)};
    // Counting works on the digits at the end, so "0049301234" and "office1" count as well.
    const auto tail =
        static_cast<std::size_t>(std::find_if_not(start.rbegin(), start.rend(), is_digit) - start.rbegin());
    if (tail == 0)
        return fail(format("{} does not end in a digit, so it cannot be counted up", quoted(text)));
    const auto digits = start.substr(start.size() - std::min<std::size_t>(tail, 9));
    const auto stem = start.substr(0, start.size() - digits.size());
    unsigned value = *parse_unsigned(digits);
    std::vector<std::string> numbers;
    for (std::size_t i = 0; i < count; ++i, ++value) {
        auto next = std::to_string(value);
        if (next.size() < digits.size()) next.insert(0, digits.size() - next.size(), '0');
        numbers.push_back(std::string(stem) + next);
    }
    if (range && numbers.back() != base::trim(parts[1])) {
        return fail(
            format("{} does not have as many members as there are channels ({})", quoted(text), count));
    }
    return numbers;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
        return is_digit(c) || c == '+' || c == '*' || c == '#';
    });
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
        return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '-';
    });
}

base::Result<HostPort> parse_host_port(std::string_view text) {
    HostPort result;
    std::string_view port;
    bool has_port = false;
    const auto colons = std::count(text.begin(), text.end(), ':');
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return fail(format("{} has no closing bracket", quoted(text)));
        result.host = text.substr(1, end - 1);
        const auto rest = text.substr(end + 1);
        has_port = !rest.empty();
        if (has_port && rest.front() != ':') return fail(format("{} is no host:port", quoted(text)));
        if (has_port) port = rest.substr(1);
    } else if (colons == 1) {
        const auto colon = text.find(':');
        result.host = text.substr(0, colon);
        port = text.substr(colon + 1);
        has_port = true;
    } else {
        result.host = text;  // a name, or a bare IPv6 literal
    }
    const bool good_host = !result.host.empty() && result.host.size() <= 253 &&
                           std::all_of(result.host.begin(), result.host.end(), [&](char c) {
                               return is_digit(c) || is_letter(c) || c == '.' || c == '-' || c == '_' ||
                                      (c == ':' && colons > 1);
                           });
    if (!good_host) return fail(format("{} is no host name or address", quoted(text)));
    if (has_port) {
        const auto number = parse_unsigned(port);
        if (!number || *number == 0 || *number > 65535)
            return fail(format("{} has no valid port (1..65535)", quoted(text)));
        result.port = static_cast<std::uint16_t>(*number);
    }
    return result;
}

}  // namespace tipring::config
