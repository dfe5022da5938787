// What only a line to an exchange needs of its port. Thread: core.
#include "fxo_port.hpp"

#include <algorithm>

#include "caller_party.hpp"

namespace tipring::analog {
namespace {

/// A check is followed by another seizure at once, perhaps a call for help: the exchange must not take the pause for
/// a flash (up to 1250 ms with the driver's own FXS channels).
constexpr std::chrono::milliseconds rest_between_seizures{2000};

/// A line that could not be used is tried last for so long.
constexpr std::chrono::minutes failed_lately{1};
/// The board reports a loss some milliseconds late, and the clock begins with the report: without this a drop of
/// just the length that counts would be over, and missed, when it ends.
constexpr std::chrono::milliseconds battery_tolerance{50};
/// What a flash still does to battery when its own time is over.
constexpr std::chrono::milliseconds flash_aftermath{1000};

/// Caller ID that nothing announces but itself.
bool comes_unannounced(config::CallerIdTiming timing) {
    return timing == config::CallerIdTiming::before_ring || timing == config::CallerIdTiming::dual_tone;
}

FxoLine::Settings fxo_settings(const config::Port& port) {
    const auto& from = port.fxo;
    const auto& country = port.country_profile;
    FxoLine::Settings line;
    line.answer_at_once = port.answer_at_once;
    if (!from.two_stage.empty()) {
        if (const auto map = routing::DigitMap::parse(from.two_stage)) line.two_stage = *map;
    }
    line.first_digit = from.first_digit;
    line.inter_digit = from.inter_digit;
    line.short_inter_digit = from.short_inter_digit;
    line.rings = from.rings;
    line.caller_gone = from.caller_gone;
    line.caller_id = from.caller_id && country.caller_id != config::CallerIdFormat::none;
    line.caller_id_answered = line.caller_id && country.caller_id == config::CallerIdFormat::ntt;
    line.listen_always = line.caller_id && comes_unannounced(country.caller_id_timing);
    line.wait_for_dial_tone = from.wait_for_dial_tone;
    line.dial_tone_limit = from.dial_tone_limit;
    line.dial_delay = from.dial_delay;
    line.dial_prefix = from.dial_prefix;
    line.pulse = port.dial_mode == config::DialMode::pulse;
    line.pulse_digit = 10 * (from.pulse_break + from.pulse_make) + from.pulse_pause;
    line.digit_time = from.dtmf_on + from.dtmf_off;
    line.answer_by = from.answer_by;
    line.answer_after = from.answer_after;
    line.disconnect_battery = from.disconnect_battery;
    line.disconnect_polarity = from.disconnect_polarity;
    line.first_reversal_answers = from.first_reversal == config::FirstReversal::answer;
    line.disconnect_tones = from.disconnect_tones;
    line.disconnect_dial_tone = from.disconnect_dial_tone;
    line.disconnect_silence = from.silence.count() > 0;
    line.longest_call = from.longest_call;
    line.guard = from.guard;
    line.battery_gone = std::max(from.battery_gone - battery_tolerance, battery_tolerance);
    line.dial_tone_back = from.dial_tone_back;
    line.flash = country.flash_out + flash_aftermath;
    return line;
}

}  // namespace

FxoPort::FxoPort(const config::Port& settings, Parts parts)
    : AnalogPort(settings, parts, std::make_unique<FxoLine>(fxo_settings(settings))),
      learnt_tones_(std::move(parts.learnt_tones)) {
    feed(input_of(LineInputKind::begin));
    prepare_channel();
}

FxoPort::~FxoPort() {
    shut_down();
}

bool FxoPort::may_open(const call::CallRequest&, unsigned&, call::Cause& why) {
    using call::Location;
    if (!idle()) {
        why = {call::q850::no_circuit_available, Location::private_local, "line in use"};
        return false;
    }
    // Asked of the board itself: not every driver reports when battery comes back.
    const auto now = status();
    if (!now) {
        check(now.error(), "status");
        why = {call::q850::destination_out_of_order, Location::private_local, "state of the line unknown"};
        note_refused("no_status");
    } else if (now->ringing) {
        why = {call::q850::no_circuit_available, Location::private_local, "line rings"};
        note_refused("ringing");
    } else if (!now->battery) {
        why = {call::q850::destination_out_of_order, Location::private_local, "no battery"};
        note_refused("no_battery");
    } else if (now->in_use) {
        why = {call::q850::no_circuit_available, Location::private_local, "another telephone is off-hook"};
        note_refused("in_use");
    } else {
        opened_ = reactor().now();
        return true;
    }
    return false;
}

void FxoPort::note_refused(const std::string& reason) {
    ++counters_.refused[reason];
    failed_ = reactor().now();
}

LineUse FxoPort::use() const {
    LineUse use;
    use.free = idle();
    use.failed_lately = failed_ && reactor().now() - *failed_ < failed_lately;
    use.calls = counters_.calls_in + counters_.calls_out;
    use.opened = opened_;
    return use;
}

media::Detectors FxoPort::detectors(const LineAction& listen) const {
    auto detectors = AnalogPort::detectors(listen);
    if (listen.progress) {
        detectors.learnt_tones = learnt_tones_;
        detectors.tone_cycles = settings_.fxo.tone_cycles;
    }
    const auto& digits = settings_.country_profile.caller_id_digits;
    detectors.caller_id = listen.caller_id_wanted;
    detectors.caller_id_codes = {.start = digits.start,
                                 .stop = digits.stop,
                                 .restricted = digits.restricted,
                                 .unavailable = digits.unavailable};
    detectors.voice = listen.voice;
    if (listen.silence) detectors.silence = settings_.fxo.silence;
    return detectors;
}

void FxoPort::add_to_view(PortView& view) const {
    view.last_proved_good = proved_good_;
    if (const auto now = status()) view.wire = *now;
}

bool FxoPort::carry_out_special(const LineAction& action) {
    switch (action.kind) {
        case LineActionKind::dial_pulses:
            need(control().dial_pulse(action.digits), "pulse dialling");
            return true;
        case LineActionKind::flash_line:
            check(
                control().flash(std::max(settings_.country_profile.flash_out, hardware::shortest_hook_flash)),
                "flash");
            return true;
        case LineActionKind::prove_good:
            prove_good();
            return true;
        case LineActionKind::note_refused:
            note_refused(action.digits);
            return true;
        default:
            return false;
    }
}

void FxoPort::prove_good() {
    proved_good_ = std::chrono::system_clock::now();
    failed_.reset();
}

LineCheck::Settings FxoPort::check_settings() const {
    LineCheck::Settings settings;
    settings.dial_tone_limit = settings_.fxo.dial_tone_limit;
    settings.guard = std::max(settings_.fxo.guard, rest_between_seizures);
    // A second dial tone is not recognised here: it is given the time that it usually takes.
    for (const char digit : settings_.fxo.dial_prefix)
        settings.dial_prefix += digit == 'W' ? std::string("wwww") : std::string(1, digit);
    return settings;
}

void FxoPort::add_to_check(CheckRun::Parts& parts) {
    parts.learnt_tones = learnt_tones_;
    parts.tone_cycles = settings_.fxo.tone_cycles;
    parts.pulse = settings_.dial_mode == config::DialMode::pulse;
    parts.dtmf_on = settings_.fxo.dtmf_on;
    parts.dtmf_off = settings_.fxo.dtmf_off;
    parts.prove_good = [this] { prove_good(); };
    parts.refuse = [this](const std::string& reason) { note_refused(reason); };
}

void FxoPort::feed_status_after(const hardware::LineStatus& status) {
    if (!status.ringing) return;
    auto input = input_of(LineInputKind::ring_begin);
    input.begun_earlier = true;
    feed(std::move(input));
}

void FxoPort::timer_ended(LineTimer timer) {
    if (timer == LineTimer::battery && battery_came_back()) {
        feed(input_of(LineInputKind::battery_present));
    } else {
        AnalogPort::timer_ended(timer);
    }
}

// The driver never reports that battery is back. Without asking, every loss would end the call, however short:
// so only one that still lasts when the timer ends is the exchange's release. A board that tells no status
// leaves it at what was reported.
bool FxoPort::battery_came_back() const {
    const auto now = status();
    return now && now->battery;
}

call::CallRequest FxoPort::incoming_request(const LineAction& action) const {
    call::CallRequest request;
    request.source = source();
    if (action.caller_id) {
        request.caller = caller_party(*action.caller_id);
    } else {
        request.caller.presentation = call::Presentation::unavailable;
    }
    request.called = !action.digits.empty() ? action.digits
                     : settings_.to.empty() ? settings_.number
                                            : settings_.to;
    return request;
}

}  // namespace tipring::analog
