// Models of what hangs on the other end of the wire. They use the same hardware interface as the gateway, so
// they drive the far side of a simulated wire and of a real DAHDI channel alike. Thread: FarEndThread runs
// all models; every public member may be called from any thread and does not wait, except the wait_... ones,
// which block the caller until the condition holds or the time is over (false).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/dsp/caller_id.hpp"
#include "tipring/farend/audio.hpp"
#include "tipring/hardware/board.hpp"
#include "tipring/hardware/simulator.hpp"
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
    /// Samples recorded so far.
    virtual std::size_t recorded() const = 0;
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

/// A caller ID as a telephone shows it.
struct DisplayedCallerId {
    dsp::CallerIdStandard standard = dsp::CallerIdStandard::mdmf;
    dsp::Disclosure disclosure = dsp::Disclosure::given;
    std::string number;
    std::string name;  ///< UTF-8
    std::uint8_t month = 0, day = 0, hour = 0, minute = 0;
    /// When it came: before any ring, while it rang, or in a call (type II).
    enum class Moment : std::uint8_t { on_hook, ringing, in_call } moment = Moment::on_hook;
};

/// The ways in which a telephone was told of messages.
struct MessagesWaiting {
    bool told = false;      ///< by an FSK message, the last one
    unsigned messages = 0;  ///< of that message; 1 when it named no number
    bool lamp = false;      ///< the neon lamp burns (virtual lines only)
};

/// How fast a rotary dial turns back. 8..12 pulses a second and a break of 50..75 % are what exchanges take.
struct PulseDial {
    double pulses_per_second = 10;
    double break_ratio = 0.6;  ///< part of a pulse in which the loop is open
    std::chrono::milliseconds pause{
        700};  ///< before each digit; the driver sees no hook for 600 ms after the lift
};

/// A telephone on the far side of an FXS port. Its channel is of kind fxo. It listens to the line on the hook,
/// too: that is how caller ID comes.
class Telephone : public AudioPort {
  public:
    virtual void lift() = 0;
    virtual void hang_up() = 0;
    /// On-hook for the given time, then off-hook again.
    virtual void flash(std::chrono::milliseconds duration) = 0;
    virtual void dial_dtmf(std::string_view digits) = 0;
    /// Nothing is dialled with a dial that turns slower than 1 or faster than 30 pulses a second, or has a
    /// break of less than 5 or more than 95 %.
    virtual void dial_pulse(std::string_view digits, const PulseDial& dial = {}) = 0;
    virtual bool off_hook() const = 0;
    /// More telephones on the same pair, which say and hear what this one does; each call is one of them. The
    /// loop is closed while any is off-hook, so that a flash or pulses of this one are not noticed then.
    virtual void lift_parallel() = 0;
    virtual void hang_up_parallel() = 0;
    virtual bool ringing() const = 0;
    /// Bursts of the present ringing, with the time each lasted and the silence after it (cadence check).
    virtual std::vector<std::chrono::milliseconds> ring_bursts() const = 0;
    virtual bool wait_ringing(std::chrono::milliseconds limit) = 0;
    virtual bool wait_ring_stopped(std::chrono::milliseconds limit) = 0;
    /// The gateway removed battery for a moment (kewl-start disconnect), counted since construction.
    virtual unsigned battery_drops() const = 0;
    virtual bool wait_battery_drops(unsigned count, std::chrono::milliseconds limit) = 0;
    /// Reversals in either direction since construction.
    virtual unsigned polarity_reversals() const = 0;
    virtual bool wait_polarity_reversals(unsigned count, std::chrono::milliseconds limit) = 0;
    /// All caller IDs since construction, oldest first. A message that is damaged is not among them.
    virtual std::vector<DisplayedCallerId> caller_ids() const = 0;
    virtual bool wait_caller_ids(std::size_t count, std::chrono::milliseconds limit) = 0;
    virtual MessagesWaiting message_waiting() const = 0;
    /// Until FSK has told that messages wait, or that none does.
    virtual bool wait_message_waiting(bool told, std::chrono::milliseconds limit) = 0;
    virtual bool wait_lamp(bool lit, std::chrono::milliseconds limit) = 0;
    /// On (the default), the alerting tone of type II in a call is answered by DTMF D, and the call is mute
    /// both ways until the message has come, 2.5 s at most.
    virtual void set_type_two(bool on) = 0;
    /// Alerting tones that were answered, since construction.
    virtual unsigned alerts_answered() const = 0;
    /// Virtual lines only; elsewhere it is logged and nothing happens.
    virtual void impair(const hardware::LineImpairments& impairments) = 0;
};

