// GR-30, GR-31, EN 300 659-3 and SIN 227: type, length, parameters, checksum. Thread: any; the parser is
// real-time safe.
#include "caller_id_message.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>

namespace tipring::dsp {
namespace {

constexpr std::uint8_t single_call = 0x04, single_lamp = 0x06, multiple_call = 0x80, multiple_lamp = 0x82;
constexpr std::uint8_t voice_call = 0x01;  // EN 300 659-3 5.4.4.7, SIN 227
constexpr std::uint8_t lamp_on = 0xFF, lamp_off = 0x00;
constexpr std::uint8_t single_lamp_on = 0x42, single_lamp_off = 0x6F;  // GR-1401: three of them
constexpr std::size_t date_characters = 8;
constexpr std::size_t header_octets = 2;  // type and length

using Octets = std::vector<std::uint8_t>;

bool dialable(char c) {
    return (c >= '0' && c <= '9') || c == '*' || c == '#' || c == '+';
}

/// What people write between digits.
bool separates(char c) {
    return c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || c == '/';
}

void add(Octets& to, std::string_view text) {
    to.insert(to.end(), text.begin(), text.end());
}

void add_parameter(Octets& to, std::uint8_t type, std::string_view value) {
    to.push_back(type);
    to.push_back(static_cast<std::uint8_t>(value.size()));
    add(to, value);
}

std::uint8_t sum(std::span<const std::uint8_t> octets) {
    return std::accumulate(
        octets.begin(), octets.end(), std::uint8_t{0},
        [](std::uint8_t total, std::uint8_t octet) { return static_cast<std::uint8_t>(total + octet); });
}

Octets framed(std::uint8_t type, const Octets& content) {
    Octets octets;
    octets.reserve(content.size() + header_octets + 1);
    octets.push_back(type);
    octets.push_back(static_cast<std::uint8_t>(content.size()));
    std::copy(content.begin(), content.end(), std::back_inserter(octets));
    octets.push_back(static_cast<std::uint8_t>(-sum(octets)));
    return octets;
}

bool has_date(const CallerId& caller) {
    return caller.month >= 1 && caller.month <= 12 && caller.day >= 1 && caller.day <= 31 &&
           caller.hour < 24 && caller.minute < 60;
}

/// MMDDHHMM
std::string date_text(const CallerId& caller) {
    std::string text;
    if (!has_date(caller)) return text;
    for (const int value : {caller.month, caller.day, caller.hour, caller.minute}) {
        text += static_cast<char>('0' + value / 10);
        text += static_cast<char>('0' + value % 10);
    }
    return text;
}

/// One character of `text` from `at` on, which it moves; what is no right UTF-8 gives '?'.
char32_t next_character(std::string_view text, std::size_t& at) {
    const auto first = static_cast<std::uint8_t>(text[at++]);
    if (first < 0x80) return first;
    const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
    char32_t value = first & (0x3F >> more);
    std::size_t got = 0;
    for (; got < more && at < text.size() && (static_cast<std::uint8_t>(text[at]) & 0xC0) == 0x80; ++got) {
        value = value << 6 | (static_cast<std::uint8_t>(text[at++]) & 0x3F);
    }
    return more > 0 && got == more ? value : U'?';
}

bool printable(char32_t c) {
    return (c >= 0x20 && c < 0x7F) || (c >= 0xA0 && c <= 0xFF);
}

std::string latin1(std::string_view utf8) {
    std::string out;
    for (std::size_t at = 0; at < utf8.size() && out.size() < message::most_name_characters;) {
        const char32_t c = next_character(utf8, at);
        out += printable(c) ? static_cast<char>(static_cast<std::uint8_t>(c)) : '?';
    }
    return out;
}

Octets single_message(const CallerId& caller) {
    Octets content;
    const std::string number = message::number_to_send(caller);
    // The date has no absence in this format.
    const std::string date = date_text(caller);
    add(content, date.empty() ? "00000000" : date);
    if (number.empty()) {
        content.push_back(static_cast<std::uint8_t>(message::absence_letter(caller.disclosure)));
    } else {
        add(content, number);
    }
    return framed(single_call, content);
}

Octets multiple_message(CallerIdStandard standard, const CallerId& caller) {
    Octets content;
    if (standard == CallerIdStandard::bt) {
        add_parameter(content, message::call_type_parameter, std::string(1, static_cast<char>(voice_call)));
    }
    const std::string date = date_text(caller);
    if (!date.empty()) add_parameter(content, message::date_parameter, date);
    const std::string number = message::number_to_send(caller);
    if (number.empty()) {
        const char reason = message::absence_letter(caller.disclosure);
        add_parameter(content, message::number_absence_parameter, std::string(1, reason));
    } else {
        add_parameter(content, message::number_parameter, number);
    }
    const std::string name = latin1(caller.name);
    if (caller.disclosure == Disclosure::restricted) {
        add_parameter(content, message::name_absence_parameter, "P");
    } else if (!name.empty()) {
        add_parameter(content, message::name_parameter, name);
    }
    return framed(multiple_call, content);
}

void take_date(std::span<const std::uint8_t> text, HeardCallerId& heard) noexcept {
    if (text.size() < date_characters) return;
    std::array<std::uint8_t, 4> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
        const int tens = text[2 * i] - '0';
        const int ones = text[2 * i + 1] - '0';
        if (tens < 0 || tens > 9 || ones < 0 || ones > 9) return;
        values[i] = static_cast<std::uint8_t>(tens * 10 + ones);
    }
    const auto [month, day, hour, minute] = values;
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59) return;
    heard.month = month;
    heard.day = day;
    heard.hour = hour;
    heard.minute = minute;
}

