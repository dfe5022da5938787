// How one call carries out what its Bridge decides. Thread: core.
#include "active_call.hpp"

#include <algorithm>
#include <utility>

#include "tipring/base/log.hpp"

namespace tipring::call {
namespace {

/// A leg that was told to end and does not say that it has ended is destroyed after this time: longer than a
/// SIP transaction may take to time out (64*T1 = 32 s, RFC 3261 17.1.2.2).
constexpr std::chrono::seconds release_guard{40};
/// Between the end of a leg's own ringing limit and giving it up. What a telephone is told before its first ring
/// (caller ID) takes up to a few seconds of it.
constexpr std::chrono::seconds ringing_margin{20};

}  // namespace

std::string leg_ids(base::CallId call, const Leg& leg) {
    return base::format("call={} leg={} {}", call, leg.id(), leg.endpoint_name());
}

ActiveCall::ActiveCall(base::CallId id, std::unique_ptr<Leg> leg, const CallRequest& request,
                       const Parts& parts)
    : id_(id),
      parts_(parts),
      audio_(parts.connector),
      search_(request),
      no_answer_timer_(parts.reactor),
      guard_timer_(parts.reactor),
      began_(parts.reactor.now()),
      answered_at_(began_),
      ended_at_(began_) {
    a_ = {std::move(leg), request.caller, request.source, "caller"};
    b_.role = "called";
    b_.party.number = request.called;
    record_.id = id_;
    record_.from_endpoint = a_.leg->endpoint_name();
    record_.caller = request.caller;
    record_.called = request.called;
    record_.diversions = request.diversions;
    record_.started = std::chrono::system_clock::now();
    a_.leg->set_call(id_);
    a_.leg->observe(this);
    base::log::info("call", "{} incoming caller={} called={}", leg_ids(id_, *a_.leg),
                    logged_number(request.caller), base::printable(request.called));
    shown_ = shown_state(view());
}

ActiveCall::~ActiveCall() {
    for (auto* leg : {a_.leg.get(), b_.leg.get()}) {
        if (leg != nullptr) leg->observe(nullptr);
    }
    for (const auto& leg : abandoned_)
        leg->observe(nullptr);
}

void ActiveCall::begin() {
    search_.route(parts_.host);
    record_.route = search_.rule();
    if (search_.empty()) {
        base::log::info("call", "{} no route for called={}", leg_ids(id_, *a_.leg),
                        base::printable(search_.request().called));
    }
    feed({.kind = BridgeEventKind::begin});
}

void ActiveCall::hang_up(const Cause& cause) {
    feed({.kind = BridgeEventKind::hang_up, .cause = cause});
}

// Events wait in a queue, because an action may cause the next event before the actions of this one are all
// done.
void ActiveCall::feed(BridgeEvent event) {
    queue_.push_back(std::move(event));
    if (std::exchange(working_, true)) return;
    while (!queue_.empty()) {
        const auto next = std::move(queue_.front());
        queue_.pop_front();
        const auto unexpected = bridge_.unexpected();
        const auto before = bridge_.state();
        const auto actions = bridge_.handle(next);
        if (bridge_.unexpected() != unexpected) {
            base::log::warning("call", "call={} unexpected event {} in state {}", id_, name(next.kind),
                               name(before));
        }
        note_state();
        for (const auto& action : actions)
            carry_out(action);
        tell_change();
    }
    working_ = false;
}

void ActiveCall::note_state() {
    const auto bridge = bridge_.state();
    const bool talking = bridge == BridgeState::talking || bridge == BridgeState::referring;
    if (talking && !std::exchange(answered_, true)) answered_at_ = parts_.reactor.now();
    if ((bridge == BridgeState::releasing || bridge == BridgeState::ended) &&
        !std::exchange(talk_over_, true)) {
        ended_at_ = parts_.reactor.now();
    }
    if (talk_over_ && join_) {
        const auto join = *std::exchange(join_, std::nullopt);
        tell_failed(join.call, join.other);
    }
    tell_change();
}

void ActiveCall::tell_change() {
    if (ended()) return;
    const auto now = shown_state(view());
    if (std::exchange(shown_, now) != now) parts_.host.changed(*this);
}

void ActiveCall::carry_out(const BridgeAction& action) {
    using Kind = BridgeActionKind;
    switch (action.kind) {
        case Kind::proceed_a:
            if (a_.leg) a_.leg->proceeding();
            break;
        case Kind::alert_a:
            alert_a(action);
            break;
        case Kind::answer_a:
            answer_a();
            break;
        case Kind::release_a:
            if (a_.leg) a_.leg->release(action.cause);
            break;
        case Kind::release_b:
            if (b_.leg) b_.leg->release(action.cause);
            break;
        case Kind::abandon_b:
            abandon(std::move(b_.leg), action.cause);
            break;
        case Kind::connect:
            connect();
            break;
        case Kind::disconnect:
            audio_.part();
            break;
        case Kind::try_next:
            try_next();
            break;
        case Kind::start_no_progress:
            wait_for_answer(parts_.options.no_progress);
            break;
        case Kind::start_no_answer:
            wait_for_answer(ringing_limit());
            break;
        case Kind::stop_no_answer:
            no_answer_timer_.stop();
            break;
        case Kind::digit_to_a:
            if (a_.leg) a_.leg->send_digit(action.digit);
            break;
        case Kind::digit_to_b:
            if (b_.leg) b_.leg->send_digit(action.digit);
            break;
        case Kind::dial_on_b:
            if (b_.leg) b_.leg->dial_on(action.digit);
            break;
        case Kind::start_guard:
            start_guard();
            break;
        case Kind::finish:
            finish();
            break;
        default:
            carry_out_transfer(action);
    }
}

void ActiveCall::carry_out_transfer(const BridgeAction& action) {
    using Kind = BridgeActionKind;
    auto* leg = seat(action.side).leg.get();
    switch (action.kind) {
        case Kind::redirect:
            redirect();
            break;
        case Kind::reroute:
            reroute();
            break;
        case Kind::leave:
            leave(action.side);
            break;
        case Kind::take_b:
            take_b();
            break;
        case Kind::answer_b:
            if (b_.leg) b_.leg->answer();
            break;
        case Kind::ring_a:
            if (a_.leg) audio_.ring(a_.leg->media(), parts_.options.ringback);
            break;
        case Kind::stop_ring_a:
            audio_.stop_ring();
            break;
        case Kind::hold:
            if (leg != nullptr) leg->hold(action.on);
            break;
        case Kind::flash:
            if (leg != nullptr) leg->flash();
            break;
        case Kind::transfer_failed:
            if (leg != nullptr) leg->transfer_failed();
            break;
        default:
            break;
    }
}

void ActiveCall::alert_a(const BridgeAction& action) {
    if (!a_.leg) return;
    if (action.inband && !action.rings) {
        a_.leg->progress();
    } else {
        a_.leg->alert(action.inband);
    }
}

void ActiveCall::answer_a() {
    if (!a_.leg) return;
    if (b_.leg && b_.leg->carries_data()) a_.leg->carry_data();
    a_.leg->answer();
}

void ActiveCall::abandon(std::unique_ptr<Leg> leg, const Cause& cause) {
    if (!leg) return;
    base::log::info("call", "{} given up cause={}", leg_ids(id_, *leg), cause);
    abandoned_.push_back(std::move(leg));
    abandoned_.back()->release(cause);
}

void ActiveCall::try_next() {
    const auto attempt = search_.next(parts_.host);
    if (!attempt) {
        feed({.kind = BridgeEventKind::out_of_destinations});
        return;
    }
    if (a_.leg) a_.leg->progress_indicators({}, false);  // what the last destination's network said
    const auto& step = attempt->step;
    const auto destination = routing::to_text(step.destination);
    ++record_.attempts;
    note_attempt(destination, step.called);

    auto request = search_.request();
    request.called = step.called;
    Cause why{q850::destination_out_of_order, Location::private_local, "no such destination"};
    auto leg =
        attempt->exit != nullptr ? attempt->exit->open(parts_.host.next_leg_id(), request, why) : nullptr;
    if (!leg) {
        base::log::info("call", "call={} {} not available cause={}", id_, destination, why);
        feed({.kind = BridgeEventKind::attempt_refused, .cause = why});
        return;
    }
    const routing::Source there{step.destination.kind, step.destination.name, attempt->group, {}};
    const auto source = leg->source().value_or(there);
    b_ = {std::move(leg), {step.called, "", {}}, source, transferred() ? "transferred" : "called"};
    b_.leg->set_call(id_);
    b_.leg->observe(this);
    if (a_.leg && a_.leg->carries_data()) b_.leg->carry_data();
    note_attempt(b_.leg->endpoint_name(), step.called);
    base::log::info("call", "{} trying {} called={}", leg_ids(id_, *b_.leg), destination,
                    base::printable(step.called));
    feed({.kind = BridgeEventKind::attempt_started});
    b_.leg->start(request);
}

void ActiveCall::connect() {
    audio_.join(a_.leg ? a_.leg->media() : media::EndpointId{},
                b_.leg ? b_.leg->media() : media::EndpointId{}, std::exchange(media_moved_, false));
}

/// A telephone rings as long as its port says; what it does then (the next one, forwarding) comes before the
/// call gives it up.
base::Duration ActiveCall::ringing_limit() const {
    if (bridge_.state() != BridgeState::alerting || !b_.leg) return parts_.options.no_answer;
    const auto limit = b_.leg->ringing_limit();
    return limit ? *limit + ringing_margin : parts_.options.no_answer;
}

void ActiveCall::wait_for_answer(base::Duration limit) {
    no_answer_timer_.start(limit, [this] {
        if (bridge_.state() == BridgeState::referring) {
            base::log::warning("call", "call={} the far end does not say what came of the transfer", id_);
            referred(ReferOutcome::failed);  // a joint one has a way left
        } else {
            feed({.kind = BridgeEventKind::no_answer});
        }
    });
}

void ActiveCall::start_guard() {
    guard_timer_.start(release_guard, [this] {
        base::log::warning("call", "call={} a leg did not end within {} of its release; dropped", id_,
                           release_guard);
        feed({.kind = BridgeEventKind::guard});
    });
}

void ActiveCall::finish() {
    no_answer_timer_.stop();
    guard_timer_.stop();
    audio_.stop_ring();
    audio_.part();
    for (auto* leg : {&a_.leg, &b_.leg}) {
        if (*leg) parts_.host.bury(std::move(*leg));
    }
    if (newcomer_ && newcomer_->seat.leg) parts_.host.bury(std::move(newcomer_->seat.leg));
    for (auto& leg : abandoned_)
        parts_.host.bury(std::move(leg));
    abandoned_.clear();
    parts_.host.finished(*this);
}

void ActiveCall::on_proceeding(Leg& leg) {
    if (is_b(leg)) feed({.kind = BridgeEventKind::b_proceeding});
}

void ActiveCall::on_alerting(Leg& leg, bool inband) {
    if (!is_b(leg)) return;
    base::log::info("call", "{} alerting inband={}", leg_ids(id_, leg), inband);
    feed({.kind = BridgeEventKind::b_alerting, .inband = inband});
}

void ActiveCall::on_progress(Leg& leg) {
    if (!is_b(leg)) return;
    base::log::info("call", "{} in-band information", leg_ids(id_, leg));
    feed({.kind = BridgeEventKind::b_alerting, .inband = true, .rings = false});
}

void ActiveCall::on_progress_indicators(Leg& leg, const std::vector<ProgressIndicator>& indicators,
                                        bool of_answer) {
    if (is_b(leg) && a_.leg) a_.leg->progress_indicators(indicators, of_answer);
}

// What was called stays what is dialled to reach this party again, so only the other side is told.
void ActiveCall::on_connected_party(Leg& leg, const Party& party) {
    const auto side = side_of(leg);
    if (!side) return;
    base::log::debug("call", "{} connected party={}", leg_ids(id_, leg), logged_number(party));
    if (auto* other_leg = seat(other(*side)).leg.get(); other_leg != nullptr)
        other_leg->connected_party(party);
}

void ActiveCall::on_answered(Leg& leg) {
    if (!is_b(leg)) return;
    base::log::info("call", "{} answered", leg_ids(id_, leg));
    feed({.kind = BridgeEventKind::b_answered});
}

void ActiveCall::on_released(Leg& leg, const Cause& cause) {
    base::log::info("call", "{} released cause={}", leg_ids(id_, leg), cause);
    auto kind = BridgeEventKind::abandoned_released;
    if (is_a(leg)) {
        kind = BridgeEventKind::a_released;
        parts_.host.bury(std::move(a_.leg));
    } else if (is_b(leg)) {
        kind = BridgeEventKind::b_released;
        parts_.host.bury(std::move(b_.leg));
    } else if (!bury_abandoned(leg)) {
        return;
    }
    feed({.kind = kind, .cause = cause});
}

bool ActiveCall::bury_abandoned(const Leg& leg) {
    const auto found = std::find_if(abandoned_.begin(), abandoned_.end(),
                                    [&](const auto& held) { return held.get() == &leg; });
    if (found == abandoned_.end()) return false;
    parts_.host.bury(std::move(*found));
    abandoned_.erase(found);
    return true;
}

void ActiveCall::on_media_changed(Leg& leg) {
    if (!side_of(leg)) return;
    media_moved_ = true;
    feed({.kind = is_a(leg) ? BridgeEventKind::a_media : BridgeEventKind::b_media});
}

void ActiveCall::on_digit(Leg& leg, char digit) {
    if (is_a(leg)) {
        const bool dials = b_.leg && b_.leg->takes_digits();
        feed({.kind = BridgeEventKind::a_digit, .digit = digit, .dials = dials});
    }
    if (is_b(leg)) feed({.kind = BridgeEventKind::b_digit, .digit = digit});
}

void ActiveCall::on_hold(Leg& leg, bool held) {
    const auto side = side_of(leg);
    if (!side) return;
    base::log::info("call", "{} {} the other side", leg_ids(id_, leg), held ? "holds" : "takes back");
    feed({.kind = BridgeEventKind::hold, .side = *side, .on = held});
}

void ActiveCall::on_flash(Leg& leg) {
    if (const auto side = side_of(leg)) feed({.kind = BridgeEventKind::flash, .side = *side});
}

std::optional<Side> ActiveCall::side_of(const Leg& leg) const {
    if (is_a(leg)) return Side::a;
    if (is_b(leg)) return Side::b;
    return std::nullopt;
}

std::optional<Side> ActiveCall::side_of(base::LegId leg) const {
    if (a_.leg && a_.leg->id() == leg) return Side::a;
    if (b_.leg && b_.leg->id() == leg) return Side::b;
    return std::nullopt;
}

}  // namespace tipring::call
