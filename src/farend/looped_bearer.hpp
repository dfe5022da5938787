// LoopedBearer: a B-channel whose octets go back to where they came from, with the faults of a bad line on request.
// Private to farend. Thread: far end.
#pragma once

#include <array>

#include "tipring/farend/far_end.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::farend {

class LoopedBearer {
  public:
    explicit LoopedBearer(hardware::Channel& channel);
    ~LoopedBearer();
    LoopedBearer(const LoopedBearer&) = delete;
    LoopedBearer& operator=(const LoopedBearer&) = delete;

    void set_faults(const LoopFaults& faults);
    /// Reads until nothing is left, and writes it. False when the channel is gone.
    bool pump();

  private:
    using Block = std::array<std::uint8_t, hardware::block_samples>;

    hardware::Channel& channel_;
    LoopFaults faults_;
    std::uint32_t bits_to_error_ = 0;
    bool late_ = false;      ///< an octet later than it would be without slips
    std::uint8_t held_ = 0;  ///< while late: the next octet to go

    void damage(Block& block);
    void delay(Block& block);
};

}  // namespace tipring::farend
