#include "q931_peek.hpp"

namespace tipring::isdn {

namespace {

constexpr std::size_t address_and_control_octets = 4;  // Q.921 3.2 .. 3.4, modulo 128
constexpr std::uint8_t q931_discriminator = 0x08;
constexpr std::uint8_t maintenance_discriminator = 0x03;  // AT&T; National ISDN sets bit 7 as well
constexpr std::uint8_t service_message = 0x0f, national_service_message = 0x07;
constexpr std::uint8_t cause_element = 0x08;

bool printable_latin1(unsigned char octet) {
    return octet >= 0x20 && octet != 0x7f && (octet < 0x80 || octet >= 0xa0);
}

bool is_i_frame(std::span<const std::uint8_t> frame) {
    return frame.size() > address_and_control_octets && (frame[2] & 0x01) == 0;
}

bool is_maintenance(std::span<const std::uint8_t> frame) {
    return is_i_frame(frame) && (frame[address_and_control_octets] & ~0x40U) == maintenance_discriminator;
}

/// 0: none, the message ends before.
unsigned maintenance_type(std::span<const std::uint8_t> frame) {
    const auto message = frame.subspan(address_and_control_octets);
    if (message.size() < 2) return 0;
    const std::size_t type = 2U + (message[1] & 0x0fU);  // discriminator, reference length, reference
    return message.size() > type ? message[type] & 0x7fU : 0;
}

}  // namespace

std::optional<call::Location> cause_location(std::span<const std::uint8_t> frame) {
    if (frame.size() < address_and_control_octets + 3 + 2) return std::nullopt;
    if (!is_i_frame(frame)) return std::nullopt;
    auto message = frame.subspan(address_and_control_octets, frame.size() - address_and_control_octets - 2);
    if (message[0] != q931_discriminator) return std::nullopt;
    const std::size_t header =
        3U + (message[1] & 0x0fU);  // discriminator, reference length, reference, message type
    if (message.size() < header) return std::nullopt;
    auto elements = message.subspan(header);
    while (!elements.empty()) {
        if ((elements[0] & 0x80) != 0) {  // single-octet element
            elements = elements.subspan(1);
            continue;
        }
        if (elements.size() < 2 || elements.size() < 2U + elements[1]) return std::nullopt;
        if (elements[0] == cause_element && elements[1] >= 1) {
            const unsigned location = elements[2] & 0x0fU;
            if (location <= 5 || location == 7 || location == 10)
                return static_cast<call::Location>(location);
            return std::nullopt;
        }
        elements = elements.subspan(2U + elements[1]);
    }
    return std::nullopt;
}

Maintenance maintenance_of(std::span<const std::uint8_t> frame) {
    if (!is_maintenance(frame)) return Maintenance::none;
    const auto type = maintenance_type(frame);
    const bool national = frame[address_and_control_octets] != maintenance_discriminator;
    if (type == (national ? national_service_message : service_message)) return Maintenance::service;
    return Maintenance::answer;
}

bool is_unasked_maintenance(std::span<const std::uint8_t> frame) {
    const bool from_att =
        is_maintenance(frame) && frame[address_and_control_octets] == maintenance_discriminator;
    return is_maintenance(frame) && !(from_att && maintenance_type(frame) == service_message);
}

std::string name_from_wire(std::string_view latin1) {
    std::string utf8;
    for (const char character : latin1) {
        const auto octet = static_cast<unsigned char>(character);
        if (!printable_latin1(octet)) continue;
        if (octet < 0x80) {
            utf8 += character;
        } else {
            utf8 += static_cast<char>(0xc0 | (octet >> 6));
            utf8 += static_cast<char>(0x80 | (octet & 0x3f));
        }
    }
    return utf8;
}

std::string name_to_wire(std::string_view utf8) {
    std::string latin1;
    for (std::size_t i = 0; i < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[i]);
        std::size_t length = 1;
        if (lead >= 0xf0) {
            length = 4;
        } else if (lead >= 0xe0) {
            length = 3;
        } else if (lead >= 0xc0) {
            length = 2;
        }
        unsigned value = lead < 0x80 ? lead : 0x100U;  // above Latin-1, or no UTF-8
        if (length == 2 && i + 1 < utf8.size()) {
            value = ((lead & 0x1fU) << 6) | (static_cast<unsigned char>(utf8[i + 1]) & 0x3fU);
        }
        if (value > 0xff) {
            latin1 += '?';
        } else if (printable_latin1(static_cast<unsigned char>(value))) {
            latin1 += static_cast<char>(value);
        }
        i += length;
    }
    return latin1;
}

std::string number_digits(std::string_view text) {
    std::string digits;
    for (const char character : text) {
        if (std::string_view("0123456789*#ABCD").find(character) != std::string_view::npos)
            digits += character;
    }
    return digits;
}

}  // namespace tipring::isdn
