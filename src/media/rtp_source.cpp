// RtpSource: see the header.
#include "rtp_source.hpp"

#include <algorithm>

namespace tipring::media {

namespace {
// RFC 3550 A.1.
constexpr std::uint16_t max_dropout = 3000;
constexpr std::uint16_t max_misorder = 100;
}  // namespace

RtpSource::Verdict RtpSource::receive(const RtpPacket& packet, std::uint32_t arrival) noexcept {
    auto verdict = Verdict::accepted;
    if (!known_) {
        begin(packet);
        verdict = Verdict::restarted;
    } else if (packet.ssrc != ssrc_) {
        // Believed at the second packet in sequence with none of the present SSRC between: two senders that
        // are mixed on one address do not make the buffer flap.
        const bool follows = packet.ssrc == new_ssrc_ && packet.sequence == new_ssrc_next_;
        new_ssrc_ = packet.ssrc;
        new_ssrc_next_ = (packet.sequence + 1U) & 0xFFFF;
        if (!follows) return Verdict::rejected;
        begin(packet);
        verdict = Verdict::restarted;
    } else {
        new_ssrc_next_ = no_sequence;
        verdict = advance(packet.sequence);
        if (verdict == Verdict::rejected || verdict == Verdict::duplicate) return verdict;
        if (verdict == Verdict::restarted) begin(packet);
    }
    ++received_;
    ++total_received_;
    measure_jitter(packet.timestamp, arrival, verdict == Verdict::restarted);
    return verdict;
}

void RtpSource::begin(const RtpPacket& packet) noexcept {
    if (known_) lost_before_ = lost();
    known_ = true;
    ssrc_ = packet.ssrc;
    highest_ = packet.sequence;
    base_ = packet.sequence;
    cycles_ = 0;
    bad_sequence_ = no_sequence;
    new_ssrc_next_ = no_sequence;
    seen_ = 1;
    received_ = expected_prior_ = received_prior_ = 0;
    jitter_ = 0;
}

RtpSource::Verdict RtpSource::advance(std::uint16_t sequence) noexcept {
    const auto ahead = static_cast<std::uint16_t>(sequence - highest_);
    if (ahead == 0) return Verdict::duplicate;
    if (ahead < max_dropout) {
        if (sequence < highest_) cycles_ += 0x10000;
        highest_ = sequence;
        seen_ = ahead < 64 ? (seen_ << ahead) | 1 : 1;
        bad_sequence_ = no_sequence;
        return Verdict::accepted;
    }
    const auto behind = static_cast<std::uint16_t>(highest_ - sequence);
    if (behind <= max_misorder) {
        if (behind >= 64) return Verdict::accepted;
        const std::uint64_t bit = std::uint64_t{1} << behind;
        if ((seen_ & bit) != 0) return Verdict::duplicate;
        seen_ |= bit;
        return Verdict::accepted;
    }
    if (sequence == bad_sequence_) return Verdict::restarted;
    bad_sequence_ = (sequence + 1U) & 0xFFFF;
    return Verdict::rejected;
}

void RtpSource::measure_jitter(std::uint32_t timestamp, std::uint32_t arrival, bool first) noexcept {
    const std::uint32_t transit = arrival - timestamp;
    const auto step = static_cast<std::int32_t>(transit - transit_);
    transit_ = transit;
    if (first) return;
    const std::uint32_t size =
        step < 0 ? 0U - static_cast<std::uint32_t>(step) : static_cast<std::uint32_t>(step);
    // A jump of the timestamps is no jitter.
    if (size > 80000) return;
    jitter_ += size - ((jitter_ + 8) >> 4);
}

std::int32_t RtpSource::cumulative_lost() const noexcept {
    const auto expected = static_cast<std::int64_t>(extended_highest() - base_) + 1;
    const auto lost = expected - static_cast<std::int64_t>(received_);
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(lost, -0x800000, 0x7FFFFF));
}

std::uint64_t RtpSource::lost() const noexcept {
    if (!known_) return 0;
    return lost_before_ + static_cast<std::uint64_t>(std::max(0, cumulative_lost()));
}

std::uint8_t RtpSource::take_fraction_lost() noexcept {
    const std::uint32_t expected = extended_highest() - base_ + 1;
    const std::uint32_t expected_step = expected - expected_prior_;
    const std::uint32_t received_step = received_ - received_prior_;
    expected_prior_ = expected;
    received_prior_ = received_;
    if (expected_step == 0 || received_step >= expected_step || expected_step > 0x7FFFFF) return 0;
    return static_cast<std::uint8_t>(std::min(255U, ((expected_step - received_step) << 8) / expected_step));
}

}  // namespace tipring::media
