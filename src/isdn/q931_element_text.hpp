// What information elements say, as text. Pure; takes any octets. Thread: any.
#pragma once

#include <string>
#include <vector>

#include "q931_decode.hpp"

namespace tipring::isdn::decode {

struct ElementText {
    std::string text;  ///< "3 exclusive"; empty when the element's name says all
    bool malformed = false;
};

ElementText element_text(const Element& element);

// One decoder a kind of element: reads its contents. What it leaves unread is shown as octets, and what it
// misses makes the element malformed. All but the first families are in q931_element_text.cpp.

// q931_bearer_text.cpp
std::string bearer_text(OctetReader& reader);
std::string low_layer_text(OctetReader& reader);
std::string high_layer_text(OctetReader& reader);
// q931_number_text.cpp
std::string called_number_text(OctetReader& reader);
/// Calling and connected number: with presentation and screening.
std::string presented_number_text(OctetReader& reader);
/// Redirecting and original called number: with the reason, too.
std::string redirecting_number_text(OctetReader& reader);
std::string subaddress_text(OctetReader& reader);
// q931_channel_text.cpp
std::string channel_text(OctetReader& reader);
/// {1, 2, 3, 7} -> "1-3, 7"; the numbers ascend.
std::string ranges_text(const std::vector<unsigned>& numbers);
// q931_facility_text.cpp
std::string facility_text(OctetReader& reader);

}  // namespace tipring::isdn::decode
