// SourceFilter: from whom RTP is accepted (symmetric RTP, RFC 4961, with a lock against injection).
// Rule: the first packet from the configured remote, or two packets in sequence of one SSRC from one other
// address while nothing has come from the configured one, fix the source. From then on only that source is
// accepted, and we send to it, until set_remote() names another address. Pure. Thread: media; real-time safe.
#pragma once

#include "rtp_packet.hpp"
#include "socket_address.hpp"

namespace tipring::media {

class SourceFilter {
  public:
    /// The same address again (a re-INVITE) keeps a fixed source.
    void set_remote(const SocketAddress& remote) noexcept;
    bool accept(const SocketAddress& source, const RtpPacket& packet) noexcept;
    /// Where to send: the fixed source, or the configured remote before.
    const SocketAddress& destination() const noexcept { return fixed_ ? source_ : configured_; }
    bool latched() const noexcept { return fixed_ && !(source_ == configured_); }

  private:
    SocketAddress configured_, source_, candidate_;
    bool fixed_ = false, has_candidate_ = false;
    std::uint32_t candidate_ssrc_ = 0;
    std::uint16_t candidate_next_ = 0;
};

}  // namespace tipring::media
