// Thread: any; real-time safe.
#include "tipring/dsp/prbs.hpp"

namespace tipring::dsp {
namespace {

constexpr unsigned octet_bits = 8;
/// As O.151 and O.152 want it: above an error ratio of 0.2 there is no pattern.
constexpr unsigned most_wrong = PrbsChecker::window_bits / 5;

}  // namespace

std::string_view name(PrbsPattern pattern) {
    return pattern == PrbsPattern::bits_2047 ? "2^11-1" : "2^15-1";
}

void PrbsGenerator::produce(std::span<std::uint8_t> octets) noexcept {
    const unsigned turned = register_.inverted() ? 0xFF : 0;
    for (auto& octet : octets) {
        unsigned bits = 0;
        for (unsigned i = 0; i < octet_bits; ++i) {
            const unsigned bit = register_.next();
            register_.shift(bit);
            bits = bits << 1 | bit;
        }
        octet = static_cast<std::uint8_t>(bits ^ turned);
    }
}

void PrbsChecker::check(std::span<const std::uint8_t> octets) noexcept {
    const unsigned turned = register_.inverted() ? 1 : 0;
    for (const unsigned octet : octets) {
        for (unsigned i = octet_bits; i-- > 0;) {
            const unsigned bit = ((octet >> i) & 1U) ^ turned;
            if (counts_.in_sync) {
                compare(bit);
            } else {
                hunt(bit);
            }
        }
    }
}

void PrbsChecker::hunt(unsigned bit) noexcept {
    // Zeros fit the polynomial for ever, and are no pattern.
    seen_ = register_.next() == bit && !register_.empty() ? seen_ + 1 : 0;
    register_.shift(bit);
    if (seen_ < confirm_bits) return;
    counts_.in_sync = counts_.found = true;
    seen_ = wrong_ = held_wrong_ = 0;
    held_ = false;
}

void PrbsChecker::compare(unsigned bit) noexcept {
    const unsigned expected = register_.next();
    register_.shift(expected);
    if (bit != expected) ++wrong_;
    if (++seen_ == window_bits) end_window();
}

void PrbsChecker::end_window() noexcept {
    if (wrong_ > most_wrong) {
        counts_.in_sync = false;
        ++counts_.losses;
        register_.set(0);
    } else {
        if (held_) {
            counts_.bits += window_bits;
            counts_.errors += held_wrong_;
        }
        held_ = true;
        held_wrong_ = wrong_;
    }
    seen_ = wrong_ = 0;
}

}  // namespace tipring::dsp
