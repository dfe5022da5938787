// FxsLine: a line that feeds a telephone, as a pure state machine. Thread: any (a plain value machine), the
// port's is core.
//
// The phone may have two calls: the present one, and another that waits (call waiting tone), is held, or has
// the other half of a conference. `slot` numbers them; inputs and reports carry it.
//
// What each state does on the wire (audio includes the DTMF receiver, except in warning and howler):
//   idle, unavailable: nothing (idle: audio      announcing: caller ID before the ring, audio on-hook
//     with dial_without_tone)
//   ringing: ringer; caller ID in its first long silence     notifying: message-waiting signal, audio on-hook
//   dial_tone, dialling, calling, ringback, early, talking, conference: seized, audio
//   menu: seized, recall tone, no call heard     confirming: seized, confirmation tone
//   late: seized, the phone is down for a moment      recalling: the phone is down, it is about to ring again
//   dropping: released (battery drop)            warning: seized, busy or reorder tone
//   howler: seized, off-hook warning tone        lockout: silent, as it was
//
// state                      | input                                 | actions                                                          | next
// ---------------------------+---------------------------------------+------------------------------------------------------------------+---------------------
// idle                       | off_hook, flash                       | dial tone, timer dial (first digit), timer tone if it is shorter | dial_tone
//                            |   with a hotline without delay        | incoming(hotline)                                                | calling
//                            |   digits heard in the second before   | the digits, as in dialling                                       | dialling ...
//                            |     it, with dial_without_tone        |                                                                  |
//                            |   with a sip_down_tone                | info tone, timer tone, timer dial of a hotline                   | dial_tone
// idle                       | begin, digit: with dial_without_tone  | audio; the digit is kept                                         | idle
// idle                       | start: caller ID comes before the     | alerting(false), polarity or short ring, clip, timer tone        | announcing
//                            |   ring                                |                                                                  |
//                            |   otherwise                           | ring, timer ring, alerting(false)                                | ringing
// idle                       | show_messages                         | polarity, clip, timer tone                                       | notifying
//                            |   without a clip                      | polarity                                                         | idle
// idle, ringing, announcing, | on_hook                               | - (the driver's late report after a battery drop)                | same
//   notifying                |                                       |                                                                  |
// announcing                 | ringer_off (after the short ring)     | ringer off, clip                                                 | announcing
// announcing                 | off_hook, flash: the phone answers    | seize, clip                                                      | announcing
//                            |   the short ring with its modem (ntt) |                                                                  |
//                            |   otherwise                           | seize, audio, answered                                           | talking
// announcing                 | clip_played, timer tone (ntt: then    | ring, timer ring                                                 | ringing
//                            |   on_hook; timer: talking)            |                                                                  |
// notifying                  | clip_played, timer tone               | -                                                                | idle
// notifying                  | off_hook, flash, start                | as in idle                                                       | as in idle
// dial_tone, confirming      | digit, pulse_digit                    | the tone stops; see "digit" below                                | dialling ...
// dial_tone                  | pulse_start                           | dial tone stops, timer dial (inter-digit)                        | dialling
// dial_tone                  | timer tone                            | dial tone stops                                                  | dial_tone
//                            |   of the info tone                    | dial tone, timers as after off_hook                              | dial_tone
// dial_tone                  | timer dial                            | reorder tone, timer tone                                         | warning
//                            |   with a hotline                      | incoming(hotline)                                                | calling
// dial_tone, dialling,       | flash (a short hang-up)               | dial tone anew, timers as after off_hook                         | dial_tone
//   warning, howler,         |   with another call                   | released(16) if in a call; the other call is taken               | talking
//   confirming               |                                       |                                                                  |
// lockout                    | flash, with another call              | the other call is taken                                          | talking
// calling, ringback, early   | flash, with another call              | released(16), the other call is taken                            | talking
//                            |   without                             | -                                                                | same
// calling ... talking        | flash, pulse_digit "1" where it is a  | -                                                                | same
//                            |   flash: of an emergency call         |                                                                  |
// calling ... conference,    | pulse_digit "1" where it is a flash   | as flash                                                         | as flash
//   warning, howler, lockout |                                       |                                                                  |
// menu                       | the same, unless of a rotary dial     | as flash                                                         | as flash
// dial_tone, dialling,       | the same, where the port takes no     | as flash                                                         | as flash
//   confirming               |   pulses; with another call, as the   |                                                                  |
//                            |   first digit of a phone with keys    |                                                                  |
// dialling                   | the same, of a phone of unknown dial: |                                                                  |
//                            |   a digit at first; "1" alone is no   | timer dial (short, 2.5 s at least)                               | dialling
//                            |   number that is complete at once     |                                                                  |
//                            |   then timer dial, or only "1"s that  | as flash                                                         | as flash
//                            |     are no number                     |                                                                  |
//                            |   then digit                          | the "1"s are forgotten; as the first digit                       | dialling ...
// dialling                   | digit, pulse_digit: map says no_match | misdialled(digits), reorder tone, timer tone                     | warning
//                            |   partial                             | timer dial (inter-digit)                                         | dialling
//                            |   complete_or_longer                  | timer dial (short)                                               | dialling
//                            |   complete                            | incoming(number)                                                 | calling
//                            |   complete, a service's code          | use_service(digits)                                              | dialling
//                            |   '#' that the map has no place for,  | incoming(number)                                                 | calling
//                            |     after a number                    |                                                                  |
// dialling                   | service_result: refused               | reorder tone, timer tone                                         | warning
//                            |   confirmed                           | confirmation tone, timer tone                                    | confirming
//                            |   call                                | incoming(number)                                                 | calling
//                            |   pick_up                             | pick_up(number)                                                  | calling
//                            |   transfer, with a held call          | transfer(number), confirmation tone, timer tone                  | confirming
// dialling                   | pulse_start, while a digit is awaited | timer dial (inter-digit, 2.5 s at least)                         | dialling
// dialling                   | timer dial: number so far is one      | incoming(number), or use_service(digits)                         | calling, dialling
//                            |   is not                              | misdialled(digits), reorder tone, timer tone                     | warning
// confirming                 | digit '#': of a code that was         | -                                                                | confirming
//                            |   complete without it                 |                                                                  |
// confirming                 | timer tone                            | dial tone, timers as after off_hook                              | dial_tone
// calling, ringback, early   | alert(false)                          | ringback tone                                                    | ringback
// calling, ringback, early   | alert(true)                           | the other side's audio is heard                                  | early
// calling, ringback, early   | answer                                | polarity                                                         | talking
// calling, ringback, early   | release                               | released, busy tone (17) or reorder tone, timer tone             | warning
// talking                    | release                               | released, release the wire (battery drop)                        | dropping
//                            |   without battery drop, or with       | released, polarity, busy or reorder tone                         | warning
//                            |   another call                        |                                                                  |
// talking                    | pulse_digit                           | digit to the other side                                          | talking
// talking                    | send_digit                            | DTMF to the phone                                                | talking
// talking                    | start: call waiting, no other call,   | alerting(false), clip, timer wait, timer ring                    | talking
//                            |   no emergency call                   |                                                                  |
// talking                    | timer wait                            | clip (the tone again)                                            | talking
//                            |   while a clip plays (its end was not | clip off, mute off; then timer wait if it told of the caller,    | talking
//                            |     reported)                         |   else clip, timer wait                                          |
// talking                    | clip_played (caller ID in the call)   | mute, timer wait; after the message: mute off                    | talking
// talking                    | digit A to D, awaited                 | clip (the message)                                               | talking
// talking                    | timer ring (nobody took the waiting)  | released(19) of the waiting                                      | talking
// talking                    | flash: no services                    | flash to the other side                                          | talking
//                            |   one call                            | hold, dial tone, timers as after off_hook                        | dial_tone
//                            |   two calls, with digits after it     | recall tone, timer dial                                          | menu
//                            |   two calls, the second was dialled   | hold off                                                         | conference
//                            |   two calls, the second waited        | hold; the other call is taken                                    | talking
// menu                       | digit 0                               | released of the other call (17 if it waits)                      | talking
//                            |   1                                   | released(16), the other call is taken                            | talking
//                            |   2; timer dial                       | hold; the other call is taken                                    | talking
//                            |   3: the other is held                | hold off                                                         | conference
//                            |   4: the other is held                | join, confirmation tone, timer tone                              | confirming
//                            |   another; flash                      | timer wait if the other waits                                    | talking
// conference                 | flash                                 | released(16) of the one that was present before it               | talking
// conference                 | release                               | released                                                         | talking
// talking                    | on_hook: a called phone may be down   | timer tone (late on-hook)                                        | late
//                            |   for a while, and has no other call  |                                                                  |
// late                       | off_hook, flash                       | -                                                                | talking
// late                       | timer tone                            | as on_hook                                                       | idle ...
// ringback, early, talking   | on_hook: a held call and one that was | join, release the wire                                           | idle
//                            |   dialled, no emergency call          |                                                                  |
// dial_tone ... conference,  | on_hook: with another call            | released(16), release the wire, timer tone                       | recalling
//   warning, howler, lockout |                                       |                                                                  |
// recalling                  | timer tone                            | ring, timer ring (a waiting call: what is left of its time)      | ringing
// recalling                  | off_hook, flash                       | the other call is taken                                          | talking
// dropping                   | wire_settled: off-hook                | busy or reorder tone, timer tone                                 | warning
//                            |   on-hook                             | -                                                                | idle
//                            |   on-hook, with another call          | timer tone                                                       | recalling
// dropping, unavailable      | off_hook, on_hook                     | - (kept in mind)                                                 | same
// lockout                    | off_hook, flash                       | - (the driver's late report)                                     | lockout
// warning                    | timer tone                            | howler, timer tone                                               | howler
// howler                     | timer tone                            | silence                                                          | lockout
// ringing                    | ringer_off, the one before the long   | audio, clip (caller ID)                                          | ringing
//                            |   silence                             |                                                                  |
// ringing                    | clip_played                           | audio off                                                        | ringing
// ringing                    | off_hook, flash                       | seize, audio, answered                                           | talking
// ringing                    | timer ring                            | released(19), ringer off                                         | idle
// ringing, announcing, late, | release                               | released, ringer off                                             | idle
//   recalling                |   the phone is up (ntt)               | released, reorder tone, timer tone                               | warning
// ringing, late, recalling   | release, timer ring, late on-hook:    | as above, timer tone                                             | recalling
//                            |   with another call                   |                                                                  |
// dial_tone ... conference,  | on_hook                               | released(16) if in a call, release the wire                      | idle
//   warning, howler, lockout |                                       |                                                                  |
// any                        | release of the call that is not the   | released                                                         | same
//                            |   present one                         |                                                                  |
// any                        | transfer_failed of a call that nobody | released(16)                                                     | same
//                            |   has answered yet                    |                                                                  |
// confirming, dial_tone,     | transfer_failed                       | the audio is back                                                | talking
//   dialling, warning,       |                                       |                                                                  |
//   howler, lockout          |                                       |                                                                  |
// idle, notifying            | transfer_failed                       | hold, timer tone                                                 | recalling
// any other                  | transfer_failed                       | hold: it is the other call                                       | same
// no use for it              | start                                 | released(17) (27 when unavailable)                               | same
// any                        | alarm, removed, out_of_service        | released(27), everything off                                     | unavailable
// unavailable                | alarm_clear, in_service: all is well; |                                                                  |
//                            |   phone on-hook                       | -                                                                | idle
//                            |   off-hook                            | -                                                                | lockout
// any but unavailable        | hardware_failed; phone on-hook        | released(41), everything off                                     | idle
//                            |   off-hook                            | released(41), ringer and audio off                               | lockout
// any                        | shut_down                             | everything off, nothing reported                                 | unavailable for ever
//
// A call that the phone dials to an emergency number (Settings::emergency) is one until its end: no call waits
// beside it, no flash (a hand that trembles) holds it or gives it up, and hanging up ends it (RFC 6881, BCP 181,
// has such features disabled). A call that is held meanwhile stays so, and the phone rings for it afterwards.
//
// What dial a phone has: where the port takes one kind of digits, that; otherwise what it dialled last. DTMF is of
// keys, a train of 2 to 10 pulses of a rotary dial; the pulse "1" tells nothing, a recall key makes it, too. Nobody
// knows until then.
//
// Digits of a kind that the port does not accept, and pulse_start where it takes no pulses, change nothing.
// Two parties that called in are never joined by hanging up: only a call that the phone dialled itself is.
// A call that waits has its time from its start, in whatever states the phone spends it; wherever the table
// goes to idle with another call it goes to recalling. A new call of a phone whose two calls are both on their
// way out of a transfer releases one of them.
//
// Before in_service and alarm_clear the port feeds off_hook or on_hook, as the board's status says: drivers
// do not report all that a phone does meanwhile.
//
// Glare: a phone lifted after `start` answers, even if its bell has not sounded yet; lifted before, `start`
// meets a busy line. Where the phone counts as down a flash means that it was lifted: the port learns from its
// status that a phone went down around the battery drop, while the driver may still be timing whether it is a
// flash.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "tipring/analog/line_machine.hpp"
#include "tipring/analog/service_codes.hpp"
#include "tipring/routing/digit_map.hpp"
#include "tipring/routing/emergency.hpp"

