// RtpEndpoint: see the header.
#include "rtp_endpoint.hpp"

#include <sys/socket.h>

#include <algorithm>

#include "rtp_packet.hpp"

namespace tipring::media {

namespace {

constexpr std::size_t longest_datagram = 2048;
// RFC 3551 table 4.
constexpr std::uint8_t payload_pcmu = 0, payload_pcma = 8;

constexpr std::uint8_t payload_type(dsp::Law law) noexcept {
    return law == dsp::Law::alaw ? payload_pcma : payload_pcmu;
}

/// Octets of the next datagram, 0 when none waits. A datagram that is too long counts as empty but present.
bool receive_from(int descriptor, std::span<std::uint8_t, longest_datagram> buffer, std::size_t& length,
                  SocketAddress& from) noexcept {
    socklen_t size = SocketAddress::capacity;
    const auto got =
        ::recvfrom(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC, from.raw(), &size);
    if (got < 0) return false;
    length = static_cast<std::size_t>(got) > buffer.size() ? 0 : static_cast<std::size_t>(got);
    return true;
}

}  // namespace

RtpEndpoint::RtpEndpoint(EndpointId id, RtpSocket socket, const RtpSettings& settings,
                         const Identity& identity, Notifier& notifier)
    : Endpoint(id, Type::rtp, notifier),
      socket_(std::move(socket)),
      settings_(settings),
      sender_(identity.start, *this),
      rtcp_(identity.seed, identity.ntp_offset) {
    update(settings);
    incoming_.silence(settings.codec);
}

void RtpEndpoint::set_remote(const SocketAddress& rtp, const SocketAddress& rtcp) noexcept {
    if (!(rtcp == rtcp_remote_)) rtcp_source_.reset();
    rtcp_remote_ = rtcp;
    filter_.set_remote(rtp);
    last_packet_.reset();
    timed_out_ = false;
}

void RtpEndpoint::update(const RtpSettings& settings) noexcept {
    if (settings.codec != settings_.codec || (settings.receive && !settings_.receive)) {
        buffer_.reset();
        filler_.reset();
    }
    if (settings.receive != settings_.receive || settings.timeout != settings_.timeout) {
        last_packet_.reset();
        timed_out_ = false;
    }
    // Nobody steps the event sender then: an event that sounds would never end, and keep the audio away.
    if (!settings.send_event_type) event_sender_ = {};
    settings_ = settings;
    buffer_.configure(settings.jitter_min_ms, settings.jitter_max_ms, settings.codec);
    sender_.configure(payload_type(settings.codec), settings.packet_blocks);
    event_sender_.configure(settings.packet_blocks);
}

void RtpEndpoint::receive(TimePoint now) noexcept {
    std::array<std::uint8_t, longest_datagram> buffer;
    SocketAddress from;
    for (int i = 0; i < packets_per_tick; ++i) {
        std::size_t length = 0;
        if (!receive_from(socket_.rtp.get(), buffer, length, from)) return;
        take_packet(std::span(buffer).first(length), from, now);
    }
}

void RtpEndpoint::take_packet(std::span<const std::uint8_t> datagram, const SocketAddress& from,
                              TimePoint now) noexcept {
    const auto packet = parse_rtp(datagram);
    if (!packet || !filter_.accept(from, *packet)) {
        discarded_.add(1);
        return;
    }
    using std::chrono::microseconds;
    const auto time = std::chrono::duration_cast<microseconds>(now.time_since_epoch()).count();
    const auto arrival = static_cast<std::uint32_t>(time * samples_per_ms / 1000);
    const auto verdict = source_.receive(*packet, arrival);
    if (verdict == RtpSource::Verdict::duplicate) return;
    if (verdict == RtpSource::Verdict::rejected) {
        discarded_.add(1);
        return;
    }
    packets_received_.add(1);
    octets_received_.add(packet->payload.size());
    lost_.set(source_.lost());
    jitter_ms_.set(source_.jitter() / static_cast<double>(samples_per_ms));
    last_packet_ = now;
    timed_out_ = false;
    if (!started_) emit(EventKind::rtp_started);
    if (verdict == RtpSource::Verdict::restarted && started_) {
        // Another sender, other timestamps: the delay is measured anew; the concealer covers the seam.
        buffer_.reset();
        apply(event_receiver_.reset());
    }
    started_ = true;
    if (settings_.receive_event_type && packet->payload_type == *settings_.receive_event_type) {
        take_event(*packet);
    } else {
        take_audio(*packet);
    }
}

void RtpEndpoint::take_audio(const RtpPacket& packet) noexcept {
    const bool alaw = packet.payload_type == payload_pcma;
    if (!alaw && packet.payload_type != payload_pcmu) {
        discarded_.add(1);
        return;
    }
    if (!settings_.receive) return;
    auto payload = packet.payload;
    std::array<std::uint8_t, longest_datagram> converted;
    const auto law = alaw ? dsp::Law::alaw : dsp::Law::mulaw;
    if (law != settings_.codec) {
        // A sender may use either of the laws that were offered.
        std::copy(payload.begin(), payload.end(), converted.begin());
        const auto octets = std::span(converted).first(payload.size());
        dsp::transcode(law, settings_.codec, octets);
        payload = octets;
    }
    const auto put = buffer_.put(packet.timestamp, payload);
    if (put == JitterBuffer::Put::late) late_.add(1);
    if (put == JitterBuffer::Put::ignored) discarded_.add(1);
}

void RtpEndpoint::take_event(const RtpPacket& packet) noexcept {
    const auto event = parse_telephone_event(packet.payload);
    if (!event) {
        discarded_.add(1);
        return;
    }
    if (settings_.receive) apply(event_receiver_.receive(*event, packet.timestamp, packet.marker));
}

void RtpEndpoint::apply(const TelephoneEventReceiver::Report& report) noexcept {
    if (report.ended) {
        for (auto* peer : peers())
            peer->digits().relay_end();
    }
    if (!report.began) return;
    const char digit = dsp::dtmf_digit(*report.began);
    if (monitor_.reports_dtmf()) emit(EventKind::digit, digit);
    if (muted()) return;
    for (auto* peer : peers()) {
        peer->digits().relay_begin(digit);
        if (report.began_and_ended) peer->digits().relay_end();
    }
}

Block& RtpEndpoint::pull() noexcept {
    apply(event_receiver_.step());
    buffer_.pull(pulled_);
    // While an event sounds the sender leaves the audio out; the peer gets a clean digit instead.
    const bool conceal = settings_.conceal && !event_receiver_.active() && settings_.receive;
    incoming_.law = settings_.codec;
    concealed_.add(filler_.process(pulled_, settings_.codec, conceal, incoming_.octets));
    buffer_ms_.set(buffer_.delay_ms());
    if (!settings_.receive) incoming_.silence(settings_.codec);
    // Where events are negotiated the same digit may still be in the audio: it is not counted again.
    const bool in_band = monitor_.reports_dtmf() && !settings_.receive_event_type;
    const bool relay = in_band && peer_carries_events();
    const auto digit = monitor_.observe(incoming_, {in_band, own_digit_, own_voice_, in_conference()});
    pass_on(digit, relay, incoming_);
    return incoming_;
}

void RtpEndpoint::hear(const Block& block) noexcept {
    outgoing_ = block;
    outgoing_.convert(settings_.codec);
    has_outgoing_ = true;
}

void RtpEndpoint::send_events(const DigitSource::Step& step) noexcept {
    if (step.begins) {
        sender_.flush();
        event_sender_.start(static_cast<std::uint8_t>(dsp::dtmf_index(step.digit)), sender_.timestamp());
    } else if (step.ends) {
        event_sender_.stop();
    }
    for (const auto& packet : event_sender_.step(event_packets_)) {
        sender_.event(*settings_.send_event_type, packet);
    }
}

bool RtpEndpoint::choose_audio(const DigitSource::Step& step, Block& out) noexcept {
    const bool events = settings_.send_event_type.has_value();
    if (!events && speak_digit(step, settings_.codec, out)) return true;
    if (speak_clip(settings_.codec, out) || speak_tone(settings_.codec, out)) return true;
    if (!has_outgoing_) {
        if (peers().empty()) return false;
        out.silence(settings_.codec);
        return true;
    }
    out = outgoing_;
    return true;
}

void RtpEndpoint::send_block() noexcept {
    const auto step = next_digit();
    own_digit_ = step.digit != 0 && !settings_.send_event_type;
    own_voice_ = has_voice();
    const bool may_send = settings_.send && filter_.destination().reachable();
    Block block;
    const bool audible = choose_audio(step, block);
    if (!audible) block.silence(settings_.codec);
    monitor_.observe_own(block, own_voice_);
    has_outgoing_ = false;
    if (!may_send) {
        event_sender_.stop();
        sender_.pause();
        return;
    }
    if (settings_.send_event_type) send_events(step);
    if (audible && !event_sender_.sounding()) {
        sender_.audio(block.octets);
    } else {
        sender_.pause();
    }
}

void RtpEndpoint::skip(std::uint32_t blocks) noexcept {
    for (; blocks > 0; --blocks)
        sender_.pause();
}

void RtpEndpoint::send(std::span<const std::uint8_t> packet) noexcept {
    const auto& to = filter_.destination();
    const auto sent = ::sendto(socket_.rtp.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                               to.raw(), to.size());
    if (sent < 0) return;
    packets_sent_.add(1);
    octets_sent_.add(packet.size() - rtp_header_octets);
}

SocketAddress RtpEndpoint::rtcp_destination() const noexcept {
    if (rtcp_source_) return *rtcp_source_;
    if (!filter_.latched()) return rtcp_remote_;
    const auto& rtp = filter_.destination();
    return rtp.with_port(static_cast<std::uint16_t>(rtp.port() + 1));
}

void RtpEndpoint::receive_rtcp(TimePoint now) noexcept {
    std::array<std::uint8_t, longest_datagram> buffer;
    SocketAddress from;
    for (int i = 0; i < packets_per_tick; ++i) {
        std::size_t length = 0;
        if (!receive_from(socket_.rtcp.get(), buffer, length, from)) return;
        const bool trusted = from.same_host(filter_.destination()) || from.same_host(rtcp_remote_);
        const auto content = parse_rtcp(std::span(buffer).first(length), sender_.ssrc());
        if (!trusted || !content) {
            discarded_.add(1);
            continue;
        }
        if (source_.known() && content->ssrc == source_.ssrc()) rtcp_source_ = from;
        // Who is silent and sends no packets for it (RFC 3551 4.1) still reports.
        last_packet_ = now;
        rtcp_.received(*content, now);
        round_trip_ms_.set(rtcp_.round_trip_ms());
        remote_loss_.set(rtcp_.remote_loss());
    }
}

void RtpEndpoint::send_report(TimePoint now, bool bye) noexcept {
    const auto to = rtcp_destination();
    if (!to.reachable()) return;
    RtcpToSend content;
    content.ssrc = sender_.ssrc();
    content.cname = settings_.cname_text();
    content.bye = bye;
    content.report = rtcp_.report(source_, now);
    if (packets_sent_.get() != sent_at_report_) {
        content.sender =
            SenderInfo{rtcp_.ntp(now), sender_.timestamp(), static_cast<std::uint32_t>(packets_sent_.get()),
                       static_cast<std::uint32_t>(octets_sent_.get())};
        sent_at_report_ = packets_sent_.get();
    }
    std::array<std::uint8_t, longest_rtcp> octets;
    const std::size_t length = write_rtcp(content, octets);
    [[maybe_unused]] const auto sent =
        ::sendto(socket_.rtcp.get(), octets.data(), length, MSG_DONTWAIT | MSG_NOSIGNAL, to.raw(), to.size());
    reported_ = true;
}

void RtpEndpoint::housekeeping(TimePoint now) noexcept {
    if (rtcp_.due(now)) send_report(now, false);
    const bool expects =
        settings_.receive && settings_.timeout.count() > 0 && filter_.destination().reachable();
    if (!expects) {
        last_packet_.reset();
        return;
    }
    if (!last_packet_) last_packet_ = now;
    if (timed_out_ || now - *last_packet_ < settings_.timeout) return;
    timed_out_ = true;
    emit(EventKind::rtp_timeout);
}

void RtpEndpoint::say_bye(TimePoint now) noexcept {
    // RFC 3550 6.3.7: who never sent anything must not send a BYE either.
    if (reported_ || packets_sent_.get() > 0) send_report(now, true);
}

RtpStats RtpEndpoint::stats() const noexcept {
    RtpStats stats;
    stats.packets_sent = packets_sent_.get();
    stats.octets_sent = octets_sent_.get();
    stats.packets_received = packets_received_.get();
    stats.octets_received = octets_received_.get();
    stats.packets_lost = lost_.get();
    stats.packets_late = late_.get();
    stats.packets_discarded = discarded_.get();
    stats.samples_concealed = concealed_.get();
    stats.jitter_ms = jitter_ms_.get();
    stats.buffer_ms = buffer_ms_.get();
    stats.round_trip_ms = round_trip_ms_.get();
    stats.remote_loss = remote_loss_.get();
    return stats;
}

}  // namespace tipring::media
