// DigitCollector: when a number that comes digit by digit is complete (overlap receiving, Q.931 5.1.3). Pure.
//
// The calling side may say so (Sending complete), the caller by '#', the digit map as soon as nothing longer can
// match, or T302 when the map takes what is there. A number that the map cannot match at all is complete, too: the
// routes decide about it, as they do about one that comes in one piece. Thread: core.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tipring/routing/digit_map.hpp"

namespace tipring::isdn {

enum class DigitVerdict {
    more,      ///< wait for the next digit, T302 at most
    complete,  ///< number() is what is called
    too_few,   ///< nothing that can be called: cause 28
};

class DigitCollector {
  public:
    /// Without a map every number may grow.
    explicit DigitCollector(std::optional<routing::DigitMap> map) : map_(std::move(map)) {}

    DigitVerdict add(std::string_view digits, bool sending_complete);
    DigitVerdict timeout() const;
    const std::string& number() const { return number_; }

  private:
    routing::DigitMatch match(const std::string& number) const;

    std::optional<routing::DigitMap> map_;
    std::string number_;
};

}  // namespace tipring::isdn
