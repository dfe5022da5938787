// Advice of charge (EN 300 182-1, Q.956): what the network says that a call costs. Values. Thread: any.
#pragma once

#include <cstdint>
#include <string>

namespace tipring::call {

/// When the network speaks.
enum class AdviceTime : std::uint8_t {
    rates,   ///< AOC-S: at the start, what will be charged
    during,  ///< AOC-D: the charge so far
    end,     ///< AOC-E: the charge of the call
};

enum class ChargeKind : std::uint8_t { unknown, free, currency, units };

struct Advice {
    AdviceTime time = AdviceTime::during;
    ChargeKind kind = ChargeKind::unknown;
    /// Thousandths of the currency, or units. What does not fit is cut to the highest value.
    std::uint64_t amount = 0;
    std::string currency{};  ///< as the network names it, at most 10 printable characters; "" with units
    std::string rates{};     ///< AdviceTime::rates: the list in words
    bool subtotal = false;   ///< AdviceTime::during: more may follow

    friend bool operator==(const Advice&, const Advice&) = default;
};

/// "1.250 EUR", "17 units", "free", "unknown", or the rates.
std::string to_text(const Advice& advice);
/// "start", "during", "end"
std::string name(AdviceTime time);

}  // namespace tipring::call
