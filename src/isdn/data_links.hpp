// DataLinks: which of the D-channels of a trunk is in use. A value machine. Pure. Thread: any.
//
// | event                            | the link in use  | told                                         |
// | -------------------------------- | ---------------- | -------------------------------------------- |
// | a link comes up, none was up     | this one         | up                                           |
// | a link comes up, another is used | the other        | nothing: no switching without need           |
// | the link in use goes down        | the other, if up | switched; without another: down              |
// | another link goes down           | as it was        | nothing                                      |
// | a link fails                     | as "goes down"   | failed when no other is left                 |
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace tipring::isdn {

class DataLinks {
  public:
    enum class Change { none, up, down, switched, failed };

    /// `count` links, all down. The first is the primary.
    explicit DataLinks(std::size_t count = 1) : links_(count) {}
    void add() { links_.emplace_back(); }
    Change set_up(std::size_t link, bool up);
    /// For good.
    Change fail(std::size_t link);

    std::size_t count() const { return links_.size(); }
    bool up(std::size_t link) const { return links_[link].up; }
    bool failed(std::size_t link) const { return links_[link].failed; }
    std::optional<std::size_t> active() const { return active_; }

  private:
    struct Link {
        bool up = false, failed = false;
    };
    std::vector<Link> links_;
    std::optional<std::size_t> active_;
};

}  // namespace tipring::isdn
