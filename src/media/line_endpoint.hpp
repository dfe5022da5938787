// LineEndpoint: a board channel in the engine. The board's clock is the master: each block read yields one
// block written, so the write queue keeps the lead that was written at start. The lead is bounded: when more
// blocks come at once than the lead is long, the queue has run empty meanwhile, and only the newest `lead`
// blocks are written; after a stall of our own that was longer than the lead it is filled up with silence.
// Thread: media, between add and return; statistics are read by the core.
#pragma once

#include <array>

#include "bit_test.hpp"
#include "block_fifo.hpp"
#include "endpoint.hpp"

namespace tipring::media {

class LineEndpoint final : public Endpoint {
  public:
    LineEndpoint(EndpointId id, hardware::Bearer& bearer, const LineOptions& options, unsigned lead_blocks,
                 Notifier& notifier);
    ~LineEndpoint() override { delete bit_test_; }

    hardware::Bearer& bearer() noexcept { return bearer_; }
    bool started() const noexcept { return started_; }
    bool failed() const noexcept { return failed_; }
    /// Blocks arrive: the line clocks its peer. False after 50 ms without one (span alarm), when the tick
    /// takes over.
    bool clocks() const noexcept { return started_ && empty_ticks_ < patience_ticks; }
    void start() noexcept;
    void stop() noexcept;

    /// While stopped: fetches line events; samples are thrown away.
    void collect_events() noexcept;
    void fail() noexcept;

    /// The steps of a tick, in this order.
    void read(bool stalled) noexcept;
    std::size_t blocks() const noexcept { return count_; }
    /// Block `index` of this tick, after the recognisers.
    Block& capture(std::size_t index) noexcept;
    void write() noexcept;

    /// In a conference, before its steps: `clocks` tells whether this line's blocks clock it. Otherwise it
    /// takes what this line says in this tick; `soon` steps are made.
    void join(bool clocks, std::size_t soon) noexcept;
    const Block* say() noexcept override;
    void hear(const Block& block) noexcept override;
    void conference_changed() noexcept override;
    dsp::Law law() const noexcept override { return options_.law; }

    /// The test that was there before goes back to the core.
    void set_bit_test(BitTestBox* test) noexcept;

    LineStats stats() const noexcept;

  private:
    static constexpr std::size_t most_blocks = 8;
    static constexpr unsigned patience_ticks = 5;

    hardware::Bearer& bearer_;
    const LineOptions options_;
    const unsigned lead_blocks_;
    bool started_ = false, failed_ = false;
    bool own_digit_ = false, own_voice_ = false;
    unsigned empty_ticks_ = 0;
    std::array<Block, most_blocks> read_{};
    std::size_t count_ = 0;
    bool more_waits_ = false;  ///< the last read stopped at most_blocks
    bool refill_ = false;      ///< the write queue has surely run empty
    std::size_t write_budget_ = 0;
    BlockFifo heard_;  ///< towards the outside
    BitTestBox* bit_test_ = nullptr;
    BlockFifo said_;  ///< from outside, in a conference that another clock drives

    Counter blocks_read_, blocks_written_, write_overruns_, events_, slips_;

    void peers_changed() noexcept override;
    void report(const hardware::LineEvent& event) noexcept;
    void put(const Octets& octets) noexcept;
    void render(Block& out) noexcept;
    bool take(Block& out) noexcept;
    const Block* take(BlockFifo& fifo) noexcept;
};

}  // namespace tipring::media
