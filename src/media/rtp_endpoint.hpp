// RtpEndpoint: an RTP session in the engine: socket, source filter, jitter buffer, sender, telephone-events
// and RTCP, tied together. The parts are pure and stand in their own files; here is only the order in which
// they act. Thread: media, between add and return; statistics are read by the core.
#pragma once

#include <optional>

#include "endpoint.hpp"
#include "jitter_buffer.hpp"
#include "loss_filler.hpp"
#include "rtcp_session.hpp"
#include "rtp_sender.hpp"
#include "rtp_source.hpp"
#include "source_filter.hpp"
#include "telephone_event.hpp"

namespace tipring::media {

class RtpEndpoint final : public Endpoint, private PacketSink {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    struct Identity {
        RtpSender::Start start;
        std::uint64_t seed = 1, ntp_offset = 0;
    };

    RtpEndpoint(EndpointId id, RtpSocket socket, const RtpSettings& settings, const Identity& identity,
                Notifier& notifier);

    void set_remote(const SocketAddress& rtp, const SocketAddress& rtcp) noexcept;
    void update(const RtpSettings& settings) noexcept;

    /// The steps of a tick.
    void receive(TimePoint now) noexcept;
    void receive_rtcp(TimePoint now) noexcept;
    /// The next 10 ms from the network; runs the recognisers.
    Block& pull() noexcept;
    const Block* say() noexcept override { return &pull(); }
    /// The next 10 ms towards the network: digits, tone, what the peer said in hear(), or nothing.
    void send_block() noexcept;
    /// `blocks` have passed in which nothing was to be sent (a long stall).
    void skip(std::uint32_t blocks) noexcept;
    void housekeeping(TimePoint now) noexcept;
    void say_bye(TimePoint now) noexcept;

    void hear(const Block& block) noexcept override;
    dsp::Law law() const noexcept override { return settings_.codec; }
    bool carries_events() const noexcept override {
        return settings_.send && settings_.send_event_type.has_value();
    }
    int rtcp_descriptor() const noexcept { return socket_.rtcp.get(); }

    RtpStats stats() const noexcept;

  private:
    static constexpr int packets_per_tick = 32;

    RtpSocket socket_;
    RtpSettings settings_;
    SourceFilter filter_;
    SocketAddress rtcp_remote_;
    std::optional<SocketAddress> rtcp_source_;  ///< where valid RTCP of the media's SSRC came from
    RtpSource source_;
    JitterBuffer buffer_;
    LossFiller filler_;
    RtpSender sender_;
    RtcpSession rtcp_;
    TelephoneEventReceiver event_receiver_;
    TelephoneEventSender event_sender_;
    TelephoneEventSender::Packets event_packets_{};
    JitterBuffer::Pull pulled_;
    Block incoming_, outgoing_;
    bool has_outgoing_ = false;
    bool own_digit_ = false, own_voice_ = false;
    bool started_ = false, timed_out_ = false;
    std::optional<TimePoint> last_packet_;
    std::uint64_t sent_at_report_ = 0;
    bool reported_ = false;

    Counter packets_sent_, octets_sent_, packets_received_, octets_received_, lost_, late_, discarded_,
        concealed_;
    Gauge<double> jitter_ms_, buffer_ms_, round_trip_ms_, remote_loss_;

    void send(std::span<const std::uint8_t> packet) noexcept override;
    void take_packet(std::span<const std::uint8_t> datagram, const SocketAddress& from,
                     TimePoint now) noexcept;
    void take_audio(const RtpPacket& packet) noexcept;
    void take_event(const RtpPacket& packet) noexcept;
    void apply(const TelephoneEventReceiver::Report& report) noexcept;
    void send_events(const DigitSource::Step& step) noexcept;
    bool choose_audio(const DigitSource::Step& step, Block& out) noexcept;
    void send_report(TimePoint now, bool bye) noexcept;
    SocketAddress rtcp_destination() const noexcept;
};

}  // namespace tipring::media
