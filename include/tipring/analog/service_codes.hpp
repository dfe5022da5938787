// Star codes that a telephone dials for its services, matched beside the digit map. Pure. Thread: any.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/config/config.hpp"
#include "tipring/routing/digit_map.hpp"

namespace tipring::analog {

enum class Service : std::uint8_t {
    forward_all,
    forward_all_off,
    forward_busy,
    forward_busy_off,
    forward_no_answer,
    forward_no_answer_off,
    do_not_disturb,
    do_not_disturb_off,
    call_return,
    redial,
    hide_number,
    show_number,
    call_waiting_off,
    call_waiting_on,
    speed_dial,
    speed_call,
    pickup,
    group_pickup,
    blind_transfer,
};
std::string_view name(Service service);

class ServiceCodes {
  public:
    struct Dialled {
        Service service = Service::redial;
        std::string entry;   ///< speed_dial, speed_call: its two digits
        std::string number;  ///< what follows the code, for services that take a number
    };

    /// No code at all: nothing matches.
    ServiceCodes() = default;
    explicit ServiceCodes(const config::ServiceCodes& codes);

    using NumberMatch = std::function<routing::DigitMatch(std::string_view)>;
    /// As DigitMap::match(): `number` says so of a number that follows a code.
    routing::DigitMatch match(std::string_view digits, const NumberMatch& number) const;
    /// What complete digits ask for; false when they are no code.
    bool find(std::string_view digits, Dialled& dialled) const;

  private:
    struct Code {
        std::string digits;
        Service service;
    };
    std::vector<Code> codes_;

    const Code* code_of(std::string_view digits) const;
};

}  // namespace tipring::analog