/// When an exchange sends a caller ID, and how it announces it (ETSI EN 300 659-1, clause 6; BT SIN 227).
enum class CallerIdTiming : std::uint8_t {
    after_first_ring,  ///< in the longest silence of the first ring cadence
    before_ring,       ///< without any sign
    polarity,          ///< after a reversal
    alert,             ///< after a DT-AS
    polarity_alert,    ///< after a reversal and a DT-AS
    ring_pulse,        ///< after one short burst (RP-AS)
    primary_answer,  ///< after a reversal, to the loop that was closed in short bursts; rings when it is open again (NTT)
};
std::string_view name(CallerIdTiming timing);
/// mdmf, sdmf, etsi: after_first_ring; bt: polarity_alert; ntt: primary_answer; dtmf: polarity.
CallerIdTiming usual_timing(dsp::CallerIdStandard standard);

/// How an exchange presents a call.
struct IncomingCall {
    std::optional<dsp::CallerId> caller = std::nullopt;  ///< unset: no caller ID at all
    dsp::CallerIdSignal signal = {};
    CallerIdTiming timing = CallerIdTiming::after_first_ring;
    std::optional<hardware::RingCadence> cadence = std::nullopt;  ///< unset: the country's
};

/// A tone by its name in the plan (dial, busy, ringback, congestion, call_waiting, dial_recall, stutter, info,
/// record, howler), of another country ("fr:busy"), or in libtonezone's notation ("425/500,0/500"). Empty:
/// silence.
base::Result<dsp::ToneSequence> find_tone(const dsp::TonePlan& plan, std::string_view text);

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
        bool busy = false;                ///< busy tone instead of ringback
        bool ringback = true;             ///< false: silence until the called party answers
        bool answer_by_polarity = false;  ///< reversed while the called party is there
        /// As find_tone(); one that it does not know is silence, and logged.
        std::string dial_tone_sound = "dial";
        std::string busy_sound = "busy";
    };
    virtual void set_service(const Service& service) = 0;
    /// Rings the line until stop, answer or hang_up(), with the country's cadence and no caller ID.
    virtual void ring() = 0;
    /// The same with caller ID. Its announcement comes first, where it is of that kind ("presenting").
    virtual void ring(const IncomingCall& call) = 0;
    virtual void stop_ringing() = 0;
    /// The next seizure by the gateway meets an incoming call in its first instant (glare): the gateway has a
    /// caller and no dial tone. On virtual lines it sees the beginning of a ring, too.
    virtual void ring_when_seized() = 0;
    /// The other party hangs up. Zero: the drop of the board's release() (500 ms). Another length needs a
    /// virtual line; elsewhere it is the board's.
    virtual void hang_up_by_battery_drop(std::chrono::milliseconds length = {}) = 0;
    /// ... the line is reversed (or normal again, when it was), and silent.
    virtual void hang_up_by_polarity() = 0;
    /// ... a tone, as find_tone(), for ever.
    virtual void hang_up_by_tone(std::string_view tone) = 0;
    /// ... nothing is heard any more, and nothing tells.
    virtual void hang_up_by_silence() = 0;
    /// A telephone beside the gateway's port talks on the line, or hangs up. Virtual lines only. The exchange
    /// cannot tell it from the gateway: the line counts as seized, without dial tone.
    virtual void set_line_in_use(bool in_use) = 0;
    /// Virtual lines only; elsewhere it is logged and nothing happens.
    virtual void impair(const hardware::LineImpairments& impairments) = 0;
    /// Flashes of the gateway in the present or last seizure: the length of each, 0 where the board cannot
    /// tell it. A dial pulse "1" in a call is one, too: that is how a short flash comes.
    virtual std::vector<std::chrono::milliseconds> flashes() const = 0;
    virtual bool wait_flashes(std::size_t count, std::chrono::milliseconds limit) = 0;
    /// The loop is closed.
    virtual bool line_seized() const = 0;
    virtual bool wait_seized(std::chrono::milliseconds limit) = 0;
    virtual bool wait_released(std::chrono::milliseconds limit) = 0;
    /// "idle", "presenting", "ringing", "dial_tone", "collecting", "ringback", "talking", "busy", "silent",
    /// "released"
    virtual std::string state() const = 0;
    virtual bool wait_state(std::string_view state, std::chrono::milliseconds limit) = 0;
    virtual std::string dialled() const = 0;  ///< digits of the present or last seizure, DTMF or pulse
};

/// What kind of exchange or PBX an ISDN model is.
enum class IsdnSwitch { euroisdn, national, dms100, lucent4e, lucent5e, qsig };

