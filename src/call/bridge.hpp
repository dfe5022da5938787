// Bridge: what joins the two legs of one call, as a pure value machine. Events of leg A (the incoming one),
// of leg B (the attempt to reach a destination) and of the manager go in; actions for the manager come out.
// No I/O, clock or thread. "X" is either side, "Y" the other one.
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
// trying            | a_media, b_media                         | -                                                                | trying
// trying            | a_digit, B takes it for the number       | start_no_progress, dial_on_b                                     | trying
// trying            | a_digit                                  | dial_on_b (to no effect)                                         | trying
// alerting          | a_digit, B takes it for the number       | start_no_answer, dial_on_b (there was dial tone)                 | alerting
// trying            | b_alerting                               | start_no_answer, alert_a, connect when in-band                   | alerting
// alerting          | b_alerting                               | alert_a and connect or disconnect, when in-band changed, or when | alerting
//                   |                                          |   B rings after it has only been heard                           |
// trying            | b_released, cause may try next           | stop_no_answer, try_next                                         | routing
// trying            | b_released, another cause                | stop_no_answer, release_a                                        | releasing
// alerting          | b_released                               | stop_no_answer, disconnect, release_a                            | releasing
// trying            | no_answer                                | abandon_b (102), try_next                                        | routing
// alerting          | no_answer                                | alert_a (no longer in-band) after an in-band alert, disconnect,  | routing
//                   |                                          |   abandon_b (19), try_next                                       |
// trying, alerting  | b_redirected                             | stop_no_answer, alert_a and disconnect as above, redirect        | routing
// trying, alerting  | b_answered                               | stop_no_answer, answer_a, connect, hold B when A holds           | talking
// alerting          | picked_up                                | stop_no_answer, disconnect, abandon_b (26), take_b, answer_b,    | talking
//                   |                                          |   answer_a, connect, hold B when A holds                         |
// alerting, talking | a_media, b_media                         | connect, when it is connected (the leg's audio moved)            | same
// talking           | b_alerting, b_proceeding, b_answered     | - (a forked or repeated answer)                                  | talking
// alerting, talking | a_digit                                  | digit_to_b                                                       | same
// talking           | b_digit                                  | digit_to_a                                                       | talking
// talking           | b_released, b_redirected                 | disconnect, release_a                                            | releasing
// any above         | a_released                               | stop_no_answer, disconnect, release_b if there is one            | releasing
// any above         | hang_up                                  | stop_no_answer, disconnect, release_a, release_b if there is one | releasing
// releasing         | a_released, b_released, b_redirected,    | finish                                                           | ended
//                   |   abandoned_released; nobody left        |                                                                  |
// releasing         | attempt_started (it crossed a hang_up)   | release_b                                                        | releasing
// releasing         | guard (a leg never said that it is over) | finish                                                           | ended
// releasing         | anything else                            | - (it crossed the release: for example B answers late)           | releasing
// ended             | anything                                 | -                                                                | ended
//
// What the users of an answered call do; `referring` is `talking` while the far end of one side calls
// somebody else itself, and behaves like it otherwise:
//
// talking           | hold of X, when it changes               | hold Y                                                           | same
// before talking    | hold of A                                | - (kept for the answer)                                          | same
// before talking    | hold of B                                | -                                                                | same
// talking           | flash of X                               | flash Y                                                          | same
// before talking    | flash of X                               | -                                                                | same
// talking           | transfer of X, Y's far end does it       | start_no_answer                                                  | referring
// talking           | transfer of X, the gateway does it       | Y leaves X (below), reroute                                      | routing
// referring         | transfer of X                            | - (one at a time)                                                | referring
// before talking    | transfer of X                            | transfer_failed X                                                | same
// referring         | referred, it is done                     | stop_no_answer, disconnect, release_a, release_b                 | releasing
// referring         | refer_refused (of a transfer, no join)   | Y leaves X (below), reroute                                      | routing
// referring         | referred, it failed; no_answer           | stop_no_answer, take back from hold, transfer_failed, connect    | talking
// others            | referred, refer_refused                  | - (too late)                                                     | same
// talking           | join of X: its user brings a leg of      | Y leaves X, take_b; then by the state of the leg that is brought |
//                   |   another call                           |   trying: start_no_progress                                      | trying
//                   |                                          |   alerting: start_no_answer, ring_a or connect                   | alerting
//                   |                                          |   talking: hold either as the other has it, connect              | talking
// any               | taken of X (its leg is in another call)  | stop_no_answer, disconnect, release Y                            | releasing
//
// "Y leaves X" is: stop_no_answer, take Y back from hold, disconnect, leave X. From then on Y is A (`leave a`
// moves it there), and as it has been answered long ago, it gets no proceed_a and answer_a any more, and
// instead of alert_a ring_a (a tone from the gateway, again when its audio moves) and stop_ring_a.
//
// The first b_alerting of a call gives alert_a always, a later one when it differs from the last in being
// in-band. abandoned_released (a leg that did not answer in time or has left is over now) only counts down in
// every state. Whoever enters releasing does start_guard, and finishes at once with nobody left; a cause without
// method takes that of the leg that is over then, unless the gateway ended the call. Other events
// in other states are unexpected: counted, without effect. Thread: core.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tipring/call/cause.hpp"

