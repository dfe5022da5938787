// SourceFilter: see the header.
#include "source_filter.hpp"

namespace tipring::media {

void SourceFilter::set_remote(const SocketAddress& remote) noexcept {
    if (remote == configured_) return;
    configured_ = remote;
    fixed_ = false;
    has_candidate_ = false;
}

bool SourceFilter::accept(const SocketAddress& source, const RtpPacket& packet) noexcept {
    if (fixed_) return source == source_;
    if (!configured_.reachable()) return false;
    if (source == configured_) {
        source_ = source;
        fixed_ = true;
        return true;
    }
    const bool follows = has_candidate_ && source == candidate_ && packet.ssrc == candidate_ssrc_ &&
                         packet.sequence == candidate_next_;
    candidate_ = source;
    has_candidate_ = true;
    candidate_ssrc_ = packet.ssrc;
    candidate_next_ = static_cast<std::uint16_t>(packet.sequence + 1);
    if (!follows) return false;
    source_ = source;
    fixed_ = true;
    return true;
}

}  // namespace tipring::media
