#include "caller_party.hpp"

#include <string>
#include <string_view>

namespace tipring::analog {
namespace {

std::string dialable_number(std::string_view heard) {
    std::string number;
    for (const char c : heard) {
        if ((c >= '0' && c <= '9') || (c == '+' && number.empty())) number += c;
    }
    return number == "+" ? "" : number;
}

/// From ISO 8859-1; its control characters (C0, DEL, C1) and the invisible soft hyphen are left out.
std::string printable_name(std::string_view heard) {
    std::string name;
    for (const char c : heard) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xAD) continue;
        if (code < 0x80) {
            name += c;
        } else {
            name += static_cast<char>(0xC0 | code >> 6);
            name += static_cast<char>(0x80 | (code & 0x3F));
        }
    }
    const auto end = name.find_last_not_of(' ');
    name.erase(end == std::string::npos ? 0 : end + 1);
    name.erase(0, name.find_first_not_of(' '));
    return name;
}

}  // namespace

call::Party caller_party(const dsp::HeardCallerId& heard) {
    call::Party caller;
    caller.name = printable_name(heard.name_text());
    if (heard.disclosure == dsp::Disclosure::given) caller.number = dialable_number(heard.number_text());
    if (heard.disclosure == dsp::Disclosure::restricted) {
        caller.name.clear();
        caller.presentation = call::Presentation::restricted;
    } else if (caller.number.empty()) {
        caller.presentation = call::Presentation::unavailable;
    }
    return caller;
}

}  // namespace tipring::analog
