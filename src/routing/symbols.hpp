// The sixteen characters that can be dialled, and sets of them: shared by digit maps and route patterns.
// Private.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tipring::routing {

/// Bit n stands for dial_symbols[n].
using SymbolSet = std::uint16_t;

inline constexpr std::string_view dial_symbols = "0123456789*#ABCD";
inline constexpr SymbolSet any_digit = 0x03FF;

/// Empty (0) when the character cannot be dialled.
constexpr SymbolSet symbol_set(char symbol) {
    if (symbol >= 'a' && symbol <= 'd') symbol = static_cast<char>(symbol - 'a' + 'A');
    if (symbol == '\0') return 0;
    const auto index = dial_symbols.find(symbol);
    return index == std::string_view::npos ? SymbolSet{0} : static_cast<SymbolSet>(1U << index);
}

/// Reads "[2-9*]" whose "[" is at `position`; leaves `position` behind the "]", or at the fault.
std::optional<SymbolSet> read_set(std::string_view text, std::size_t& position);

}  // namespace tipring::routing
