#include "span_controller.hpp"

#include <algorithm>

#include "bearer_position.hpp"
#include "span_member.hpp"
#include "span_names.hpp"
#include "tipring/base/log.hpp"
#include "tipring/config/changes.hpp"

namespace tipring::isdn {

namespace {

namespace log = base::log;
using State = SpanCall::State;

std::vector<unsigned> positions_of(const std::vector<BearerPosition>& bearers) {
    std::vector<unsigned> positions;
    for (const auto& bearer : bearers)
        positions.push_back(bearer.position);
    return positions;
}

std::vector<TrunkSpan> spans_of(const config::Span& settings) {
    std::vector<TrunkSpan> spans{{.interface = 0, .number = settings.number}};
    for (const auto& member : settings.nfas)
        spans.push_back({.interface = member.interface, .number = member.number});
    return spans;
}

}  // namespace

SpanController::SpanController(const config::Span& settings, ControllerParts parts)
    : settings_(settings),
      reactor_(parts.reactor),
      sink_(parts.calls),
      d_channel_(std::move(parts.d_channel)),
      backup_d_channel_(std::move(parts.backup_d_channel)),
      span_alarm_(std::move(parts.span_alarm)),
      spans_(spans_of(settings)),
      audio_(std::move(parts.audio)),
      bearers_(std::move(parts.bearers)),
      on_change_(std::move(parts.on_change)),
      times_(parts.times),
      dial_tone_(std::move(parts.dial_tone)),
      allocator_(positions_of(bearers_), settings.channel_choice, settings.side == config::SpanSide::network),
      reconcile_timer_(reactor_),
      t309_timer_(reactor_) {
    audio_->on_line_event = [this](unsigned position, hardware::LineEventKind kind) {
        on_line_event(position, kind);
    };
    link_ = std::make_unique<PriLink>(reactor_, *d_channel_,
                                      LinkOptions{.label = base::format("span={}", settings_.number),
                                                  .network_side = settings_.side == config::SpanSide::network,
                                                  .t1 = settings_.is_t1(),
                                                  .switch_type = settings_.switch_type,
                                                  .t309 = times_.t309,
                                                  .timers = settings_.timers,
                                                  .trace = &trace_,
                                                  .numbers = settings_.numbers,
                                                  .overlap_sending = settings_.sends_overlap(),
                                                  .transfer = settings_.transfer,
                                                  .malicious_call = settings_.malicious_call,
                                                  .nfas = is_trunk()},
                                      [this](const LinkEvent& event) { on_link(event); });
    for (const auto& member : settings_.nfas) {
        if (member.d_channel != 0 && backup_d_channel_)
            link_->add_backup(*backup_d_channel_, member.interface);
        members_.push_back(make_span_member(*this, member));
    }
    restarts_ = std::make_unique<RestartProcedure>(
        reactor_, allocator_, RestartTimes{times_.t316, times_.n316},
        [this](unsigned position) { link_->restart(position); },
        [this](const std::string& text) {
            last_error_ = text;
            log::warning("isdn", "span={} {}", settings_.number, text);
        });
    read_digit_map();
    spans_.front().alarm = first_span_alarm();
    allocator_.set_span_alarm(spans_.front().alarm);
    check_member_alarms();
    reconcile_timer_.start(times_.reconcile, [this] { reconcile(); });
}

bool SpanController::idle() const {
    return calls_.empty() && held_.empty() && std::ranges::none_of(spans_, &TrunkSpan::looped);
}

void SpanController::read_digit_map() {
    digit_map_.reset();
    if (auto map = routing::DigitMap::parse(settings_.digit_map); map && settings_.receives_overlap())
        digit_map_ = std::move(*map);
}

bool SpanController::adopt(const config::Span& settings) {
    if (!config::same(config::with_call_settings(settings_, settings), settings)) return false;
    settings_ = settings;
    read_digit_map();
    link_->set_numbers(settings_.numbers);
    for (std::size_t i = 0; i < members_.size(); ++i)
        members_[i]->adopt(settings_.nfas[i]);
    return true;
}

SpanController::~SpanController() {
    shut_down();
    audio_->on_line_event = nullptr;
}

void SpanController::shut_down() {
    if (stopped_) return;
    const call::Cause cause{call::q850::destination_out_of_order, call::Location::private_local,
                            "span shut down"};
    for (const auto& call : std::vector(calls_)) {
        forget_transfer(call);
        if (!call->clearing()) begin_clearing(call, cause);
        report_release(call);
        call->report_timer.stop();
        call->guard_timer.stop();
        call->t310_timer.stop();
        call->digit_timer.stop();
        call->controller = nullptr;
    }
    while (!held_.empty())
        take_back(held_.back()->position);
    stopped_ = true;
    calls_.clear();
    reconcile_timer_.stop();
    t309_timer_.stop();
    restarts_->cancel();
    link_->stop();
}

// --- the leg's commands ---

std::unique_ptr<call::Leg> SpanController::open(base::LegId id, const call::CallRequest&, call::Cause& why) {
    why.location = call::Location::private_local;
    if (stopped_ || !usable() || !up_) {
        why.value = call::q850::network_out_of_order;
        why.detail = base::format("span {}: {}", settings_.number,
                                  spans_.front().looped ? "it is looped"
                                  : !usable()           ? "layer 1 is down"
                                                        : "the D-channel is down");
        return nullptr;
    }
    const auto position = allocator_.take_outgoing();
    if (!position) {
        why.value = call::q850::no_circuit_available;
        why.detail = base::format("span {}: no idle channel", settings_.number);
        return nullptr;
    }
    auto call = std::make_shared<SpanCall>(reactor_);
    call->controller = this;
    call->serial = ++last_serial_;
    call->outgoing = true;
    call->state = State::reserved;
    call->position = *position;
    calls_.push_back(call);
    return std::make_unique<BearerLeg>(
        id, base::format("span {} channel {}", span_number(*position), timeslot_of(*position)), call);
}

void SpanController::start(const CallPointer& call, const call::CallRequest& request) {
    if (call->state != State::reserved) return;
    OutgoingSetup setup{.caller = request.caller, .called = request.called, .channel = call->position};
    setup.exclusive = settings_.channel_wish == config::ChannelWish::exclusive ||
                      (settings_.channel_wish == config::ChannelWish::by_side &&
                       settings_.side == config::SpanSide::network);
    setup.complete = !settings_.sends_overlap();
    setup.diversions = request.diversions;
    setup.user_to_user = request.user_to_user;
    if (setup.caller.number.empty() && setup.caller.presentation != call::Presentation::restricted &&
        !settings_.number_default.empty()) {
        setup.caller.number = settings_.number_default;
        setup.caller.presentation = call::Presentation::allowed;
        if (settings_.side == config::SpanSide::network) setup.caller.screening = call::Screening::network;
    }
    ++calls_out_;
    auto* const record = link_->setup(setup);
    end_previous(record);
    call->record = record;
    if (call->record == nullptr) {
        log::warning("isdn", "{} no SETUP: \"{}\" is no number", ids(*call), base::printable(request.called));
        call->cause = {call::q850::invalid_number_format, call::Location::private_local, "no digits to dial"};
        finish(call);
        return;
    }
    call->state = State::setup;
    log::info("isdn", "{} SETUP to {}", ids(*call), base::printable(request.called));
}

void SpanController::alert(const CallPointer& call, bool inband) {
    if (call->outgoing || call->clearing() || call->state == State::connected) return;
    inband = inband && !call->waiting;
    if (inband) start_audio(call);
    const bool announce = inband && !call->inband_reported;
    call->inband_reported = call->inband_reported || inband;
    if (call->state != State::alerting) {
        call->state = State::alerting;
        link_->alerting(call->record, call->position, inband);
    } else if (announce) {
        // ALERTING is sent once, and without being told the other side goes on with its own ringing tone
        // (Q.931 3.1.8, 5.5.6).
        link_->progress(call->record, call->position);
    }
}

void SpanController::progress(const CallPointer& call) {
    if (call->outgoing || call->clearing() || call->state == State::connected || call->inband_reported)
        return;
    if (call->waiting) return;  // there is nothing to hear it on
    start_audio(call);
    call->inband_reported = true;
    link_->progress(call->record, call->position);
}

void SpanController::progress_indicators(const CallPointer& call,
                                         const std::vector<call::ProgressIndicator>& indicators,
                                         bool of_answer) {
    if (call->outgoing || call->clearing() || call->state == State::connected) return;
    link_->progress_indicators(call->record, indicators, of_answer);
}

void SpanController::connected_party(const CallPointer& call, const call::Party& party) {
    if (call->outgoing || call->clearing() || (party.number.empty() && party.name.empty())) return;
    // Q.951 5 knows the connected number in CONNECT only; private networks tell of a transfer, too (ECMA-178).
    if (call->state == State::connected && settings_.switch_type != config::SwitchType::qsig) return;
    link_->connected(call->record, party);
}

void SpanController::answer(const CallPointer& call) {
    if (call->outgoing || call->clearing() || call->state == State::connected) return;
    if (call->waiting && !end_waiting(call)) return;
    start_audio(call);
    if (!call->audio) {
        begin_clearing(
            call, {call::q850::temporary_failure, call::Location::private_local, "the channel has no audio"});
        return;
    }
    call->state = State::connected;
    link_->answer(call->record, call->position);
    log::info("isdn", "{} answered", ids(*call));
}

void SpanController::release(const CallPointer& call, const call::Cause& cause) {
    if (call->clearing()) return;
    forget_transfer(call);
    settle_transfer_request(call, call::is_transferred_away(cause));
    log::info("isdn", "{} released by this side: {}", ids(*call), call::to_text(cause));
    begin_clearing(call, cause);
}

void SpanController::abandon(const CallPointer& call) {
    call->release_reported = true;  // nobody is left to be told
    forget_transfer(call);
    if (!call->clearing())
        begin_clearing(call, {call::q850::normal_clearing, call::Location::private_local, ""});
}

void SpanController::send_digit(const CallPointer& call, char digit) {
    if (call->audio) audio_->send_digit(call->position, digit);
}

media::EndpointId SpanController::media_of(const SpanCall& call) const {
    return call.position != 0 && call.state != State::over ? audio_->endpoint(call.position)
                                                           : media::EndpointId{};
}

// --- clearing ---

void SpanController::begin_clearing(const CallPointer& call, const call::Cause& cause) {
    const bool sent = call->record != nullptr;
    call->state = State::releasing;
    call->cause = cause;
    call->t310_timer.stop();
    call->digit_timer.stop();
    call->report_timer.stop();
    stop_audio(call);
    const auto location = call->peer_cause ? std::nullopt : std::optional(cause.location);
    if (!sent || link_->hangup(call->record, cause.value, location)) {
        finish(call);
        return;
    }
    call->report_timer.start(times_.release_report, [this, call] { report_release(call); });
    call->guard_timer.start(times_.release_guard, [this, call] {
        log::warning("isdn", "{} was never cleared by the network", ids(*call));
        const unsigned position = call->position;
        link_->destroy(call->record);
        finish(call);
        if (position != 0) restart_later(position);
    });
}

void SpanController::finish(const CallPointer& call) {
    if (call->state == State::over) return;
    if (!call->peer_cause) forget_transfer(call);
    stop_audio(call);
    // The other end may not have heard of it.
    if (!up_ && call->record != nullptr && call->position != 0) unsure_.insert(call->position);
    call->state = State::over;
    call->record = nullptr;
    call->report_timer.stop();
    call->guard_timer.stop();
    call->t310_timer.stop();
    call->digit_timer.stop();
    std::erase(calls_, call);
    const bool shared = std::ranges::any_of(
        calls_, [&call](const CallPointer& other) { return other->position == call->position; });
    if (call->position != 0 && !shared) allocator_.release(call->position);
    report_release(call);
    let_go(call);
}

/// Nothing of the span needs the call any more; its leg may outlive the span.
void SpanController::let_go(const CallPointer& call) {
    if (call->state == State::over && call->release_reported) call->controller = nullptr;
}

void SpanController::report(const CallPointer& call,
                            std::function<void(call::LegObserver&, call::Leg&)> what) {
    // Posted, so that no observer runs inside a command, and so that reports keep their order.
    reactor_.post([call, what = std::move(what)] {
        if (call->leg != nullptr && call->leg->observer() != nullptr)
            what(*call->leg->observer(), *call->leg);
    });
}

void SpanController::report_release(const CallPointer& call) {
    if (call->release_reported || ends_by_transfer(call)) return;
    call->release_reported = true;
    let_go(call);
    report(call, [cause = call->cause](call::LegObserver& observer, call::Leg& leg) {
        observer.on_released(leg, cause);
    });
}

// --- audio ---

void SpanController::start_audio(const CallPointer& call) {
    if (call->audio || call->position == 0) return;
    call->audio = audio_->start(call->position);
}

void SpanController::stop_audio(const CallPointer& call) {
    if (!call->audio) return;
    call->audio = false;
    audio_->stop(call->position);
}

// --- views ---

SpanController::CallPointer SpanController::find(const q931_call* record) const {
    const auto found = std::find_if(calls_.begin(), calls_.end(), [record](const CallPointer& call) {
        return record != nullptr && call->record == record;
    });
    return found != calls_.end() ? *found : nullptr;
}

std::string SpanController::ids(const SpanCall& call) const {
    const auto call_id = call.leg != nullptr ? call.leg->call() : call.call_id;
    return base::format("call={} leg={} span={} channel={}", call_id, call.leg_id, span_number(call.position),
                        timeslot_of(call.position));
}

void SpanController::changed(const SpanEvent& event) const {
    if (on_change_) on_change_(event, view());
}

SpanView SpanController::view() const {
    auto view = settings_view(settings_);
    view.missing = link_failed_;
    view.layer1_up = !spans_.front().alarm;
    view.d_channel_up = up_;
    view.in_use = allocator_.in_use();
    view.idle = allocator_.idle();
    view.held = static_cast<unsigned>(
        std::ranges::count_if(calls_, [](const CallPointer& call) { return call->held; }));
    view.calls_in = calls_in_;
    view.calls_out = calls_out_;
    view.d_channel_losses = losses_;
    view.d_channel_errors = d_channel_->errors();
    view.restarts = restarts_->counters().acknowledged;
    view.restart_failures = restarts_->counters().failed;
    view.repairs = repairs_;
    view.service_messages = has_service_messages(settings_.switch_type);
    view.last_error = last_error_;
    for (const auto& bearer : bearers_) {
        BearerView row;
        row.position = timeslot_of(bearer.position);
        row.span = span_number(bearer.position);
        row.channel = bearer.channel;
        const auto channel = allocator_.channel(bearer.position);
        row.state = channel.shown();
        row.out_here = channel.out_here();
        row.out_remote = channel.out_remote();
        row.removed = channel.removed();
        row.testing = is_held(bearer.position);
        for (const auto& call : calls_) {
            if (call->position == bearer.position)
                row.call = call->leg != nullptr ? call->leg->call() : call->call_id;
        }
        view.bearers.push_back(row);
    }
    if (is_trunk()) show_trunk(view);
    return view;
}

}  // namespace tipring::isdn