/// What comes of two calls that the other end wants the network to join: explicit call transfer (EN 300 369-1), two
/// B-channel transfer (GR-2865-CORE) or the release link trunk of the DMS-100, as the type of exchange has it.
enum class IsdnTransfers {
    joined,  ///< a result comes, both calls are cleared, and the parties hear each other while both calls are held on to
    refused,  ///< an error comes
    ignored,  ///< no FACILITY is heard, and no call gets the identity that a release link trunk needs
};

struct IsdnCallInfo {
    std::string called{}, calling{}, calling_name{};
    unsigned channel = 0;  ///< timeslot; of an NFAS trunk with 256 times the interface
    bool restricted = false;
    std::string redirecting{};   ///< who sent the call on; "": nobody
    int redirect_reason = 0;     ///< Q.952 4.1.2: 1 busy, 2 no reply, 15 unconditional
    std::string user_to_user{};  ///< IA5 text
    std::string connected{};     ///< of a call that was placed: who has answered, as the gateway says
    bool waits = false;          ///< placed without a channel (call waiting); the answer brings one
    int screening = 0;           ///< of the calling number, as it came: Q.931 table 4-11
    bool complete = true;        ///< of a call that is placed: no digits follow; false needs Options::overlap
};

/// What a party of a call asks of the other end beside the call.
enum class IsdnRequest {
    hold,              ///< HOLD; the channel is given up with its acknowledgement
    retrieve,          ///< RETRIEVE, on a free channel of this side's choice
    notify_hold,       ///< NOTIFY: remote hold
    notify_retrieval,  ///< NOTIFY: remote retrieval
    identify,          ///< malicious call identification, by the called side
};

/// Advice of charge, EuroISDN.
struct IsdnCharge {
    bool end = false;        ///< AOC-E, with the next message of the call; otherwise AOC-D, a total, at once
    unsigned amount = 0;     ///< thousandths of the currency, or units
    std::string currency{};  ///< "": units
};

class IsdnCall : public AudioPort {
  public:
    virtual IsdnCallInfo info() const = 0;
    /// "setup", "overlap" (SETUP ACKNOWLEDGE), "proceeding", "alerting", "connected", "released"
    virtual std::string state() const = 0;
    virtual bool wait_state(std::string_view state, std::chrono::milliseconds limit) = 0;
    virtual int cause() const = 0;  ///< Q.850 of the release, 0 before
    virtual void alert() = 0;
    virtual void answer() = 0;
    virtual void hang_up(int q850_cause) = 0;
    /// More of the called number of a call that was placed: one INFORMATION for each digit. For use after "overlap".
    virtual void dial(const std::string& digits) = 0;
    virtual void request(IsdnRequest what) = 0;
    virtual void advise(const IsdnCharge& charge) = 0;
    /// Asks the other end to join this call to that one of the same network, as the type of exchange has it.
    virtual void transfer_to(const std::shared_ptr<IsdnCall>& other) = 0;
    /// What came in answer to requests, or by itself, in words: "hold ack", "hold reject 50", "hold" (granted),
    /// "retrieve ack", "retrieve reject 34", "retrieve" (granted), "notify 121", "identify" (granted), "identify ack",
    /// "identify reject", "transfer" (granted: both calls are cleared), "transfer reject" (refused), "not possible". Waits until the
    /// word has come `count` times.
    virtual bool wait_news(std::string_view word, std::chrono::milliseconds limit, unsigned count = 1) = 0;
};

/// What a looped channel does wrong.
struct LoopFaults {
    std::uint32_t wrong_bit_in = 0;  ///< every n-th bit is wrong; 0: none
    bool slip = false;               ///< once: an octet too many, or too few the next time
};

/// What happens to frames of the D-channel on their way, in both directions. Probabilities from 0 to 1 in steps of 1/10,000.
struct FrameFaults {
    double drop = 0;       ///< lost
    double duplicate = 0;  ///< comes twice
    double corrupt = 0;    ///< up to three bits are wrong
    bool fcs = true;       ///< damage shows in the frame check sequence: the frame is lost; false: it arrives
    std::uint32_t seed = 1;
    /// Frames in both directions since the beginning.
    struct Counts {
        std::uint64_t frames = 0, dropped = 0, duplicated = 0, corrupted = 0;
    };
};

