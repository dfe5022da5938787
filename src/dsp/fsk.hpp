// FSK of 1200 bit/s, 8N1 characters: Bell 202 (GR-30) and V.23 channel 1 (EN 300 659, NTT). Private to dsp.
// Thread: the modulator any (allocates); the demodulator its owner's, push() is real-time safe.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tipring::dsp {

enum class FskModem : std::uint8_t { bell202, v23 };

/// Phase-continuous, with the bits' edges at their exact places between the samples.
std::vector<std::int16_t> fsk_audio(FskModem modem, const std::vector<bool>& bits, double level_dbm0);

/// One demodulator for both modems: its filters stand between their frequencies, which costs 0.1 dB, and the
/// mark that precedes each message tells which of the two it is.
class FskDemodulator {
  public:
    enum class Event : std::uint8_t {
        none,
        mark,    ///< 24 bits of mark: the next character begins a message
        octet,   ///< octet()
        broken,  ///< framing lost, or a bit in doubt: nothing more comes before the next `mark`
    };

    FskDemodulator();
    /// In 16-bit units, hum filtered off.
    Event push(float sample) noexcept;
    std::uint8_t octet() const noexcept { return octet_; }
    /// Of the last `mark`, by its frequency.
    FskModem modem() const noexcept { return modem_; }
    void reset() noexcept;

    static constexpr std::size_t window_samples = 7;  ///< one bit of 6 2/3 samples, the outer two weigh less

  private:
    /// Of the filters for mark and space: real and imaginary part of each.
    using Taps = std::array<std::array<float, 4>, window_samples>;
    static constexpr std::size_t look_back = 8;

    static Taps taps();
    float hear(float sample) noexcept;
    Event idle(float decision) noexcept;
    Event in_character(float decision) noexcept;
    Event broken() noexcept;
    bool mark_has_its_frequency() noexcept;

    Taps taps_;
    float least_energy_;
    std::array<float, 2 * window_samples> window_{};
    std::size_t newest_ = 0;
    std::array<std::complex<float>, look_back> marks_{};  // outputs of the mark filter
    std::size_t at_ = 0;
    std::complex<float> turning_;  // sum of the mark filter's turns in 1 ms
    float before_ = 0;             // decision of the previous sample, -1 space ... 1 mark, 0 nothing
    std::uint32_t mark_samples_ = 0;
    bool armed_ = false;  // a mark has been heard and nothing was broken since
    bool inside_ = false;
    float until_ = 0;  // samples to the next bit's middle
    unsigned bit_ = 0;
    std::uint8_t octet_ = 0;
    FskModem modem_ = FskModem::bell202;
};

}  // namespace tipring::dsp
