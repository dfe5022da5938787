// What the control commands may look at and act on. The daemon fills it and keeps it up to date. Thread:
// core.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tipring/analog/port.hpp"
#include "tipring/call/call_manager.hpp"
#include "tipring/farend/far_end.hpp"
#include "tipring/isdn/span.hpp"
#include "tipring/isdn/span_care.hpp"
#include "tipring/media/engine.hpp"
#include "tipring/routing/route.hpp"
#include "tipring/sip/service.hpp"
#include "tipring/telemetry/event_log.hpp"

namespace tipring::control {

/// The outside world that the daemon keeps in its own process when it runs on the virtual board. Nothing is
/// owned.
struct Simulation {
    std::map<unsigned, farend::Telephone*> telephones;           ///< by the channel of the fxs port
    std::map<unsigned, farend::CentralOffice*> central_offices;  ///< by the channel of the fxo port
    struct Network {
        std::string span;  ///< name of the span, as in routes
        farend::IsdnNetwork* network = nullptr;
    };
    std::vector<Network> networks;
    /// Calls of the networks that are not over, oldest first; kept by the sim commands.
    std::vector<std::shared_ptr<farend::IsdnCall>> isdn_calls;
};

/// What came of a reload of the configuration, for people.
struct ReloadReport {
    std::vector<std::string> problems;  ///< nothing was changed then
    std::vector<std::string> done;      ///< "port 204 (channel 3): changed"
    std::vector<std::string>
        waiting;  ///< lines in use that change, or go, when they are free; what waits for them
    std::vector<std::string> missing;  ///< lines that cannot be opened, changed or not, each with the reason
};

using ReloadAnswer = std::function<void(const ReloadReport&)>;

struct System {
    std::vector<analog::Port*> ports;
    std::vector<isdn::Span*> spans;
    sip::Service* sip = nullptr;  ///< null: no SIP configured
    call::CallManager& calls;
    telemetry::EventLog& events;
    media::Engine& engine;
    std::string version;
    std::chrono::system_clock::time_point started;
    base::TimePoint started_steady{};  ///< the same moment; no step of the system's time moves it
    std::string board;                 ///< "dahdi" or "simulator"
    std::string config_file;
    std::vector<routing::RouteRule> routes;  ///< what `routes.explain` explains
    Simulation* simulation = nullptr;        ///< null on real hardware
    isdn::SpanCare* span_care = nullptr;     ///< null: there are no spans
    /// Answers now, or when the new lines have their channels.
    std::function<void(ReloadAnswer)> reload{};
    /// ReloadReport::waiting, now.
    std::function<std::vector<std::string>()> waiting{};
};

}  // namespace tipring::control
