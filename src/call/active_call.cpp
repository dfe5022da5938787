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

std::string leg_ids(base::CallId call, const Leg& leg) {
    return base::format("call={} leg={} {}", call, leg.id(), leg.endpoint_name());
}

base::Duration since(base::TimePoint from, base::TimePoint until) {
    return std::chrono::duration_cast<base::Duration>(until - from);
}

}  // namespace

CallState to_call_state(BridgeState state) {
    switch (state) {
        case BridgeState::routing:
            return CallState::routing;
        case BridgeState::trying:
            return CallState::proceeding;
        case BridgeState::alerting:
            return CallState::alerting;
        case BridgeState::talking:
            return CallState::talking;
        case BridgeState::releasing:
        case BridgeState::ended:
            return CallState::releasing;
    }
    return CallState::releasing;
}

ActiveCall::ActiveCall(base::CallId id, std::unique_ptr<Leg> leg, const CallRequest& request,
                       const Parts& parts)
    : id_(id),
      request_(request),
      parts_(parts),
      a_(std::move(leg)),
      from_endpoint_(a_->endpoint_name()),
      called_(request.called),
      no_answer_timer_(parts.reactor),
      guard_timer_(parts.reactor),
      started_(std::chrono::system_clock::now()),
      began_(parts.reactor.now()),
      answered_at_(began_),
      ended_at_(began_) {
    a_->set_call(id_);
    a_->observe(this);
    base::log::info("call", "{} incoming caller={} called={}", leg_ids(id_, *a_),
                    base::printable(request.caller.number), base::printable(request.called));
}

ActiveCall::~ActiveCall() {
    for (auto* leg : {a_.get(), b_.get()}) {
        if (leg != nullptr) leg->observe(nullptr);
    }
    for (const auto& leg : abandoned_)
        leg->observe(nullptr);
}

void ActiveCall::begin() {
    const auto decision = parts_.host.decide({request_.called, request_.caller.number, request_.source});
    for (const auto& step : decision.steps)
        attempts_left_.push_back({step, nullptr});
    route_ = decision.rule;
    if (attempts_left_.empty()) {
        base::log::info("call", "{} no route for called={}", leg_ids(id_, *a_),
                        base::printable(request_.called));
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
    }
    working_ = false;
}

void ActiveCall::note_state() {
    const auto bridge = bridge_.state();
    if (bridge == BridgeState::talking && !std::exchange(answered_, true))
        answered_at_ = parts_.reactor.now();
    if ((bridge == BridgeState::releasing || bridge == BridgeState::ended) &&
        !std::exchange(talk_over_, true)) {
        ended_at_ = parts_.reactor.now();
    }
    const auto now = to_call_state(bridge);
    if (now == state_) return;
    state_ = now;
    parts_.host.changed(*this);
}

void ActiveCall::carry_out(const BridgeAction& action) {
    using Kind = BridgeActionKind;
    switch (action.kind) {
        case Kind::proceed_a:
            if (a_) a_->proceeding();
            break;
        case Kind::alert_a:
            if (a_) a_->alert(action.inband);
            break;
        case Kind::answer_a:
            if (a_) a_->answer();
            break;
        case Kind::release_a:
            if (a_) a_->release(action.cause);
            break;
        case Kind::release_b:
            if (b_) b_->release(action.cause);
            break;
        case Kind::abandon_b:
            if (!b_) break;
            base::log::info("call", "{} given up cause={}", leg_ids(id_, *b_), action.cause);
            abandoned_.push_back(std::move(b_));
            abandoned_.back()->release(action.cause);
            break;
        case Kind::connect:
            connect();
            break;
        case Kind::disconnect:
            disconnect();
            break;
        case Kind::try_next:
            try_next();
            break;
        case Kind::start_no_progress:
            wait_for_answer(parts_.no_progress);
            break;
        case Kind::start_no_answer:
            wait_for_answer(parts_.no_answer);
            break;
        case Kind::stop_no_answer:
            no_answer_timer_.stop();
            break;
        case Kind::digit_to_a:
            if (a_) a_->send_digit(action.digit);
            break;
        case Kind::digit_to_b:
            if (b_) b_->send_digit(action.digit);
            break;
        case Kind::start_guard:
            start_guard();
            break;
        case Kind::finish:
            finish();
            break;
    }
}

// A group is tried line by line, so that a line which turns out to be dead costs the call no more than a
// moment.
bool ActiveCall::expand(const routing::Step& group, const std::vector<Exit*>& members) {
    for (auto member = members.rbegin(); member != members.rend(); ++member) {
        attempts_left_.push_front({{(*member)->destination(), group.called}, *member});
    }
    return !members.empty();
}

