// Numbers of a primary-rate span as they are on the wire (digits with a type of number and a numbering plan,
// Q.931 4.5.8 and 4.5.10) and as the gateway writes them ('+' and E.164, or as they are dialled). Pure. Thread:
// any.
#pragma once

#include <string>
#include <string_view>

#include "tipring/config/number_plan.hpp"

namespace tipring::routing {

/// A number as a Q.931 element carries it.
struct TypedNumber {
    std::string digits;  ///< 0-9 * # A-D
    config::NumberType type = config::NumberType::unknown;
    config::NumberingPlanId plan = config::NumberingPlanId::unknown;
    friend bool operator==(const TypedNumber&, const TypedNumber&) = default;
};

enum class NumberRole {
    called,
    calling,  ///< and the redirecting and the connected number
};

/// A received number as the routes see it: by the first rule for received numbers that fits, otherwise as plan.received
/// says. Then numbers of other plans than E.164 (private, data ...) are never given a country: their digits stay as they
/// are. So do those of an emergency number, whatever its type and the rules, and numbers with fewer than five digits
/// behind a prefix.
std::string received_number(const config::NumberPlan& plan, NumberRole role, const TypedNumber& number);

/// A number of the gateway as the span sends it: by the first rule for sent numbers that fits, otherwise as plan.sent
/// says. A called emergency number leaves as it is unless a rule's `match` is that very number.
TypedNumber sent_number(const config::NumberPlan& plan, NumberRole role, const std::string& number);

/// "49301234 (international, isdn)"; "1234 (unknown, unknown)".
std::string to_text(const TypedNumber& number);
std::string_view name(config::NumberType type);
std::string_view name(config::NumberingPlanId plan);

}  // namespace tipring::routing
