// How a port carries out what its line machine decides. Thread: core.
#include "analog_port.hpp"

#include "settings_view.hpp"
#include "tipring/base/log.hpp"

namespace tipring::analog {
namespace {

constexpr std::size_t history_length = 16;

LineInput input_of(LineInputKind kind) {
    LineInput input;
    input.kind = kind;
    return input;
}

LineInput hook_input(const hardware::LineStatus& status) {
    return input_of(status.off_hook ? LineInputKind::off_hook : LineInputKind::on_hook);
}

}  // namespace

AnalogPort::AnalogPort(const config::Port& settings, Parts parts)
    : settings_(settings),
      reactor_(parts.reactor),
      calls_(parts.calls),
      channel_(std::move(parts.channel)),
      country_(std::move(parts.country)),
      plan_(std::make_shared<const dsp::TonePlan>(country_.tones)),
      on_change_(std::move(parts.on_change)),
      machine_(std::move(parts.machine)),
      wire_(parts.reactor, *channel_->control, is_fxs(),
            {[this](const base::Result<void>& result) { check(result, "release"); },
             [this] {
                 note_missed_hook();
                 feed(input_of(LineInputKind::wire_settled));
             }}) {
    for (auto& timer : timers_)
        timer.emplace(reactor_);
    state_ = machine_->state_name();
    audio_ = parts.make_audio(*channel_, [this](const media::Event& event) { on_event(event); });
    prepare_channel();
}

AnalogPort::~AnalogPort() {
    shut_down();
}

/// Nothing in here keeps the port from working: errors are logged and shown.
void AnalogPort::prepare_channel() {
    auto& control = *channel_->control;
    if (!audio_->endpoint()) check(base::fail("the media engine has no room for the line"), "audio");
    const auto echo = control.set_echo_canceller(settings_.echo_taps);
    if (!echo && settings_.echo_taps > 0) {
        last_error_ = echo.error().message;
        base::log::warning("analog", "{} no echo canceller: {}", log_prefix(), last_error_);
    }
    check(control.set_gain(settings_.receive_gain_db, settings_.transmit_gain_db), "gain");
    const auto status = control.status();
    if (!status) {
        check(status.error(), "status");
        return;
    }
    if (status->alarm) feed(input_of(LineInputKind::alarm));
    if (is_fxs() && status->off_hook) feed(input_of(LineInputKind::off_hook));
    if (!is_fxs() && status->ringing) feed(input_of(LineInputKind::ring_begin));
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
    const auto status = channel_->control->status();
    if (!status) check(status.error(), "status");
    if (status && is_fxs()) feed(hook_input(*status));
    feed(input);
    if (status && !is_fxs() && status->ringing) feed(input_of(LineInputKind::ring_begin));
}

// What a phone does while the driver settles after a battery drop is not reported; only its status shows it.
void AnalogPort::note_missed_hook() {
    const auto status = channel_->control->status();
    if (status && status->off_hook != machine_->off_hook()) feed(hook_input(*status));
}

// The driver never reports that battery is back. Without asking, every loss would end the call, however short:
// so only one that still lasts when the timer ends is the exchange's release. A board that tells no status
// leaves it at what was reported.
bool AnalogPort::battery_came_back() const {
    if (is_fxs()) return false;
    const auto status = channel_->control->status();
    return status && status->battery;
}

// When the status was asked within a break as short as a dial pulse, the driver counts it as one and does not
// report that the phone is up. A bouncing hook contact makes such pulses too, so its status has to agree.
bool AnalogPort::lifted_in_a_pulse(const LineInput& input) const {
    if (!is_fxs() || input.kind != LineInputKind::pulse_digit || machine_->off_hook()) return false;
    const auto status = channel_->control->status();
    return status && status->off_hook;
}

std::string AnalogPort::log_prefix() const {
    auto port = base::format("port={}", settings_.channel);
    if (leg_ == nullptr) return port;
    const auto leg = base::format("leg={} {}", leg_->id(), port);
    return leg_->call() ? base::format("call={} {}", leg_->call(), leg) : leg;
}

void AnalogPort::on_event(const media::Event& event) {
    LineInput input;
    switch (event.kind) {
        case media::EventKind::line:
            if (!to_input(event.line, input)) break;
            if (lifted_in_a_pulse(input)) input = input_of(LineInputKind::off_hook);
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
        case media::EventKind::rtp_started:
        case media::EventKind::rtp_timeout:
            break;
    }
}

// Inputs wait in a queue, because an action may cause the next input before the actions of this one are all
// done.
void AnalogPort::feed(LineInput input) {
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
    if (input.kind == LineInputKind::release && !machine_->has_call()) {
        if (leg_ != nullptr)
            leg_released(input.cause);  // opened, never started: the machine knows nothing of it
        return;
    }
    const auto before = machine_->state_name();
    const auto unexpected = machine_->unexpected();
    const bool had_call = machine_->has_call();
    const auto actions = machine_->handle(input);
    if (machine_->unexpected() != unexpected) note_unexpected(before, input.kind);
    if (input.kind == LineInputKind::start && !had_call && machine_->has_call()) ++counters_.calls_out;
    if (input.kind == LineInputKind::answer && leg_ != nullptr) ++counters_.answered;
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
    if (machine_->state_name() == state_) return;
    auto why = std::string(name(because.kind));
    if (because.kind == LineInputKind::timer) why += base::format(" {}", name(because.timer));
    if (because.kind == LineInputKind::release) why += base::format(" {}", because.cause);
    if (because.digit != 0) why += base::format(" {}", base::printable(std::string(1, because.digit)));
    base::log::info("analog", "{} {} -> {} on {}", log_prefix(), state_, machine_->state_name(), why);
    state_ = machine_->state_name();
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
            timers_.at(static_cast<std::size_t>(action.timer))
                ->start(action.duration, [this, timer = action.timer] { timer_ended(timer); });
            break;
        case LineActionKind::stop_timer:
            timers_.at(static_cast<std::size_t>(action.timer))->stop();
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
            carry_out_on_leg(action);
            break;
    }
}