void take_name(std::span<const std::uint8_t> text, HeardCallerId& heard) noexcept {
    const std::size_t size = std::min(text.size(), heard.name.size() - 1);
    for (std::size_t i = 0; i < size; ++i) {
        heard.name[i] = printable(text[i]) ? static_cast<char>(text[i]) : '?';
    }
    heard.name[size] = 0;
}

std::optional<HeardCallerId> parse_single_call(std::span<const std::uint8_t> content) noexcept {
    if (content.size() <= date_characters) return std::nullopt;
    HeardCallerId heard;
    heard.standard = CallerIdStandard::sdmf;
    take_date(content, heard);
    const auto rest = content.subspan(date_characters);
    if (rest.size() == 1 && (rest[0] == 'P' || rest[0] == 'O')) {
        message::take_absence(rest, heard);
    } else {
        message::take_number(rest, heard);
    }
    return heard;
}

std::optional<HeardCallerId> parse_single_lamp(std::span<const std::uint8_t> content) noexcept {
    const auto all = [&](std::uint8_t wanted) {
        return std::all_of(content.begin(), content.end(),
                           [wanted](std::uint8_t octet) { return octet == wanted; });
    };
    const bool on = all(single_lamp_on);
    if (content.empty() || (!on && !all(single_lamp_off))) return std::nullopt;
    HeardCallerId heard;
    heard.standard = CallerIdStandard::sdmf;
    heard.disclosure = Disclosure::unavailable;
    heard.message_waiting = true;
    heard.messages = on ? 1 : 0;
    return heard;
}

/// What the parameters of a message told beside what `heard` keeps.
struct Seen {
    bool number = false, absence = false, call_type = false;
    std::optional<bool> lamp;
    std::optional<std::uint8_t> messages;
};

void take_parameter(std::uint8_t type, std::span<const std::uint8_t> value, HeardCallerId& heard,
                    Seen& seen) noexcept {
    switch (type) {
        case message::date_parameter:
            take_date(value, heard);
            break;
        case message::number_parameter:
            seen.number = true;
            message::take_number(value, heard);
            break;
        case message::number_absence_parameter:
            seen.absence = true;
            message::take_absence(value, heard);
            break;
        case message::name_parameter:
            take_name(value, heard);
            break;
        case message::call_type_parameter:
            seen.call_type = true;
            break;
        case message::lamp_parameter:
            if (!value.empty()) seen.lamp = value[0] != lamp_off;
            break;
        case message::messages_parameter:
            if (!value.empty()) seen.messages = value[0];
            break;
        default:
            break;  // they grow with every edition of the standards
    }
}

