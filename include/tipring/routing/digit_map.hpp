// Digit map of RFC 3435 2.1.5 style: alternatives joined by "|" of 0-9 * # A-D, x (any digit), [2-9] (range), "." (zero or
// more of the element before it), T (needs the inter-digit timer). Pure. Thread: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tipring/base/result.hpp"

namespace tipring::routing {

enum class DigitMatch {
    no_match,     ///< no number can begin like this
    partial,      ///< more digits are needed
    complete,     ///< a number; nothing longer could match: dial at once
    complete_or_longer,  ///< a number, but a longer one could match: dial after the short timer
};

class DigitMap {
  public:
    /// Error names the position and what was expected.
    static base::Result<DigitMap> parse(std::string_view text);
    DigitMatch match(std::string_view digits) const;
    const std::string& text() const { return text_; }

  private:
    struct Program;
    std::string text_;
    std::shared_ptr<const Program> program_;
};

}  // namespace tipring::routing
