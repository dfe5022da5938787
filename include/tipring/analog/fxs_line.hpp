// FxsLine: a line that feeds a telephone, as a pure state machine. Thread: any (a plain value machine), the
// port's is core.
//
// What each state does on the wire (audio includes the DTMF receiver, except in warning and howler):
//   idle, unavailable: nothing                              ringing: ringer
//   dial_tone, dialling, calling, ringback, early, talking: seized, audio
//   dropping: released (battery drop)                       warning: seized, busy or reorder tone
//   howler: seized, off-hook warning tone                   lockout: silent, as it was
//
// state                      | input                                 | actions                                                          | next
// ---------------------------+---------------------------------------+------------------------------------------------------------------+---------------------
// idle                       | off_hook, flash                       | dial tone, timer dial (first digit), timer tone if it is shorter | dial_tone
// idle                       | start                                 | ring, timer ring, alerting(false)                                | ringing
// idle, ringing              | on_hook                               | - (the driver's late report after a battery drop)                | same
// dial_tone                  | digit, pulse_digit                    | dial tone stops; see "digit" below                               | dialling ...
// dial_tone                  | pulse_start                           | dial tone stops, timer dial (inter-digit)                        | dialling
// dial_tone                  | timer tone                            | dial tone stops                                                  | dial_tone
// dial_tone                  | timer dial                            | reorder tone, timer tone                                         | warning
// dial_tone, dialling,       | flash (a short hang-up)               | dial tone anew, timers as after off_hook                         | dial_tone
//   warning, howler          |                                       |                                                                  |
// dialling                   | digit, pulse_digit: map says no_match | misdialled(digits), reorder tone, timer tone                     | warning
//                            |   partial                             | timer dial (inter-digit)                                         | dialling
//                            |   complete_or_longer                  | timer dial (short)                                               | dialling
//                            |   complete                            | incoming(number)                                                 | calling
//                            |   '#' that the map has no place for,  | incoming(number)                                                 | calling
//                            |     after a number                    |                                                                  |
// dialling                   | pulse_start                           | -                                                                | dialling
// dialling                   | timer dial: number so far is one      | incoming(number)                                                 | calling
//                            |   is not                              | misdialled(digits), reorder tone, timer tone                     | warning
// calling, ringback, early   | alert(false)                          | ringback tone                                                    | ringback
// calling, ringback, early   | alert(true)                           | the other side's audio is heard                                  | early
// calling, ringback, early   | answer                                | -                                                                | talking
// calling, ringback, early   | release                               | released, busy tone (17) or reorder tone, timer tone             | warning
// talking                    | release                               | released, release the wire (battery drop)                        | dropping
// talking                    | pulse_digit                           | digit to the other side                                          | talking
// talking                    | send_digit                            | DTMF to the phone                                                | talking
// dropping                   | wire_settled: off-hook                | busy or reorder tone, timer tone                                 | warning
//                            |   on-hook                             | -                                                                | idle
// dropping, unavailable      | off_hook, on_hook                     | - (kept in mind)                                                 | same
// lockout                    | off_hook, flash                       | - (the driver's late report)                                     | lockout
// warning                    | timer tone                            | howler, timer tone                                               | howler
// howler                     | timer tone                            | silence                                                          | lockout
// ringing                    | off_hook, flash                       | seize, audio, answered                                           | talking
// ringing                    | timer ring                            | released(19), ringer off                                         | idle
// ringing                    | release                               | released, ringer off                                             | idle
// dial_tone ... talking,     | on_hook                               | released(16) if in a call, release the wire                      | idle
//   warning, howler, lockout |                                       |                                                                  |
// not idle, no call          | start                                 | released(17) (27 when unavailable)                               | same
// any                        | alarm, removed, out_of_service        | released(27), everything off                                     | unavailable
// unavailable                | alarm_clear, in_service: all is well; |                                                                  |
//                            |   phone on-hook                       | -                                                                | idle
//                            |   off-hook                            | -                                                                | lockout
// any but unavailable        | hardware_failed; phone on-hook        | released(41), everything off                                     | idle
//                            |   off-hook                            | released(41), ringer and audio off                               | lockout
// any                        | shut_down                             | everything off, nothing reported                                 | unavailable for ever
//
// Digits of a kind that the port does not accept, and pulse_start where it takes no pulses, change nothing.
//
// Before in_service and alarm_clear the port feeds off_hook or on_hook, as the board's status says: drivers
// do not report all that a phone does meanwhile.
//
// Glare: a phone lifted after `start` answers, even if its bell has not sounded yet; lifted before, `start`
// meets a busy line. A hook flash is no feature of this machine yet: in a call it is unexpected, counted and
// without effect. Where the phone counts as down it means that it was lifted: the port learns from its status
// that a phone went down around the battery drop, while the driver may still be timing whether it is a flash.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "tipring/analog/line_machine.hpp"
#include "tipring/routing/digit_map.hpp"

