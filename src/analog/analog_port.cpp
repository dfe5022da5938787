// How a port carries out what its line machine decides. Thread: core.
#include "analog_port.hpp"

#include <algorithm>

#include "settings_view.hpp"
#include "tipring/base/log.hpp"

namespace tipring::analog {
namespace {

constexpr std::size_t history_length = 16;

}  // namespace

LineInput input_of(LineInputKind kind) {
    LineInput input;
    input.kind = kind;
    return input;
}

AnalogPort::AnalogPort(const config::Port& settings, Parts parts, std::unique_ptr<LineMachine> machine)
    : settings_(settings),
      reactor_(parts.reactor),
      calls_(parts.calls),
      channel_(std::move(parts.channel)),
      country_(std::move(parts.country)),
      plan_(std::make_shared<const dsp::TonePlan>(country_.tones)),
      on_change_(std::move(parts.on_change)),
      sip_fault_(std::move(parts.sip_fault)),
      machine_(std::move(machine)),
      wire_(parts.reactor, *channel_->control, is_fxs(),
            {[this](const base::Result<void>& result) { check(result, "release"); },
             [this] {
                 if (check_) return;  // its end asks the board
                 // What a phone does while the driver settles is not reported; only its status shows it.
                 if (const auto now = status()) feed_status_before(*now);
                 feed(input_of(LineInputKind::wire_settled));
             }}) {
    for (auto& timer : timers_)
        timer.emplace(reactor_);
    state_ = machine_->state_name();
    audio_ = parts.make_audio(*channel_, [this](const media::Event& event) { on_event(event); });
}

AnalogPort::~AnalogPort() = default;

/// Nothing in here keeps the port from working: errors are logged and shown.
void AnalogPort::prepare_channel() {
    if (!audio_->endpoint()) check(base::fail("the media engine has no room for the line"), "audio");
    const auto echo = control().set_echo_canceller(settings_.echo_taps);
    if (!echo && settings_.echo_taps > 0) {
        last_error_ = echo.error().message;
        base::log::warning("analog", "{} no echo canceller: {}", log_prefix(), last_error_);
    }
    check(control().set_gain(settings_.receive_gain_db, settings_.transmit_gain_db), "gain");
    const auto& fxo = settings_.fxo;
    if (!is_fxs() && (fxo.hardware_receive_gain_db || fxo.hardware_transmit_gain_db)) {
        check(control().set_hardware_gain(fxo.hardware_receive_gain_db, fxo.hardware_transmit_gain_db),
              "hardware gain");
    }
    const auto now = status();
    if (!now) {
        check(now.error(), "status");
        return;
    }
    if (now->alarm) feed(input_of(LineInputKind::alarm));
    feed_status_before(*now);
    feed_status_after(*now);
}

// While a port is away its driver does not report everything: not a phone that goes down after the battery
// drop, nothing of a span without signal. Nor has an idle exchange line any use for what came meanwhile, and
// a line that rings must not be taken for a free one in the silence after this burst. The phone's hook comes
// before the input, because the state in which the machine comes back depends on it; the ringing after it,
// because only a machine that is back has a use for it. Battery needs nothing: open() asks for it.
void AnalogPort::come_back(const LineInput& input) {
    if (shut_ || (machine_->in_service() && !machine_->alarm())) {
        feed(input);
        return;
    }
    const auto now = status();
    if (!now) check(now.error(), "status");
    if (now) feed_status_before(*now);
    feed(input);
    if (now) feed_status_after(*now);
}

std::string AnalogPort::log_prefix() const {
    auto port = base::format("port={}", settings_.channel);
    const auto* first = legs_[0] != nullptr ? legs_[0] : legs_[1];
    if (first == nullptr) return port;
    const auto leg = base::format("leg={} {}", first->id(), port);
    return first->call() ? base::format("call={} {}", first->call(), leg) : leg;
}

void AnalogPort::on_event(const media::Event& event) {
    if (check_) {
        check_->on_event(event);
        // The machine, which is out of service now, keeps track of alarms. A telephone that is lifted meanwhile is
        // for it lifted when the check is over: it gets dial tone then.
        if (event.kind != media::EventKind::line && event.kind != media::EventKind::bearer_failed) return;
        if (event.line.kind == hardware::LineEventKind::off_hook ||
            event.line.kind == hardware::LineEventKind::on_hook)
            return;
    }
    LineInput input;
    switch (event.kind) {
        case media::EventKind::line:
            if (!to_input(event.line, input)) break;
            if (!translate(input)) break;
            if (input.kind == LineInputKind::hook_complete) wire_.hook_complete();
            if (input.kind == LineInputKind::alarm_clear) {
                come_back(input);
            } else {
                feed(std::move(input));
            }
            break;
        case media::EventKind::digit:
            input.kind = LineInputKind::digit;
            input.digit = event.digit;
            feed(std::move(input));
            break;
        case media::EventKind::digits_sent:
            feed(input_of(LineInputKind::digits_sent));
            break;
        case media::EventKind::tone_heard:
            input.kind = LineInputKind::tone_heard;
            input.tone = event.tone;
            feed(std::move(input));
            break;
        case media::EventKind::tone_gone:
            feed(input_of(LineInputKind::tone_gone));
            break;
        case media::EventKind::bearer_failed:
            feed(input_of(LineInputKind::removed));
            break;
        case media::EventKind::voice_heard:
            feed(input_of(LineInputKind::voice_heard));
            break;
        case media::EventKind::silence:
            feed(input_of(LineInputKind::silence_heard));
            break;
        case media::EventKind::caller_id:
            input.kind = LineInputKind::caller_id_heard;
            input.caller_id = event.caller;
            feed(std::move(input));
            break;
        case media::EventKind::clip_played:
            feed(input_of(LineInputKind::clip_played));
            break;
        case media::EventKind::captured:
        case media::EventKind::rtp_started:
        case media::EventKind::rtp_timeout:
            break;
    }
}

// Inputs wait in a queue, because an action may cause the next input before the actions of this one are all
// done.
void AnalogPort::feed(LineInput input) {
    input.at = reactor_.now();
    queue_.push_back(std::move(input));
    if (std::exchange(working_, true)) return;
    while (!queue_.empty()) {
        const auto next = std::move(queue_.front());
        queue_.pop_front();
        step(next);
    }
    working_ = false;
}

void AnalogPort::step(const LineInput& input) {
    if (input.kind == LineInputKind::release && !machine_->has_call(input.slot)) {
        if (legs_.at(input.slot) != nullptr)
            leg_released(input.slot, input.cause);  // opened, never started: the machine knows nothing of it
        return;
    }
    const auto before = machine_->state_name();
    const auto unexpected = machine_->unexpected();
    const bool had_call = machine_->has_call(input.slot);
    const auto actions = machine_->handle(input);
    if (machine_->unexpected() != unexpected) note_unexpected(before, input.kind);
    if (input.kind == LineInputKind::start && !had_call && machine_->has_call(input.slot))
        ++counters_.calls_out;
    if (input.kind == LineInputKind::answer && legs_.at(input.slot) != nullptr) ++counters_.answered;
    note_state(input);
    // What a refusal leaves undone must not be done or reported: the machine clears up after it.
    for (const auto& action : actions) {
        carry_out(action);
        if (std::exchange(refused_, false)) break;
    }
}

void AnalogPort::note_unexpected(std::string_view state, LineInputKind input) {
    ++counters_.unexpected_events;
    if (!unexpected_seen_.emplace(std::string(state), input).second) return;
    base::log::warning("analog", "{} unexpected event {} in state {}; counted from now on", log_prefix(),
                       name(input), state);
}

void AnalogPort::note_state(const LineInput& because) {
    if (state_name() == state_) return;
    auto why = std::string(name(because.kind));
    if (because.kind == LineInputKind::timer) why += base::format(" {}", name(because.timer));
    if (because.kind == LineInputKind::release) why += base::format(" {}", because.cause);
    if (because.digit != 0) why += base::format(" {}", base::printable(std::string(1, because.digit)));
    note_state(std::move(why));
}

void AnalogPort::note_state(std::string why) {
    if (state_name() == state_) return;
    base::log::info("analog", "{} {} -> {} on {}", log_prefix(), state_, state_name(), why);
    state_ = state_name();
    history_.push_back({std::chrono::system_clock::now(), state_, std::move(why)});
    if (history_.size() > history_length) history_.pop_front();
    if (on_change_ && !shut_) on_change_(view(), history_.back());
}

void AnalogPort::carry_out(const LineAction& action) {
    switch (action.kind) {
        case LineActionKind::start_ringing:
        case LineActionKind::stop_ringing:
        case LineActionKind::seize:
        case LineActionKind::release_wire:
            carry_out_on_board(action);
            break;
        case LineActionKind::start_audio:
        case LineActionKind::stop_audio:
        case LineActionKind::listen:
        case LineActionKind::play_tone:
        case LineActionKind::stop_tone:
        case LineActionKind::send_digits:
            carry_out_on_audio(action);
            break;
        case LineActionKind::start_timer:
            timer(action.timer).start(action.duration, [this, ended = action.timer] { timer_ended(ended); });
            break;
        case LineActionKind::stop_timer:
            timer(action.timer).stop();
            break;
        case LineActionKind::report_misdialled:
            base::log::info("analog", "{} \"{}\" is no number of the digit map", log_prefix(),
                            base::printable(action.digits));
            break;
        case LineActionKind::report_incoming:
        case LineActionKind::report_alerting:
        case LineActionKind::report_answered:
        case LineActionKind::report_digit:
        case LineActionKind::report_released:
        case LineActionKind::report_media:
            carry_out_on_leg(action);
            break;
        default:
            carry_out_special(action);
            break;
    }
}

void AnalogPort::timer_ended(LineTimer timer) {
    auto input = input_of(LineInputKind::timer);
    input.timer = timer;
    feed(std::move(input));
}

void AnalogPort::carry_out_on_board(const LineAction& action) {
    switch (action.kind) {
        case LineActionKind::start_ringing:
            need(control().ring(ring_cadence(action)), "ring");
            break;
        case LineActionKind::stop_ringing:
            check(control().stop_ring(), "stop ringing");
            break;
        case LineActionKind::seize:
            if (need(wire_.seize(), "seize") && audio_missing_) start_audio();
            break;
        case LineActionKind::release_wire:
            wire_.release(off_hook_now());
            break;
        default:
            break;
    }
}

void AnalogPort::carry_out_on_audio(const LineAction& action) {
    switch (action.kind) {
        case LineActionKind::start_audio:
            start_audio();
            break;
        case LineActionKind::stop_audio:
            audio_missing_ = false;
            audio_->stop();
            check(channel_->control->stop_audio(), "stop audio");
            break;
        case LineActionKind::listen:
            audio_->listen(detectors(action));
            break;
        case LineActionKind::play_tone:
            audio_->play(sequence(action.tone));
            break;
        case LineActionKind::stop_tone:
            audio_->stop_tone();
            break;
        case LineActionKind::send_digits: {
            const auto [on, off] = digit_times();
            audio_->send_digits(action.digits, on, off);
            break;
        }
        default:
            break;
    }
}

/// Without the audio of an open loop only caller ID is missed; a call that follows tries again.
void AnalogPort::start_audio() {
    const auto started = control().start_audio();
    const bool vital = machine_->conditions().seized;
    audio_missing_ = !(vital ? need(started, "start audio") : check(started, "start audio"));
    if (!audio_missing_) audio_->start();
}

bool AnalogPort::check(const base::Result<void>& result, std::string_view what) {
    if (result) return true;
    ++counters_.hardware_errors;
    last_error_ = result.error().message;
    base::log::error("analog", "{} {} failed: {}", log_prefix(), what, last_error_);
    return false;
}

bool AnalogPort::need(const base::Result<void>& result, std::string_view what) {
    if (check(result, what)) return true;
    queue_.push_back(input_of(LineInputKind::hardware_failed));
    refused_ = true;
    return false;
}

const dsp::ToneSequence& AnalogPort::sequence(LineTone tone) const {
    const auto& tones = country_.tones;
    switch (tone) {
        case LineTone::dial:
            return tones.dial;
        case LineTone::ringback:
            return tones.ringback;
        case LineTone::busy:
            return tones.busy;
        case LineTone::howler:
            return tones.howler;
        case LineTone::recall:
            return tones.dial_recall;
        case LineTone::confirm:
            return tones.stutter;
        case LineTone::info:
            return tones.info;
        case LineTone::congestion:
        case LineTone::none:
            break;
    }
    return tones.congestion;
}

std::pair<std::chrono::milliseconds, std::chrono::milliseconds> AnalogPort::digit_times() const {
    return {std::chrono::milliseconds(100), std::chrono::milliseconds(100)};
}

media::Detectors AnalogPort::detectors(const LineAction& listen) const {
    media::Detectors detectors;
    detectors.dtmf = listen.dtmf;
    if (listen.progress) detectors.progress_tones = plan_;
    return detectors;
}

bool AnalogPort::idle() const {
    return can_ring() &&
           std::all_of(legs_.begin(), legs_.end(), [](const auto* leg) { return leg == nullptr; });
}

bool AnalogPort::in_use() const {
    const bool has_leg = std::ranges::any_of(legs_, [](const auto* leg) { return leg != nullptr; });
    const bool alive = machine_->in_service() && !machine_->alarm();
    return check_ || has_leg || wire_.busy() || (alive && !machine_->idle());
}

void AnalogPort::set_in_service(bool in_service) {
    if (check_) {
        resume_ = in_service;
        if (!in_service) check_->stop("taken out of service");
        return;
    }
    if (in_service) {
        come_back(input_of(LineInputKind::in_service));
    } else {
        feed(input_of(LineInputKind::out_of_service));
    }
}

void AnalogPort::shut_down() {
    if (std::exchange(shut_, true)) return;
    for (auto& leg : legs_) {
        if (leg != nullptr) std::exchange(leg, nullptr)->detach();
    }
    if (const auto check = std::exchange(check_, nullptr)) {
        check->shut_down();
        reactor_.post([check] { check->report(); });
    }
    feed(input_of(LineInputKind::shut_down));
    wire_.shut_down();
    audio_->remove(channel_);
}

PortView AnalogPort::view() const {
    auto view = settings_view(settings_);
    view.state = state_name();
    view.hook = machine_->off_hook() ? "off-hook" : "on-hook";
    view.in_service = check_ ? resume_ : machine_->in_service();
    view.alarm = machine_->alarm();
    view.missing = missing();
    for (const auto* leg : legs_) {
        if (leg != nullptr && !view.call) view.call = leg->call();
    }
    view.last_error = last_error_;
    view.counters = counters_;
    view.history.assign(history_.begin(), history_.end());
    view.line = audio_->stats();
    add_to_view(view);
    return view;
}

}  // namespace tipring::analog
