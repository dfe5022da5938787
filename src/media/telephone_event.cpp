// RFC 4733 sender and receiver: see the header.
#include "telephone_event.hpp"

#include "block.hpp"
#include "wire.hpp"

namespace tipring::media {

namespace {
constexpr std::uint32_t longest_duration = 0xFFFF;
constexpr std::int32_t oldest_repeat = 10 * 8000;
}  // namespace

std::optional<TelephoneEvent> parse_telephone_event(std::span<const std::uint8_t> payload) noexcept {
    if (payload.size() < telephone_event_octets) return std::nullopt;
    TelephoneEvent event;
    event.code = payload[0];
    event.end = (payload[1] & 0x80) != 0;
    event.volume = payload[1] & 0x3F;
    event.duration = read_u16(payload, 2);
    return event;
}

void write_telephone_event(const TelephoneEvent& event,
                           std::span<std::uint8_t, telephone_event_octets> out) noexcept {
    out[0] = event.code;
    out[1] = static_cast<std::uint8_t>((event.end ? 0x80 : 0) | (event.volume & 0x3F));
    write_u16(out, 2, event.duration);
}

void TelephoneEventSender::start(std::uint8_t code, std::uint32_t timestamp) noexcept {
    if (sounding_) stop();
    flush_ = ends_left_;
    flushed_ = end_;
    ends_left_ = 0;
    sounding_ = first_ = true;
    code_ = code;
    timestamp_ = timestamp;
    duration_ = 0;
    blocks_ = 0;
}

void TelephoneEventSender::stop() noexcept {
    if (!sounding_) return;
    sounding_ = false;
    end_ = {{code_, true, 10, static_cast<std::uint16_t>(duration_)}, timestamp_, first_};
    ends_left_ = end_copies;
    end_wait_ = 0;
}

std::span<const TelephoneEventSender::Packet> TelephoneEventSender::step(Packets& out) noexcept {
    std::size_t count = 0;
    for (; flush_ > 0 && count < end_copies; --flush_)
        out[count++] = flushed_;
    if (sounding_) {
        if (duration_ + block_samples > longest_duration) {
            // RFC 4733 2.5.1.3: a long event goes on as a new segment.
            timestamp_ += duration_;
            duration_ = 0;
            blocks_ = 0;
        }
        duration_ += block_samples;
        if (blocks_++ % update_blocks_ == 0) {
            out[count++] = {{code_, false, 10, static_cast<std::uint16_t>(duration_)}, timestamp_, first_};
            first_ = false;
        }
    } else if (ends_left_ > 0) {
        if (end_wait_ > 0) {
            --end_wait_;
        } else {
            out[count++] = end_;
            end_.marker = false;
            --ends_left_;
            end_wait_ = end_gap_blocks - 1;
        }
    }
    return std::span(out).first(count);
}

bool TelephoneEventReceiver::continues(const TelephoneEvent& event, std::uint32_t timestamp,
                                       bool marker) const noexcept {
    if (!active_ || marker || event.code != code_) return false;
    // The next segment of a long event, or a sender that wrongly moves the timestamp with each packet (its
    // duration keeps growing, a new press of the same key begins short).
    const bool segment = timestamp == timestamp_ + duration_;
    return segment || event.duration > duration_;
}

TelephoneEventReceiver::Report TelephoneEventReceiver::receive(const TelephoneEvent& event,
                                                               std::uint32_t timestamp,
                                                               bool marker) noexcept {
    Report report;
    if (event.code > 15) return report;
    const std::int32_t ahead = timestamp_distance(timestamp, timestamp_);
    if (known_ && ahead < 0 && ahead > -oldest_repeat) return report;
    const bool same = known_ && ahead == 0;
    if (same || (known_ && continues(event, timestamp, marker))) {
        timestamp_ = timestamp;
        duration_ = same && event.duration < duration_ ? duration_ : event.duration;
        if (!active_) return report;
        quiet_blocks_ = 0;
        report.ended = event.end;
        active_ = !event.end;
        return report;
    }
    report.ended = active_;
    report.began = event.code;
    report.began_and_ended = event.end;
    known_ = true;
    active_ = !event.end;
    timestamp_ = timestamp;
    code_ = event.code;
    duration_ = event.duration;
    quiet_blocks_ = 0;
    return report;
}

TelephoneEventReceiver::Report TelephoneEventReceiver::step() noexcept {
    Report report;
    if (!active_ || ++quiet_blocks_ < timeout_blocks) return report;
    active_ = false;
    report.ended = true;
    return report;
}

TelephoneEventReceiver::Report TelephoneEventReceiver::reset() noexcept {
    Report report;
    report.ended = active_;
    active_ = known_ = false;
    return report;
}

}  // namespace tipring::media
