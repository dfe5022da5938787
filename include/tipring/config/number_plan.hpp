// How telephone numbers are written on a primary-rate span: type of number and numbering plan (Q.931 4.5.8,
// 4.5.10), the country's prefixes, and the operator's own rules. A value. Thread: any to read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tipring::config {

/// Q.931 table 4-9, coded as there.
enum class NumberType : std::uint8_t {
    unknown = 0,
    international = 1,
    national = 2,
    network_specific = 3,
    subscriber = 4,
    abbreviated = 6,
};

/// Q.931 table 4-9, coded as there.
enum class NumberingPlanId : std::uint8_t {
    unknown = 0,
    isdn = 1,  ///< E.164
    data = 3,
    telex = 4,
    national = 8,
    private_plan = 9,
};

/// What becomes of the numbers that the span receives, where no rule fits.
enum class ReceivedForm : std::uint8_t {
    as_is,    ///< digits as they come; '+' in front of an international one
    e164,     ///< '+' and country code wherever the type (or, for an unknown type, a prefix) tells them
    dialled,  ///< as a telephone of the country would dial it: with prefixes, without '+'
};

/// What becomes of the numbers that the span sends, where no rule fits.
enum class SentForm : std::uint8_t {
    as_is,    ///< type unknown; '+' becomes type international
    typed,    ///< '+' and prefixes become types: subscriber, national or international
    dialled,  ///< type unknown, with the prefixes of the country
};

/// Seen from the gateway.
enum class NumberDirection : std::uint8_t { sent, received };

/// One number of the operator's own making: first match wins. A sent number gets its type and plan from the rule; of a
/// received one they have to be those of the rule, which fits any when it names none.
struct NumberRule {
    std::string match;                    ///< pattern as in routes; empty: any number
    bool called = true, calling = true;   ///< for called numbers; for calling, redirecting and connected ones
    std::optional<NumberType> type;       ///< sent, default: unknown
    std::optional<NumberingPlanId> plan;  ///< sent, default: isdn where the type is known, otherwise unknown
    unsigned strip = 0;  ///< characters taken off the front, a '+' (only sent ones have it) among them
    std::string prefix;  ///< put in front afterwards
    NumberDirection direction = NumberDirection::sent;
    friend bool operator==(const NumberRule&, const NumberRule&) = default;
};

struct NumberPlan {
    std::string country_code;  ///< "49"; empty: not known, and as_is is all that can be done
    std::string area_code;     ///< "30"; empty: none, or the country has none
    std::string international_prefix = "00", national_prefix = "0";
    ReceivedForm received = ReceivedForm::as_is;
    SentForm sent = SentForm::as_is;
    std::vector<NumberRule> rules;
    std::vector<std::string> emergency;  ///< never rewritten; the country's, or the gateway's own instead
    friend bool operator==(const NumberPlan&, const NumberPlan&) = default;
};

/// The prefixes of a country (ITU-T list of dialling procedures), for those who name only a country; code of the
/// tone zone or of ISO 3166. Without country code for one that is not known; its emergency numbers are 112 and 911.
NumberPlan country_number_plan(const std::string& country);

}  // namespace tipring::config
