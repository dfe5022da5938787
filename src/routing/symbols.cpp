// Reader of sets such as [2-9*]. Thread: any; pure.
#include "symbols.hpp"

namespace tipring::routing {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::optional<SymbolSet> read_set(std::string_view text, std::size_t& position) {
    SymbolSet set = 0;
    ++position;
    while (position < text.size() && text[position] != ']') {
        const char first = text[position];
        if (symbol_set(first) == 0) return std::nullopt;
        const bool range = position + 2 < text.size() && text[position + 1] == '-';
        if (!range) {
            set |= symbol_set(first);
            ++position;
            continue;
        }
        const char last = text[position + 2];
        if (!is_digit(first) || !is_digit(last) || last < first) {
            position += 2;
            return std::nullopt;
        }
        for (char c = first; c <= last; ++c)
            set |= symbol_set(c);
        position += 3;
    }
    if (position >= text.size() || set == 0) return std::nullopt;
    ++position;
    return set;
}

}  // namespace tipring::routing
