// Thread: core.
#include "tipring/isdn/line_health.hpp"

#include <algorithm>

namespace tipring::isdn {
namespace {

using hardware::SpanAlarm;

constexpr std::array<std::string_view, health_counts> count_names{
    "bipolar_violations", "crc_errors",      "e_bits", "frame_errors", "slips",
    "d_channel_errors",   "d_channel_losses"};

/// 30 % of the 1000 CRC-4 blocks of an E1's second; 320 of a T1's 333 CRC-6 blocks (ANSI T1.231).
constexpr std::uint64_t severe_crc_e1 = 300, severe_crc_t1 = 320;
/// An error ratio of 10^-3 of 2.048 and 1.544 Mbit/s.
constexpr std::uint64_t severe_violations_e1 = 2048, severe_violations_t1 = 1544;
/// Behind a counter that stood in the last quarter of its range and now stands in the first: it has wrapped.
constexpr std::uint32_t wrap_from = 3U << 30, wrap_to = 1U << 30;

/// A driver that was loaded again counts from zero.
std::uint64_t difference(std::uint32_t before, std::uint32_t now) {
    if (now >= before) return now - before;
    if (before >= wrap_from && now < wrap_to) return std::uint64_t{now} + (std::uint64_t{1} << 32) - before;
    return now;
}

std::int64_t quarter_of(HealthInterval::Time time) {
    return std::chrono::floor<std::chrono::minutes>(time.time_since_epoch()) / LineHealth::quarter;
}

}  // namespace

std::string_view name(HealthCount count) {
    return count_names.at(static_cast<std::size_t>(count));
}

bool HealthInterval::clean() const {
    const auto nothing = [](auto value) { return value == 0; };
    return errored == 0 && unavailable == 0 && unread == 0 && std::ranges::all_of(counts, nothing) &&
           std::ranges::all_of(alarm_seconds, nothing);
}

void HealthInterval::add(const HealthInterval& other) {
    seconds += other.seconds;
    unread += other.unread;
    errored += other.errored;
    severely_errored += other.severely_errored;
    unavailable += other.unavailable;
    for (std::size_t i = 0; i < alarm_seconds.size(); ++i)
        alarm_seconds[i] += other.alarm_seconds[i];
    for (std::size_t i = 0; i < counts.size(); ++i) {
        counts[i] += other.counts[i];
        counted[i] = counted[i] || other.counted[i];
    }
}

void LineHealth::second(HealthInterval::Time now, const std::optional<HealthSample>& sample) {
    open_quarter(now);
    auto& interval = current_.interval;
    if (!sample) {
        ++interval.unread;
        alarms_ = {};
        return;
    }
    ++interval.seconds;
    alarms_ = sample->alarms;
    for (const auto alarm : counted_alarms) {
        if (alarms_.has(alarm)) ++interval.alarm_seconds[static_cast<std::size_t>(alarm)];
    }
    const auto more = differences(*sample);
    for (std::size_t i = 0; i < more.size(); ++i) {
        interval.counts[i] += more[i];
        totals_[i] += more[i];
        interval.counted[i] = interval.counted[i] || sample->counts[i].has_value();
    }
    judge_availability(judge(*sample, more));
}

void LineHealth::open_quarter(HealthInterval::Time now) {
    const auto number = quarter_of(now);
    const bool a_little_back = number == current_.number - 1;
    if (begun_ && (number == current_.number || a_little_back)) return;
    if (begun_) {
        history_.push_back(current_);
        if (history_.size() > quarters_a_day) history_.pop_front();
    }
    begun_ = true;
    current_ = {};
    current_.number = number;
    current_.interval.begins = HealthInterval::Time(number * quarter);
}

LineHealth::Counts LineHealth::differences(const HealthSample& sample) {
    Counts more{};
    for (std::size_t i = 0; i < more.size(); ++i) {
        const auto& now = sample.counts[i];
        if (now && last_[i]) more[i] = difference(*last_[i], *now);
        if (now) last_[i] = now;
    }
    return more;
}

LineHealth::Judged LineHealth::judge(const HealthSample& sample, const Counts& more) const {
    const auto of = [&more](HealthCount which) { return more[static_cast<std::size_t>(which)]; };
    const auto has = [&sample](SpanAlarm alarm) { return sample.alarms.has(alarm); };
    const bool defect =
        has(SpanAlarm::los) || has(SpanAlarm::lfa) || has(SpanAlarm::red) || has(SpanAlarm::ais);
    Judged second;
    second.quarter = current_.number;
    second.severe =
        defect || of(HealthCount::crc_errors) >= (t1_ ? severe_crc_t1 : severe_crc_e1) ||
        of(HealthCount::bipolar_violations) >= (t1_ ? severe_violations_t1 : severe_violations_e1);
    // E-bits are the far end's errors, and what the D-channel loses is no error of the line.
    second.errored = second.severe || of(HealthCount::crc_errors) > 0 ||
                     of(HealthCount::bipolar_violations) > 0 || of(HealthCount::frame_errors) > 0 ||
                     of(HealthCount::slips) > 0;
    return second;
}

/// A second is booked at once as the present state has it, and booked over when the state turns.
void LineHealth::judge_availability(const Judged& second) {
    book(second, unavailable_, 1);
    if (second.severe == unavailable_) {
        waiting_.clear();
        return;
    }
    waiting_.push_back(second);
    if (waiting_.size() < turning_seconds) return;
    for (const auto& waited : waiting_) {
        book(waited, unavailable_, -1);
        book(waited, !unavailable_, 1);
    }
    waiting_.clear();
    unavailable_ = !unavailable_;
}

void LineHealth::book(const Judged& second, bool as_unavailable, int sign) {
    auto* interval = interval_of(second.quarter);
    if (interval == nullptr) return;
    const auto change = [sign](unsigned& value) { value = sign > 0 ? value + 1 : value - 1; };
    if (as_unavailable) {
        change(interval->unavailable);
        return;
    }
    if (second.errored) change(interval->errored);
    if (second.severe) change(interval->severely_errored);
}

HealthInterval* LineHealth::interval_of(std::int64_t number) {
    if (number == current_.number) return &current_.interval;
    // It waits for ten seconds at most, so it is the newest one.
    if (!history_.empty() && history_.back().number == number) return &history_.back().interval;
    return nullptr;
}

std::vector<HealthInterval> LineHealth::history() const {
    std::vector<HealthInterval> intervals;
    for (auto past = history_.rbegin(); past != history_.rend(); ++past)
        intervals.push_back(past->interval);
    return intervals;
}

HealthInterval LineHealth::day() const {
    HealthInterval sum = current_.interval;
    if (!history_.empty()) sum.begins = history_.front().interval.begins;
    for (const auto& past : history_)
        sum.add(past.interval);
    return sum;
}

}  // namespace tipring::isdn
