// Numbers (Q.931 4.5.8, 4.5.10; Q.951, Q.952) and subaddresses (4.5.9).
#include "q931_element_text.hpp"
#include "tipring/base/text.hpp"

namespace tipring::isdn::decode {

namespace {

constexpr Word types_of_number[] = {{0, "unknown"},    {1, "international"}, {2, "national"}, {3, "network"},
                                    {4, "subscriber"}, {6, "abbreviated"},   {7, "extension"}};
constexpr Word numbering_plans[] = {{0, "unknown"},  {1, "ISDN"},    {3, "data"},      {4, "telex"},
                                    {8, "national"}, {9, "private"}, {15, "extension"}};
constexpr Word presentations[] = {{0, "allowed"}, {1, "restricted"}, {2, "not available"}, {3, "reserved"}};
constexpr Word screenings[] = {
    {0, "user, not screened"}, {1, "user, verified"}, {2, "user, failed"}, {3, "network"}};
/// Q.952.
constexpr Word reasons[] = {{0, "unknown reason"}, {1, "busy"},
                            {2, "no reply"},       {4, "deflected"},
                            {9, "out of order"},   {10, "diverted by the called terminal"},
                            {15, "unconditional"}};

std::string number_text(OctetReader& reader, std::size_t longest_group) {
    const auto group = reader.take_group(longest_group);
    if (!reader.problem().empty()) return {};
    const auto digits = reader.take_rest();
    auto text = digits.empty() ? std::string("no digits") : digits_text(digits);
    text += base::format(" ({}/{})", word_or_code(types_of_number, group[0] >> 4 & 7U),
                         word_or_code(numbering_plans, group[0] & 0x0fU));
    if (group.size() > 1) {
        text += base::format(" {} ({})", find_word(presentations, group[1] >> 5 & 3U),
                             find_word(screenings, group[1] & 3U));
    }
    if (group.size() > 2) text += " " + word_or_code(reasons, group[2] & 0x0fU);
    return text;
}

}  // namespace

std::string called_number_text(OctetReader& reader) {
    return number_text(reader, 1);
}

std::string presented_number_text(OctetReader& reader) {
    return number_text(reader, 2);
}

std::string redirecting_number_text(OctetReader& reader) {
    return number_text(reader, 3);
}

std::string subaddress_text(OctetReader& reader) {
    constexpr std::uint8_t afi_ia5 = 0x50;  // X.213 annex A
    const unsigned third = reader.take();
    if ((third & 0x80U) == 0) reader.fail("no end of an octet group");
    const unsigned type = third >> 4 & 7U;
    if (type == 0 && reader.peek() == afi_ia5) {
        reader.take();
        return "NSAP " + quoted_text(reader.take_rest());
    }
    static constexpr Word types[] = {{0, "NSAP"}, {2, "user"}};
    return word_or_code(types, type) + " " + hex_text(reader.take_rest());
}

}  // namespace tipring::isdn::decode
