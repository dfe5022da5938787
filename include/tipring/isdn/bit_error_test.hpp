// A bit-error test of one B-channel towards a loop: what is asked for, and what came out. BitErrorTest
// (span_care.hpp starts it) holds the channel while it runs. Thread: core.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tipring/base/reactor.hpp"
#include "tipring/isdn/span.hpp"
#include "tipring/media/engine.hpp"

namespace tipring::isdn {

inline constexpr std::chrono::seconds shortest_bit_test{1}, usual_bit_test{10}, longest_bit_test{3600};
/// A test to which nothing comes back is given up then.
inline constexpr std::chrono::seconds bit_test_patience{5};

struct BitErrorRequest {
    unsigned timeslot = 0;  ///< of the B-channel, as Q.931 numbers it
    std::chrono::seconds duration = usual_bit_test;
    dsp::PrbsPattern pattern = dsp::PrbsPattern::bits_2047;
};

struct BitErrorResult {
    dsp::PrbsPattern pattern = dsp::PrbsPattern::bits_2047;
    std::chrono::seconds ran{0};
    media::BitTestReport report;
    unsigned errored_seconds = 0;   ///< with a wrong bit, or without the pattern after it was found
    std::uint64_t blocks_lost = 0;  ///< of 10 ms, by this machine and not by the line
    std::string ended;              ///< why before its time; empty: complete
};

/// Wrong bits of those compared; 0 when none was.
double error_ratio(const media::BitTestReport& report);

/// The bounds are ITU-T G.821's: 10^-6 of a degraded minute, 10^-3 of a severely errored second.
struct BitErrorVerdict {
    std::string_view grade;  ///< "good", "poor", "bad", or "none": nothing was measured
    std::string words;
};
BitErrorVerdict judge_bit_errors(const BitErrorResult& result);

struct BitErrorObserver {
    std::function<void(std::string_view)> progress;
    std::function<void(const BitErrorResult&)> done;  ///< once, unless the test is destroyed before
};

/// Made by std::make_shared alone. Its observer may let go of it at any time, also while it is told something.
class BitErrorTest : public std::enable_shared_from_this<BitErrorTest> {
  public:
    /// The channel is given back when the test is over or destroyed, whichever comes first.
    BitErrorTest(base::Reactor& reactor, media::Engine& engine, std::unique_ptr<BearerHold> hold,
                 const BitErrorRequest& request, BitErrorObserver observer);
    ~BitErrorTest();
    BitErrorTest(const BitErrorTest&) = delete;
    BitErrorTest& operator=(const BitErrorTest&) = delete;

    void end(std::string why);

  private:
    void second();
    void look();
    void tell_progress();

    base::Reactor& reactor_;
    media::Engine& engine_;
    std::unique_ptr<BearerHold> hold_;  ///< null when it is over
    const BitErrorRequest request_;
    BitErrorObserver observer_;
    BitErrorResult result_;
    std::uint64_t lost_before_ = 0;
    base::Timer timer_;
};

}  // namespace tipring::isdn
