#include "simulator/wire.hpp"

#include <utility>

namespace tipring::hardware::simulator {
namespace {

constexpr std::int32_t lowest_gain_millibel = -2400, highest_gain_millibel = 1200;
constexpr unsigned most_taps = 1024;  // as the driver's cancellers

std::size_t index(bool far_side) {
    return far_side ? 1 : 0;
}

}  // namespace

Wire::Wire(const ChannelInfo& near_info)
    : near_kind_(near_info.kind), span_(near_info.span), chance_(near_info.number.value) {
    if (near_kind_ == ChannelKind::fxs || near_kind_ == ChannelKind::fxo) {
        line_.emplace(near_kind_ == ChannelKind::fxs);
    }
}

bool Wire::in_use(bool far_side) const {
    return ends_[index(far_side)] || frame_sockets_[index(far_side)];
}

void Wire::attach(bool far_side, std::unique_ptr<ChannelEnd> end, LineTime now) {
    if (line_) line_->opened(far_side, now);
    ends_[index(far_side)] = std::move(end);
    queue_line_events();
}

void Wire::attach_frames(bool far_side, std::shared_ptr<const base::Fd> socket) {
    frame_sockets_[index(far_side)] = std::move(socket);
    if (cut_) send_frame(index(far_side), FrameKind::alarm, {});
}

void Wire::detach(bool far_side, LineTime now) {
    ends_[index(far_side)].reset();
    frame_sockets_[index(far_side)].reset();
    if (line_) line_->closed(far_side, now);
    queue_line_events();
}

bool Wire::broken(bool far_side) const {
    const auto& end = ends_[index(far_side)];
    return end && end->broken();
}

ControlResponse Wire::control(bool far_side, const ControlRequest& request, LineTime now) {
    ControlResponse response;
    response.sequence = request.sequence;
    auto& end = ends_[index(far_side)];
    if (!end) {
        response.refusal = Refusal::no_such_channel;
        return response;
    }
    switch (request.operation) {
        case ControlOperation::start_audio:
        case ControlOperation::stop_audio:
        case ControlOperation::set_echo_canceller:
        case ControlOperation::set_gain:
            response.refusal = end_operation(*end, request);
            break;
        case ControlOperation::status: {
            LineStatus status;
            if (line_) status = line_->status(far_side);
            response.off_hook = status.off_hook;
            response.ringing = status.ringing;
            response.battery = status.battery;
            response.alarm = cut_;
            break;
        }
        default:
            response.refusal = line_ ? line_operation(far_side, request, now) : Refusal::wrong_kind;
            queue_line_events();
            break;
    }
    return response;
}

Refusal Wire::line_operation(bool far_side, const ControlRequest& request, LineTime now) {
    switch (request.operation) {
        case ControlOperation::ring:
            return line_->ring(far_side, request.cadence, now);
        case ControlOperation::stop_ring:
            return line_->stop_ring(far_side, now);
        case ControlOperation::seize:
            return line_->seize(far_side, now);
        case ControlOperation::release:
            return line_->release(far_side, now);
        case ControlOperation::flash:
            return line_->flash(far_side, now);
        default:
            return Refusal::bad_argument;  // a code that this version does not know
    }
}

Refusal Wire::end_operation(ChannelEnd& end, const ControlRequest& request) {
    const auto is_gain = [](std::int32_t gain) {
        return gain >= lowest_gain_millibel && gain <= highest_gain_millibel;
    };
    switch (request.operation) {
        case ControlOperation::start_audio:
            end.set_audio(true);
            return Refusal::none;
        case ControlOperation::stop_audio:
            end.set_audio(false);
            return Refusal::none;
        case ControlOperation::set_gain:
            if (!is_gain(request.receive_millibel) || !is_gain(request.transmit_millibel))
                return Refusal::bad_argument;
            end.set_gain(request.receive_millibel / 100.0, request.transmit_millibel / 100.0);
            return Refusal::none;
        case ControlOperation::set_echo_canceller:
            // Taken as on a card; there is nothing to do, because the virtual wire has no echo.
            return request.taps <= most_taps ? Refusal::none : Refusal::bad_argument;
        default:
            return Refusal::bad_argument;
    }
}

void Wire::forward_frame(bool from_far_side, std::span<const std::byte> packet) {
    const auto to = index(!from_far_side);
    if (packet.size() < 2 || packet[0] != std::byte{static_cast<std::uint8_t>(FrameKind::frame)}) return;
    if (cut_ || happens(faults_.d_channel_loss)) return;
    if (happens(faults_.d_channel_corruption)) {
        send_frame(to, FrameKind::aborted, {});
    } else {
        send_frame(to, FrameKind::frame, packet.subspan(1));
    }
}

void Wire::set_faults(const WireFaults& faults, LineTime now) {
    faults_ = faults;
    if (line_) line_->set_battery_off(faults.battery_off, now);
    queue_line_events();
}

void Wire::set_cut(bool cut, LineTime now) {
    if (cut == cut_) return;
    cut_ = cut;
    for (std::size_t side = 0; side < 2; ++side) {
        if (ends_[side])
            ends_[side]->queue_event({cut ? LineEventKind::alarm : LineEventKind::alarm_clear, 0});
        send_frame(side, cut ? FrameKind::alarm : FrameKind::alarm_clear, {});
    }
    if (line_) line_->set_cut(cut, now);
    queue_line_events();
}

void Wire::advance(LineTime now) {
    if (!line_) return;
    line_->advance(now);
    queue_line_events();
}

std::optional<LineTime> Wire::next_deadline() const {
    return line_ ? line_->next_deadline() : std::nullopt;
}

bool Wire::audio() const {
    return (ends_[0] && ends_[0]->audio()) || (ends_[1] && ends_[1]->audio());
}

void Wire::move_blocks() {
    move_block(0, 1);
    move_block(1, 0);
}

void Wire::queue_line_events() {
    if (!line_) return;
    for (const bool far_side : {false, true}) {
        const auto& end = ends_[index(far_side)];
        for (const auto& event : line_->take_events(far_side)) {
            if (end) end->queue_event(event);
        }
    }
}

// An end whose audio is started gets a block in every tick, silence when the other end sends none, as from a
// span.
void Wire::move_block(std::size_t from, std::size_t to) {
    const bool sends = ends_[from] && ends_[from]->audio();
    const bool hears = ends_[to] && ends_[to]->audio();
    Block block;
    if (sends) {
        if (!ends_[from]->take_block(block)) ++counters_[from].write_underruns;
    }
    if (!hears || cut_) return;
    if (sends) {
        dsp::transcode(ends_[from]->law(), ends_[to]->law(), block);
    } else {
        block.fill(dsp::silence(ends_[to]->law()));
    }
    if (!ends_[to]->give_block(block)) ++counters_[to].read_overruns;
}

void Wire::send_frame(std::size_t to, FrameKind kind, std::span<const std::byte> packet) {
    if (!frame_sockets_[to]) return;
    std::vector<std::byte> message{std::byte{static_cast<std::uint8_t>(kind)}};
    message.insert(message.end(), packet.begin(), packet.end());
    if (!send_packet(*frame_sockets_[to], message)) ++counters_[to].read_overruns;
}

bool Wire::happens(double probability) {
    return probability > 0 && std::uniform_real_distribution<double>(0, 1)(chance_) < probability;
}

}  // namespace tipring::hardware::simulator
