// BackOff: how long to wait before the next attempt at something that failed: doubling, with jitter, so that
// a hundred ports do not come back in one burst. Pure. Thread: any.
#pragma once

#include <algorithm>
#include <chrono>

namespace tipring::sip {

class BackOff {
  public:
    BackOff(std::chrono::milliseconds first, std::chrono::milliseconds longest)
        : first_(first), longest_(longest), next_(first) {}

    /// The wait before the next attempt: between 75 and 125 per cent of the step. `random` is in [0, 1).
    std::chrono::milliseconds next(double random) {
        const auto step = next_;
        next_ = std::min(next_ * 2, longest_);
        return std::chrono::milliseconds(
            static_cast<long>(static_cast<double>(step.count()) * (0.75 + 0.5 * random)));
    }
    void reset() { next_ = first_; }

  private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds longest_;
    std::chrono::milliseconds next_;
};

}  // namespace tipring::sip
