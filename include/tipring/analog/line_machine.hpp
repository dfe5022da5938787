// What goes into and comes out of the line machines (fxs_line.hpp, fxo_line.hpp). Plain values: a machine has
// no I/O, no clock and no thread; its port (port.hpp) feeds it and carries out the actions. Thread: any, the
// port's is core.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/call/cause.hpp"
#include "tipring/hardware/board.hpp"
#include "tipring/media/engine.hpp"

namespace tipring::analog {

/// Calls that one line may have at a time: one, and a second one that waits, is held or is consulted (fxs).
inline constexpr unsigned line_slots = 2;

enum class LineTimer : std::uint8_t {
    dial,      ///< fxs: first digit, inter-digit; fxo: limit of seizing, dial tone, dialling, answer, modem
    tone,      ///< fxs: dial tone, busy tone and howler do not last for ever; fxo: dial tone in a call
    ring,      ///< fxs: ringing without answer; fxo: no ring burst for so long means that the caller has gone
    drop,      ///< fxo: guard time after release
    wait,      ///< fxs: the next call-waiting tone; the phone's answer to the alerting signal
    burst,     ///< fxo: a ring burst counts from this length on
    battery,   ///< fxo: battery missing for so long means that the exchange has released
    settle,    ///< fxo: reversals right after a seizure or an answer tell nothing
    polarity,  ///< fxo: a reversal that lasts for so long is one
    flash,     ///< fxo: our own hook flash and what it does to battery
    call,      ///< fxo: longest call
};
inline constexpr std::size_t line_timers = 11;
std::string_view name(LineTimer timer);

enum class LineInputKind : std::uint8_t {
    // the board's line events, as hardware::LineEventKind
    off_hook,
    on_hook,
    flash,
    pulse_start,
    pulse_digit,
    ringer_on,
    ringer_off,
    ring_begin,
    ring_end,
    battery_lost,
    battery_present,
    polarity,
    hook_complete,
    pulses_dialled,
    alarm,
    alarm_clear,
    removed,
    // the media engine's events
    digit,
    digits_sent,
    tone_heard,
    tone_gone,
    clip_played,
    voice_heard,
    silence_heard,
    caller_id_heard,  ///< `caller_id`
    // the port's answers
    service_result,  ///< to use_service: `service`, `number`
    show_messages,   ///< the phone is to be told of its messages when it is on-hook
    // a timer that start_timer asked for
    timer,
    // commands of the leg
    start,  ///< `number`
    alert,  ///< `inband`
    answer,
    release,  ///< `cause`
    send_digit,
    send_flash,
    transfer_failed,
    // the port's wire: the battery drop after release_wire with a lifted phone is over (line_wire.hpp)
    wire_settled,
    // the port's first input; its operator, and the board's refusal of an action
    begin,
    in_service,
    out_of_service,
    shut_down,
    hardware_failed,
};
std::string_view name(LineInputKind kind);

/// What the service that the phone dialled leads to.
enum class ServiceOutcome : std::uint8_t {
    refused,
    confirmed,
    call,      ///< `number` is dialled
    pick_up,   ///< the call that rings at `number`
    transfer,  ///< the held party goes to `number`
};

/// How a phone is told who calls (fxs); made by the port.
struct CallerIdPlan {
    bool known = false;   ///< there is something to tell
    unsigned bursts = 1;  ///< of the ring, before the silence that is long enough
    bool operator==(const CallerIdPlan&) const = default;
};

struct LineInput {
    LineInputKind kind = LineInputKind::on_hook;
    /// When it came; only differences count.
    std::chrono::steady_clock::time_point at{};
    unsigned slot = 0;  ///< of a leg's command
    char digit = 0;
    bool inband = false;
    bool begun_earlier = false;  ///< ring_begin: nobody knows since when the line rings
    LineTimer timer = LineTimer::dial;
    media::HeardTone tone = media::HeardTone::none;
    std::string number{};
    call::Cause cause{};
    dsp::HeardCallerId caller_id{};
    ServiceOutcome service = ServiceOutcome::refused;
    CallerIdPlan id_plan{};                  ///< start, fxs
    std::chrono::milliseconds no_answer{0};  ///< start, fxs: ringing for so long; 0: as the port's settings
    /// off_hook, flash, fxs: for so long the phone is told that calls cannot go out over its account, first.
    std::chrono::milliseconds sip_down_tone{0};
};

/// Tones of an exchange by which the other party has gone (features B4).
bool is_disconnect_tone(media::HeardTone tone);

/// False for events that no line machine knows (`none`).
bool to_input(const hardware::LineEvent& event, LineInput& input);

enum class LineTone : std::uint8_t { none, dial, ringback, busy, congestion, howler, recall, confirm, info };
std::string_view name(LineTone tone);

/// Audio that the port makes for the line.
enum class LineClip : std::uint8_t {
    caller_id,          ///< to a phone that is on-hook, alerting signal included
    call_waiting,       ///< tone, and the alerting signal of caller ID in a call
    waiting_caller_id,  ///< the message after that
    message_waiting,
};
std::string_view name(LineClip clip);

enum class LineActionKind : std::uint8_t {
    start_ringing,
    stop_ringing,
    seize,
    release_wire,
    start_audio,
    stop_audio,
    listen,     ///< detectors as `dtmf`, `progress`, `voice`, `silence` and `caller_id_wanted` say
    play_tone,  ///< `tone`
    stop_tone,
    send_digits,  ///< `digits`
    dial_pulses,  ///< `digits`; audio is stopped
    flash_line,
    prove_good,    ///< the line has just shown that it works
    note_refused,  ///< `digits`: why the line could not be used, a word for the counters
    play_clip,     ///< `clip` (of the call in `slot`); clip_played follows, unless stop_clip does
    stop_clip,
    mute,         ///< `on`: the other side does not hear the phone
    polarity,     ///< `on`: reversed
    start_timer,  ///< `timer`, `duration`; replaces a running one
    stop_timer,   ///< `timer`
    // to the leg; report_incoming makes a new one (`digits`: the number dialled, empty for fxo; fxo:
    // `caller_id`), report_released ends it
    report_incoming,
    report_alerting,  ///< `inband`
    report_answered,
    report_digit,       ///< `digits`, one of them
    report_released,    ///< `cause`
    report_misdialled,  ///< `digits` are no number, or not yet one when the timer ended
    report_media,       ///< the leg's audio was taken away, or has come back
    report_hold,        ///< `on`
    report_flash,
    report_transfer,  ///< `digits`
    report_join,      ///< the other sides of this slot and of the other one
    report_pick_up,   ///< like report_incoming, for the call that rings at `digits`
    use_service,      ///< `digits`; answered by service_result
};
std::string_view name(LineActionKind kind);

struct LineAction {
    LineActionKind kind = LineActionKind::stop_tone;
    unsigned slot = 0;  ///< of a report to a leg
    LineTone tone = LineTone::none;
    LineTimer timer = LineTimer::dial;
    std::chrono::milliseconds duration{0};
    bool inband = false;
    bool dtmf = false;
    bool progress = false;
    bool voice = false;
    bool silence = false;
    bool caller_id_wanted = false;
    bool on = false;
    bool short_ring = false;  ///< start_ringing: the pulse that announces caller ID
    LineClip clip = LineClip::caller_id;
    std::string digits{};
    call::Cause cause{};
    std::optional<dsp::HeardCallerId> caller_id{};
};
using LineActions = std::vector<LineAction>;

/// What the wire and the engine do in one state. A machine enters a state by asking only for what differs.
struct LineConditions {
    bool seized = false;
    bool audio = false;
    bool dtmf = false;
    bool progress = false;
    bool voice = false;
    bool silence = false;
    bool caller_id = false;
    bool ringing = false;
    bool short_ring = false;
    bool reversed = false;
    LineTone tone = LineTone::none;
};

/// The common part of both machines: the interface for the port, and the book-keeping that makes actions from
/// conditions.
class LineMachine {
  public:
    virtual ~LineMachine() = default;

