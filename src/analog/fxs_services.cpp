// What a telephone's star codes do. Thread: core.
#include "fxs_port.hpp"
#include "tipring/base/log.hpp"

namespace tipring::analog {
namespace {

LineInput outcome(ServiceOutcome outcome, std::string number = {}) {
    auto input = input_of(LineInputKind::service_result);
    input.service = outcome;
    input.number = std::move(number);
    return input;
}

}  // namespace

LineInput FxsPort::change(const PhoneState& next) {
    store_.set(settings_.number, next);
    return outcome(ServiceOutcome::confirmed);
}

LineInput FxsPort::call(const std::string& number) const {
    return number.empty() ? outcome(ServiceOutcome::refused) : outcome(ServiceOutcome::call, number);
}

LineInput FxsPort::serve(const std::string& digits) {
    ServiceCodes::Dialled dialled;
    if (!line().codes().find(digits, dialled)) return outcome(ServiceOutcome::refused);
    base::log::info("analog", "{} service {}", log_prefix(), name(dialled.service));
    identity_ = Identity::usual;
    auto next = state();
    const bool may_forward = settings_.fxs.may_forward;
    switch (dialled.service) {
        case Service::forward_all:
        case Service::forward_busy:
        case Service::forward_no_answer: {
            if (!may_forward || dialled.number == settings_.number || line().is_emergency(dialled.number))
                return outcome(ServiceOutcome::refused);
            auto& target = dialled.service == Service::forward_all    ? next.forward_all
                           : dialled.service == Service::forward_busy ? next.forward_busy
                                                                      : next.forward_no_answer;
            target = dialled.number;
            return change(next);
        }
        case Service::forward_all_off:
            next.forward_all.clear();
            return change(next);
        case Service::forward_busy_off:
            next.forward_busy.clear();
            return change(next);
        case Service::forward_no_answer_off:
            next.forward_no_answer.clear();
            return change(next);
        case Service::do_not_disturb:
        case Service::do_not_disturb_off:
            next.do_not_disturb = dialled.service == Service::do_not_disturb;
            return change(next);
        case Service::call_waiting_on:
        case Service::call_waiting_off:
            next.call_waiting = dialled.service == Service::call_waiting_on;
            return change(next);
        case Service::speed_dial:
            next.speed[dialled.entry] = dialled.number;
            return change(next);
        case Service::speed_call:
            return call(next.speed[dialled.entry]);
        case Service::call_return:
            return call(next.last_caller);
        case Service::redial:
            identity_ = next.last_identity;
            return call(next.last_dialled);
        case Service::hide_number:
            identity_ = Identity::hidden;
            return call(dialled.number);
        case Service::show_number:
            identity_ = Identity::shown;
            return call(dialled.number);
        case Service::pickup:
            if (!may_forward && settings_.group.empty()) return outcome(ServiceOutcome::refused);
            pick_up_ = {routing::DestinationKind::port, dialled.number,
                        may_forward ? std::string() : settings_.group};
            return outcome(ServiceOutcome::pick_up, dialled.number);
        case Service::group_pickup:
            if (settings_.group.empty()) return outcome(ServiceOutcome::refused);
            pick_up_ = {routing::DestinationKind::group, settings_.group};
            return outcome(ServiceOutcome::pick_up, settings_.group);
        case Service::blind_transfer:
            if (!may_forward || !line().has_held_call()) return outcome(ServiceOutcome::refused);
            return outcome(ServiceOutcome::transfer, dialled.number);
    }
    return outcome(ServiceOutcome::refused);
}

}  // namespace tipring::analog
