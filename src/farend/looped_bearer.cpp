// Thread: far end.
#include "looped_bearer.hpp"

#include <utility>

#include "tipring/base/log.hpp"

namespace tipring::farend {
namespace {

/// As BearerStream's.
constexpr int loop_lead_blocks = 6, most_loop_reads = 64;

}  // namespace

LoopedBearer::LoopedBearer(hardware::Channel& channel) : channel_(channel) {
    if (const auto started = channel_.control->start_clear_channel(); !started) {
        base::log::warning("farend", "channel {}: no loop: {}", channel_.info.number,
                           started.error().message);
        return;
    }
    Block quiet;
    quiet.fill(dsp::silence(channel_.info.law));
    for (int i = 0; i < loop_lead_blocks; ++i)
        channel_.bearer->write(quiet);
}

LoopedBearer::~LoopedBearer() {
    if (const auto stopped = channel_.control->stop_audio(); !stopped)
        base::log::debug("farend", "channel {}: {}", channel_.info.number, stopped.error().message);
}

void LoopedBearer::set_faults(const LoopFaults& faults) {
    faults_ = faults;
    bits_to_error_ = faults.wrong_bit_in;
    if (faults.slip) late_ = !late_;
}

bool LoopedBearer::pump() {
    Block block;
    for (int i = 0; i < most_loop_reads; ++i) {
        const auto read = channel_.bearer->read(block);
        if (read.status == hardware::Bearer::ReadStatus::empty) return true;
        if (read.status == hardware::Bearer::ReadStatus::failed) return false;
        if (read.status != hardware::Bearer::ReadStatus::block) continue;
        delay(block);
        damage(block);
        channel_.bearer->write(block);
    }
    return true;
}

/// One octet twice when it begins, one too few when it ends.
void LoopedBearer::delay(Block& block) {
    const auto last = block.back();
    if (late_) {
        for (auto& octet : block)
            std::swap(octet, held_);
    }
    held_ = last;
}

void LoopedBearer::damage(Block& block) {
    if (faults_.wrong_bit_in == 0) return;
    for (auto& octet : block) {
        for (unsigned bit = 8; bit-- > 0;) {
            if (--bits_to_error_ > 0) continue;
            octet = static_cast<std::uint8_t>(octet ^ 1U << bit);
            bits_to_error_ = faults_.wrong_bit_in;
        }
    }
}

}  // namespace tipring::farend