namespace tipring::analog {

enum class FxsState : std::uint8_t {
    idle,
    announcing,
    notifying,
    dial_tone,
    dialling,
    calling,
    ringback,
    early,
    talking,
    menu,
    conference,
    confirming,
    late,
    recalling,
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
        ServiceCodes codes;
        routing::EmergencyNumbers emergency;
        bool accept_dtmf = true;
        bool accept_pulse = true;
        /// Flash makes a second call; without it a flash goes to the other side.
        bool services = true;
        /// False: a flash in a call means nothing.
        bool flash = true;
        /// Joining two others and leaving them.
        bool may_transfer = true;
        bool call_waiting = true;
        bool call_waiting_id = true;
        /// With two calls a flash is followed by a digit (menu).
        bool flash_digits = true;
        /// The kernel takes a short flash for the dial pulse "1" (features A11).
        bool pulse_one_is_flash = false;
        config::CallerIdTiming caller_id_timing = config::CallerIdTiming::after_first_ring;
        /// The phone answers the short ring with its modem and goes on-hook again after the message (NTT).
        bool caller_id_answered = false;
        /// Digits count that are dialled while the driver still debounces the lifted phone (alarm panels).
        bool dial_without_tone = false;
        bool answer_polarity = false;
        bool disconnect_battery = true, disconnect_polarity = false, disconnect_tone = true;
        /// False: a phone that is left off-hook hears reorder tone for ever.
        bool lock_out = true;
        std::string hotline;
        std::chrono::milliseconds hotline_delay{0};
        std::chrono::milliseconds late_on_hook{0};
        std::chrono::milliseconds dial_tone{16000}, first_digit{16000}, inter_digit{8000},
            short_inter_digit{3000};
        std::chrono::milliseconds ring_timeout{120000};
        /// Busy or reorder tone, then off-hook warning, then silence until on-hook.
        std::chrono::milliseconds warning{20000}, howler{40000};
        std::chrono::milliseconds menu{3000};
        std::chrono::milliseconds confirmation{1500};
        std::chrono::milliseconds call_waiting_pause{10000};
        /// The phone answers the alerting signal within 100 ms (EN 300 659-2 6.1.2, GR-31 160 ms); the
        /// detector and the media thread need their time, too.
        std::chrono::milliseconds acknowledge{400};
        /// A caller-ID transmission takes 4 s at most (ten seconds for NTT's phone to go down again), and a
        /// call-waiting tone 2 s. After that the report of the clip's end was lost.
        std::chrono::milliseconds announce{6000};
        /// Between hanging up and the ring for a call that is still there.
        std::chrono::milliseconds recall_pause{1000};
        std::chrono::milliseconds recall_ring{30000};
        /// Longer than the driver's debounce (600 ms), and too short for another dialling.
        std::chrono::milliseconds early_digits{1000};
    };
    /// Longest number that is collected; E.164 has 15 digits, prefixes and extensions come on top.
    static constexpr std::size_t longest_number = 64;

