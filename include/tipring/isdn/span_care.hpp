// SpanCare: looks after the lines of all spans: compares the driver's settings with the port map, watches each
// line's health once a second, sets loops and runs bit-error tests. Thread: core.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/isdn/bit_error_test.hpp"
#include "tipring/isdn/line_agreement.hpp"
#include "tipring/isdn/line_health.hpp"

namespace tipring::isdn {

struct SpanCareParts {
    base::Reactor& reactor;
    hardware::Board& board;
    media::Engine& engine;
    /// Those that there are now; a span may be replaced while its channels are missing.
    std::function<std::vector<Span*>()> spans;
    /// Event name ("span.loop", "span.unavailable", "span.available"), span and a word about it.
    std::function<void(std::string_view event, const Span& span, std::string_view word)> on_event{};
    std::function<HealthInterval::Time()> wall_clock = [] { return std::chrono::system_clock::now(); };
};

/// What `tipringctl span N` shows of the line.
struct LineSheet {
    hardware::SpanSettings settings;
    hardware::AlarmSet alarms;
    hardware::SpanLoop loop = hardware::SpanLoop::off;  ///< set by this gateway
    std::vector<Disagreement> disagreements;
    std::string error;  ///< why the driver tells nothing; empty: it does
};

class SpanCare {
  public:
    explicit SpanCare(SpanCareParts parts);
    /// Shuts down.
    ~SpanCare();
    SpanCare(const SpanCare&) = delete;
    SpanCare& operator=(const SpanCare&) = delete;

    /// Logs what the driver has otherwise than the port map, and begins to watch.
    void start();
    /// There are other spans than before, or other settings: logs what start() would, but for what stands in the log.
    void lines_changed();
    LineSheet sheet(const Span& span) const;
    /// Null when the span was never looked at; valid as long as this object.
    const LineHealth* health(const Span& span) const;
    HealthState state(const Span& span) const;

    /// Refused while calls are up, unless `force`, which releases them. Undone by shut_down().
    base::Result<void> set_loop(Span& span, hardware::SpanLoop loop, bool force);
    /// The test ends when the result is destroyed.
    base::Result<std::shared_ptr<BitErrorTest>> start_test(Span& span, const BitErrorRequest& request,
                                                           BitErrorObserver observer);
    /// Ends the tests and takes the loops away. Before the spans are shut down.
    void shut_down();

  private:
    SpanCareParts parts_;
    std::map<unsigned, LineHealth> health_;  ///< by the span's number
    std::map<unsigned, hardware::SpanLoop> loops_;
    std::map<unsigned, std::set<std::string>> warned_;  ///< of its line, as it was seen last
    std::vector<std::weak_ptr<BitErrorTest>> tests_;
    base::Timer timer_;
    base::TimePoint next_{};
    bool stopped_ = false;

    void second();
    void look_at(const Span& span, HealthInterval::Time now);
    void tell(std::string_view event, const Span& span, std::string_view word) const;
};

/// Calls on the channels of one span, those under test not among them. Of a trunk: on the first span's.
unsigned calls_of(const SpanView& view);

}  // namespace tipring::isdn
