// Models of what hangs on the other end of the wire. They use the same hardware interface as the gateway, so
// they drive the far side of a simulated wire and of a real DAHDI channel alike. Thread: FarEndThread runs
// all models; every public member may be called from any thread and does not wait, except the wait_... ones,
// which block the caller until the condition holds or the time is over (false).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/farend/audio.hpp"
#include "tipring/hardware/board.hpp"
#include "tipring/hardware/tone_zones.hpp"

namespace tipring::farend {

/// The thread of all far-end models: 10 ms ticks, SCHED_FIFO where permitted.
class FarEndThread {
  public:
    FarEndThread();
    ~FarEndThread();
    struct Impl;
    Impl& impl() { return *impl_; }

  private:
    std::unique_ptr<Impl> impl_;
};

/// What somebody holding the receiver hears now.
struct Hearing {
    double level_dbm0 = -99;
    double frequency1_hz = 0, frequency2_hz = 0;  ///< strongest two tones of the last 200 ms, 0: none
    /// The tone of the country's plan that frequencies and cadence fit: "dial", "busy", "ringback",
    /// "congestion", "howler", "stutter", "".
    std::string tone;
};

/// Audio in and out of a connected far end. Recording starts at start_recording() and keeps at most ten
/// minutes.
class AudioPort {
  public:
    virtual ~AudioPort() = default;
    /// Plays once or in a loop, instead of silence.
    virtual void play(Clip clip, bool loop) = 0;
    virtual void stop_playing() = 0;
    virtual void start_recording() = 0;
    virtual Clip stop_recording() = 0;
    virtual Hearing hearing() const = 0;
    virtual bool wait_for_tone(std::string_view tone, std::chrono::milliseconds limit) = 0;
    virtual bool wait_playing_done(std::chrono::milliseconds limit) = 0;
    virtual void send_dtmf(std::string_view digits,
                           std::chrono::milliseconds on = std::chrono::milliseconds(80),
                           std::chrono::milliseconds off = std::chrono::milliseconds(80)) = 0;
    /// DTMF digits heard since the last clear_digits().
    virtual std::string digits() const = 0;
    virtual void clear_digits() = 0;
    virtual bool wait_digits(std::string_view digits, std::chrono::milliseconds limit) = 0;
};

/// A telephone on the far side of an FXS port. Its channel is of kind fxo.
class Telephone : public AudioPort {
  public:
    virtual void lift() = 0;
    virtual void hang_up() = 0;
    /// On-hook for the given time, then off-hook again.
    virtual void flash(std::chrono::milliseconds duration) = 0;
    virtual void dial_dtmf(std::string_view digits) = 0;
    /// Rotary dial, 10 pulses a second, 60 % break, 700 ms between digits.
    virtual void dial_pulse(std::string_view digits) = 0;
    virtual bool off_hook() const = 0;
    virtual bool ringing() const = 0;
    /// Bursts of the present ringing, with the time each lasted and the silence after it (cadence check).
    virtual std::vector<std::chrono::milliseconds> ring_bursts() const = 0;
    virtual bool wait_ringing(std::chrono::milliseconds limit) = 0;
    virtual bool wait_ring_stopped(std::chrono::milliseconds limit) = 0;
    /// The gateway removed battery for a moment (kewl-start disconnect), counted since construction.
    virtual unsigned battery_drops() const = 0;
    virtual bool wait_battery_drops(unsigned count, std::chrono::milliseconds limit) = 0;
};

/// An exchange on the far side of an FXO port. Its channel is of kind fxs.
class CentralOffice : public AudioPort {
  public:
    /// Behaviour when the gateway seizes the line.
    struct Service {
        bool dial_tone = true;
        std::chrono::milliseconds dial_tone_delay{100};
        /// Digits that make a number; then ringback for `answer_after` and the called party answers (audio
        /// through).
        std::size_t number_length = 0;  ///< 0: complete after 2 s without a digit
        std::chrono::milliseconds answer_after{600};
        bool busy = false;  ///< busy tone instead of ringback
    };
    virtual void set_service(const Service& service) = 0;
    /// Rings the line until stop, answer or hang_up().
    virtual void ring() = 0;
    virtual void stop_ringing() = 0;
    /// The other party hangs up: battery drop, or a tone ("busy", "congestion", "dial") for ever.
    virtual void hang_up_by_battery_drop() = 0;
    virtual void hang_up_by_tone(std::string_view tone) = 0;
    /// The gateway has the line (loop closed).
    virtual bool line_seized() const = 0;
    virtual bool wait_seized(std::chrono::milliseconds limit) = 0;
    virtual bool wait_released(std::chrono::milliseconds limit) = 0;
    /// "idle", "ringing", "dial_tone", "collecting", "ringback", "talking", "busy", "released"
    virtual std::string state() const = 0;
    virtual bool wait_state(std::string_view state, std::chrono::milliseconds limit) = 0;
    virtual std::string dialled() const = 0;  ///< digits of the present or last seizure, DTMF or pulse
};

/// The network side (or, on request, the user side) of a primary-rate span, over libpri.
struct IsdnCallInfo {
    std::string called, calling, calling_name;
    unsigned channel = 0;
    bool restricted = false;
};

class IsdnCall : public AudioPort {
  public:
    virtual IsdnCallInfo info() const = 0;
    /// "setup", "proceeding", "alerting", "connected", "released"
    virtual std::string state() const = 0;
    virtual bool wait_state(std::string_view state, std::chrono::milliseconds limit) = 0;
    virtual int cause() const = 0;  ///< Q.850 of the release, 0 before
    virtual void alert() = 0;
    virtual void answer() = 0;
    virtual void hang_up(int q850_cause) = 0;
};

class IsdnNetwork {
  public:
    struct Options {
        bool network_side = true;
        bool national = false;  ///< NI-2 instead of EuroISDN
        bool t1 = false;
        /// For calls that come from the gateway: ring, then answer after this time; unset: wait for the test
        /// to act.
        std::optional<std::chrono::milliseconds> answer_after = std::chrono::milliseconds(500);
        int reject_with = 0;  ///< Q.850 cause for every call, 0: accept
    };
    virtual ~IsdnNetwork() = default;
    virtual bool wait_up(std::chrono::milliseconds limit) = 0;
    virtual std::shared_ptr<IsdnCall> place_call(const std::string& calling, const std::string& name,
                                                 const std::string& called) = 0;
    /// The next call from the gateway that was not handed out yet; null after the limit.
    virtual std::shared_ptr<IsdnCall> wait_call(std::chrono::milliseconds limit) = 0;
    virtual void set_options(const Options& options) = 0;
    virtual std::size_t active_calls() const = 0;
};

std::unique_ptr<Telephone> make_telephone(FarEndThread& thread, hardware::Channel channel,
                                          const hardware::CountryTones& country);
std::unique_ptr<CentralOffice> make_central_office(FarEndThread& thread, hardware::Channel channel,
                                                   const hardware::CountryTones& country);
std::unique_ptr<IsdnNetwork> make_isdn_network(FarEndThread& thread,
                                               std::unique_ptr<hardware::DChannel> d_channel,
                                               std::vector<hardware::Channel> bearers,
                                               const IsdnNetwork::Options& options);

}  // namespace tipring::farend
