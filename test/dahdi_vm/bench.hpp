// Two ends of the same wires for the driver tests: spans of the real driver that system.conf joins, or the
// virtual board. Thread: the test's.
#pragma once

#include <memory>

#include "tipring/hardware/board.hpp"

namespace tipring::test {

/// Boards and numbers of wires; wire `n` (from 0) has a near and a far end. On the real driver both boards
/// are the same.
class Bench {
  public:
    virtual ~Bench() = default;
    virtual hardware::Board& near() = 0;
    virtual hardware::Board& far() = 0;
    virtual bool is_real() const = 0;
    /// Line wires: near end fxs, far end fxo.
    virtual base::ChannelNumber fxs(unsigned wire) const = 0;
    virtual base::ChannelNumber fxo(unsigned wire) const = 0;
    /// B-channels (wire 0..14) and the D-channel of one E1.
    virtual base::ChannelNumber near_bearer(unsigned wire) const = 0;
    virtual base::ChannelNumber far_bearer(unsigned wire) const = 0;
    virtual base::ChannelNumber near_d_channel() const = 0;
    virtual base::ChannelNumber far_d_channel() const = 0;
};

/// By the environment: TIPRING_BENCH=simulator, or the real driver (the default). Throws when there is none.
Bench& bench();

}  // namespace tipring::test
