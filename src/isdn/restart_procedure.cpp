#include "restart_procedure.hpp"

#include "tipring/base/text.hpp"

namespace tipring::isdn {

RestartProcedure::RestartProcedure(base::Reactor& reactor, BearerAllocator& allocator,
                                   std::chrono::milliseconds t316, std::function<void(unsigned)> send,
                                   std::function<void(const std::string&)> on_failure)
    : timer_(reactor),
      allocator_(allocator),
      t316_(t316),
      send_(std::move(send)),
      on_failure_(std::move(on_failure)) {}

void RestartProcedure::add(unsigned position) {
    waiting_.push_back(position);
    if (!current_) next();
}

void RestartProcedure::next() {
    while (!current_ && !waiting_.empty()) {
        const unsigned position = waiting_.front();
        waiting_.pop_front();
        if (allocator_.state(position) != BearerState::idle) continue;
        current_ = position;
        allocator_.begin_restart(position);
        timer_.start(t316_, [this] { timed_out(); });
        send_(position);
    }
}

void RestartProcedure::end_current() {
    timer_.stop();
    if (current_) allocator_.end_restart(*current_);
    current_.reset();
}

void RestartProcedure::acknowledged(std::optional<unsigned> position) {
    if (position) allocator_.end_restart(*position);
    if (!current_ || (position && *position != *current_)) return;
    end_current();
    next();
}

void RestartProcedure::shown_idle(unsigned position) {
    allocator_.end_restart(position);
    if (current_ != position) return;
    end_current();
    next();
}

void RestartProcedure::timed_out() {
    const auto text =
        base::format("channel {} was not acknowledged after RESTART (T316); it counts as idle again",
                     current_.value_or(0));
    // A peer that ignores one RESTART ignores all: asking for the rest would only hold channels back.
    waiting_.clear();
    end_current();
    on_failure_(text);
}

void RestartProcedure::cancel() {
    waiting_.clear();
    end_current();
}

}  // namespace tipring::isdn
