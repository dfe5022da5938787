// LineOffice: battery, ringing, dial tone, digits and disconnect of an exchange line. Threads: see the
// header.
#include "central_office.hpp"

#include <utility>

#include "tipring/base/log.hpp"
#include "virtual_line.hpp"

namespace tipring::farend {
namespace {

using hardware::LineEventKind;
using std::chrono::milliseconds;

constexpr milliseconds digit_pause{2000};
/// The driver's battery drop and what it needs to settle.
constexpr milliseconds idle_again{1000};
constexpr std::size_t longest_number = 64;

}  // namespace

LineOffice::LineOffice(FarEndThread& thread, hardware::Channel channel, const hardware::CountryTones& country)
    : AudioPortOf(channel.info.law, country.tones),
      thread_(thread.impl()),
      channel_(std::move(channel)),
      country_(country),
      stream_(channel_, audio_) {
    audio_.on_digit([this](char digit) { digit_now(digit); });
    thread_.add(*this);
}

LineOffice::~LineOffice() {
    thread_.remove(*this);
    if (gone_) return;
    stop_ringing_now();
    stream_.stop();
    check(channel_.control->release());
}

std::string_view LineOffice::name(State state) {
    switch (state) {
        case State::idle:
            return "idle";
        case State::ringing:
            return "ringing";
        case State::presenting:
            return "presenting";
        case State::silent:
            return "silent";
        case State::dial_tone:
            return "dial_tone";
        case State::collecting:
            return "collecting";
        case State::ringback:
            return "ringback";
        case State::talking:
            return "talking";
        case State::busy:
            return "busy";
        case State::released:
            return "released";
    }
    return "idle";
}

template <class Change>
void LineOffice::change(Change&& make) {
    {
        const std::lock_guard lock(mutex_);
        make(seen_);
    }
    changed_.notify_all();
}

void LineOffice::enter(State state, std::optional<Milliseconds> limit) {
    deadline_.reset();
    if (limit) deadline_ = base::SteadyClock::now() + *limit;
    change([state](Seen& seen) { seen.state = state; });
}

void LineOffice::check(const base::Result<void>& result) const {
    if (!result) base::log::warning("farend", "channel {}: {}", channel_.info.number, result.error().message);
}

void LineOffice::set_service(const Service& service) {
    thread_.post(*this, [this, service] { service_ = service; });
}

void LineOffice::ring() {
    ring(IncomingCall{});
}

void LineOffice::ring(const IncomingCall& call) {
    thread_.post(*this, [this, call] { ring_now(call); });
}

void LineOffice::ring_when_seized() {
    thread_.post(*this, [this] {
        glare_ = true;
        if (auto* line = virtual_line(channel_, "the beginning of a ring at a seizure"))
            check(line->ring_when_seized(country_.ring));
    });
}

void LineOffice::stop_ringing() {
    thread_.post(*this, [this] { stop_ringing_now(); });
}

void LineOffice::hang_up_by_battery_drop(Milliseconds length) {
    thread_.post(*this, [this, length] { drop_battery_now(length); });
}

void LineOffice::hang_up_by_polarity() {
    thread_.post(*this, [this] {
        if (seen_.loop_closed) set_polarity_now(!reversed_);
        hang_up_now(State::silent, "");
    });
}

void LineOffice::hang_up_by_tone(std::string_view tone) {
    thread_.post(*this, [this, tone = std::string(tone)] { hang_up_now(State::busy, tone); });
}

void LineOffice::hang_up_by_silence() {
    thread_.post(*this, [this] { hang_up_now(State::silent, ""); });
}

void LineOffice::set_line_in_use(bool in_use) {
    thread_.post(*this, [this, in_use] {
        auto* line = virtual_line(channel_, "another telephone on the line");
        if (line == nullptr || gone_) return;
        in_use_ = in_use;
        check(line->set_parallel_phones(in_use ? 1 : 0));
    });
}

void LineOffice::impair(const hardware::LineImpairments& impairments) {
    thread_.post(*this, [this, impairments] { impair_line(channel_, impairments); });
}

std::vector<LineOffice::Milliseconds> LineOffice::flashes() const {
    const std::lock_guard lock(mutex_);
    return seen_.flashes;
}

bool LineOffice::wait_flashes(std::size_t count, Milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return seen_.flashes.size() >= count; });
}

bool LineOffice::line_seized() const {
    const std::lock_guard lock(mutex_);
    return seen_.loop_closed;
}

bool LineOffice::wait_seized(Milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return seen_.loop_closed; });
}

bool LineOffice::wait_released(Milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return !seen_.loop_closed; });
}

std::string LineOffice::state() const {
    const std::lock_guard lock(mutex_);
    return std::string(name(seen_.state));
}

bool LineOffice::wait_state(std::string_view state, Milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] {
        // "released" is soon followed by "idle", which whoever waits may have missed.
        return name(seen_.state) == state || (state == name(State::released) && seen_.state == State::idle);
    });
}

std::string LineOffice::dialled() const {
    const std::lock_guard lock(mutex_);
    return seen_.dialled;
}

void LineOffice::tick(base::TimePoint now) {
    if (gone_) return;
    if (!stream_.pump([this](const hardware::LineEvent& event) { handle_now(event); })) {
        base::log::warning("farend", "channel {} is gone", channel_.info.number);
        gone_ = true;
        stream_.stop();
        return;
    }
    if (deadline_ && now >= *deadline_) deadline_now();
    if (battery_back_ && now >= *battery_back_) {
        battery_back_.reset();
        if (auto* line = virtual_line(channel_, "battery")) check(line->set_battery(true));
    }
    run_steps_now(now);
}

