// What only a line that feeds a telephone needs of its port: calls to it and from it. Thread: core.
#include "fxs_port.hpp"

#include <algorithm>
#include <ctime>

#include "forwarding_leg.hpp"
#include "tipring/base/log.hpp"

namespace tipring::analog {
namespace {

using std::chrono::milliseconds;

/// What the driver takes for the dial pulse "1" ends here (DAHDI's minimum flash).
constexpr milliseconds longest_pulse{200};
/// RP-AS: one ring of 200 to 300 ms (EN 300 659-1 6.1.3). Japan: 500 ms on and off until the phone answers.
constexpr hardware::RingCadence ring_pulse{250, 20000}, modem_ring{500, 500};
constexpr std::chrono::seconds notice_retry{10};
constexpr std::chrono::milliseconds wire_retry{100};
/// Whoever has called for help is called back, whatever his telephone was told before.
constexpr std::chrono::hours emergency_call_back{1};
/// The board's report of a burst's end, and the first samples of the clip, take their time.
constexpr milliseconds clip_starts_within{100};

std::tm local_time() {
    const auto now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    return local;
}

/// Empty: the telephone's user is not to know it.
std::string shown_number(const call::Party& caller) {
    return caller.presentation == call::Presentation::allowed ? caller.number : std::string();
}

routing::DigitMap digit_map(const config::Port& settings) {
    auto map = routing::DigitMap::parse(settings.digit_map);
    if (map) return std::move(*map);
    // The configuration was checked before; a port that cannot dial at all would be the worse answer.
    base::log::error("analog", "port={} digit map: {}; any number is taken", settings.channel,
                     map.error().message);
    return routing::DigitMap::parse("x.T").value();
}

FxsLine::Settings fxs_settings(const config::Port& settings, const PhoneRules& rules,
                               routing::Source source) {
    const auto& country = settings.country_profile;
    const auto& from = settings.fxs;
    FxsLine::Settings line;
    line.digit_map = digit_map(settings);
    if (from.services) line.codes = ServiceCodes(rules.codes);
    line.emergency = {country.emergency, rules.routes, std::move(source)};
    line.accept_dtmf = settings.dial_mode != config::DialMode::pulse;
    line.accept_pulse = settings.dial_mode != config::DialMode::dtmf;
    line.services = from.services;
    line.call_waiting = from.call_waiting;
    line.call_waiting_id = from.call_waiting_id && from.caller_id;
    line.flash = country.flash_max.count() > 0;
    line.flash_digits = country.flash_digits;
    line.may_transfer = from.may_forward;
    line.pulse_one_is_flash = line.flash && country.flash_min < longest_pulse;
    line.caller_id_timing = country.caller_id_timing;
    line.caller_id_answered = country.caller_id == config::CallerIdFormat::ntt;
    line.dial_without_tone = from.dial_without_tone;
    line.answer_polarity = from.answer_polarity;
    line.disconnect_battery = country.disconnect_battery;
    line.disconnect_polarity = country.disconnect_polarity;
    line.disconnect_tone = country.disconnect_tone;
    line.hotline = from.hotline;
    line.hotline_delay = from.hotline_delay;
    line.late_on_hook = from.late_on_hook;
    line.lock_out = from.lock_out;
    line.dial_tone = settings.dial_tone;
    line.first_digit = settings.first_digit;
    line.inter_digit = settings.inter_digit;
    line.short_inter_digit = settings.short_inter_digit;
    line.ring_timeout = settings.ring_timeout;
    line.warning = from.timers.reorder_tone;
    line.howler = from.timers.howler;
    line.confirmation = from.timers.confirmation_tone;
    line.menu = from.timers.flash_digit;
    line.recall_ring = from.timers.recall_ring;
    line.call_waiting_pause = from.timers.call_waiting_interval;
    return line;
}

}  // namespace

FxsPort::FxsPort(const config::Port& settings, Parts parts, ServiceStore& store, PhoneRules rules)
    : AnalogPort(settings, std::move(parts),
                 std::make_unique<FxsLine>(fxs_settings(settings, rules, source_of(settings)))),
      store_(store),
      rules_(std::move(rules)),
      sounds_(settings.country_profile, country().tones),
      sip_down_tone_(once(country().tones.info)),
      ring_(country().ring),
      notice_(reactor()) {
    prepare_channel();
    if (settings_.fxs.dial_without_tone && machine().idle()) feed(input_of(LineInputKind::begin));
}

FxsPort::~FxsPort() {
    shut_down();
}

/// The telephone that the calls go to may call this one itself. A number that somebody outside shows proves
/// nothing. No caller is sent to the rescuers, whatever was set before they had that number.
bool FxsPort::forwards(const std::string& number, const call::CallRequest& request) const {
    const auto& source = request.source;
    const bool from_there = source.line == routing::LineKind::fxs && source.name == number &&
                            request.caller.number == number;  // not one that it has forwarded or transferred
    return settings_.fxs.services && settings_.fxs.may_forward && !number.empty() && !from_there &&
           !line().is_emergency(number);
}

std::unique_ptr<call::Leg> FxsPort::open(base::LegId id, const call::CallRequest& request, call::Cause& why) {
    if (may_be_called_back()) return AnalogPort::open(id, request, why);
    const auto now = state();
    const auto forward = [&](const std::string& number, call::DivertReason reason) {
        return std::make_unique<ForwardingLeg>(id, base::format("fxs {}", settings_.channel), reactor(),
                                               source(), presentation(), number, reason);
    };
    if (forwards(now.forward_all, request))
        return forward(now.forward_all, call::DivertReason::unconditional);
    if (now.do_not_disturb && settings_.fxs.services) {
        if (forwards(now.forward_busy, request)) return forward(now.forward_busy, call::DivertReason::busy);
        why = {call::q850::user_busy, call::Location::user, "do not disturb"};
        return nullptr;
    }
    auto leg = AnalogPort::open(id, request, why);
    if (!leg && why.value == call::q850::user_busy && forwards(now.forward_busy, request))
        return forward(now.forward_busy, call::DivertReason::busy);
    return leg;
}

bool FxsPort::may_be_called_back() const {
    return emergency_ && reactor().now() - *emergency_ < emergency_call_back;
}

/// A transfer that takes its time holds its leg, not the telephone.
bool FxsPort::may_open(const call::CallRequest&, unsigned& slot, call::Cause& why) {
    const auto opened = [this](unsigned one) { return leg(one) != nullptr && !machine().has_call(one); };
    if (can_ring() && !opened(0) && !opened(1)) {
        for (slot = 0; slot < line_slots; ++slot) {
            if (leg(slot) == nullptr) return true;
        }
    }
    const auto waiting = line().waiting_slot();
    if (waiting < line_slots && leg(waiting) == nullptr && state().call_waiting) {
        slot = waiting;
        return true;
    }
    why = {call::q850::user_busy, call::Location::user, "line in use"};
    return false;
}

void FxsPort::note_start(LineInput& input, const call::CallRequest& request) {
    callers_.at(input.slot) = request.caller;
    sources_.at(input.slot) = request.source;
    if (machine().idle()) choose_ring(request);
    input.id_plan = caller_id_plan(callers_.at(input.slot));
    if (forwards(state().forward_no_answer, request) && !may_be_called_back())
        input.no_answer = rules_.forward_no_answer;
    if (auto* const one = leg(input.slot))
        one->set_ringing_limit(input.no_answer.count() > 0 ? input.no_answer : settings_.ring_timeout);
    // Nobody who hides his number is called back, and no one else in his place.
    const auto number = shown_number(request.caller);
    auto next = state();
    next.last_caller = is_dialable(number) ? number : "";
    store_.set(settings_.number, next);
}

void FxsPort::choose_ring(const call::CallRequest& request) {
    auto pattern = ring_pattern(request.alert_info);
    // The bell would tell who it is.
    const auto number = shown_number(request.caller);
    for (const auto& rule : settings_.fxs.ring_rules) {
        if (pattern != 0) break;
        if (rule.caller.empty() || routing::matches(rule.caller, number)) pattern = rule.pattern;
    }
    ring_ = pattern_cadence(pattern, country().ring);
}

/// A message that is longer than every silence of the ring goes without the name, or not at all.
CallerIdPlan FxsPort::caller_id_plan(call::Party& caller) const {
    CallerIdPlan plan;
    plan.known = settings_.fxs.caller_id && sounds_.tells_caller();
    if (!plan.known || settings_.country_profile.caller_id_timing != config::CallerIdTiming::after_first_ring)
        return plan;
    const auto bursts = [&] {
        const milliseconds length(sounds_.caller_id(caller, local_time()).size() /
                                  (hardware::sample_rate_hz / 1000));
        return bursts_before_silence(ring_, length + clip_starts_within);
    };
    plan.bursts = bursts();
    if (plan.bursts == 0 && machine().idle() && !std::exchange(caller.name, {}).empty())
        plan.bursts = bursts();
    plan.known = plan.bursts > 0 || !machine().idle();
    return plan;
}

/// Who gave up himself is not sent elsewhere.
void FxsPort::report_released(unsigned slot, LineLeg& leg, const call::Cause& cause) {
    const auto number = state().forward_no_answer;
    call::CallRequest request;
    request.caller = callers_.at(slot);
    request.source = sources_.at(slot);
    const bool unanswered = cause.value == call::q850::no_answer && !leg.was_answered() && !leg.told_to_end();
    if (unanswered && forwards(number, request) && !may_be_called_back()) {
        leg.report_redirected(number, call::DivertReason::no_answer);
    } else {
        leg.report_released(cause);
    }
}

void FxsPort::feed_status_before(const hardware::LineStatus& status) {
    if (status.off_hook == machine().off_hook()) return;
    feed(status.off_hook ? lifted(LineInputKind::off_hook) : input_of(LineInputKind::on_hook));
}

/// Asked when the phone is lifted: an account comes and goes at any time.
LineInput FxsPort::lifted(LineInputKind kind) const {
    auto input = input_of(kind);
    if (!settings_.fxs.sip_down_tone || settings_.account.empty() || !machine().idle()) return input;
    const auto fault = sip_fault();
    if (fault.empty()) return input;
    base::log::info("analog", "{} is lifted while calls cannot go out over account {}: {}", log_prefix(),
                    settings_.account, fault);
    input.sip_down_tone = length_of(sip_down_tone_);
    return input;
}

// When the status was asked within a break as short as a dial pulse, the driver counts it as one and does not
// report that the phone is up. A bouncing hook contact makes such pulses too, so its status has to agree.
bool FxsPort::translate(LineInput& input) {
    if (input.kind == LineInputKind::pulse_digit && !machine().off_hook()) {
        const auto now = status();
        if (now && now->off_hook) input = input_of(LineInputKind::off_hook);
    }
    if (input.kind != LineInputKind::off_hook && input.kind != LineInputKind::flash) return true;
    // The driver would not take a seizure while it settles; the status tells of the phone after that.
    if (wire().settling() && !machine().conditions().seized) return false;
    input = lifted(input.kind);
    return true;
}

/// The next thing would be a ring, which the board refuses until it has settled.
void FxsPort::timer_ended(LineTimer ended) {
    if (wire().busy() && !machine().conditions().seized) {
        timer(ended).start(wire_retry, [this, ended] { timer_ended(ended); });
    } else {
        AnalogPort::timer_ended(ended);
    }
}

/// A phone that was down for just longer than a flash: the report that it is up has not come yet, and the driver
/// drops its battery all the same.
bool FxsPort::off_hook_now() const {
    if (machine().off_hook()) return true;
    const auto now = status();
    return now && now->off_hook;
}

call::CallRequest FxsPort::incoming_request(const LineAction& action) const {
    call::CallRequest request;
    request.source = source();
    const bool hidden =
        !line().is_emergency(action.digits) &&
        (identity_ == Identity::hidden || (settings_.fxs.anonymous && identity_ != Identity::shown));
    request.caller = {settings_.number,
                      settings_.caller_name.empty() ? settings_.label : settings_.caller_name,
                      hidden ? call::Presentation::restricted : call::Presentation::allowed};
    request.called = action.digits;
    return request;
}

void FxsPort::note_incoming(const LineAction& action) {
    if (line().is_emergency(action.digits)) emergency_ = reactor().now();
    auto next = state();
    next.last_dialled = action.digits;
    next.last_identity = std::exchange(identity_, Identity::usual);
    store_.set(settings_.number, next);
}

bool FxsPort::carry_out_special(const LineAction& action) {
    auto* const one = leg(action.slot);
    switch (action.kind) {
        case LineActionKind::play_clip:
            play_clip(action);
            return true;
        case LineActionKind::stop_clip:
            audio().stop_clip();
            if (std::exchange(notifies_, false)) notice_.start(notice_retry, [this] { show_messages(); });
            return true;
        case LineActionKind::mute:
            audio().mute(action.on);
            return true;
        case LineActionKind::polarity:
            check(control().set_polarity(action.on), "polarity");
            return true;
        case LineActionKind::report_hold:
            if (one != nullptr) one->report_hold(action.on);
            return true;
        case LineActionKind::report_flash:
            if (one != nullptr) one->report_flash();
            return true;
        case LineActionKind::report_transfer:
            if (one != nullptr) one->report_transfer(action.digits);
            return true;
        case LineActionKind::report_join:
            if (one != nullptr && leg(1 - action.slot) != nullptr) one->report_join(*leg(1 - action.slot));
            return true;
        case LineActionKind::report_pick_up:
            pick_up(action);
            return true;
        case LineActionKind::use_service:
            feed(serve(action.digits));
            return true;
        default:
            return false;
    }
}

void FxsPort::play_clip(const LineAction& action) {
    const auto& caller = callers_.at(action.slot);
    notifies_ = action.clip == LineClip::message_waiting;
    dsp::Samples clip;
    switch (action.clip) {
        case LineClip::caller_id:
            clip = sounds_.caller_id(caller, local_time());
            break;
        case LineClip::call_waiting:
            clip = sounds_.call_waiting(action.on);
            break;
        case LineClip::waiting_caller_id:
            clip = sounds_.waiting_caller_id(caller, local_time());
            break;
        case LineClip::message_waiting:
            if (auto message = sounds_.message_waiting(messages_)) clip = std::move(*message);
            break;
    }
    if (!machine().off_hook()) {
        const milliseconds length(clip.size() / (hardware::sample_rate_hz / 1000));
        check(control().prepare_on_hook_audio(length + std::chrono::seconds(1)), "audio on-hook");
    }
    audio().play_clip(std::move(clip));
}

hardware::RingCadence FxsPort::ring_cadence(const LineAction& action) const {
    if (!action.short_ring) return ring_;
    return settings_.country_profile.caller_id == config::CallerIdFormat::ntt ? modem_ring : ring_pulse;
}

const dsp::ToneSequence& FxsPort::sequence(LineTone tone) const {
    const bool stutters = tone == LineTone::dial && messages_ > 0 && settings_.fxs.message_waiting.stutter;
    if (tone == LineTone::info) return sip_down_tone_;
    return stutters ? country().tones.stutter : AnalogPort::sequence(tone);
}

void FxsPort::pick_up(const LineAction& action) {
    auto leg = adopt_leg(action.slot);
    identity_ = Identity::usual;
    calls().pick_up(std::move(leg), incoming_request(action), pick_up_);
}

void FxsPort::set_messages(unsigned messages) {
    if (std::exchange(messages_, messages) == messages) return;
    base::log::info("analog", "{} {} new messages", log_prefix(), messages);
    if (settings_.fxs.message_waiting.lamp) check(control().set_message_lamp(messages), "message lamp");
    show_messages();
}

/// A phone in use is told when it is down again.
void FxsPort::show_messages() {
    const auto& ways = settings_.fxs.message_waiting;
    if (shut() || (!ways.fsk && !ways.polarity)) return;
    if (!idle()) {
        notice_.start(notice_retry, [this] { show_messages(); });
        return;
    }
    auto input = input_of(LineInputKind::show_messages);
    input.inband = ways.polarity && messages_ > 0;
    input.id_plan.known = ways.fsk && sounds_.message_waiting(messages_).has_value();
    feed(std::move(input));
}

void FxsPort::add_to_view(PortView& view) const {
    view.messages = messages_;
    view.services = state();
    view.calls_held = line().held_calls();
}

}  // namespace tipring::analog
