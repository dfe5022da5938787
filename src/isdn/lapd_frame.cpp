#include "lapd_frame.hpp"

#include "tipring/base/text.hpp"

namespace tipring::isdn::decode {

namespace {

constexpr unsigned sapi_management = 63;  // Q.921 3.3.3

/// Q.921 table 5; the octet without its P/F bit.
constexpr struct {
    unsigned control;
    LapdKind kind;
} unnumbered[] = {{0x6f, LapdKind::sabme}, {0x0f, LapdKind::dm}, {0x03, LapdKind::ui},
                  {0x43, LapdKind::disc},  {0x63, LapdKind::ua}, {0x87, LapdKind::frmr},
                  {0xaf, LapdKind::xid}};

/// Q.921 table 8.
constexpr Word tei_messages[] = {{1, "identity request"},        {2, "identity assigned"},
                                 {3, "identity denied"},         {4, "identity check request"},
                                 {5, "identity check response"}, {6, "identity remove"},
                                 {7, "identity verify"}};

LapdFrame broken_frame(std::string_view why, Octets octets) {
    LapdFrame frame;
    frame.problem = why;
    frame.information = octets;
    return frame;
}

void parse_unnumbered(LapdFrame& frame, OctetReader& reader) {
    frame.pf = (frame.control & 0x10U) != 0;
    frame.kind = LapdKind::unknown;
    for (const auto& [control, kind] : unnumbered) {
        if (control == (frame.control & ~0x10U)) frame.kind = kind;
    }
    frame.information = reader.take_rest();
    const bool may_carry = frame.kind == LapdKind::ui || frame.kind == LapdKind::frmr ||
                           frame.kind == LapdKind::xid || frame.kind == LapdKind::unknown;
    if (frame.kind == LapdKind::unknown) frame.problem = "unknown control field";
    if (!may_carry && !frame.information.empty()) frame.problem = "information field not permitted";
    const bool has_parts =
        frame.kind == LapdKind::frmr || (frame.kind == LapdKind::ui && frame.sapi == sapi_management);
    if (has_parts && frame.information.size() < 5) frame.problem = "information field too short";
}

void parse_supervisory(LapdFrame& frame, OctetReader& reader) {
    switch (frame.control) {
        case 0x01:
            frame.kind = LapdKind::rr;
            break;
        case 0x05:
            frame.kind = LapdKind::rnr;
            break;
        case 0x09:
            frame.kind = LapdKind::rej;
            break;
        default:
            frame.kind = LapdKind::unknown;
            frame.problem = "unknown control field";
    }
    frame.information = reader.take_rest();
    if (frame.problem.empty() && !frame.information.empty())
        frame.problem = "information field not permitted";
}

std::string management_text(Octets information) {
    OctetReader reader(information);
    const unsigned entity = reader.take();
    const auto reference = reader.take(2);
    const unsigned type = reader.take();
    const unsigned action = reader.take();
    if (!reader.problem().empty() || entity != 0x0f) return "management " + hex_text(information);
    return base::format("TEI management: {}, reference {}, TEI {}", word_or_code(tei_messages, type),
                        reference[0] * 256U + reference[1], action >> 1);
}

/// Q.921 figure 6.
std::string rejected_text(Octets information) {
    OctetReader reader(information);
    const auto control = reader.take(2);
    const unsigned vs = reader.take();
    const unsigned vr = reader.take();
    const unsigned why = reader.take();
    if (!reader.problem().empty()) return hex_text(information);
    std::string text = base::format("rejected control field {}, V(S) {} V(R) {} of a {}", hex_text(control),
                                    vs >> 1, vr >> 1, (vr & 1U) != 0 ? "response" : "command");
    if ((why & 1U) != 0) text += ", control field not defined";
    if ((why & 2U) != 0) text += ", information field not permitted";
    if ((why & 4U) != 0) text += ", information field too long";
    if ((why & 8U) != 0) text += ", invalid N(R)";
    return text;
}

}  // namespace

std::string_view name(LapdKind kind) {
    switch (kind) {
        case LapdKind::broken:
            return "malformed frame";
        case LapdKind::i:
            return "I";
        case LapdKind::rr:
            return "RR";
        case LapdKind::rnr:
            return "RNR";
        case LapdKind::rej:
            return "REJ";
        case LapdKind::sabme:
            return "SABME";
        case LapdKind::dm:
            return "DM";
        case LapdKind::ui:
            return "UI";
        case LapdKind::disc:
            return "DISC";
        case LapdKind::ua:
            return "UA";
        case LapdKind::frmr:
            return "FRMR";
        case LapdKind::xid:
            return "XID";
        case LapdKind::unknown:
            return "unknown frame";
    }
    return "?";
}

LapdFrame parse_lapd(Octets octets) {
    OctetReader reader(octets);
    const unsigned first = reader.take();
    const unsigned second = reader.take();
    const unsigned control = reader.take();
    if (!reader.problem().empty()) return broken_frame("too short", octets);
    // Q.921 3.2: two octets of address, the extension bit in the second.
    if ((first & 1U) != 0 || (second & 1U) == 0)
        return broken_frame("the address has not two octets", octets);
    LapdFrame frame;
    frame.sapi = first >> 2;
    frame.cr = (first & 2U) != 0;
    frame.tei = second >> 1;
    frame.control = control;
    if ((control & 3U) == 3) {
        parse_unnumbered(frame, reader);
        return frame;
    }
    const unsigned fourth = reader.take();
    if (!reader.problem().empty()) return broken_frame("half a control field", octets);
    frame.nr = fourth >> 1;
    frame.pf = (fourth & 1U) != 0;
    if ((control & 1U) != 0) {
        parse_supervisory(frame, reader);
        return frame;
    }
    frame.kind = LapdKind::i;
    frame.ns = control >> 1;
    frame.information = reader.take_rest();
    if (frame.information.empty()) frame.problem = "no information field";
    return frame;
}

std::string lapd_text(const LapdFrame& frame, bool from_network) {
    if (frame.kind == LapdKind::broken)
        return base::format("malformed frame ({}): {}", frame.problem, hex_text(frame.information));
    std::string text(name(frame.kind));
    if (frame.kind == LapdKind::unknown) text += " " + hex_number(frame.control);
    if (frame.kind == LapdKind::i) text += base::format(" N(S) {}", frame.ns);
    if ((frame.control & 3U) != 3) text += base::format(" N(R) {}", frame.nr);
    const bool command = frame.cr == from_network;
    text +=
        base::format(" {} {}={}", command ? "command" : "response", command ? "P" : "F", frame.pf ? 1 : 0);
    // On a primary rate all is SAPI 0 and TEI 0.
    if (frame.sapi != 0 || frame.tei != 0) text += base::format(" SAPI {} TEI {}", frame.sapi, frame.tei);
    if (frame.kind == LapdKind::ui && frame.sapi == sapi_management)
        text += ", " + management_text(frame.information);
    else if (frame.kind == LapdKind::frmr)
        text += ", " + rejected_text(frame.information);
    else if (!frame.information.empty() && !frame.has_message())
        text += ", " + hex_text(frame.information);
    if (!frame.problem.empty()) text += base::format(" (malformed: {})", frame.problem);
    return text;
}

}  // namespace tipring::isdn::decode