    /// Actions are to be carried out in order. A timer input for a timer that is not running is ignored.
    LineActions handle(const LineInput& input);

    virtual std::string_view state_name() const = 0;
    /// A call can be started.
    virtual bool idle() const = 0;
    /// fxs: the phone's hook; fxo: our own.
    virtual bool off_hook() const = 0;
    bool in_service() const { return in_service_; }
    bool alarm() const { return alarm_ || removed_; }
    /// The board has not got the channel, or not any more.
    bool removed() const { return removed_; }
    /// There is a call: report_incoming was given or start was taken, and report_released not yet.
    bool has_call() const { return calls_ != 0; }
    bool has_call(unsigned slot) const { return (calls_ & 1U << slot) != 0; }
    /// The line's audio is the call's: it is not held, and does not wait.
    virtual bool connected(unsigned) const { return true; }
    /// Inputs that the state had no use for, so far.
    std::uint64_t unexpected() const { return unexpected_; }
    const LineConditions& conditions() const { return now_; }
    bool timer_running(LineTimer timer) const { return (timers_ & bit(timer)) != 0; }

  protected:
    /// False when the state has no use for the input.
    virtual bool transition(const LineInput& input) = 0;
    /// Leaves whatever is going on; the call, if any, was reported over. Enters the state in which nothing
    /// works.
    virtual void become_unavailable() = 0;
    /// Back from there.
    virtual void become_available() = 0;
    /// The board refused an action; the call was reported over.
    virtual void recover() = 0;
    /// Why a leg that came too late is refused.
    virtual call::Cause busy() const = 0;
    /// Told of every input before anything else, to keep track of the hook.
    virtual void observe(const LineInput&) {}