namespace tipring::call {

enum class BridgeState : std::uint8_t { routing, trying, alerting, talking, referring, releasing, ended };
std::string_view name(BridgeState state);

enum class Side : std::uint8_t { a, b };
constexpr Side other(Side side) {
    return side == Side::a ? Side::b : Side::a;
}

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
    b_redirected,
    hold,           ///< `side` holds the other (`on`) or takes it back
    flash,          ///< of `side`
    transfer,       ///< asked by `side`; `on`: the other side's far end calls the new party itself
    referred,       ///< the far end's call has come about (`on`) or failed
    refer_refused,  ///< the far end does not try; the gateway carries the transfer out
    join,           ///< the user of `side` leaves; `newcomer` takes its place
    taken,          ///< the leg of `side` belongs to another call now
    picked_up,
};
std::string_view name(BridgeEventKind kind);

/// A leg of another call, as it comes into this one.
struct Newcomer {
    BridgeState state = BridgeState::talking;  ///< trying, alerting or talking
    bool inband = false;                       ///< alerting with audio of its own
    bool held = false;                         ///< by the side that leaves
    bool holds = false;                        ///< the side that leaves
};

struct BridgeEvent {
    BridgeEventKind kind = BridgeEventKind::begin;
    Cause cause{};
    bool inband = false;
    char digit = 0;
    Side side = Side::a;
    bool on = false;
    Newcomer newcomer{};
    bool rings = true;   ///< b_alerting; false: it is only heard (in-band)
    bool dials = false;  ///< a_digit: B takes it as more of the number
};

enum class BridgeActionKind : std::uint8_t {
    proceed_a,
    alert_a,  ///< `inband`, `rings`
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
    dial_on_b,
    start_guard,  ///< releasing has begun
    finish,       ///< write the record and destroy the call
    redirect,     ///< new destinations for the number that B named; answered like try_next
    reroute,      ///< new destinations for the number of the transfer; answered like try_next
    leave,        ///< release `side` with normal clearing; its end comes as abandoned_released; B becomes A
    take_b,       ///< the leg that came from another call is B now
    answer_b,     ///< that leg is an incoming one
    ring_a,       ///< ringback tone from the gateway to A (again)
    stop_ring_a,
    hold,   ///< tell `side` that it is held or not (`on`)
    flash,  ///< to `side`
    transfer_failed,
};
std::string_view name(BridgeActionKind kind);

struct BridgeAction {
    BridgeActionKind kind = BridgeActionKind::finish;
    Cause cause{};
    bool inband = false;
    char digit = 0;
    Side side = Side::a;
    bool on = false;
    bool rings = true;
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
    bool holds(Side side) const { return holds_[index(side)]; }
    /// A talked to somebody else of this call before; B is the party of a transfer.
    bool a_was_answered() const { return a_answered_; }
    /// B's own tones are in its audio.
    bool inband() const { return alerted_inband_; }
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
    bool alerted_rings_ = false;
    bool connected_ = false;
    bool no_answer_running_ = false;
    bool a_answered_ = false;
    bool ringing_ = false;
    std::array<bool, 2> holds_{};  ///< by side: it holds the other
    Side transferor_ = Side::a;    ///< in `referring`
    unsigned abandoned_ = 0;
    unsigned unexpected_ = 0;
    Actions actions_;

    void in_routing(const BridgeEvent& event);
    void in_attempt(const BridgeEvent& event);
    void in_talking(const BridgeEvent& event);
    void in_releasing(const BridgeEvent& event);
    bool ends_call(const BridgeEvent& event);
    // bridge_transfer.cpp
    bool user_action(const BridgeEvent& event);
    void user_action_talking(const BridgeEvent& event);
    void transfer(const BridgeEvent& event);
    void carry_out_transfer(Side transferor);
    void referred(bool done);
    void leave(Side side);
    void join(const BridgeEvent& event);
    void meet(const Newcomer& newcomer);
    void picked_up();
    void taken(Side side);
    void redirected();

    void act(BridgeActionKind kind) { actions_.push_back({.kind = kind}); }
    void act(BridgeActionKind kind, const Cause& cause) {
        actions_.push_back({.kind = kind, .cause = cause});
    }
    void act(BridgeActionKind kind, Side side, bool on) {
        actions_.push_back({.kind = kind, .side = side, .on = on});
    }
    static constexpr std::size_t index(Side side) { return side == Side::a ? 0 : 1; }
    bool talking() const { return state_ == BridgeState::talking || state_ == BridgeState::referring; }
    void alert(bool inband, bool rings = true);
    void answered();
    void to_routing();
    void ring();
    void stop_ring();
    void connect();
    void disconnect();
    void start_no_answer(BridgeActionKind kind);
    void stop_no_answer();
    void attempt_digit(const BridgeEvent& event);
    void attempt_failed(const BridgeEvent& event);
    void begin_releasing(const Cause& cause, ReleasedBy by);
    void note_method(const Cause& cause);
    void finish_if_alone();
};

}  // namespace tipring::call
