// FxoLine: a line to an exchange (we are its telephone), as a pure state machine. Thread: any (a plain value
// machine), the port's is core.
//
// What each state does on the wire:
//   idle, ignored, ringing, clearing, unavailable: loop open, no audio (idle with listen_always: as id_wait)
//   id_wait, ring_check, ring_wait: loop open; audio with the caller-ID receivers, where caller ID is wanted
//   id_modem: loop closed, audio with the caller-ID receivers. No call: nobody is heard, and nobody answers
//   seizing: loop closed
//   dial_tone_wait: loop closed, audio, detector of call-progress tones
//   dialling: loop closed; audio unless pulses are dialled
//   answer_wait, talking, held: loop closed, audio, detectors of call-progress tones and DTMF; answer_wait
//     hears voice where that is the answer, talking hears silence where it ends calls; held plays ringback to
//     the caller until the other side's audio or answer comes, attending dial tone until he dials. Of what
//     ends a call, attending knows the same as held
//
// state                             | input                                | actions                                                       | next
// ----------------------------------+--------------------------------------+---------------------------------------------------------------+---------------------
// idle                              | begin                                | on-hook audio with listen_always                              | idle
// idle, id_wait                     | caller_id_heard                      | timer ring (kept for 6 s)                                     | id_wait
// idle, id_wait                     | polarity: with caller_id             | timer ring, on-hook audio                                     | id_wait
// id_wait                           | timer ring                           | - (the number is forgotten)                                   | idle
// idle, id_wait, ring_check,        | ring_begin                           | on-hook audio with caller_id, timer burst, timer ring         | ring_check
//   ring_wait, clearing             |                                      |                                                               |
// ring_check                        | ring_end of the modem's ring (NTT)   | seize, audio, timer dial                                      | id_modem
// id_modem                          | caller_id_heard                      | timer dial (the end of the message)                           | id_modem
// id_modem                          | timer dial                           | open the loop, on-hook audio, timer ring                      | ring_wait
// id_modem                          | ring_begin, ring_end                 | -                                                             | same
// ring_check                        | timer burst                          | - (the burst is long enough to be one)                        | ring_check
//                                   |   the same, caller's number is known | as ring_end: rings are enough                                 | ringing, held
// ring_check                        | ring_end: rings are enough           | proved good, timer ring, incoming                             | ringing
//                                   |   the same with answer_at_once       | proved good, seize, audio, ringback tone, incoming            | held
//                                   |   the same with two_stage            | proved good, seize, audio, dial tone, timer dial              | attending
//                                   |   not enough yet                     | timer ring                                                    | ring_wait
//                                   |   too short, none before it          | timer ring, with caller_id (it may be a ring pulse)           | id_wait
//                                   |   the same without caller_id         | -                                                             | idle
//                                   |   too short, after one that counts   | timer ring                                                    | ring_wait
// ring_check, ring_wait             | caller_id_heard: a ring has counted  | as ring_end: rings are enough                                 | ringing, held
//                                   |   none yet                           | - (the number is kept)                                        | same
// ring_wait                         | ring_end after id_modem              | as ring_end: its beginning was not told, but it counts        | ringing ...
//                                   |   otherwise                          | -                                                             | same
// ring_check, ring_wait             | timer ring                           | -                                                             | idle
// ringing                           | ring_begin, ring_end                 | timer ring                                                    | ringing
// ringing                           | timer ring                           | released(16, caller hung up)                                  | idle
// ringing                           | alert                                | - (the exchange gives ringback)                               | ringing
// ringing                           | answer                               | seize, audio, timer settle, timer call                        | talking
// ringing                           | release                              | released, timer ring (a ringing line cannot be refused: wait) | ignored
// ignored                           | ring_begin, ring_end                 | timer ring                                                    | ignored
// ignored                           | timer ring                           | -                                                             | idle
// attending                         | digit: the map of two_stage says     | dial tone off, timer dial                                     | attending
//                                   |   partial, complete_or_longer        |                                                               |
//                                   |   complete                           | incoming(digits), ringback tone                               | held
//                                   |   no_match                           | incoming, ringback tone                                       | held
// attending                         | timer dial: the digits are a number  | incoming(digits), ringback tone                               | held
//                                   |   are not                            | incoming, ringback tone                                       | held
// held                              | alert(true) / alert(false)           | tone off / ringback tone                                      | held
// held                              | answer                               | tone off, timer call                                          | talking
// idle; id_wait, no number heard    | start                                | seize, timer dial (seize limit)                               | seizing
//                                   |   nothing to dial in the number      | released(28)                                                  | same
// id_wait after a reversal (NTT)    | start                                | released(44): the loop would be the modem's answer            | same
// seizing                           | hook_complete                        | audio, timer dial (limit or delay)                            | dial_tone_wait
// seizing                           | ring_begin (glare)                   | released(44), open the loop, timer drop; the caller's next    | clearing
//                                   |                                      |   burst is a new call                                         |
// seizing                           | timer dial                           | released(41), open the loop, timer drop                       | clearing
// dial_tone_wait                    | tone_heard dial                      | proved good; see "dial" below                                 | dialling ...
// dial_tone_wait                    | tone_heard busy, congestion, learnt  | released(34), open the loop, timer drop                       | clearing
// dial_tone_wait                    | timer dial                           | released(34, no dial tone), open the loop, timer drop         | clearing
//                                   |   the same when dial tone is not     | see "dial" below                                              | dialling ...
//                                   |     waited for                       |                                                               |
// dialling                          | digits_sent, pulses_dialled; timer   | see "dial" below                                              | dialling ...
//                                   |   dial after a pause between pulses  |                                                               |
// dialling                          | polarity                             | - (no answer yet: some exchanges reverse at the seizure)      | dialling
// dialling                          | timer dial                           | released(41), open the loop, timer drop                       | clearing
// answer_wait                       | polarity with answer_by polarity     | answered, timer settle, timer call                            | talking
// answer_wait                       | voice_heard with answer_by voice     | answered, timer call                                          | talking
// answer_wait                       | timer dial                           | answered, timer call                                          | talking
// answer_wait, talking              | send_digit                           | DTMF to the exchange                                          | same
// talking                           | send_flash                           | flash, timer flash                                            | talking
// talking                           | timer flash                          | timer battery if it was lost meanwhile                        | talking
// talking, held, answer_wait        | alert                                | -                                                             | same
// held, dial_tone_wait, dialling,   | battery_lost / battery_present       | timer battery on / off; in a flash: remembered                | same
//   answer_wait, talking, attending |                                      |                                                               |
// held, dial_tone_wait, dialling,   | timer battery                        | released(..., battery drop), open the loop, timer drop        | clearing
//   answer_wait, talking            |                                      |                                                               |
// held, answer_wait, talking        | polarity                             | see "Reversals" below                                         | same
// held, answer_wait, talking        | timer polarity                       | released(..., polarity), open the loop, timer drop            | clearing
// held, answer_wait, talking        | tone_heard busy, congestion, learnt  | released(..., which tone), open the loop, timer drop          | clearing
// held, answer_wait, talking        | tone_heard dial / other, tone_gone   | timer tone on / off                                           | same
// held, answer_wait, talking        | timer tone                           | released(..., dial tone), open the loop, timer drop           | clearing
// talking                           | silence_heard                        | released(16, silence), open the loop, timer drop              | clearing
// talking                           | timer call                           | released(16, limit), open the loop, timer drop                | clearing
// held, answer_wait, talking        | timer settle                         | -                                                             | same
// seizing ... talking, held         | release                              | released, open the loop, timer drop (guard time)              | clearing
// dial_tone_wait ... talking, held, | ring_begin, ring_end                 | -                                                             | same
//   unavailable                     |                                      |                                                               |
// seizing, clearing, id_wait        | ring_end                             | -                                                             | same
// clearing                          | timer drop                           | -                                                             | idle
// not idle, no call                 | start                                | released(44) (27 when unavailable)                            | same
// any                               | alarm, removed, out_of_service       | released(27), everything off                                  | unavailable
// unavailable                       | alarm_clear, in_service: all is well | -                                                             | idle
// any but idle, unavailable         | hardware_failed                      | released(41), everything off, timer drop                      | clearing
// any                               | shut_down                            | everything off, nothing reported                              | unavailable for ever
//
// Dial: the next part of the number is sent, up to a 'W', and timer dial limits how long that takes. A 'W'
// that comes next waits for dial tone again: dial_tone_wait. When nothing is left: with answer_by immediate,
// and when there was no number at all, alerting(in-band) and answered: talking; otherwise alerting(in-band),
// timer dial (answer_after, unless it is 0): answer_wait. A 'w' among pulses is a pause that timer dial ends.
//
// Rings: a burst that counts belongs to the ring before it when it begins less than ring_pause after that one
// (uk: two bursts, one ring). Timer ring is caller_gone until the exchange has shown its pause between two
// rings; from then on the longest burst or silence so far and caller_gone_margin.
//
// Modem (NTT, caller_id_answered): the exchange rings in short bursts until the loop is closed, sends the message,
// waits until the loop is open, and then rings for the call. A burst is taken for one of these when its end comes
// after shortest_modem_burst to longest_modem_burst, its beginning was seen, and neither a longer one nor a pause
// between two rings came before it. Never when the number is known, nor twice in a call. What follows is the
// same call: its number is known before its first ring. No ring within caller_gone: the caller has gone.
//
// Reversals: while timer settle or flash runs they tell nothing. With first_reversal_answers the first one of a
// call to the exchange is its answer signal (timer settle follows), whether the call's answer depends on it or
// not; without, timer settle runs from the end of dialling. Each further one starts timer polarity, and when that
// runs already stops it: two in short order are a pulse, such as metering makes.
//
// Why an answered call ended is cause 16. Before the answer: 17 for busy and learnt tones, 42 for congestion,
// 31 for all else in answer_wait; 27 for battery while dialling or before. Cause::method names the evidence.
//
// Timers battery, settle, polarity and tone that run when a state of the same call is entered start anew
// there.
//
// After in_service and alarm_clear the port feeds ring_begin when the line rings already. Battery is no part
// of the machine's idle: the port asks for it when it opens a call. It asks again when the battery timer ends,
// and feeds battery_present instead of the timer when battery is there: not every driver reports that.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tipring/analog/line_machine.hpp"
#include "tipring/config/config.hpp"
#include "tipring/routing/digit_map.hpp"

