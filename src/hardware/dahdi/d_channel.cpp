// Thread: core.
#include "dahdi/d_channel.hpp"

#include "dahdi/errors.hpp"
#include "tipring/base/text.hpp"

namespace tipring::hardware::dahdi {

base::Result<void> DahdiDChannel::take_event() {
    int event = DAHDI_EVENT_NONE;
    if (const int result = device_.control(channel_.get(), DAHDI_GETEVENT, &event); result < 0) {
        return base::fail(operation_failure(number_, "cannot read an event of the D-channel", -result));
    }
    switch (event) {
        case DAHDI_EVENT_ALARM:
            alarm_ = true;
            break;
        case DAHDI_EVENT_NOALARM:
            alarm_ = false;
            break;
        case DAHDI_EVENT_ABORT:
        case DAHDI_EVENT_OVERRUN:
        case DAHDI_EVENT_BADFCS:
            ++errors_;
            break;
        case DAHDI_EVENT_REMOVED:
            alarm_ = true;
            return base::fail(base::format(
                "channel {}: the driver took the D-channel away; check the card and its module", number_));
        default:
            break;
    }
    return {};
}

base::Result<std::size_t> DahdiDChannel::read(std::span<std::uint8_t> frame) {
    const long count = device_.read(channel_.get(), frame.data(), frame.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (count == -EAGAIN || count == -EINTR) return std::size_t{0};
    if (count != -ELAST) {
        return base::fail(
            operation_failure(number_, "cannot read from the D-channel", static_cast<int>(-count)));
    }
    if (auto taken = take_event(); !taken) return taken.error();
    return std::size_t{0};
}

base::Result<void> DahdiDChannel::write(std::span<const std::uint8_t> frame) {
    for (std::size_t turn = 0; turn < event_queue_size; ++turn) {
        const long count = device_.write(channel_.get(), frame.data(), frame.size());
        if (count == static_cast<long>(frame.size())) return {};
        if (count == -ELAST) {
            if (auto taken = take_event(); !taken) return taken.error();
            continue;
        }
        if (count == -EINTR) continue;
        if (count == -EAGAIN) {
            return base::fail(base::format(
                "channel {}: the D-channel's transmit buffers are full; the frame is lost", number_));
        }
        if (count < 0) {
            return base::fail(
                operation_failure(number_, "cannot write to the D-channel", static_cast<int>(-count)));
        }
        return base::fail(base::format("channel {}: the D-channel took {} of a frame's {} octets", number_,
                                       count, frame.size()));
    }
    return base::fail(base::format("channel {}: the D-channel reports events without end", number_));
}

}  // namespace tipring::hardware::dahdi
