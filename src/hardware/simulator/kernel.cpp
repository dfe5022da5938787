#include "simulator/kernel.hpp"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "simulator/layout.hpp"

namespace tipring::hardware::simulator {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick_time{block_samples * 1000 / sample_rate_hz};
/// After a longer stop of the process (debugger, suspend) the board goes on from now instead of catching up.
constexpr std::chrono::seconds longest_catch_up{1};
constexpr int thread_priority = 60;  // SCHED_FIFO
constexpr std::uint64_t wake_key = 0, timer_key = 1;

base::Fd checked(int descriptor, const char* what) {
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
    return base::Fd(descriptor);
}

void add_to_epoll(const base::Fd& epoll, int descriptor, std::uint64_t key) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = key;
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

}  // namespace

Kernel::Kernel(const VirtualLayout& layout)
    : layout_(layout),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      timer_(std::make_shared<base::Fd>(
          checked(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create"))) {
    if (!is_sensible(layout)) {
        throw std::invalid_argument("virtual board: at most 1023 channels and 32 spans");
    }
    for (const auto& info : channels_of(layout, false)) {
        wires_.emplace_back(info);
        const bool digital = info.kind == ChannelKind::bearer || info.kind == ChannelKind::d_channel;
        if (digital) framers_[info.span];
    }
    add_to_epoll(epoll_, wake_.descriptor(), wake_key);
    add_to_epoll(epoll_, timer_->get(), timer_key);
    thread_ = std::thread([this] { run(); });
    ::pthread_setname_np(thread_.native_handle(), "virtual-board");
    // It stands for a kernel's timer interrupt, which no other work delays. Without the right to it, it is
    // just a thread.
    const sched_param priority{.sched_priority = thread_priority};
    ::pthread_setschedparam(thread_.native_handle(), SCHED_FIFO, &priority);
}

Kernel::~Kernel() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify();
    thread_.join();
    if (!served_path_.empty()) ::unlink(served_path_.c_str());
}

void Kernel::set_faults(base::ChannelNumber number, const WireFaults& faults) {
    {
        const std::lock_guard lock(mutex_);
        if (number.value == 0 || number.value > wires_.size()) return;
        const auto now = std::chrono::steady_clock::now();
        auto& named = wires_[number.value - 1];
        named.set_faults(faults, now);
        const bool digital =
            named.near_kind() == ChannelKind::bearer || named.near_kind() == ChannelKind::d_channel;
        const auto span = named.span();
        for (auto& wire : wires_) {
            if (&wire == &named || (digital && wire.span() == span)) wire.set_cut(faults.unplugged, now);
        }
        std::erase(cut_spans_, span);
        if (digital && faults.unplugged) cut_spans_.push_back(span);
    }
    wake_.notify();
}

VirtualBoard::Counters Kernel::counters(base::ChannelNumber number, bool far_side) const {
    const std::lock_guard lock(mutex_);
    if (number.value == 0 || number.value > wires_.size()) return {};
    return wires_[number.value - 1].counters(far_side);
}

std::uint64_t Kernel::wakeups() const {
    const std::lock_guard lock(mutex_);
    return wakeups_;
}

void Kernel::run() {
    std::array<epoll_event, 64> events{};
    for (;;) {
        const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
        const std::lock_guard lock(mutex_);
        if (stopping_) break;
        ++wakeups_;
        // Timers first: an operation that a socket brings now comes after what was due before.
        pass_time(std::chrono::steady_clock::now());
        for (int i = 0; i < count; ++i)
            dispatch(events[static_cast<std::size_t>(i)].data.u64);
        close_broken_channels();
        arm_timer();
    }
    const std::lock_guard lock(mutex_);
    watches_.clear();
    wires_.clear();
}

void Kernel::dispatch(Key key) {
    if (key == wake_key) {
        wake_.drain();
        return;
    }
    if (key == timer_key) {
        std::uint64_t expirations = 0;
        [[maybe_unused]] const auto size = ::read(timer_->get(), &expirations, sizeof expirations);
        armed_.reset();
        return;
    }
    const auto found = watches_.find(key);
    if (found == watches_.end()) return;  // closed by an earlier event of this round
    const auto watch = found->second;     // keeps the descriptor while its handler may remove the watch
    watch.ready(key);
}

void Kernel::pass_time(LineTime now) {
    for (auto& wire : wires_) {
        const auto deadline = wire.next_deadline();
        if (deadline && *deadline <= now) wire.advance(now);
    }
    tick(now);
}

void Kernel::tick(LineTime now) {
    const bool audio =
        std::any_of(wires_.begin(), wires_.end(), [](const Wire& wire) { return wire.audio(); });
    if (!audio) {
        ticking_ = false;
        return;
    }
    if (!ticking_ || now - next_tick_ > longest_catch_up) {
        ticking_ = true;
        next_tick_ = now + tick_time;
        return;
    }
    for (; next_tick_ <= now; next_tick_ += tick_time) {
        for (auto& wire : wires_) {
            if (wire.audio()) wire.move_blocks();
        }
    }
}

void Kernel::arm_timer() {
    tick(std::chrono::steady_clock::now());  // an operation of this round may have started or stopped the
                                             // audio
    std::optional<LineTime> next;
    if (ticking_) next = next_tick_;
    for (const auto& wire : wires_) {
        const auto deadline = wire.next_deadline();
        if (deadline && (!next || *deadline < *next)) next = deadline;
    }
    if (next == armed_) return;
    armed_ = next;
    itimerspec setting{};  // all zero: disarmed
    if (next) {
        const auto time =
            std::chrono::duration_cast<std::chrono::nanoseconds>(next->time_since_epoch()).count();
        setting.it_value.tv_sec = time / 1'000'000'000;
        setting.it_value.tv_nsec = time % 1'000'000'000;
    }
    ::timerfd_settime(timer_->get(), TFD_TIMER_ABSTIME, &setting, nullptr);
}

void Kernel::close_broken_channels() {
    for (std::size_t i = 0; i < wires_.size(); ++i) {
        for (const bool far_side : {false, true}) {
            if (wires_[i].broken(far_side)) close_channel(i, far_side);
        }
    }
}

}  // namespace tipring::hardware::simulator