    explicit FxsLine(Settings settings) : settings_(std::move(settings)) {}

    FxsState state() const { return state_; }
    const std::string& digits() const { return digits_; }
    std::string_view state_name() const override { return name(state_); }
    bool idle() const override { return state_ == FxsState::idle || state_ == FxsState::notifying; }
    bool off_hook() const override { return off_hook_; }
    bool connected(unsigned slot) const override;
    /// The slot of a call that could wait now; line_slots when none can.
    unsigned waiting_slot() const;
    const ServiceCodes& codes() const { return settings_.codes; }
    bool is_emergency(const std::string& number) const { return settings_.emergency.contains(number); }
    /// Held or waiting.
    unsigned held_calls() const { return has_other() ? 1 : 0; }
    /// For the port's service_result.
    bool has_held_call() const { return uses_.at(other()) == Use::held; }

    /// One row of the table: what the state does with the input.
    struct Row {
        FxsState state;
        LineInputKind input;
        void (FxsLine::*run)(const LineInput&);
    };

  protected:
    bool transition(const LineInput& input) override;
    void become_unavailable() override;
    void become_available() override { recover(); }
    void recover() override;
    call::Cause busy() const override { return {call::q850::user_busy, call::Location::user, "line in use"}; }
    void observe(const LineInput& input) override;

