// The gateway's side of a simulated line, driven by hand: seizes, rings, plays tones, collects events.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "patience.hpp"
#include "tipring/dsp/dtmf.hpp"
#include "tipring/dsp/tone_generator.hpp"
#include "tipring/hardware/simulator.hpp"
#include "tipring/hardware/tone_zones.hpp"

namespace tipring::test {

class NearLine {
  public:
    NearLine(hardware::Board& board, unsigned channel) : channel_(open(board, channel)) {
        thread_ = std::thread([this] { run(); });
    }
    ~NearLine() {
        stopping_ = true;
        thread_.join();
    }
    NearLine(const NearLine&) = delete;
    NearLine& operator=(const NearLine&) = delete;

    static hardware::Channel open(hardware::Board& board, unsigned number) {
        auto channel = board.open(base::ChannelNumber{number}, {});
        REQUIRE(channel.has_value());
        return std::move(*channel);
    }

    hardware::LineControl& control() { return *channel_.control; }
    void play(const dsp::ToneSequence& tone) {
        const std::lock_guard lock(mutex_);
        tone_.emplace(tone);
    }
    /// Once, from the next block on.
    void play(const std::vector<std::int16_t>& samples) {
        const std::lock_guard lock(mutex_);
        samples_.assign(samples.begin(), samples.end());
    }
    std::string digits() const {
        const std::lock_guard lock(mutex_);
        return digits_;
    }
    std::vector<hardware::LineEvent> events() const {
        const std::lock_guard lock(mutex_);
        return events_;
    }
    std::string pulse_digits() const {
        std::string digits;
        for (const auto& event : events()) {
            if (event.kind == hardware::LineEventKind::pulse_digit) digits += event.digit;
        }
        return digits;
    }
    std::size_t count(hardware::LineEventKind kind) const {
        const auto all = events();
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [&](const auto& each) { return each.kind == kind; }));
    }
    template <class Condition>
    bool wait(std::chrono::milliseconds limit, Condition condition) {
        std::unique_lock lock(wait_mutex_);
        return changed_.wait_for(lock, limit, condition);
    }
    bool wait_event(hardware::LineEventKind kind, std::size_t wanted = 1) {
        return wait(patience, [&] { return count(kind) >= wanted; });
    }

  private:
    hardware::Channel channel_;
    mutable std::mutex mutex_;
    std::mutex wait_mutex_;
    std::condition_variable changed_;
    std::optional<dsp::ToneGenerator> tone_;
    std::deque<std::int16_t> samples_;
    dsp::DtmfDetector detector_;
    std::string digits_;
    std::vector<hardware::LineEvent> events_;
    int lead_ = 3;  ///< blocks still to be written ahead; the near thread's own
    std::atomic<bool> stopping_ = false;
    std::thread thread_;

    /// Reads all, writes as much; every 5 ms.
    void run() {
        std::array<std::uint8_t, hardware::block_samples> block;
        std::array<std::int16_t, hardware::block_samples> linear;
        while (!stopping_) {
            for (auto read = channel_.bearer->read(block);
                 read.status != hardware::Bearer::ReadStatus::empty &&
                 read.status != hardware::Bearer::ReadStatus::failed;
                 read = channel_.bearer->read(block)) {
                const std::lock_guard lock(mutex_);
                if (read.status == hardware::Bearer::ReadStatus::event) {
                    events_.push_back(read.event);
                    continue;
                }
                dsp::decode(channel_.info.law, block, linear);
                const auto report = detector_.process(linear);
                if (report.changed && report.digit != 0) digits_ += report.digit;
                linear.fill(0);
                const bool sounds = !samples_.empty();
                for (auto& sample : linear) {
                    if (samples_.empty()) break;
                    sample = samples_.front();
                    samples_.pop_front();
                }
                if (!sounds && tone_) tone_->produce(linear);
                dsp::encode(channel_.info.law, linear, block);
                channel_.bearer->write(block);
                // A lead, so that a late turn of this thread is no gap in the tone.
                block.fill(dsp::silence(channel_.info.law));
                for (; lead_ > 0; --lead_)
                    channel_.bearer->write(block);
            }
            changed_.notify_all();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
};

}  // namespace tipring::test
