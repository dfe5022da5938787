// LineTelephone: hook, ringer, pulse dial and flash of a telephone. Threads: see the header.
#include "telephone.hpp"

#include <algorithm>

#include "tipring/base/log.hpp"
#include "virtual_line.hpp"

namespace tipring::farend {
namespace {

using hardware::LineEventKind;
using std::chrono::milliseconds;

/// A shorter burst does not move the clapper.
constexpr milliseconds shortest_burst{100};
constexpr milliseconds default_pause{6000};

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
    audio_.on_samples([this](std::span<const std::int16_t> samples) { hear_now(samples); });
    thread_.add(*this);
    thread_.post(*this, [this] { listen_now(); });
}

LineTelephone::~LineTelephone() {
    thread_.remove(*this);
    parallel_off_hook_ = 0;
    hang_up_now();
    if (!gone_) stream_.stop();
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
        if (!hook_closed_) return;
        play_hook_now({{.open = std::max(duration, Milliseconds(0))}});
    });
}

void LineTelephone::dial_dtmf(std::string_view digits) {
    send_dtmf(digits, Milliseconds(80), Milliseconds(80));
}

void LineTelephone::dial_pulse(std::string_view digits, const PulseDial& dial) {
    if (!(dial.pulses_per_second >= 1 && dial.pulses_per_second <= 30 && dial.break_ratio >= 0.05 &&
          dial.break_ratio <= 0.95)) {
        base::log::warning("farend", "channel {}: no dial turns like this", channel_.info.number);
        return;
    }
    const std::chrono::duration<double> period(1 / dial.pulses_per_second);
    const auto pulse_break = std::chrono::round<std::chrono::microseconds>(period * dial.break_ratio);
    const auto pulse_make = std::chrono::round<std::chrono::microseconds>(period) - pulse_break;
    thread_.post(*this, [this, digits = std::string(digits), winding = dial.pause, pulse_break, pulse_make] {
        if (!hook_closed_ && steps_.empty()) return;
        std::vector<hardware::HookTrain> trains;
        for (const char digit : digits) {
            if (digit < '0' || digit > '9') continue;
            const unsigned pulses = digit == '0' ? 10 : static_cast<unsigned>(digit - '0');
            trains.push_back({winding, pulse_break, pulse_make, pulses});
        }
        play_hook_now(trains);
    });
}

void LineTelephone::lift_parallel() {
    thread_.post(*this, [this] { add_parallel_now(true); });
}

void LineTelephone::hang_up_parallel() {
    thread_.post(*this, [this] { add_parallel_now(false); });
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

void LineTelephone::impair(const hardware::LineImpairments& impairments) {
    thread_.post(*this, [this, impairments] { impair_line(channel_, impairments); });
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
    return !gone_ && (stream_.wants_ticks() || !steps_.empty() || step_running_ || burst_began_);
}

std::optional<base::TimePoint> LineTelephone::next_deadline() const {
    return !gone_ && step_running_ ? std::optional(step_ends_) : std::nullopt;
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
    stop_trains_now();
    set_hook_now(true);
}

void LineTelephone::hang_up_now() {
    steps_.clear();
    step_running_ = false;
    if (gone_) return;
    hook_closed_ = false;
    trains_end_ = {};
    if (parallel_off_hook_ == 0) stream_.stop();
    apply_hooks_now();
    if (parallel_off_hook_ == 0) listen_now();
}

/// A virtual line does it by its own clock; on a real one the steps are ours.
void LineTelephone::play_hook_now(const std::vector<hardware::HookTrain>& trains) {
    if (parallel_off_hook_ > 0) return;  // the loop stays closed whatever this telephone does
    auto* line = dynamic_cast<hardware::VirtualLineControl*>(channel_.control.get());
    if (line != nullptr) {
        if (const auto done = line->play_hook(trains); !done)
            base::log::warning("farend", "channel {}: {}", channel_.info.number, done.error().message);
        trains_end_ = std::max(trains_end_, base::SteadyClock::now());
        for (const auto& train : trains)
            trains_end_ += train.pause + train.count * (train.open + train.closed);
        return;
    }
    for (const auto& train : trains) {
        steps_.push_back({true, train.pause});
        for (unsigned i = 0; i < train.count; ++i) {
            steps_.push_back({false, train.open});
            steps_.push_back({true, train.closed});
        }
    }
}

/// The loop is closed at once, and what was still to come is forgotten.
void LineTelephone::stop_trains_now() {
    if (base::SteadyClock::now() >= trains_end_) return;
    trains_end_ = {};
    if (!loop_closed_) return;
    loop_closed_ = false;
    if (const auto done = channel_.control->release(); !done)
        base::log::warning("farend", "channel {}: {}", channel_.info.number, done.error().message);
}

void LineTelephone::set_hook_now(bool closed) {
    hook_closed_ = closed;
    apply_hooks_now();
    // It stays when a flash or a pulse opens the loop.
    if (closed && !stream_.running()) {
        display_.reset();
        stream_.start();
    }
}

void LineTelephone::apply_hooks_now() {
    const bool closed = hook_closed_ || parallel_off_hook_ > 0;
    if (closed == loop_closed_) return;
    loop_closed_ = closed;
    const auto done = closed ? channel_.control->seize() : channel_.control->release();
    if (!done) base::log::warning("farend", "channel {}: {}", channel_.info.number, done.error().message);
}

void LineTelephone::add_parallel_now(bool lifted) {
    if (gone_ || (!lifted && parallel_off_hook_ == 0)) return;
    parallel_off_hook_ += lifted ? 1 : -1U;
    if (lifted) {
        stop_ringing_now();
        stop_trains_now();
        apply_hooks_now();
        if (!stream_.running()) {
            display_.reset();
            stream_.start();
        }
        return;
    }
    apply_hooks_now();
    // During a flash of this telephone the call goes on.
    const bool in_call = parallel_off_hook_ > 0 || hook_closed_ || !steps_.empty() || step_running_;
    if (in_call) return;
    stream_.stop();
    listen_now();
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
    set_hook_now(step.closed);
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
        case LineEventKind::polarity:
            change([](Seen& seen) { ++seen.polarity_reversals; });
            return;
        case LineEventKind::message_lamp:
            change([&](Seen& seen) { seen.messages.lamp = event.digit == '1'; });
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