  private:
    using State = FxsState;
    enum class Use : std::uint8_t {
        free,
        active,
        held,
        waiting,
        leaving,  ///< the other sides are being joined: the legs will be released
    };
    enum class Dial : std::uint8_t { unknown, tones, pulses };
    /// How far the waiting caller's number is on its way to the phone.
    enum class Offer : std::uint8_t { none, alerting, acknowledging, telling };

    const Settings settings_;
    State state_ = State::idle;
    bool off_hook_ = false;
    std::string digits_;
    Dial dial_ = Dial::unknown;  ///< what the phone dialled last, in whatever call
    std::string early_digits_;   ///< heard before off_hook
    std::chrono::steady_clock::time_point early_at_{};
    LineTone warning_tone_ = LineTone::congestion;
    bool tells_sip_down_ = false;  ///< dial_tone: the info tone before it
    bool far_end_gone_ = false;    ///< the polarity says so until the phone is down

    unsigned active_ = 0;
    std::array<Use, line_slots> uses_{};
    std::array<bool, line_slots> dialled_{};    ///< by the phone, not to it
    std::array<bool, line_slots> emergency_{};  ///< it was dialled to the rescuers
    std::array<bool, line_slots> answered_{};   ///< by either side
    std::array<bool, line_slots> told_held_{};  ///< the other side knows that it is held
    bool shows_messages_ = false;               ///< by reversed polarity while idle

