// CallManager: owns all calls and their legs, finds destinations by the routes, tries the next one when one
// fails, joins the audio, and writes one record a call. Thread: core.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tipring/base/reactor.hpp"
#include "tipring/call/leg.hpp"

namespace tipring::call {

/// One ended call, as it goes into the log.
struct CallRecord {
    base::CallId id;
    std::string from_endpoint, to_endpoint;
    Party caller;
    std::string called, route;
    std::chrono::system_clock::time_point started;
    std::chrono::milliseconds setup{0};  ///< start to answer (or to the end, when not answered)
    std::chrono::milliseconds talk{0};   ///< 0: not answered
    Cause cause;
    std::string released_by;  ///< "caller", "called", "gateway"
    unsigned attempts = 0;    ///< destinations tried
};

enum class CallState { routing, proceeding, alerting, talking, releasing };
std::string_view name(CallState state);

/// What `tipringctl calls` shows.
struct CallView {
    base::CallId id;
    CallState state = CallState::routing;
    std::string from_endpoint, to_endpoint, caller, called, route;
    std::chrono::milliseconds duration{0};  ///< since the state began (talking) or the call began
    media::EndpointId from_media, to_media;
};

class CallManager final : public CallSink {
  public:
    struct Options {
        /// How long a called party may ring before the next destination is tried, or the call ends with
        /// cause 19.
        std::chrono::seconds no_answer{120};
        /// How long a destination may take to ring after its last sign of life (Q.931 table 9-2, T310: 30 to
        /// 120 s).
        std::chrono::seconds no_progress{60};
    };

    CallManager(base::Reactor& reactor, media::Connector& connector, Options options);
    ~CallManager() override;

    void set_routes(std::vector<routing::RouteRule> rules);
    /// The exit must outlive the manager or be removed first (its calls are then released by their legs).
    void add_exit(Exit& exit);
    void remove_exit(const routing::Destination& destination);

    base::LegId next_leg_id() override;
    void incoming(std::unique_ptr<Leg> leg, const CallRequest& request) override;

    std::vector<CallView> calls() const;
    /// False when there is no such call.
    bool hang_up(base::CallId id, const Cause& cause);
    void hang_up_all(const Cause& cause);
    std::uint64_t total() const;

    /// Told of every state change and every record.
    std::function<void(const CallView&)> on_change;
    std::function<void(const CallRecord&)> on_record;

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace tipring::call
