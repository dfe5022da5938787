#include "q931_peek.hpp"

#include "q931_message.hpp"

namespace tipring::isdn {

namespace {

constexpr std::uint8_t maintenance_discriminator = 0x03;  // AT&T; National ISDN sets bit 7 as well
constexpr std::uint8_t service_message = 0x0f, national_service_message = 0x07;

bool printable_latin1(unsigned char octet) {
    return octet >= 0x20 && octet != 0x7f && (octet < 0x80 || octet >= 0xa0);
}

/// `control`: without the poll bit (Q.921 table 5).
bool is_unnumbered(std::span<const std::uint8_t> frame, std::uint8_t control) {
    constexpr std::uint8_t poll = 0x10;
    return frame.size() > 2 && (frame[2] & ~poll) == control;
}

bool is_maintenance(std::span<const std::uint8_t> frame) {
    return q931::is_i_frame(frame) &&
           (frame[q931::address_and_control_octets] & ~0x40U) == maintenance_discriminator;
}

/// 0: none, the message ends before.
unsigned maintenance_type(std::span<const std::uint8_t> frame) {
    const auto message = frame.subspan(q931::address_and_control_octets);
    if (message.size() < 2) return 0;
    const std::size_t type = 2U + (message[1] & 0x0fU);  // discriminator, reference length, reference
    return message.size() > type ? message[type] & 0x7fU : 0;
}

constexpr unsigned single_interface = 6, all_interfaces = 7;  // Q.931 4.5.25

/// 0, "indicated channels", where no Restart indicator says otherwise.
unsigned restart_class(std::span<const std::uint8_t> frame) {
    constexpr unsigned class_mask = 0x07;
    const auto indicator = q931::find_element(frame, q931::restart_indicator);
    return indicator.empty() ? 0U : indicator[0] & class_mask;
}

/// Of octet 3 of a cause or a progress indicator (Q.850 2.2.3).
std::optional<call::Location> location_of(unsigned octet) {
    const unsigned location = octet & 0x0fU;
    if (location <= 5 || location == 7 || location == 10) return static_cast<call::Location>(location);
    return std::nullopt;
}

}  // namespace

std::optional<call::Location> cause_location(std::span<const std::uint8_t> frame) {
    const auto element = q931::find_element(frame, q931::cause);
    return element.empty() ? std::nullopt : location_of(element[0]);
}

bool has_inband_information(std::span<const std::uint8_t> frame) {
    constexpr std::uint8_t inband_available = 8;
    // There may be two of them (Q.931 4.5.23).
    for (unsigned which = 0; which < 2; ++which) {
        const auto element = q931::find_element(frame, q931::progress_indicator, which);
        if (element.size() >= 2 && (element[1] & 0x7fU) == inband_available) return true;
    }
    return false;
}

std::vector<call::ProgressIndicator> progress_indicators(std::span<const std::uint8_t> frame) {
    constexpr unsigned coding_mask = 0x60, extension = 0x80;
    std::vector<call::ProgressIndicator> indicators;
    for (unsigned which = 0; which < 2; ++which) {
        const auto element = q931::find_element(frame, q931::progress_indicator, which);
        if (element.size() < 2 || (element[0] & coding_mask) != 0 || (element[0] & extension) == 0) continue;
        const auto location = location_of(element[0]);
        const auto description = static_cast<std::uint8_t>(element[1] & 0x7fU);
        if (location && description != 0) indicators.push_back({*location, description});
    }
    return indicators;
}

call::UserToUser user_to_user(std::span<const std::uint8_t> frame) {
    const auto element = q931::find_element(frame, q931::user_user);
    if (element.empty() || element.size() > call::longest_user_to_user + 1) return {};
    return {element[0], std::string(element.begin() + 1, element.end())};
}

std::optional<PeerState> peer_state(std::span<const std::uint8_t> frame) {
    constexpr unsigned state_mask = 0x3f;
    const auto head = q931::head_of(frame);
    if (!head || head->type != q931::status) return std::nullopt;
    const auto element = q931::find_element(frame, q931::call_state);
    if (element.empty()) return std::nullopt;
    return PeerState{head->reference, head->by_originator,
                     static_cast<std::uint8_t>(element[0] & state_mask)};
}

std::optional<PeerCall> refusal(std::span<const std::uint8_t> frame) {
    constexpr std::uint8_t last_octet = 0x80, return_error = 0xa3, reject = 0xa4;
    // What may stand before the components: for whom they are, of which protocol, and what to do with unknown ones.
    constexpr std::uint8_t network_facility = 0xaa, network_protocol = 0x92, interpretation = 0x8b;
    const auto head = q931::head_of(frame);
    if (!head || head->type != q931::facility) return std::nullopt;
    const auto element = q931::find_element(frame, q931::facility_element);
    if (element.empty()) return std::nullopt;
    std::size_t at = (element[0] & last_octet) != 0 ? 1 : 2;  // the DMS-100 has a second octet of the profile
    while (at + 1 < element.size() && (element[at] == network_facility || element[at] == network_protocol ||
                                       element[at] == interpretation))
        at += 2U + element[at + 1];
    if (at >= element.size() || (element[at] != return_error && element[at] != reject)) return std::nullopt;
    return PeerCall{head->reference, head->by_originator};
}

bool is_unnumbered_information(std::span<const std::uint8_t> frame) {
    return is_unnumbered(frame, 0x03);
}

bool restarts_interface(std::span<const std::uint8_t> frame) {
    const unsigned restarted = restart_class(frame);
    return restarted == single_interface || restarted == all_interfaces;
}

std::optional<unsigned> named_interface(std::span<const std::uint8_t> frame, unsigned own) {
    constexpr unsigned is_explicit = 0x40;
    const unsigned restarted = restart_class(frame);
    if (restarted == all_interfaces) return std::nullopt;
    const auto element = q931::find_element(frame, q931::channel_identification);
    if (element.empty()) return restarted == single_interface ? std::optional(own) : std::nullopt;
    return element.size() > 1 && (element[0] & is_explicit) != 0 ? element[1] & 0x7fU : own;
}

bool is_establishment(std::span<const std::uint8_t> frame) {
    constexpr std::uint8_t sapi_0 = 0x00, command_response = 0x02, tei_0 = 0x01, sabme = 0x6f;
    return is_unnumbered(frame, sabme) && (frame[0] & ~command_response) == sapi_0 && frame[1] == tei_0;
}

Maintenance maintenance_of(std::span<const std::uint8_t> frame) {
    if (!is_maintenance(frame)) return Maintenance::none;
    const auto type = maintenance_type(frame);
    const bool national = frame[q931::address_and_control_octets] != maintenance_discriminator;
    if (type == (national ? national_service_message : service_message)) return Maintenance::service;
    return Maintenance::answer;
}

bool is_unasked_maintenance(std::span<const std::uint8_t> frame) {
    const bool from_att =
        is_maintenance(frame) && frame[q931::address_and_control_octets] == maintenance_discriminator;
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