namespace tipring::analog {

enum class FxoState : std::uint8_t {
    idle,
    id_wait,
    ring_check,
    ring_wait,
    id_modem,
    ringing,
    ignored,
    attending,
    held,
    seizing,
    dial_tone_wait,
    dialling,
    answer_wait,
    talking,
    clearing,
    unavailable,
};
std::string_view name(FxoState state);

class FxoLine final : public LineMachine {
  public:
    /// config::FxoSettings, as far as the machine needs it, and times that nobody has to set.
    struct Settings {
        bool answer_at_once = false;
        /// The caller hears dial tone and dials one of these himself; otherwise he gets the port's destination.
        std::optional<routing::DigitMap> two_stage;
        std::chrono::milliseconds first_digit{10000}, inter_digit{5000}, short_inter_digit{3000};
        /// Rings before the call is announced; fewer when the caller's number has come.
        unsigned rings = 2;
        bool caller_id = true;
        /// The number may come before the first ring without a reversal: the idle line is listened to.
        bool listen_always = false;
        /// The exchange sends the number to a modem that answers short bursts before the ringing (NTT).
        bool caller_id_answered = false;
        /// A dial tone must be heard before dialling; otherwise `dial_delay` after the seizure is enough.
        bool wait_for_dial_tone = true;
        std::chrono::milliseconds dial_tone_limit{5000};
        std::chrono::milliseconds dial_delay{1000};
        std::string dial_prefix;
        bool pulse = false;
        /// The longest digit by pulses, and the pause after it.
        std::chrono::milliseconds pulse_digit{1750};
        /// DTMF on and off time, to know how long dialling may take.
        std::chrono::milliseconds digit_time{200};
        config::AnswerBy answer_by = config::AnswerBy::immediate;
        /// 0: none; a timer of 0 is an immediate answer. With polarity the configuration gives 0 unless one is set.
        std::chrono::milliseconds answer_after{10000};
        bool disconnect_battery = true, disconnect_polarity = true, disconnect_tones = true,
             disconnect_dial_tone = true, disconnect_silence = false;
        /// Otherwise the exchange reverses the line at the end of a call only.
        bool first_reversal_answers = true;
        std::chrono::milliseconds longest_call{0};  ///< 0: no limit
        std::chrono::milliseconds guard{1000};

