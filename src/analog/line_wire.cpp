// When a wire is really released. Thread: core.
#include "line_wire.hpp"

#include <chrono>

namespace tipring::analog {
namespace {

/// A bit more than the driver's debounce after a seizure (DAHDI_DEFAULT_DEBOUNCETIME, 600 ms).
constexpr std::chrono::milliseconds debounce_time{650};
/// Much more than the driver's battery drop (500 ms), whose end it reports. A release without a drop (other
/// signalling, or the phone is down already) reports none.
constexpr std::chrono::milliseconds drop_limit{1500};
/// A bit more than the driver refuses to ring or seize for after the drop (300 ms, DAHDI's AFTERKEWL state).
constexpr std::chrono::milliseconds settle_time{400};

}  // namespace

LineWire::LineWire(base::Reactor& reactor, hardware::LineControl& control, bool fxs, Handlers handlers)
    : control_(control), fxs_(fxs), handlers_(std::move(handlers)), debounce_(reactor), drop_(reactor) {}

// While it debounces a seizure the driver does not see the phone go down. Released in that time it would keep
// in mind a lifted phone, and say nothing when it is lifted the next time: no dial tone, no answer. After it
// the driver either drops the battery, which makes it forget, or has reported the phone.
base::Result<void> LineWire::seize() {
    auto result = control_.seize();
    if (!result || !fxs_) return result;
    drop_.stop();  // the driver takes no seizure before it has settled
    release_waits_ = false;
    debounce_.start(debounce_time, [this] {
        if (release_waits_) release_now();
    });
    return result;
}

void LineWire::release(bool off_hook) {
    drop_follows_ = fxs_ && off_hook;
    if (debounce_.running()) {
        release_waits_ = true;
    } else {
        release_now();
    }
}

void LineWire::release_now() {
    release_waits_ = false;
    debounce_.stop();
    handlers_.on_released(control_.release());
    if (drop_follows_) drop_.start(drop_limit, [this] { handlers_.on_settled(); });
}

void LineWire::hook_complete() {
    if (drop_.running()) drop_.start(settle_time, [this] { handlers_.on_settled(); });
}

void LineWire::shut_down() {
    if (release_waits_) release_now();
    drop_.stop();
}

}  // namespace tipring::analog
