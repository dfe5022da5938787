// LineTelephone: hook, ringer, pulse dial and flash of a telephone. Threads: see the header.
#include "telephone.hpp"

#include <algorithm>

#include "tipring/base/log.hpp"

namespace tipring::farend {
namespace {

using hardware::LineEventKind;
using std::chrono::milliseconds;

/// A shorter burst does not move the clapper.
constexpr milliseconds shortest_burst{100};
constexpr milliseconds default_pause{6000};
// A rotary dial: 10 pulses a second, 60 % break.
constexpr milliseconds pulse_break{60};
constexpr milliseconds pulse_make{40};
/// Turning the dial, before each digit. The driver does not see the hook for 600 ms after the phone was lifted.
constexpr milliseconds winding{700};

/// One and a half of the longest silence between two bursts.
milliseconds longest_pause(const hardware::RingCadence& cadence) {
    std::uint16_t longest = 0;
    for (std::size_t i = 1; i < cadence.size(); i += 2) {
        if (cadence[i - 1] == 0) break;
        longest = std::max(longest, cadence[i]);
    }
    return longest == 0 ? default_pause : milliseconds(longest) * 3 / 2;
}

milliseconds rounded(base::SteadyClock::duration duration) {
    return std::chrono::round<milliseconds>(duration);
}

}  // namespace

LineTelephone::LineTelephone(FarEndThread& thread, hardware::Channel channel,
                             const hardware::CountryTones& country)
    : AudioPortOf(channel.info.law, country.tones),
      thread_(thread.impl()),
      channel_(std::move(channel)),
      stream_(channel_, audio_),
      longest_pause_(longest_pause(country.ring)) {
    thread_.add(*this);
}

LineTelephone::~LineTelephone() {
    thread_.remove(*this);
    hang_up_now();
}

template <class Change>
void LineTelephone::change(Change&& make) {
    {
        const std::lock_guard lock(mutex_);
        make(seen_);
    }
    changed_.notify_all();
}

void LineTelephone::lift() {
    // Seen at once by whoever asks, though the loop closes a moment later.
    change([](Seen& seen) { seen.off_hook = true; });
    thread_.post(*this, [this] { lift_now(); });
}

void LineTelephone::hang_up() {
    change([](Seen& seen) { seen.off_hook = false; });
    thread_.post(*this, [this] { hang_up_now(); });
}

void LineTelephone::flash(Milliseconds duration) {
    thread_.post(*this, [this, duration] {
        if (!loop_closed_) return;
        steps_.push_back({false, std::max(duration, Milliseconds(0))});
        steps_.push_back({true, Milliseconds(0)});
    });
}

void LineTelephone::dial_dtmf(std::string_view digits) {
    send_dtmf(digits, Milliseconds(80), Milliseconds(80));
}

void LineTelephone::dial_pulse(std::string_view digits) {
    thread_.post(*this, [this, digits = std::string(digits)] {
        if (!loop_closed_ && steps_.empty()) return;
        for (const char digit : digits) {
            if (digit < '0' || digit > '9') continue;
            const int pulses = digit == '0' ? 10 : digit - '0';
            steps_.push_back({true, winding});
            for (int i = 0; i < pulses; ++i) {
                steps_.push_back({false, pulse_break});
                steps_.push_back({true, pulse_make});
            }
        }
    });
}

bool LineTelephone::off_hook() const {
    const std::lock_guard lock(mutex_);
    return seen_.off_hook;
}

bool LineTelephone::ringing() const {
    const std::lock_guard lock(mutex_);
    return seen_.ringing;
}

std::vector<LineTelephone::Milliseconds> LineTelephone::ring_bursts() const {
    const std::lock_guard lock(mutex_);
    return seen_.bursts;
}

bool LineTelephone::wait_ringing(Milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return seen_.ringing; });
}

bool LineTelephone::wait_ring_stopped(Milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return !seen_.ringing; });
}

unsigned LineTelephone::battery_drops() const {
    const std::lock_guard lock(mutex_);
    return seen_.battery_drops;
}

