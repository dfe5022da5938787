// How a check is carried out (check_run.hpp). Thread: core.
#include "check_run.hpp"

#include <algorithm>
#include <utility>

#include "tipring/analog/line_machine.hpp"
#include "tipring/base/log.hpp"
#include "tipring/dsp/line_measure.hpp"

namespace tipring::analog {
namespace {

constexpr std::chrono::milliseconds noise_length{2000};

constexpr std::size_t samples_of(std::chrono::milliseconds duration) {
    return static_cast<std::size_t>(duration.count()) * hardware::sample_rate_hz / 1000;
}

}  // namespace

CheckRun::CheckRun(CheckRequest request, const LineCheck::Settings& settings, Parts parts,
                   CheckHandlers handlers)
    : parts_(std::move(parts)),
      handlers_(std::move(handlers)),
      check_(std::move(request), settings),
      step_(parts_.reactor),
      limit_(parts_.reactor) {}

void CheckRun::start() {
    // It would take the echo away that is to be measured.
    if (parts_.echo_taps > 0) parts_.check(parts_.control.set_echo_canceller(0), "echo canceller off");
    lost_before_ = blocks_lost();
    limit_.start(longest_check, [this] { stop("it took too long"); });
    feed(CheckInputKind::begin);
}

void CheckRun::stop(std::string why) {
    feed({.kind = CheckInputKind::stop, .why = std::move(why)});
}

void CheckRun::shut_down() {
    stop("the daemon stops, or the port changes");
    step_.stop();
    tidy_up();
}

void CheckRun::tidy_up() {
    limit_.stop();
    if (std::exchange(tidy_, true)) return;
    lost_ = blocks_lost() - lost_before_;
    if (parts_.echo_taps > 0)
        parts_.check(parts_.control.set_echo_canceller(parts_.echo_taps), "echo canceller");
}

std::uint64_t CheckRun::blocks_lost() const {
    const auto stats = parts_.audio.stats();
    return stats.slips + stats.write_overruns;
}

void CheckRun::report() {
    const auto done = std::exchange(handlers_, {}).done;
    if (!done) return;
    auto report = check_.report();
    report.recordings = std::move(recordings_);
    report.noise = std::move(noise_);
    report.tones = parts_.tones;
    report.tone_cycles = parts_.tone_cycles;
    report.blocks_lost = lost_;
    done(std::move(report));
}

void CheckRun::on_event(const media::Event& event) {
    switch (event.kind) {
        case media::EventKind::line:
            on_line_event(event.line);
            break;
        case media::EventKind::digit:
            feed({.kind = CheckInputKind::digit, .digit = event.digit});
            break;
        case media::EventKind::digits_sent:
            feed(CheckInputKind::digits_sent);
            break;
        case media::EventKind::tone_heard:
            if (event.tone == media::HeardTone::dial) feed(CheckInputKind::dial_tone);
            if (is_disconnect_tone(event.tone)) feed(CheckInputKind::other_tone);
            break;
        case media::EventKind::captured:
            captured_ = parts_.audio.take_capture();
            feed(CheckInputKind::captured);
            break;
        case media::EventKind::bearer_failed:
            stop("the channel is gone");
            break;
        default:
            break;
    }
}

void CheckRun::on_line_event(const hardware::LineEvent& event) {
    using Kind = hardware::LineEventKind;
    switch (event.kind) {
        case Kind::off_hook:
            off_hook_ = true;
            feed(CheckInputKind::off_hook);
            break;
        case Kind::on_hook:
            off_hook_ = false;
            feed(CheckInputKind::on_hook);
            break;
        case Kind::ring_end:
            feed(CheckInputKind::ring_end);
            break;
        case Kind::hook_complete:
            feed(CheckInputKind::hook_complete);
            break;
        case Kind::battery_lost:
            feed(CheckInputKind::battery_lost);
            break;
        case Kind::polarity:
            feed(CheckInputKind::polarity);
            break;
        case Kind::pulses_dialled:
            if (start_audio()) {
                feed(CheckInputKind::digits_sent);
            } else {
                feed(CheckInputKind::hardware_failed);
            }
            break;
        case Kind::alarm:
            stop("alarm on the line");
            break;
        case Kind::removed:
            stop("the channel is gone");
            break;
        default:
            break;
    }
}

void CheckRun::feed(const CheckInput& input) {
    for (const auto& action : check_.handle(input)) {
        if (carry_out(action)) continue;
        feed(CheckInputKind::hardware_failed);
        return;
    }
}

/// False when the check cannot go on without it.
bool CheckRun::carry_out(const CheckAction& action) {
    switch (action.kind) {
        case CheckActionKind::seize:
            return parts_.check(parts_.wire.seize(), "seize");
        case CheckActionKind::release:
            parts_.wire.release(off_hook_);
            return true;
        case CheckActionKind::start_timer:
            step_.start(action.duration, [this] { feed(CheckInputKind::timer); });
            return true;
        case CheckActionKind::stop_timer:
            step_.stop();
            return true;
        case CheckActionKind::prove_good:
            parts_.prove_good();
            return true;
        case CheckActionKind::refuse:
            parts_.refuse(action.text);
            return true;
        case CheckActionKind::tell:
            if (handlers_.progress) handlers_.progress(action.text);
            return true;
        case CheckActionKind::keep:
            recordings_.push_back({action.step, std::exchange(captured_, {})});
            return true;
        case CheckActionKind::finish:
            tidy_up();
            parts_.over();
            return true;
        default:
            return carry_out_on_audio(action);
    }
}

bool CheckRun::carry_out_on_audio(const CheckAction& action) {
    switch (action.kind) {
        case CheckActionKind::start_audio:
            return start_audio();
        case CheckActionKind::stop_audio:
            parts_.audio.listen({});
            parts_.audio.stop();
            parts_.check(parts_.control.stop_audio(), "stop audio");
            return true;
        case CheckActionKind::listen: {
            media::Detectors detectors;
            detectors.dtmf = action.dtmf;
            if (action.progress) {
                detectors.progress_tones = parts_.tones;
                detectors.learnt_tones = parts_.learnt_tones;
                detectors.tone_cycles = parts_.tone_cycles;
            }
            parts_.audio.listen(detectors);
            return true;
        }
        case CheckActionKind::capture:
            parts_.audio.start_capture(samples_of(action.duration));
            return true;
        case CheckActionKind::stop_capture:
            parts_.audio.stop_capture();
            return true;
        case CheckActionKind::play_tone: {
            auto tone = dsp::milliwatt_1004();
            tone.level_dbm0 = static_cast<float>(test_level_dbm0);
            parts_.audio.play(tone);
            return true;
        }
        case CheckActionKind::stop_tone:
            parts_.audio.stop_tone();
            return true;
        case CheckActionKind::play_noise:
            if (noise_.empty()) noise_ = dsp::test_noise(test_level_dbm0, noise_length);
            parts_.audio.play_clip(noise_);
            return true;
        case CheckActionKind::send_digits:
            return send_digits(action.text);
        default:
            return true;
    }
}

bool CheckRun::start_audio() {
    if (!parts_.check(parts_.control.start_audio(), "start audio")) return false;
    parts_.audio.start();
    return true;
}

/// A round trip is of DTMF on any line.
bool CheckRun::send_digits(const std::string& digits) {
    if (!parts_.pulse || check_.state() == CheckState::digits) {
        parts_.audio.send_digits(digits, parts_.dtmf_on, parts_.dtmf_off);
        return true;
    }
    auto pulses = digits;
    std::erase(pulses, 'w');
    parts_.audio.stop();
    return parts_.check(parts_.control.stop_audio(), "stop audio") &&
           parts_.check(parts_.control.dial_pulse(pulses), "pulse dialling");
}

}  // namespace tipring::analog
