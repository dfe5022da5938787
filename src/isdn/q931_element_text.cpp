#include "q931_element_text.hpp"

#include "tipring/base/text.hpp"
#include "tipring/call/cause.hpp"

namespace tipring::isdn::decode {

namespace {

/// Q.850 2.2.3.
constexpr Word locations[] = {{0, "user"},
                              {1, "local private network"},
                              {2, "local public network"},
                              {3, "transit network"},
                              {4, "remote public network"},
                              {5, "remote private network"},
                              {7, "international network"},
                              {10, "beyond an interworking point"}};
constexpr Word progress_words[] = {{1, "not ISDN all the way"}, {2, "destination not ISDN"},
                                   {3, "origin not ISDN"},      {4, "back in the ISDN"},
                                   {5, "interworking"},         {8, "in-band information"}};
/// Q.931 table 4-8, Q.952, Q.953, Q.955.
constexpr Word notifications[] = {{0x00, "user suspended"},
                                  {0x01, "user resumed"},
                                  {0x02, "bearer service change"},
                                  {0x04, "call completion delay"},
                                  {0x42, "conference established"},
                                  {0x43, "conference disconnected"},
                                  {0x44, "other party added"},
                                  {0x45, "isolated"},
                                  {0x46, "reattached"},
                                  {0x47, "other party isolated"},
                                  {0x48, "other party reattached"},
                                  {0x49, "other party split"},
                                  {0x4a, "other party disconnected"},
                                  {0x4b, "conference floating"},
                                  {0x60, "call is waiting"},
                                  {0x68, "diversion activated"},
                                  {0x69, "transferred, alerting"},
                                  {0x6a, "transferred, active"},
                                  {0x79, "remote hold"},
                                  {0x7a, "remote retrieval"},
                                  {0x7b, "call is diverting"}};
constexpr Word signals[] = {
    {0x00, "dial tone"},          {0x01, "ringing tone"},       {0x02, "intercept tone"},
    {0x03, "congestion"},         {0x04, "busy tone"},          {0x05, "confirm tone"},
    {0x06, "answer tone"},        {0x07, "call waiting"},       {0x08, "off-hook warning"},
    {0x09, "pre-emption"},        {0x3f, "tones off"},          {0x40, "alerting pattern 0"},
    {0x41, "alerting pattern 1"}, {0x42, "alerting pattern 2"}, {0x43, "alerting pattern 3"},
    {0x44, "alerting pattern 4"}, {0x45, "alerting pattern 5"}, {0x46, "alerting pattern 6"},
    {0x47, "alerting pattern 7"}, {0x4f, "alerting off"}};
/// Q.931 4.5.7; REST 0 to REST 2 are those of the global call reference.
constexpr Word call_states[] = {{0, "null"},
                                {1, "call initiated"},
                                {2, "overlap sending"},
                                {3, "outgoing call proceeding"},
                                {4, "call delivered"},
                                {6, "call present"},
                                {7, "call received"},
                                {8, "connect request"},
                                {9, "incoming call proceeding"},
                                {10, "active"},
                                {11, "disconnect request"},
                                {12, "disconnect indication"},
                                {15, "suspend request"},
                                {17, "resume request"},
                                {19, "release request"},
                                {22, "call abort"},
                                {25, "overlap receiving"},
                                {31, "call-independent service"},
                                {61, "restart request"},
                                {62, "restart"}};
constexpr Word restart_classes[] = {
    {0, "the indicated channels"}, {6, "this interface"}, {7, "all interfaces"}};
constexpr Word change_states[] = {
    {0, "in service"}, {1, "loop-back"}, {2, "out of service"}, {3, "continuity check"}, {4, "shutdown"}};
/// AT&T TR 41459 and National ISDN: features and services of a call.
constexpr Word network_facilities[] = {{0xb1, "SID preferred"},
                                       {0xb2, "ANI preferred"},
                                       {0xb3, "SID only"},
                                       {0xb4, "ANI only"},
                                       {0xb5, "operator"},
                                       {0xb6, "presubscribed carrier"},
                                       {0xb9, "call-associated signalling"},
                                       {0xe1, "software-defined network"},
                                       {0xe2, "toll-free Megacom"},
                                       {0xe3, "Megacom"},
                                       {0xe6, "ACCUNET"},
                                       {0xe7, "long distance"},
                                       {0xe8, "international toll-free"},
                                       {0xf0, "MultiQuest"},
                                       {0xf7, "call redirection"}};
constexpr Word user_protocols[] = {{0, "user's own"}, {1, "OSI"},   {2, "X.244"},
                                   {4, "IA5"},        {7, "V.120"}, {8, "Q.931"}};

std::string diagnostic_text(unsigned cause, Octets octets) {
    std::string list;
    const bool elements = cause == 96 || cause == 99 || cause == 100;
    const bool messages = cause == 97 || cause == 98 || cause == 101;
    if (!elements && !messages) return "diagnostic " + hex_text(octets);
    constexpr std::size_t most_named = 8;
    for (const auto octet : octets.first(std::min(octets.size(), most_named))) {
        list += list.empty() ? "" : ", ";
        list += elements ? element_name(0, octet) : message_name(q931_protocol, octet, false);
    }
    return "because of " + list;
}

std::string cause_text(OctetReader& reader) {
    const auto third = reader.take_group(2);
    const unsigned value = reader.take() & 0x7fU;
    if ((third[0] >> 5 & 3U) != 0) return base::format("{} of another coding standard", value);
    auto text = base::format("{} ({}) from {}", value, call::description(static_cast<std::uint8_t>(value)),
                             word_or_code(locations, third[0] & 0x0fU));
    if (!reader.empty()) text += ", " + diagnostic_text(value, reader.take_rest());
    return text;
}

std::string progress_text(OctetReader& reader) {
    const unsigned third = reader.take();
    const unsigned value = reader.take() & 0x7fU;
    if ((third >> 5 & 3U) != 0) return base::format("{} of another coding standard", value);
    const auto words = find_word(progress_words, value);
    auto text = std::to_string(value);
    if (!words.empty()) text += base::format(" ({})", words);
    return text + " from " + word_or_code(locations, third & 0x0fU);
}

std::string call_state_text(OctetReader& reader) {
    const unsigned value = reader.take() & 0x3fU;
    return base::format("{} ({})", value, word_or_code(call_states, value));
}

std::string network_facilities_text(OctetReader& reader) {
    const std::size_t length = reader.take();
    std::string text;
    if (length > 0) {
        const auto network = reader.take(length);
        if (!network.empty()) text = "of network " + quoted_text(network.subspan(1)) + " ";
    }
    if (reader.empty()) reader.fail("too short");
    const unsigned code = reader.peek();
    const auto words = find_word(network_facilities, code);
    text += hex_text(reader.take_rest());
    return words.empty() ? text : base::format("{} ({})", text, words);
}

std::string display_text(OctetReader& reader) {
    // Some networks put the kind of display, with bit 8 set, before the text.
    // Below 0xc0, because letters of ISO 8859-1 begin there.
    if (reader.peek() >= 0x80 && reader.peek() < 0xc0 && reader.left() > 1) reader.take();
    return quoted_text(reader.take_rest());
}

std::string date_text(OctetReader& reader) {
    const auto octets = reader.take_rest();
    if (octets.size() < 3 || octets.size() > 6) reader.fail("a date has 3 to 6 octets");
    std::string text;
    static constexpr const char* separators[] = {"", "-", "-", " ", ":", ":"};
    for (std::size_t i = 0; i < octets.size() && i < 6; ++i)
        text += base::format("{}{}{}", separators[i], octets[i] < 10 ? "0" : "", octets[i]);
    return text;
}

std::string text_text(OctetReader& reader) {
    return quoted_text(reader.take_rest());
}

std::string digits_only_text(OctetReader& reader) {
    return digits_text(reader.take_rest());
}

std::string octets_text(OctetReader& reader) {
    return hex_text(reader.take_rest());
}

std::string notification_text(OctetReader& reader) {
    return word_or_code(notifications, reader.take() & 0x7fU);
}

std::string signal_text(OctetReader& reader) {
    return word_or_code(signals, reader.take());
}

std::string restart_text(OctetReader& reader) {
    return word_or_code(restart_classes, reader.take() & 7U);
}

std::string change_status_text(OctetReader& reader) {
    const unsigned octet = reader.take();
    return word_or_code(change_states, octet & 0x0fU);
}

std::string transit_network_text(OctetReader& reader) {
    reader.take_group(1);
    return digits_text(reader.take_rest());
}

std::string segmented_text(OctetReader& reader) {
    const unsigned octet = reader.take();
    const unsigned type = reader.take();
    return base::format("{}{} more, of {}", (octet & 0x80U) != 0 ? "the first, " : "", octet & 0x7fU,
                        message_name(q931_protocol, type, false));
}

std::string user_user_text(OctetReader& reader) {
    const unsigned protocol = reader.take();
    const auto rest = reader.take_rest();
    constexpr unsigned ia5 = 4;
    return word_or_code(user_protocols, protocol) + " " +
           (protocol == ia5 ? quoted_text(rest) : hex_text(rest));
}

std::string count_text(OctetReader& reader) {
    return std::to_string(reader.take() & 0x1fU);
}

std::string line_information_text(OctetReader& reader) {
    return std::to_string(reader.take() & 0x7fU);
}

constexpr struct {
    unsigned codeset;
    unsigned id;
    std::string (*decode)(OctetReader&);
} decoders[] = {
    {0, 0x00, segmented_text},
    {0, 0x01, change_status_text},
    {0, 0x04, bearer_text},
    {0, 0x08, cause_text},
    {0, 0x0c, presented_number_text},
    {0, 0x14, call_state_text},
    {0, 0x18, channel_text},
    {0, 0x1c, facility_text},
    {0, 0x1e, progress_text},
    {0, 0x20, network_facilities_text},
    {0, 0x27, notification_text},
    {0, 0x28, display_text},
    {0, 0x29, date_text},
    {0, 0x2c, digits_only_text},
    {0, 0x34, signal_text},
    {0, 0x3a, text_text},
    {0, 0x4c, presented_number_text},
    {0, 0x4d, subaddress_text},
    {0, 0x6c, presented_number_text},
    {0, 0x6d, subaddress_text},
    {0, 0x70, called_number_text},
    {0, 0x71, subaddress_text},
    {0, 0x73, redirecting_number_text},
    {0, 0x74, redirecting_number_text},
    {0, 0x75, subaddress_text},
    {0, 0x76, presented_number_text},
    {0, 0x77, subaddress_text},
    {0, 0x78, transit_network_text},
    {0, 0x79, restart_text},
    {0, 0x7c, low_layer_text},
    {0, 0x7d, high_layer_text},
    {0, 0x7e, user_user_text},
    {4, 0x31, count_text},
    {6, 0x01, line_information_text},
    {6, 0x1c, facility_text},
    {6, 0x28, display_text},
};

std::string single_octet_text(const Element& element) {
    const unsigned value = element.id & 0x0fU;
    switch (element.id & 0xf0U) {
        case shift_element:
            return base::format("{} codeset {}", (value & 8U) != 0 ? "for one element to" : "to", value & 7U);
        case 0xb0:
        case 0xd0:
            return std::to_string(value);
        default:
            return {};
    }
}

}  // namespace

ElementText element_text(const Element& element) {
    if (!element.problem.empty()) {
        auto text = base::format("malformed ({})", element.problem);
        if (!element.contents.empty()) text += " " + hex_text(element.contents);
        return {std::move(text), true};
    }
    if (element.single) return {single_octet_text(element), false};
    auto* decoder = octets_text;
    for (const auto& known : decoders) {
        if (known.codeset == element.codeset && known.id == element.id) decoder = known.decode;
    }
    OctetReader reader(element.contents);
    auto text = decoder(reader);
    if (!reader.problem().empty()) {
        text = base::format("malformed ({})", reader.problem());
        if (!element.contents.empty()) text += " " + hex_text(element.contents);
        return {std::move(text), true};
    }
    if (!reader.empty()) text += " and " + hex_text(reader.take_rest());
    return {std::move(text), false};
}

}  // namespace tipring::isdn::decode
