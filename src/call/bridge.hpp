// Bridge: what joins the two legs of one call, as a pure value machine. Events of leg A (the incoming one),
// of leg B (the attempt to reach a destination) and of the manager go in; actions for the manager come out.
// No I/O, clock or thread.
//
// state             | event                                    | actions                                                          | next
// ------------------+------------------------------------------+------------------------------------------------------------------+----------
// routing           | begin                                    | try_next                                                         | routing
// routing           | attempt_started                          | proceed_a (the first time), start_no_progress                    | trying
// routing           | attempt_refused                          | try_next (the cause is kept)                                     | routing
// routing           | out_of_destinations                      | release_a with the last cause (3 when there was none)            | releasing
// routing           | a_media, a_digit                         | - (there is nobody to tell yet)                                  | routing
// trying            | b_proceeding                             | start_no_progress                                                | trying
// alerting          | b_proceeding                             | -                                                                | alerting
// trying, alerting  | b_digit                                  | -                                                                | same
// trying            | a_media, b_media, a_digit                | -                                                                | trying
// trying            | b_alerting                               | start_no_answer, alert_a, connect when in-band                   | alerting
// alerting          | b_alerting                               | alert_a and connect or disconnect, when in-band changed          | alerting
// trying            | b_released, cause may try next           | stop_no_answer, try_next                                         | routing
// trying            | b_released, another cause                | stop_no_answer, release_a                                        | releasing
// alerting          | b_released                               | stop_no_answer, disconnect, release_a                            | releasing
// trying            | no_answer                                | abandon_b (102), try_next                                        | routing
// alerting          | no_answer                                | alert_a (no longer in-band) after an in-band alert, disconnect,  | routing
//                   |                                          |   abandon_b (19), try_next                                       |
// trying, alerting  | b_answered                               | stop_no_answer, answer_a, connect                                | talking
// alerting, talking | a_media, b_media                         | connect, when it is connected (the leg's audio moved)            | same
// talking           | b_alerting, b_proceeding, b_answered     | - (a forked or repeated answer)                                  | talking
// alerting, talking | a_digit                                  | digit_to_b                                                       | same
// talking           | b_digit                                  | digit_to_a                                                       | talking
// talking           | b_released                               | disconnect, release_a                                            | releasing
// any above         | a_released                               | stop_no_answer, disconnect, release_b if there is one            | releasing
// any above         | hang_up                                  | stop_no_answer, disconnect, release_a, release_b if there is one | releasing
// releasing         | a_released, b_released,                  | finish                                                           | ended
//                   |   abandoned_released; nobody left        |                                                                  |
// releasing         | attempt_started (it crossed a hang_up)   | release_b                                                        | releasing
// releasing         | guard (a leg never said that it is over) | finish                                                           | ended
// releasing         | anything else                            | - (it crossed the release: for example B answers late)           | releasing
// ended             | anything                                 | -                                                                | ended
//
// The first b_alerting of a call gives alert_a always, a later one when it differs from the last in being
// in-band. abandoned_released (a leg that did not answer in time is over now) only counts down in every
// state. Whoever enters releasing does start_guard, and finishes at once with nobody left. Other events in
// other states are unexpected: counted, without effect. Thread: core.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tipring/call/cause.hpp"

namespace tipring::call {

enum class BridgeState : std::uint8_t { routing, trying, alerting, talking, releasing, ended };
std::string_view name(BridgeState state);

enum class BridgeEventKind : std::uint8_t {
    begin,
    attempt_started,
    attempt_refused,
    out_of_destinations,
    a_released,
    a_media,
    a_digit,
    b_proceeding,
    b_alerting,
    b_answered,
    b_released,
    b_media,
    b_digit,
    abandoned_released,
    no_answer,
    hang_up,
    guard,
};
std::string_view name(BridgeEventKind kind);

struct BridgeEvent {
    BridgeEventKind kind = BridgeEventKind::begin;
    Cause cause{};
    bool inband = false;
    char digit = 0;
};

enum class BridgeActionKind : std::uint8_t {
    proceed_a,
    alert_a,  ///< `inband`
    answer_a,
    release_a,  ///< `cause`
    release_b,  ///< `cause`
    abandon_b,  ///< release B with `cause`; it is no longer the call's B, its end comes as abandoned_released
    connect,    ///< joins the audio of A and B (again)
    disconnect,
    try_next,           ///< answered by attempt_started, attempt_refused or out_of_destinations
    start_no_progress,  ///< a short no_answer: the destination does not even ring
    start_no_answer,    ///< replaces what runs
    stop_no_answer,     ///< either
    digit_to_a,
    digit_to_b,
    start_guard,  ///< releasing has begun
    finish,       ///< write the record and destroy the call
};
std::string_view name(BridgeActionKind kind);

struct BridgeAction {
    BridgeActionKind kind = BridgeActionKind::finish;
    Cause cause{};
    bool inband = false;
    char digit = 0;
};

class Bridge {
  public:
    using Actions = std::vector<BridgeAction>;
    enum class ReleasedBy : std::uint8_t { caller, called, gateway };

    Actions handle(const BridgeEvent& event);

    BridgeState state() const { return state_; }
    /// Why the call ended, or why the last attempt failed. Meaningful from `releasing` on.
    const Cause& cause() const { return cause_; }
    ReleasedBy released_by() const { return released_by_; }
    bool has_b() const { return b_alive_; }
    unsigned unexpected() const { return unexpected_; }

  private:
    BridgeState state_ = BridgeState::routing;
    Cause cause_{q850::no_route_to_destination, Location::private_local, ""};
    ReleasedBy released_by_ = ReleasedBy::gateway;
    bool a_alive_ = true;
    bool b_alive_ = false;
    bool proceeded_ = false;
    bool alerted_ = false;
    bool alerted_inband_ = false;
    bool connected_ = false;
    bool no_answer_running_ = false;
    unsigned abandoned_ = 0;
    unsigned unexpected_ = 0;
    Actions actions_;

    void in_routing(const BridgeEvent& event);
    void in_attempt(const BridgeEvent& event);
    void in_talking(const BridgeEvent& event);
    void in_releasing(const BridgeEvent& event);
    bool ends_call(const BridgeEvent& event);

    void act(BridgeActionKind kind) { actions_.push_back({kind, {}, false, 0}); }
    void act(BridgeActionKind kind, const Cause& cause) { actions_.push_back({kind, cause, false, 0}); }
    void alert(bool inband);
    void connect();
    void disconnect();
    void start_no_answer(BridgeActionKind kind);
    void stop_no_answer();
    void attempt_failed(const BridgeEvent& event);
    void begin_releasing(const Cause& cause, ReleasedBy by);
    void finish_if_alone();
};

}  // namespace tipring::call
