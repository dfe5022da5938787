// The real-time media engine, as the core thread sees it. Endpoints are lines (a board channel's Bearer) and
// RTP sessions; two are connected to each other, or three in a conference; tones, clips, digits, detectors and
// recordings hang on one. The media thread runs tick(). Thread: every member is for the core thread unless it
// says otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/ids.hpp"
#include "tipring/base/result.hpp"
#include "tipring/dsp/caller_id.hpp"
#include "tipring/dsp/prbs.hpp"
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
    voice_heard,    ///< somebody speaks outside (Detectors::voice), once
    silence,        ///< nothing was said either way for Detectors::silence; once for each such stretch
    rtp_started,    ///< first valid RTP packet of the session
    rtp_timeout,    ///< no RTP for RtpOptions::timeout; sent once until packets come again
    bearer_failed,  ///< line: the channel is gone
    clip_played,    ///< the last sample of play_clip() is on its way (EngineOptions::write_lead_ms)
    caller_id,      ///< a whole caller-ID message was understood; `caller` says what it tells
    captured,       ///< line: start_capture() is full or was ended; take_capture() has it
};

/// `learnt`: one of Detectors::learnt_tones.
enum class HeardTone : std::uint8_t {
    none,
    dial,
    busy,
    congestion,
    ringback,
    info,
    learnt,
    fax_cng,
    fax_ced,
};

struct Event {
    EndpointId endpoint;
    EventKind kind = EventKind::line;
    hardware::LineEvent line;
    char digit = 0;
    HeardTone tone = HeardTone::none;
    dsp::HeardCallerId caller;
};

/// What is reported of the audio that comes from outside of an endpoint.
struct Detectors {
    bool dtmf = false;  ///< on an RTP session RFC 4733 events, too
    /// Call-progress tones of this country (shared, immutable); null: none.
    /// Nothing is heard while we sound a digit, a tone or a clip, nor in a conference.
    std::shared_ptr<const dsp::TonePlan> progress_tones{};
    /// Tones of this very line beside (or without) the country's; reported as HeardTone::learnt.
    std::shared_ptr<const std::vector<dsp::ToneSequence>> learnt_tones{};
    unsigned tone_cycles = 3;  ///< of busy, congestion or a learnt tone that must be heard; 2..8
    /// Caller-ID messages of all standards, until it is taken back: only while nobody dials on the line. Not
    /// while we sound a digit, a tone or a clip.
    bool caller_id = false;
    dsp::CallerIdDtmfCodes caller_id_codes{};
    /// Answer supervision: told once. The echo of what we send, tones of our own included, is no voice: what
    /// comes from outside counts while it is not more than 6 dB below that.
    bool voice = false;
    /// Silence both ways: of what comes from outside, and of what sounds towards it (peers, digits, clip,
    /// tone). 0: not watched.
    std::chrono::milliseconds silence{0};
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
    /// Lost packets are covered up (G.711 Appendix I); false: silence, which a modem or an alarm receiver
    /// survives better than speech made up.
    bool conceal = true;
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

/// Engine::start_bit_test() so far. The newest 16 ms are not in it yet.
struct BitTestReport {
    std::uint64_t bits = 0, errors = 0;
    std::uint64_t losses = 0;  ///< how often the pattern was lost: a slip, or an error ratio above 0.2
    bool in_sync = false;
    bool found = false;  ///< it has come back at least once
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
    /// Joins the audio of two endpoints both ways. An endpoint may have two peers: it is then the hub of a
    /// conference of three, in which each hears the sum of the two others. Connecting a pair again changes
    /// nothing. What would be more than a conference ends older connections first, in this order: a hub loses
    /// the older of its two, a spoke leaves its hub; if then both ends still have another peer, both lose it.
    /// So a third party comes in by connect() with the hub, and two spokes that are connected to each other
    /// stay in the conference, with another hub.
    virtual void connect(EndpointId a, EndpointId b) = 0;
    /// Nothing, when they are not connected to each other. Of a conference the two others remain connected.
    virtual void disconnect(EndpointId a, EndpointId b) = 0;
    /// As Engine's. A connector that has no tones leaves them out.
    virtual void play_tone(EndpointId, const dsp::ToneSequence&) {}
    virtual void stop_tone(EndpointId) {}
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
    void disconnect(EndpointId a, EndpointId b) override;
    /// From whatever it is connected to: with the hub of a conference all three are alone.
    ///
    /// A conference is clocked by its hub when that is a line that runs, otherwise by a spoke that is one,
    /// otherwise by the tick; between two boards' clocks blocks may slip as between two lines. A digit that
    /// comes as RFC 4733 event from a spoke is sounded, or sent on as an event, to the hub only; from the hub
    /// to both. Digits relayed from a line are cut out only for those who get them as events.
    void disconnect(EndpointId endpoint);

    /// What comes from outside is not passed to the peers (they hear silence; no digit is relayed either)
    /// while detectors and recordings hear it. stop_line() ends it.
    void set_muted(EndpointId endpoint, bool muted);

    /// Towards the outside of an endpoint only one sounds at a time: digits, otherwise the clip, otherwise the
    /// tone, otherwise the peers. Digits hold a clip or a tone up, a clip holds a tone up; peers are missed
    /// meanwhile. On a line that does not run all of them wait for start_line(); stop_line() forgets them.
    ///
    /// Plays until stop_tone() or the tone's end.
    void play_tone(EndpointId endpoint, const dsp::ToneSequence& tone) override;
    void stop_tone(EndpointId endpoint) override;
    /// Linear samples at 8 kHz, once (silence to the end of the last 10 ms). clip_played follows, except when
    /// another clip replaces it, or stop_clip() or stop_line() end it.
    void play_clip(EndpointId endpoint, dsp::Samples clip);
    void stop_clip(EndpointId endpoint);
    /// DTMF towards the outside: tones on a line; on an RTP session RFC 4733 events where negotiated, tones
    /// otherwise. Characters 0-9 A-D * # and 'w' (500 ms pause). digits_sent follows.
    void send_digits(EndpointId endpoint, std::string_view digits,
                     std::chrono::milliseconds on = std::chrono::milliseconds(100),
                     std::chrono::milliseconds off = std::chrono::milliseconds(100));
    void set_detectors(EndpointId endpoint, const Detectors& detectors);

    static constexpr std::size_t longest_capture_samples = std::size_t{60} * hardware::sample_rate_hz;
    /// Records what comes from outside of a line, from now on or from start_line() on; at most
    /// `longest_capture_samples`. `captured` comes when that many are there, after stop_capture() or
    /// stop_line(); not when another start_capture() throws the recording away.
    void start_capture(EndpointId line, std::size_t samples);
    void stop_capture(EndpointId line);
    /// The recording, once, from `captured` on; empty when there is none.
    dsp::Samples take_capture(EndpointId line);

    /// On a clear channel (LineControl::start_clear_channel()) towards a loop: the pattern goes out instead of
    /// everything else, what comes is compared with it and heard by nobody. From now on or from start_line() on;
    /// stop_line() ends it.
    void start_bit_test(EndpointId line, dsp::PrbsPattern pattern);
    void stop_bit_test(EndpointId line);
    /// Of the last test; all zero before the first.
    BitTestReport bit_test(EndpointId line) const;

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
