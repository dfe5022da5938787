// SIP answers <-> Q.850 causes (cause_map.hpp). Pure. Thread: any.
#include "cause_map.hpp"

#include <algorithm>
#include <charconv>

#include "tipring/base/text.hpp"

namespace tipring::sip {
namespace {

namespace q850 = call::q850;

struct StatusCause {
    unsigned status;
    std::uint8_t cause;
};
/// RFC 3398 8.2.6.1. 488 and 606 depend on a Warning header there; nearly always it means the codecs. 401 and
/// 407 are 21 there: between these, the called party was never asked, our own credentials were refused, and
/// another way may work. 607 and 608 (RFC 8197, 8688): nobody took the call for the called party.
constexpr StatusCause status_causes[] = {
    {400, 41},  {401, 41},  {402, 21},  {403, 21},  {404, 1},  {405, 63},  {406, 79},  {407, 41},
    {408, 102}, {410, 22},  {413, 127}, {414, 127}, {415, 79}, {416, 127}, {420, 127}, {421, 127},
    {423, 127}, {480, 18},  {481, 41},  {482, 25},  {483, 25}, {484, 28},  {485, 1},   {486, 17},
    {487, 16},  {488, 88},  {491, 41},  {500, 41},  {501, 79}, {502, 38},  {503, 41},  {504, 102},
    {505, 127}, {513, 127}, {600, 17},  {603, 21},  {604, 1},  {606, 88},  {607, 21},  {608, 21},
};

struct CauseStatus {
    std::uint8_t cause;
    unsigned status;
};
/// RFC 3398 7.2.4.1; 16 before an answer is "nobody took it".
constexpr CauseStatus cause_statuses[] = {
    {1, 404},  {2, 404},  {3, 404},  {16, 480}, {17, 486}, {18, 408},  {19, 480},  {20, 480},  {21, 403},
    {22, 410}, {23, 410}, {25, 483}, {26, 404}, {27, 502}, {28, 484},  {29, 501},  {31, 480},  {34, 503},
    {38, 503}, {41, 503}, {42, 503}, {44, 503}, {47, 503}, {55, 403},  {57, 403},  {58, 503},  {63, 503},
    {65, 488}, {70, 488}, {79, 501}, {87, 403}, {88, 488}, {102, 504}, {111, 500}, {127, 500},
};

/// Q.850 classes for values that no table names.
unsigned status_of_class(std::uint8_t cause) {
    if (cause < 32) return 480;
    if (cause < 64) return 503;
    if (cause < 80) return 488;
    return 500;
}

struct LocationWord {
    call::Location location;
    std::string_view word;
};
/// RFC 8606 4 for the locations of Q.850 2.2.3.
constexpr LocationWord location_words[] = {
    {call::Location::user, "U"},
    {call::Location::private_local, "LPN"},
    {call::Location::public_local, "LN"},
    {call::Location::transit, "TN"},
    {call::Location::public_remote, "RLN"},
    {call::Location::private_remote, "RPN"},
    {call::Location::international, "INTL"},
    {call::Location::beyond_interworking, "BI"},
};

/// Outside of quotes ("" when it is not there): the text of a Reason may hold anything.
std::string_view parameter_of(std::string_view parameters, std::string_view name) {
    std::size_t start = 0;
    bool quoted = false;
    for (std::size_t i = 0; i <= parameters.size(); ++i) {
        const bool end = i == parameters.size();
        if (!end && parameters[i] == '\\' && quoted) {
            ++i;
        } else if (!end && parameters[i] == '"') {
            quoted = !quoted;
        } else if (end || (parameters[i] == ';' && !quoted)) {
            const auto part = parameters.substr(start, i - start);
            const auto equals = part.find('=');
            if (equals != std::string_view::npos &&
                base::equal_ignoring_case(base::trim(part.substr(0, equals)), name))
                return base::trim(part.substr(equals + 1));
            start = std::min(i + 1, parameters.size());
        }
    }
    return {};
}

std::optional<std::uint8_t> cause_parameter(std::string_view parameters) {
    const auto text = parameter_of(parameters, "cause");
    unsigned value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && stop == text.data() + text.size() && value >= 1 && value <= 127)
        return static_cast<std::uint8_t>(value);
    return std::nullopt;
}

/// Parameters of the first Q.850 value with a cause.
std::optional<std::string_view> q850_parameters(std::string_view reason) {
    if (reason.size() > 1024) return std::nullopt;
    // Several values in one header are separated by commas; a comma inside quotes only shortens a text that
    // nobody reads, and the location is what we write in front of the text.
    for (const auto value : base::split(reason, ',')) {
        const auto semicolon = value.find(';');
        if (semicolon == std::string_view::npos) continue;
        if (!base::equal_ignoring_case(base::trim(value.substr(0, semicolon)), "Q.850")) continue;
        if (cause_parameter(value.substr(semicolon + 1))) return value.substr(semicolon + 1);
    }
    return std::nullopt;
}

}  // namespace

