// ActiveCall: one call while it lasts. Its Bridge decides; it carries out the actions on the legs, the
// connector and the timers, and turns the legs' reports into the Bridge's events. Thread: core.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge.hpp"
#include "call_audio.hpp"
#include "search.hpp"
#include "tipring/call/call_manager.hpp"

namespace tipring::call {

class ActiveCall;

/// What a call needs of its manager.
class CallHost {
  public:
    virtual ~CallHost() = default;
    virtual base::LegId next_leg_id() = 0;
    virtual routing::Decision decide(const routing::Query& query) = 0;
    /// Null when nobody knows the destination.
    virtual Exit* find_exit(const routing::Destination& destination) = 0;
    /// Null when the call is over.
    virtual ActiveCall* find_call(base::CallId id) = 0;
    /// From the reactor, unless the call is over by then.
    virtual void later(base::CallId id, std::function<void(ActiveCall&)> task) = 0;
    virtual void changed(const ActiveCall& call) = 0;
    /// What a network said beside the call, for the event log.
    virtual void service(std::string_view event, std::vector<std::pair<std::string, std::string>> fields) = 0;
    /// The last word of a call; the host destroys it later, never inside this function.
    virtual void finished(ActiveCall& call) = 0;
    /// Destroys the leg later, never inside this function.
    virtual void bury(std::unique_ptr<Leg> leg) = 0;
};

/// One side of a call: the leg, and what is known of it.
struct Seat {
    std::unique_ptr<Leg> leg;
    Party party;
    routing::Source source;  ///< where it stands
    std::string role;        ///< as CallRecord::released_by
};

/// A leg on its way from one call to another.
struct Handover {
    Seat seat;
    Newcomer state;
    Search search;  ///< the other destinations, when it has not answered
    base::CallId from;
};

class ActiveCall final : public LegObserver {
  public:
    struct Parts {
        CallHost& host;
        base::Reactor& reactor;
        media::Connector& connector;
        const CallManager::Options& options;
    };

    ActiveCall(base::CallId id, std::unique_ptr<Leg> leg, const CallRequest& request, const Parts& parts);
    ~ActiveCall() override;

    /// Looks for the first destination. Called once, from the reactor.
    void begin();
    void hang_up(const Cause& cause);

    base::CallId id() const { return id_; }
    CallView view() const;
    CallRecord record() const;
    bool ended() const { return bridge_.state() == BridgeState::ended; }
    bool shares_audio_with(const ActiveCall& another) const;

    // Attended transfer and pick-up (call_transfer.cpp).
    /// It rings at that port or group.
    bool rings_at(const PickupTarget& target) const;
    /// Its caller's leg takes B's place in `ringing`; false: it has gone meanwhile.
    bool pick_up(ActiveCall& ringing);

    void on_proceeding(Leg& leg) override;
    void on_alerting(Leg& leg, bool inband) override;
    void on_progress(Leg& leg) override;
    void on_progress_indicators(Leg& leg, const std::vector<ProgressIndicator>& indicators,
                                bool of_answer) override;
    void on_connected_party(Leg& leg, const Party& party) override;
    void on_answered(Leg& leg) override;
    void on_released(Leg& leg, const Cause& cause) override;
    void on_media_changed(Leg& leg) override;
    void on_digit(Leg& leg, char digit) override;
    void on_hold(Leg& leg, bool held) override;
    void on_redirected(Leg& leg, const std::string& number, DivertReason reason) override;
    void on_transfer(Leg& leg, const std::string& number) override;
    void on_join(Leg& leg, Leg& other) override;
    void on_referred(Leg& leg, ReferOutcome outcome) override;
    void on_flash(Leg& leg) override;
    // call_services.cpp
    void on_advice(Leg& leg, const Advice& advice) override;
    void on_identification(Leg& leg, bool asked, bool done) override;
    /// Asks the network of the calling side; false: there is none that can be asked.
    bool identify();

  private:
    const base::CallId id_;
    Parts parts_;
    Bridge bridge_;
    std::string_view shown_;  ///< as it was told last

    Seat a_, b_;
    std::vector<std::unique_ptr<Leg>> abandoned_;  ///< did not answer in time or left, not over yet
    CallAudio audio_;
    bool media_moved_ = false;  ///< the same endpoints have to be connected again

    Search search_;
    struct Redirection {
        Diversion from;
        std::string number;
        routing::Source source;
    };
    Redirection redirection_;           ///< for the action redirect
    CallRequest transfer_;              ///< for the action reroute
    std::optional<Handover> newcomer_;  ///< for the action take_b
    struct Join {
        base::CallId call;
        base::LegId leg, other;  ///< of this call, of that call
    };
    std::optional<Join> join_;  ///< a far end was asked to carry it out

    std::deque<BridgeEvent> queue_;
    bool working_ = false;
    base::Timer no_answer_timer_, guard_timer_;

    // For the record.
    CallRecord record_;  ///< what does not change any more
    base::TimePoint began_, answered_at_, ended_at_;
    bool answered_ = false, talk_over_ = false;
    std::optional<base::TimePoint> charge_told_at_;  ///< a sum during the call, as an event

    void feed(BridgeEvent event);
    void note_state();
    void tell_change();
    void carry_out(const BridgeAction& action);
    void alert_a(const BridgeAction& action);
    void answer_a();
    void note_attempt(const std::string& endpoint, const std::string& called);
    void carry_out_transfer(const BridgeAction& action);
    void try_next();
    void abandon(std::unique_ptr<Leg> leg, const Cause& cause);
    bool bury_abandoned(const Leg& leg);
    void connect();
    base::Duration ringing_limit() const;
    void wait_for_answer(base::Duration limit);
    void start_guard();
    void finish();
    bool transferred() const { return bridge_.a_was_answered(); }

    // call_transfer.cpp
    void redirect();
    void reroute();
    void leave(Side side);
    void take_b();
    bool join_locally(const Join& join);
    bool may_join(Side leaving) const;
    bool may_give(Side side) const;
    Handover give(Side side);
    bool is_joining(const Leg& leg, const Leg& other_leg) const;
    bool refer_to(Side leaving, const ActiveCall& another, Side there);
    void end_joined(const Join& join);
    bool refer_blind(const Seat& stays);
    void referred(ReferOutcome outcome);
    void tell_failed(base::CallId call, base::LegId leg);
    void note_transfer(const std::string& number);

    bool is_b(const Leg& leg) const { return b_.leg.get() == &leg; }
    bool is_a(const Leg& leg) const { return a_.leg.get() == &leg; }
    Seat& seat(Side side) { return side == Side::a ? a_ : b_; }
    const Seat& seat(Side side) const { return side == Side::a ? a_ : b_; }
    std::optional<Side> side_of(const Leg& leg) const;
    std::optional<Side> side_of(base::LegId leg) const;
};

/// "call=1 leg=2 fxs 3", for log lines.
std::string leg_ids(base::CallId call, const Leg& leg);

}  // namespace tipring::call
