// LossFiller: turns what the jitter buffer pulled into octets to be played. Received octets pass untouched;
// only around a loss is anything decoded: the octets played last train the concealer, which fills the hole
// and cross-fades at its end. Thread: media; real-time safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "jitter_buffer.hpp"
#include "tipring/dsp/concealer.hpp"

namespace tipring::media {

class LossFiller {
  public:
    /// Fills `out`. `conceal` false (a telephone-event sounds instead): holes are silence. The number of
    /// samples that were made up.
    std::size_t process(const JitterBuffer::Pull& pull, dsp::Law law, bool conceal, Octets& out) noexcept;
    void reset() noexcept;

  private:
    /// SpanDSP's pitch search looks back 280 samples.
    static constexpr std::size_t history_blocks = 4;
    static constexpr std::size_t history_samples = history_blocks * block_samples;
    /// The history, oldest first, and the block at hand.
    using Past = std::array<std::int16_t, history_samples + block_samples>;
    /// The fill has faded to silence after 50 ms.
    static constexpr unsigned longest_fill_blocks = 6;

    dsp::Concealer concealer_;
    std::array<Octets, history_blocks> history_{};
    std::size_t history_count_ = 0, history_next_ = 0;
    bool in_hole_ = false;  ///< the block before ended in made-up samples
    unsigned filled_blocks_ = 0;

    Past decode_history(dsp::Law law) const noexcept;
    void begin_hole(std::span<std::int16_t> before) noexcept;
    void remember(const Octets& octets) noexcept;
    std::size_t fill(const JitterBuffer::Pull& pull, dsp::Law law, Octets& out) noexcept;
};

}  // namespace tipring::media
