#include "octet_reader.hpp"

#include <algorithm>

namespace tipring::isdn::decode {

namespace {

constexpr std::size_t most_hex_octets = 32;
constexpr std::size_t most_text_octets = 128;

void add_hex(std::string& text, unsigned octet) {
    static constexpr char digits[] = "0123456789abcdef";
    text += digits[octet >> 4 & 0xfU];
    text += digits[octet & 0xfU];
}

}  // namespace

std::string hex_text(Octets octets) {
    std::string text;
    for (const auto octet : octets.first(std::min(octets.size(), most_hex_octets))) {
        if (!text.empty()) text += ' ';
        add_hex(text, octet);
    }
    if (octets.size() > most_hex_octets) text += " ...";
    return text;
}

std::string hex_number(unsigned value) {
    std::string text = "0x";
    if (value > 0xff) add_hex(text, value >> 8);
    add_hex(text, value & 0xffU);
    return text;
}

std::string quoted_text(Octets octets) {
    std::string text = "\"";
    for (const auto octet : octets.first(std::min(octets.size(), most_text_octets))) {
        if (octet == '"' || octet == '\\') text += '\\';
        if (octet >= 0x20 && octet < 0x7f) {
            text += static_cast<char>(octet);
        } else if (octet >= 0xa0) {
            text += static_cast<char>(0xc0U | octet >> 6);
            text += static_cast<char>(0x80U | (octet & 0x3fU));
        } else {
            text += "\\x";
            add_hex(text, octet);
        }
    }
    if (octets.size() > most_text_octets) text += " ...";
    return text + "\"";
}

std::string digits_text(Octets octets) {
    const bool visible = !octets.empty() && octets.size() <= most_text_octets &&
                         std::all_of(octets.begin(), octets.end(), [](std::uint8_t octet) {
                             return octet > 0x20 && octet < 0x7f && octet != '"' && octet != '\\';
                         });
    return visible ? std::string(octets.begin(), octets.end()) : quoted_text(octets);
}

std::string_view find_word(std::span<const Word> words, unsigned value) {
    const auto found =
        std::find_if(words.begin(), words.end(), [value](const Word& word) { return word.value == value; });
    return found != words.end() ? found->text : std::string_view();
}

std::string word_or_code(std::span<const Word> words, unsigned value) {
    const auto text = find_word(words, value);
    return text.empty() ? "code " + std::to_string(value) : std::string(text);
}

}  // namespace tipring::isdn::decode
