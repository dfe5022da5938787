// SimulatedNetwork, continued: supplementary services. Thread: far end.
#include "isdn_network.hpp"

namespace tipring::farend {
namespace {

constexpr int normal_clearing = 16;

}  // namespace

void SimulatedNetwork::request_now(const CallPointer& call, int what) {
    if (call->released_ || call->record_ == nullptr) return;
    const auto request = static_cast<IsdnRequest>(what);
    const unsigned channel = request == IsdnRequest::retrieve ? free_channel() : 0;
    if (!link_.request(call->record_, request, channel)) call->tell("not possible");
}

void SimulatedNetwork::advise_now(const CallPointer& call, const IsdnCharge& charge) {
    if (call->released_ || call->record_ == nullptr) return;
    if (!link_.advise(call->record_, charge)) call->tell("not possible");
}

void SimulatedNetwork::transfer_now(const CallPointer& call, const CallPointer& other) {
    if (call->released_ || call->record_ == nullptr) return;
    const bool sent = other && other->record_ != nullptr && link_.transfer(call->record_, other->record_);
    if (!sent) call->tell("not possible");
}

void SimulatedNetwork::on_transfer(const CallPointer& call, const IsdnEvent& event) {
    const auto other = find(event.other);
    const bool granted = may_join(call, other);
    link_.answer_transfer(call->record_, event.invoke, granted);
    if (granted) return join(call, other);
    call->tell("transfer reject");
}

void SimulatedNetwork::on_request(const facility::Request& request) {
    const auto call = find(request.reference);
    const auto reference = link_.other_call(request);
    const auto other = reference ? find(*reference) : nullptr;
    if (!call) return;
    const bool granted = may_join(call, other);
    if (!link_.answer_request(call->record_, request, granted)) return;
    if (granted) return join(call, other);
    call->tell("transfer reject");
}

bool SimulatedNetwork::may_join(const CallPointer& call, const CallPointer& other) const {
    if (!other || call == other || call->released_ || other->released_) return false;
    if (call->state() != "connected" && other->state() != "connected") return false;
    const std::lock_guard lock(mutex_);
    return options_.transfers == IsdnTransfers::joined;
}

/// Each call is cleared towards the gateway, and the two parties have one between them.
void SimulatedNetwork::join(const CallPointer& call, const CallPointer& other) {
    const auto audio = [](const CallPointer& one) { return std::shared_ptr<PortAudio>(one, &one->audio_); };
    for (const auto& one : {call, other}) {
        one->tell("transfer");
        hang_up_now(one, normal_clearing);
    }
    joined_.emplace_back(audio(call), audio(other), law_, base::SteadyClock::now());
}

void SimulatedNetwork::on_news(const CallPointer& call, const IsdnEvent& event) {
    if (call->released_) return;
    if (event.news == "transfer") return on_transfer(call, event);
    const auto let_go = [&] {
        if (call->stream_) {
            call->stream_->stop();
            call->stream_.reset();
        }
        call->set_channel(0);
    };
    if (event.news == "hold" || event.news == "hold ack") let_go();
    if (event.news == "hold") link_.grant_hold(call->record_);
    if (event.news == "retrieve ack" && event.channel) {
        call->set_channel(*event.channel);
        start_audio(call);
    }
    if (event.news == "retrieve") {
        const bool wished = event.channel && *event.channel != 0 && is_free(*event.channel);
        call->set_channel(wished ? *event.channel : free_channel());
        link_.grant_retrieve(call->record_, call->position_);
        start_audio(call);
    }
    call->tell(event.news);
}

}  // namespace tipring::farend
