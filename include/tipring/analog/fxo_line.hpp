// FxoLine: a line to an exchange (we are its telephone), as a pure state machine. Thread: any (a plain value
// machine), the port's is core.
//
// What each state does on the wire:
//   idle, ring_check, ring_wait, ringing, ignored, clearing, unavailable: loop open, no audio
//   seizing: loop closed
//   dial_tone_wait: loop closed, audio, detector of call-progress tones
//   dialling: loop closed, audio
//   talking, held: loop closed, audio, detectors of call-progress tones and DTMF; held plays ringback to the
//     caller until the other side's audio or answer comes
//
// state                                   | input                                | actions                                                       | next
// ----------------------------------------+--------------------------------------+---------------------------------------------------------------+---------------------
// idle, clearing, ring_wait, ring_check   | ring_begin                           | timer burst, timer ring                                       | ring_check
// ring_check                              | timer burst                          | - (the burst is long enough to be one)                        | ring_check
// ring_check                              | ring_end: bursts are enough          | timer ring, incoming                                          | ringing
//                                         |   the same with answer_at_once       | seize, audio, ringback tone, incoming                         | held
//                                         |   not enough yet                     | timer ring                                                    | ring_wait
//                                         |   too short, none before it          | -                                                             | idle
//                                         |   too short, after one that counts   | timer ring                                                    | ring_wait
// ring_check, ring_wait                   | timer ring                           | -                                                             | idle
// ringing                                 | ring_begin, ring_end                 | timer ring                                                    | ringing
// ringing                                 | timer ring                           | released(16, caller hung up)                                  | idle
// ringing                                 | alert                                | - (the exchange gives ringback)                               | ringing
// ringing                                 | answer                               | seize, audio                                                  | talking
// ringing                                 | release                              | released, timer ring (a ringing line cannot be refused: wait) | ignored
// ignored                                 | ring_begin, ring_end                 | timer ring                                                    | ignored
// ignored                                 | timer ring                           | -                                                             | idle
// held                                    | alert(true) / alert(false)           | tone off / ringback tone                                      | held
// held                                    | answer                               | tone off                                                      | talking
// idle                                    | start                                | seize, timer dial (seize limit)                               | seizing
//                                         |   nothing to dial in the number      | released(28)                                                  | idle
// seizing                                 | hook_complete                        | audio, timer dial (limit or delay)                            | dial_tone_wait
// seizing                                 | ring_begin (glare)                   | released(44), open the loop, timer drop; the caller's next    | clearing
//                                         |                                      |   burst is a new call                                         |
// seizing                                 | timer dial                           | released(41), open the loop, timer drop                       | clearing
// dial_tone_wait                          | tone_heard dial                      | digits, timer dial                                            | dialling
//                                         |   the same without a number          | alerting(in-band), answered                                   | talking
// dial_tone_wait                          | tone_heard busy, congestion          | released(34), open the loop, timer drop                       | clearing
// dial_tone_wait                          | timer dial                           | released(34, no dial tone), open the loop, timer drop         | clearing
//                                         |   the same when dial tone is not     | as tone_heard dial                                            | dialling, talking
//                                         |     waited for                       |                                                               |
// dialling                                | digits_sent                          | alerting(in-band), answered                                   | talking
// dialling                                | timer dial                           | released(41), open the loop, timer drop                       | clearing
// talking                                 | send_digit                           | DTMF to the exchange                                          | talking
// talking                                 | alert                                | -                                                             | talking
// held, dial_tone_wait, dialling, talking | battery_lost / battery_present       | timer battery on / off                                        | same
// held, talking                           | timer battery                        | released(16, battery drop), open the loop, timer drop         | clearing
// dial_tone_wait, dialling                | timer battery                        | released(27, battery drop), open the loop, timer drop         | clearing
// held, talking                           | tone_heard busy, congestion          | released(16, which tone), open the loop, timer drop           | clearing
// seizing ... talking, held               | release                              | released, open the loop, timer drop (guard time)              | clearing
// dial_tone_wait ... talking, held,       | ring_begin, ring_end                 | -                                                             | same
//   unavailable                           |                                      |                                                               |
// seizing, clearing                       | ring_end                             | -                                                             | same
// clearing                                | timer drop                           | -                                                             | idle
// not idle, no call                       | start                                | released(44) (27 when unavailable)                            | same
// any                                     | alarm, removed, out_of_service       | released(27), everything off                                  | unavailable
// unavailable                             | alarm_clear, in_service: all is well | -                                                             | idle
// any but idle, unavailable               | hardware_failed                      | released(41), everything off, timer drop                      | clearing
// any                                     | shut_down                            | everything off, nothing reported                              | unavailable for ever
//
// A battery timer that runs when dialling or talking is entered starts anew there.
//
// After in_service and alarm_clear the port feeds ring_begin when the line rings already. Battery is no part
// of the machine's idle: the port asks for it when it opens a call. It asks again when the battery timer ends,
// and feeds battery_present instead of the timer when battery is there: not every driver reports that.
//
// Answer supervision is "immediate": a call to the exchange counts as answered when its digits are sent, and
// the caller hears the exchange itself from then on.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "tipring/analog/line_machine.hpp"

