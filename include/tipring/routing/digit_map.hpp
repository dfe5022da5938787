// Digit map of RFC 3435 2.1.5 style: alternatives joined by "|" of 0-9 * # A-D, x (any of 0-9), [2-9*] (set),
// "." (zero or more of the element before it), and T at the end (a number only after the inter-digit timer).
// Blanks are ignored, and parentheses around the whole may be there. Pure. Thread: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tipring/base/result.hpp"

namespace tipring::routing {

enum class DigitMatch {
    no_match,            ///< no number can begin like this
    partial,             ///< more digits are needed
    complete,            ///< a number; nothing longer could match: dial at once
    complete_or_longer,  ///< a number, but a longer one could match: dial after the short timer
};

class DigitMap {
  public:
    /// Error names the position and what was expected. At most 4096 characters.
    static base::Result<DigitMap> parse(std::string_view text);
    /// No digit at all is partial. An alternative with T is complete_or_longer at most. Any input is safe: a
    /// character that nobody can dial makes it no_match. All alternatives are followed at once, so the time
    /// is digits x map length at worst.
    DigitMatch match(std::string_view digits) const;
    const std::string& text() const { return text_; }

  private:
    struct Program;
    std::string text_;
    std::shared_ptr<const Program> program_;
};

}  // namespace tipring::routing
