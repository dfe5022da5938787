#include "simulator/wire.hpp"

#include <algorithm>
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
    : near_kind_(near_info.kind),
      span_(near_info.span),
      chance_(near_info.number.value),
      noise_{LineNoise(2 * near_info.number.value), LineNoise(2 * near_info.number.value + 1)} {
    if (near_kind_ == ChannelKind::fxs || near_kind_ == ChannelKind::fxo) {
        line_.emplace(near_kind_ == ChannelKind::fxs);
    }
}

bool Wire::in_use(bool far_side) const {
    return ends_[index(far_side)] || frame_sockets_[index(far_side)];
}

void Wire::attach(bool far_side, std::unique_ptr<ChannelEnd> end, LineTime now,
                  std::chrono::milliseconds longest_flash, const PulseTimes& pulses) {
    if (line_) line_->opened(far_side, now, longest_flash, pulses);
    ends_[index(far_side)] = std::move(end);
    queue_line_events();
}

void Wire::attach_frames(bool far_side, std::shared_ptr<const base::Fd> socket) {
    frame_sockets_[index(far_side)] = std::move(socket);
    const bool alarm = cut_ || (!far_side && loop_ != SpanLoop::off);
    if (alarm) send_frame(index(far_side), FrameKind::alarm, {});
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
        case ControlOperation::start_listening:
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
            response.in_use = status.in_use;
            if (status.voltage) response.millivolts = static_cast<std::int32_t>(*status.voltage * 1000);
            if (line_) response.last_break_ms = static_cast<std::uint32_t>(line_->last_break().count());
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
        case ControlOperation::flash: {
            const std::chrono::milliseconds length(request.value);
            if (length < shortest_hook_flash || length > longest_hook_flash) return Refusal::bad_argument;
            return line_->flash(far_side, length, now);
        }
        case ControlOperation::dial_pulse: {
            const auto end = std::find(request.digits.begin(), request.digits.end(), '\0');
            const auto refusal = line_->dial_pulse(far_side, {request.digits.begin(), end}, now);
            // What was written before does not stop the dialling: the driver has taken it already.
            if (refusal == Refusal::none) ends_[index(far_side)]->drop_written();
            return refusal;
        }
        case ControlOperation::set_polarity:
            return line_->set_polarity(far_side, request.value != 0, now);
        case ControlOperation::set_message_lamp:
            return line_->set_message_lamp(far_side, request.value, now);
        default:
            return virtual_operation(far_side, request, now);
    }
}

/// What no real line can do.
Refusal Wire::virtual_operation(bool far_side, const ControlRequest& request, LineTime now) {
    switch (request.operation) {
        case ControlOperation::impair: {
            const auto& levels = request.impairments;
            const auto decibel = [](std::int32_t level) {
                return level == no_level ? std::nullopt : std::optional(level / 100.0);
            };
            return impair({decibel(levels.noise), decibel(levels.hum), levels.hum_hz,
                           levels.attenuation / 100.0, decibel(levels.return_loss)});
        }
        case ControlOperation::set_parallel_phones:
            line_->set_parallel_phones(request.value, now);
            return Refusal::none;
        case ControlOperation::set_battery:
            return line_->set_battery(far_side, request.value != 0, now);
        case ControlOperation::play_hook: {
            if (request.train_count > request.trains.size()) return Refusal::bad_argument;
            using std::chrono::microseconds;
            for (const auto& times : std::span(request.trains).first(request.train_count)) {
                const HookTrain train{microseconds(times.pause_us), microseconds(times.open_us),
                                      microseconds(times.closed_us), times.count};
                const auto refusal = line_->play_hook(far_side, train, now);
                if (refusal != Refusal::none) return refusal;
            }
            return Refusal::none;
        }
        case ControlOperation::ring_when_seized:
            return line_->ring_when_seized(far_side, request.cadence);
        default:
            return Refusal::bad_argument;  // a code that this version does not know
    }
}

Refusal Wire::impair(const LineImpairments& impairments) {
    if (!LineNoise::possible(impairments)) return Refusal::bad_argument;
    faults_.impairments = impairments;
    for (auto& noise : noise_)
        noise.set(impairments);
    return Refusal::none;
}

