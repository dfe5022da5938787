// The Facility element (Q.932 8.2.3, ETSI EN 300 196-1 11.2.2.1): which components of ROSE it holds, with their
// operations. Only as much of the Basic Encoding Rules (X.690) as that takes.
#include <algorithm>
#include <optional>

#include "q931_element_text.hpp"
#include "tipring/base/text.hpp"

namespace tipring::isdn::decode {

namespace {

constexpr unsigned remote_operations = 0x11;
constexpr unsigned networking_extensions = 0x1f;  // Q.932, QSIG
constexpr Word other_profiles[] = {{0x12, "CMIP"}, {0x13, "ACSE"}, {0x16, "GAT"}};
constexpr Word components[] = {
    {0xa1, "invoke"}, {0xa2, "return result"}, {0xa3, "return error"}, {0xa4, "reject"}};
constexpr unsigned tag_integer = 0x02;
constexpr unsigned tag_object = 0x06;
constexpr unsigned tag_sequence = 0x30;
constexpr unsigned tag_linked = 0x80;
constexpr std::size_t longest_object = 32;  // octets

struct Tlv {
    unsigned tag = 0;
    Octets contents;
};

/// Tags of one octet; an indefinite length takes all that is left.
Tlv take_tlv(OctetReader& reader) {
    Tlv tlv;
    tlv.tag = reader.take();
    std::size_t length = reader.take();
    if (length == 0x80) {
        length = reader.left();
    } else if (length > 0x80) {
        const auto octets = reader.take(length & 0x7fU);
        if (octets.size() > 2) reader.fail("a component is too long");
        length = 0;
        for (const auto octet : octets)
            length = (length << 8 | octet) & 0xffffU;
    }
    tlv.contents = reader.take(length);
    return tlv;
}

std::optional<long> integer_of(const Tlv& tlv) {
    if (tlv.tag != tag_integer || tlv.contents.empty() || tlv.contents.size() > 4) return std::nullopt;
    long value = (tlv.contents[0] & 0x80U) != 0 ? -1 : 0;
    for (const auto octet : tlv.contents)
        value = value * 256 + octet;
    return value;
}

/// "1.3.12.9.0"; empty when it is none.
std::string object_of(const Tlv& tlv) {
    if (tlv.tag != tag_object || tlv.contents.empty() || tlv.contents.size() > longest_object) return {};
    std::string text;
    std::uint64_t part = 0;
    for (const auto octet : tlv.contents) {
        if (part >> 32 != 0) return {};
        part = part << 7 | (octet & 0x7fU);
        if ((octet & 0x80U) != 0) continue;
        if (text.empty()) {
            const auto first = std::min<std::uint64_t>(part / 40, 2);
            text = base::format("{}.{}", first, part - first * 40);
        } else {
            text += base::format(".{}", part);
        }
        part = 0;
    }
    return (tlv.contents.back() & 0x80U) != 0 ? std::string() : text;
}

/// An operation or an error: a local value or a global one.
std::string value_text(const Tlv& tlv) {
    if (const auto local = integer_of(tlv)) return std::to_string(*local);
    return object_of(tlv);
}

std::string component_text(const Tlv& component, OctetReader& outer) {
    auto text = word_or_code(components, component.tag);
    if (find_word(components, component.tag).empty()) return text;
    OctetReader reader(component.contents);
    const auto invoke = take_tlv(reader);
    if (const auto id = integer_of(invoke)) text += base::format(" {}", *id);
    if (!reader.problem().empty()) outer.fail("a component is cut off");
    const bool may_end = component.tag == 0xa2 && reader.empty();  // a result may be nothing
    if (component.tag == 0xa4 || may_end) return text;
    auto next = take_tlv(reader);
    if (component.tag == 0xa1 && next.tag == tag_linked && !reader.empty()) next = take_tlv(reader);
    if (component.tag == 0xa2 && next.tag == tag_sequence) {
        OctetReader inner(next.contents);
        next = take_tlv(inner);
    }
    const auto value = value_text(next);
    if (!reader.problem().empty() || value.empty()) {
        outer.fail("a component without its operation");
    } else {
        text += (component.tag == 0xa3 ? " error " : " operation ") + value;
    }
    return text;
}

}  // namespace

std::string facility_text(OctetReader& reader) {
    const auto length = reader.left();
    constexpr unsigned last_octet = 0x80;
    const unsigned first = reader.take(), profile = first & 0x1fU;
    if ((first & last_octet) == 0) reader.take();  // the DMS-100 has a second octet of the profile
    if (profile != remote_operations && profile != networking_extensions)
        return word_or_code(other_profiles, profile) + " " + hex_text(reader.take_rest());
    std::string text = base::format("{} octets", length);
    // Before the components QSIG says for whom they are and what to do with those that are not understood.
    constexpr unsigned network_facility = 0xaa, network_protocol = 0x92, interpretation = 0x8b;
    while (reader.peek() == network_facility || reader.peek() == network_protocol ||
           reader.peek() == interpretation) {
        take_tlv(reader);
    }
    constexpr int most_components = 8;
    for (int count = 0; count < most_components && !reader.empty() && reader.problem().empty(); ++count) {
        const auto component = take_tlv(reader);
        if (reader.problem().empty()) text += ", " + component_text(component, reader);
    }
    return text;
}

}  // namespace tipring::isdn::decode