void AnalogPort::timer_ended(LineTimer timer) {
    if (timer == LineTimer::battery && battery_came_back()) {
        feed(input_of(LineInputKind::battery_present));
        return;
    }
    auto input = input_of(LineInputKind::timer);
    input.timer = timer;
    feed(std::move(input));
}

void AnalogPort::carry_out_on_board(const LineAction& action) {
    auto& control = *channel_->control;
    switch (action.kind) {
        case LineActionKind::start_ringing:
            need(control.ring(country_.ring), "ring");
            break;
        case LineActionKind::stop_ringing:
            check(control.stop_ring(), "stop ringing");
            break;
        case LineActionKind::seize:
            need(wire_.seize(), "seize");
            break;
        case LineActionKind::release_wire:
            wire_.release(machine_->off_hook());
            break;
        default:
            break;
    }
}

void AnalogPort::carry_out_on_audio(const LineAction& action) {
    switch (action.kind) {
        case LineActionKind::start_audio:
            if (need(channel_->control->start_audio(), "start audio")) audio_->start();
            break;
        case LineActionKind::stop_audio:
            audio_->stop();
            check(channel_->control->stop_audio(), "stop audio");
            break;
        case LineActionKind::listen:
            audio_->listen({action.dtmf, action.progress ? plan_ : std::shared_ptr<const dsp::TonePlan>()});
            break;
        case LineActionKind::play_tone:
            audio_->play(sequence(action.tone));
            break;
        case LineActionKind::stop_tone:
            audio_->stop_tone();
            break;
        case LineActionKind::send_digits:
            audio_->send_digits(action.digits);
            break;
        default:
            break;
    }
}

void AnalogPort::carry_out_on_leg(const LineAction& action) {
    if (action.kind == LineActionKind::report_incoming) {
        announce(action.digits);
        return;
    }
    if (leg_ == nullptr) return;  // the call destroyed it without waiting for its end
    switch (action.kind) {
        case LineActionKind::report_alerting:
            leg_->report_alerting(action.inband);
            break;
        case LineActionKind::report_answered:
            ++counters_.answered;
            leg_->report_answered();
            break;
        case LineActionKind::report_digit:
            leg_->report_digit(action.digits.front());
            break;
        case LineActionKind::report_released:
            leg_released(action.cause);
            break;
        default:
            break;
    }
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
        case LineTone::congestion:
        case LineTone::none:
            break;
    }
    return tones.congestion;
}

