// SIP answers <-> Q.850 causes (cause_map.hpp). Pure. Thread: any.
#include "cause_map.hpp"

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
/// another way may work.
constexpr StatusCause status_causes[] = {
    {400, 41},  {401, 41},  {402, 21},  {403, 21},  {404, 1},  {405, 63},  {406, 79},  {407, 41},
    {408, 102}, {410, 22},  {413, 127}, {414, 127}, {415, 79}, {416, 127}, {420, 127}, {421, 127},
    {423, 127}, {480, 18},  {481, 41},  {482, 25},  {483, 25}, {484, 28},  {485, 1},   {486, 17},
    {487, 16},  {488, 88},  {491, 41},  {500, 41},  {501, 79}, {502, 38},  {503, 41},  {504, 102},
    {505, 127}, {513, 127}, {600, 17},  {603, 21},  {604, 1},  {606, 88},
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

std::optional<std::uint8_t> cause_parameter(std::string_view parameters) {
    for (const auto part : base::split(parameters, ';')) {
        const auto equals = part.find('=');
        if (equals == std::string_view::npos ||
            !base::equal_ignoring_case(base::trim(part.substr(0, equals)), "cause"))
            continue;
        const auto text = base::trim(part.substr(equals + 1));
        unsigned value = 0;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc{} && stop == text.data() + text.size() && value >= 1 && value <= 127)
            return static_cast<std::uint8_t>(value);
        return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

call::Cause cause_of_status(unsigned status, std::string_view phrase, std::string_view reason) {
    call::Cause cause;
    cause.value = q850::interworking;
    cause.location = call::Location::public_remote;
    if (status >= 400 && status < 500) cause.value = q850::temporary_failure;
    for (const auto& entry : status_causes) {
        if (entry.status == status) cause.value = entry.cause;
    }
    if (const auto given = reason_cause(reason)) cause.value = *given;
    cause.detail = base::format("SIP {} {}", status, base::printable(phrase, 80));
    return cause;
}

unsigned status_of_cause(const call::Cause& cause) {
    // RFC 3398 7.2.4.1: a rejection by the called user himself is final everywhere.
    if (cause.value == q850::call_rejected && cause.location == call::Location::user) return 603;
    for (const auto& entry : cause_statuses) {
        if (entry.cause == cause.value) return entry.status;
    }
    return status_of_class(cause.value);
}

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
            return "Failure";
    }
}

std::optional<std::uint8_t> reason_cause(std::string_view reason) {
    if (reason.size() > 1024) return std::nullopt;
    // Several values in one header are separated by commas; a comma inside quotes only shortens a text that
    // nobody reads.
    for (const auto value : base::split(reason, ',')) {
        const auto semicolon = value.find(';');
        if (semicolon == std::string_view::npos) continue;
        if (!base::equal_ignoring_case(base::trim(value.substr(0, semicolon)), "Q.850")) continue;
        if (const auto cause = cause_parameter(value.substr(semicolon + 1))) return cause;
    }
    return std::nullopt;
}

std::string reason_text(const call::Cause& cause) {
    return base::format("Q.850;cause={};text=\"{}\"", static_cast<unsigned>(cause.value),
                        call::description(cause.value));
}

}  // namespace tipring::sip
