// Big-endian integers in packets. Callers check the lengths. Thread: any; real-time safe.
#pragma once

#include <cstdint>
#include <span>

namespace tipring::media {

inline std::uint16_t read_u16(std::span<const std::uint8_t> octets, std::size_t at) noexcept {
    return static_cast<std::uint16_t>((octets[at] << 8) | octets[at + 1]);
}

inline std::uint32_t read_u32(std::span<const std::uint8_t> octets, std::size_t at) noexcept {
    return (std::uint32_t{read_u16(octets, at)} << 16) | read_u16(octets, at + 2);
}

inline void write_u16(std::span<std::uint8_t> octets, std::size_t at, std::uint32_t value) noexcept {
    octets[at] = static_cast<std::uint8_t>(value >> 8);
    octets[at + 1] = static_cast<std::uint8_t>(value);
}

inline void write_u32(std::span<std::uint8_t> octets, std::size_t at, std::uint32_t value) noexcept {
    write_u16(octets, at, value >> 16);
    write_u16(octets, at + 2, value);
}

/// How far `a` is ahead of `b` on the 32-bit circle of RTP timestamps.
inline std::int32_t timestamp_distance(std::uint32_t a, std::uint32_t b) noexcept {
    return static_cast<std::int32_t>(a - b);
}

}  // namespace tipring::media