    /// Runs the action of the row for this state and input; false when the table has none.
    template <class Machine, class Rows, class State>
    static bool run_row(Machine& machine, const Rows& rows, State state, const LineInput& input) {
        for (const auto& row : rows) {
            if (row.state != state || row.input != input.kind) continue;
            (machine.*row.run)(input);
            return true;
        }
        return false;
    }
    void act(LineActionKind kind);
    void act(LineActionKind kind, unsigned slot, std::string digits = {});
    void act(LineAction action) { actions_.push_back(std::move(action)); }
    /// Stops all timers and goes to the conditions given.
    void apply(const LineConditions& wanted);
    void play(LineTone tone);
    /// Audio to a phone on-hook; timers and the other conditions stay.
    void set_audio(bool on);
    void start_timer(LineTimer timer, std::chrono::milliseconds duration);
    void stop_timer(LineTimer timer);
    void report_incoming(std::string number, unsigned slot = 0);
    void take_call(unsigned slot = 0) { calls_ |= 1U << slot; }
    /// Nothing when there is no call.
    void report_released(const call::Cause& cause, unsigned slot = 0);
    /// Refuses a leg that came too late, without becoming its owner.
    void refuse(const call::Cause& cause, unsigned slot = 0);
    void release_all(const call::Cause& cause);
    bool available() const { return in_service_ && !alarm_ && !removed_ && !shut_; }

  private:
    LineActions actions_;
    LineConditions now_;
    std::uint32_t timers_ = 0;
    std::uint64_t unexpected_ = 0;
    unsigned calls_ = 0;  ///< a bit for each slot
    bool in_service_ = true;
    bool alarm_ = false;
    bool removed_ = false;
    bool shut_ = false;

    static std::uint32_t bit(LineTimer timer) { return 1U << static_cast<unsigned>(timer); }
    bool common(const LineInput& input);
    void lose(const call::Cause& cause);
    void refuse_start(const LineInput& input);
};

}  // namespace tipring::analog
