// NetworkCall: what its holder sees, and the orders that it leaves for the far-end thread. Threads: see the header.
#include <algorithm>
#include <utility>

#include "isdn_network.hpp"

namespace tipring::farend {
namespace {

using std::chrono::milliseconds;

const dsp::TonePlan no_tones;

}  // namespace

NetworkCall::NetworkCall(SimulatedNetwork& network, IsdnCallInfo info, dsp::Law law)
    : AudioPortOf(law, no_tones), network_(&network), info_(std::move(info)), position_(info_.channel) {}

IsdnCallInfo NetworkCall::info() const {
    const std::lock_guard lock(mutex_);
    return info_;
}

std::string NetworkCall::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

int NetworkCall::cause() const {
    const std::lock_guard lock(mutex_);
    return cause_;
}

bool NetworkCall::wait_state(std::string_view state, milliseconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [&] { return reached_.contains(state) || state_ == "released"; });
    return reached_.contains(state);
}

void NetworkCall::order(void (SimulatedNetwork::*what)(const std::shared_ptr<NetworkCall>&, int), int value) {
    const std::lock_guard lock(mutex_);
    if (network_ == nullptr) return;
    auto* const network = network_;
    network->thread_.post(
        *network, [network, what, value, self = shared_from_this()] { (network->*what)(self, value); });
}

void NetworkCall::alert() {
    order(&SimulatedNetwork::alert_now, 0);
}
void NetworkCall::answer() {
    order(&SimulatedNetwork::answer_now, 0);
}
void NetworkCall::hang_up(int q850_cause) {
    order(&SimulatedNetwork::hang_up_now, q850_cause);
}

void NetworkCall::enter(const std::string& state) {
    {
        const std::lock_guard lock(mutex_);
        state_ = state;
        reached_.insert(state);
    }
    changed_.notify_all();
}

void NetworkCall::set_channel(unsigned channel) {
    position_ = channel;
    const std::lock_guard lock(mutex_);
    info_.channel = channel;
}

void NetworkCall::set_connected(const std::string& number) {
    const std::lock_guard lock(mutex_);
    info_.connected = number;
}

void NetworkCall::later(std::function<void(SimulatedNetwork&)> task) {
    const std::lock_guard lock(mutex_);
    if (network_ == nullptr) return;
    auto* const network = network_;
    network->thread_.post(*network, [network, task = std::move(task)] { task(*network); });
}

void NetworkCall::advise(const IsdnCharge& charge) {
    later(
        [charge, self = shared_from_this()](SimulatedNetwork& network) { network.advise_now(self, charge); });
}

void NetworkCall::transfer_to(const std::shared_ptr<IsdnCall>& other) {
    later([other = std::dynamic_pointer_cast<NetworkCall>(other),
           self = shared_from_this()](SimulatedNetwork& network) { network.transfer_now(self, other); });
}

void NetworkCall::request(IsdnRequest what) {
    order(&SimulatedNetwork::request_now, static_cast<int>(what));
}

void NetworkCall::tell(const std::string& news) {
    {
        const std::lock_guard lock(mutex_);
        news_.push_back(news);
    }
    changed_.notify_all();
}

bool NetworkCall::wait_news(std::string_view word, std::chrono::milliseconds limit, unsigned count) {
    std::unique_lock lock(mutex_);
    const auto come = [&] { return std::count(news_.begin(), news_.end(), word) >= count; };
    changed_.wait_for(lock, limit, [&] { return come() || state_ == "released"; });
    return come();
}

void NetworkCall::dial(const std::string& digits) {
    for (const char digit : digits)
        order(&SimulatedNetwork::dial_now, digit);
}

std::string NetworkCall::add_digits(const std::string& digits) {
    const std::lock_guard lock(mutex_);
    info_.called += digits;
    return info_.called;
}

}  // namespace tipring::farend
