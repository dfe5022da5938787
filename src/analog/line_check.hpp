// LineCheck: the pure machine of a check of a line (line_check.hpp of the public headers tells what that is).
// Its driver (check_run.hpp) feeds it one input at a time and carries out the actions. No I/O, no clock.
// Thread: any; the driver's is core.
//
//   state       left by                                              for
//   waiting     ring_end (fxo), off_hook (fxs)                       seizing
//   seizing     hook_complete (fxs: at once)                         listening, learn a call: recording
//   listening   dial_tone, and 700 ms more of it                     dialling (or settling without a digit)
//   dialling    digits_sent                                          settling, recording or far_end
//   settling    500 ms                                               quiet
//   quiet       captured                                             tone
//   tone        captured                                             pause, then noise
//   noise       captured                                             second call: pausing; otherwise releasing
//   pausing     the guard time: the line is on-hook                  seizing, listening, dialling, far_end
//   far_end     captured                                             far_noise
//   far_noise   captured                                             digits
//   digits      digits_sent and 1 s                                  releasing
//   recording   captured                                             releasing
//   releasing   the guard time                                       done
//
// In any state before releasing: on_hook of an fxs telephone (or off_hook of one that nobody was to lift), stop, limit and hardware_failed lead to releasing; in
// seizing the timer ("the seizure was not confirmed"), in listening another tone, captured without dial tone.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/analog/line_check.hpp"

namespace tipring::analog {

enum class CheckState : std::uint8_t {
    waiting,
    seizing,
    listening,
    dialling,
    settling,
    quiet,
    tone,
    pause,
    noise,
    pausing,
    far_end,
    far_noise,
    digits,
    recording,
    releasing,
    done,
};
std::string_view name(CheckState state);

enum class CheckInputKind : std::uint8_t {
    begin,
    ring_end,  ///< a burst of the exchange's ring is over
    off_hook,
    on_hook,
    hook_complete,
    battery_lost,
    polarity,
    dial_tone,
    other_tone,  ///< busy, congestion or a learnt tone
    digit,       ///< DTMF from the line
    digits_sent,
    captured,  ///< the recording that was asked for is there, in full or stopped
    timer,
    stop,  ///< somebody or something ends it; `why`
    hardware_failed,
};
std::string_view name(CheckInputKind kind);

struct CheckInput {
    CheckInputKind kind = CheckInputKind::begin;
    char digit = 0;
    std::string why{};
};

enum class CheckActionKind : std::uint8_t {
    seize,
    release,
    start_audio,
    stop_audio,
    listen,  ///< `progress`, `dtmf`
    capture,
    stop_capture,
    keep,  ///< the recording that has come is the one of `step`
    play_tone,
    stop_tone,
    play_noise,
    send_digits,
    start_timer,
    stop_timer,
    prove_good,
    refuse,  ///< `text`: why the line could not be used, a word for the counters
    tell,    ///< `text`: progress for people
    finish,
};
std::string_view name(CheckActionKind kind);

struct CheckAction {
    CheckActionKind kind = CheckActionKind::finish;
    CheckStep step = CheckStep::quiet;
    std::chrono::milliseconds duration{0};
    bool progress = false, dtmf = false;
    std::string text{};
};
using CheckActions = std::vector<CheckAction>;

class LineCheck {
  public:
    struct Settings {
        bool fxs = false;
        std::chrono::milliseconds dial_tone_limit{5000}, guard{1000}, seize_limit{5000};
        std::string dial_prefix{};  ///< before each number, 'w' waits
    };

    LineCheck(CheckRequest request, Settings settings);

    /// Actions are to be carried out in order.
    CheckActions handle(const CheckInput& input);
    CheckState state() const { return state_; }
    /// All but the recordings and what the driver knows.
    const CheckReport& report() const { return report_; }

  private:
    const CheckRequest request_;
    const Settings settings_;
    CheckState state_ = CheckState::waiting;
    CheckReport report_;
    CheckActions actions_;
    bool seized_ = false, audio_ = false, capturing_ = false;
    bool second_call_ = false;
    bool last_digits_out_ = false;

    bool learning() const { return request_.kind == CheckKind::learn; }
    void begin();
    void seize();
    void start_audio();
    void line_is_ours();
    void dial_tone_measured();
    void digits_out();
    void captured();
    void timer_ended();
    void measure_quiet();
    void measure_tone();
    void measure_noise(CheckState state);
    void noise_measured();
    void call_again();
    void release(CheckState next);
    void end(std::string why);
    void act(CheckActionKind kind) { actions_.push_back({.kind = kind}); }
    void tell(std::string text) {
        actions_.push_back({.kind = CheckActionKind::tell, .text = std::move(text)});
    }
    void listen(bool progress, bool dtmf);
    void capture(CheckState state, std::chrono::milliseconds duration);
    void keep(CheckStep step) { actions_.push_back({.kind = CheckActionKind::keep, .step = step}); }
    void start_timer(std::chrono::milliseconds duration);
    void dial(std::string digits);
};

}  // namespace tipring::analog
