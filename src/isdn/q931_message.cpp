#include "q931_message.hpp"

#include <algorithm>

namespace tipring::isdn::q931 {

namespace {

constexpr std::uint8_t discriminator = 0x08;
constexpr std::uint8_t single_octet_bit = 0x80;
constexpr std::uint8_t shift_mask = 0xf8;
constexpr std::uint8_t locking_shift = 0x90, passing_shift = 0x98;  // Q.931 4.5.3, 4.5.4

/// Where the elements of a Q.931 message begin; 0: it is none.
std::size_t first_element(std::span<const std::uint8_t> frame) {
    if (frame.size() < address_and_control_octets + 3 + check_octets || !is_i_frame(frame)) return 0;
    if (frame[address_and_control_octets] != discriminator) return 0;
    // discriminator, length of the reference, reference, message type
    const std::size_t begin =
        address_and_control_octets + 3U + (frame[address_and_control_octets + 1] & 0x0fU);
    return begin <= frame.size() - check_octets ? begin : 0;
}

constexpr std::uint8_t extension_bit = 0x80;

/// "Not ISDN all the way" and "in-band information" (4.5.23): the audio is to be heard.
bool tells_inband(unsigned description) {
    return description == 1 || description == 8;
}

/// Offset and size of the element's contents.
struct Found {
    std::size_t offset = 0, size = 0;
};

/// Goes through the elements of codeset 0 until `wanted(identifier, contents)` says yes; `end` is where the walk
/// has ended: behind the last of them.
template <class Wanted>
std::optional<Found> walk(std::span<const std::uint8_t> frame, std::size_t& end, Wanted wanted) {
    end = first_element(frame);
    if (end == 0) return std::nullopt;
    const std::size_t last = frame.size() - check_octets;
    bool other_codeset = false;
    while (end < last) {
        const auto identifier = frame[end];
        if ((identifier & single_octet_bit) != 0) {
            if ((identifier & shift_mask) == locking_shift) return std::nullopt;
            other_codeset = (identifier & shift_mask) == passing_shift;
            ++end;
            continue;
        }
        if (last - end < 2 || last - end < 2U + frame[end + 1]) return std::nullopt;
        const Found found{end + 2, frame[end + 1]};
        if (!other_codeset && wanted(identifier, found)) return found;
        other_codeset = false;
        end += 2U + found.size;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Head> head_of(std::span<const std::uint8_t> frame) {
    if (first_element(frame) == 0 || (frame[address_and_control_octets + 1] & 0x0fU) != 2)
        return std::nullopt;
    const auto message = frame.subspan(address_and_control_octets);
    return Head{.reference = static_cast<std::uint16_t>((message[2] & 0x7fU) << 8U | message[3]),
                .by_originator = (message[2] & 0x80U) == 0,
                .type = message[4]};
}

std::span<const std::uint8_t> find_element(std::span<const std::uint8_t> frame, std::uint8_t identifier,
                                           unsigned which) {
    std::size_t end = 0;
    const auto found =
        walk(frame, end, [&](std::uint8_t here, const Found&) { return here == identifier && which-- == 0; });
    return found ? frame.subspan(found->offset, found->size) : std::span<const std::uint8_t>{};
}

bool set_cause_location(std::span<std::uint8_t> frame, std::uint8_t value, call::Location location) {
    std::size_t end = 0;
    const auto found = walk(frame, end, [](std::uint8_t here, const Found&) { return here == cause; });
    if (!found || found->size < 2) return false;
    // Octet 3a (the recommendation) is only there when octet 3 says so.
    const bool extended = (frame[found->offset] & 0x80U) == 0;
    const std::size_t at = found->offset + (extended ? 2U : 1U);
    if (at >= found->offset + found->size || (frame[at] & 0x7fU) != value) return false;
    auto& octet = frame[found->offset];
    octet = static_cast<std::uint8_t>((octet & 0xf0U) | static_cast<unsigned>(location));
    return true;
}

bool set_screening(std::span<std::uint8_t> frame, std::uint8_t number_element, std::uint8_t screening) {
    constexpr unsigned screening_mask = 0x03, presentation_mask = 0x60;
    std::size_t end = 0;
    const auto found =
        walk(frame, end, [&](std::uint8_t here, const Found&) { return here == number_element; });
    // Octet 3a is only there when octet 3 says so.
    if (!found || found->size < 2 || (frame[found->offset] & 0x80U) != 0) return false;
    auto& octet = frame[found->offset + 1];
    if ((octet & presentation_mask) != 0) return false;
    octet = static_cast<std::uint8_t>((octet & ~screening_mask) | (screening & screening_mask));
    return true;
}

std::vector<std::uint8_t> with_progress(std::span<const std::uint8_t> frame,
                                        const std::vector<call::ProgressIndicator>& indicators) {
    constexpr std::size_t most = 2;
    std::vector<std::uint8_t> result(frame.begin(), frame.end());
    std::size_t end = 0;
    const auto own = find_element(frame, progress_indicator);
    const bool had_inband = own.size() >= 2 && tells_inband(own[1] & 0x7fU);
    std::vector<std::uint8_t> elements;
    std::size_t count = 0;
    const auto add = [&](std::uint8_t octet_3, std::uint8_t octet_4) {
        if (count++ < most) elements.insert(elements.end(), {progress_indicator, 2, octet_3, octet_4});
    };
    const bool brings_inband = std::ranges::any_of(
        indicators, [](const auto& indicator) { return tells_inband(indicator.description); });
    if (had_inband && !brings_inband) add(own[0], own[1]);
    for (const auto& indicator : indicators) {
        if (tells_inband(indicator.description) && !had_inband) continue;
        add(static_cast<std::uint8_t>(extension_bit | static_cast<unsigned>(indicator.location)),
            static_cast<std::uint8_t>(extension_bit | indicator.description));
    }
    if (!own.empty()) {
        const auto begin = result.begin() + (own.data() - frame.data()) - 2;
        result.erase(begin, begin + 2 + static_cast<std::ptrdiff_t>(own.size()));
    }
    // Elements stand in the order of their identifiers (4.5.1).
    const auto next =
        walk(result, end, [](std::uint8_t here, const Found&) { return here > progress_indicator; });
    const std::size_t at = next ? next->offset - 2 : end;
    if (at == 0 || result.size() + elements.size() > longest_frame) return {frame.begin(), frame.end()};
    result.insert(result.begin() + static_cast<std::ptrdiff_t>(at), elements.begin(), elements.end());
    return result;
}

std::vector<std::uint8_t> with_user_to_user(std::span<const std::uint8_t> frame,
                                            const call::UserToUser& user) {
    std::vector<std::uint8_t> result(frame.begin(), frame.end());
    const auto length = std::min(user.data.size(), call::longest_user_to_user);
    std::size_t end = 0;
    const bool has_one =
        walk(frame, end, [](std::uint8_t here, const Found&) { return here == user_user; }).has_value();
    if (user.empty() || end == 0 || has_one || frame.size() + length + 3 > longest_frame) return result;
    // It has the highest identifier of codeset 0, so it stands behind all others (Q.931 4.5.1).
    std::vector<std::uint8_t> element{user_user, static_cast<std::uint8_t>(length + 1), user.discriminator};
    element.insert(element.end(), user.data.begin(), user.data.begin() + static_cast<std::ptrdiff_t>(length));
    result.insert(result.begin() + static_cast<std::ptrdiff_t>(end), element.begin(), element.end());
    return result;
}

std::vector<std::uint8_t> received_status_enquiry(std::uint16_t reference, bool ours) {
    constexpr std::uint8_t sapi_0 = 0x02, tei_0 = 0x01, ui_control = 0x03, status_enquiry = 0x75;
    // The flag is 1 in messages to the side that began the call (4.3).
    const auto high = static_cast<std::uint8_t>((reference >> 8U & 0x7fU) | (ours ? 0x80U : 0U));
    return {sapi_0,
            tei_0,
            ui_control,
            discriminator,
            2,
            high,
            static_cast<std::uint8_t>(reference & 0xffU),
            status_enquiry,
            0,
            0};
}

}  // namespace tipring::isdn::q931
