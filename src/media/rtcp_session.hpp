// RtcpSession: when to send reports (RFC 3550 6.2, 6.3) and what the far end's reports say (round trip,
// loss). Pure: the caller gives the time and sends the octets. Thread: media; real-time safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "rtcp_packet.hpp"
#include "rtp_source.hpp"

namespace tipring::media {

/// A small generator for intervals; not for secrets.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) noexcept : state_(seed | 1) {}
    /// 0 <= value < 1.
    double next() noexcept {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<double>(state_ >> 11) * 0x1.0p-53;
    }

  private:
    std::uint64_t state_;
};

class RtcpSession {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// `ntp_offset`: NTP time (32.32) minus the steady clock, fixed for the session so that a step of the
    /// wall clock does not disturb the round trip.
    RtcpSession(std::uint64_t seed, std::uint64_t ntp_offset) noexcept
        : dice_(seed), ntp_offset_(ntp_offset) {}

    std::uint64_t ntp(TimePoint now) const noexcept;
    /// True when a report is due; schedules the next one.
    bool due(TimePoint now) noexcept;
    void received(const RtcpContent& content, TimePoint now) noexcept;
    std::optional<ReportBlock> report(RtpSource& source, TimePoint now) const noexcept;

    /// 0 when unknown.
    double round_trip_ms() const noexcept { return round_trip_ms_; }
    double remote_loss() const noexcept { return remote_loss_; }

  private:
    Dice dice_;
    std::uint64_t ntp_offset_;
    std::optional<TimePoint> next_;
    bool first_sent_ = false;
    std::uint32_t last_sr_ = 0, last_sr_ssrc_ = 0;
    TimePoint last_sr_time_;
    double round_trip_ms_ = 0, remote_loss_ = 0;
};

/// NTP minus steady time now, for RtcpSession. Core thread.
std::uint64_t ntp_offset_now();

}  // namespace tipring::media
