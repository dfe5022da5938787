#include "tipring/base/asio_reactor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unordered_map>

namespace tipring::base {
namespace asio = boost::asio;

namespace {

struct DescriptorWatch {
    DescriptorWatch(asio::io_context& context, int fd, Reactor::Task run)
        : descriptor(context, fd), task(std::move(run)) {}
    asio::posix::stream_descriptor descriptor;
    Reactor::Task task;
};

void await_readable(const std::shared_ptr<DescriptorWatch>& watch) {
    watch->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                 [weak = std::weak_ptr(watch)](const boost::system::error_code& error) {
                                     const auto alive = weak.lock();
                                     if (!alive || error) return;
                                     alive->task();
                                     if (alive->descriptor.is_open()) await_readable(alive);
                                 });
}

}  // namespace

struct AsioReactor::State {
    explicit State(asio::io_context& io) : context(io) {}
    asio::io_context& context;
    std::unordered_map<TimerKey, std::unique_ptr<asio::steady_timer>> timers;
    std::unordered_map<WatchKey, std::shared_ptr<DescriptorWatch>> watches;
    std::uint64_t next_key = 1;
};

AsioReactor::AsioReactor(asio::io_context& context) : state_(std::make_unique<State>(context)) {}

AsioReactor::~AsioReactor() {
    while (!state_->watches.empty())
        unwatch(state_->watches.begin()->first);
}

TimePoint AsioReactor::now() const {
    return SteadyClock::now();
}

void AsioReactor::post(Task task) {
    asio::post(state_->context, std::move(task));
}

Reactor::TimerKey AsioReactor::schedule(Duration delay, Task task) {
    const TimerKey key = state_->next_key++;
    auto timer = std::make_unique<asio::steady_timer>(state_->context, delay);
    timer->async_wait([this, key, task = std::move(task)](const boost::system::error_code& error) {
        if (error) return;
        // A timer that was due when it was cancelled is no longer in the table.
        if (state_->timers.erase(key) == 0) return;
        task();
    });
    state_->timers.emplace(key, std::move(timer));
    return key;
}

void AsioReactor::cancel(TimerKey key) {
    state_->timers.erase(key);
}

Reactor::WatchKey AsioReactor::watch(int descriptor, Task task) {
    const WatchKey key = state_->next_key++;
    auto watch = std::make_shared<DescriptorWatch>(state_->context, descriptor, std::move(task));
    await_readable(watch);
    state_->watches.emplace(key, std::move(watch));
    return key;
}

void AsioReactor::unwatch(WatchKey key) {
    const auto found = state_->watches.find(key);
    if (found == state_->watches.end()) return;
    const auto watch = std::move(found->second);
    state_->watches.erase(found);
    watch->descriptor.release();  // the caller owns the descriptor
}

}  // namespace tipring::base
