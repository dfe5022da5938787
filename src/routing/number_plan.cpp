// Type of number and numbering plan, both ways. Pure. Thread: any.
#include "tipring/routing/number_plan.hpp"

#include <algorithm>
#include <optional>

#include "tipring/base/text.hpp"
#include "tipring/routing/route.hpp"

namespace tipring::routing {
namespace {

using config::NumberDirection;
using config::NumberingPlanId;
using config::NumberPlan;
using config::NumberType;
using config::ReceivedForm;
using config::SentForm;

std::string without_plus(std::string_view number) {
    std::string digits;
    std::copy_if(number.begin(), number.end(), std::back_inserter(digits), [](char c) { return c != '+'; });
    return digits;
}

/// Service numbers and extensions begin with no prefix, and * and # belong to no country.
bool only_digits(std::string_view digits) {
    return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A service or emergency number may begin as a prefix does (000 in Australia, 112 in North America).
constexpr std::size_t shortest_behind_prefix = 5;

/// What stands behind the prefix; nothing when the number does not begin with it, or is too short to have one.
std::optional<std::string> behind(std::string_view number, std::string_view prefix) {
    if (prefix.empty() || !number.starts_with(prefix)) return std::nullopt;
    if (number.size() < prefix.size() + shortest_behind_prefix) return std::nullopt;
    return std::string(number.substr(prefix.size()));
}

bool is_emergency(const NumberPlan& plan, const std::string& number) {
    return std::ranges::find(plan.emergency, number) != plan.emergency.end();
}

bool may_be_e164(const TypedNumber& number) {
    return only_digits(number.digits) &&
           (number.plan == NumberingPlanId::isdn || number.plan == NumberingPlanId::unknown ||
            number.plan == NumberingPlanId::national);
}

/// Without the '+'; nothing where nobody can tell the country.
std::optional<std::string> e164_of(const NumberPlan& plan, const TypedNumber& number) {
    if (plan.country_code.empty() || !may_be_e164(number)) return std::nullopt;
    switch (number.type) {
        case NumberType::international:
            return number.digits;
        case NumberType::national:
            if (number.digits.size() < shortest_behind_prefix) return std::nullopt;
            return plan.country_code + number.digits;
        case NumberType::subscriber:
            return plan.country_code + plan.area_code + number.digits;
        case NumberType::unknown:
            // Where two prefixes begin alike (00 and 0), the longer one counts, even of a number too short for it.
            if (!plan.international_prefix.empty() && number.digits.starts_with(plan.international_prefix))
                return behind(number.digits, plan.international_prefix);
            if (const auto national = behind(number.digits, plan.national_prefix))
                return plan.country_code + *national;
            return std::nullopt;
        case NumberType::network_specific:
        case NumberType::abbreviated:
            break;
    }
    return std::nullopt;
}

std::string as_dialled(const NumberPlan& plan, const std::string& e164) {
    const auto own = behind(e164, plan.country_code);
    if (!own) return plan.international_prefix + e164;
    return plan.national_prefix + *own;
}

/// Of a number of the gateway: "+49..." itself, or dialled with a prefix.
std::optional<std::string> e164_of_dialled(const NumberPlan& plan, const std::string& number) {
    if (number.starts_with('+')) {
        auto digits = without_plus(number);
        if (!only_digits(digits)) return std::nullopt;
        return digits;
    }
    return e164_of(plan, {number, NumberType::unknown, NumberingPlanId::unknown});
}

TypedNumber typed(const NumberPlan& plan, const std::string& e164) {
    const auto national = behind(e164, plan.country_code);
    if (!national) return {e164, NumberType::international, NumberingPlanId::isdn};
    if (const auto local = behind(*national, plan.area_code))
        return {*local, NumberType::subscriber, NumberingPlanId::isdn};
    return {*national, NumberType::national, NumberingPlanId::isdn};
}

bool is_for(const config::NumberRule& rule, NumberDirection direction, NumberRole role) {
    return rule.direction == direction && (role == NumberRole::called ? rule.called : rule.calling);
}

bool fits_received(const config::NumberRule& rule, NumberRole role, const TypedNumber& number) {
    return is_for(rule, NumberDirection::received, role) && rule.type.value_or(number.type) == number.type &&
           rule.plan.value_or(number.plan) == number.plan && matches(rule.match, number.digits);
}

std::string behind_stripped(const config::NumberRule& rule, const std::string& number) {
    return number.substr(std::min<std::size_t>(rule.strip, number.size()));
}

TypedNumber by_rule(const config::NumberRule& rule, const std::string& number) {
    TypedNumber result;
    result.digits = rule.prefix + without_plus(behind_stripped(rule, number));
    result.type = rule.type.value_or(NumberType::unknown);
    result.plan = rule.plan.value_or(result.type == NumberType::unknown ? NumberingPlanId::unknown
                                                                        : NumberingPlanId::isdn);
    return result;
}

}  // namespace

std::string received_number(const NumberPlan& plan, NumberRole role, const TypedNumber& number) {
    const auto as_is = [&] {
        return number.type == NumberType::international ? "+" + number.digits : number.digits;
    };
    if (number.digits.empty() || is_emergency(plan, number.digits)) return number.digits;
    for (const auto& rule : plan.rules) {
        if (fits_received(rule, role, number)) return rule.prefix + behind_stripped(rule, number.digits);
    }
    if (plan.received == ReceivedForm::as_is) return as_is();
    const auto e164 = e164_of(plan, number);
    if (!e164) return as_is();
    return plan.received == ReceivedForm::e164 ? "+" + *e164 : as_dialled(plan, *e164);
}

TypedNumber sent_number(const NumberPlan& plan, NumberRole role, const std::string& number) {
    const bool emergency = is_emergency(plan, number);
    if (number.empty()) return {};
    for (const auto& rule : plan.rules) {
        // A rule for extensions or for any number must not change whom a call for help reaches.
        const bool means_it = !emergency || role != NumberRole::called || rule.match == number;
        if (is_for(rule, NumberDirection::sent, role) && means_it && matches(rule.match, number))
            return by_rule(rule, number);
    }
    if (emergency) return {number, NumberType::unknown, NumberingPlanId::unknown};
    const auto e164 = e164_of_dialled(plan, number);
    if (e164 && plan.sent == SentForm::typed && !plan.country_code.empty()) return typed(plan, *e164);
    if (e164 && plan.sent == SentForm::dialled && !plan.country_code.empty())
        return {as_dialled(plan, *e164), NumberType::unknown, NumberingPlanId::unknown};
    if (number.starts_with('+'))
        return {without_plus(number), NumberType::international, NumberingPlanId::isdn};
    return {number, NumberType::unknown, NumberingPlanId::unknown};
}

std::string_view name(NumberType type) {
    switch (type) {
        case NumberType::unknown:
            return "unknown";
        case NumberType::international:
            return "international";
        case NumberType::national:
            return "national";
        case NumberType::network_specific:
            return "network_specific";
        case NumberType::subscriber:
            return "subscriber";
        case NumberType::abbreviated:
            return "abbreviated";
    }
    return "?";
}

std::string_view name(NumberingPlanId plan) {
    switch (plan) {
        case NumberingPlanId::unknown:
            return "unknown";
        case NumberingPlanId::isdn:
            return "isdn";
        case NumberingPlanId::data:
            return "data";
        case NumberingPlanId::telex:
            return "telex";
        case NumberingPlanId::national:
            return "national";
        case NumberingPlanId::private_plan:
            return "private";
    }
    return "?";
}

std::string to_text(const TypedNumber& number) {
    return base::format("{} ({}, {})", base::printable(number.digits, 60), name(number.type),
                        name(number.plan));
}

}  // namespace tipring::routing