std::optional<HeardCallerId> parse_multiple(std::span<const std::uint8_t> content, bool lamp,
                                            FskModem modem) noexcept {
    HeardCallerId heard;
    Seen seen;
    while (!content.empty()) {
        if (content.size() < header_octets || content.size() - header_octets < content[1])
            return std::nullopt;
        const std::size_t length = content[1];
        take_parameter(content[0], content.subspan(header_octets, length), heard, seen);
        content = content.subspan(header_octets + length);
    }
    heard.standard = modem == FskModem::bell202 ? CallerIdStandard::mdmf
                     : seen.call_type           ? CallerIdStandard::bt
                                                : CallerIdStandard::etsi;
    if (lamp) {
        if (!seen.lamp) return std::nullopt;
        heard.message_waiting = true;
        heard.messages = *seen.lamp ? std::max<std::uint8_t>(seen.messages.value_or(1), 1) : std::uint8_t{0};
    } else if (seen.number && seen.absence) {
        return std::nullopt;  // it contradicts itself
    }
    if (!seen.number && !seen.absence) heard.disclosure = Disclosure::unavailable;
    return heard;
}

}  // namespace

namespace message {

std::string number_to_send(const CallerId& caller) {
    std::string number;
    if (caller.disclosure != Disclosure::given) return number;
    std::copy_if(caller.number.begin(), caller.number.end(), std::back_inserter(number),
                 std::not_fn(separates));
    // A number that lost a part of it would be another's.
    const bool whole = std::all_of(number.begin(), number.end(), dialable);
    if (!whole || number.size() > most_number_characters) number.clear();
    return number;
}

void take_number(std::span<const std::uint8_t> text, HeardCallerId& heard) noexcept {
    std::size_t size = 0;
    bool right = true;
    for (const std::uint8_t octet : text) {
        const char c = static_cast<char>(octet);
        if (separates(c)) continue;
        right = right && dialable(c) && size + 1 < heard.number.size();
        if (!right) break;
        heard.number[size++] = c;
    }
    right = right && size > 0;
    heard.number[right ? size : 0] = 0;
    heard.disclosure = right ? Disclosure::given : Disclosure::unavailable;
}

void take_absence(std::span<const std::uint8_t> reason, HeardCallerId& heard) noexcept {
    const bool restricted = !reason.empty() && reason[0] == 'P';
    heard.disclosure = restricted ? Disclosure::restricted : Disclosure::unavailable;
}

}  // namespace message

base::Result<Octets> message_waiting_octets(CallerIdStandard standard, bool waiting, unsigned count) {
    switch (standard) {
        case CallerIdStandard::sdmf:
            return framed(single_lamp, Octets(3, waiting ? single_lamp_on : single_lamp_off));
        case CallerIdStandard::mdmf:
        case CallerIdStandard::etsi: {
            Octets content;
            add_parameter(content, message::lamp_parameter,
                          std::string(1, static_cast<char>(waiting ? lamp_on : lamp_off)));
            if (standard == CallerIdStandard::etsi) {
                const unsigned most = waiting ? 255 : 0;
                add_parameter(content, message::messages_parameter,
                              std::string(1, static_cast<char>(std::min(count, most))));
            }
            return framed(multiple_lamp, content);
        }
        default:
            return base::fail(std::string(name(standard)) + " has no message-waiting indication");
    }
}

std::optional<HeardCallerId> parse_caller_id(std::span<const std::uint8_t> octets, FskModem modem) noexcept {
    constexpr std::size_t least = header_octets + 1;
    if (octets.size() < least || octets.size() != octets[1] + least || sum(octets) != 0) return std::nullopt;
    const auto content = octets.subspan(header_octets, octets[1]);
    switch (octets[0]) {
        case single_call:
            return parse_single_call(content);
        case single_lamp:
            return parse_single_lamp(content);
        case multiple_call:
            return parse_multiple(content, false, modem);
        case multiple_lamp:
            return parse_multiple(content, true, modem);
        default:
            return std::nullopt;
    }
}

std::vector<std::uint8_t> caller_id_octets(CallerIdStandard standard, const CallerId& caller) {
    if (standard == CallerIdStandard::ntt) return ntt_octets(caller);
    return standard == CallerIdStandard::sdmf ? single_message(caller) : multiple_message(standard, caller);
}

}  // namespace tipring::dsp
