// A D-channel in memory: two ends that pass frames to each other, with faults on request. Single-threaded.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "tipring/base/fd.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::test {

using Frame = std::vector<std::uint8_t>;

/// Shared by both ends, and kept by the test.
struct MemoryWire {
    struct End {
        std::deque<Frame> waiting;
        base::EventFd ready;
        bool alarm = false;
        unsigned alarm_looks = 0;  ///< how often its owner asked
        bool broken = false;
    };
    End ends[2];
    /// Frames are swallowed while false.
    bool connected = true;
    /// May change a frame on its way; `from` is the end that wrote it.
    std::function<void(int from, Frame&)> tamper;

    void inject(int to, Frame frame) {
        ends[to].waiting.push_back(std::move(frame));
        ends[to].ready.notify();
    }
};

class MemoryDChannel final : public hardware::DChannel {
  public:
    MemoryDChannel(std::shared_ptr<MemoryWire> wire, int end) : wire_(std::move(wire)), end_(end) {}

    int descriptor() const noexcept override { return wire_->ends[end_].ready.descriptor(); }
    base::Result<std::size_t> read(std::span<std::uint8_t> frame) override {
        auto& own = wire_->ends[end_];
        if (own.broken) return base::fail("unplugged");
        if (own.waiting.empty()) {
            own.ready.drain();
            return std::size_t{0};
        }
        const Frame next = std::move(own.waiting.front());
        own.waiting.pop_front();
        const std::size_t length = std::min(next.size(), frame.size());
        std::copy_n(next.begin(), length, frame.begin());
        return length;
    }
    base::Result<void> write(std::span<const std::uint8_t> frame) override {
        if (!wire_->connected) return {};
        Frame copy(frame.begin(), frame.end());
        if (wire_->tamper) wire_->tamper(end_, copy);
        wire_->inject(1 - end_, std::move(copy));
        return {};
    }
    bool alarm() const noexcept override {
        ++wire_->ends[end_].alarm_looks;
        return wire_->ends[end_].alarm;
    }
    std::uint64_t errors() const noexcept override { return 0; }

  private:
    std::shared_ptr<MemoryWire> wire_;
    int end_;
};

}  // namespace tipring::test
