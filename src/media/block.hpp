// Block: 10 ms of companded audio with its law, the unit that flows between endpoints. Thread: media;
// real-time safe.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "tipring/dsp/g711.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::media {

using hardware::block_samples;
inline constexpr std::uint32_t samples_per_ms = hardware::sample_rate_hz / 1000;
inline constexpr std::uint32_t block_ms = block_samples / samples_per_ms;

using Octets = std::array<std::uint8_t, block_samples>;
using Linear = std::array<std::int16_t, block_samples>;

struct Block {
    Octets octets{};
    dsp::Law law = dsp::Law::alaw;
    /// Part of a digit that its speaker relays as an event: a peer that gets the event must not hear it too.
    bool relayed = false;

    void silence(dsp::Law in) noexcept {
        law = in;
        relayed = false;
        octets.fill(dsp::silence(in));
    }
    /// By table, and only when the laws differ.
    void convert(dsp::Law to) noexcept {
        if (law != to) dsp::transcode(law, to, octets);
        law = to;
    }
};

}  // namespace tipring::media
