#include "tipring/base/text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <numeric>
#include <system_error>

namespace tipring::base {
namespace {

char lower_char(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = diagonal + (lower_char(a[i - 1]) == lower_char(b[j - 1]) ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string to_text(double value) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.3f", value);
    std::string text = buffer;
    text.erase(text.find_last_not_of('0') + 1);
    if (!text.empty() && text.back() == '.') text.pop_back();
    return text;
}

std::string format_texts(std::string_view pattern, std::initializer_list<std::string> arguments) {
    std::string out;
    out.reserve(pattern.size() + 16 * arguments.size());
    auto argument = arguments.begin();
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool placeholder = pattern[i] == '{' && i + 1 < pattern.size() && pattern[i + 1] == '}';
        if (placeholder && argument != arguments.end()) {
            out += *argument++;
            ++i;
        } else {
            out += pattern[i];
        }
    }
    return out;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t start = 0;;) {
        const auto end = text.find(separator, start);
        parts.push_back(text.substr(start, end == std::string_view::npos ? end : end - start));
        if (end == std::string_view::npos) return parts;
        start = end + 1;
    }
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower_char(x) == lower_char(y); });
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower_char);
    return out;
}

namespace {

/// "pwd" of "password": the letters in their order, the first one in front.
bool is_abbreviation(std::string_view word, std::string_view whole) {
    if (word.size() < 3 || word.size() >= whole.size() || lower_char(word[0]) != lower_char(whole[0]))
        return false;
    std::size_t found = 0;
    for (const char c : whole)
        if (found < word.size() && lower_char(c) == lower_char(word[found])) ++found;
    return found == word.size();
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto candidate : candidates) {
        const auto distance = edit_distance(word, candidate);
        if (distance < best_distance && distance < std::min(word.size(), candidate.size())) {
            best = candidate;
            best_distance = distance;
        }
    }
    if (!best.empty()) return best;
    for (const auto candidate : candidates) {
        const bool related = is_abbreviation(word, candidate) || is_abbreviation(candidate, word);
        if (related && (best.empty() || candidate.size() < best.size())) best = candidate;
    }
    return best;
}

bool is_ip_address(std::string_view text) {
    const std::string host(text);
    in6_addr ignored{};
    return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

std::string errno_text(int number) {
    return std::generic_category().message(number);
}

std::string printable(std::string_view text, std::size_t limit) {
    std::string out;
    for (const char c : text.substr(0, limit)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            char escaped[5];
            std::snprintf(escaped, sizeof escaped, "\\x%02x", byte);
            out += escaped;
        } else {
            out += c;
        }
    }
    if (text.size() > limit) out += "...";
    return out;
}

std::string log_value(std::string_view text, std::size_t limit) {
    auto value = printable(text, limit);
    if (!value.empty() && value.find_first_of(" \"=") == std::string::npos) return value;
    std::replace(value.begin(), value.end(), '"', '\'');
    return '"' + value + '"';
}

}  // namespace tipring::base