bool LineOffice::wants_ticks() const {
    return !gone_ && (stream_.wants_ticks() || deadline_ || battery_back_ || !steps_.empty());
}

void LineOffice::add_wakeups(std::vector<pollfd>& wakeups) const {
    if (gone_) return;
    wakeups.push_back(
        {channel_.bearer->descriptor(), static_cast<short>(channel_.bearer->event_poll_mask()), 0});
}

void LineOffice::handle_now(const hardware::LineEvent& event) {
    switch (event.kind) {
        case LineEventKind::off_hook:
            loop_closes_now();
            return;
        case LineEventKind::on_hook:
            loop_opens_now();
            return;
        case LineEventKind::pulse_start:
            dialling_begins_now();
            return;
        case LineEventKind::pulse_digit:
            // Nobody dials by pulses in a call: a short break is the flash of the countries that have short ones.
            if (seen_.state == State::talking && event.digit == '1') {
                flash_now();
            } else {
                digit_now(event.digit);
            }
            return;
        case LineEventKind::flash:
            flash_now();
            return;
        case LineEventKind::ringer_off:
            ++silences_;
            return;
        case LineEventKind::removed:
            gone_ = true;
            return;
        default:
            return;
    }
}

void LineOffice::loop_closes_now() {
    if (seen_.loop_closed) return;
    if (!steps_.empty() && steps_.front().action == PresentationStep::Action::modem_bursts) {
        modem_answers_now();
        return;
    }
    const bool called = seen_.state == State::ringing || seen_.state == State::presenting;
    const bool answered = called || in_use_ || std::exchange(glare_, false);
    stop_presenting_now();
    check(channel_.control->seize());
    seized_ = true;
    stream_.start();
    change([called](Seen& seen) {
        seen.loop_closed = true;
        seen.flashes.clear();
        if (!called) seen.dialled.clear();
    });
    if (answered) {
        enter(State::talking);
    } else {
        enter(State::dial_tone, service_.dial_tone_delay);
    }
}

void LineOffice::loop_opens_now() {
    if (!seen_.loop_closed) return;
    if (seen_.state == State::presenting) {
        modem_hangs_up_now();
        return;
    }
    stream_.stop();
    release_port_now();
    set_polarity_now(false);
    change([](Seen& seen) { seen.loop_closed = false; });
    enter(State::released, idle_again);
}

void LineOffice::release_port_now() {
    if (!std::exchange(seized_, false)) return;
    check(channel_.control->release());
}

void LineOffice::set_polarity_now(bool reversed) {
    if (reversed == reversed_) return;
    const auto done = channel_.control->set_polarity(reversed);
    check(done);
    if (done) reversed_ = reversed;
}

void LineOffice::play_tone_now(std::string_view text) {
    const auto tone = find_tone(country_.tones, text);
    if (!tone) {
        base::log::warning("farend", "channel {}: {}", channel_.info.number, tone.error().message);
        audio_.set_tone(nullptr);
        return;
    }
    audio_.set_tone(tone->segments.empty() ? nullptr : &*tone);
}

void LineOffice::flash_now() {
    // Only a virtual line knows how long it was.
    Milliseconds length(0);
    if (auto* line = dynamic_cast<hardware::VirtualLineControl*>(channel_.control.get())) {
        if (const auto measured = line->last_break()) length = *measured;
    }
    change([length](Seen& seen) { seen.flashes.push_back(length); });
}

void LineOffice::dialling_begins_now() {
    if (seen_.state != State::dial_tone) return;
    audio_.set_tone(nullptr);
    enter(State::collecting);
}

void LineOffice::digit_now(char digit) {
    dialling_begins_now();
    if (seen_.state != State::collecting) return;
    change([digit](Seen& seen) { seen.dialled += digit; });
    const std::size_t wanted = service_.number_length == 0 ? longest_number : service_.number_length;
    if (seen_.dialled.size() >= wanted) {
        number_complete_now();
    } else if (service_.number_length == 0) {
        enter(State::collecting, digit_pause);
    }
}

void LineOffice::number_complete_now() {
    if (service_.busy) {
        play_tone_now(service_.busy_sound);
        enter(State::busy);
    } else if (service_.answer_after <= Milliseconds(0)) {
        if (service_.answer_by_polarity) set_polarity_now(true);
        enter(State::talking);
    } else {
        play_tone_now(service_.ringback ? "ringback" : "");
        enter(State::ringback, service_.answer_after);
    }
}

void LineOffice::deadline_now() {
    deadline_.reset();
    switch (seen_.state) {
        case State::dial_tone:
            if (service_.dial_tone) play_tone_now(service_.dial_tone_sound);
            return;
        case State::collecting:
            number_complete_now();
            return;
        case State::ringback:
            audio_.set_tone(nullptr);
            if (service_.answer_by_polarity) set_polarity_now(true);
            enter(State::talking);
            return;
        case State::released:
            if (seen_.loop_closed) return;
            set_polarity_now(false);
            enter(State::idle);
            return;
        case State::idle:
        case State::presenting:
        case State::ringing:
        case State::silent:
        case State::talking:
        case State::busy:
            return;
    }
}

std::unique_ptr<CentralOffice> make_central_office(FarEndThread& thread, hardware::Channel channel,
                                                   const hardware::CountryTones& country) {
    return std::make_unique<LineOffice>(thread, std::move(channel), country);
}

}  // namespace tipring::farend