        /// Shorter bursts are bell tinkle from pulse dialling or switching; the shortest real ones (uk) last
        /// 400 ms, a ring pulse before caller ID 200 to 300 ms (ETSI EN 300 659-1, 6.1.2).
        std::chrono::milliseconds shortest_burst{200};
        /// The shortest silence between two rings (jp: 2 s); within a ring at most 200 ms (uk), between the
        /// parts of a distinctive one 400 ms.
        std::chrono::milliseconds ring_pause{1000};
        /// Longer than the silence of every country's cadence (5 s) and a burst that was missed.
        std::chrono::milliseconds caller_gone{8000};
        std::chrono::milliseconds caller_gone_margin{2000};
        /// From a reversal or a number to the first ring.
        std::chrono::milliseconds caller_id_kept{6000};
        /// The modem's bursts last 500 ms, a ring 1 s (jp). Boards report both ends up to 100 ms late, the driver
        /// the end 50 ms late, and a ring must never be answered: the window is not even on both sides.
        std::chrono::milliseconds shortest_modem_burst{300}, longest_modem_burst{750};
        /// From a reversal to the first of them: the line is not free meanwhile.
        std::chrono::milliseconds modem_burst_due{3000};
        /// The longest that the loop stays closed without a message. It begins some 100 ms after the loop was
        /// closed and lasts 1.2 s at most; the exchange wants the loop open within 2.5 s after it.
        std::chrono::milliseconds modem_limit{3000};
        /// The mark after the last octet.
        std::chrono::milliseconds message_end{100};
        /// The driver confirms a seizure after about 750 ms.
        std::chrono::milliseconds seize_limit{3000};
        /// Exchanges drop battery for 250 ms at least; less than that, as events come some milliseconds late.
        std::chrono::milliseconds battery_gone{200};
        std::chrono::milliseconds settle{1000};
        std::chrono::milliseconds reversal_lasts{200};
        /// Dial tone in a call, after the second that its recognition takes.
        std::chrono::milliseconds dial_tone_back{10000};
        /// The longest flash that a driver makes, and the battery's return after it.
        std::chrono::milliseconds flash{1600};
    };

