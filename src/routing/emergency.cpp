// EmergencyNumbers (emergency.hpp). Thread: any; pure.
#include "tipring/routing/emergency.hpp"

#include <algorithm>
#include <utility>

namespace tipring::routing {

EmergencyNumbers::EmergencyNumbers(std::vector<std::string> numbers,
                                   std::shared_ptr<const std::vector<RouteRule>> rules, Source source)
    : numbers_(std::move(numbers)), rules_(std::move(rules)), source_(std::move(source)) {}

bool EmergencyNumbers::listed(std::string_view number) const {
    return std::ranges::find(numbers_, number) != numbers_.end();
}

bool EmergencyNumbers::contains(const std::string& called) const {
    if (listed(called)) return true;
    if (!rules_) return false;
    const auto decision = decide(*rules_, {called, {}, source_});
    return std::ranges::any_of(decision.steps, [&](const Step& step) { return listed(step.called); });
}

DigitMatch EmergencyNumbers::match(std::string_view digits, DigitMatch found) const {
    if (digits.empty()) return found;
    const bool number = listed(digits);
    const bool longer = std::ranges::any_of(numbers_, [&](const std::string& one) {
        return one.size() > digits.size() && one.starts_with(digits);
    });
    if (!number && !longer) return found;
    const bool also_number =
        number || found == DigitMatch::complete || found == DigitMatch::complete_or_longer;
    const bool also_longer =
        longer || found == DigitMatch::partial || found == DigitMatch::complete_or_longer;
    if (!also_number) return DigitMatch::partial;
    return also_longer ? DigitMatch::complete_or_longer : DigitMatch::complete;
}

std::vector<std::string> EmergencyNumbers::without_route() const {
    auto numbers = numbers_;
    std::erase_if(numbers, [&](const std::string& number) {
        return rules_ && !decide(*rules_, {number, {}, source_}).steps.empty();
    });
    return numbers;
}

}  // namespace tipring::routing
