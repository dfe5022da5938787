// What the two handles of an opened channel share: the descriptor, and whether audio flows.
// Thread: built and changed by the core; the media thread reads `audio`.
#pragma once

#include <dahdi/user.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "dahdi/device.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::hardware::dahdi {

/// Events that the driver queues for one channel at most.
inline constexpr std::size_t event_queue_size = DAHDI_MAX_EVENTSIZE;

struct ChannelState {
    Device& device;
    base::Fd descriptor;
    ChannelInfo info;
    int signalling = DAHDI_SIG_NONE;
    dsp::Law wire_law = dsp::Law::alaw;  ///< of the octets that the driver reads and writes
    dsp::Law law = dsp::Law::alaw;       ///< of the octets at the Bearer
    std::atomic<bool> audio{false};

    /// 0 or -errno. A request with an int argument.
    int control(unsigned long request, int value) const noexcept {
        return device.control(descriptor.get(), request, &value);
    }
    int control(unsigned long request, void* argument) const noexcept {
        return device.control(descriptor.get(), request, argument);
    }
};

}  // namespace tipring::hardware::dahdi
