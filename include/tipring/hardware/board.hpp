// The narrow interface to telephony boards. Two back ends implement it: dahdi/ (the kernel driver) and
// simulator/ (a virtual board). A channel has two parts, because two threads use it: a Bearer (media thread)
// and a LineControl (core).
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/ids.hpp"
#include "tipring/base/result.hpp"
#include "tipring/dsp/g711.hpp"
#include "tipring/hardware/span_line.hpp"

namespace tipring::hardware {

/// Samples (= octets) in one block: 10 ms at 8 kHz. All bearers and the whole media engine use this block.
inline constexpr std::size_t block_samples = 80;
inline constexpr unsigned sample_rate_hz = 8000;

/// By the local role: an fxs channel feeds a telephone, an fxo channel is a telephone to an exchange.
enum class ChannelKind : std::uint8_t { fxs, fxo, bearer, d_channel };

std::string_view name(ChannelKind kind);

enum class LineEventKind : std::uint8_t {
    none,
    off_hook,         ///< fxs: the phone closed the loop (also: answered while ringing)
    on_hook,          ///< fxs: the phone opened the loop for longer than a flash
    flash,            ///< fxs: hook flash (on-hook longer than a pulse, shorter than rxflashtime)
    pulse_start,      ///< fxs: first break of a dial pulse train (dial tone must stop)
    pulse_digit,      ///< fxs: a rotary digit; LineEvent::digit is '0'..'9'
    ringer_on,        ///< fxs: a ring burst starts
    ringer_off,       ///< fxs: the silence of the ring cadence starts (caller ID goes here)
    ring_begin,       ///< fxo: a ring burst from the exchange starts
    ring_end,         ///< fxo: a ring burst ended
    battery_lost,     ///< fxo: the exchange removed battery (kewl start disconnect)
    battery_present,  ///< fxo: battery is back
    polarity,         ///< fxo: polarity reversed
    hook_complete,    ///< a hook operation that takes time (seize, release with battery drop) is finished
    alarm,            ///< the channel's span lost its signal
    alarm_clear,
    pulses_dialled,  ///< fxo: the digits of dial_pulse() are out
    message_lamp,  ///< fxo on the virtual board: the lamp of set_message_lamp(); digit is '1' when it is lit
    removed,       ///< the driver took the channel away; nothing works on it any more
};

std::string_view name(LineEventKind kind);

struct LineEvent {
    LineEventKind kind = LineEventKind::none;
    char digit = 0;
};

/// A channel's audio and line events. Media thread only; real-time safe: no call blocks, allocates or throws.
class Bearer {
  public:
    enum class ReadStatus : std::uint8_t {
        block,   ///< `block` holds block_samples companded octets in law()
        event,   ///< a line event came instead; read again for samples (the driver's ELAST)
        empty,   ///< nothing now
        failed,  ///< the channel is gone (unplugged, peer closed)
    };
    struct ReadResult {
        ReadStatus status = ReadStatus::empty;
        LineEvent event;
    };

    virtual ~Bearer() = default;

    /// Pollable descriptor, and the epoll bits that mean "a line event may be waiting" while audio is
    /// stopped.
    virtual int descriptor() const noexcept = 0;
    virtual std::uint32_t event_poll_mask() const noexcept = 0;

    /// Line events are queued before samples: while one is queued, samples are not returned.
    virtual ReadResult read(std::span<std::uint8_t, block_samples> block) noexcept = 0;
    /// False when the write buffer is full: the block is lost (counted by the caller).
    virtual bool write(std::span<const std::uint8_t, block_samples> block) noexcept = 0;
};

/// Ring cadence: on, off, on, off ... in ms; repeats from the start; ends at the first zero.
using RingCadence = std::array<std::uint16_t, 8>;

struct LineStatus {
    bool off_hook = false;  ///< fxs: the phone is off-hook
    bool ringing = false;   ///< fxo: ring voltage now
    bool battery = true;    ///< fxo: battery present, where the driver can tell
    bool in_use = false;    ///< fxo: another telephone on the same line is off-hook, where the board can tell
    /// fxo: between tip and ring, without its sign, where the board can tell.
    std::optional<double> voltage;
    bool alarm = false;
};

/// Limits of LineControl::dial_pulse() and flash().
inline constexpr std::size_t most_pulse_digits = 64;
inline constexpr std::chrono::milliseconds shortest_hook_flash{50}, longest_hook_flash{2000};

/// A channel's signalling. Core thread only; never blocks for longer than an ioctl.
class LineControl {
  public:
    virtual ~LineControl() = default;

