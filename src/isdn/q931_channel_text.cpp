// Channel identification (Q.931 4.5.13): number or slot map of a primary rate, B1 or B2 of a basic one.
#include "q931_element_text.hpp"
#include "tipring/base/text.hpp"

namespace tipring::isdn::decode {

namespace {

constexpr unsigned b_channel_units = 3;
constexpr std::size_t most_numbers = 31;  // an E1 has no more; the rest is shown as octets
constexpr Word channel_types[] = {{6, "H0"}, {8, "H11"}, {9, "H12"}};

/// Figure 4-19, table 4-12: the highest timeslot comes first; 2048 kbit/s count from 0, 1544 kbit/s from 1.
std::string slot_map_text(OctetReader& reader) {
    const auto map = reader.take_rest();
    if (map.size() != 3 && map.size() != 4) {
        reader.fail("a slot map has 3 or 4 octets");
        return "map " + hex_text(map);
    }
    const unsigned lowest = map.size() == 3 ? 1 : 0;
    std::vector<unsigned> slots;
    for (unsigned bit = 0; bit < map.size() * 8; ++bit) {
        if ((map[map.size() - 1 - bit / 8] >> bit % 8 & 1U) != 0) slots.push_back(lowest + bit);
    }
    return "map " + (slots.empty() ? std::string("of none") : ranges_text(slots));
}

std::string channel_numbers_text(OctetReader& reader) {
    const unsigned octet = reader.take();
    const bool map = (octet & 0x10U) != 0;
    const unsigned type = octet & 0x0fU;
    if ((octet & 0x80U) == 0) reader.fail("no end of an octet group");
    if ((octet >> 5 & 3U) != 0) return "of another coding " + hex_text(reader.take_rest());
    std::string text = type == b_channel_units ? "" : word_or_code(channel_types, type) + " ";
    if (map) return text + slot_map_text(reader);
    std::vector<unsigned> numbers;
    bool ascending = true;
    do {
        const unsigned number = reader.take() & 0x7fU;
        ascending = ascending && (numbers.empty() || number > numbers.back());
        numbers.push_back(number);
    } while (!reader.empty() && numbers.size() < most_numbers);
    if (ascending) return text + ranges_text(numbers);
    std::string list;
    for (const auto number : numbers)
        list += (list.empty() ? "" : ", ") + std::to_string(number);
    return text + list;
}

}  // namespace

std::string ranges_text(const std::vector<unsigned>& numbers) {
    std::string text;
    for (std::size_t first = 0; first < numbers.size();) {
        std::size_t last = first;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1)
            ++last;
        if (!text.empty()) text += ", ";
        text += std::to_string(numbers[first]);
        if (last > first) text += "-" + std::to_string(numbers[last]);
        first = last + 1;
    }
    return text;
}

std::string channel_text(OctetReader& reader) {
    const unsigned octet = reader.take();
    if ((octet & 0x80U) == 0) reader.fail("no end of an octet group");
    const bool primary = (octet & 0x20U) != 0;
    const bool d_channel = (octet & 0x04U) != 0;
    std::string text;
    if ((octet & 0x40U) != 0) {
        unsigned interface = 0;
        for (const auto part : reader.take_group(4))
            interface = interface << 7 | (part & 0x7fU);
        text = base::format("of interface {}: ", interface);
    }
    switch (octet & 3U) {
        case 0:
            text += d_channel ? "the D-channel" : "none";
            break;
        case 3:
            text += "any";
            break;
        case 2:
            if (primary) reader.fail("a reserved selection");
            text += "B2";
            break;
        default:
            text += primary ? channel_numbers_text(reader) : "B1";
    }
    if (d_channel && (octet & 3U) != 0) text += " and the D-channel";
    const bool names_one = (octet & 3U) == 1 || (octet & 3U) == 2;
    return text + ((octet & 0x08U) != 0 ? " exclusive" : names_one ? " preferred" : "");
}

}  // namespace tipring::isdn::decode
