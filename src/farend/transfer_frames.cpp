#include "transfer_frames.hpp"

namespace tipring::farend {

namespace {

using facility::Message;
using facility::Request;

constexpr std::uint16_t reference_flag = 0x8000;  // Q.931 4.3: 0 in messages of the side that began the call

bool is_carrier(facility::Frame frame) {
    constexpr std::size_t element_at = 9;
    constexpr std::uint8_t notification_indicator = 0x27;
    return facility::is_message(frame, Message::notify) && frame.size() > element_at + 2 &&
           frame[element_at] == notification_indicator &&
           (frame[element_at + 2] & 0x7fU) == TransferFrames::carrier;
}

}  // namespace

bool TransferFrames::take(facility::Frame frame) {
    if (transfers_ == IsdnTransfers::ignored) return !facility::is_message(frame, Message::facility);
    const auto request = facility::request_in(frame);
    if (!request) return true;
    if (request->kind != Request::Kind::identity) {
        requests_.push_back(*request);
    } else if (facility::is_message(frame, Message::setup)) {
        identities_[request->reference] = ++last_identity_;
    }
    return true;
}

std::optional<std::uint16_t> TransferFrames::other_call(const Request& request) const {
    if (request.kind == Request::Kind::two_channels) return static_cast<std::uint16_t>(request.value);
    for (const auto& [reference, identity] : identities_) {
        if (identity == request.value) return reference;
    }
    return std::nullopt;
}

void TransferFrames::answer(const Request& request, bool granted) {
    answers_[request.reference] = granted ? facility::result_of(request) : facility::error_of(request);
}

facility::Octets TransferFrames::outgoing(facility::Frame frame) const {
    const auto head = facility::head_of(frame);
    if (head) {
        const auto reference = static_cast<std::uint16_t>(head->reference ^ reference_flag);
        const auto answer = answers_.find(reference);
        if (answer != answers_.end() && is_carrier(frame))
            return facility::as_facility(frame, answer->second);
        const auto identity = identities_.find(reference);
        if (identity != identities_.end() && facility::is_message(frame, Message::connect))
            return facility::with_facility(frame, facility::identity_result(identity->second));
    }
    return {frame.begin(), frame.end()};
}

}  // namespace tipring::farend
