// A Q.931 message (or one of B-channel maintenance) taken apart into its head and its information elements, and
// the names of both. Pure; takes any octets. Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "octet_reader.hpp"

namespace tipring::isdn::decode {

/// Q.931 4.2; the maintenance ones of AT&T TR 41459 10.2 and of National ISDN (Telcordia SR-4994).
inline constexpr unsigned q931_protocol = 0x08;
inline constexpr unsigned att_maintenance_protocol = 0x03;
inline constexpr unsigned national_maintenance_protocol = 0x43;

enum class ReferenceKind {
    dummy,   ///< of no octets (Q.931 4.3)
    global,  ///< value zero: the whole interface
    call,
};

/// Of codeset 0 unless it says otherwise. A single-octet element has its value in the lower half of `id`
/// (Q.931 4.5.1), and no contents.
struct Element {
    unsigned codeset = 0;
    unsigned id = 0;
    bool single = false;
    Octets contents;
    std::string_view problem;  ///< empty: well framed
};

inline constexpr unsigned shift_element = 0x90;  ///< with its value masked: Q.931 4.5.3, 4.5.4

struct Message {
    unsigned protocol = 0;
    bool known_protocol = false;  ///< otherwise nothing below is filled
    ReferenceKind reference_kind = ReferenceKind::call;
    unsigned reference_octets = 0;
    std::optional<unsigned> reference;  ///< none: longer than the two octets of a primary rate
    Octets reference_value;             ///< as on the wire
    bool to_originator = false;         ///< the flag: sent to the side that made the reference
    unsigned type = 0;
    bool national_type = false;  ///< after an escape (Q.931 4.4)
    std::vector<Element> elements;
    bool cut = false;          ///< there were more elements than are kept
    std::string_view problem;  ///< of the head; then there are no elements
};

Message parse_message(Octets octets);

/// "SETUP", or "message 0x55".
std::string message_name(unsigned protocol, unsigned type, bool national);

struct ElementName {
    std::string_view label;  ///< for the short line: "called"
    std::string_view name;   ///< Q.931's: "called party number"
};
/// Empty when it has none.
ElementName find_element_name(unsigned codeset, unsigned id);
/// "called party number", or "element 0x5a of codeset 6".
std::string element_name(unsigned codeset, unsigned id);

}  // namespace tipring::isdn::decode
