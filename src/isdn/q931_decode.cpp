#include "q931_decode.hpp"

#include <algorithm>
#include <utility>

#include "tipring/base/text.hpp"

namespace tipring::isdn::decode {

namespace {

constexpr std::size_t most_elements = 290;  // more than fit in the longest frame of Q.921

/// Q.931 table 4-2; HOLD .. RETRIEVE REJECT and REGISTER: Q.932.
constexpr Word message_words[] = {{0x01, "ALERTING"},
                                  {0x02, "CALL PROCEEDING"},
                                  {0x03, "PROGRESS"},
                                  {0x05, "SETUP"},
                                  {0x07, "CONNECT"},
                                  {0x0d, "SETUP ACKNOWLEDGE"},
                                  {0x0f, "CONNECT ACKNOWLEDGE"},
                                  {0x20, "USER INFORMATION"},
                                  {0x21, "SUSPEND REJECT"},
                                  {0x22, "RESUME REJECT"},
                                  {0x24, "HOLD"},
                                  {0x25, "SUSPEND"},
                                  {0x26, "RESUME"},
                                  {0x28, "HOLD ACKNOWLEDGE"},
                                  {0x2d, "SUSPEND ACKNOWLEDGE"},
                                  {0x2e, "RESUME ACKNOWLEDGE"},
                                  {0x30, "HOLD REJECT"},
                                  {0x31, "RETRIEVE"},
                                  {0x33, "RETRIEVE ACKNOWLEDGE"},
                                  {0x37, "RETRIEVE REJECT"},
                                  {0x45, "DISCONNECT"},
                                  {0x46, "RESTART"},
                                  {0x4d, "RELEASE"},
                                  {0x4e, "RESTART ACKNOWLEDGE"},
                                  {0x5a, "RELEASE COMPLETE"},
                                  {0x60, "SEGMENT"},
                                  {0x62, "FACILITY"},
                                  {0x64, "REGISTER"},
                                  {0x6e, "NOTIFY"},
                                  {0x75, "STATUS ENQUIRY"},
                                  {0x79, "CONGESTION CONTROL"},
                                  {0x7b, "INFORMATION"},
                                  {0x7d, "STATUS"}};
/// The two protocols number the same two messages the other way round.
constexpr Word att_maintenance_words[] = {{0x07, "SERVICE ACKNOWLEDGE"}, {0x0f, "SERVICE"}};
constexpr Word national_maintenance_words[] = {{0x07, "SERVICE"}, {0x0f, "SERVICE ACKNOWLEDGE"}};

/// Q.931 table 4-3 and the supplementary services' own (Q.932, Q.951, Q.952, QSIG, National ISDN).
constexpr struct {
    unsigned codeset;
    unsigned id;
    ElementName names;
} element_names[] = {
    {0, 0x00, {"segmented", "segmented message"}},
    {0, 0x01, {"status", "change status"}},
    {0, 0x04, {"bearer", "bearer capability"}},
    {0, 0x08, {"cause", "cause"}},
    {0, 0x0c, {"connected", "connected address"}},
    {0, 0x0d, {"extended facility", "extended facility"}},
    {0, 0x10, {"call identity", "call identity"}},
    {0, 0x14, {"call state", "call state"}},
    {0, 0x18, {"channel", "channel identification"}},
    {0, 0x1c, {"facility", "facility"}},
    {0, 0x1e, {"progress", "progress indicator"}},
    {0, 0x20, {"network facilities", "network-specific facilities"}},
    {0, 0x24, {"terminal", "terminal capabilities"}},
    {0, 0x26, {"endpoint", "endpoint identification"}},
    {0, 0x27, {"notification", "notification indicator"}},
    {0, 0x28, {"display", "display"}},
    {0, 0x29, {"date", "date/time"}},
    {0, 0x2c, {"keypad", "keypad facility"}},
    {0, 0x2d, {"call status", "call status"}},
    {0, 0x31, {"update", "update"}},
    {0, 0x32, {"information request", "information request"}},
    {0, 0x34, {"signal", "signal"}},
    {0, 0x36, {"hook", "switchhook"}},
    {0, 0x38, {"feature activation", "feature activation"}},
    {0, 0x39, {"feature indication", "feature indication"}},
    {0, 0x3a, {"service profile", "service profile identification"}},
    {0, 0x3b, {"endpoint", "endpoint identifier"}},
    {0, 0x40, {"information rate", "information rate"}},
    {0, 0x42, {"transit delay", "end-to-end transit delay"}},
    {0, 0x43, {"transit delay selection", "transit delay selection and indication"}},
    {0, 0x44, {"packet parameters", "packet layer binary parameters"}},
    {0, 0x45, {"packet window", "packet layer window size"}},
    {0, 0x46, {"packet size", "packet size"}},
    {0, 0x47, {"closed user group", "closed user group"}},
    {0, 0x4a, {"reverse charging", "reverse charging indication"}},
    {0, 0x4c, {"connected", "connected number"}},
    {0, 0x4d, {"connected subaddress", "connected subaddress"}},
    {0, 0x6c, {"calling", "calling party number"}},
    {0, 0x6d, {"calling subaddress", "calling party subaddress"}},
    {0, 0x70, {"called", "called party number"}},
    {0, 0x71, {"called subaddress", "called party subaddress"}},
    {0, 0x73, {"first called", "original called number"}},
    {0, 0x74, {"redirecting", "redirecting number"}},
    {0, 0x75, {"redirecting subaddress", "redirecting subaddress"}},
    {0, 0x76, {"redirection", "redirection number"}},
    {0, 0x77, {"redirection subaddress", "redirection subaddress"}},
    {0, 0x78, {"transit network", "transit network selection"}},
    {0, 0x79, {"restart", "restart indicator"}},
    {0, 0x7a, {"user-user facility", "user-user facility"}},
    {0, 0x7c, {"low layer", "low layer compatibility"}},
    {0, 0x7d, {"high layer", "high layer compatibility"}},
    {0, 0x7e, {"user-user", "user-user"}},
    {0, 0x7f, {"extension", "escape for extension"}},
    {0, 0xa0, {"more data", "more data"}},
    {0, 0xa1, {"sending complete", "sending complete"}},
    {0, 0xb0, {"congestion level", "congestion level"}},
    {0, 0xd0, {"repeat", "repeat indicator"}},
    {4, 0x31, {"transit counter", "transit counter"}},
    {4, 0x32, {"party category", "party category"}},
    {5, 0x32, {"calling category", "calling party category"}},
    {6, 0x01, {"originating line", "originating line information"}},
    {6, 0x1c, {"facility", "facility"}},
    {6, 0x28, {"display", "display"}},
    {6, 0x37, {"generic digits", "generic digits"}},
};

/// Codesets as the shift elements leave them.
struct Codesets {
    unsigned locked = 0;
    unsigned next = 0;
};

Element take_element(OctetReader& reader, Codesets& codesets) {
    Element element;
    element.id = reader.take();
    element.codeset = std::exchange(codesets.next, codesets.locked);
    if ((element.id & 0x80U) != 0) {
        element.single = true;
        if ((element.id & 0xf0U) != shift_element) return element;
        // The shift itself is of no codeset.
        const unsigned wanted = element.id & 7U;
        element.codeset = 0;
        if ((element.id & 8U) != 0) {
            codesets.next = wanted;
        } else if (wanted <= codesets.locked) {
            element.problem = "a locking shift goes only to higher codesets";
        } else {
            codesets.locked = codesets.next = wanted;
        }
        return element;
    }
    if (reader.empty()) {
        element.problem = "no length";
        return element;
    }
    const std::size_t length = reader.take();
    if (length > reader.left()) element.problem = "longer than the message";
    element.contents = reader.take(std::min(length, reader.left()));
    return element;
}

void take_reference(Message& message, OctetReader& reader) {
    const unsigned octet = reader.take();
    message.reference_octets = octet & 0x0fU;
    if (!reader.problem().empty() || (octet & 0xf0U) != 0 || message.reference_octets > reader.left()) {
        message.problem = "a bad call reference";
        return;
    }
    message.reference_value = reader.take(message.reference_octets);
    if (message.reference_octets == 0) {
        message.reference_kind = ReferenceKind::dummy;
        return;
    }
    message.to_originator = (message.reference_value[0] & 0x80U) != 0;
    unsigned value = message.reference_value[0] & 0x7fU;
    bool zero = value == 0;
    for (const auto next : message.reference_value.subspan(1)) {
        value = value << 8 | next;
        zero = zero && next == 0;
    }
    message.reference_kind = zero ? ReferenceKind::global : ReferenceKind::call;
    if (message.reference_octets <= 2) message.reference = value;
}

}  // namespace

Message parse_message(Octets octets) {
    OctetReader reader(octets);
    Message message;
    if (octets.empty()) {
        message.problem = "no message";
        return message;
    }
    message.protocol = reader.take();
    message.known_protocol = message.protocol == q931_protocol ||
                             message.protocol == att_maintenance_protocol ||
                             message.protocol == national_maintenance_protocol;
    if (!message.known_protocol) return message;
    take_reference(message, reader);
    if (!message.problem.empty()) return message;
    message.type = reader.take();
    if (message.type == 0 && reader.problem().empty()) {
        message.national_type = true;
        message.type = reader.take();
    }
    if (!reader.problem().empty()) {
        message.problem = "no message type";
        return message;
    }
    Codesets codesets;
    while (!reader.empty() && !message.cut) {
        message.elements.push_back(take_element(reader, codesets));
        message.cut = message.elements.size() == most_elements && !reader.empty();
    }
    return message;
}

std::string message_name(unsigned protocol, unsigned type, bool national) {
    std::span<const Word> words = message_words;
    if (protocol == att_maintenance_protocol) words = att_maintenance_words;
    if (protocol == national_maintenance_protocol) words = national_maintenance_words;
    const auto known = national ? std::string_view() : find_word(words, type);
    if (!known.empty()) return std::string(known);
    return base::format("{} {}", national ? "national message" : "message", hex_number(type));
}

ElementName find_element_name(unsigned codeset, unsigned id) {
    // Of single-octet elements with a value only the upper half names the element.
    const unsigned upper = id & 0xf0U;
    const unsigned wanted = upper == 0xb0 || upper == 0xd0 ? upper : id;
    for (const auto& known : element_names) {
        if (known.codeset == codeset && known.id == wanted) return known.names;
    }
    return {};
}

std::string element_name(unsigned codeset, unsigned id) {
    const auto names = find_element_name(codeset, id);
    if (!names.name.empty()) return std::string(names.name);
    auto text = "element " + hex_number(id);
    if (codeset != 0) text += base::format(" of codeset {}", codeset);
    return text;
}

}  // namespace tipring::isdn::decode
