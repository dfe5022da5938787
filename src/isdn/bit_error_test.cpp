// Thread: core.
#include "tipring/isdn/bit_error_test.hpp"

#include <algorithm>
#include <cstdio>

#include "tipring/base/text.hpp"

namespace tipring::isdn {
namespace {

constexpr double degraded_ratio = 1e-6, severe_ratio = 1e-3;
/// Progress is told each second at first, then more seldom.
constexpr std::chrono::seconds often_until{10};
constexpr std::string_view nothing_came_back = "nothing came back";

std::string ratio_text(double ratio) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.1e", ratio);
    return buffer;
}

std::uint64_t lost_blocks(const media::LineStats& stats) {
    return stats.slips + stats.write_overruns;
}

}  // namespace

double error_ratio(const media::BitTestReport& report) {
    return report.bits == 0 ? 0 : static_cast<double>(report.errors) / static_cast<double>(report.bits);
}

BitErrorVerdict judge_bit_errors(const BitErrorResult& result) {
    const auto& report = result.report;
    if (!report.found) {
        const bool had_its_time = result.ended.empty() || result.ended == nothing_came_back;
        return {"none", had_its_time
                            ? "the pattern did not come back: is the channel looped at the other end?"
                            : base::format("{} before the pattern was found", result.ended)};
    }
    if (result.blocks_lost > 0) {
        return {"none",
                base::format(
                    "this machine lost {} blocks of 10 ms, so the line was not judged: do it again when it "
                    "has less to do",
                    result.blocks_lost)};
    }
    const double ratio = error_ratio(report);
    if (report.losses > 0 || !report.in_sync) {
        return {"bad",
                base::format(
                    "the pattern was lost {} times: slips (check the clock source), an interrupted line, or "
                    "more than a fifth of the bits wrong",
                    std::max<std::uint64_t>(report.losses, 1))};
    }
    if (report.errors == 0) return {"good", base::format("no wrong bit in {}", report.bits)};
    const auto words = base::format("{} wrong bits in {}, an error ratio of {}", report.errors, report.bits,
                                    ratio_text(ratio));
    if (ratio < degraded_ratio) return {"good", words};
    return {ratio < severe_ratio ? "poor" : "bad", words};
}

BitErrorTest::BitErrorTest(base::Reactor& reactor, media::Engine& engine, std::unique_ptr<BearerHold> hold,
                           const BitErrorRequest& request, BitErrorObserver observer)
    : reactor_(reactor),
      engine_(engine),
      hold_(std::move(hold)),
      request_(request),
      observer_(std::move(observer)),
      timer_(reactor_) {
    result_.pattern = request_.pattern;
    lost_before_ = lost_blocks(engine_.line_stats(hold_->endpoint()));
    engine_.start_bit_test(hold_->endpoint(), request_.pattern);
    timer_.start(std::chrono::seconds(1), [this] { second(); });
}

BitErrorTest::~BitErrorTest() {
    if (hold_) engine_.stop_bit_test(hold_->endpoint());
}

void BitErrorTest::second() {
    // Whoever hears of the progress may end this test, or let go of it: a client's connection closes.
    const auto self = shared_from_this();
    if (!hold_->alive()) return end("the span has gone");
    const auto before = result_.report;
    look();
    ++result_.ran;
    const auto& now = result_.report;
    const bool wrong = now.errors > before.errors || now.losses > before.losses || !now.in_sync;
    if (before.found && wrong) ++result_.errored_seconds;
    if (!now.found && result_.ran >= bit_test_patience) return end(std::string(nothing_came_back));
    if (result_.ran >= request_.duration) return end({});
    timer_.start(std::chrono::seconds(1), [this] { second(); });
    tell_progress();
}

/// Only while the channel is held: one that has gone counts from nothing again.
void BitErrorTest::look() {
    const auto endpoint = hold_->endpoint();
    result_.report = engine_.bit_test(endpoint);
    result_.blocks_lost = lost_blocks(engine_.line_stats(endpoint)) - lost_before_;
}

void BitErrorTest::tell_progress() {
    if (!observer_.progress ||
        (result_.ran > often_until && result_.ran % often_until != std::chrono::seconds(0)))
        return;
    const auto& report = result_.report;
    const auto* state = report.in_sync ? "in sync"
                        : report.found ? "the pattern is LOST"
                                       : "waiting for the pattern";
    observer_.progress(base::format("{} of {}: {}, {} bits, {} wrong", result_.ran, request_.duration, state,
                                    report.bits, report.errors));
}

void BitErrorTest::end(std::string why) {
    if (!hold_) return;
    timer_.stop();
    result_.ended = std::move(why);
    if (hold_->alive()) look();
    engine_.stop_bit_test(hold_->endpoint());
    hold_.reset();
    // The observer may destroy this test.
    const auto done = std::move(observer_.done);
    const auto result = result_;
    if (done) done(result);
}

}  // namespace tipring::isdn
