// CallManager: owns all calls and their legs, finds destinations by the routes, tries the next one when one
// fails, joins the audio, and writes one record a call. Thread: core.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tipring/base/reactor.hpp"
#include "tipring/base/result.hpp"
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
    /// "caller", "called", "gateway"; "transferred": the party that came into the call by a transfer.
    std::string released_by;
    unsigned attempts = 0;  ///< destinations tried
    /// Cause::method of the end: "battery", "busy_tone" ...; empty: nothing was detected.
    std::string disconnect;
    std::vector<Diversion> diversions;  ///< who sent the call on, before it came here and here; latest first
    /// Numbers that one side was transferred to during the call, joined by commas; the other fields of the
    /// record stay those of the call before the first transfer.
    std::string transferred_to;
    std::string transfer_endpoint;  ///< the leg of the last transfer, when one was opened
    /// The call that this one has exchanged a leg with (attended transfer, pick-up).
    base::CallId joined;
    std::string charge;            ///< of the last advice of charge; empty: there was none
    std::string identification{};  ///< malicious call: "asked", "done", "refused"; empty: none
};

enum class CallState { routing, proceeding, alerting, talking, releasing };
std::string_view name(CallState state);

/// What `tipringctl calls` shows.
struct CallView {
    base::CallId id;
    CallState state = CallState::routing;
    std::string from_endpoint, to_endpoint, caller, called, route;
    Presentation presentation = Presentation::allowed;  ///< of the caller's number
    std::chrono::milliseconds duration{0};              ///< since the state began (talking) or the call began
    media::EndpointId from_media, to_media;
    bool held = false;          ///< one side holds the other
    bool conference = false;    ///< its audio is joined to another call's, too
    bool transferring = false;  ///< one side is on its way to somebody else
};
/// One word for people: "transferring", "held", "conference" or the state's name.
std::string_view shown_state(const CallView& view);

class CallManager final : public CallSink {
  public:
    struct Options {
        /// How long a called party may ring before the next destination is tried, or the call ends with
        /// cause 19; where the leg has a limit of its own (Leg::ringing_limit), that one counts.
        std::chrono::seconds no_answer{120};
        /// How long a destination may take to ring after its last sign of life, or the last digit that the
        /// caller has dialled on (Q.931 table 9-2, T310: 30 to 120 s).
        std::chrono::seconds no_progress{60};
        /// What a party hears who is transferred, while the new one rings; empty: silence.
        dsp::ToneSequence ringback{};
    };

    CallManager(base::Reactor& reactor, media::Connector& connector, Options options);
    ~CallManager() override;

    void set_routes(std::vector<routing::RouteRule> rules);
    /// The exit must outlive the manager or be removed first (its calls are then released by their legs).
    void add_exit(Exit& exit);
    void remove_exit(const routing::Destination& destination);
    void remove_exit(const Exit& exit);
    /// Options::ringback, from now on.
    void set_ringback(dsp::ToneSequence ringback);

    base::LegId next_leg_id() override;
    void incoming(std::unique_ptr<Leg> leg, const CallRequest& request) override;
    void pick_up(std::unique_ptr<Leg> leg, const CallRequest& request, const PickupTarget& target) override;

    std::vector<CallView> calls() const;
    /// False when there is no such call.
    bool hang_up(base::CallId id, const Cause& cause);
    void hang_up_all(const Cause& cause);
    /// Asks the network of the calling side of a call to record it (malicious call identification). An error says why
    /// that is not possible.
    base::Result<void> identify(base::CallId id);
    std::uint64_t total() const;

    /// Told of every change of shown_state() that a call makes itself (that another call has made it a
    /// conference is seen in calls() only), and of every record.
    std::function<void(const CallView&)> on_change;
    std::function<void(const CallRecord&)> on_record;
    /// Told of what a call's networks say beside it: "call.charge", "call.malicious", with fields for the event log.
    std::function<void(std::string_view event, std::vector<std::pair<std::string, std::string>> fields)>
        on_service;

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace tipring::call