call::CallRequest AnalogPort::incoming_request(const std::string& dialled) const {
    call::CallRequest request;
    const auto line =
        settings_.kind == config::PortKind::fxs ? routing::LineKind::fxs : routing::LineKind::fxo;
    request.source = {routing::DestinationKind::port, settings_.number, settings_.group, line};
    if (is_fxs()) {
        request.caller = {settings_.number,
                          settings_.caller_name.empty() ? settings_.label : settings_.caller_name,
                          call::Presentation::allowed};
        request.called = dialled;
    } else {
        request.caller.presentation = call::Presentation::unavailable;
        request.called = settings_.to.empty() ? settings_.number : settings_.to;
    }
    return request;
}

std::unique_ptr<LineLeg> AnalogPort::make_leg(base::LegId id) {
    LegOwner& owner = *this;
    return std::make_unique<LineLeg>(id, base::format("{} {}", kind_name(settings_.kind), settings_.channel),
                                     reactor_, owner);
}

void AnalogPort::announce(const std::string& dialled) {
    ++counters_.calls_in;
    // A leg that was opened and not started yet comes too late now.
    if (leg_ != nullptr) leg_released({call::q850::user_busy, call::Location::user, "line in use"});
    auto leg = make_leg(calls_.next_leg_id());
    leg_ = leg.get();
    const auto request = incoming_request(dialled);
    base::log::info("analog", "{} call from the line called={}", log_prefix(),
                    base::printable(request.called));
    calls_.incoming(std::move(leg), request);
}

void AnalogPort::leg_released(const call::Cause& cause) {
    if (!leg_->was_answered() && cause.value != call::q850::normal_clearing) ++counters_.failed;
    std::exchange(leg_, nullptr)->report_released(cause);
}

/// Destroying a leg hangs up and reports nothing.
void AnalogPort::leg_gone(LineLeg& leg) {
    if (leg_ != &leg) return;
    leg_ = nullptr;
    if (!machine_->has_call()) return;
    auto input = input_of(LineInputKind::release);
    input.cause = {call::q850::normal_clearing, call::Location::private_local, "dropped"};
    feed(std::move(input));
}

std::unique_ptr<call::Leg> AnalogPort::open(base::LegId id, const call::CallRequest&, call::Cause& why) {
    using call::Location;
    if (shut_ || !machine_->in_service() || machine_->alarm()) {
        why = {call::q850::destination_out_of_order, Location::private_local,
               machine_->removed() ? "channel missing"
               : machine_->alarm() ? "alarm on the line"
                                   : "out of service"};
        return nullptr;
    }
    if (!idle()) {
        why = is_fxs()
                  ? call::Cause{call::q850::user_busy, Location::user, "line in use"}
                  : call::Cause{call::q850::no_circuit_available, Location::private_local, "line in use"};
        return nullptr;
    }
    if (!is_fxs()) {
        // Asked of the board itself: not every driver reports when battery comes back.
        const auto status = channel_->control->status();
        if (!status) check(status.error(), "status");
        if (!status || !status->battery || status->ringing) {
            why = status && status->ringing
                      ? call::Cause{call::q850::no_circuit_available, Location::private_local, "line rings"}
                      : call::Cause{call::q850::destination_out_of_order, Location::private_local,
                                    "no battery"};
            return nullptr;
        }
    }
    auto leg = make_leg(id);
    leg_ = leg.get();
    return leg;
}

void AnalogPort::set_in_service(bool in_service) {
    if (in_service) {
        come_back(input_of(LineInputKind::in_service));
    } else {
        feed(input_of(LineInputKind::out_of_service));
    }
}

void AnalogPort::shut_down() {
    if (std::exchange(shut_, true)) return;
    if (leg_ != nullptr) std::exchange(leg_, nullptr)->detach();
    feed(input_of(LineInputKind::shut_down));
    wire_.shut_down();
    audio_->remove(channel_);
}

PortView AnalogPort::view() const {
    auto view = settings_view(settings_);
    view.state = machine_->state_name();
    view.hook = machine_->off_hook() ? "off-hook" : "on-hook";
    view.in_service = machine_->in_service();
    view.alarm = machine_->alarm();
    view.missing = machine_->removed();
    if (leg_ != nullptr) view.call = leg_->call();
    view.last_error = last_error_;
    view.counters = counters_;
    view.history.assign(history_.begin(), history_.end());
    view.line = audio_->stats();
    return view;
}

}  // namespace tipring::analog
