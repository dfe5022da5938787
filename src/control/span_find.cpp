#include "span_find.hpp"

#include "tipring/base/text.hpp"

namespace tipring::control {

isdn::Span* find_span(const System& system, std::string_view text) {
    for (auto* span : system.spans) {
        if (std::to_string(span->settings().number) == text) return span;
    }
    for (auto* span : system.spans) {
        if (span->settings().name == text) return span;
    }
    return nullptr;
}

CommandError no_such_span(const System& system, std::string_view text) {
    std::string have;
    for (const auto* span : system.spans) {
        have += base::format("{}{}", have.empty() ? "" : ", ", span->settings().number);
        if (span->settings().name != std::to_string(span->settings().number))
            have += base::format(" ({})", span->settings().name);
    }
    return {rpc_code::not_found, base::format("there is no span {}; number (name): {}",
                                              base::printable(text, 60), have.empty() ? "none" : have)};
}

}  // namespace tipring::control
