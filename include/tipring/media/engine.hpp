// The real-time media engine, as the core thread sees it. Endpoints are lines (a board channel's Bearer) and
// RTP sessions; two endpoints are connected to each other, and tones, digits and detectors hang on one. The
// media thread runs tick(). Thread: every member is for the core thread unless it says otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tipring/base/ids.hpp"
#include "tipring/base/result.hpp"
#include "tipring/dsp/tone_plan.hpp"
#include "tipring/hardware/board.hpp"
#include "tipring/media/rtp_socket.hpp"

namespace tipring::media {

using EndpointId = base::Id<struct EndpointTag>;

enum class EventKind : std::uint8_t {
    line,   ///< line: a LineEvent of the board; at once while audio is stopped, within 10 ms while it runs
    digit,  ///< line or rtp: a DTMF digit began (in-band or RFC 4733); `digit` is 0-9 A-D * #
    digits_sent,  ///< send_digits() is finished
    tone_heard,   ///< line: a call-progress tone was recognised; `tone` says which
    tone_gone,
    voice_heard,    ///< reserved for answer supervision
    rtp_started,    ///< first valid RTP packet of the session
    rtp_timeout,    ///< no RTP for RtpOptions::timeout; sent once until packets come again
    bearer_failed,  ///< line: the channel is gone
};

enum class HeardTone : std::uint8_t { none, dial, busy, congestion, ringback, info, fax_cng, fax_ced };

struct Event {
    EndpointId endpoint;
    EventKind kind = EventKind::line;
    hardware::LineEvent line;
    char digit = 0;
    HeardTone tone = HeardTone::none;
};

/// What is reported of the audio that comes from outside of an endpoint.
struct Detectors {
    bool dtmf = false;  ///< on an RTP session RFC 4733 events, too
    /// Call-progress tones of this country (shared, immutable); null: none.
    std::shared_ptr<const dsp::TonePlan> progress_tones;
};

struct LineOptions {
    dsp::Law law = dsp::Law::alaw;
    /// DTMF from the line goes to a connected RTP session as RFC 4733 events where they are negotiated
    /// (whether or not Detectors::dtmf asks for reports), and is cut out of the audio from its recognition
    /// on. Audio is not delayed for that: the 30 to 40 ms that recognition takes leak.
    bool relay_dtmf = true;
};

struct RtpOptions {
    dsp::Law codec = dsp::Law::alaw;  ///< PCMA or PCMU (static payload types 8 and 0)
    unsigned packet_ms = 20;          ///< our sending packet time: 10, 20, 30, 40, 50 or 60
    /// Payload type of telephone-event (RFC 4733) that we send / receive; nullopt: in-band only.
    std::optional<std::uint8_t> send_event_type;
    std::optional<std::uint8_t> receive_event_type;
    bool send = true;     ///< SDP direction: we may send
    bool receive = true;  ///< SDP direction: we play what comes
    /// Jitter buffer bounds in ms; equal values make it a fixed one. 10..200.
    unsigned jitter_min_ms = 20;
    unsigned jitter_max_ms = 200;
    /// Without RTP and RTCP for so long rtp_timeout is reported, once; 0: never. Not while receive is false.
    std::chrono::milliseconds timeout{0};
    std::string cname;  ///< RTCP CNAME, RFC 3550 6.5.1
};

struct RtpStats {
    dsp::Law codec = dsp::Law::alaw;  ///< as negotiated
    std::uint64_t packets_sent = 0, octets_sent = 0;
    std::uint64_t packets_received = 0, octets_received = 0;
    std::uint64_t packets_lost = 0;       ///< expected minus received, RFC 3550 A.3, not below 0
    std::uint64_t packets_late = 0;       ///< arrived after their play-out time
    std::uint64_t packets_discarded = 0;  ///< wrong source, payload type or version
    std::uint64_t samples_concealed = 0;
    double jitter_ms = 0;      ///< interarrival jitter, RFC 3550 A.8
    double buffer_ms = 0;      ///< play-out delay now
    double round_trip_ms = 0;  ///< from RTCP, 0 when unknown
    double remote_loss = 0;    ///< fraction lost that the far end reports, 0..1
};

struct LineStats {
    std::uint64_t blocks_read = 0, blocks_written = 0;
    std::uint64_t write_overruns = 0;  ///< blocks that the board did not take
    std::uint64_t events = 0;
    std::uint64_t slips = 0;  ///< blocks left out or put in between two clocks, or after a stall
};

struct EngineStats {
    std::uint64_t ticks = 0, late_ticks = 0;  ///< late: more than one block after its time
    double worst_lateness_ms = 0;
    std::uint64_t events_lost = 0;  ///< the event ring was full
    std::size_t lines = 0, rtp_sessions = 0;
};

/// What call control needs of the engine; a fake one serves the unit tests of `call`.
class Connector {
  public:
    virtual ~Connector() = default;
    /// Joins the audio of two endpoints both ways; earlier connections of either end first.
    virtual void connect(EndpointId a, EndpointId b) = 0;
    virtual void disconnect(EndpointId endpoint) = 0;
};

struct EngineOptions {
    /// SCHED_FIFO priority of the media thread, 1..99; 0: normal scheduling.
    int realtime_priority = 50;
    bool lock_memory = true;
    /// Silence written ahead when a line's audio starts, so that a late tick is not heard. 10..100 ms. The
    /// lead is also the bound: after a stall that it could not cover it is rebuilt to this length
    /// (LineStats::slips counts what was left out), so latency never grows for good.
    unsigned write_lead_ms = 30;
    std::size_t max_endpoints = 1024;
};

class Engine final : public Connector {
  public:
    using Handler = std::function<void(const Event&)>;

