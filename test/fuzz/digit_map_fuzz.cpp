// Fuzzes the digit map parser and matcher, and the route patterns: the input is "map NUL digits".
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tipring/routing/digit_map.hpp"
#include "tipring/routing/route.hpp"

using namespace tipring::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto cut = input.find('\0');
    const auto text = input.substr(0, cut);
    const auto digits = cut == std::string_view::npos ? std::string_view() : input.substr(cut + 1);

    if (const auto map = DigitMap::parse(text)) {
        const auto whole = map->match(digits);
        // What no number can begin like cannot become one by another digit.
        if (whole == DigitMatch::no_match && !digits.empty()) {
            if (map->match(std::string(digits) + "1") != DigitMatch::no_match) std::abort();
        }
        if (whole == DigitMatch::complete) {
            for (const char digit : std::string_view("0123456789*#ABCD")) {
                if (map->match(std::string(digits) + digit) != DigitMatch::no_match) std::abort();
            }
        }
    } else if (map.error().message.empty()) {
        std::abort();
    }

    const bool right = check_pattern(text).has_value();
    if (matches(text, digits) && !right && !digits.empty()) {
        // A wrong pattern may fit a number only up to its fault, never as a whole.
        std::abort();
    }
    RouteRule rule;
    rule.called = std::string(text);
    rule.to = {{DestinationKind::sip, "a"}};
    const auto decision = decide({rule}, {std::string(digits), "", {}});
    if (decision.explanation.empty() || (!right && !decision.steps.empty())) std::abort();
    return 0;
}
