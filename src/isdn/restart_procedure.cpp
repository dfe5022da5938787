#include "restart_procedure.hpp"

#include <algorithm>

#include "bearer_position.hpp"
#include "tipring/base/text.hpp"

namespace tipring::isdn {

namespace {
/// Channels one after the other.
constexpr unsigned enough_unanswered = 2;
}  // namespace

RestartProcedure::RestartProcedure(base::Reactor& reactor, BearerAllocator& allocator, RestartTimes times,
                                   std::function<void(unsigned)> send,
                                   std::function<void(const std::string&)> on_failure)
    : timer_(reactor),
      allocator_(allocator),
      times_(times),
      send_(std::move(send)),
      on_failure_(std::move(on_failure)) {}

void RestartProcedure::add(unsigned position) {
    if (current_ == position || std::ranges::find(waiting_, position) != waiting_.end()) return;
    waiting_.push_back(position);
    if (!current_) next();
}

void RestartProcedure::look_again() {
    if (!current_) next();
}

void RestartProcedure::next() {
    std::erase_if(waiting_, [this](unsigned position) {
        const auto channel = allocator_.channel(position);
        return (channel.in_use() && !channel.lent()) || channel.removed();
    });
    const auto turn = std::ranges::find_if(
        waiting_, [this](unsigned position) { return allocator_.begin_restart(position); });
    if (turn == waiting_.end()) return;
    current_ = *turn;
    waiting_.erase(turn);
    sent_ = 0;
    send();
}

void RestartProcedure::send() {
    ++sent_;
    timer_.start(times_.t316, [this] { timed_out(); });
    send_(*current_);
}

void RestartProcedure::repeat() {
    if (current_ && allocator_.channel(*current_).restarting()) send_(*current_);
}

void RestartProcedure::end_current() {
    timer_.stop();
    if (current_) allocator_.end_restart(*current_);
    current_.reset();
}

void RestartProcedure::acknowledged(std::optional<unsigned> position) {
    // Some leave out the interface, as libpri does when it compares: only one RESTART is under way.
    const bool ours = current_ && (!position || timeslot_of(*position) == timeslot_of(*current_));
    if (!ours) {
        if (position) allocator_.end_restart(*position);
        return;
    }
    ++counters_.acknowledged;
    unanswered_ = 0;
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
    if (!current_) return;
    if (!allocator_.channel(*current_).restarting()) {
        if (allocator_.channel(*current_).lent()) waiting_.push_back(*current_);
        end_current();
        return next();
    }
    if (sent_ < times_.n316) return send();
    const auto text = base::format(
        "channel {} was not acknowledged after {} times RESTART (T316, N316); it counts as idle again",
        position_text(*current_), sent_);
    // A peer that ignores two in a row ignores all: asking for the rest would only hold channels back.
    if (++unanswered_ >= enough_unanswered) waiting_.clear();
    ++counters_.failed;
    end_current();
    on_failure_(text);
    look_again();
}

std::vector<unsigned> RestartProcedure::cancel() {
    std::vector<unsigned> unfinished(waiting_.begin(), waiting_.end());
    if (current_) unfinished.insert(unfinished.begin(), *current_);
    waiting_.clear();
    unanswered_ = 0;
    end_current();
    return unfinished;
}

}  // namespace tipring::isdn
