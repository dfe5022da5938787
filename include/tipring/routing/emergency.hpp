// The emergency numbers of one line: those of its list, and what a route makes one of them. A value; pure.
// Thread: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/routing/digit_map.hpp"
#include "tipring/routing/route.hpp"

namespace tipring::routing {

class EmergencyNumbers {
  public:
    /// None at all.
    EmergencyNumbers() = default;
    /// `rules` may be null; `source`: the line whose calls they are.
    EmergencyNumbers(std::vector<std::string> numbers, std::shared_ptr<const std::vector<RouteRule>> rules,
                     Source source);

    /// A number of the list, or one that leaves by the routes as such: with a route that strips the 0, 0112 is
    /// 112. No other prefix counts.
    bool contains(const std::string& called) const;

    /// What the digits are when the numbers of the list can be dialled beside those that `map` has said `found`
    /// of. A listed number is complete at once, unless a longer one of the map or of the list begins with it.
    DigitMatch match(std::string_view digits, DigitMatch found) const;

    /// Those of the list that no route leads anywhere.
    std::vector<std::string> without_route() const;

  private:
    std::vector<std::string> numbers_;
    std::shared_ptr<const std::vector<RouteRule>> rules_;
    Source source_;

    bool listed(std::string_view number) const;
};

}  // namespace tipring::routing
