// ImpairedDChannel: a D-channel whose frames get lost, come twice or come damaged on the way, both ways. It stands in
// front of the far end's real one. Private to farend. Thread: far end; impair() and counts() any.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <vector>

#include "tipring/farend/far_end.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::farend {

class ImpairedDChannel final : public hardware::DChannel {
  public:
    explicit ImpairedDChannel(std::unique_ptr<hardware::DChannel> line) : line_(std::move(line)) {}

    int descriptor() const noexcept override { return line_->descriptor(); }
    /// Reads on past a frame that is lost: 0 means that none waits.
    base::Result<std::size_t> read(std::span<std::uint8_t> frame) override;
    base::Result<void> write(std::span<const std::uint8_t> frame) override;
    bool alarm() const noexcept override { return line_->alarm(); }
    std::uint64_t errors() const noexcept override { return line_->errors(); }

    void impair(const FrameFaults& faults);
    FrameFaults::Counts counts() const;

  private:
    using Frame = std::vector<std::uint8_t>;
    /// How often the frame arrives, which may be changed meanwhile.
    unsigned arrivals(Frame& frame);
    bool happens(double probability);

    std::unique_ptr<hardware::DChannel> line_;
    std::deque<Frame> again_;   ///< far-end thread only: read, and to be read once more
    mutable std::mutex mutex_;  ///< guards the next three
    FrameFaults faults_;
    FrameFaults::Counts counts_;
    std::mt19937 random_;
};

}  // namespace tipring::farend
