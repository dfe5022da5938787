// MediaLoop: see the header.
#include "media_loop.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tipring::media {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
constexpr milliseconds block_time{block_ms};
/// A stall longer than this is not caught up with block by block.
constexpr std::uint32_t most_blocks_behind = 8;
/// Values of epoll_data; anything else is a LineEndpoint.
constexpr std::uint64_t wake_mark = 1, timer_mark = 2;

base::Fd checked(int descriptor, const char* what) {
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
    return base::Fd(descriptor);
}

void epoll_add(int epoll, int descriptor, std::uint32_t mask, std::uint64_t mark) noexcept {
    epoll_event event{};
    event.events = mask;
    event.data.u64 = mark;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

/// Between two: who is sent a digit as an event does not hear it.
const Block& without_relayed(Block& block) noexcept {
    if (block.relayed) block.silence(block.law);
    return block;
}

}  // namespace

MediaLoop::MediaLoop(const EngineOptions& options, base::SpscRing<Command>& commands, Notifier& notifier)
    : lead_blocks_(std::clamp(options.write_lead_ms, 10U, 100U) / block_ms),
      commands_(commands),
      notifier_(notifier),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      rtcp_epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      timer_(checked(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create")) {
    lines_.reserve(options.max_endpoints);
    sessions_.reserve(options.max_endpoints);
    hubs_.reserve(options.max_endpoints);
    epoll_add(epoll_.get(), wake_.descriptor(), EPOLLIN, wake_mark);
    epoll_add(epoll_.get(), timer_.get(), EPOLLIN, timer_mark);
}

void MediaLoop::request_stop() noexcept {
    stop_.store(true, std::memory_order_release);
    wake();
}

void MediaLoop::run() noexcept {
    while (!stop_.load(std::memory_order_acquire)) {
        arm_timer();
        bool timer_fired = false;
        poll_idle_lines(-1, timer_fired);
        now_ = std::chrono::steady_clock::now();
        drain_commands();
        if (timer_fired) timer_tick();
        notifier_.flush();
    }
}

void MediaLoop::turn(TimePoint now) noexcept {
    now_ = now;
    drain_commands();
    bool timer_fired = false;
    poll_idle_lines(0, timer_fired);
    // Bearers without a descriptor cannot wake anybody: they are asked at each turn.
    for (auto* line : lines_) {
        if (!line->started() && line->bearer().descriptor() < 0) line->collect_events();
    }
    tick(now);
    notifier_.flush();
}

void MediaLoop::poll_idle_lines(int timeout_ms, bool& timer_fired) noexcept {
    std::array<epoll_event, 64> ready;
    const int count = ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), timeout_ms);
    for (int i = 0; i < count; ++i) {
        const auto& event = ready[static_cast<std::size_t>(i)];
        if (event.data.u64 == wake_mark) {
            wake_.drain();
        } else if (event.data.u64 == timer_mark) {
            timer_fired = true;
        } else {
            auto* line = static_cast<LineEndpoint*>(event.data.ptr);
            collect(*line, (event.events & (EPOLLERR | EPOLLHUP)) != 0);
        }
    }
}

void MediaLoop::collect(LineEndpoint& line, bool hung_up) noexcept {
    line.collect_events();
    // A descriptor that is hung up stays ready for ever: the channel is gone, whatever read() says.
    if (hung_up) line.fail();
    if (line.failed()) watch(line, false);
}

