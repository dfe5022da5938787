// RtpSource: what RFC 3550 A.1, A.3 and A.8 keep about the sender whose packets we receive: sequence
// validation with wrap, change of SSRC, loss and interarrival jitter. Pure. Thread: media; real-time safe.
#pragma once

#include <cstdint>

#include "rtp_packet.hpp"

namespace tipring::media {

class RtpSource {
  public:
    enum class Verdict : std::uint8_t {
        accepted,
        restarted,  ///< accepted, but sequence numbers or SSRC began anew: what was buffered is of the past
        duplicate,
        rejected,  ///< out of range; a second packet in sequence will be believed
    };

    /// `arrival` in samples of the 8 kHz media clock, any origin.
    Verdict receive(const RtpPacket& packet, std::uint32_t arrival) noexcept;

    bool known() const noexcept { return known_; }
    std::uint32_t ssrc() const noexcept { return ssrc_; }
    std::uint32_t extended_highest() const noexcept { return cycles_ + highest_; }
    std::uint64_t received() const noexcept { return total_received_; }
    /// Expected minus received over all SSRCs so far, not below 0.
    std::uint64_t lost() const noexcept;
    /// Signed loss of the present SSRC, as a report block carries it (24 bits).
    std::int32_t cumulative_lost() const noexcept;
    /// Interarrival jitter in timestamp units.
    std::uint32_t jitter() const noexcept { return jitter_ >> 4; }
    /// Fraction lost since the last call, in 1/256 (RFC 3550 A.3).
    std::uint8_t take_fraction_lost() noexcept;

  private:
    bool known_ = false;
    std::uint32_t ssrc_ = 0;
    std::uint16_t highest_ = 0;
    std::uint32_t cycles_ = 0, base_ = 0;
    std::uint32_t bad_sequence_ = no_sequence;
    std::uint32_t new_ssrc_ = 0, new_ssrc_next_ = no_sequence;
    std::uint64_t seen_ = 0;  ///< bit n: highest - n has come
    std::uint32_t received_ = 0, expected_prior_ = 0, received_prior_ = 0;
    std::uint64_t total_received_ = 0, lost_before_ = 0;
    std::uint32_t transit_ = 0, jitter_ = 0;

    static constexpr std::uint32_t no_sequence = 0x10001;

    void begin(const RtpPacket& packet) noexcept;
    Verdict advance(std::uint16_t sequence) noexcept;
    void measure_jitter(std::uint32_t timestamp, std::uint32_t arrival, bool first) noexcept;
};

}  // namespace tipring::media
