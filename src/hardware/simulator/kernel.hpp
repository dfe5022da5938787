// Kernel: the virtual board's thread. It owns the wires, serves the clients' sockets, runs the signalling
// timers with millisecond resolution and moves samples every 10 ms of CLOCK_MONOTONIC while any audio is
// started; otherwise it sleeps. Thread: its own; the public members may be called from any thread (one lock,
// held for microseconds).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "simulator/wire.hpp"
#include "tipring/base/fd.hpp"

namespace tipring::hardware::simulator {

class Kernel {
  public:
    /// Throws std::system_error or std::invalid_argument: it is part of starting up.
    explicit Kernel(const VirtualLayout& layout);
    ~Kernel();
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    const VirtualLayout& layout() const { return layout_; }
    /// The client's end of a new board connection.
    base::Result<base::Fd> connect(bool far_side);
    base::Result<void> serve(const std::string& socket_path);
    void set_faults(base::ChannelNumber number, const WireFaults& faults);
    void add_line_errors(base::SpanNumber span, LineCounter counter, std::uint32_t count);
    void show_alarm(base::SpanNumber span, SpanAlarm alarm, bool on);
    VirtualBoard::Counters counters(base::ChannelNumber number, bool far_side) const;
    std::uint64_t wakeups() const;

  private:
    using Key = std::uint64_t;

    struct Watch {
        std::shared_ptr<const base::Fd> descriptor;
        std::function<void(Key)> ready;
    };

    const VirtualLayout layout_;
    base::Fd epoll_;
    std::shared_ptr<const base::Fd> timer_;
    base::EventFd wake_;

    mutable std::mutex mutex_;  // guards everything below
    bool stopping_ = false;
    std::vector<Wire> wires_;
    std::vector<base::SpanNumber> cut_spans_;
    /// The framer of a digital span.
    struct Framer {
        std::array<std::uint32_t, line_counters> counts{};
        AlarmSet shown;
        SpanLoop loop = SpanLoop::off;
    };
    std::map<base::SpanNumber, Framer> framers_;
    std::map<Key, Watch> watches_;
    std::map<std::pair<std::size_t, bool>, Key> channel_watches_;
    Key last_key_ = 1;
    std::uint64_t wakeups_ = 0;
    std::size_t connections_ = 0;
    std::string served_path_;
    LineTime next_tick_{};
    bool ticking_ = false;
    std::optional<LineTime> armed_;
    std::thread thread_;  // last: it uses all the others

    void run();
    void dispatch(Key key);
    void pass_time(LineTime now);
    void tick(LineTime now);
    void arm_timer();

    Key watch(std::shared_ptr<const base::Fd> descriptor, std::function<void(Key)> ready);
    void unwatch(Key key);
    void add_connection(base::Fd socket, bool far_side);
    void accept_connections(const base::Fd& listener);
    void serve_board(Key key, const base::Fd& socket, bool far_side);
    void answer_board(const base::Fd& socket, bool far_side, const BoardRequest& request);
    Refusal open_channel(bool far_side, const BoardRequest& request, std::vector<base::Fd>& for_client);
    Refusal open_frames(bool far_side, const BoardRequest& request, std::vector<base::Fd>& for_client);
    Refusal serve_span(bool far_side, const BoardRequest& request, BoardResponse& response);
    void set_loop(base::SpanNumber span, SpanLoop loop);
    void serve_control(const base::Fd& socket, std::size_t wire, bool far_side);
    void serve_frames(const base::Fd& socket, std::size_t wire, bool far_side);
    void close_channel(std::size_t wire, bool far_side);
    void close_broken_channels();
};

}  // namespace tipring::hardware::simulator
