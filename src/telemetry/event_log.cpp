#include "tipring/telemetry/event_log.hpp"

#include <algorithm>

namespace tipring::telemetry {

void EventLog::publish(std::string name, std::vector<std::pair<std::string, std::string>> fields) {
    const Event event{next_sequence_++, std::chrono::system_clock::now(), std::move(name), std::move(fields)};
    if (limit_ > 0) {
        if (history_.size() >= limit_) history_.pop_front();
        history_.push_back(event);
    }
    // A subscriber may subscribe or unsubscribe anybody, itself included, or publish another event.
    std::vector<SubscriberKey> keys;
    keys.reserve(subscribers_.size());
    for (const auto& [key, subscriber] : subscribers_)
        keys.push_back(key);
    for (const auto key : keys) {
        const auto found = std::find_if(subscribers_.begin(), subscribers_.end(),
                                        [&](const auto& s) { return s.first == key; });
        if (found == subscribers_.end()) continue;
        const auto subscriber = found->second;
        subscriber(event);
    }
}

EventLog::SubscriberKey EventLog::subscribe(std::function<void(const Event&)> subscriber) {
    subscribers_.emplace_back(next_key_, std::move(subscriber));
    return next_key_++;
}

void EventLog::unsubscribe(SubscriberKey key) {
    std::erase_if(subscribers_, [&](const auto& subscriber) { return subscriber.first == key; });
}

}  // namespace tipring::telemetry
