// Leg: anything that can be one side of a call (FXS port, FXO line, B-channel, SIP dialog). A Bridge joins
// two of them. Thread: core.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/ids.hpp"
#include "tipring/call/advice.hpp"
#include "tipring/call/cause.hpp"
#include "tipring/media/engine.hpp"
#include "tipring/routing/route.hpp"

namespace tipring::call {

enum class Presentation : std::uint8_t { allowed, restricted, unavailable };
std::string_view name(Presentation presentation);

/// Who vouches for a number (Q.931 4.5.10, octet 3a; RFC 3325).
enum class Screening : std::uint8_t {
    unspecified,  ///< the line says nothing about it
    unscreened,   ///< user provided, not screened
    passed,       ///< user provided, verified and passed
    failed,       ///< user provided, verified and failed
    network,      ///< network provided
};

struct Party {
    std::string number;
    std::string name;
    Presentation presentation = Presentation::allowed;
    Screening screening = Screening::unspecified;
};

/// What two users tell each other beside the call (Q.931 4.5.30, ETS 300 286-1 service 1; RFC 7433).
struct UserToUser {
    std::uint8_t discriminator = 0;  ///< Q.931 table 4-26: 0x04 is IA5 text
    std::string data;                ///< octets, at most 128
    bool empty() const { return data.empty() && discriminator == 0; }
    friend bool operator==(const UserToUser&, const UserToUser&) = default;
};
inline constexpr std::size_t longest_user_to_user = 128;

/// For log lines other than the call's record: the number, or "restricted" where the party does not show it.
std::string logged_number(const Party& party);

enum class DivertReason : std::uint8_t { unconditional, busy, no_answer, deflection, out_of_order, unknown };

/// Somebody who sent the call on before it came here (Diversion, RFC 5806; redirecting number, Q.952).
struct Diversion {
    std::string number;  ///< "": hidden and not known here
    DivertReason reason = DivertReason::unconditional;
    Presentation presentation = Presentation::allowed;
    unsigned counter = 1;  ///< forwardings that it stands for (RFC 5806 `counter`), at least 1
};

/// One call may be sent on so often, what happened before it came here included. Enough for any wanted chain; a
/// loop through another system ends here.
inline constexpr unsigned most_forwardings = 5;

/// How often a call was sent on, as its diversions tell; no more than `most_forwardings`.
unsigned forwardings_of(const std::vector<Diversion>& diversions);

/// What a call is about, the same for an incoming and an outgoing leg.
struct CallRequest {
    Party caller;
    std::string called;
    routing::Source source;
    std::string alert_info{};             ///< how it should ring (RFC 3261 20.4), as it came; empty: as usual
    std::vector<Diversion> diversions{};  ///< the latest first
    /// Max-Forwards that it leaves with over SIP (RFC 3261 20.22); below 0: it has passed too many systems and
    /// must not. It ends a circle through systems that keep no diversions.
    int hops_left = 70;
    /// Who stands at `source` has sent the caller here by a transfer: his identity pays, the caller is shown.
    bool on_behalf = false;
    UserToUser user_to_user{};
};

/// What a network says of how the call goes on (Progress indicator, Q.931 4.5.23), as it came.
struct ProgressIndicator {
    Location location = Location::user;
    std::uint8_t description =
        0;  ///< 1 to 127: 1 not ISDN all the way, 2 the called side is no ISDN, 8 in-band information...
    friend bool operator==(const ProgressIndicator&, const ProgressIndicator&) = default;
};

class Leg;

/// What came of Leg::refer().
enum class ReferOutcome : std::uint8_t {
    reached,
    refused,  ///< the far end does not try at all
    failed,   ///< it has tried, or may still be trying without a word of it
};

/// Receives what a leg reports. Calls come on the core thread, never from inside a Leg command; the commands
/// that they cause may reach the leg before they return, its destruction never does.
class LegObserver {
  public:
    virtual ~LegObserver() = default;
    /// Outgoing: the far end has accepted to try (100 Trying, CALL PROCEEDING).
    virtual void on_proceeding(Leg& leg) = 0;
    /// Outgoing: the far end rings. `inband`: its own tones are in the audio already, join it now.
    virtual void on_alerting(Leg& leg, bool inband) = 0;
    /// Outgoing: there is something to hear before the far end rings, or instead of that (an announcement): join
    /// the audio now.
    virtual void on_progress(Leg& leg) { on_alerting(leg, true); }
    /// Outgoing: comes before what it belongs to, on_answered when it is `of_answer`.
    virtual void on_progress_indicators(Leg&, const std::vector<ProgressIndicator>&, bool /*of_answer*/) {}
    /// Who answers (COLP, Q.951 5): comes before on_answered, and again when it is somebody else.
    virtual void on_connected_party(Leg&, const Party&) {}
    virtual void on_answered(Leg& leg) = 0;
    /// The leg is over; it was the last report. The observer destroys it later (never inside this call).
    virtual void on_released(Leg& leg, const Cause& cause) = 0;
    /// media() changed during the call (re-INVITE, re-seize): connections must be made again.
    virtual void on_media_changed(Leg& leg) = 0;
    virtual void on_digit(Leg& leg, char digit) = 0;
    // What only a telephone's user asks for; who watches no call ignores it.
    /// The user of this leg puts the other side on hold, or takes it back. A leg that has nothing to say to
    /// the held side meanwhile gives no media() and reports on_media_changed, both times.
    virtual void on_hold(Leg&, bool) {}
    /// Outgoing, not answered: the call is to go to this number instead. The leg is over; it was the last
    /// report. An exit that knows it already when it is opened (unconditional forwarding) opens a leg that
    /// reports this once it has been started.
    virtual void on_redirected(Leg&, const std::string&, DivertReason) {}
    /// The user of this leg sends the other side to a number and leaves the call. The leg stays until it gets
    /// release(); where the call cannot be sent on it gets transfer_failed() instead.
    virtual void on_transfer(Leg&, const std::string&) {}
    /// The user of both legs (of two calls) leaves, and their other sides talk to each other. One of the
    /// calls is answered; the other may still be on its way to somebody whom the user has called. Both legs
    /// stay until they get release(), or both get transfer_failed(). Reported once, of either leg.
    virtual void on_join(Leg&, Leg&) {}
    /// Outcome of refer(); unless it has reached the new party, the far end is still in this call. A leg whose
    /// end says so reports on_released later, not from the same task: the outcome is looked at before that.
    virtual void on_referred(Leg&, ReferOutcome) {}
    /// What the call costs, as the network of this leg says; may come again, and after on_released no more.
    virtual void on_advice(Leg&, const Advice&) {}
    /// Malicious call identification: the far end of this leg wants the call to be recorded (`asked`), or its network
    /// has answered Leg::identify_call(): `done` or not.
    virtual void on_identification(Leg&, bool /*asked*/, bool /*done*/) {}
    /// The user of this leg made a hook flash that is meant for the other side.
    virtual void on_flash(Leg&) {}
};

/// How a leg's far end is asked to call somebody else itself (REFER, RFC 3515, 3891).
struct ReferRequest {
    std::string number;             ///< dialled by the far end
    const Leg* replaces = nullptr;  ///< the dialog that the far end's call replaces (attended); null: blind
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
    /// Incoming legs: audio comes from the other leg, and nobody rings yet.
    virtual void progress() { alert(true); }
    /// Incoming legs: what the network of the other leg says of how the call goes on, for the next alert() or progress(), or
    /// for answer(); none: nothing any more.
    virtual void progress_indicators(const std::vector<ProgressIndicator>&, bool /*of_answer*/) {}
    /// Who the other side is, now that it is known or has changed; on an incoming leg before answer(), too.
    virtual void connected_party(const Party&) {}
    /// Incoming legs: the called party answered.
    virtual void answer() = 0;
    /// Ends the leg. on_released follows when it is really over; an FXS leg first plays busy or reorder
    /// according to the cause, but lets go of the call at once (on_released comes straight away; the port
    /// looks after the tone).
    virtual void release(const Cause& cause) = 0;
    /// A digit from the other side that is not carried by the media engine (signalling digit).
    virtual void send_digit(char digit) = 0;
    /// Outgoing legs that do not ring yet: the caller dials on, and the far end decides when the number is complete.
    virtual void dial_on(char) {}
    /// Outgoing legs: dial_on() has an effect now.
    virtual bool takes_digits() const { return false; }
    /// The other side holds this one, or takes it back.
    virtual void hold(bool) {}
    /// A hook flash from the other side, for the far end of this leg.
    virtual void flash() {}
    /// The transfer that this leg has asked for came to nothing: it is in its call as before, and holds the
    /// other side no longer when it was a transfer to a number. A leg whose user has gone meanwhile calls him
    /// back or reports its release.
    virtual void transfer_failed() {}
    /// Asks the far end to call somebody else. False: it cannot be asked, the gateway joins the calls itself.
    /// When true, on_referred() tells the outcome; without a word of it for Options::no_answer it has failed.
    virtual bool refer(const ReferRequest&) { return false; }
    /// Asks the network of this leg to record who calls (malicious call identification, EN 300 130-1). False: it cannot
    /// be asked. on_identification() tells the outcome.
    virtual bool identify_call() { return false; }
    /// A fax, modem or alarm panel: the other leg must carry its audio untouched (no concealment, no
    /// jitter-buffer adaptation, DTMF in-band).
    virtual bool carries_data() const { return false; }
    /// Comes before start() and answer(), or when the other side is exchanged; may come again.
    virtual void carry_data() {}
    /// Where the calls come from that this leg's user causes (redirection, transfer), for the routes, and
    /// what a pick-up names. None: the destination that the leg was opened for, or the source of its call.
    virtual std::optional<routing::Source> source() const { return std::nullopt; }
    /// Whether the number of source() may be shown to whom this leg, called, is brought to or sends calls on.
    virtual Presentation presentation() const { return Presentation::allowed; }
    /// Outgoing legs that alert: after this time the leg ends the ringing itself, with cause 19 or
    /// on_redirected. None: the call's own limit (Options::no_answer) is all there is.
    virtual std::optional<std::chrono::milliseconds> ringing_limit() const { return std::nullopt; }
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

/// Whose ringing call is picked up: a telephone (its number) or any telephone of a group.
struct PickupTarget {
    routing::DestinationKind kind = routing::DestinationKind::port;
    std::string name;
    std::string only_group{};  ///< the telephone must be of this group; empty: of any or none
};

/// Where incoming calls are announced (the CallManager).
class CallSink {
  public:
    virtual ~CallSink() = default;
    virtual base::LegId next_leg_id() = 0;
    /// Takes over the leg and looks for a destination.
    virtual void incoming(std::unique_ptr<Leg> leg, const CallRequest& request) = 0;
    /// Takes over a leg, incoming like the others, whose user has dialled a pick-up code: it gets answer()
    /// and the oldest call that rings there, or release() with cause 31 when none does. `request.called` is
    /// what was dialled, for the record. A sink that keeps no calls drops the leg.
    virtual void pick_up(std::unique_ptr<Leg> leg, const CallRequest& request, const PickupTarget& target) {
        static_cast<void>(leg), static_cast<void>(request), static_cast<void>(target);
    }
};

/// One way out of the gateway: a SIP account, a port, a group of lines, a span.
class Exit {
  public:
    virtual ~Exit() = default;
    virtual routing::Destination destination() const = 0;
    /// A new outgoing leg, not started yet; null with `why` filled when none is to be had (busy, out of
    /// service, known to be dead). Not asked of an exit that has members.
    virtual std::unique_ptr<Leg> open(base::LegId id, const CallRequest& request, Cause& why) = 0;
    /// The exits that this one stands for, in the order in which a call tries them (a group's lines), each found by its
    /// own destination when its turn comes; empty: itself.
    virtual std::vector<Exit*> members() const { return {}; }
};

}  // namespace tipring::call
