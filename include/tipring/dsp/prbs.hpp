// Pseudo-random bit patterns for bit-error tests of one 64 kbit/s channel: PrbsGenerator makes them, PrbsChecker
// finds them in what comes back and counts the wrong bits. Pure. Thread: any; real-time safe.
//
// PrbsChecker's states:
//   hunting --(confirm_bits in a row fit the polynomial)--> in sync: from here on a register of its own runs beside
//   what comes, so that a wrong bit counts once
//   in sync --(more than a fifth of a window is wrong)--> hunting; a loss is counted, the window is not
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tipring::dsp {

/// As test sets have them; the most significant bit of an octet goes first, as on the line (ITU-T G.704).
enum class PrbsPattern : std::uint8_t {
    bits_2047,   ///< 2^11-1, x^11 + x^9 + 1: the pattern for 64 kbit/s (ITU-T O.150, O.152)
    bits_32767,  ///< 2^15-1, x^15 + x^14 + 1, inverted (ITU-T O.150): of test sets for the whole primary rate
};

/// "2^11-1", "2^15-1"
std::string_view name(PrbsPattern pattern);

/// The shift register. It never stands still: its seed is not zero, and no step leads there.
class PrbsRegister {
  public:
    explicit PrbsRegister(PrbsPattern pattern) noexcept
        : length_(pattern == PrbsPattern::bits_2047 ? 11 : 15),
          tap_(pattern == PrbsPattern::bits_2047 ? 9 : 14),
          inverted_(pattern == PrbsPattern::bits_32767) {}

    unsigned length() const noexcept { return length_; }
    bool inverted() const noexcept { return inverted_; }
    /// Before inversion.
    unsigned next() const noexcept { return (bits_ >> (tap_ - 1) ^ bits_ >> (length_ - 1)) & 1U; }
    void shift(unsigned bit) noexcept { bits_ = (bits_ << 1 | bit) & ((1U << length_) - 1); }
    void set(unsigned bits) noexcept { bits_ = bits; }
    bool empty() const noexcept { return bits_ == 0; }

  private:
    unsigned length_, tap_;
    bool inverted_;
    unsigned bits_ = 1;
};

class PrbsGenerator {
  public:
    explicit PrbsGenerator(PrbsPattern pattern) noexcept : register_(pattern) {}
    void produce(std::span<std::uint8_t> octets) noexcept;

  private:
    PrbsRegister register_;
};

class PrbsChecker {
  public:
    /// False synchronization on random bits: one in 2^64.
    static constexpr unsigned confirm_bits = 64;
    /// 8 ms; one octet more or less makes every second bit wrong, and is noticed within two of them.
    static constexpr unsigned window_bits = 512;

    struct Counts {
        std::uint64_t bits = 0;    ///< compared; the last two windows are not among them yet
        std::uint64_t errors = 0;  ///< wrong ones of them
        std::uint64_t losses = 0;  ///< how often the pattern was lost after it had been found
        bool in_sync = false;
        bool found = false;  ///< it was in sync once
    };

    explicit PrbsChecker(PrbsPattern pattern) noexcept : register_(pattern) { register_.set(0); }
    void check(std::span<const std::uint8_t> octets) noexcept;
    const Counts& counts() const noexcept { return counts_; }

  private:
    PrbsRegister register_;
    Counts counts_;
    unsigned seen_ = 0;  ///< hunting: bits that fitted in a row; in sync: bits of this window
    unsigned wrong_ = 0;
    /// The window before. It counts when this one is good: at its end there may be the beginning of a slip.
    bool held_ = false;
    unsigned held_wrong_ = 0;

    void hunt(unsigned bit) noexcept;
    void compare(unsigned bit) noexcept;
    void end_window() noexcept;
};

}  // namespace tipring::dsp
