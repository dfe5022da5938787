// RtpSender: makes RTP packets of 10 ms blocks. Timestamps go on over silence, the marker stands at each
// beginning of audio (RFC 3551 4.1), SSRC, first sequence number and first timestamp are random (RFC
// 3550 5.1). Pure. Thread: media; real-time safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "block.hpp"
#include "rtp_packet.hpp"
#include "telephone_event.hpp"

namespace tipring::media {

/// Takes finished packets; the span is valid during the call only.
class PacketSink {
  public:
    virtual void send(std::span<const std::uint8_t> packet) noexcept = 0;

  protected:
    ~PacketSink() = default;
};

class RtpSender {
  public:
    struct Start {
        std::uint32_t ssrc = 0, timestamp = 0;
        std::uint16_t sequence = 0;
    };

    RtpSender(const Start& start, PacketSink& sink) noexcept;

    /// From the next packet on. `packet_blocks`: 1..6.
    void configure(std::uint8_t payload_type, unsigned packet_blocks) noexcept;
    void audio(const Octets& octets) noexcept;
    /// A block in which nothing is sent; what was collected goes out as a shorter packet.
    void pause() noexcept;
    /// A packet of a telephone-event; its timestamp is the event's.
    void event(std::uint8_t payload_type, const TelephoneEventSender::Packet& packet) noexcept;
    void flush() noexcept;

    std::uint32_t ssrc() const noexcept { return ssrc_; }
    /// Timestamp of the block that comes next.
    std::uint32_t timestamp() const noexcept { return timestamp_; }

  private:
    static constexpr unsigned most_blocks = 6;

    PacketSink& sink_;
    std::uint32_t ssrc_;
    std::uint32_t timestamp_;
    std::uint16_t sequence_;
    std::uint8_t payload_type_ = 8;
    unsigned packet_blocks_ = 2;
    bool talking_ = false;
    std::array<std::uint8_t, rtp_header_octets + most_blocks * block_samples> packet_{};
    std::size_t filled_ = 0;
};

}  // namespace tipring::media
