// Star codes (service_codes.hpp). Pure. Thread: any.
#include "tipring/analog/service_codes.hpp"

#include <algorithm>
#include <array>

namespace tipring::analog {
namespace {

using routing::DigitMatch;

constexpr std::array names{"forward_all",
                           "forward_all_off",
                           "forward_busy",
                           "forward_busy_off",
                           "forward_no_answer",
                           "forward_no_answer_off",
                           "do_not_disturb",
                           "do_not_disturb_off",
                           "call_return",
                           "redial",
                           "hide_number",
                           "show_number",
                           "call_waiting_off",
                           "call_waiting_on",
                           "speed_dial",
                           "speed_call",
                           "pickup",
                           "group_pickup",
                           "blind_transfer"};
static_assert(names.size() == static_cast<std::size_t>(Service::blind_transfer) + 1);

constexpr std::size_t entry_digits = 2;

std::size_t entry_length(Service service) {
    return service == Service::speed_dial || service == Service::speed_call ? entry_digits : 0;
}

bool takes_number(Service service) {
    switch (service) {
        case Service::forward_all:
        case Service::forward_busy:
        case Service::forward_no_answer:
        case Service::hide_number:
        case Service::show_number:
        case Service::speed_dial:
        case Service::pickup:
        case Service::blind_transfer:
            return true;
        default:
            return false;
    }
}

bool all_digits(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string_view name(Service service) {
    return names.at(static_cast<std::size_t>(service));
}

ServiceCodes::ServiceCodes(const config::ServiceCodes& codes) {
    const std::array<const std::string*, names.size()> all{&codes.forward_all,
                                                           &codes.forward_all_off,
                                                           &codes.forward_busy,
                                                           &codes.forward_busy_off,
                                                           &codes.forward_no_answer,
                                                           &codes.forward_no_answer_off,
                                                           &codes.do_not_disturb,
                                                           &codes.do_not_disturb_off,
                                                           &codes.call_return,
                                                           &codes.redial,
                                                           &codes.hide_number,
                                                           &codes.show_number,
                                                           &codes.call_waiting_off,
                                                           &codes.call_waiting_on,
                                                           &codes.speed_dial,
                                                           &codes.speed_call,
                                                           &codes.pickup,
                                                           &codes.group_pickup,
                                                           &codes.blind_transfer};
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!all[i]->empty()) codes_.push_back({*all[i], static_cast<Service>(i)});
    }
}

const ServiceCodes::Code* ServiceCodes::code_of(std::string_view digits) const {
    const auto found = std::find_if(codes_.begin(), codes_.end(),
                                    [&](const Code& code) { return digits.starts_with(code.digits); });
    return found != codes_.end() ? &*found : nullptr;
}

DigitMatch ServiceCodes::match(std::string_view digits, const NumberMatch& number) const {
    const auto* code = code_of(digits);
    if (code == nullptr) {
        const bool may_become_one = std::any_of(
            codes_.begin(), codes_.end(), [&](const Code& one) { return one.digits.starts_with(digits); });
        return may_become_one ? DigitMatch::partial : DigitMatch::no_match;
    }
    auto rest = digits.substr(code->digits.size());
    const auto entry = entry_length(code->service);
    if (!all_digits(rest.substr(0, entry))) return DigitMatch::no_match;
    if (rest.size() < entry) return DigitMatch::partial;
    rest.remove_prefix(entry);
    if (takes_number(code->service)) return number(rest);
    return rest.empty() ? DigitMatch::complete : DigitMatch::no_match;
}

bool ServiceCodes::find(std::string_view digits, Dialled& dialled) const {
    const auto* code = code_of(digits);
    if (code == nullptr) return false;
    dialled.service = code->service;
    const auto entry = entry_length(code->service);
    digits.remove_prefix(code->digits.size());
    dialled.entry = digits.substr(0, entry);
    dialled.number = digits.substr(std::min(entry, digits.size()));
    return true;
}

}  // namespace tipring::analog
