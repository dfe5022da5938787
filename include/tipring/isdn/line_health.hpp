// LineHealth: what the line of a span has been like, in quarters of an hour over a day, from one look at its
// counters and alarms each second. Pure: no clock, no I/O. Thread: core.
//
// Seconds are judged as ITU-T G.826 and G.821 do: an errored second has at least one error or a defect (LOS, LFA,
// AIS); a severely errored one has a defect, or at least 30 % of its CRC blocks damaged, or, by code violations, an
// error ratio of 10^-3. Ten severely errored seconds in a row, and all after them until ten in a row are not, are
// unavailable time and count as nothing else:
//
//   state        second                 becomes
//   available    not severely errored   clean, or errored; a waiting run of severely errored ones counts as such
//   available    severely errored       waits; the tenth turns all ten into unavailable time -> unavailable
//   unavailable  severely errored       unavailable, with those that wait
//   unavailable  not severely errored   waits; the tenth turns all ten into available time -> available
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/hardware/span_line.hpp"

namespace tipring::isdn {

/// The framer's counters, and those of the D-channel.
enum class HealthCount : std::uint8_t {
    bipolar_violations,
    crc_errors,
    e_bits,
    frame_errors,
    slips,
    d_channel_errors,  ///< frames aborted, overrun or with a wrong FCS
    d_channel_losses,  ///< how often Q.921 multiframe operation was lost
};
inline constexpr std::size_t health_counts = hardware::line_counters + 2;
std::string_view name(HealthCount count);

/// Alarms whose seconds are counted.
inline constexpr std::array counted_alarms{hardware::SpanAlarm::los, hardware::SpanAlarm::lfa,
                                           hardware::SpanAlarm::red, hardware::SpanAlarm::ais,
                                           hardware::SpanAlarm::rai, hardware::SpanAlarm::loopback};

/// One look at a span. The counts stand since some beginning that nobody knows: they may wrap at 2^32, or begin
/// anew when the driver is loaded again.
struct HealthSample {
    hardware::AlarmSet alarms;
    std::array<std::optional<std::uint32_t>, health_counts> counts{};
};

/// A quarter of an hour, or the sum of several.
struct HealthInterval {
    using Time = std::chrono::system_clock::time_point;

    Time begins{};         ///< on the quarter
    unsigned seconds = 0;  ///< looked at
    unsigned unread = 0;   ///< more of them, in which the driver did not answer
    unsigned errored = 0;  ///< ES, the severely errored ones among them
    unsigned severely_errored = 0;
    unsigned unavailable = 0;
    std::array<unsigned, hardware::span_alarms> alarm_seconds{};
    std::array<std::uint64_t, health_counts> counts{};
    std::array<bool, health_counts> counted{};  ///< the driver counts it

    std::uint64_t count(HealthCount which) const { return counts[static_cast<std::size_t>(which)]; }
    bool counts_it(HealthCount which) const { return counted[static_cast<std::size_t>(which)]; }
    unsigned alarm(hardware::SpanAlarm which) const { return alarm_seconds[static_cast<std::size_t>(which)]; }
    /// Neither an error nor an alarm nor a lost D-channel.
    bool clean() const;
    void add(const HealthInterval& other);
};

class LineHealth {
  public:
    static constexpr std::chrono::minutes quarter{15};
    static constexpr std::size_t quarters_a_day = 96;
    static constexpr unsigned turning_seconds = 10;

    explicit LineHealth(bool t1) : t1_(t1) {}

    /// Once a second. `sample` none: the driver did not answer. Time that goes back a little (the clock was set)
    /// stays in the quarter that is open.
    void second(HealthInterval::Time now, const std::optional<HealthSample>& sample);

    /// Seconds that wait for judgement count as what they will be if nothing changes.
    HealthInterval current() const { return current_.interval; }
    /// Complete ones, newest first; 96 at most.
    std::vector<HealthInterval> history() const;
    /// All 96 and the current one.
    HealthInterval day() const;
    /// In unavailable time.
    bool unavailable() const { return unavailable_; }
    /// As of the last second.
    hardware::AlarmSet alarms() const { return alarms_; }
    bool t1() const { return t1_; }
    /// Since the first look; they only grow. Whether the driver counts a thing: day().counts_it().
    const std::array<std::uint64_t, health_counts>& totals() const { return totals_; }

  private:
    struct Quarter {
        std::int64_t number = 0;  ///< quarters since the epoch
        HealthInterval interval;
    };
    struct Judged {
        bool errored = false, severe = false;
        std::int64_t quarter = 0;
    };
    using Counts = std::array<std::uint64_t, health_counts>;

    bool t1_;
    Quarter current_;
    bool begun_ = false;
    std::deque<Quarter> history_;  ///< oldest first
    std::array<std::optional<std::uint32_t>, health_counts> last_{};
    Counts totals_{};
    std::deque<Judged> waiting_;  ///< already booked, as the present state has it
    bool unavailable_ = false;
    hardware::AlarmSet alarms_;

    void open_quarter(HealthInterval::Time now);
    Counts differences(const HealthSample& sample);
    Judged judge(const HealthSample& sample, const Counts& more) const;
    void judge_availability(const Judged& second);
    void book(const Judged& second, bool as_unavailable, int sign);
    HealthInterval* interval_of(std::int64_t number);
};

/// What an operator should do about it: sentences, the most urgent first; never empty. `now` is in force at this
/// moment, `day` what is judged.
struct HealthState {
    hardware::AlarmSet alarms;
    bool d_channel_up = true;
    bool card_runs_free = false;  ///< no span clocks the card
};
std::vector<std::string> health_verdict(unsigned span, const HealthInterval& day, const HealthState& now);

}  // namespace tipring::isdn
