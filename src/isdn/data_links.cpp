#include "data_links.hpp"

#include <algorithm>

namespace tipring::isdn {

DataLinks::Change DataLinks::set_up(std::size_t link, bool up) {
    links_[link].up = up && !links_[link].failed;
    const auto before = active_;
    if (active_ && !links_[*active_].up) active_.reset();
    for (std::size_t i = 0; i < links_.size() && !active_; ++i) {
        if (links_[i].up) active_ = i;
    }
    if (active_ == before) return Change::none;
    if (!active_) return Change::down;
    return before ? Change::switched : Change::up;
}

DataLinks::Change DataLinks::fail(std::size_t link) {
    links_[link].failed = true;
    const auto change = set_up(link, false);
    return std::all_of(links_.begin(), links_.end(), [](const Link& each) { return each.failed; })
               ? Change::failed
               : change;
}

}  // namespace tipring::isdn
