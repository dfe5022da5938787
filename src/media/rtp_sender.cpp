// RtpSender: see the header.
#include "rtp_sender.hpp"

#include <algorithm>

namespace tipring::media {

RtpSender::RtpSender(const Start& start, PacketSink& sink) noexcept
    : sink_(sink), ssrc_(start.ssrc), timestamp_(start.timestamp), sequence_(start.sequence) {}

void RtpSender::configure(std::uint8_t payload_type, unsigned packet_blocks) noexcept {
    if (payload_type != payload_type_) flush();
    payload_type_ = payload_type;
    packet_blocks_ = std::clamp(packet_blocks, 1U, most_blocks);
}

void RtpSender::audio(const Octets& octets) noexcept {
    std::copy(octets.begin(), octets.end(),
              packet_.begin() + static_cast<std::ptrdiff_t>(rtp_header_octets + filled_));
    filled_ += block_samples;
    timestamp_ += block_samples;
    if (filled_ >= packet_blocks_ * block_samples) flush();
}

void RtpSender::pause() noexcept {
    flush();
    talking_ = false;
    timestamp_ += block_samples;
}

void RtpSender::flush() noexcept {
    if (filled_ == 0) return;
    RtpPacket header;
    header.marker = !talking_;
    header.payload_type = payload_type_;
    header.sequence = sequence_++;
    header.timestamp = timestamp_ - static_cast<std::uint32_t>(filled_);
    header.ssrc = ssrc_;
    write_rtp_header(header, std::span(packet_).first<rtp_header_octets>());
    sink_.send(std::span(packet_).first(rtp_header_octets + filled_));
    talking_ = true;
    filled_ = 0;
}

void RtpSender::event(std::uint8_t payload_type, const TelephoneEventSender::Packet& packet) noexcept {
    std::array<std::uint8_t, rtp_header_octets + telephone_event_octets> octets;
    RtpPacket header;
    header.marker = packet.marker;
    header.payload_type = payload_type;
    header.sequence = sequence_++;
    header.timestamp = packet.timestamp;
    header.ssrc = ssrc_;
    write_rtp_header(header, std::span(octets).first<rtp_header_octets>());
    write_telephone_event(packet.event, std::span(octets).last<telephone_event_octets>());
    sink_.send(octets);
}

}  // namespace tipring::media
