// Leg: anything that can be one side of a call (FXS port, FXO line, B-channel, SIP dialog). A Bridge joins
// two of them. Thread: core.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/ids.hpp"
#include "tipring/call/cause.hpp"
#include "tipring/media/engine.hpp"
#include "tipring/routing/route.hpp"

namespace tipring::call {

enum class Presentation : std::uint8_t { allowed, restricted, unavailable };

struct Party {
    std::string number;
    std::string name;
    Presentation presentation = Presentation::allowed;
};

/// What a call is about, the same for an incoming and an outgoing leg.
struct CallRequest {
    Party caller;
    std::string called;
    routing::Source source;
};

class Leg;

/// Receives what a leg reports. Calls come on the core thread, never from inside a Leg command.
class LegObserver {
  public:
    virtual ~LegObserver() = default;
    /// Outgoing: the far end has accepted to try (100 Trying, CALL PROCEEDING).
    virtual void on_proceeding(Leg& leg) = 0;
    /// Outgoing: the far end rings. `inband`: its own tones are in the audio already, join it now.
    virtual void on_alerting(Leg& leg, bool inband) = 0;
    virtual void on_answered(Leg& leg) = 0;
    /// The leg is over; it was the last report. The observer destroys it later (never inside this call).
    virtual void on_released(Leg& leg, const Cause& cause) = 0;
    /// media() changed during the call (re-INVITE, re-seize): connections must be made again.
    virtual void on_media_changed(Leg& leg) = 0;
    virtual void on_digit(Leg& leg, char digit) = 0;
};

class Leg {
  public:
    Leg(base::LegId id, std::string endpoint_name) : id_(id), endpoint_name_(std::move(endpoint_name)) {}
    Leg(const Leg&) = delete;
    Leg& operator=(const Leg&) = delete;
    /// Destroying a leg that was not released hangs up with normal clearing and reports nothing.
    virtual ~Leg() = default;

    base::LegId id() const { return id_; }
    /// For logs and tables: "fxs 3", "sip office", "span 1 channel 7".
    const std::string& endpoint_name() const { return endpoint_name_; }
    void observe(LegObserver* observer) { observer_ = observer; }
    /// Written into the leg's log lines from now on.
    void set_call(base::CallId call) { call_ = call; }
    base::CallId call() const { return call_; }

    /// Outgoing legs: place the call. Failure is reported by on_released, later.
    virtual void start(const CallRequest& request) = 0;
    /// Incoming legs: a destination is being tried.
    virtual void proceeding() = 0;
    /// Incoming legs: the called party rings. `inband`: ringback comes as audio from the other leg; otherwise
    /// the leg makes or signals ringback in its own way.
    virtual void alert(bool inband) = 0;
    /// Incoming legs: the called party answered.
    virtual void answer() = 0;
    /// Ends the leg. on_released follows when it is really over; an FXS leg first plays busy or reorder
    /// according to the cause, but lets go of the call at once (on_released comes straight away; the port
    /// looks after the tone).
    virtual void release(const Cause& cause) = 0;
    /// A digit from the other side that is not carried by the media engine (signalling digit).
    virtual void send_digit(char digit) = 0;
    /// The engine endpoint of this leg's audio; none before it exists.
    virtual media::EndpointId media() const = 0;

  protected:
    LegObserver* observer() const { return observer_; }

  private:
    base::LegId id_;
    base::CallId call_;
    std::string endpoint_name_;
    LegObserver* observer_ = nullptr;
};

/// Where incoming calls are announced (the CallManager).
class CallSink {
  public:
    virtual ~CallSink() = default;
    virtual base::LegId next_leg_id() = 0;
    /// Takes over the leg and looks for a destination.
    virtual void incoming(std::unique_ptr<Leg> leg, const CallRequest& request) = 0;
};

/// One way out of the gateway: a SIP account, a port, a group of lines, a span.
class Exit {
  public:
    virtual ~Exit() = default;
    virtual routing::Destination destination() const = 0;
    /// A new outgoing leg, not started yet; null with `why` filled when none is to be had (busy, out of
    /// service, known to be dead). Not asked of an exit that has members.
    virtual std::unique_ptr<Leg> open(base::LegId id, const CallRequest& request, Cause& why) = 0;
    /// The exits that this one stands for, in the order in which a call tries them (a group's lines); empty:
    /// itself.
    virtual std::vector<Exit*> members() const { return {}; }
};

}  // namespace tipring::call