    explicit FxoLine(Settings settings) : settings_(std::move(settings)) {}

    FxoState state() const { return state_; }
    std::string_view state_name() const override { return name(state_); }
    /// What announces a call on the idle line (its number, NTT's reversal) keeps everybody from seizing it.
    bool idle() const override {
        return state_ == FxoState::idle || (state_ == FxoState::id_wait && !announced());
    }
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
    using Instant = std::chrono::steady_clock::time_point;

    /// What is known of the call that rings.
    struct Ring {
        unsigned count = 0;
        bool burst_valid = false;
        bool begins_ring = false;     ///< this burst is not a further one of the same ring
        bool burst_measured = false;  ///< its beginning was seen
        bool long_burst = false;      ///< the exchange rings for the call
        bool reversed = false;        ///< NTT: the modem's bursts follow
        bool modem_answered = false;
        Instant burst_began;
        std::optional<Instant> burst_ended;  ///< the last one that counts
        std::chrono::milliseconds longest{0}, longest_silence{0};
        std::optional<dsp::HeardCallerId> caller;
    };
    /// What is known of the call on the closed loop.
    struct Talk {
        bool to_exchange = false;
        bool answer_signalled = false;  ///< by a reversal
        bool battery_lost_in_flash = false;
        std::optional<dsp::HeardCallerId> caller;  ///< attending
        std::string dialled;                       ///< by the caller, attending
    };

