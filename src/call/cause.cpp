// Q.850 cause values in words, and which of them let a call try its next destination. Pure. Thread: any.
#include "tipring/call/cause.hpp"

#include <algorithm>
#include <array>

#include "tipring/base/text.hpp"

namespace tipring::call {
namespace {

struct Entry {
    std::uint8_t value;
    bool network_trouble;  ///< equipment, circuit or network is at fault, not the called party
    std::string_view text;
};

// Q.850 table 1, in the order of the values. A cause that says something about the called party or its number
// ends the search; one that says something about the way to it does not.
constexpr std::array<Entry, 66> table{{
    {1, false, "unallocated number"},
    {2, true, "no route to transit network"},
    {3, true, "no route to destination"},
    {4, false, "send special information tone"},
    {5, false, "misdialled trunk prefix"},
    {6, true, "channel unacceptable"},
    {7, false, "call awarded in an established channel"},
    {8, false, "preemption"},
    {9, false, "preemption, circuit reserved for reuse"},
    {14, false, "query on release: ported number"},
    {16, false, "normal clearing"},
    {17, false, "user busy"},
    {18, false, "no user responding"},
    {19, false, "no answer from user"},
    {20, true, "subscriber absent"},
    {21, false, "call rejected"},
    {22, false, "number changed"},
    {23, false, "redirection to new destination"},
    {24, false, "call rejected due to a feature at the destination"},
    {25, true, "exchange routing error"},
    {26, false, "non-selected user clearing"},
    {27, true, "destination out of order"},
    {28, false, "invalid number format"},
    {29, false, "facility rejected"},
    {30, false, "response to status enquiry"},
    {31, false, "normal, unspecified"},
    {34, true, "no circuit available"},
    {38, true, "network out of order"},
    {39, true, "permanent frame mode connection out of service"},
    {40, true, "permanent frame mode connection operational"},
    {41, true, "temporary failure"},
    {42, true, "switching equipment congestion"},
    {43, false, "access information discarded"},
    {44, true, "requested circuit unavailable"},
    {46, false, "precedence call blocked"},
    {47, true, "resource unavailable, unspecified"},
    {49, true, "quality of service unavailable"},
    {50, false, "requested facility not subscribed"},
    {53, false, "outgoing calls barred within closed user group"},
    {55, false, "incoming calls barred within closed user group"},
    {57, false, "bearer capability not authorized"},
    {58, true, "bearer capability not available"},
    {62, false, "inconsistency in outgoing access information"},
    {63, true, "service or option not available, unspecified"},
    {65, true, "bearer capability not implemented"},
    {66, true, "channel type not implemented"},
    {69, true, "requested facility not implemented"},
    {70, false, "only restricted digital information available"},
    {79, true, "service or option not implemented, unspecified"},
    {81, true, "invalid call reference value"},
    {82, true, "identified channel does not exist"},
    {87, false, "user not member of closed user group"},
    {88, false, "incompatible destination"},
    {91, true, "invalid transit network selection"},
    {95, true, "invalid message, unspecified"},
    {96, true, "mandatory information element is missing"},
    {97, true, "message type not implemented"},
    {98, true, "message not compatible with call state or not implemented"},
    {99, true, "information element not implemented"},
    {100, true, "invalid information element contents"},
    {101, true, "message not compatible with call state"},
    {102, true, "recovery on timer expiry"},
    {103, true, "parameter not implemented, passed on"},
    {110, true, "message with unrecognized parameter discarded"},
    {111, true, "protocol error, unspecified"},
    {127, true, "interworking, unspecified"},
}};

const Entry* find(std::uint8_t value) {
    const auto* entry = std::lower_bound(
        table.begin(), table.end(), value,
        [](const Entry& candidate, std::uint8_t wanted) { return candidate.value < wanted; });
    return entry != table.end() && entry->value == value ? entry : nullptr;
}

}  // namespace

Cause transferred_away() {
    return {.value = q850::normal_clearing,
            .location = Location::private_local,
            .detail = "transferred",
            .why = Why::transferred};
}

Cause joined_to_another() {
    return {.value = q850::normal_clearing,
            .location = Location::private_local,
            .detail = "joined to another call",
            .why = Why::joined};
}

bool is_transferred_away(const Cause& cause) {
    return cause.why == Why::transferred || cause.why == Why::joined;
}

std::string_view description(std::uint8_t q850_value) {
    const auto* entry = find(q850_value);
    return entry != nullptr ? entry->text : "unknown cause";
}

std::string to_text(const Cause& cause) {
    if (cause.detail.empty()) return base::format("{} ({})", cause.value, description(cause.value));
    return base::format("{} ({}: {})", cause.value, description(cause.value), base::printable(cause.detail));
}

bool may_try_next(const Cause& cause) {
    const auto* entry = find(cause.value);
    if (entry != nullptr) return entry->network_trouble;
    // Q.850 2.2.5: an unknown value counts as the "unspecified" one of its class; classes 2 (resource
    // unavailable) to 7 (interworking) are about the way, classes 0 and 1 (normal event) about the party.
    return cause.value >= 32;
}

}  // namespace tipring::call