void ActiveCall::try_next() {
    if (attempts_left_.empty()) {
        feed({.kind = BridgeEventKind::out_of_destinations});
        return;
    }
    const auto [step, known_exit] = attempts_left_.front();
    attempts_left_.pop_front();
    auto* exit = known_exit != nullptr ? known_exit : parts_.host.find_exit(step.destination);
    if (exit != nullptr && expand(step, exit->members())) {
        try_next();
        return;
    }
    ++attempts_;
    const auto destination = routing::to_text(step.destination);
    to_endpoint_ = destination;
    called_ = step.called;

    const CallRequest request{request_.caller, step.called, request_.source};
    Cause why{q850::destination_out_of_order, Location::private_local, "no such destination"};
    auto leg = exit != nullptr ? exit->open(parts_.host.next_leg_id(), request, why) : nullptr;
    if (!leg) {
        base::log::info("call", "call={} {} not available cause={}", id_, destination, why);
        feed({.kind = BridgeEventKind::attempt_refused, .cause = why});
        return;
    }
    b_ = std::move(leg);
    b_->set_call(id_);
    b_->observe(this);
    to_endpoint_ = b_->endpoint_name();
    base::log::info("call", "{} trying {} called={}", leg_ids(id_, *b_), destination,
                    base::printable(step.called));
    feed({.kind = BridgeEventKind::attempt_started});
    b_->start(request);
}

void ActiveCall::connect() {
    const auto a = a_ ? a_->media() : media::EndpointId{};
    const auto b = b_ ? b_->media() : media::EndpointId{};
    const bool moved = std::exchange(media_moved_, false);
    if (!a || !b) {
        disconnect();
        return;
    }
    if (!moved && a == joined_a_ && b == joined_b_) return;
    if (a != joined_a_ || b != joined_b_) disconnect();
    joined_a_ = a;
    joined_b_ = b;
    parts_.connector.connect(a, b);
}

void ActiveCall::disconnect() {
    const auto a = std::exchange(joined_a_, {});
    const auto b = std::exchange(joined_b_, {});
    if (a) parts_.connector.disconnect(a);
    if (b) parts_.connector.disconnect(b);
}

void ActiveCall::wait_for_answer(std::chrono::seconds limit) {
    no_answer_timer_.start(limit, [this] { feed({.kind = BridgeEventKind::no_answer}); });
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
    disconnect();
    for (auto* leg : {&a_, &b_}) {
        if (*leg) parts_.host.bury(std::move(*leg));
    }
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
        parts_.host.bury(std::move(a_));
    } else if (is_b(leg)) {
        kind = BridgeEventKind::b_released;
        parts_.host.bury(std::move(b_));
    } else {
        const auto found = std::find_if(abandoned_.begin(), abandoned_.end(),
                                        [&](const auto& held) { return held.get() == &leg; });
        if (found == abandoned_.end()) return;
        parts_.host.bury(std::move(*found));
        abandoned_.erase(found);
    }
    feed({.kind = kind, .cause = cause});
}

void ActiveCall::on_media_changed(Leg& leg) {
    if (!is_a(leg) && !is_b(leg)) return;
    media_moved_ = true;
    feed({.kind = is_a(leg) ? BridgeEventKind::a_media : BridgeEventKind::b_media});
}

void ActiveCall::on_digit(Leg& leg, char digit) {
    if (is_a(leg)) feed({.kind = BridgeEventKind::a_digit, .digit = digit});
    if (is_b(leg)) feed({.kind = BridgeEventKind::b_digit, .digit = digit});
}

CallView ActiveCall::view() const {
    CallView view;
    view.id = id_;
    view.state = state_;
    view.from_endpoint = from_endpoint_;
    view.to_endpoint = to_endpoint_;
    view.caller = request_.caller.number;
    view.called = called_;
    view.route = route_;
    view.duration = since(state_ == CallState::talking ? answered_at_ : began_, parts_.reactor.now());
    if (a_) view.from_media = a_->media();
    if (b_) view.to_media = b_->media();
    return view;
}

CallRecord ActiveCall::record() const {
    CallRecord record;
    record.id = id_;
    record.from_endpoint = from_endpoint_;
    record.to_endpoint = to_endpoint_;
    record.caller = request_.caller;
    record.called = called_;
    record.route = route_;
    record.started = started_;
    record.setup = since(began_, answered_ ? answered_at_ : ended_at_);
    if (answered_) record.talk = since(answered_at_, ended_at_);
    record.cause = bridge_.cause();
    switch (bridge_.released_by()) {
        case Bridge::ReleasedBy::caller:
            record.released_by = "caller";
            break;
        case Bridge::ReleasedBy::called:
            record.released_by = "called";
            break;
        case Bridge::ReleasedBy::gateway:
            record.released_by = "gateway";
            break;
    }
    record.attempts = attempts_;
    return record;
}

}  // namespace tipring::call
