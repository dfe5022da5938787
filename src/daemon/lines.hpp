// Lines: the ports, groups and spans of the port map, each on its opened channels, and known to the call
// manager. Thread: core.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

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
    };
    explicit Lines(Parts parts);

    /// Opens all that can be opened; fails when that is nothing. The others are missing and tried again every
    /// five seconds: a card's driver may come up late, and one dead card must not silence the emergency
    /// telephone beside it.
    base::Result<void> open();
    std::vector<analog::Port*> ports() const;
    std::vector<isdn::Span*> spans() const;
    std::size_t missing() const;
    /// The telephones whose mailbox it is are told.
    void set_messages(const sip::Identity& identity, const sip::MessageSummary& summary);
    void shut_down();

  private:
    Parts parts_;
    const std::shared_ptr<const std::vector<routing::RouteRule>> routes_;
    analog::ServiceStore services_;
    std::vector<std::unique_ptr<analog::Port>> ports_;
    std::vector<std::unique_ptr<isdn::Span>> spans_;
    std::vector<std::unique_ptr<call::Exit>> groups_;
    /// Replaced ones, until no call that looks for a way out can know their exits any more.
    std::vector<std::unique_ptr<analog::Port>> former_ports_;
    std::vector<std::unique_ptr<isdn::Span>> former_spans_;
    std::vector<std::unique_ptr<call::Exit>> former_groups_;
    base::Timer retry_timer_;

    base::Result<std::unique_ptr<analog::Port>> make_port(const config::Port& settings);
    base::Result<std::unique_ptr<isdn::Span>> make_span(const config::Span& settings);
    void make_groups();
    void publish(const isdn::SpanEvent& event, const isdn::SpanView& view);
    void announce(call::Exit& exit);
    /// True when the line was replaced, by the real one or by a stand-in with another reason.
    template <class Line, class Make, class MakeMissing>
    bool try_missing(std::unique_ptr<Line>& line, std::vector<std::unique_ptr<Line>>& former, Make make,
                     MakeMissing make_missing);
    bool try_missing();
    void retry();
};

}  // namespace tipring::daemon