    const Settings settings_;
    State state_ = State::idle;
    Ring ring_;
    Talk talk_;
    std::string undialled_;  ///< what is left of the number
    bool number_given_ = false;
    bool number_begun_ = false;
    bool pausing_ = false;  ///< timer dial is a pause between pulses

    struct Table;

    void enter(FxoState state);
    void enter_in_call(FxoState state);
    LineConditions conditions_of(FxoState state) const;
    void nothing(const LineInput&) {}
    void clear(const call::Cause& cause, std::string_view refused = {});
    void guard_over(const LineInput&);
    void hang_up(const LineInput& input);

    // fxo_line.cpp: calls from the exchange
    void begin(const LineInput&);
    void caller_heard(const LineInput& input);
    void reversed_when_idle(const LineInput&);
    void no_call_follows(const LineInput&);
    void note_silence(const LineInput& input);
    void note_burst(const LineInput& input);
    std::chrono::milliseconds gone_after() const;
    void burst_begins(const LineInput& input);
    void burst_ends(const LineInput& input);
    void ring_check_timer(const LineInput& input);
    void no_more_rings(const LineInput&);
    void still_ringing(const LineInput& input);
    void caller_gone(const LineInput&);
    bool announced() const { return ring_.caller || ring_.reversed; }
    void announce();
    void answer_ringing(const LineInput&);
    void refuse_ringing(const LineInput& input);
    void attend(const std::optional<dsp::HeardCallerId>& caller);
    void attended_digit(const LineInput& input);
    void attending_timer(const LineInput& input);
    void connect_caller(const std::string& number);
    void report_caller(std::string number, const std::optional<dsp::HeardCallerId>& caller);
    void held_alert(const LineInput& input);
    void held_answer(const LineInput&);

    // fxo_line_modem.cpp: the number that is sent to a closed loop
    bool is_modem_burst(const LineInput& input) const;
    void answer_as_modem();
    void modem_heard(const LineInput& input);
    void modem_over(const LineInput&);
    void unseen_burst_ends(const LineInput& input);

    // fxo_line_dial.cpp: calls to the exchange
    std::string dialable(std::string_view number) const;
    void place_call(const LineInput& input);
    void seized(const LineInput&);
    void glare(const LineInput&);
    void seize_timer(const LineInput&);
    void dial_tone_heard(const LineInput& input);
    void dial_tone_timer(const LineInput& input);
    void dial();
    void dial_next();
    void dial_tones();
    void dial_pulses();
    void part_dialled(const LineInput&);
    void dialled();
    void dialling_timer(const LineInput& input);
    void answer_by_polarity(const LineInput& input);
    void answer_by_voice(const LineInput&);
    void answered();

    // fxo_line_talk.cpp: the closed loop, and how its calls end
    static const char* tone_text(media::HeardTone tone);
    void begin_talk();
    void digit_to_exchange(const LineInput& input);
    void flash_exchange(const LineInput&);
    void battery_lost(const LineInput&);
    void battery_back(const LineInput&);
    void reversed(const LineInput&);
    void tone_in_talk(const LineInput& input);
    void tone_over(const LineInput&);
    void silent(const LineInput&);
    void talk_timer(const LineInput& input);
    void flash_over();
    void exchange_released(const char* what, const char* method);
};

}  // namespace tipring::analog
