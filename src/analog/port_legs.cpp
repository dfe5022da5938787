// AnalogPort's part with calls: makes their legs, takes their commands and tells them what the line does. Thread:
// core.
#include <algorithm>
#include <utility>

#include "analog_port.hpp"
#include "settings_view.hpp"
#include "tipring/base/log.hpp"

namespace tipring::analog {

unsigned AnalogPort::slot_of(const LineLeg& leg) const {
    const auto found = std::find(legs_.begin(), legs_.end(), &leg);
    return static_cast<unsigned>(found - legs_.begin());
}

void AnalogPort::start(const LineLeg& leg, const call::CallRequest& request) {
    auto input = input_of(LineInputKind::start);
    input.slot = slot_of(leg);
    input.number = request.called;
    if (input.slot >= line_slots) return;
    if (check_) {
        waiting_call_ = request;
        return;
    }
    note_start(input, request);
    feed(std::move(input));
}

void AnalogPort::command(const LineLeg& leg, LineInput input) {
    input.slot = slot_of(leg);
    if (input.slot < line_slots) feed(std::move(input));
}

media::EndpointId AnalogPort::endpoint(const LineLeg& leg) const {
    const auto slot = slot_of(leg);
    return slot < line_slots && machine_->connected(slot) ? audio_->endpoint() : media::EndpointId{};
}

void AnalogPort::carry_out_on_leg(const LineAction& action) {
    if (action.kind == LineActionKind::report_incoming) {
        announce(action);
        return;
    }
    auto* const leg = legs_.at(action.slot);
    if (leg == nullptr) return;  // the call destroyed it without waiting for its end
    switch (action.kind) {
        case LineActionKind::report_alerting:
            leg->report_alerting(action.inband);
            break;
        case LineActionKind::report_answered:
            ++counters_.answered;
            leg->report_answered();
            break;
        case LineActionKind::report_digit:
            leg->report_digit(action.digits.front());
            break;
        case LineActionKind::report_media:
            leg->report_media();
            break;
        case LineActionKind::report_released:
            leg_released(action.slot, action.cause);
            break;
        default:
            break;
    }
}

routing::Source source_of(const config::Port& settings) {
    return {routing::DestinationKind::port, settings.number, settings.group,
            settings.kind == config::PortKind::fxs ? routing::LineKind::fxs : routing::LineKind::fxo};
}

call::Presentation AnalogPort::presentation() const {
    const bool hidden = is_fxs() && settings_.fxs.anonymous;
    return hidden ? call::Presentation::restricted : call::Presentation::allowed;
}

std::unique_ptr<LineLeg> AnalogPort::make_leg(base::LegId id) {
    LegOwner& owner = *this;
    auto leg = std::make_unique<LineLeg>(
        id, base::format("{} {}", kind_name(settings_.kind), settings_.channel), reactor_, owner);
    leg->set_data(is_fxs() && settings_.fxs.data);
    leg->set_source(source());
    leg->set_presentation(presentation());
    return leg;
}

void AnalogPort::announce(const LineAction& action) {
    auto leg = adopt_leg(action.slot);
    const auto request = incoming_request(action);
    base::log::info("analog", "{} call from the line called={}", log_prefix(),
                    base::printable(request.called));
    note_incoming(action);
    calls_.incoming(std::move(leg), request);
}

std::unique_ptr<LineLeg> AnalogPort::adopt_leg(unsigned slot) {
    ++counters_.calls_in;
    // A leg that was opened and not started yet comes too late now.
    if (legs_.at(slot) != nullptr)
        leg_released(slot, {call::q850::user_busy, call::Location::user, "line in use"});
    auto leg = make_leg(calls_.next_leg_id());
    legs_.at(slot) = leg.get();
    return leg;
}

void AnalogPort::leg_released(unsigned slot, const call::Cause& cause) {
    if (slot == 0) waiting_call_.reset();
    auto& leg = *std::exchange(legs_.at(slot), nullptr);
    if (!leg.was_answered() && cause.value != call::q850::normal_clearing) ++counters_.failed;
    report_released(slot, leg, cause);
}

/// Destroying a leg hangs up and reports nothing.
void AnalogPort::leg_gone(LineLeg& leg) {
    const auto slot = slot_of(leg);
    if (slot >= line_slots) return;
    if (slot == 0) waiting_call_.reset();
    legs_.at(slot) = nullptr;
    if (!machine_->has_call(slot)) return;
    auto input = input_of(LineInputKind::release);
    input.slot = slot;
    input.cause = {call::q850::normal_clearing, call::Location::private_local, "dropped"};
    feed(std::move(input));
}

std::unique_ptr<call::Leg> AnalogPort::open(base::LegId id, const call::CallRequest& request,
                                            call::Cause& why) {
    if (check_) return open_checked(id, why);
    if (shut_ || !machine_->in_service() || machine_->alarm()) {
        why = {call::q850::destination_out_of_order, call::Location::private_local,
               machine_->removed() ? "channel missing"
               : machine_->alarm() ? "alarm on the line"
                                   : "out of service"};
        return nullptr;
    }
    unsigned slot = 0;
    if (!may_open(request, slot, why)) return nullptr;
    auto leg = make_leg(id);
    legs_.at(slot) = leg.get();
    return leg;
}

/// The line of the call that ends its check is the only one left: it may be a call for help.
std::unique_ptr<call::Leg> AnalogPort::open_checked(base::LegId id, call::Cause& why) {
    check_->stop("a call needs the line");
    if (shut_ || !resume_ || machine_->alarm() || legs_.front() != nullptr) {
        why = {is_fxs() ? call::q850::user_busy : call::q850::no_circuit_available,
               call::Location::private_local, "line in use"};
        return nullptr;
    }
    auto leg = make_leg(id);
    legs_.front() = leg.get();
    return leg;
}

/// The check has let go of the line. Meanwhile the line may have rung, the telephone may have been lifted.
void AnalogPort::start_waiting_call() {
    const auto request = std::exchange(waiting_call_, {});
    auto* const leg = legs_.front();
    if (!request || leg == nullptr) return;
    call::Cause why{call::q850::destination_out_of_order, call::Location::private_local, "out of service"};
    unsigned slot = 0;
    legs_.front() = nullptr;
    const bool free = machine_->in_service() && !machine_->alarm() && may_open(*request, slot, why);
    legs_.at(free ? slot : 0) = leg;
    if (free) {
        start(*leg, *request);
    } else {
        leg_released(0, why);
    }
}

}  // namespace tipring::analog
