#include "bearer_leg.hpp"

#include "span_controller.hpp"

namespace tipring::isdn {

BearerLeg::BearerLeg(base::LegId id, std::string endpoint_name, std::shared_ptr<SpanCall> call)
    : Leg(id, std::move(endpoint_name)), call_(std::move(call)) {
    call_->leg = this;
    call_->leg_id = id;
}

BearerLeg::~BearerLeg() {
    call_->call_id = call();
    call_->leg = nullptr;
    if (call_->controller != nullptr) call_->controller->abandon(call_);
}

void BearerLeg::start(const call::CallRequest& request) {
    if (call_->controller != nullptr) call_->controller->start(call_, request);
}

void BearerLeg::alert(bool inband) {
    if (call_->controller != nullptr) call_->controller->alert(call_, inband);
}

void BearerLeg::progress() {
    if (call_->controller != nullptr) call_->controller->progress(call_);
}

void BearerLeg::progress_indicators(const std::vector<call::ProgressIndicator>& indicators, bool of_answer) {
    if (call_->controller != nullptr) call_->controller->progress_indicators(call_, indicators, of_answer);
}

void BearerLeg::connected_party(const call::Party& party) {
    if (call_->controller != nullptr) call_->controller->connected_party(call_, party);
}

void BearerLeg::dial_on(char digit) {
    if (call_->controller != nullptr) call_->controller->dial_on(call_, digit);
}

void BearerLeg::hold(bool on) {
    if (call_->controller != nullptr) call_->controller->notify_hold(call_, on);
}

bool BearerLeg::refer(const call::ReferRequest& request) {
    const auto* other = dynamic_cast<const BearerLeg*>(request.replaces);
    return other != nullptr && call_->controller != nullptr && call_->controller->refer(call_, other->call_);
}

void BearerLeg::transfer_failed() {
    if (call_->controller != nullptr) call_->controller->settle_transfer_request(call_, false);
}

bool BearerLeg::identify_call() {
    return call_->controller != nullptr && call_->controller->identify(call_);
}

bool BearerLeg::takes_digits() const {
    return call_->controller != nullptr && call_->controller->takes_digits(*call_);
}

void BearerLeg::answer() {
    if (call_->controller != nullptr) call_->controller->answer(call_);
}

void BearerLeg::release(const call::Cause& cause) {
    if (call_->controller != nullptr) call_->controller->release(call_, cause);
}

void BearerLeg::send_digit(char digit) {
    if (call_->controller != nullptr) call_->controller->send_digit(call_, digit);
}

media::EndpointId BearerLeg::media() const {
    return call_->controller != nullptr ? call_->controller->media_of(*call_) : media::EndpointId{};
}

}  // namespace tipring::isdn