call::Cause cause_of_status(unsigned status, std::string_view phrase, std::string_view reason,
                            const config::CauseOverrides& overrides) {
    call::Cause cause;
    cause.value = q850::interworking;
    cause.location = call::Location::public_remote;
    // What no table names counts as the first of its class (RFC 3261 8.1.3.2).
    for (const unsigned wanted : {status / 100 * 100, status}) {
        for (const auto& entry : status_causes) {
            if (entry.status == wanted) cause.value = entry.cause;
        }
    }
    if (const auto own = overrides.to_isdn.find(status); own != overrides.to_isdn.end())
        cause.value = own->second;
    if (const auto given = reason_cause(reason)) {
        cause.value = *given;
        cause.location = reason_location(reason).value_or(cause.location);
    }
    cause.detail = base::format("SIP {} {}", status, base::printable(phrase, 80));
    return cause;
}

unsigned status_of_cause(const call::Cause& cause, const config::CauseOverrides& overrides) {
    if (const auto own = overrides.to_sip.find(cause.value); own != overrides.to_sip.end())
        return own->second;
    // RFC 3398 7.2.4.1: a rejection by the called user himself is final everywhere.
    if (cause.value == q850::call_rejected && cause.location == call::Location::user) return 603;
    for (const auto& entry : cause_statuses) {
        if (entry.cause == cause.value) return entry.status;
    }
    return status_of_class(cause.value);
}

namespace {

/// Of answers that only the operator's own table gives.
const char* other_phrase(unsigned status) {
    switch (status) {
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 406:
            return "Not Acceptable";
        case 413:
            return "Request Entity Too Large";
        case 433:
            return "Anonymity Disallowed";
        case 480:
            return "Temporarily Unavailable";
        case 485:
            return "Ambiguous";
        case 487:
            return "Request Terminated";
        case 600:
            return "Busy Everywhere";
        case 604:
            return "Does Not Exist Anywhere";
        case 606:
            return "Not Acceptable";
        case 607:
            return "Unwanted";
        default:
            return "Failure";
    }
}

}  // namespace

const char* phrase_of(unsigned status) {
    switch (status) {
        case 180:
            return "Ringing";
        case 183:
            return "Session Progress";
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 410:
            return "Gone";
        case 415:
            return "Unsupported Media Type";
        case 480:
            return "Temporarily Unavailable";
        case 481:
            return "Subscription Does Not Exist";
        case 483:
            return "Too Many Hops";
        case 484:
            return "Address Incomplete";
        case 486:
            return "Busy Here";
        case 488:
            return "Not Acceptable Here";
        case 489:
            return "Bad Event";
        case 491:
            return "Request Pending";
        case 500:
            return "Server Internal Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Server Time-out";
        case 603:
            return "Decline";
        default:
            return other_phrase(status);
    }
}

std::optional<std::uint8_t> reason_cause(std::string_view reason) {
    const auto parameters = q850_parameters(reason);
    return parameters ? cause_parameter(*parameters) : std::nullopt;
}

std::optional<call::Location> reason_location(std::string_view reason) {
    const auto parameters = q850_parameters(reason);
    if (!parameters) return std::nullopt;
    const auto word = parameter_of(*parameters, "location");
    for (const auto& entry : location_words) {
        if (base::equal_ignoring_case(entry.word, word)) return entry.location;
    }
    return std::nullopt;
}

std::string reason_text(const call::Cause& cause) {
    auto text = base::format("Q.850;cause={}", static_cast<unsigned>(cause.value));
    for (const auto& entry : location_words) {
        if (entry.location == cause.location) text += base::format(";location={}", entry.word);
    }
    return text + base::format(";text=\"{}\"", call::description(cause.value));
}

}  // namespace tipring::sip
