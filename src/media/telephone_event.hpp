// RFC 4733 telephone events: the sender of one event after the other, and the receiver that reports each
// event exactly once whatever is lost, repeated or out of order. Pure. Thread: media; real-time safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace tipring::media {

inline constexpr std::size_t telephone_event_octets = 4;

/// The payload of RFC 4733 section 2.3.
struct TelephoneEvent {
    std::uint8_t code = 0;  ///< 0..15: DTMF 0-9 * # A-D
    bool end = false;
    std::uint8_t volume = 10;    ///< -dBm0, 0..63
    std::uint16_t duration = 0;  ///< timestamp units
};

std::optional<TelephoneEvent> parse_telephone_event(std::span<const std::uint8_t> payload) noexcept;
void write_telephone_event(const TelephoneEvent& event,
                           std::span<std::uint8_t, telephone_event_octets> out) noexcept;

class TelephoneEventSender {
  public:
    struct Packet {
        TelephoneEvent event;
        std::uint32_t timestamp = 0;
        bool marker = false;
    };
    static constexpr std::size_t most_packets = 4;
    using Packets = std::array<Packet, most_packets>;

    /// Blocks between updates (the packet time).
    void configure(unsigned update_blocks) noexcept { update_blocks_ = update_blocks; }
    /// The event begins with the block that starts at `timestamp`. An event still being ended is finished
    /// first.
    void start(std::uint8_t code, std::uint32_t timestamp) noexcept;
    void stop() noexcept;
    /// Audio is not sent while an event sounds.
    bool sounding() const noexcept { return sounding_; }
    /// A block has passed: the packets to send now, in order. The end is sent three times, 20 ms apart.
    std::span<const Packet> step(Packets& out) noexcept;

  private:
    static constexpr unsigned end_copies = 3, end_gap_blocks = 2;

    unsigned update_blocks_ = 2;
    bool sounding_ = false;
    bool first_ = false;
    std::uint8_t code_ = 0;
    std::uint32_t timestamp_ = 0;
    std::uint32_t duration_ = 0;
    unsigned blocks_ = 0;
    Packet end_;
    unsigned ends_left_ = 0, end_wait_ = 0;
    unsigned flush_ = 0;  ///< ends of the event before that are due at once
    Packet flushed_;
};

class TelephoneEventReceiver {
  public:
    /// What a packet, or time, brought. At most one event ends and one begins.
    struct Report {
        bool ended = false;  ///< the event reported before is over
        std::optional<std::uint8_t> began;
        bool began_and_ended = false;  ///< `began` is over already (only its end was received)
    };

    Report receive(const TelephoneEvent& event, std::uint32_t timestamp, bool marker) noexcept;
    /// 10 ms have passed. An event whose packets stopped coming ends after 200 ms.
    Report step() noexcept;
    bool active() const noexcept { return active_; }
    /// The sender's timestamps begin anew (change of SSRC).
    Report reset() noexcept;

  private:
    static constexpr unsigned timeout_blocks = 20;

    bool known_ = false, active_ = false;
    std::uint32_t timestamp_ = 0;
    std::uint8_t code_ = 0;
    std::uint16_t duration_ = 0;
    unsigned quiet_blocks_ = 0;

    bool continues(const TelephoneEvent& event, std::uint32_t timestamp, bool marker) const noexcept;
};

}  // namespace tipring::media
