// Wire: one channel of the virtual board with its two ends: signalling, samples or frames, and faults.
// Side 0 is the near (gateway's) end, side 1 the far end. Thread: the virtual board's, under the board's
// lock.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <random>
#include <span>

#include "simulator/analogue_wire.hpp"
#include "simulator/channel_end.hpp"
#include "simulator/line_noise.hpp"
#include "simulator/messages.hpp"
#include "tipring/hardware/simulator.hpp"

namespace tipring::hardware::simulator {

class Wire {
  public:
    explicit Wire(const ChannelInfo& near_info);

    ChannelKind near_kind() const { return near_kind_; }
    base::SpanNumber span() const { return span_; }
    bool in_use(bool far_side) const;
    void attach(bool far_side, std::unique_ptr<ChannelEnd> end, LineTime now,
                std::chrono::milliseconds longest_flash, const PulseTimes& pulses);
    void attach_frames(bool far_side, std::shared_ptr<const base::Fd> socket);
    /// The client closed the channel: the line is released as the driver does.
    void detach(bool far_side, LineTime now);
    /// True when a client broke the shared page and its side has to be closed.
    bool broken(bool far_side) const;

    ControlResponse control(bool far_side, const ControlRequest& request, LineTime now);
    /// A frame packet that a D-channel's client sent.
    void forward_frame(bool from_far_side, std::span<const std::byte> packet);
    void set_faults(const WireFaults& faults, LineTime now);
    /// Layer 1 is lost or back, on both sides.
    void set_cut(bool cut, LineTime now);
    bool cut() const { return cut_; }
    /// Of the near side's framer. The near end sees an alarm meanwhile, and no frame passes.
    void set_loop(SpanLoop loop);

    /// Runs the signalling timers that are due and queues their events.
    void advance(LineTime now);
    std::optional<LineTime> next_deadline() const;
    bool audio() const;
    /// One 10 ms tick of both directions.
    void move_blocks();
    const VirtualBoard::Counters& counters(bool far_side) const { return counters_[far_side ? 1 : 0]; }

  private:
    ChannelKind near_kind_;
    base::SpanNumber span_;
    WireFaults faults_;
    bool cut_ = false;
    SpanLoop loop_ = SpanLoop::off;
    std::optional<AnalogueWire> line_;
    std::array<std::unique_ptr<ChannelEnd>, 2> ends_;
    std::array<std::shared_ptr<const base::Fd>, 2> frame_sockets_;
    std::array<VirtualBoard::Counters, 2> counters_;
    std::minstd_rand chance_;
    std::array<LineNoise, 2> noise_;  ///< of what each side hears

    Refusal line_operation(bool far_side, const ControlRequest& request, LineTime now);
    Refusal end_operation(ChannelEnd& end, const ControlRequest& request);
    void queue_line_events();
    Refusal virtual_operation(bool far_side, const ControlRequest& request, LineTime now);
    Refusal impair(const LineImpairments& impairments);
    bool sends(std::size_t side) const;
    void announce(std::size_t side, bool alarm);
    std::size_t heard_by(std::size_t side) const;
    void deliver(std::size_t to, const std::array<Block, 2>& said);
    Block impaired(std::size_t to, const std::array<Block, 2>& said);
    void send_frame(std::size_t to, FrameKind kind, std::span<const std::byte> packet);
    bool happens(double probability);
};

}  // namespace tipring::hardware::simulator
