// The small value notations of the configuration: durations, ranges, counted numbers, host:port. Pure.
// Thread: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/result.hpp"

namespace tipring::config {

/// "500ms", "3s", "2min", "1h". The error of a bare number says which unit is missing. At most 30 days.
base::Result<std::chrono::milliseconds> parse_duration(std::string_view text);

struct DurationPair {
    std::chrono::milliseconds first{}, second{};
    friend bool operator==(const DurationPair&, const DurationPair&) = default;
};
/// Two durations joined by `separator`; the first may leave its unit to the second: "50-130ms", "80/100ms".
base::Result<DurationPair> parse_duration_pair(std::string_view text, char separator);

/// A whole number without sign, at most 9 digits.
base::Result<unsigned> parse_unsigned(std::string_view text);
base::Result<double> parse_decimal(std::string_view text);

struct Range {
    unsigned first = 0, last = 0;
};
/// "7" or "1-4"; first is not above last.
base::Result<Range> parse_range(std::string_view text);

/// `count` telephone numbers from "101" (counted up) or "101-104" (must have `count` members). Leading zeros
/// are kept.
base::Result<std::vector<std::string>> count_up(std::string_view text, std::size_t count);
/// 1 to 32 digits, + * #: what a telephone can dial and a route can match.
bool is_number(std::string_view text);
/// Names of accounts, groups, spans: letters, digits and . _ -
bool is_name(std::string_view text);

struct HostPort {
    std::string host;        ///< IPv6 literals without brackets
    std::uint16_t port = 0;  ///< 0: none written
};
/// "host", "host:5060", "192.0.2.1:5060", "[2001:db8::1]:5060"
base::Result<HostPort> parse_host_port(std::string_view text);

}  // namespace tipring::config
