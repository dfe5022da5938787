// MediaLoop: the media thread's side of the engine: carries out commands and ticks. Thread: media (or the
// caller of Engine::tick() when no thread runs); real-time safe after construction.
#pragma once

#include <atomic>
#include <chrono>
#include <vector>

#include "line_endpoint.hpp"
#include "rtp_endpoint.hpp"

namespace tipring::media {

class MediaLoop {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Throws std::system_error when the kernel has no descriptor left.
    MediaLoop(const EngineOptions& options, base::SpscRing<Command>& commands, Notifier& notifier);

    /// The thread's body: sleeps for ever while nothing is active, ticks every 10 ms otherwise.
    void run() noexcept;
    /// Any thread: wakes run() to see commands or request_stop().
    void wake() const noexcept { wake_.notify(); }
    void request_stop() noexcept;

    /// One turn on the calling thread: commands, events of idle lines, tick.
    void turn(TimePoint now) noexcept;

    /// The core could not store a command and asks to be called when there is room again.
    void report_room() noexcept { room_wanted_.store(true, std::memory_order_release); }

    EngineStats stats() const noexcept;

  private:
    const unsigned lead_blocks_;
    base::SpscRing<Command>& commands_;
    Notifier& notifier_;
    base::EventFd wake_;
    base::Fd epoll_, rtcp_epoll_, timer_;
    std::atomic<bool> stop_{false}, room_wanted_{false};
    std::vector<LineEndpoint*> lines_;
    std::vector<RtpEndpoint*> sessions_;
    std::vector<Endpoint*> hubs_;  ///< of the conferences
    std::size_t started_lines_ = 0;
    bool timer_armed_ = false;
    TimePoint due_;  ///< of the last tick
    bool has_clock_ = false;
    TimePoint clock_;  ///< time up to which blocks have been counted
    TimePoint now_;
    Counter ticks_, late_ticks_;
    Gauge<double> worst_lateness_ms_;
    Gauge<std::size_t> line_count_, session_count_;

    bool active() const noexcept { return started_lines_ > 0 || !sessions_.empty(); }
    void drain_commands() noexcept;
    void execute(const Command& command) noexcept;
    void execute_rtp(const Command& command, RtpEndpoint& session) noexcept;
    void add(Endpoint& endpoint) noexcept;
    void remove(Endpoint& endpoint) noexcept;
    void connect(Endpoint& a, Endpoint& b) noexcept;
    void part(Endpoint& a, Endpoint& b) noexcept;
    void disconnect(Endpoint& endpoint) noexcept;
    void make_room(Endpoint& endpoint) noexcept;
    void set_started(LineEndpoint& line, bool started) noexcept;
    void watch(LineEndpoint& line, bool on) noexcept;
    void count_started_lines() noexcept;

    void poll_idle_lines(int timeout_ms, bool& timer_fired) noexcept;
    void collect(LineEndpoint& line, bool hung_up) noexcept;
    void arm_timer() noexcept;
    void timer_tick() noexcept;

    void tick(TimePoint now) noexcept;
    std::uint32_t elapsed_blocks(TimePoint now) noexcept;
    void receive_rtcp(TimePoint now) noexcept;
    void run_lines() noexcept;
    /// The line whose blocks drive the conference of `member`: the hub, otherwise the older spoke that can.
    /// Null: the tick does.
    static LineEndpoint* clock_of(Endpoint& member) noexcept;
    static bool clocked_by_line(RtpEndpoint& session) noexcept;
    /// The conferences that a line clocks.
    void run_conferences() noexcept;
    /// One step of those that no line clocks.
    void step_unclocked() noexcept;
    void run_sessions(std::uint32_t blocks) noexcept;
};

}  // namespace tipring::media
