#include "digit_collector.hpp"

namespace tipring::isdn {

namespace {

/// libpri's numbers end here, too.
constexpr std::size_t longest_number = 63;

}  // namespace

routing::DigitMatch DigitCollector::match(const std::string& number) const {
    using routing::DigitMatch;
    if (map_) return map_->match(number);
    return number.empty() ? DigitMatch::partial : DigitMatch::complete_or_longer;
}

DigitVerdict DigitCollector::add(std::string_view digits, bool sending_complete) {
    using routing::DigitMatch;
    for (const char digit : digits) {
        const auto longer = number_ + digit;
        const bool end = digit == '#' && !number_.empty() && (!map_ || match(longer) == DigitMatch::no_match);
        if (end) return DigitVerdict::complete;
        if (number_.size() == longest_number) return DigitVerdict::complete;
        number_ = longer;
    }
    if (sending_complete) return number_.empty() ? DigitVerdict::too_few : DigitVerdict::complete;
    if (number_.empty()) return DigitVerdict::more;
    switch (match(number_)) {
        case DigitMatch::complete:
        case DigitMatch::no_match:
            return DigitVerdict::complete;
        case DigitMatch::partial:
        case DigitMatch::complete_or_longer:
            break;
    }
    return DigitVerdict::more;
}

DigitVerdict DigitCollector::timeout() const {
    return number_.empty() || match(number_) == routing::DigitMatch::partial ? DigitVerdict::too_few
                                                                             : DigitVerdict::complete;
}

}  // namespace tipring::isdn
