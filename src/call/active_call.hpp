// ActiveCall: one call while it lasts. Its Bridge decides; it carries out the actions on the legs, the
// connector and the timers, and turns the legs' reports into the Bridge's events. Thread: core.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bridge.hpp"
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
    virtual void changed(const ActiveCall& call) = 0;
    /// The last word of a call; the host destroys it later, never inside this function.
    virtual void finished(ActiveCall& call) = 0;
    /// Destroys the leg later, never inside this function.
    virtual void bury(std::unique_ptr<Leg> leg) = 0;
};

class ActiveCall final : public LegObserver {
  public:
    struct Parts {
        CallHost& host;
        base::Reactor& reactor;
        media::Connector& connector;
        std::chrono::seconds no_progress, no_answer;
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

    void on_proceeding(Leg& leg) override;
    void on_alerting(Leg& leg, bool inband) override;
    void on_answered(Leg& leg) override;
    void on_released(Leg& leg, const Cause& cause) override;
    void on_media_changed(Leg& leg) override;
    void on_digit(Leg& leg, char digit) override;

  private:
    const base::CallId id_;
    const CallRequest request_;
    Parts parts_;
    Bridge bridge_;
    CallState state_ = CallState::routing;

    std::unique_ptr<Leg> a_, b_;
    std::vector<std::unique_ptr<Leg>> abandoned_;  ///< did not answer in time, not over yet
    bool media_moved_ = false;                     ///< the same endpoints have to be connected again
    media::EndpointId joined_a_, joined_b_;        ///< connected to each other now; none: nothing is

    struct Attempt {
        routing::Step step;
        Exit* exit = nullptr;  ///< null: found by the step's destination
    };
    std::deque<Attempt> attempts_left_;
    std::string from_endpoint_, to_endpoint_, called_, route_;
    unsigned attempts_ = 0;

    std::deque<BridgeEvent> queue_;
    bool working_ = false;
    base::Timer no_answer_timer_, guard_timer_;

    std::chrono::system_clock::time_point started_;
    base::TimePoint began_, answered_at_, ended_at_;
    bool answered_ = false, talk_over_ = false;

    void feed(BridgeEvent event);
    void note_state();
    void carry_out(const BridgeAction& action);
    void try_next();
    bool expand(const routing::Step& group, const std::vector<Exit*>& members);
    void connect();
    void disconnect();
    void wait_for_answer(std::chrono::seconds limit);
    void start_guard();
    void finish();
    bool is_b(const Leg& leg) const { return b_.get() == &leg; }
    bool is_a(const Leg& leg) const { return a_.get() == &leg; }
};

CallState to_call_state(BridgeState state);

}  // namespace tipring::call
