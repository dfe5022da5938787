// BearerLeg: a call on a B-channel as the call manager sees it, and SpanCall, what the span keeps about it.
// They refer to each other, and either may go first: the leg when the call manager is done, the call when
// Q.931 has cleared it. Thread: core.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "digit_collector.hpp"
#include "pri_link.hpp"
#include "tipring/base/reactor.hpp"
#include "tipring/call/leg.hpp"

namespace tipring::isdn {

class BearerLeg;
class SpanController;

/// A number that comes digit by digit.
struct Dialling {
    DigitCollector collector;
    LinkEvent setup;
};

/// One Q.931 call. The states are the span's own; libpri keeps those of Q.931.
struct SpanCall {
    enum class State {
        reserved,  ///< outgoing: has a channel, SETUP not sent yet
        setup,     ///< SETUP sent, no answer yet; or received
        proceeding,
        alerting,
        connected,
        announcing,  ///< outgoing: the network has disconnected, and says why in-band (Q.931 5.3.4.1)
        releasing,   ///< clearing messages under way, the leg may be told already
        over,        ///< libpri has forgotten it
    };

    explicit SpanCall(base::Reactor& reactor)
        : report_timer(reactor),
          guard_timer(reactor),
          t310_timer(reactor),
          digit_timer(reactor),
          transfer_timer(reactor) {}

    bool clearing() const { return state == State::releasing || state == State::over; }

    SpanController* controller = nullptr;  ///< null when the span is gone
    BearerLeg* leg = nullptr;              ///< null when the leg is gone
    q931_call* record = nullptr;
    std::uint64_t serial = 0;  ///< of the span, never used twice
    State state = State::setup;
    bool outgoing = false;
    bool confirmed = false;        ///< outgoing: the peer agreed to the channel
    bool inband_reported = false;  ///< outgoing: to the leg; incoming: to the network
    bool alerting_reported = false;
    bool proceeding_reported = false;
    bool release_reported = false;
    bool audio = false;
    unsigned position = 0;  ///< B-channel; 0: none (given up to a colliding call, or held)
    base::LegId leg_id;
    base::CallId call_id;      ///< of the leg, kept for the log lines after it
    call::Cause cause;         ///< of the release
    base::Timer report_timer;  ///< the leg hears of its release even when the network does not answer
    base::Timer guard_timer;   ///< the channel is freed even when libpri never says so
    base::Timer t310_timer;    ///< CALL PROCEEDING came, and nothing since
    bool t310_begun = false;   ///< it runs once in a call
    // overlap (span_overlap.cpp)
    std::unique_ptr<Dialling> dialling;  ///< incoming: the number is not complete, and there is no leg yet
    base::Timer digit_timer;             ///< T302; outgoing: T304
    bool takes_digits = false;           ///< outgoing: since SETUP ACKNOWLEDGE; PROGRESS does not end it
    /// Outgoing: SETUP ACKNOWLEDGE has brought something to hear. It ends with the digits, so ALERTING without
    /// an indicator of its own still wants a ringing tone.
    bool dial_tone = false;
    std::string digits_waiting;  ///< outgoing: dialled before that
    bool waiting = false;        ///< incoming: came without a channel, and gets one with the answer
    bool held = false;           ///< by HOLD of the other end: no channel until RETRIEVE
    bool remote_hold = false;    ///< by NOTIFY of the other end: somebody beyond it holds
    bool hold_reported = false;  ///< either of them, to the leg
    bool hold_notified = false;  ///< by NOTIFY of ours
    // transfer (span_transfer.cpp)
    std::weak_ptr<SpanCall> transfer_partner;  ///< the network was asked to join it to this one
    bool transfer_asked = false;               ///< this one's leg was told to, and hears of the outcome
    bool transfer_cleared = false;             ///< the network has cleared it meanwhile
    base::Timer transfer_timer;                ///< of the one that was asked
    std::optional<int> transfer_invoke;        ///< the other end's request, not answered yet
    /// Why the network has disconnected; it clears itself, so no location of ours goes into the answer.
    std::optional<call::Cause> peer_cause;
};

class BearerLeg final : public call::Leg {
  public:
    BearerLeg(base::LegId id, std::string endpoint_name, std::shared_ptr<SpanCall> call);
    ~BearerLeg() override;

    void start(const call::CallRequest& request) override;
    void proceeding() override {
    }  // CALL PROCEEDING was sent at once, because T303 of the other side was running
    void alert(bool inband) override;
    void progress() override;
    void progress_indicators(const std::vector<call::ProgressIndicator>& indicators, bool of_answer) override;
    void connected_party(const call::Party& party) override;
    void answer() override;
    void release(const call::Cause& cause) override;
    void send_digit(char digit) override;
    void dial_on(char digit) override;
    void hold(bool on) override;
    /// Only to another call of the same span (`replaces`), and where the span says `transfer: on`.
    bool refer(const call::ReferRequest& request) override;
    void transfer_failed() override;
    bool identify_call() override;
    bool takes_digits() const override;
    media::EndpointId media() const override;

    using call::Leg::observer;  // for the span, which reports

  private:
    std::shared_ptr<SpanCall> call_;
};

}  // namespace tipring::isdn
