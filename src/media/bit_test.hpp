// BitTestBox: a bit-error test of one line: sends a pseudo-random pattern and counts the wrong bits of what comes
// back. Built and freed by the core; send() and receive() belong to the media thread until the box is returned;
// report() is for the core at any time.
#pragma once

#include "block.hpp"
#include "messages.hpp"
#include "tipring/dsp/prbs.hpp"

namespace tipring::media {

class BitTestBox final : public Returnable {
  public:
    BitTestBox(EndpointId of, dsp::PrbsPattern pattern)
        : endpoint(of), generator_(pattern), checker_(pattern) {}

    void send(Octets& octets) noexcept { generator_.produce(octets); }
    void receive(const Octets& octets) noexcept {
        if (settling_ > 0) {
            --settling_;
            return;
        }
        checker_.check(octets);
        const auto& counts = checker_.counts();
        bits_.set(counts.bits);
        errors_.set(counts.errors);
        losses_.set(counts.losses);
        in_sync_.set(counts.in_sync);
        found_.set(counts.found);
    }

    BitTestReport report() const noexcept {
        BitTestReport report;
        report.bits = bits_.get();
        report.errors = errors_.get();
        report.losses = losses_.get();
        report.in_sync = in_sync_.get();
        report.found = found_.get();
        return report;
    }

    const EndpointId endpoint;

    /// What is still on its way through the loop, the end of an earlier pattern perhaps, is not looked at: 200 ms.
    static constexpr unsigned settling_blocks = 20;

  private:
    dsp::PrbsGenerator generator_;
    dsp::PrbsChecker checker_;
    Counter bits_, errors_, losses_;
    Gauge<bool> in_sync_, found_;
    unsigned settling_ = settling_blocks;
};

}  // namespace tipring::media
