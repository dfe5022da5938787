#include "isdn_facility.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tipring::farend::facility {
namespace {

constexpr std::size_t discriminator_at = 4, reference_at = 6, type_at = 8, elements_at = 9, check_octets = 2;
constexpr std::size_t longest_frame = 260 + 4 + check_octets;
constexpr std::uint8_t q931 = 0x08, facility_element = 0x1c, single_octet = 0x80;
constexpr std::uint8_t remote_operations = 0x91;
// The DMS-100 says behind the profile which service it is.
constexpr std::uint8_t remote_operations_of = 0x11, release_link_trunk = 0xbe;
constexpr std::uint8_t invoke_tag = 0xa1, result_tag = 0xa2, error_tag = 0xa3;
constexpr std::uint8_t integer_tag = 0x02, object_tag = 0x06, sequence_tag = 0x30, context_0 = 0x80;
/// 1.2.840.10005.0.8
constexpr std::array<std::uint8_t, 7> initiate_transfer = {0x2a, 0x86, 0x48, 0xce, 0x15, 0x00, 0x08};
constexpr std::uint32_t operation_indication = 1, third_party = 2;
constexpr std::uint8_t not_subscribed = 0, not_allowed = 0x12;

struct Element {
    std::uint8_t identifier = 0;
    Frame contents;
};

/// What begins at `at`, which moves behind it; none at the end, and where lengths do not fit.
std::optional<Element> take(Frame octets, std::size_t& at) {
    if (octets.size() < at + 2 || octets.size() - at - 2 < octets[at + 1]) return std::nullopt;
    const Element element{octets[at], octets.subspan(at + 2, octets[at + 1])};
    at += 2 + element.contents.size();
    return element;
}

std::optional<std::uint32_t> number_in(const std::optional<Element>& element, std::uint8_t tag) {
    if (!element || element->identifier != tag || element->contents.empty() || element->contents.size() > 4)
        return std::nullopt;
    std::uint32_t value = 0;
    for (const auto octet : element->contents)
        value = value << 8U | octet;
    return value;
}

/// Where an element belongs among the others, which ascend (Q.931 4.5.1); 0: there is no room.
std::size_t place_of(Frame frame, std::uint8_t identifier) {
    std::size_t at = elements_at;
    while (at + check_octets < frame.size() && ((frame[at] & single_octet) != 0 || frame[at] <= identifier)) {
        if ((frame[at] & single_octet) != 0) {
            ++at;
        } else if (!take(frame.first(frame.size() - check_octets), at)) {
            return 0;
        }
    }
    return at;
}

Frame facility_in(Frame frame) {
    const auto message = frame.first(frame.size() - check_octets);
    for (std::size_t at = elements_at; at < message.size();) {
        if ((message[at] & single_octet) != 0) {
            ++at;
            continue;
        }
        const auto element = take(message, at);
        if (!element) break;
        if (element->identifier == facility_element) return element->contents;
    }
    return {};
}

/// The number that the arguments of an operation begin with. `at`: behind the operation.
std::optional<std::uint32_t> first_argument(Frame invoke, std::size_t at, std::uint8_t tag) {
    const auto arguments = take(invoke, at);
    if (!arguments || arguments->identifier != sequence_tag) return std::nullopt;
    std::size_t first = 0;
    return number_in(take(arguments->contents, first), tag);
}

/// `at`: behind the invoke identifier.
std::optional<Request> two_channels(Frame invoke, std::size_t at, Request request) {
    const auto operation = take(invoke, at);
    if (!operation || operation->identifier != object_tag ||
        !std::ranges::equal(operation->contents, initiate_transfer))
        return std::nullopt;
    const auto link = first_argument(invoke, at, integer_tag);
    if (!link) return std::nullopt;
    request.kind = Request::Kind::two_channels;
    request.value = *link;
    return request;
}

std::optional<Request> release_link(Frame invoke, std::size_t at, Request request) {
    const auto operation = number_in(take(invoke, at), integer_tag);
    request.kind = Request::Kind::identity;
    if (operation == operation_indication) return request;
    if (operation != third_party) return std::nullopt;
    const auto identity = first_argument(invoke, at, context_0);
    if (!identity) return std::nullopt;
    request.kind = Request::Kind::third_party;
    request.value = *identity;
    return request;
}

void append_number(Octets& octets, std::uint8_t tag, std::uint32_t value) {
    std::uint8_t count = 1;
    while (count < 4 && value >> (8U * count - 1) != 0)  // the highest bit is the sign
        ++count;
    octets.push_back(tag);
    octets.push_back(count);
    while (count-- > 0)
        octets.push_back(static_cast<std::uint8_t>(value >> 8U * count));
}

/// The component in its element: short enough for lengths of one octet.
Octets element_of(bool of_release_link, std::uint8_t tag, const Octets& component) {
    Octets octets =
        of_release_link ? Octets{remote_operations_of, release_link_trunk} : Octets{remote_operations};
    octets.push_back(tag);
    octets.push_back(static_cast<std::uint8_t>(component.size()));
    octets.insert(octets.end(), component.begin(), component.end());
    return octets;
}

}  // namespace