    explicit Engine(const EngineOptions& options);
    /// Joins the media thread; endpoints that were not removed are freed, `detached` callbacks that are still
    /// due do not run.
    ~Engine() override;

    /// Starts the media thread. Missing permission for real-time scheduling or locked memory is no failure:
    /// the returned text warns and says what to do; it is empty when all was granted.
    std::string start();
    /// Instead of start(), for tests and benchmarks: one tick on the calling thread at the given time.
    /// Bearers whose descriptor() is negative are asked for events at each tick.
    void tick(std::chrono::steady_clock::time_point now) noexcept;

    /// Readable when events wait; the core thread then calls dispatch(), which calls the endpoints' handlers.
    int event_descriptor() const noexcept;
    void dispatch();

    /// The bearer must stay alive until the `detached` callback of remove(). Its line events are reported at
    /// once; samples are read only between start_line() and stop_line() (call LineControl::start_audio()
    /// before). Like add_rtp(), gives no id when EngineOptions::max_endpoints are there already (logged).
    EndpointId add_line(hardware::Bearer& bearer, const LineOptions& options, Handler handler);
    /// Receives (statistics, timeout, digits) from set_remote() on. Sends while it plays a tone or is
    /// connected; a connected line that does not run counts as silence. A digit by RFC 4733 is reported once,
    /// and sounded or relayed by the peer.
    EndpointId add_rtp(RtpSocket socket, const RtpOptions& options, Handler handler);
    /// The handler is not called any more; `detached` runs in dispatch() when the media thread has let go.
    void remove(EndpointId endpoint, std::function<void()> detached = {});

    void start_line(EndpointId line);
    void stop_line(EndpointId line);
    void connect(EndpointId a, EndpointId b) override;
    void disconnect(EndpointId endpoint) override;

    /// Plays towards the outside of the endpoint, instead of what its peer says, until stop_tone() or its
    /// end. On a line that does not run, tones and digits wait for start_line().
    void play_tone(EndpointId endpoint, const dsp::ToneSequence& tone);
    void stop_tone(EndpointId endpoint);
    /// DTMF towards the outside: tones on a line; on an RTP session RFC 4733 events where negotiated, tones
    /// otherwise. Characters 0-9 A-D * # and 'w' (500 ms pause). digits_sent follows.
    void send_digits(EndpointId endpoint, std::string_view digits,
                     std::chrono::milliseconds on = std::chrono::milliseconds(100),
                     std::chrono::milliseconds off = std::chrono::milliseconds(100));
    void set_detectors(EndpointId endpoint, const Detectors& detectors);

    /// Where to send, and from whom to accept. Symmetric RTP: while nothing has come from this address, two
    /// packets in sequence from one other address replace it. Once media has flowed the source is fixed (no
    /// injection) until set_remote() names another address.
    void set_remote(EndpointId rtp, const RtpAddress& remote);
    void update_rtp(EndpointId rtp, const RtpOptions& options);

    RtpStats rtp_stats(EndpointId rtp) const;
    LineStats line_stats(EndpointId line) const;
    EngineStats stats() const;

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace tipring::media
