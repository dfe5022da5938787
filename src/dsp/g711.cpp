// G.711 companding tables, built at compile time from the rules of the Recommendation. Thread: any; real-time
// safe.
#include "tipring/dsp/g711.hpp"

#include <algorithm>
#include <bit>

namespace tipring::dsp {
namespace {

using DecodeTable = std::array<std::int16_t, 256>;
/// Indexed by the upper 13 bits (A-law) or 14 bits (mu-law) of a sample: the bits below never change the
/// code.
template <unsigned bits>
using EncodeTable = std::array<std::uint8_t, std::size_t{1} << bits>;
using TranscodeTable = std::array<std::uint8_t, 256>;

constexpr unsigned alaw_bits = 13;
constexpr unsigned mulaw_bits = 14;
/// Even bits are inverted on the line (G.711 clause 3, note 2 to table 1a).
constexpr unsigned alaw_inversion = 0x55;
/// Added to the magnitude so that every mu-law segment begins at a power of two (in 14-bit units).
constexpr int mulaw_bias = 33;
constexpr int mulaw_clip = 8158;

/// Table 1a/1b, column 7 (quantized value), in 16-bit units.
constexpr std::int16_t decode_alaw(std::uint8_t octet) {
    const unsigned code = octet ^ alaw_inversion;
    const int mantissa = static_cast<int>(code & 0x0F);
    const unsigned segment = (code >> 4) & 7;
    int magnitude = (mantissa << 4) + 8;
    if (segment > 0) magnitude = (magnitude + 0x100) << (segment - 1);
    return static_cast<std::int16_t>((code & 0x80) != 0 ? magnitude : -magnitude);
}

/// Table 2a/2b, column 7, in 16-bit units.
constexpr std::int16_t decode_mulaw(std::uint8_t octet) {
    const unsigned code = static_cast<unsigned>(~octet) & 0xFF;
    const int mantissa = static_cast<int>(code & 0x0F);
    const unsigned segment = (code >> 4) & 7;
    const int magnitude = ((((mantissa << 1) + mulaw_bias) << segment) - mulaw_bias) * 4;
    return static_cast<std::int16_t>((code & 0x80) != 0 ? -magnitude : magnitude);
}

/// The interval between two decision values of table 1 that holds the sample; a negative sample mirrors the
/// positive one.
constexpr std::uint8_t encode_alaw(int sample) {
    const bool negative = sample < 0;
    const unsigned magnitude = static_cast<unsigned>(negative ? ~sample : sample) >> 4;  // 0..2047
    unsigned code = magnitude;
    if (magnitude > 31) {
        const unsigned segment = static_cast<unsigned>(std::bit_width(magnitude)) - 4;
        code = (segment << 4) | ((magnitude >> (segment - 1)) & 0x0F);
    }
    return static_cast<std::uint8_t>((code | (negative ? 0x00U : 0x80U)) ^ alaw_inversion);
}

constexpr std::uint8_t encode_mulaw(int sample) {
    const bool negative = sample < 0;
    const int clipped = std::min((negative ? ~sample : sample) >> 2, mulaw_clip);
    const unsigned magnitude = static_cast<unsigned>(clipped + mulaw_bias);
    const unsigned segment = static_cast<unsigned>(std::bit_width(magnitude)) - 6;
    const unsigned code = (segment << 4) | ((magnitude >> (segment + 1)) & 0x0F);
    return static_cast<std::uint8_t>(~(code | (negative ? 0x80U : 0x00U)));
}

template <auto decode_one>
constexpr DecodeTable make_decode_table() {
    DecodeTable table{};
    for (unsigned octet = 0; octet < 256; ++octet)
        table[octet] = decode_one(static_cast<std::uint8_t>(octet));
    return table;
}

template <unsigned bits, auto encode_one>
constexpr EncodeTable<bits> make_encode_table() {
    EncodeTable<bits> table{};
    constexpr int half = 1 << (bits - 1);
    for (int value = -half; value < half; ++value) {
        const auto index = static_cast<std::size_t>(value) & (table.size() - 1);
        table[index] = encode_one(value * (1 << (16 - bits)));
    }
    return table;
}

/// G.711 table 3 (mu to A): decision value number of the A-law for mu-law value number 0..127.
constexpr std::array<std::uint8_t, 128> mu_to_a = {
    1,   1,   2,   2,   3,   3,   4,   4,   5,   5,   6,   6,   7,   7,   8,   8,   9,   10,  11,
    12,  13,  14,  15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  25,  27,  29,  31,  33,  34,
    35,  36,  37,  38,  39,  40,  41,  42,  43,  44,  46,  48,  49,  50,  51,  52,  53,  54,  55,
    56,  57,  58,  59,  60,  61,  62,  64,  65,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,
    76,  77,  78,  79,  80,  82,  83,  84,  85,  86,  87,  88,  89,  90,  91,  92,  93,  94,  95,
    96,  97,  98,  99,  100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114,
    115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128};

/// G.711 table 4 (A to mu): mu-law value number for A-law value number 1..128.
constexpr std::array<std::uint8_t, 128> a_to_mu = {
    1,   3,   5,   7,   9,   11,  13,  15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  25,  26,
    27,  28,  29,  30,  31,  32,  32,  33,  33,  34,  34,  35,  35,  36,  37,  38,  39,  40,  41,
    42,  43,  44,  45,  46,  47,  48,  48,  49,  49,  50,  51,  52,  53,  54,  55,  56,  57,  58,
    59,  60,  61,  62,  63,  64,  64,  65,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,  76,
    77,  78,  79,  80,  80,  81,  82,  83,  84,  85,  86,  87,  88,  89,  90,  91,  92,  93,  94,
    95,  96,  97,  98,  99,  100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113,
    114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127};

constexpr TranscodeTable make_mulaw_to_alaw() {
    TranscodeTable table{};
    for (unsigned number = 0; number < 128; ++number) {
        const unsigned code = mu_to_a[number] - 1U;
        table[0xFF - number] = static_cast<std::uint8_t>((code | 0x80) ^ alaw_inversion);
        table[0x7F - number] = static_cast<std::uint8_t>(code ^ alaw_inversion);
    }
    return table;
}

constexpr TranscodeTable make_alaw_to_mulaw() {
    TranscodeTable table{};
    for (unsigned code = 0; code < 128; ++code) {
        table[(code | 0x80) ^ alaw_inversion] = static_cast<std::uint8_t>(0xFF - a_to_mu[code]);
        table[code ^ alaw_inversion] = static_cast<std::uint8_t>(0x7F - a_to_mu[code]);
    }
    return table;
}

constexpr DecodeTable alaw_decode_table = make_decode_table<decode_alaw>();
constexpr DecodeTable mulaw_decode_table = make_decode_table<decode_mulaw>();
constexpr auto alaw_encode_table = make_encode_table<alaw_bits, encode_alaw>();
constexpr auto mulaw_encode_table = make_encode_table<mulaw_bits, encode_mulaw>();
constexpr TranscodeTable mulaw_to_alaw_table = make_mulaw_to_alaw();
constexpr TranscodeTable alaw_to_mulaw_table = make_alaw_to_mulaw();

std::uint8_t alaw_octet(std::int16_t sample) noexcept {
    return alaw_encode_table[static_cast<std::uint16_t>(sample) >> (16 - alaw_bits)];
}

std::uint8_t mulaw_octet(std::int16_t sample) noexcept {
    return mulaw_encode_table[static_cast<std::uint16_t>(sample) >> (16 - mulaw_bits)];
}

}  // namespace

std::string_view name(Law law) {
    return law == Law::alaw ? "alaw" : "mulaw";
}

std::int16_t decode(Law law, std::uint8_t octet) noexcept {
    return law == Law::alaw ? alaw_decode_table[octet] : mulaw_decode_table[octet];
}

std::uint8_t encode(Law law, std::int16_t sample) noexcept {
    return law == Law::alaw ? alaw_octet(sample) : mulaw_octet(sample);
}

void decode(Law law, std::span<const std::uint8_t> octets, std::span<std::int16_t> linear) noexcept {
    const auto& table = law == Law::alaw ? alaw_decode_table : mulaw_decode_table;
    const auto size = std::min(octets.size(), linear.size());
    for (std::size_t i = 0; i < size; ++i)
        linear[i] = table[octets[i]];
}

void encode(Law law, std::span<const std::int16_t> linear, std::span<std::uint8_t> octets) noexcept {
    const auto size = std::min(octets.size(), linear.size());
    if (law == Law::alaw) {
        for (std::size_t i = 0; i < size; ++i)
            octets[i] = alaw_octet(linear[i]);
    } else {
        for (std::size_t i = 0; i < size; ++i)
            octets[i] = mulaw_octet(linear[i]);
    }
}

void transcode(Law from, Law to, std::span<std::uint8_t> octets) noexcept {
    if (from == to) return;
    const auto& table = from == Law::mulaw ? mulaw_to_alaw_table : alaw_to_mulaw_table;
    for (auto& octet : octets)
        octet = table[octet];
}

}  // namespace tipring::dsp
