// LineOffice: how a call is presented and how it ends. Thread: far end.
#include "central_office.hpp"
#include "tipring/base/log.hpp"
#include "virtual_line.hpp"

namespace tipring::farend {
namespace {

constexpr hardware::RingCadence modem_burst{500, 500};

/// What a channel still holds of a sound when its last block was written.
constexpr std::chrono::milliseconds buffered{80};

}  // namespace

void LineOffice::ring_now(const IncomingCall& call) {
    const bool called = seen_.state == State::ringing || seen_.state == State::presenting;
    if (gone_ || seen_.loop_closed || called) return;
    cadence_ = call.cadence.value_or(country_.ring);
    steps_ = presentation_of(call);
    step_begun_ = false;
    enter(State::presenting);
    run_steps_now(base::SteadyClock::now());
}

void LineOffice::run_steps_now(base::TimePoint now) {
    while (!steps_.empty() && !gone_) {
        if (!step_begun_) {
            step_begun_ = true;
            step_ends_.reset();
            begin_step_now(now);
            if (steps_.empty()) return;
        }
        if (!step_over_now(now)) return;
        steps_.pop_front();
        step_begun_ = false;
        if (steps_.empty()) stop_presenting_now();
    }
}

void LineOffice::begin_step_now(base::TimePoint now) {
    using Action = PresentationStep::Action;
    auto& step = steps_.front();
    step_ends_ = now + step.duration;
    switch (step.action) {
        case Action::reverse:
            set_polarity_now(!reversed_);
            return;
        case Action::sound:
            if (!seen_.loop_closed)
                check(channel_.control->prepare_on_hook_audio(
                    std::chrono::milliseconds(step.sound.size() / 8) + buffered));
            step_ends_.reset();
            stream_.start();
            audio_.set_muted(true);
            audio_.send_signal(std::move(step.sound));
            return;
        case Action::pulse:
            // Its burst is longer than the pulse, which stop_ring() ends.
            start_ringing_now({1000, 1000});
            return;
        case Action::modem_bursts:
            start_ringing_now(modem_burst);
            return;
        case Action::ring:
            if (start_ringing_now(cadence_)) enter(State::ringing);
            return;
        case Action::silence:
        case Action::pause:
        case Action::loop_opens:
            return;
    }
}

bool LineOffice::start_ringing_now(const hardware::RingCadence& cadence) {
    silences_ = 0;
    const auto rings = channel_.control->ring(cadence);
    check(rings);
    if (!rings) {
        stop_presenting_now();
        enter(State::idle);
    }
    return rings.has_value();
}

bool LineOffice::step_over_now(base::TimePoint now) {
    using Action = PresentationStep::Action;
    switch (steps_.front().action) {
        case Action::silence:
            return silences_ > longest_silence(cadence_);
        case Action::sound:
            if (!step_ends_ && (audio_.signal_sent() || !stream_.running())) step_ends_ = now + buffered;
            return step_ends_ && now >= *step_ends_;
        case Action::pulse:
            if (now < *step_ends_) return false;
            check(channel_.control->stop_ring());
            return true;
        case Action::modem_bursts:
            if (seen_.loop_closed) return true;
            if (now < *step_ends_) return false;
            check(channel_.control->stop_ring());
            steps_.erase(steps_.begin() + 1, steps_.end() - 1);
            return true;
        case Action::loop_opens:
            if (!seen_.loop_closed) return true;
            if (now >= *step_ends_) modem_stays_now();
            return false;
        case Action::reverse:
        case Action::ring:
        case Action::pause:
            return now >= *step_ends_;
    }
    return true;
}

/// Ends what the caller ID needs of the line; ringing goes on.
void LineOffice::stop_presenting_now() {
    steps_.clear();
    step_begun_ = false;
    if (!seen_.loop_closed) stream_.stop();
}

/// A primary answer: the loop is closed for the message, and no call is answered.
void LineOffice::modem_answers_now() {
    check(channel_.control->seize());
    seized_ = true;
    stream_.start();
    audio_.set_muted(true);
    change([](Seen& seen) { seen.loop_closed = true; });
}

/// Somebody has lifted a telephone instead.
void LineOffice::modem_stays_now() {
    stop_presenting_now();
    audio_.set_muted(false);
    enter(State::talking);
}

void LineOffice::modem_hangs_up_now() {
    stream_.stop();
    release_port_now();
    change([](Seen& seen) { seen.loop_closed = false; });
}

void LineOffice::stop_ringing_now() {
    if (gone_ || (seen_.state != State::ringing && seen_.state != State::presenting)) return;
    stop_presenting_now();
    if (seen_.loop_closed) {  // for the message: the line gets what a seized one gets when the caller goes
        audio_.set_muted(false);
        play_tone_now("busy");
        enter(State::busy);
        return;
    }
    check(channel_.control->stop_ring());
    set_polarity_now(false);
    enter(State::idle);
}

void LineOffice::drop_battery_now(Milliseconds length) {
    if (gone_) return;
    stop_ringing_now();
    if (!seen_.loop_closed) return;
    stream_.stop();
    if (length > Milliseconds(0)) {
        take_battery_now(length);
    } else {
        release_port_now();
    }
    enter(State::released);
}

void LineOffice::take_battery_now(Milliseconds length) {
    auto* line = virtual_line(channel_, "a battery drop of another length than the board's");
    if (line == nullptr) {
        release_port_now();
        return;
    }
    check(line->set_battery(false));
    battery_back_ = base::SteadyClock::now() + length;
}

void LineOffice::hang_up_now(State state, std::string_view tone) {
    if (gone_) return;
    stop_ringing_now();
    if (!seen_.loop_closed) return;
    audio_.stop_playing();
    play_tone_now(tone);
    enter(state);
}

}  // namespace tipring::farend
