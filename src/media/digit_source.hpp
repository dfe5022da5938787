// DigitSource: which DTMF digit sounds in each 10 ms block towards the outside of an endpoint: strings that
// the core gave (send_digits) first, then digits relayed from the connected endpoint, one after the other
// with a pause between. Thread: media; real-time safe. The strings belong to the core, which gets them back
// when they are finished.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "returnable.hpp"

namespace tipring::media {

class Notifier;

/// One send_digits().
class DigitString final : public Returnable {
  public:
    std::string digits;  ///< 0-9 A-D * # and w
    std::uint32_t on_blocks = 10, off_blocks = 10;

  private:
    friend class DigitSource;
    DigitString* following_ = nullptr;
    std::size_t position_ = 0;
};

class DigitSource {
  public:
    struct Step {
        char digit = 0;  ///< sounds in this block; 0: none
        bool begins = false;
        bool ends = false;  ///< the digit of the block before is over
        bool busy = false;  ///< digit or the pause after it
    };

    DigitSource() = default;
    DigitSource(const DigitSource&) = delete;
    DigitSource& operator=(const DigitSource&) = delete;
    ~DigitSource();

    void queue(DigitString& text) noexcept;
    /// The connected endpoint hears a digit begin or end. It sounds for at least 60 ms, and 50 ms pass
    /// between two.
    void relay_begin(char digit) noexcept;
    void relay_end() noexcept;
    Step next() noexcept;
    /// Forgets everything that sounds or waits. The strings go back to the core as they are: what was not
    /// sent is not reported as sent.
    void clear(Notifier& notifier) noexcept;
    void clear_relayed() noexcept;
    /// A string that next() has finished, once; null otherwise.
    DigitString* take_finished() noexcept;

  private:
    static constexpr std::uint32_t least_on_blocks = 6, relay_off_blocks = 5, pause_blocks = 50;
    static constexpr std::size_t relay_capacity = 16;

    struct Relayed {
        char digit = 0;
        bool released = false;
        std::uint32_t held_blocks = 0;
    };

    DigitString* first_ = nullptr;
    DigitString* last_ = nullptr;
    DigitString* finished_ = nullptr;
    std::array<Relayed, relay_capacity> relayed_{};
    std::size_t relay_first_ = 0, relay_count_ = 0;
    bool relaying_ = false;
    char digit_ = 0;
    std::uint32_t on_blocks_ = 0;  ///< sounded so far
    std::uint32_t on_target_ = 0;
    std::uint32_t off_left_ = 0;

    Relayed& newest() noexcept { return relayed_[(relay_first_ + relay_count_ - 1) % relay_capacity]; }
    bool digit_is_over() const noexcept;
    void end_digit(Step& step) noexcept;
    void begin_digit(Step& step) noexcept;
};

}  // namespace tipring::media
