// BearerStream: samples and line events of one channel. Thread: far end.
#include "bearer_stream.hpp"

#include "tipring/base/log.hpp"
#include "tipring/hardware/simulator.hpp"

namespace tipring::farend {
namespace {

/// Of the eight blocks that a channel buffers: a model must not tear its digits when the machine is late.
constexpr int lead_blocks = 6;
/// Per call, so that a channel that never runs dry cannot hold up the others.
constexpr int most_reads = 64;

}  // namespace

void BearerStream::start() {
    if (running()) return;
    if (const auto started = channel_->control->start_audio(); !started) {
        base::log::warning("farend", "channel {}: no audio: {}", channel_->info.number,
                           started.error().message);
        return;
    }
    mode_ = Mode::running;
    audio_->connected();
    PortAudio::Block quiet;
    quiet.fill(dsp::silence(channel_->info.law));
    for (int i = 0; i < lead_blocks; ++i)
        channel_->bearer->write(quiet);
}

void BearerStream::listen() {
    if (mode_ == Mode::listening) return;
    stop();
    auto* line = dynamic_cast<hardware::VirtualLineControl*>(channel_->control.get());
    const auto started = line != nullptr ? line->start_listening() : channel_->control->start_audio();
    if (!started) {
        base::log::warning("farend", "channel {}: cannot listen: {}", channel_->info.number,
                           started.error().message);
        return;
    }
    announced_ = line != nullptr;
    mode_ = Mode::listening;
}

void BearerStream::stop() {
    if (mode_ == Mode::stopped) return;
    const bool was_running = running();
    mode_ = Mode::stopped;
    if (const auto stopped = channel_->control->stop_audio(); !stopped) {
        base::log::debug("farend", "channel {}: {}", channel_->info.number, stopped.error().message);
    }
    if (was_running) audio_->disconnected();
}

bool BearerStream::pump(const std::function<void(const hardware::LineEvent&)>& on_event) {
    PortAudio::Block heard;
    PortAudio::Block said;
    for (int i = 0; i < most_reads; ++i) {
        const auto read = channel_->bearer->read(heard);
        switch (read.status) {
            case hardware::Bearer::ReadStatus::block:
                if (mode_ == Mode::listening) audio_->overhear(heard);
                if (!running()) break;
                audio_->exchange(heard, said);
                channel_->bearer->write(said);
                break;
            case hardware::Bearer::ReadStatus::event:
                on_event(read.event);
                break;
            case hardware::Bearer::ReadStatus::empty:
                return true;
            case hardware::Bearer::ReadStatus::failed:
                return false;
        }
    }
    return true;
}

}  // namespace tipring::farend
