// RestartProcedure: RESTART of channels by our side (Q.931 5.5.1), one channel at a time because libpri
// supervises one. No peer can jam a channel by its silence:
//
// | event                         | channel under restart                     | the channels that wait            |
// | ----------------------------- | ----------------------------------------- | --------------------------------- |
// | RESTART ACKNOWLEDGE           | idle                                      | the next one is its turn          |
// | its turn, carries a call      |                                           | left out: the call shows it well  |
// | its turn, alarm, loop, out of |                                           | waits on, the next one is its turn |
// | service or lent to a test     |                                           |                                   |
// | SETUP of the peer on it       | in use by that call                       | the next one is its turn          |
// | the peer moves our call to it | in use by that call                       | the next one is its turn          |
// | T316 runs out, used by now    | as it is, RESTART would end a call        | the next one is its turn          |
// | T316 runs out, lent to a test | as it is, and waits for another turn      | the next one is its turn          |
// | T316 runs out                 | RESTART again, N316 times in all          |                                   |
// | T316 runs out the last time   | idle, a warning, counted                  | the next one is its turn          |
// | the same for a second channel | idle, a warning, counted                  | given up: they are idle anyway    |
// | in a row                      |                                           |                                   |
// | data link lost                | idle, not counted                         | all are handed back to the caller |
// | data link begun anew by peer  | RESTART again, T316 runs on               |                                   |
//
// Channels that wait are used meanwhile. Layer 2 is back before layer 1 is well for the driver (cards keep an alarm
// for seconds), so a channel in alarm must not lose its turn. Thread: core.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bearer_allocator.hpp"
#include "tipring/base/reactor.hpp"

namespace tipring::isdn {

struct RestartTimes {
    std::chrono::milliseconds t316{120000};  ///< Q.931 table 9-1: wait for RESTART ACKNOWLEDGE
    unsigned n316 = 2;                       ///< Q.931 5.5.1.2: how often RESTART is sent in all
};

class RestartProcedure {
  public:
    struct Counters {
        std::uint64_t acknowledged = 0, failed = 0;
    };

    /// `send` sends RESTART for one channel; `on_failure` hears which channel was not acknowledged.
    RestartProcedure(base::Reactor& reactor, BearerAllocator& allocator, RestartTimes times,
                     std::function<void(unsigned)> send, std::function<void(const std::string&)> on_failure);

    /// Restarts the channel when it is its turn, unless it carries a call by then.
    void add(unsigned position);
    /// Channels that wait may have become idle: due every second.
    void look_again();
    /// RESTART ACKNOWLEDGE; none: for whatever is outstanding. One that nobody waits for any more is counted
    /// neither way.
    void acknowledged(std::optional<unsigned> position);
    /// The other end gave the channel to a call: it works, and nothing more is waited for.
    void shown_idle(unsigned position);
    /// The other end has begun the data link anew: RESTART or its answer may have been on its way and is lost (Q.921
    /// 5.7.2), so it is sent again at once if one is waited for. Neither starts T316 anew nor counts for N316, so
    /// that no peer can hold a channel by it.
    void repeat();
    /// Layer 2 was lost: nothing will be acknowledged. The channels that were not restarted yet.
    std::vector<unsigned> cancel();

    const Counters& counters() const { return counters_; }

  private:
    void next();
    void send();
    void end_current();
    void timed_out();

    base::Timer timer_;
    BearerAllocator& allocator_;
    RestartTimes times_;
    std::function<void(unsigned)> send_;
    std::function<void(const std::string&)> on_failure_;
    std::deque<unsigned> waiting_;
    std::optional<unsigned> current_;
    unsigned sent_ = 0;        // RESTARTs for the current one
    unsigned unanswered_ = 0;  // channels since the last RESTART ACKNOWLEDGE
    Counters counters_;
};

}  // namespace tipring::isdn
