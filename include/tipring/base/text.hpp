// format("{} is {}", a, b) and small text helpers. Thread: any; allocates, so never on the media thread.
#pragma once

#include <chrono>
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tipring::base {

inline std::string to_text(std::string_view text) {
    return std::string(text);
}
inline std::string to_text(const char* text) {
    return text;
}
inline std::string to_text(const std::string& text) {
    return text;
}
inline std::string to_text(bool value) {
    return value ? "yes" : "no";
}
inline std::string to_text(char value) {
    return std::string(1, value);
}
template <std::integral T>
std::string to_text(T value) {
    return std::to_string(value);
}
/// Up to three decimals, without trailing zeros.
std::string to_text(double value);
inline std::string to_text(std::chrono::milliseconds value) {
    return std::to_string(value.count()) + " ms";
}
inline std::string to_text(std::chrono::seconds value) {
    return std::to_string(value.count()) + " s";
}

/// Replaces each `{}` of the pattern by the next argument.
std::string format_texts(std::string_view pattern, std::initializer_list<std::string> arguments);

/// Formats with to_text() of each argument, found by argument-dependent look-up for project types.
template <class... Arguments>
std::string format(std::string_view pattern, const Arguments&... arguments) {
    return format_texts(pattern, {to_text(arguments)...});
}

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string lower(std::string_view text);

/// The candidate with the smallest edit distance to `word`, or "" when none is near enough to be meant.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// Whether that is an IPv4 or IPv6 address (no brackets, no port).
bool is_ip_address(std::string_view text);

/// What the system says about an errno value, for example "No such file or directory".
std::string errno_text(int number);

/// Text from outside made safe for a log line or terminal: control bytes become \xNN, cut at `limit`.
std::string printable(std::string_view text, std::size_t limit = 200);

/// The same for a "key=value" line: in double quotes when it is empty or holds a blank, a quote or "=".
std::string log_value(std::string_view text, std::size_t limit = 200);

}  // namespace tipring::base
