// The stream of things that happened, for `tipringctl events` and later exporters: bounded history and
// subscribers. Thread: core.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tipring::telemetry {

/// `name` is stable and dotted: "port.off_hook", "call.answered", "registration.failed", "span.alarm".
struct Event {
    std::uint64_t sequence = 0;
    std::chrono::system_clock::time_point time;
    std::string name;
    std::vector<std::pair<std::string, std::string>> fields;
};

class EventLog {
  public:
    explicit EventLog(std::size_t history = 500) : limit_(history) {}
    void publish(std::string name, std::vector<std::pair<std::string, std::string>> fields);
    const std::deque<Event>& history() const { return history_; }
    using SubscriberKey = std::uint64_t;
    SubscriberKey subscribe(std::function<void(const Event&)> subscriber);
    void unsubscribe(SubscriberKey key);

  private:
    std::size_t limit_;
    std::uint64_t next_sequence_ = 1;
    SubscriberKey next_key_ = 1;
    std::deque<Event> history_;
    std::vector<std::pair<SubscriberKey, std::function<void(const Event&)>>> subscribers_;
};

}  // namespace tipring::telemetry
