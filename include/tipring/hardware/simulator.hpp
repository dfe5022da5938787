// The virtual board: pairs of channels wired to each other, with the semantics of the DAHDI driver and its
// cross-connected ("loc") spans. The near side is the gateway's; the far side belongs to the far-end models.
// VirtualBoard runs its own thread (the "kernel"); near() and far() boards are used by the core thread of
// whoever opens them.
//
// Line signalling and its times are those of DAHDI 2.11 for kewl-start lines (drivers/dahdi/dahdi-base.c).
// Worth knowing:
//  - fxs: on_hook comes 1250 ms after the phone went down; back within 15..200 ms counts as a dial pulse,
//    later as flash. pulse_start comes at the end of the first break, pulse_digit 250 ms after the last one
//    (11 and 12 pulses: '*', '#').
//  - fxs: the first burst of ring() has no ringer_on event; ring() fails unless the line is idle.
//  - fxs: release() of a line whose phone is down has no battery drop and no hook_complete. Otherwise the
//    drop lasts 500 ms, then hook_complete, then 300 ms in which ring() and seize() fail; a phone that goes
//    down in those 300 ms is not reported (status() tells). For 600 ms after seize() the phone's going down
//    is not noticed; it is reported later. release() within these 600 ms with the phone down drops nothing
//    and reports nothing, and the next off_hook is lost, too: whoever feeds a phone has to wait them out.
//  - fxo: ring_end comes 50 ms after the burst. A near fxo line ignores ringing that begins within 2 s after
//    its release().
//  - fxo: dial_pulse() takes the times of ChannelOptions::pulses. A block written
//    meanwhile ends it.
//  - fxs: set_polarity() fails during a ring burst and during the battery drop; opening and
//    closing the channel restore it.
// It differs where an analogue card differs from the driver's robbed-bit spans, and where tests would only
// wait:
//  - a phone that answers trips the ringer at once (the card's work); battery is reported in every hook
//    state;
//  - hook_complete follows an fxo seize() after 500 ms; a far fxo channel is a telephone: it has no ring
//    debounce.
// Read queue and write queue hold eight blocks; when the reader is late the newest block is lost. A channel
// may be opened once per side; closing it releases the line.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tipring/hardware/board.hpp"

namespace tipring::hardware {

/// Channels are numbered from 1: fxs lines first, then fxo lines, then the spans' channels (31 for E1, 16 =
/// D; 24 for T1, 24 = D). Span 1 holds the analogue lines (if any), the digital spans follow. On the far side
/// a number names the other end of the same wire: far channel 1 is an fxo channel when near channel 1 is fxs.
struct VirtualLayout {
    unsigned fxs = 0;
    unsigned fxo = 0;
    unsigned e1 = 0;
    unsigned t1 = 0;
};

/// What a bad line does to the sound, in both directions. 0 dBm0 is a sine 3.14 dB below A-law overload.
struct LineImpairments {
    std::optional<double> noise_dbm0 = std::nullopt;  ///< white noise, -90..0
    std::optional<double> hum_dbm0 = std::nullopt;    ///< a sine of hum_hz, -90..0
    unsigned hum_hz = 50;                             ///< 16..400
    double attenuation_db = 0;                        ///< 0..60
    /// Of the hybrids, 0..60: each end hears itself weaker by this, unless its echo canceller is on (the
    /// virtual canceller takes off all of it).
    std::optional<double> return_loss_db = std::nullopt;
    friend bool operator==(const LineImpairments&, const LineImpairments&) = default;
};

/// Impairments of one wire, for tests. Applied from the next block on.
struct WireFaults {
    bool unplugged = false;            ///< alarm on both sides, no samples, no frames
    bool battery_off = false;          ///< near fxo side sees no battery
    double d_channel_loss = 0;         ///< probability that a frame is dropped
    double d_channel_corruption = 0;   ///< probability that a frame is aborted
    LineImpairments impairments = {};  ///< of the sound; those of a B-channel, too
};

/// A flash, or the pulses of a digit: the loop stays closed for `pause`, then it is `count` times open and
/// closed again. Each time at most a minute, at most 100 times.
struct HookTrain {
    std::chrono::microseconds pause{0}, open{0}, closed{0};
    unsigned count = 1;
};

/// What only a virtual line can do, from either side of the wire. The LineControl of an analogue channel of a
/// virtual board is one. Core thread, as LineControl.
class VirtualLineControl : public LineControl {
  public:
    /// As WireFaults::impairments. The later of both counts.
    virtual base::Result<void> impair(const LineImpairments& impairments) = 0;
    /// Telephones beside the fxo end on the same pair that are off-hook: the loop is closed while any is, and
    /// the fxo end's status() shows in_use.
    virtual base::Result<void> set_parallel_phones(unsigned off_hook) = 0;
    /// fxs: takes the battery off the line, or puts it back: a disconnect of any length.
    virtual base::Result<void> set_battery(bool on) = 0;
    /// fxs: the next seizure by the fxo end meets the first instant of ringing (glare): ring_begin there, and
    /// here off_hook as of a phone that answers. An empty cadence takes it back.
    virtual base::Result<void> ring_when_seized(const RingCadence& cadence) = 0;
    /// fxo: after those that are not over yet. They run by the line's own clock, so that they are exact however
    /// late the machine is. The line must be seized; release() ends them.
    virtual base::Result<void> play_hook(std::span<const HookTrain> trains) = 0;
    /// fxs: how long the loop was open last: the length of a flash or of a dial pulse.
    virtual base::Result<std::chrono::milliseconds> last_break() = 0;
    /// Samples come only while the other end's audio is started, so that nothing runs on an idle line.
    /// stop_audio() ends it.
    virtual base::Result<void> start_listening() = 0;
};

class VirtualBoard {
  public:
    /// Starts the board's thread; it moves samples every 10 ms of CLOCK_MONOTONIC and catches up after a
    /// delay.
    explicit VirtualBoard(const VirtualLayout& layout);
    ~VirtualBoard();
    VirtualBoard(const VirtualBoard&) = delete;
    VirtualBoard& operator=(const VirtualBoard&) = delete;

    std::unique_ptr<Board> near();
    std::unique_ptr<Board> far();
    const VirtualLayout& layout() const;
    void set_faults(base::ChannelNumber near_channel, const WireFaults& faults);

    /// What the framer of a digital span counts and reports on the near side from now on. An alarm of this kind is
    /// only shown; WireFaults::unplugged also stops the line.
    void add_line_errors(base::SpanNumber span, LineCounter counter, std::uint32_t count);
    void show_alarm(base::SpanNumber span, SpanAlarm alarm, bool on);

    /// Lets another process have the near side: connect_virtual_board(path) there. Replaces a stale socket
    /// file.
    base::Result<void> serve(const std::string& socket_path);

    struct Counters {
        std::uint64_t write_underruns = 0;  ///< blocks of silence inserted because the writer was late
        std::uint64_t read_overruns = 0;    ///< blocks lost because the reader was late
    };
    Counters counters(base::ChannelNumber near_channel, bool far_side) const;
    /// How often the board's thread has run so far: it stands still while no audio is started and no line
    /// timer runs.
    std::uint64_t wakeups() const;

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

/// The near side of a VirtualBoard that another process serves at `socket_path`.
base::Result<std::unique_ptr<Board>> connect_virtual_board(const std::string& socket_path);

}  // namespace tipring::hardware
