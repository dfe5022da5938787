#include "tipring/isdn/frame_text.hpp"

#include "lapd_frame.hpp"
#include "q931_element_text.hpp"
#include "tipring/base/text.hpp"

namespace tipring::isdn {

namespace decode {
namespace {

/// Cut between characters of UTF-8.
void cut_line(std::string& line, std::size_t limit) {
    constexpr std::string_view mark = " ...";
    if (line.size() <= limit) return;
    auto end = limit - mark.size();
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0U) == 0x80)
        --end;
    line.resize(end);
    line += mark;
}

std::string reference_text(const Message& message) {
    if (message.reference_kind == ReferenceKind::dummy) return "cr dummy";
    const auto value = message.reference_kind == ReferenceKind::global ? std::string("global")
                       : message.reference                             ? std::to_string(*message.reference)
                                           : "0x" + hex_text(message.reference_value);
    return base::format("cr {} ({})", value, message.to_originator ? "dest" : "orig");
}

std::string label_of(const Element& element) {
    const auto names = find_element_name(element.codeset, element.id);
    return names.label.empty() ? element_name(element.codeset, element.id) : std::string(names.label);
}

bool is_shift(const Element& element) {
    return element.single && (element.id & 0xf0U) == shift_element;
}

void add_element(FrameText& text, const Element& element) {
    const auto said = element_text(element);
    text.malformed = text.malformed || said.malformed;
    // What a shift does shows in the names of the elements after it.
    if (!is_shift(element) || said.malformed) {
        if (text.line.size() <= FrameText::longest_line) {
            text.line += ", " + (is_shift(element) ? std::string("shift") : label_of(element));
            if (!said.text.empty()) text.line += " " + said.text;
        }
    }
    auto detail = is_shift(element) ? std::string("shift") : element_name(element.codeset, element.id);
    detail += element.single ? base::format(" ({})", hex_number(element.id))
                             : base::format(" ({}, {} octet{})", hex_number(element.id),
                                            element.contents.size(), element.contents.size() == 1 ? "" : "s");
    if (!said.text.empty()) detail += ": " + said.text;
    if (text.details.size() < FrameText::most_details) text.details.push_back(std::move(detail));
}

void add_message(FrameText& text, Octets octets) {
    const auto message = parse_message(octets);
    if (!message.problem.empty()) {
        text.malformed = true;
        text.line = base::format("malformed message ({}): {}", message.problem, hex_text(octets));
        text.details.push_back(text.line);
        return;
    }
    if (!message.known_protocol) {
        text.line = base::format("protocol {}, {} octets: {}", hex_number(message.protocol), octets.size(),
                                 hex_text(octets));
        text.details.push_back(text.line);
        return;
    }
    text.message = message_name(message.protocol, message.type, message.national_type);
    const auto reference = reference_text(message);
    text.line = text.message + " " + reference;
    text.details.push_back(base::format("{} ({}), {} of {} octets, protocol {}", text.message,
                                        hex_number(message.type), reference, message.reference_octets,
                                        hex_number(message.protocol)));
    for (const auto& element : message.elements)
        add_element(text, element);
    if (message.cut) text.line += ", and more";
}

}  // namespace
}  // namespace decode

FrameText frame_text(std::span<const std::uint8_t> octets, const FrameSource& source) {
    FrameText text;
    const auto frame = decode::parse_lapd(octets);
    const bool from_network = (source.direction == FrameDirection::sent) == source.network_side;
    text.layer2 = decode::lapd_text(frame, from_network);
    text.malformed = !frame.problem.empty();
    text.details.push_back(text.layer2);
    text.layer3 = frame.has_message() && !frame.information.empty();
    if (text.layer3) {
        decode::add_message(text, frame.information);
    } else {
        text.line = text.layer2;
    }
    if (source.length > octets.size()) {
        text.malformed = true;
        const auto cut = base::format("{} octets, of which {} were kept", source.length, octets.size());
        text.line = base::format("({}) {}", cut, text.line);
        if (text.details.size() < FrameText::most_details) text.details.push_back(cut);
    }
    decode::cut_line(text.line, FrameText::longest_line);
    for (auto& detail : text.details)
        decode::cut_line(detail, FrameText::longest_detail);
    return text;
}

}  // namespace tipring::isdn
