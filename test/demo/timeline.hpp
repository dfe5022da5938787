// The demo's printed story: steps with the time since the call began, checks, and the table at the end.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tipring/farend/audio.hpp"

namespace tipring::demo {

/// One direction of one call, as it was heard.
struct Direction {
    std::string listener;
    farend::Match match;
    std::string file;
    std::chrono::milliseconds stood_still{0};  ///< by the machine itself, while this was said
    bool good() const;
};

/// A row of the table.
struct CallResult {
    std::string title;
    std::chrono::milliseconds setup{0};
    std::string codec = "-";
    std::uint64_t sent = 0, received = 0, lost = 0;
    bool has_rtp = false;
    std::vector<Direction> directions;
    std::string failure;
    bool good() const;
};

class Timeline {
  public:
    void begin(const std::string& title);
    void step(const std::string& text);
    void fail(const std::string& text);
    std::chrono::milliseconds elapsed() const;
    void print_table(const std::vector<CallResult>& results) const;

  private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace tipring::demo
