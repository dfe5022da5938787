// What travels over the virtual board's sockets (Unix, SOCK_SEQPACKET, same machine, so plain structures),
// and how it is sent and received. Everything received is checked: exact size, known codes. Thread: core and
// the virtual board's.
//
//   board socket    BoardRequest -> BoardResponse, with descriptors attached when a channel was opened
//   control socket  ControlRequest -> ControlResponse; its closing closes the channel
//   bearer socket   board -> client: one token octet per queued item (see channel_page.hpp)
//   frame socket    of a D-channel, both ways: FrameKind octet, then the frame
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "simulator/line_operation.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/hardware/simulator.hpp"

namespace tipring::hardware::simulator {

inline constexpr std::uint32_t protocol_version = 0x54524704;  // "TRG", version 4
inline constexpr std::size_t most_spans = 32;
inline constexpr unsigned most_channels = 1023;  // as base::ChannelNumber

enum class BoardOperation : std::uint16_t {
    inventory = 1,
    open = 2,
    open_d_channel = 3,
    read_span = 4,
    set_loop = 5,
};

struct BoardRequest {
    std::uint32_t version = protocol_version;
    BoardOperation operation = BoardOperation::inventory;
    std::uint16_t law = 0;  ///< dsp::Law
    std::uint32_t channel = 0;
    std::uint32_t longest_flash_ms = 0;  ///< 0: the driver's
    std::uint32_t span = 0;              ///< of read_span, set_loop
    std::uint32_t loop = 0;              ///< SpanLoop
    std::uint32_t pulse_open_ms = 50, pulse_closed_ms = 50, pulse_pause_ms = 750;
};

struct BoardResponse {
    std::uint32_t version = protocol_version;
    Refusal refusal = Refusal::none;
    std::uint16_t far_side = 0;
    std::uint32_t fxs = 0, fxo = 0, e1 = 0, t1 = 0;
    std::array<std::uint8_t, most_spans> span_alarm{};       ///< index 0 is span 1
    std::array<std::uint32_t, line_counters> line_counts{};  ///< of read_span
    std::uint32_t line_alarms = 0;                           ///< AlarmSet
};

enum class ControlOperation : std::uint16_t {
    ring = 1,
    stop_ring,
    seize,
    release,
    flash,
    start_audio,
    stop_audio,
    set_echo_canceller,
    set_gain,
    status,
    dial_pulse,
    set_polarity,
    set_message_lamp,
    impair,
    set_parallel_phones,
    set_battery,
    ring_when_seized,
    start_listening,
    play_hook,
};

struct HookTrainTimes {
    std::uint32_t pause_us, open_us, closed_us, count;
};
inline constexpr std::size_t most_trains = 8;  // in one request

/// In millibel, `no_level` for none.
struct ImpairmentLevels {
    std::int32_t noise, hum, attenuation, return_loss;
    std::uint32_t hum_hz;
};
inline constexpr std::int32_t no_level = std::numeric_limits<std::int32_t>::min();

struct ControlRequest {
    std::uint32_t version = protocol_version;
    std::uint32_t sequence = 0;
    ControlOperation operation = ControlOperation::status;
    std::uint16_t reserved = 0;
    RingCadence cadence{};
    std::int32_t receive_millibel = 0, transmit_millibel = 0;
    std::uint32_t taps = 0;
    /// Of set_polarity, set_battery (0, 1), set_message_lamp, set_parallel_phones; ms of flash.
    std::uint32_t value = 0;
    std::array<char, most_pulse_digits> digits{};  ///< zeros follow
    ImpairmentLevels impairments{};
    std::uint32_t train_count = 0;
    std::array<HookTrainTimes, most_trains> trains{};
};

struct ControlResponse {
    std::uint32_t sequence = 0;
    Refusal refusal = Refusal::none;
    std::uint8_t off_hook = 0, ringing = 0, battery = 0, alarm = 0;
    std::uint8_t in_use = 0, reserved = 0;
    std::int32_t millivolts = -1;  ///< below 0: unknown
    std::uint32_t last_break_ms = 0;
};

enum class FrameKind : std::uint8_t { frame = 1, alarm = 2, alarm_clear = 3, aborted = 4 };
inline constexpr std::size_t longest_frame = 1024;  // the driver's block size for D-channels

/// Both ends of a new pair, non-blocking.
std::optional<std::array<base::Fd, 2>> make_socket_pair();
/// One packet; false when it was not sent (peer gone or its queue full).
bool send_packet(const base::Fd& socket, std::span<const std::byte> packet) noexcept;
/// Sends a packet with descriptors attached.
bool send_packet_with(const base::Fd& socket, std::span<const std::byte> packet,
                      const std::vector<int>& descriptors);

struct Received {
    enum class Status : std::uint8_t { packet, nothing, closed };
    Status status = Status::nothing;
    std::size_t size = 0;  ///< of the whole packet, also where it was longer than the buffer
};
Received receive_packet(const base::Fd& socket, std::span<std::byte> buffer) noexcept;
/// The same, and takes over at most four descriptors that came with it.
Received receive_packet_with(const base::Fd& socket, std::span<std::byte> buffer,
                             std::vector<base::Fd>& descriptors);

template <class T>
std::span<const std::byte> octets_of(const T& message) {
    static_assert(std::is_trivially_copyable_v<T>);
    return std::as_bytes(std::span(&message, 1));
}

/// A message when the packet has exactly its size.
template <class T>
std::optional<T> message_from(std::span<const std::byte> packet) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (packet.size() != sizeof(T)) return std::nullopt;
    T message;
    std::memcpy(&message, packet.data(), sizeof message);
    return message;
}

}  // namespace tipring::hardware::simulator