namespace tipring::analog {

enum class FxoState : std::uint8_t {
    idle,
    ring_check,
    ring_wait,
    ringing,
    ignored,
    held,
    seizing,
    dial_tone_wait,
    dialling,
    talking,
    clearing,
    unavailable,
};
std::string_view name(FxoState state);

class FxoLine final : public LineMachine {
  public:
    struct Settings {
        bool answer_at_once = false;
        /// A dial tone must be heard before dialling; otherwise `dial_delay` after the seizure is enough.
        bool wait_for_dial_tone = true;
        std::chrono::milliseconds dial_tone_limit{5000};
        std::chrono::milliseconds dial_delay{1000};
        /// Valid bursts before the call is announced.
        unsigned rings_before_announce = 1;
        /// Shorter bursts are bell tinkle from pulse dialling or switching; the shortest real ones (uk) last
        /// 400 ms.
        std::chrono::milliseconds shortest_burst{200};
        /// Longer than the silence of every country's cadence (5 s) and a burst that was missed.
        std::chrono::milliseconds caller_gone{8000};
        /// The driver confirms a seizure after about 750 ms.
        std::chrono::milliseconds seize_limit{3000};
        /// Exchanges drop battery for 250 ms at least; less than that, as events come some milliseconds late.
        std::chrono::milliseconds battery_gone{200};
        std::chrono::milliseconds guard{1000};
        /// DTMF on and off time, to know how long dialling may take.
        std::chrono::milliseconds digit_time{200};
    };

    explicit FxoLine(const Settings& settings) : settings_(settings) {}

    FxoState state() const { return state_; }
    std::string_view state_name() const override { return name(state_); }
    bool idle() const override { return state_ == FxoState::idle; }
    bool off_hook() const override { return conditions().seized; }

    /// One row of the table: what the state does with the input.
    struct Row {
        FxoState state;
        LineInputKind input;
        void (FxoLine::*run)(const LineInput&);
    };

  protected:
    bool transition(const LineInput& input) override;
    void become_unavailable() override { enter(FxoState::unavailable); }
    void become_available() override { enter(FxoState::idle); }
    void recover() override;
    call::Cause busy() const override;

  private:
    using State = FxoState;

    const Settings settings_;
    State state_ = State::idle;
    std::string number_;
    unsigned bursts_ = 0;
    bool burst_valid_ = false;

    struct Table;

    void enter(FxoState state);
    void enter_in_call(FxoState state);
    void nothing(const LineInput&) {}
    void burst_begins(const LineInput&);
    void burst_ends(const LineInput&);
    void ring_check_timer(const LineInput& input);
    void no_more_rings(const LineInput&);
    void still_ringing(const LineInput&);
    void caller_gone(const LineInput&);
    void announce();
    void answer_ringing(const LineInput&);
    void refuse_ringing(const LineInput& input);
    void held_alert(const LineInput& input);
    void held_answer(const LineInput&);
    void place_call(const LineInput& input);
    void seized(const LineInput&);
    void glare(const LineInput&);
    void seize_timer(const LineInput&);
    void dial_tone_heard(const LineInput& input);
    void dial_tone_timer(const LineInput& input);
    void dial();
    void dialled(const LineInput&);
    void dialling_timer(const LineInput& input);
    void digit_to_exchange(const LineInput& input);
    void battery_lost(const LineInput&);
    void battery_back(const LineInput&);
    void talk_timer(const LineInput& input);
    void tone_in_talk(const LineInput& input);
    void hang_up(const LineInput& input);
    void guard_over(const LineInput&);
    void clear(const call::Cause& cause);
};

}  // namespace tipring::analog