void MediaLoop::arm_timer() noexcept {
    if (active() == timer_armed_) return;
    timer_armed_ = active();
    itimerspec spec{};
    if (timer_armed_) {
        due_ = std::chrono::steady_clock::now();
        const auto first =
            std::chrono::duration_cast<nanoseconds>((due_ + block_time).time_since_epoch()).count();
        spec.it_value.tv_sec = static_cast<time_t>(first / 1'000'000'000);
        spec.it_value.tv_nsec = static_cast<long>(first % 1'000'000'000);
        spec.it_interval.tv_nsec = nanoseconds(block_time).count();
    }
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
    has_clock_ = false;
}

void MediaLoop::timer_tick() noexcept {
    std::uint64_t expired = 0;
    if (::read(timer_.get(), &expired, sizeof expired) != sizeof expired) return;
    due_ += block_time * static_cast<long>(expired);
    now_ = std::chrono::steady_clock::now();
    const std::chrono::duration<double, std::milli> lateness =
        now_ - due_ + block_time * static_cast<long>(expired - 1);
    if (expired > 1) late_ticks_.add(1);
    if (lateness.count() > worst_lateness_ms_.get()) worst_lateness_ms_.set(lateness.count());
    tick(now_);
}

std::uint32_t MediaLoop::elapsed_blocks(TimePoint now) noexcept {
    if (!has_clock_) {
        has_clock_ = true;
        clock_ = now;
        return 1;
    }
    // Rounded, so that the jitter of single ticks around their time does not show as 0 and 2 blocks.
    const auto passed = now - clock_ + block_time / 2;
    if (passed < block_time) return 0;
    const auto blocks = passed / block_time;
    clock_ += blocks * block_time;
    return static_cast<std::uint32_t>(std::min<std::int64_t>(blocks, 1'000'000));
}

void MediaLoop::tick(TimePoint now) noexcept {
    ticks_.add(1);
    const std::uint32_t blocks = elapsed_blocks(now);
    const bool stalled = blocks > lead_blocks_ + 1;
    for (auto* line : lines_) {
        if (line->started()) line->read(stalled);
    }
    for (auto* session : sessions_)
        session->receive(now);
    receive_rtcp(now);
    run_lines();
    run_sessions(blocks);
    for (auto* session : sessions_)
        session->housekeeping(now);
    count_started_lines();
}

void MediaLoop::receive_rtcp(TimePoint now) noexcept {
    if (sessions_.empty()) return;
    std::array<epoll_event, 64> ready;
    const int count = ::epoll_wait(rtcp_epoll_.get(), ready.data(), static_cast<int>(ready.size()), 0);
    for (int i = 0; i < count; ++i) {
        static_cast<RtpEndpoint*>(ready[static_cast<std::size_t>(i)].data.ptr)->receive_rtcp(now);
    }
}

bool MediaLoop::clocked_by_line(RtpEndpoint& session) noexcept {
    if (session.in_conference()) return clock_of(session) != nullptr;
    const auto* peer = session.peer();
    return peer != nullptr && peer->type() == Endpoint::Type::line &&
           static_cast<const LineEndpoint*>(peer)->clocks();
}

void MediaLoop::run_lines() noexcept {
    for (auto* line : lines_) {
        if (!line->started() || line->in_conference()) continue;
        for (std::size_t i = 0; i < line->blocks(); ++i) {
            Block& block = line->capture(i);
            Endpoint* peer = line->peer();
            if (peer == nullptr) continue;
            peer->hear(without_relayed(block));
            if (peer->type() == Endpoint::Type::rtp) {
                auto* session = static_cast<RtpEndpoint*>(peer);
                line->hear(without_relayed(session->pull()));
                session->send_block();
            }
        }
    }
    run_conferences();
    for (auto* line : lines_)
        line->write();
}

void MediaLoop::run_sessions(std::uint32_t blocks) noexcept {
    const std::uint32_t played = std::min(blocks, most_blocks_behind);
    for (std::uint32_t i = 0; i < played; ++i) {
        for (auto* session : sessions_) {
            if (session->in_conference() || clocked_by_line(*session)) continue;
            const Block& block = without_relayed(session->pull());
            Endpoint* peer = session->peer();
            if (peer != nullptr && peer->type() == Endpoint::Type::rtp) peer->hear(block);
        }
        step_unclocked();
        for (auto* session : sessions_) {
            if (!clocked_by_line(*session)) session->send_block();
        }
    }
    for (auto* session : sessions_) {
        if (!clocked_by_line(*session)) session->skip(blocks - played);
    }
}

void MediaLoop::count_started_lines() noexcept {
    std::size_t started = 0;
    for (auto* line : lines_)
        started += line->started() ? 1U : 0U;
    started_lines_ = started;
}

EngineStats MediaLoop::stats() const noexcept {
    EngineStats stats;
    stats.ticks = ticks_.get();
    stats.late_ticks = late_ticks_.get();
    stats.worst_lateness_ms = worst_lateness_ms_.get();
    stats.events_lost = notifier_.lost();
    stats.lines = line_count_.get();
    stats.rtp_sessions = session_count_.get();
    return stats;
}

}  // namespace tipring::media
