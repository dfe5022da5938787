// G.711 companding by table. Thread: any; real-time safe (tables are constant).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace tipring::dsp {

enum class Law : std::uint8_t { alaw, mulaw };

std::string_view name(Law law);

/// The octet of digital silence (linear zero): 0xD5 for A-law, 0xFF for mu-law.
constexpr std::uint8_t silence(Law law) {
    return law == Law::alaw ? 0xD5 : 0xFF;
}

std::int16_t decode(Law law, std::uint8_t octet) noexcept;
std::uint8_t encode(Law law, std::int16_t sample) noexcept;
/// `linear` and `octets` have the same size.
void decode(Law law, std::span<const std::uint8_t> octets, std::span<std::int16_t> linear) noexcept;
void encode(Law law, std::span<const std::int16_t> linear, std::span<std::uint8_t> octets) noexcept;
/// Converts in place between laws (G.711 tables 3 and 4); nothing to do when they are equal.
void transcode(Law from, Law to, std::span<std::uint8_t> octets) noexcept;

}  // namespace tipring::dsp
