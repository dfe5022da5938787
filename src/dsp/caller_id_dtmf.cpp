// Caller ID as DTMF digits, ETSI EN 300 659-1 annex B and its national kin: A number C, D number C, number #, and
// B10, B00, D1, D2, D3 instead of a number. Thread: any; the parser is real-time safe.
#include "caller_id_message.hpp"

namespace tipring::dsp {
namespace {

constexpr std::string_view decimal = "0123456789";

bool leads_field(char digit, const CallerIdDtmfCodes& codes) noexcept {
    return (digit >= 'A' && digit <= 'D') || digit == codes.start || digit == codes.information;
}

std::string information(const CallerIdDtmfCodes& codes, char code) {
    if (code == 0 || codes.information == 0) {
        return codes.start == 0 ? std::string() : std::string(1, codes.start);
    }
    std::string digits{codes.information, code};
    if (codes.information == 'B') digits += '0';
    return digits;
}

/// `digits` is what information() makes of `code`.
bool says(std::string_view digits, const CallerIdDtmfCodes& codes, char code) noexcept {
    if (code == 0 || codes.information == 0 || digits.size() < 2 || digits[0] != codes.information ||
        digits[1] != code)
        return false;
    return codes.information == 'B' ? digits.size() == 3 && digits[2] == '0' : digits.size() == 2;
}

std::span<const std::uint8_t> octets_of(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

struct Fields {
    std::string_view number;
    std::optional<Disclosure> reason;
    bool right = true;
};

/// `field`: its leading letter and what follows it.
void take_field(std::string_view field, bool first, const CallerIdDtmfCodes& codes, Fields& fields) noexcept {
    const std::string_view value = field.substr(1);
    const bool starts = field[0] == codes.start;
    if (says(field, codes, codes.restricted) || field == "B10" || (field == "D1" && first)) {
        fields.reason = Disclosure::restricted;
    } else if (says(field, codes, codes.unavailable) || field == "B00" ||
               ((field == "D2" || field == "D3") && first)) {
        fields.reason = Disclosure::unavailable;
    } else if (first && (starts || field[0] == 'A' || field[0] == 'D')) {
        fields.number = value;
    } else if (fields.number.empty() || (field[0] != 'B' && field[0] != 'D')) {
        // A code that nobody knows and no number, or two numbers. After a number, a further field is the number
        // that the call was first sent to, or tells something more about it.
        fields.right = false;
    }
}

}  // namespace

std::string caller_id_digits(const CallerIdDtmfCodes& codes, const CallerId& caller) {
    std::string digits = message::number_to_send(caller);
    if (digits.starts_with('+')) digits.erase(0, 1);
    if (digits.find_first_not_of(decimal) != std::string::npos) digits.clear();
    if (digits.empty()) {
        const bool restricted = caller.disclosure == Disclosure::restricted;
        digits = information(codes, restricted ? codes.restricted : codes.unavailable);
    } else if (codes.start != 0) {
        digits.insert(digits.begin(), codes.start);
    }
    if (codes.stop != 0) digits += codes.stop;
    return digits;
}

std::optional<HeardCallerId> parse_dtmf_caller_id(std::string_view digits,
                                                  const CallerIdDtmfCodes& codes) noexcept {
    HeardCallerId heard;
    heard.standard = CallerIdStandard::dtmf;
    Fields fields;
    if (!digits.empty() && !leads_field(digits[0], codes)) {
        if (codes.start != 0) return std::nullopt;
        fields.number = digits;
    } else {
        for (std::size_t at = 0; at < digits.size();) {
            std::size_t end = at + 1;
            while (end < digits.size() && !leads_field(digits[end], codes))
                ++end;
            take_field(digits.substr(at, end - at), at == 0, codes, fields);
            at = end;
        }
    }
    const bool only_digits = fields.number.find_first_not_of(decimal) == std::string_view::npos;
    if (digits.empty() || !fields.right || !only_digits) return std::nullopt;
    if (!fields.number.empty()) {
        message::take_number(octets_of(fields.number), heard);
    } else {
        heard.disclosure = fields.reason.value_or(Disclosure::unavailable);
    }
    return heard;
}

}  // namespace tipring::dsp