    CallerIdPlan id_plan_;
    unsigned bursts_ = 0;
    bool short_rings_ = false;  ///< announcing: the pulse before the message
    bool clip_plays_ = false;
    Offer offer_ = Offer::none;
    std::chrono::milliseconds ring_limit_{0};
    std::chrono::steady_clock::time_point now_{}, rings_until_{};

    struct Table;

    unsigned other() const { return 1 - active_; }
    bool has_other() const;
    bool in_emergency_call() const;
    bool timing_before_ring() const;
    LineConditions conditions_of(State state) const;
    void enter(State state);
    void nothing(const LineInput&) {}
    bool other_call_released(const LineInput& input);
    std::chrono::milliseconds waiting_time_left() const;
    void come_to_rest();
    void forget_calls();
    void transfer_failed(unsigned slot);

    // fxs_line.cpp: one call
    void phone_lifted(const LineInput&);
    void begin_dialling(std::chrono::milliseconds sip_down_tone = {});
    bool hotline_waits() const;
    void time_dial_tone();
    void phone_down(const LineInput&);
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
    void back_up(const LineInput&);
    void lockout_flash(const LineInput& input);
    void late_timer(const LineInput& input);

    // fxs_dialling.cpp
    void dial_tone_timer(const LineInput& input);
    void settle_in(const LineInput&);
    void early_digit(const LineInput& input);
    void take_early_digits();
    void pulse_train(const LineInput&);
    void next_pulse_train(const LineInput&);
    void tone_digit(const LineInput& input);
    void pulse_digit(const LineInput& input);
    void learn_dial(const LineInput& input);
    Dial dial_of_phone() const;
    bool pulse_is_flash() const;
    bool may_be_recall_key() const;
    bool is_lone_one() const { return may_be_recall_key() && digits_.size() == 1; }
    void await_digit(std::chrono::milliseconds limit);
    routing::DigitMatch match_number(std::string_view digits) const;
    routing::DigitMatch match_code(std::string_view digits) const;
    routing::DigitMatch match(const std::string& digits) const;
    void collect(char digit);
    void dial_timer(const LineInput&);
    void dial();
    void call_number(LineActionKind report, const std::string& number);
    void misdialled();
    void service_result(const LineInput& input);
    void confirm();
    void confirmed(const LineInput&);

