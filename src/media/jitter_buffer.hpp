// JitterBuffer: G.711 octets ordered by RTP timestamp, pulled in 10 ms blocks at a delay that follows the
// network.
//
// The delay is measured, not guessed: for each packet `margin` is the time from its arrival to its play-out.
// Over the last four seconds the largest margin is the play-out delay of the fastest packets, the smallest
// one tells what could be saved. The delay grows when a packet comes late (up to the maximum) and shrinks by
// single blocks, at once in silence and at most once a second in speech, when every packet has been early by
// more than the minimum. Equal limits make a fixed buffer, which only follows the drift of the sender's
// clock. Pure: no clock, no socket; time is counted in pulls. Thread: media; real-time safe.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>

#include "block.hpp"

namespace tipring::media {

class JitterBuffer {
  public:
    enum class Put : std::uint8_t {
        stored,
        late,     ///< all of it should have been played already
        ignored,  ///< empty, too long, or a timestamp out of any range (the next one like it is believed)
    };
    enum class Kind : std::uint8_t {
        audio,      ///< every octet came
        partial,    ///< `present` tells which octets came
        missing,    ///< none came, to be concealed
        idle,       ///< nothing has come since the last reset
        shortened,  ///< `octets` should be cross-faded into `following`: a stretch was taken out
    };
    struct Pull {
        Kind kind = Kind::idle;
        Octets octets{};
        Octets following{};
        std::bitset<block_samples> present;
    };

    /// Milliseconds, at most 400; `law` is used to find silence. A change of the limits keeps what is
    /// buffered.
    void configure(unsigned min_ms, unsigned max_ms, dsp::Law law) noexcept;
    void reset() noexcept;

    Put put(std::uint32_t timestamp, std::span<const std::uint8_t> octets) noexcept;
    /// The next 10 ms. Octets that did not come are silence.
    void pull(Pull& out) noexcept;

    /// Play-out delay of recent packets, smoothed.
    double delay_ms() const noexcept {
        return static_cast<double>(smoothed_margin_) / (16.0 * samples_per_ms);
    }
    /// Stretches taken out or put in to follow the network.
    std::uint64_t adjustments() const noexcept { return adjustments_; }

  private:
    static constexpr std::uint32_t ring_octets = 8192;
    static constexpr std::uint32_t block = block_samples;
    static constexpr std::int32_t step = block_samples;
    static constexpr std::int32_t outlier_samples = 8000;  // 1 s: beyond it a timestamp is of another stream
    static constexpr std::int32_t talkspurt_samples =
        1600;  // this long without audio, and the next begins anew
    static constexpr std::size_t window_count = 4;
    static constexpr std::uint32_t window_pulls = 100;

    /// Extremes of (timestamp - clock) of the packets of one second.
    struct Window {
        std::uint32_t low = 0, high = 0;
        bool filled = false;
    };

    std::array<std::uint8_t, ring_octets> ring_{};
    std::bitset<ring_octets> present_;
    dsp::Law law_ = dsp::Law::alaw;
    std::int32_t min_ = 160, max_ = 1600;
    bool started_ = false;
    std::uint32_t clock_ = 0;  ///< samples pulled
    std::uint32_t base_ = 0;   ///< clock_ + base_ is the timestamp that is played next
    std::uint32_t end_ = 0;    ///< timestamp after the newest octet stored
    std::int32_t dry_ = 0;     ///< samples pulled since the buffer ran out
    std::int32_t skip_ = 0;    ///< to be taken out at the next pull
    bool insert_ = false;      ///< one block is to be put in at the next pull
    bool outlier_seen_ = false;
    std::uint32_t outlier_ = 0;
    unsigned late_run_ = 0;
    std::uint32_t late_clock_ = 0;
    std::array<Window, window_count> windows_{};
    std::size_t window_ = 0;
    std::uint32_t pulls_ = 0, since_shrink_ = 0, since_insert_ = 0;
    std::int32_t smoothed_margin_ = 0;
    std::uint64_t adjustments_ = 0;

    std::uint32_t play() const noexcept { return clock_ + base_ + static_cast<std::uint32_t>(skip_); }
    void begin(std::uint32_t timestamp) noexcept;
    bool begins_anew(std::uint32_t timestamp, std::int32_t margin) noexcept;
    bool grow(std::int32_t margin, bool in_order) noexcept;
    bool clock_was_moved(std::uint32_t timestamp) noexcept;
    void observe(std::uint32_t timestamp) noexcept;
    void store(std::uint32_t timestamp, std::span<const std::uint8_t> octets) noexcept;
    void forget(std::int32_t samples) noexcept;
    bool extremes(std::int32_t& low, std::int32_t& high) const noexcept;
    void plan_shrink() noexcept;
    bool quiet() const noexcept;
    std::size_t copy(std::uint32_t timestamp, Octets& octets,
                     std::bitset<block_samples>& present) const noexcept;
};

}  // namespace tipring::media
