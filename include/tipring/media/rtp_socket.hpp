// The UDP socket pair (RTP on an even port, RTCP on the next) of one call, and the pool of ports it comes
// from. Thread: core opens them; the media thread uses the descriptors afterwards.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tipring/base/fd.hpp"
#include "tipring/base/result.hpp"

namespace tipring::media {

/// A numeric address. Thread: any.
struct RtpAddress {
    std::string host;  ///< IPv4 or IPv6 literal
    std::uint16_t port = 0;
    std::uint16_t rtcp_port = 0;  ///< 0: port + 1 (RFC 3605 a=rtcp otherwise)
};

struct RtpSocket {
    base::Fd rtp;
    base::Fd rtcp;
    std::string local_host;
    std::uint16_t local_port = 0;
    /// Gives the port pair back to its pool when the socket is destroyed.
    std::shared_ptr<void> lease;
};

struct RtpPortRange {
    std::uint16_t first = 16384;
    std::uint16_t last = 32767;
    std::uint8_t dscp = 46;  ///< EF, RFC 3246
};

class RtpPortPool {
  public:
    explicit RtpPortPool(const RtpPortRange& range);
    ~RtpPortPool();
    /// Binds a free pair on `host` (an address literal of this machine). Takes ports in rotation, so that a
    /// port just freed rests.
    base::Result<RtpSocket> open(const std::string& host);
    std::size_t in_use() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace tipring::media