    // fxs_ringing.cpp
    void ring_phone(const LineInput& input);
    void start_ringing(std::chrono::milliseconds limit);
    void short_ring_over(const LineInput&);
    void announced(const LineInput&);
    void announcing_lifted(const LineInput& input);
    void announcing_down(const LineInput&);
    void announcing_timer(const LineInput& input);
    void ring_silence(const LineInput&);
    void ring_clip_played(const LineInput&);
    void phone_answers(const LineInput&);
    void ring_timer(const LineInput&);
    void stop_ringing(const LineInput& input);
    void show_messages(const LineInput& input);
    void messages_shown(const LineInput& input);

    // fxs_second_call.cpp
    void flash_in_talk(const LineInput&);
    void flash_to_other_call(const LineInput& input);
    void call_waits(const LineInput& input);
    void waiting_timer(const LineInput& input);
    void play_waiting_clip(LineClip clip);
    void waiting_clip_played(const LineInput&);
    void phone_acknowledges(const LineInput& input);
    void other_call_gone(const call::Cause& cause);
    void end_offer();
    void menu_digit(const LineInput& input);
    void menu_over(const LineInput&);
    void hold_active();
    void take_other();
    void swap();
    void join_conference();
    void join_others();
    void leave_conference(const LineInput&);
    void conference_release(const LineInput& input);
    void ring_again();
    void tell_held(unsigned slot, bool held);
    void ring_again_timer(const LineInput&);
    void report(LineActionKind kind, unsigned slot, bool on = false);
    void release_call(unsigned slot, const call::Cause& cause);
    void play_clip(LineClip clip, unsigned slot);
    void stop_clip();
};

}  // namespace tipring::analog