    /// fxs: ring the phone until stop_ring(), seize() or the phone answers.
    virtual base::Result<void> ring(const RingCadence& cadence) = 0;
    virtual base::Result<void> stop_ring() = 0;
    /// fxs: go to the talking state towards the phone. fxo: close the loop (hook_complete follows when
    /// dialling may start).
    virtual base::Result<void> seize() = 0;
    /// fxs: back to idle, with a battery drop on kewl start; within 600 ms after seize() the driver may lose
    /// the phone's next off_hook by it. fxo: open the loop.
    virtual base::Result<void> release() = 0;
    /// fxo: hook flash towards the exchange, of the driver's length; hook_complete follows.
    virtual base::Result<void> flash() = 0;
    /// The same with a length of 50..2000 ms; boards that cannot choose it send their own.
    virtual base::Result<void> flash(std::chrono::milliseconds length);
    /// fxo: rotary dialling of 0-9 by the driver, 10 pulses a second, 750 ms between digits; at most
    /// most_pulse_digits. pulses_dialled follows unless the line is released. Audio that is written meanwhile
    /// cuts the number short, and pulses_dialled comes nevertheless.
    virtual base::Result<void> dial_pulse(std::string_view digits);
    /// fxs: reversed polarity (answer, caller ID, disconnect), or normal again. An error where the board
    /// cannot, during a ring burst and during a battery drop. It lasts until it is changed or the channel is
    /// opened anew.
    virtual base::Result<void> set_polarity(bool reversed);
    /// fxs: audio towards a phone that is on-hook (caller ID) follows within this time. Boards that always
    /// carry it have nothing to do.
    virtual base::Result<void> prepare_on_hook_audio(std::chrono::milliseconds duration);
    /// fxs: the neon (high voltage) message lamp, 0: off. An error where the board has none.
    virtual base::Result<void> set_message_lamp(unsigned messages);
    /// Samples flow after start_audio() (queues are flushed first) and no longer after stop_audio().
    virtual base::Result<void> start_audio() = 0;
    virtual base::Result<void> stop_audio() = 0;
    /// B-channel: like start_audio(), as a clear channel of 64 kbit/s: every octet passes as it is, without gain
    /// or echo canceller. stop_audio() ends it. The law of the open channel must be that of its span.
    virtual base::Result<void> start_clear_channel();
    /// 0 taps switches the canceller off. An error when the channel has none.
    virtual base::Result<void> set_echo_canceller(unsigned taps) = 0;
    /// Gains in dB, -24..+12; applied by the driver's tables (dahdi) or the virtual wire (simulator).
    virtual base::Result<void> set_gain(double receive_db, double transmit_db) = 0;
    /// fxo: gains of the card itself, in dB, -15..+12, beside those of set_gain(); unset: left as they are. They
    /// outlive the channel. An error where the board or its driver has none.
    virtual base::Result<void> set_hardware_gain(std::optional<double> receive_db,
                                                 std::optional<double> transmit_db);
    virtual base::Result<LineStatus> status() = 0;
};

/// HDLC frames of a D-channel. Core thread only. Frames carry two trailing FCS octets (value ignored on
/// write), as libpri wants them.
class DChannel {
  public:
    virtual ~DChannel() = default;
    virtual int descriptor() const noexcept = 0;
    /// Octets of one frame including the FCS, 0 when none is waiting or an event (alarm, abort) was consumed
    /// instead.
    virtual base::Result<std::size_t> read(std::span<std::uint8_t> frame) = 0;
    virtual base::Result<void> write(std::span<const std::uint8_t> frame) = 0;
    /// True while layer 1 of the span is down, as the last event said.
    virtual bool alarm() const noexcept = 0;
    /// Aborted or damaged frames seen so far.
    virtual std::uint64_t errors() const noexcept = 0;
};

struct ChannelInfo {
    base::ChannelNumber number;
    ChannelKind kind = ChannelKind::fxs;
    base::SpanNumber span;
    unsigned position = 0;          ///< within its span, from 1 (= the B-channel number of an E1)
    dsp::Law law = dsp::Law::alaw;  ///< of the card; of an opened channel: of the samples at its Bearer
    std::string name;               ///< the driver's name, for example "WCTDM/0/3"
};

/// A counter of line errors since the driver was loaded, for example "bipolar violations".
struct SpanCounter {
    std::string name;
    std::uint64_t value = 0;
};

struct SpanInfo {
    base::SpanNumber number;
    std::string name;
    std::string description;
    unsigned channels = 0;
    bool is_e1 = false;
    bool is_digital = false;
    std::vector<std::string> alarms;  ///< for example "LOS", "RAI"; empty when the span is well
    unsigned sync_source = 0;         ///< span that clocks the board, 0 = free running
    std::uint64_t slips_or_irq_misses = 0;
    std::string settings;               ///< framing, coding, CRC-4, line build-out, in words
    std::vector<SpanCounter> counters;  ///< those that are not zero
};

/// The three handles of an opened bearer channel. `control` and `bearer` share the descriptor.
struct Channel {
    ChannelInfo info;
    std::unique_ptr<LineControl> control;
    std::unique_ptr<Bearer> bearer;
};

/// How an fxo channel dials by pulses: the loop is open, closed, and closed after a digit for so long.
struct PulseTimes {
    std::chrono::milliseconds open{50}, closed{50}, pause{750};
};

struct ChannelOptions {
    dsp::Law law = dsp::Law::alaw;  ///< law of the samples at the Bearer; the back end converts where needed
    std::optional<ChannelKind> kind =
        std::nullopt;  ///< what the port map says; open() fails when the channel is another
    /// fxs: a phone that is down for longer has hung up, and on_hook is reported then; 100..5000 ms. Unset:
    /// the driver's 1250 ms.
    std::optional<std::chrono::milliseconds> longest_flash = std::nullopt;
    PulseTimes pulses = {};  ///< each 1 ms to 10 s
};

/// What a loaded driver was told about the power of its telephone lines.
struct DriverPower {
    std::string driver;  ///< for example "wctdm24xxp"
    bool readable = true;
    std::optional<int> loop_current_ma, low_power;
};
/// What of it starves a telephone line, as sentences for the operator.
std::vector<std::string> power_warnings(const DriverPower& power);

/// Inventory and door of one board (all cards that one driver serves). Core thread only.
class Board {
  public:
    virtual ~Board() = default;
    virtual std::string_view name() const = 0;  ///< "dahdi" or "simulator"
    virtual base::Result<std::vector<ChannelInfo>> channels() = 0;
    virtual base::Result<std::vector<SpanInfo>> spans() = 0;
    /// Errors name the channel, the reason (no driver, busy, no permission, wrong signalling) and what to do.
    virtual base::Result<Channel> open(base::ChannelNumber number, const ChannelOptions& options) = 0;
    virtual base::Result<std::unique_ptr<DChannel>> open_d_channel(base::ChannelNumber number) = 0;

    /// Of one span. Boards that cannot tell say so.
    virtual base::Result<SpanSettings> span_settings(base::SpanNumber span);
    /// A few tens of microseconds: for once a second.
    virtual base::Result<SpanReading> read_span(base::SpanNumber span);
    /// Sets the loop of a span, or takes it away. The driver reports the alarm `loopback` on all its channels
    /// meanwhile. It outlives the program.
    virtual base::Result<void> set_loop(base::SpanNumber span, SpanLoop loop);
    /// Of each loaded driver that has such settings.
    virtual std::vector<DriverPower> driver_power() { return {}; }
};

}  // namespace tipring::hardware
