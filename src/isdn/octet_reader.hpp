// OctetReader: reads octets from the wire and never beyond their end; and the words that decoders share. Pure.
// Thread: any.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tipring::isdn::decode {

using Octets = std::span<const std::uint8_t>;

/// Reading beyond the end yields zeros and leaves a problem behind, so that decoders need to ask only once.
class OctetReader {
  public:
    explicit OctetReader(Octets octets) : octets_(octets) {}

    bool empty() const { return octets_.empty(); }
    std::size_t left() const { return octets_.size(); }
    std::uint8_t peek() const { return octets_.empty() ? std::uint8_t{0} : octets_[0]; }

    std::uint8_t take() {
        const auto octet = take(1);
        return octet.empty() ? std::uint8_t{0} : octet[0];
    }
    /// All or nothing.
    Octets take(std::size_t count) {
        if (count > octets_.size()) {
            fail("too short");
            octets_ = {};
            return {};
        }
        const auto taken = octets_.first(count);
        octets_ = octets_.subspan(count);
        return taken;
    }
    Octets take_rest() { return take(octets_.size()); }

    /// An octet group (Q.931 4.5.1): octets up to the first with its extension bit set. Never empty; a lone zero
    /// when there is none.
    Octets take_group(std::size_t most) {
        static constexpr std::uint8_t nothing[1] = {0};
        std::size_t count = 0;
        while (count < octets_.size() && (octets_[count] & 0x80U) == 0)
            ++count;
        if (octets_.empty() || count == octets_.size()) {
            fail(octets_.empty() ? "too short" : "no end of an octet group");
        } else if (count >= most) {
            fail("an octet group is too long");
        } else {
            return take(count + 1);
        }
        octets_ = {};
        return nothing;
    }

    /// Only the first problem is kept. `why` must be a literal.
    void fail(std::string_view why) {
        if (problem_.empty()) problem_ = why;
    }
    std::string_view problem() const { return problem_; }

  private:
    Octets octets_;
    std::string_view problem_;
};

/// "1a 2b 3c", cut after 32 octets.
std::string hex_text(Octets octets);
/// "0x1a"
std::string hex_number(unsigned value);
/// In double quotes: ASCII as it is, the upper half as ISO 8859-1, anything else as \xNN; cut after 128 octets.
std::string quoted_text(Octets octets);
/// Digits as they are when they are nothing but visible ASCII, otherwise as quoted_text().
std::string digits_text(Octets octets);

struct Word {
    unsigned value;
    std::string_view text;
};
/// Empty when the value has no word.
std::string_view find_word(std::span<const Word> words, unsigned value);
/// The word, or "code 17".
std::string word_or_code(std::span<const Word> words, unsigned value);

}  // namespace tipring::isdn::decode
