// Lines: the ports, groups and spans of the port map, each on its opened channels, and known to the call
// manager. Thread: core.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "line_plans.hpp"
#include "tipring/analog/port.hpp"
#include "tipring/base/reactor.hpp"
#include "tipring/base/result.hpp"
#include "tipring/call/call_manager.hpp"
#include "tipring/config/config.hpp"
#include "tipring/isdn/span.hpp"
#include "tipring/sip/service.hpp"
#include "tipring/telemetry/event_log.hpp"

namespace tipring::daemon {

class Lines {
  public:
    /// References outlive the lines.
    struct Parts {
        base::Reactor& reactor;
        const config::Config& config;
        hardware::Board& board;
        media::Engine& engine;
        call::CallManager& calls;
        telemetry::EventLog& events;
        /// ports() or spans() have others than before.
        std::function<void()> on_replaced;
        /// Why the SIP account (the first) cannot be used for the port with this number now, "" when it can.
        std::function<std::string(const std::string&, const std::string&)> sip_fault = {};
    };
    explicit Lines(Parts parts);

    /// Opens all that can be opened; fails when that is nothing. The others are missing and tried again every
    /// five seconds: a card's driver may come up late, and one dead card must not silence the emergency
    /// telephone beside it.
    base::Result<void> open();
    /// The configuration is another one now. What a free line is made of changes at once; a line in use is left alone
    /// until it is free. What was done, for people: "port 204 (channel 3): changed".
    std::vector<std::string> adopt();
    /// Those that will change, or go, as soon as they are free: "port 204 (channel 3)".
    std::vector<std::string> waiting() const;
    /// A line that was made anew has not got its channel yet; on_replaced tells when it has.
    bool settling() const;
    /// The configuration with the ports and spans as they are now: those that wait have their old settings.
    config::Config as_made() const;
    /// With the built-in ones of the ports and spans as they are now.
    const std::vector<routing::RouteRule>& routes() const { return *routes_; }
    /// "port 204 (channel 3): why"
    std::vector<std::string> missing_lines() const;
    std::vector<analog::Port*> ports() const;
    std::vector<isdn::Span*> spans() const;
    std::size_t missing() const;
    /// The telephones whose mailbox it is are told.
    void set_messages(const sip::Identity& identity, const sip::MessageSummary& summary);
    void shut_down();

  private:
    template <class Line, class Plan>
    struct Slot {
        std::unique_ptr<Line> line;
        Plan plan;  ///< what the line is made of
        /// The channel may not be free yet: the media thread has to let go of the line that was here before.
        base::TimePoint settling_until{};
        base::TimePoint try_next_at{};  ///< while it is missing
        /// Of a span, by the operator: number of the span, timeslot.
        std::set<std::pair<unsigned, unsigned>> out_of_service{};
    };
    using PortSlot = Slot<analog::Port, PortPlan>;
    using SpanSlot = Slot<isdn::Span, SpanPlan>;

    Parts parts_;
    /// Shared with the telephones, which look at it when they need it.
    const std::shared_ptr<std::vector<routing::RouteRule>> routes_;
    analog::ServiceStore services_;
    std::vector<PortPlan> wanted_ports_;
    std::vector<SpanPlan> wanted_spans_;
    std::vector<PortSlot> ports_;
    std::vector<SpanSlot> spans_;
    std::vector<std::unique_ptr<call::Exit>> groups_;
    /// Replaced ones, until the next look: whoever replaced them may be called by them.
    std::vector<std::unique_ptr<analog::Port>> former_ports_;
    std::vector<std::unique_ptr<isdn::Span>> former_spans_;
    std::vector<std::unique_ptr<call::Exit>> former_groups_;
    base::Timer timer_;

    void want();
    base::Result<std::unique_ptr<analog::Port>> make(const PortPlan& plan);
    base::Result<std::unique_ptr<isdn::Span>> make(const SpanPlan& plan);
    void make_groups();
    void publish(const isdn::SpanEvent& event, const isdn::SpanView& view);
    void announce(call::Exit& exit);
    std::vector<std::string> settle();
    void renew_routes();
    template <class AnySlot, class Plan, class Line>
    void settle(std::vector<AnySlot>& slots, const std::vector<Plan>& wanted,
                std::vector<std::unique_ptr<Line>>& former, std::vector<std::string>& done);
    /// True when the line was replaced, by the real one or by a stand-in with another reason.
    template <class AnySlot, class Line>
    bool try_missing(AnySlot& slot, std::vector<std::unique_ptr<Line>>& former);
    bool try_missing();
    void look_again();
    base::Duration next_look() const;
};

}  // namespace tipring::daemon
