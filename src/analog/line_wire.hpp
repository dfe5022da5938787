// LineWire: seizes and releases the wire of one line at the times at which the driver takes it well. After a
// seizure and after a release an fxs driver is blind for a while. Thread: core.
#pragma once

#include <functional>

#include "tipring/base/reactor.hpp"
#include "tipring/base/result.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::analog {

class LineWire {
  public:
    struct Handlers {
        /// Told of the result of every release.
        std::function<void(const base::Result<void>&)> on_released;
        /// The driver has dropped the battery of a lifted phone and settled: the line can ring and be seized
        /// again. Not all that the hook did in the meantime was reported.
        std::function<void()> on_settled;
    };

    LineWire(base::Reactor& reactor, hardware::LineControl& control, bool fxs, Handlers handlers);

    base::Result<void> seize();
    /// At once, or after the debounce. `off_hook`: the phone is up as far as anybody knows, so with fxs
    /// on_settled follows, unless the wire is seized before.
    void release(bool off_hook);
    /// The board's report of that name.
    void hook_complete();
    /// Releases at once what waits; on_settled is not called any more.
    void shut_down();
    /// The board would refuse to ring: it has not released the wire, or not settled after that.
    bool busy() const { return release_waits_ || drop_.running(); }
    /// The board would refuse to seize; on_settled follows.
    bool settling() const { return drop_.running(); }

  private:
    hardware::LineControl& control_;
    const bool fxs_;
    const Handlers handlers_;
    base::Timer debounce_;        ///< runs while the driver does not see a phone's hook after a seizure
    base::Timer drop_;            ///< runs while the driver drops a phone's battery and settles
    bool release_waits_ = false;  ///< the board is told after the debounce
    bool drop_follows_ = false;   ///< the phone was up when the wire was released

    void release_now();
};

}  // namespace tipring::analog