bool LineTelephone::wait_battery_drops(unsigned count, Milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return seen_.battery_drops >= count; });
}

void LineTelephone::tick(base::TimePoint now) {
    if (gone_) return;
    if (!stream_.pump([&](const hardware::LineEvent& event) { handle_now(event, now); })) {
        base::log::warning("farend", "channel {} is gone", channel_.info.number);
        gone_ = true;
        stream_.stop();
        stop_ringing_now();
        return;
    }
    run_steps_now(now);
    watch_ringing_now(now);
}

bool LineTelephone::wants_ticks() const {
    return !gone_ && (stream_.running() || !steps_.empty() || step_running_ || burst_began_);
}

void LineTelephone::add_wakeups(std::vector<pollfd>& wakeups) const {
    if (gone_) return;
    wakeups.push_back(
        {channel_.bearer->descriptor(), static_cast<short>(channel_.bearer->event_poll_mask()), 0});
}

void LineTelephone::lift_now() {
    if (gone_) return;
    steps_.clear();
    step_running_ = false;
    stop_ringing_now();
    set_loop_now(true);
    stream_.start();
}

void LineTelephone::hang_up_now() {
    steps_.clear();
    step_running_ = false;
    if (gone_) return;
    stream_.stop();
    set_loop_now(false);
}

void LineTelephone::set_loop_now(bool closed) {
    if (closed == loop_closed_) return;
    loop_closed_ = closed;
    const auto done = closed ? channel_.control->seize() : channel_.control->release();
    if (!done) base::log::warning("farend", "channel {}: {}", channel_.info.number, done.error().message);
}

/// Each step counts from the planned end of the one before, so that late ticks do not add up.
void LineTelephone::run_steps_now(base::TimePoint now) {
    if (step_running_ && now < step_ends_) return;
    if (steps_.empty()) {
        step_running_ = false;
        return;
    }
    const HookStep step = steps_.front();
    steps_.pop_front();
    const bool late = now - step_ends_ > milliseconds(10);
    step_ends_ = (step_running_ && !late ? step_ends_ : now) + step.duration;
    step_running_ = true;
    set_loop_now(step.closed);
}

void LineTelephone::handle_now(const hardware::LineEvent& event, base::TimePoint now) {
    switch (event.kind) {
        case LineEventKind::ring_begin:
            if (loop_closed_ || burst_on_) return;
            if (!burst_began_) {
                change([](Seen& seen) { seen.bursts.clear(); });
            } else if (burst_ended_) {
                change([&](Seen& seen) { seen.bursts.push_back(rounded(now - *burst_ended_)); });
            }
            burst_on_ = true;
            burst_began_ = now;
            burst_ended_.reset();
            return;
        case LineEventKind::ring_end:
            if (!burst_on_) return;
            burst_on_ = false;
            burst_ended_ = now;
            change([&](Seen& seen) {
                seen.ringing |= now - *burst_began_ >= shortest_burst;
                seen.bursts.push_back(rounded(now - *burst_began_));
            });
            return;
        case LineEventKind::battery_lost:
            change([](Seen& seen) { ++seen.battery_drops; });
            return;
        case LineEventKind::removed:
            gone_ = true;
            return;
        default:
            return;
    }
}

void LineTelephone::watch_ringing_now(base::TimePoint now) {
    if (burst_on_ && now - *burst_began_ >= shortest_burst && !ringing()) {
        change([](Seen& seen) { seen.ringing = true; });
    }
    if (!burst_on_ && burst_ended_ && now - *burst_ended_ >= longest_pause_) stop_ringing_now();
}

void LineTelephone::stop_ringing_now() {
    burst_on_ = false;
    burst_began_.reset();
    burst_ended_.reset();
    change([](Seen& seen) { seen.ringing = false; });
}

std::unique_ptr<Telephone> make_telephone(FarEndThread& thread, hardware::Channel channel,
                                          const hardware::CountryTones& country) {
    return std::make_unique<LineTelephone>(thread, std::move(channel), country);
}

}  // namespace tipring::farend
