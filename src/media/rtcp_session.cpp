// RtcpSession: see the header.
#include "rtcp_session.hpp"

namespace tipring::media {

namespace {

using std::chrono::nanoseconds;

/// 32.32 fixed point of a time since any origin.
std::uint64_t fixed_point(nanoseconds time) noexcept {
    const auto count = static_cast<std::uint64_t>(time.count());
    const std::uint64_t seconds = count / 1'000'000'000;
    const std::uint64_t rest = count % 1'000'000'000;
    return (seconds << 32) | ((rest << 32) / 1'000'000'000);
}

}  // namespace

std::uint64_t ntp_offset_now() {
    constexpr std::uint64_t epoch_1900_to_1970 = 2'208'988'800;
    const auto wall =
        std::chrono::duration_cast<nanoseconds>(std::chrono::system_clock::now().time_since_epoch());
    const auto steady =
        std::chrono::duration_cast<nanoseconds>(std::chrono::steady_clock::now().time_since_epoch());
    return fixed_point(wall) + (epoch_1900_to_1970 << 32) - fixed_point(steady);
}

std::uint64_t RtcpSession::ntp(TimePoint now) const noexcept {
    return ntp_offset_ + fixed_point(std::chrono::duration_cast<nanoseconds>(now.time_since_epoch()));
}

bool RtcpSession::due(TimePoint now) noexcept {
    if (next_ && now < *next_) return false;
    const bool due = next_.has_value();
    first_sent_ = first_sent_ || due;
    // Two members: the bandwidth rule always yields the minimum of 5 s, half of it before the first report;
    // times 0.5..1.5, divided by e - 3/2 (6.3.1).
    const double seconds = (first_sent_ ? 5.0 : 2.5) * (0.5 + dice_.next()) / 1.21828;
    next_ = now + nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
    return due;
}

void RtcpSession::received(const RtcpContent& content, TimePoint now) noexcept {
    if (content.sender) {
        last_sr_ = static_cast<std::uint32_t>(content.sender->ntp >> 16);
        last_sr_ssrc_ = content.ssrc;
        last_sr_time_ = now;
    }
    if (!content.report) return;
    remote_loss_ = content.report->fraction_lost / 256.0;
    if (content.report->last_sr == 0) return;
    const auto middle = static_cast<std::uint32_t>(ntp(now) >> 16);
    const auto trip =
        static_cast<std::int32_t>(middle - content.report->last_sr - content.report->delay_since_sr);
    // Beyond a minute the far end's arithmetic is wrong; slightly below zero is the granularity of the
    // clocks.
    if (trip > 60 * 65536 || trip < -65536) return;
    round_trip_ms_ = trip < 0 ? 0 : trip * 1000.0 / 65536.0;
}

std::optional<ReportBlock> RtcpSession::report(RtpSource& source, TimePoint now) const noexcept {
    if (!source.known()) return std::nullopt;
    ReportBlock block;
    block.ssrc = source.ssrc();
    block.fraction_lost = source.take_fraction_lost();
    block.cumulative_lost = source.cumulative_lost();
    block.highest_sequence = source.extended_highest();
    block.jitter = source.jitter();
    if (last_sr_ != 0 && last_sr_ssrc_ == source.ssrc()) {
        block.last_sr = last_sr_;
        const auto since = std::chrono::duration_cast<nanoseconds>(now - last_sr_time_);
        block.delay_since_sr = static_cast<std::uint32_t>(fixed_point(since) >> 16);
    }
    return block;
}

}  // namespace tipring::media