std::optional<Head> head_of(Frame frame) {
    if (frame.size() < elements_at + check_octets || (frame[2] & 1U) != 0 ||
        frame[discriminator_at] != q931 || (frame[discriminator_at + 1] & 0x0fU) != 2)
        return std::nullopt;
    return Head{static_cast<std::uint16_t>(frame[reference_at] << 8U | frame[reference_at + 1]),
                frame[type_at]};
}

bool is_message(Frame frame, Message type) {
    const auto head = head_of(frame);
    return head && head->type == static_cast<std::uint8_t>(type);
}

std::optional<Request> request_in(Frame frame) {
    const auto head = head_of(frame);
    if (!head) return std::nullopt;
    const auto contents = facility_in(frame);
    if (contents.size() < 2) return std::nullopt;
    const bool of_release_link = contents[0] == remote_operations_of && contents[1] == release_link_trunk;
    if (!of_release_link && contents[0] != remote_operations) return std::nullopt;
    std::size_t at = of_release_link ? 2 : 1;
    const auto component = take(contents, at);
    if (!component || component->identifier != invoke_tag) return std::nullopt;
    const auto invoke = component->contents;
    at = 0;
    const auto number = number_in(take(invoke, at), integer_tag);
    if (!number) return std::nullopt;
    const Request request{.reference = head->reference, .invoke = static_cast<int>(*number)};
    return of_release_link ? release_link(invoke, at, request) : two_channels(invoke, at, request);
}

Octets identity_result(std::uint32_t identity) {
    Octets operation, component;
    append_number(operation, integer_tag, operation_indication);
    append_number(operation, context_0, identity);
    append_number(component, integer_tag,
                  operation_indication);  // an RLT operation is its own invoke identifier
    component.push_back(sequence_tag);
    component.push_back(static_cast<std::uint8_t>(operation.size()));
    component.insert(component.end(), operation.begin(), operation.end());
    return element_of(true, result_tag, component);
}

Octets result_of(const Request& request) {
    Octets component;
    append_number(component, integer_tag, static_cast<std::uint32_t>(request.invoke));
    return element_of(request.kind == Request::Kind::third_party, result_tag, component);
}

Octets error_of(const Request& request) {
    const bool of_release_link = request.kind == Request::Kind::third_party;
    Octets component;
    append_number(component, integer_tag, static_cast<std::uint32_t>(request.invoke));
    append_number(component, integer_tag, of_release_link ? not_allowed : not_subscribed);
    return element_of(of_release_link, error_tag, component);
}

Octets with_facility(Frame frame, const Octets& contents) {
    Octets result(frame.begin(), frame.end());
    const auto at = head_of(frame) ? place_of(frame, facility_element) : 0;
    if (at == 0 || frame.size() + 2 + contents.size() > longest_frame) return result;
    Octets element{facility_element, static_cast<std::uint8_t>(contents.size())};
    element.insert(element.end(), contents.begin(), contents.end());
    result.insert(result.begin() + static_cast<std::ptrdiff_t>(at), element.begin(), element.end());
    return result;
}

Octets as_facility(Frame frame, const Octets& contents) {
    if (!head_of(frame)) return {frame.begin(), frame.end()};
    Octets message(frame.begin(), frame.begin() + elements_at);
    message[type_at] = static_cast<std::uint8_t>(Message::facility);
    message.resize(message.size() + check_octets);
    return with_facility(message, contents);
}

}  // namespace tipring::farend::facility
