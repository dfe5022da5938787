// Commands in, posted reports out. Thread: core.
#include "line_leg.hpp"

#include <utility>

namespace tipring::analog {

LineLeg::~LineLeg() {
    if (owner_ != nullptr) std::exchange(owner_, nullptr)->leg_gone(*this);
}

void LineLeg::start(const call::CallRequest& request) {
    if (owner_ != nullptr) {
        owner_->start(*this, request);
    } else {
        report_released({call::q850::destination_out_of_order, call::Location::private_local, "port closed"});
    }
}

void LineLeg::alert(bool inband) {
    LineInput input;
    input.kind = LineInputKind::alert;
    input.inband = inband;
    if (owner_ != nullptr) owner_->command(*this, input);
}

void LineLeg::answer() {
    if (!std::exchange(answered_, true)) command(LineInputKind::answer);
}

void LineLeg::release(const call::Cause& cause) {
    told_to_end_ = true;
    if (owner_ == nullptr) {
        report_released(cause);  // the port went away without a report
        return;
    }
    LineInput input;
    input.kind = LineInputKind::release;
    input.cause = cause;
    owner_->command(*this, input);
}

void LineLeg::send_digit(char digit) {
    LineInput input;
    input.kind = LineInputKind::send_digit;
    input.digit = digit;
    if (owner_ != nullptr) owner_->command(*this, input);
}

void LineLeg::flash() {
    command(LineInputKind::send_flash);
}

void LineLeg::transfer_failed() {
    command(LineInputKind::transfer_failed);
}

void LineLeg::command(LineInputKind kind) {
    LineInput input;
    input.kind = kind;
    if (owner_ != nullptr) owner_->command(*this, input);
}

void LineLeg::post(std::function<void(call::LegObserver&, LineLeg&)> report) {
    reactor_.post([weak = std::weak_ptr(self_), report = std::move(report)] {
        const auto self = weak.lock();
        if (!self) return;
        auto& leg = **self;
        if (auto* observer = leg.observer(); observer != nullptr) report(*observer, leg);
    });
}

void LineLeg::report_alerting(bool inband) {
    post([inband](call::LegObserver& observer, LineLeg& leg) { observer.on_alerting(leg, inband); });
}

void LineLeg::report_answered() {
    answered_ = true;
    post([](call::LegObserver& observer, LineLeg& leg) { observer.on_answered(leg); });
}

void LineLeg::report_digit(char digit) {
    post([digit](call::LegObserver& observer, LineLeg& leg) { observer.on_digit(leg, digit); });
}

void LineLeg::report_media() {
    post([](call::LegObserver& observer, LineLeg& leg) { observer.on_media_changed(leg); });
}

void LineLeg::report_hold(bool held) {
    post([held](call::LegObserver& observer, LineLeg& leg) { observer.on_hold(leg, held); });
}

void LineLeg::report_flash() {
    post([](call::LegObserver& observer, LineLeg& leg) { observer.on_flash(leg); });
}

void LineLeg::report_transfer(const std::string& number) {
    post([number](call::LegObserver& observer, LineLeg& leg) { observer.on_transfer(leg, number); });
}

void LineLeg::report_join(LineLeg& other) {
    post([weak = std::weak_ptr(other.self_)](call::LegObserver& observer, LineLeg& leg) {
        if (const auto second = weak.lock()) observer.on_join(leg, **second);
    });
}

void LineLeg::report_redirected(const std::string& number, call::DivertReason reason) {
    owner_ = nullptr;
    if (std::exchange(released_, true)) return;
    post([number, reason](call::LegObserver& observer, LineLeg& leg) {
        observer.on_redirected(leg, number, reason);
    });
}

void LineLeg::report_released(const call::Cause& cause) {
    owner_ = nullptr;
    if (std::exchange(released_, true)) return;
    post([cause](call::LegObserver& observer, LineLeg& leg) { observer.on_released(leg, cause); });
}

}  // namespace tipring::analog