namespace tipring::analog {

enum class FxsState : std::uint8_t {
    idle,
    dial_tone,
    dialling,
    calling,
    ringback,
    early,
    talking,
    dropping,
    warning,
    howler,
    lockout,
    ringing,
    unavailable,
};
std::string_view name(FxsState state);

class FxsLine final : public LineMachine {
  public:
    struct Settings {
        routing::DigitMap digit_map;
        bool accept_dtmf = true;
        bool accept_pulse = true;
        std::chrono::milliseconds dial_tone{16000}, first_digit{16000}, inter_digit{8000},
            short_inter_digit{3000};
        std::chrono::milliseconds ring_timeout{120000};
        /// Busy or reorder tone, then off-hook warning, then silence until on-hook.
        std::chrono::milliseconds warning{20000}, howler{40000};
    };
    /// Longest number that is collected; E.164 has 15 digits, prefixes and extensions come on top.
    static constexpr std::size_t longest_number = 64;

    explicit FxsLine(Settings settings) : settings_(std::move(settings)) {}

    FxsState state() const { return state_; }
    const std::string& digits() const { return digits_; }
    std::string_view state_name() const override { return name(state_); }
    bool idle() const override { return state_ == FxsState::idle; }
    bool off_hook() const override { return off_hook_; }

    /// One row of the table: what the state does with the input.
    struct Row {
        FxsState state;
        LineInputKind input;
        void (FxsLine::*run)(const LineInput&);
    };

  protected:
    bool transition(const LineInput& input) override;
    void become_unavailable() override { enter(FxsState::unavailable); }
    void become_available() override { enter(off_hook_ ? FxsState::lockout : FxsState::idle); }
    void recover() override;
    call::Cause busy() const override { return {call::q850::user_busy, call::Location::user, "line in use"}; }
    void observe(const LineInput& input) override;

  private:
    using State = FxsState;

    const Settings settings_;
    State state_ = State::idle;
    bool off_hook_ = false;
    std::string digits_;
    LineTone warning_tone_ = LineTone::congestion;

    struct Table;

    void enter(FxsState state);
    void nothing(const LineInput&) {}
    void phone_lifted(const LineInput&);
    void phone_down(const LineInput&);
    void ring_phone(const LineInput&);
    void dial_tone_timer(const LineInput& input);
    void pulse_train(const LineInput&);
    void tone_digit(const LineInput& input);
    void pulse_digit(const LineInput& input);
    void collect(char digit);
    void dial_timer(const LineInput&);
    void dial();
    void misdialled();
    void warn(LineTone tone);
    void alert(const LineInput& input);
    void answer(const LineInput&);
    void refused(const LineInput& input);
    void far_end_gone(const LineInput& input);
    void digit_to_far_end(const LineInput& input);
    void digit_to_phone(const LineInput& input);
    void drop_done(const LineInput&);
    void warning_timer(const LineInput&);
    void howler_timer(const LineInput&);
    void phone_answers(const LineInput&);
    void ring_timer(const LineInput&);
    void stop_ringing(const LineInput& input);
};

}  // namespace tipring::analog
