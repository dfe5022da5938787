// LineOffice: battery, ringing, dial tone, digits and disconnect of an exchange line. Threads: see the
// header.
#include "central_office.hpp"

#include "tipring/base/log.hpp"

namespace tipring::farend {
namespace {

using hardware::LineEventKind;
using std::chrono::milliseconds;

constexpr milliseconds digit_pause{2000};
/// The driver's battery drop and what it needs to settle.
constexpr milliseconds idle_again{1000};
constexpr std::size_t longest_number = 64;

const dsp::ToneSequence& tone_of(const dsp::TonePlan& plan, std::string_view name) {
    if (name == "dial") return plan.dial;
    if (name == "congestion") return plan.congestion;
    return plan.busy;
}

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
    thread_.post(*this, [this] { ring_now(); });
}

void LineOffice::stop_ringing() {
    thread_.post(*this, [this] { stop_ringing_now(); });
}

void LineOffice::hang_up_by_battery_drop() {
    thread_.post(*this, [this] { drop_battery_now(); });
}

void LineOffice::hang_up_by_tone(std::string_view tone) {
    thread_.post(*this, [this, tone = std::string(tone)] { play_hang_up_tone_now(tone); });
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
}

bool LineOffice::wants_ticks() const {
    return !gone_ && (stream_.running() || deadline_);
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
            digit_now(event.digit);
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
    const bool answered = seen_.state == State::ringing;
    check(channel_.control->seize());
    stream_.start();
    change([answered](Seen& seen) {
        seen.loop_closed = true;
        if (!answered) seen.dialled.clear();
    });
    if (answered) {
        enter(State::talking);
    } else {
        enter(State::dial_tone, service_.dial_tone_delay);
    }
}

void LineOffice::loop_opens_now() {
    if (!seen_.loop_closed) return;
    stream_.stop();
    if (seen_.state != State::released) check(channel_.control->release());
    change([](Seen& seen) { seen.loop_closed = false; });
    enter(State::released, idle_again);
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
        audio_.set_tone(&country_.tones.busy);
        enter(State::busy);
    } else if (service_.answer_after <= Milliseconds(0)) {
        enter(State::talking);
    } else {
        audio_.set_tone(&country_.tones.ringback);
        enter(State::ringback, service_.answer_after);
    }
}

void LineOffice::deadline_now() {
    deadline_.reset();
    switch (seen_.state) {
        case State::dial_tone:
            if (service_.dial_tone) audio_.set_tone(&country_.tones.dial);
            return;
        case State::collecting:
            number_complete_now();
            return;
        case State::ringback:
            audio_.set_tone(nullptr);
            enter(State::talking);
            return;
        case State::released:
            if (!seen_.loop_closed) enter(State::idle);
            return;
        case State::idle:
        case State::ringing:
        case State::talking:
        case State::busy:
            return;
    }
}

void LineOffice::ring_now() {
    if (gone_ || seen_.loop_closed || seen_.state == State::ringing) return;
    if (const auto rings = channel_.control->ring(country_.ring); !rings) {
        check(rings);
        return;
    }
    enter(State::ringing);
}

void LineOffice::stop_ringing_now() {
    if (gone_ || seen_.state != State::ringing) return;
    check(channel_.control->stop_ring());
    enter(State::idle);
}

void LineOffice::drop_battery_now() {
    if (gone_) return;
    stop_ringing_now();
    if (!seen_.loop_closed) return;
    stream_.stop();
    check(channel_.control->release());
    enter(State::released);
}

void LineOffice::play_hang_up_tone_now(const std::string& tone) {
    if (gone_) return;
    stop_ringing_now();
    if (!seen_.loop_closed) return;
    audio_.set_tone(&tone_of(country_.tones, tone));
    enter(State::busy);
}

std::unique_ptr<CentralOffice> make_central_office(FarEndThread& thread, hardware::Channel channel,
                                                   const hardware::CountryTones& country) {
    return std::make_unique<LineOffice>(thread, std::move(channel), country);
}

}  // namespace tipring::farend
