// Thread: the test's.
#include "bench.hpp"

#include <sched.h>
#include <sys/mman.h>

#include <cstdlib>
#include <string_view>

#include "tipring/hardware/dahdi.hpp"
#include "tipring/hardware/simulator.hpp"

namespace tipring::test {
namespace {

using base::ChannelNumber;

/// The numbers are those of system.conf.
class RealBench final : public Bench {
  public:
    RealBench() : board_(hardware::open_dahdi_board().value()) {
        // As the media thread runs: other work of the machine makes no gap in the tones. Without the
        // permission it still runs.
        const sched_param priority{.sched_priority = 10};
        ::sched_setscheduler(0, SCHED_FIFO, &priority);
        ::mlockall(MCL_CURRENT | MCL_FUTURE);
    }
    hardware::Board& near() override { return *board_; }
    hardware::Board& far() override { return *board_; }
    bool is_real() const override { return true; }
    ChannelNumber fxs(unsigned wire) const override { return {63 + wire}; }
    ChannelNumber fxo(unsigned wire) const override { return {87 + wire}; }
    ChannelNumber near_bearer(unsigned wire) const override { return {1 + wire}; }
    ChannelNumber far_bearer(unsigned wire) const override { return {32 + wire}; }
    ChannelNumber near_d_channel() const override { return {16}; }
    ChannelNumber far_d_channel() const override { return {47}; }

  private:
    std::unique_ptr<hardware::Board> board_;
};

class VirtualBench final : public Bench {
  public:
    VirtualBench() : board_({.fxs = lines, .e1 = 1}), near_(board_.near()), far_(board_.far()) {}
    hardware::Board& near() override { return *near_; }
    hardware::Board& far() override { return *far_; }
    bool is_real() const override { return false; }
    ChannelNumber fxs(unsigned wire) const override { return {1 + wire}; }
    ChannelNumber fxo(unsigned wire) const override { return {1 + wire}; }
    ChannelNumber near_bearer(unsigned wire) const override { return {lines + 1 + wire}; }
    ChannelNumber far_bearer(unsigned wire) const override { return near_bearer(wire); }
    ChannelNumber near_d_channel() const override { return {lines + 16}; }
    ChannelNumber far_d_channel() const override { return near_d_channel(); }

  private:
    static constexpr unsigned lines = 24;
    hardware::VirtualBoard board_;
    std::unique_ptr<hardware::Board> near_;
    std::unique_ptr<hardware::Board> far_;
};

std::unique_ptr<Bench> make_bench() {
    const char* choice = std::getenv("TIPRING_BENCH");
    if (choice && std::string_view(choice) == "simulator") return std::make_unique<VirtualBench>();
    return std::make_unique<RealBench>();
}

}  // namespace

Bench& bench() {
    static const auto chosen = make_bench();
    return *chosen;
}

}  // namespace tipring::test