/// The network side (or, on request, the user side) of a primary-rate span, over libpri.
class IsdnNetwork {
  public:
    struct Options {
        bool network_side = true;
        IsdnSwitch switch_type = IsdnSwitch::euroisdn;
        bool t1 = false;
        /// Numbers may go and come digit by digit (Q.931 5.1.3, 5.2.4): Sending complete stands where a number is
        /// complete. False: EuroISDN always says complete, the others never.
        bool overlap = false;
        /// How many digits a call from the gateway needs. With `overlap` one that has fewer, and does not say that it
        /// is complete, gets SETUP ACKNOWLEDGE with dial tone announced; after the last digit it goes on as usual.
        /// Without `overlap` it is refused with cause 28.
        std::size_t number_length = 0;
        /// For calls that come from the gateway: ring, then answer after this time; unset: wait for the test
        /// to act.
        std::optional<std::chrono::milliseconds> answer_after = std::chrono::milliseconds(500);
        int reject_with = 0;                  ///< Q.850 cause for every call, 0: accept
        bool ignore_restarts = false;         ///< RESTART gets no answer and ends no call
        bool ignore_restart_answers = false;  ///< RESTART ACKNOWLEDGE is not heard
        std::string answer_as{};              ///< connected number that comes with an answer; "": none
        IsdnTransfers transfers = IsdnTransfers::joined;
        /// For every call: hang up so long after it was answered. Unset: wait for the test to act.
        std::optional<std::chrono::milliseconds> hang_up_after{};
        /// Each SETUP of the gateway crosses one of this end to this number on the same channel (Q.931 5.7); "": none.
        std::string collide_with{};
        /// Timers of libpri by their names there ("T305"), in milliseconds or times.
        std::vector<std::pair<std::string, int>> timers{};
    };
    virtual ~IsdnNetwork() = default;
    virtual bool wait_up(std::chrono::milliseconds limit) = 0;
    virtual std::shared_ptr<IsdnCall> place_call(const std::string& calling, const std::string& name,
                                                 const std::string& called) = 0;
    /// With redirecting number and user-to-user information, too; the channel is chosen here.
    virtual std::shared_ptr<IsdnCall> place_call(const IsdnCallInfo& info) = 0;
    /// The next call from the gateway that was not handed out yet; null after the limit.
    virtual std::shared_ptr<IsdnCall> wait_call(std::chrono::milliseconds limit) = 0;
    /// But for what is fixed when it is made: network_side, switch_type, t1, overlap, number_length and timers.
    virtual void set_options(const Options& options) = 0;
    virtual std::size_t active_calls() const = 0;
    /// Sends back what comes on a B-channel (by its timeslot) that carries no call, until end_loop(). Again: with
    /// other faults.
    virtual void loop(unsigned timeslot, const LoopFaults& faults = {}) = 0;
    virtual void end_loop(unsigned timeslot) = 0;
    /// Sends RESTART for one channel; its call ends on this side.
    virtual void restart(unsigned channel) = 0;
    /// What happens to the frames from now on.
    virtual void impair(const FrameFaults& faults) = 0;
    /// The same for one D-channel of a trunk, 0 or 1.
    virtual void impair(const FrameFaults& faults, std::size_t d_channel) = 0;
    virtual FrameFaults::Counts frame_counts() const = 0;
    /// Until the data link of this D-channel, 0 or 1, is up on this side, or down.
    virtual bool wait_data_link(std::size_t d_channel, bool up, std::chrono::milliseconds limit) = 0;
    struct Totals {
        std::uint64_t collisions =
            0;  ///< a SETUP of the gateway named the channel of an unanswered SETUP of this end
        std::uint64_t connected = 0;                ///< calls of both ends
        std::map<int, std::uint64_t> unanswered{};  ///< by their Q.850 cause
    };
    virtual Totals totals() const = 0;
};

std::unique_ptr<Telephone> make_telephone(FarEndThread& thread, hardware::Channel channel,
                                          const hardware::CountryTones& country);
std::unique_ptr<CentralOffice> make_central_office(FarEndThread& thread, hardware::Channel channel,
                                                   const hardware::CountryTones& country);
/// The wires of several spans that share D-channels (NFAS): two of these at most, the primary first.
struct IsdnTrunk {
    struct BearerWire {
        hardware::Channel channel;
        unsigned interface = 0;
    };
    std::vector<std::unique_ptr<hardware::DChannel>> d_channels{};
    std::vector<BearerWire> bearers{};
};
/// The network uses the first D-channel while it is up. A trunk without a D-channel throws.
std::unique_ptr<IsdnNetwork> make_isdn_network(FarEndThread& thread, IsdnTrunk trunk,
                                               const IsdnNetwork::Options& options);
std::unique_ptr<IsdnNetwork> make_isdn_network(FarEndThread& thread,
                                               std::unique_ptr<hardware::DChannel> d_channel,
                                               std::vector<hardware::Channel> bearers,
                                               const IsdnNetwork::Options& options);

}  // namespace tipring::farend