Refusal Wire::end_operation(ChannelEnd& end, const ControlRequest& request) {
    const auto is_gain = [](std::int32_t gain) {
        return gain >= lowest_gain_millibel && gain <= highest_gain_millibel;
    };
    switch (request.operation) {
        case ControlOperation::start_audio:
            end.set_audio(true);
            return Refusal::none;
        case ControlOperation::start_listening:
            end.set_audio(true, true);
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
            if (request.taps > most_taps) return Refusal::bad_argument;
            end.set_echo_canceller(request.taps > 0);
            return Refusal::none;
        default:
            return Refusal::bad_argument;
    }
}

void Wire::forward_frame(bool from_far_side, std::span<const std::byte> packet) {
    const auto to = index(!from_far_side);
    if (packet.size() < 2 || packet[0] != std::byte{static_cast<std::uint8_t>(FrameKind::frame)}) return;
    if (cut_ || loop_ != SpanLoop::off || happens(faults_.d_channel_loss)) return;
    if (happens(faults_.d_channel_corruption)) {
        send_frame(to, FrameKind::aborted, {});
    } else {
        send_frame(to, FrameKind::frame, packet.subspan(1));
    }
}

void Wire::set_faults(const WireFaults& faults, LineTime now) {
    faults_ = faults;
    impair(faults.impairments);
    if (line_) line_->set_battery_off(faults.battery_off, now);
    queue_line_events();
}

void Wire::set_cut(bool cut, LineTime now) {
    if (cut == cut_) return;
    cut_ = cut;
    for (std::size_t side = 0; side < 2; ++side) {
        if (side == 1 || loop_ == SpanLoop::off) announce(side, cut);
    }
    if (line_) line_->set_cut(cut, now);
    queue_line_events();
}

void Wire::set_loop(SpanLoop loop) {
    const bool before = loop_ != SpanLoop::off, after = loop != SpanLoop::off;
    loop_ = loop;
    if (before != after && !cut_) announce(0, after);
}

void Wire::announce(std::size_t side, bool alarm) {
    if (ends_[side]) ends_[side]->queue_event({alarm ? LineEventKind::alarm : LineEventKind::alarm_clear, 0});
    send_frame(side, alarm ? FrameKind::alarm : FrameKind::alarm_clear, {});
}

/// Whose octets a side hears.
std::size_t Wire::heard_by(std::size_t side) const {
    const bool near_loop = loop_ == SpanLoop::local && side == 0;
    const bool far_loop = (loop_ == SpanLoop::remote || loop_ == SpanLoop::payload) && side == 1;
    return near_loop || far_loop ? side : 1 - side;
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
    return sends(0) || sends(1);
}

bool Wire::sends(std::size_t side) const {
    return ends_[side] && ends_[side]->audio() && !ends_[side]->listening();
}

// An end whose audio is started gets a block in every tick, silence when the other end sends none, as from a
// span.
void Wire::move_blocks() {
    std::array<Block, 2> said;
    for (std::size_t side = 0; side < 2; ++side) {
        if (!ends_[side]) continue;
        said[side].fill(dsp::silence(ends_[side]->law()));
        if (!sends(side)) continue;
        if (!ends_[side]->take_block(said[side])) {
            ++counters_[side].write_underruns;
        } else if (line_ && line_->dialling(side == 1)) {
            line_->stop_dialling();
        }
    }
    deliver(0, said);
    deliver(1, said);
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

void Wire::deliver(std::size_t to, const std::array<Block, 2>& said) {
    const std::size_t from = heard_by(to);
    auto& end = ends_[to];
    // A local loop works without a line.
    if (!end || !end->audio() || (cut_ && from != to) || (end->listening() && !sends(from))) return;
    Block block;
    if (noise_[to].active()) {
        block = impaired(to, said);
    } else if (sends(from)) {
        block = said[from];
        dsp::transcode(ends_[from]->law(), end->law(), block);
    } else {
        block.fill(dsp::silence(end->law()));
    }
    if (!end->give_block(block)) ++counters_[to].read_overruns;
}

Block Wire::impaired(std::size_t to, const std::array<Block, 2>& said) {
    const std::size_t from = heard_by(to);
    LineNoise::Samples heard{}, own{};
    if (ends_[from]) dsp::decode(ends_[from]->law(), said[from], heard);
    if (!ends_[to]->cancels_echo()) dsp::decode(ends_[to]->law(), said[to], own);
    noise_[to].apply(heard, own);
    Block block;
    dsp::encode(ends_[to]->law(), heard, block);
    return block;
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
