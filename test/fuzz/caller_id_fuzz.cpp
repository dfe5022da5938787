// Fuzzes the parsers of caller ID messages: any octets as a message, with a right checksum as well, as NTT's frame
// and as DTMF digits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "caller_id_message.hpp"
#include "tipring/dsp/dtmf.hpp"

using namespace tipring::dsp;

namespace {

void check(const std::optional<HeardCallerId>& heard) {
    if (!heard) return;
    const auto number = heard->number_text();
    if (heard->number.back() != 0 || heard->name.back() != 0) std::abort();
    if (number.find_first_not_of("0123456789*#+") != std::string_view::npos) std::abort();
    if (number.empty() == (heard->disclosure == Disclosure::given)) std::abort();
    if (heard->month > 12 || heard->day > 31 || heard->hour > 23 || heard->minute > 59) std::abort();
    if (!heard->message_waiting && heard->messages != 0) std::abort();
}

/// As a message whose length and checksum are right.
std::vector<std::uint8_t> completed(std::span<const std::uint8_t> input) {
    std::vector<std::uint8_t> octets;
    if (input.empty()) return octets;
    const auto content = input.subspan(1, std::min<std::size_t>(input.size() - 1, 255));
    octets.push_back(input[0]);
    octets.push_back(static_cast<std::uint8_t>(content.size()));
    octets.insert(octets.end(), content.begin(), content.end());
    octets.push_back(static_cast<std::uint8_t>(-std::accumulate(octets.begin(), octets.end(), 0)));
    return octets;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span input(data, size);
    const auto whole = completed(input);
    for (const auto modem : {FskModem::bell202, FskModem::v23}) {
        check(parse_caller_id(input, modem));
        check(parse_caller_id(whole, modem));
    }
    check(parse_ntt_caller_id(input));

    std::string digits;
    for (const std::uint8_t octet : input)
        digits += dtmf_digit(octet & 15);
    for (const CallerIdDtmfCodes codes : {CallerIdDtmfCodes{}, {0, '#', 0, 0, 0}, {'D', 'C', 'D', '1', '3'}})
        check(parse_dtmf_caller_id(digits, codes));

    // What is sent is understood, whatever name and number are asked for.
    const std::string text(reinterpret_cast<const char*>(data), size);
    const CallerId caller{text.substr(0, size / 2), text.substr(size / 2), Disclosure::given, 1, 1, 1, 1};
    for (const auto standard : {CallerIdStandard::mdmf, CallerIdStandard::sdmf, CallerIdStandard::bt}) {
        const auto heard = parse_caller_id(caller_id_octets(standard, caller));
        if (!heard) std::abort();
        check(heard);
    }
    const auto heard = parse_ntt_caller_id(caller_id_octets(CallerIdStandard::ntt, caller));
    if (!heard) std::abort();
    check(heard);
    return 0;
}
