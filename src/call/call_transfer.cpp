// Redirection, transfer, joining and pick-up: what brings a call to other destinations, and legs from one
// call to another. Thread: core.
#include <utility>

#include "active_call.hpp"
#include "tipring/base/log.hpp"

namespace tipring::call {
namespace {

/// A telephone is known by its own number, whatever was dialled to reach it (its group's); an exchange line
/// by the number of the party behind it.
std::string number_of(const Seat& seat) {
    const bool telephone =
        seat.source.kind == routing::DestinationKind::port && seat.source.line != routing::LineKind::fxo;
    return telephone ? seat.source.name : seat.party.number;
}

/// How the party is shown to somebody whom it is brought to: a caller as he came, a called telephone by its
/// own number, where that may be shown.
Party party_of(const Seat& seat) {
    auto party = seat.party;
    if (seat.role != "caller" && seat.source.line == routing::LineKind::fxs && !seat.source.name.empty())
        party.number = seat.source.name;
    return party;
}

}  // namespace

void ActiveCall::on_redirected(Leg& leg, const std::string& number, DivertReason reason) {
    if (!is_b(leg)) {
        on_released(leg,
                    {q850::normal_unspecified, Location::user, "redirection of a leg that is no attempt"});
        return;
    }
    base::log::info("call", "{} redirects to {}", leg_ids(id_, leg), base::printable(number));
    redirection_ = {{number_of(b_), reason, b_.party.presentation}, number, b_.source};
    parts_.host.bury(std::move(b_.leg));
    feed({.kind = BridgeEventKind::b_redirected});
}

void ActiveCall::redirect() {
    record_.diversions.insert(record_.diversions.begin(), redirection_.from);
    if (const auto refused = search_.redirect(redirection_.from, redirection_.number, redirection_.source)) {
        base::log::warning("call", "call={} redirection to {} refused cause={}", id_,
                           base::printable(redirection_.number), *refused);
        feed({.kind = BridgeEventKind::attempt_refused, .cause = *refused});
        return;
    }
    search_.route(parts_.host);
    try_next();
}

void ActiveCall::on_transfer(Leg& leg, const std::string& number) {
    const auto side = side_of(leg);
    if (!side) return;
    base::log::info("call", "{} transfers the other side to {}", leg_ids(id_, leg), base::printable(number));
    bool by_far_end = false;
    if (bridge_.state() == BridgeState::talking) {
        const auto& stays = seat(other(*side));
        const auto& leaves = seat(*side);
        transfer_ = CallRequest{
            .caller = party_of(stays), .called = number, .source = leaves.source, .on_behalf = true};
        shield(transfer_.caller, leaves.party.presentation);
        by_far_end = refer_blind(stays);
    }
    feed({.kind = BridgeEventKind::transfer, .side = *side, .on = by_far_end});
}

/// The far end is asked only where the routes send whoever transfers to that very SIP account first, and gets the
/// number that they make of it.
bool ActiveCall::refer_blind(const Seat& stays) {
    if (!stays.leg || stays.source.kind != routing::DestinationKind::sip) return false;
    const auto decision = parts_.host.decide({transfer_.called, transfer_.caller.number, transfer_.source});
    if (decision.steps.empty()) return false;
    const auto& step = decision.steps.front();
    if (step.destination != routing::Destination{stays.source.kind, stays.source.name}) return false;
    return stays.leg->refer({step.called, nullptr});
}

void ActiveCall::reroute() {
    note_transfer(transfer_.called);
    record_.transfer_endpoint.clear();
    search_ = Search(transfer_);
    search_.route(parts_.host);
    try_next();
}

void ActiveCall::leave(Side side) {
    abandon(std::move(seat(side).leg), transferred_away());
    if (side == Side::a) a_ = std::move(b_);
    b_ = {};
    b_.role = "transferred";
}

// The leg that reports may be told to end because of it, so it is left to finish first.
void ActiveCall::on_referred(Leg& leg, ReferOutcome outcome) {
    if (!side_of(leg)) return;
    base::log::info("call", "{} far end {} the new party", leg_ids(id_, leg),
                    outcome == ReferOutcome::reached   ? "has reached"
                    : outcome == ReferOutcome::refused ? "will not call"
                                                       : "has not reached");
    parts_.host.later(id_, [leg = leg.id(), outcome](ActiveCall& call) {
        if (call.side_of(leg)) call.referred(outcome);
    });
}

void ActiveCall::referred(ReferOutcome outcome) {
    if (bridge_.state() != BridgeState::referring) return;
    const auto join = std::exchange(join_, std::nullopt);
    const bool done = outcome == ReferOutcome::reached;
    if (outcome == ReferOutcome::refused && !join) {
        feed({.kind = BridgeEventKind::refer_refused});
        return;
    }
    if (done) {
        note_transfer(transfer_.called);
        if (join) end_joined(*join);
    } else if (join) {
        if (join_locally(*join)) return;
        tell_failed(join->call, join->other);
    }
    feed({.kind = BridgeEventKind::referred, .on = done});
}

/// The far ends talk to each other without the gateway; the call that was the way to the second one is over,
/// too.
void ActiveCall::end_joined(const Join& join) {
    auto* two = parts_.host.find_call(join.call);
    const auto leaving = two != nullptr ? two->side_of(join.other) : std::nullopt;
    if (!leaving) return;
    record_.joined = two->id_;
    two->record_.joined = id_;
    two->note_transfer(transfer_.caller.number);
    two->hang_up(transferred_away());
}

void ActiveCall::on_join(Leg& leg, Leg& other_leg) {
    auto* two = parts_.host.find_call(other_leg.call());
    const auto leaving = side_of(leg);
    const auto leaving_two = two != nullptr && two != this ? two->side_of(other_leg) : std::nullopt;
    if (!leaving) return;
    base::log::info("call", "{} joins the other side to that of leg={} call={}", leg_ids(id_, leg),
                    other_leg.id(), other_leg.call());
    // A transfer that goes on tells its own end.
    if (leaving_two && (is_joining(leg, other_leg) || two->is_joining(other_leg, leg))) return;
    const auto referring = [](const ActiveCall& call) {
        return call.bridge_.state() == BridgeState::referring;
    };
    if (leaving_two && !referring(*this) && !referring(*two)) {
        if (refer_to(*leaving, *two, other(*leaving_two))) {
            join_ = Join{two->id_, leg.id(), other_leg.id()};
            feed({.kind = BridgeEventKind::transfer, .side = *leaving, .on = true});
            return;
        }
        if (join_locally({two->id_, leg.id(), other_leg.id()})) return;
        if (two->join_locally({id_, other_leg.id(), leg.id()})) return;
    }
    base::log::info("call", "{} cannot be joined to leg={}", leg_ids(id_, leg), other_leg.id());
    tell_failed(id_, leg.id());
    tell_failed(other_leg.call(), other_leg.id());
}

bool ActiveCall::is_joining(const Leg& leg, const Leg& other_leg) const {
    return bridge_.state() == BridgeState::referring && join_ && join_->leg == leg.id() &&
           join_->other == other_leg.id();
}

/// The far end of an answered leg may be able to take the place of the gateway in the other dialog, which
/// must be answered for that (RFC 3891 3: whoever is still being called refuses it).
bool ActiveCall::refer_to(Side leaving, const ActiveCall& another, Side there) {
    const auto& stays = seat(other(leaving));
    const auto& target = another.seat(there);
    if (bridge_.state() != BridgeState::talking || another.bridge_.state() != BridgeState::talking)
        return false;
    if (!stays.leg || !target.leg) return false;
    // Refer-To would tell the number to whom it is withheld from.
    if (target.party.presentation != Presentation::allowed) return false;
    transfer_ = CallRequest{party_of(stays), target.party.number, seat(leaving).source};
    return stays.leg->refer({target.party.number, target.leg.get()});
}

bool ActiveCall::join_locally(const Join& join) {
    auto* two = parts_.host.find_call(join.call);
    const auto leaving = side_of(join.leg);
    const auto leaving_two = two != nullptr ? two->side_of(join.other) : std::nullopt;
    if (!leaving || !leaving_two || !may_join(*leaving) || !two->may_give(other(*leaving_two))) return false;
    record_.joined = two->id_;
    two->record_.joined = id_;
    two->note_transfer(party_of(seat(other(*leaving))).number);
    newcomer_ = two->give(other(*leaving_two));
    feed({.kind = BridgeEventKind::join, .side = *leaving, .newcomer = newcomer_->state});
    return true;
}

bool ActiveCall::may_join(Side leaving) const {
    const auto state = bridge_.state();
    const bool talking = state == BridgeState::talking || state == BridgeState::referring;
    return talking && !working_ && seat(leaving).leg && seat(other(leaving)).leg;
}

bool ActiveCall::may_give(Side side) const {
    if (working_ || !a_.leg || !b_.leg) return false;
    const auto state = bridge_.state();
    if (state == BridgeState::talking) return true;
    return side == Side::b && (state == BridgeState::trying || state == BridgeState::alerting);
}

Handover ActiveCall::give(Side side) {
    auto& from = seat(side);
    Handover handover;
    handover.from = id_;
    handover.seat = {std::move(from.leg), from.party, from.source, from.role};
    handover.seat.leg->observe(nullptr);
    handover.state.state = bridge_.state();
    if (bridge_.state() == BridgeState::talking) {
        handover.state.held = bridge_.holds(other(side));
        handover.state.holds = bridge_.holds(side);
    } else {
        handover.state.inband = bridge_.inband();
        handover.search = search_;
    }
    feed({.kind = BridgeEventKind::taken, .side = side});
    return handover;
}

void ActiveCall::take_b() {
    if (!newcomer_) return;
    auto newcomer = *std::exchange(newcomer_, std::nullopt);
    b_ = std::move(newcomer.seat);
    b_.leg->set_call(id_);
    b_.leg->observe(this);
    base::log::info("call", "{} comes from call={}", leg_ids(id_, *b_.leg), newcomer.from);
    if (a_.leg && a_.leg->carries_data()) b_.leg->carry_data();
    if (a_.leg && b_.leg->carries_data()) a_.leg->carry_data();
    if (!transferred()) {  // picked up
        b_.role = "called";
        record_.to_endpoint = b_.leg->endpoint_name();
        return;
    }
    b_.role = "transferred";
    record_.transfer_endpoint = b_.leg->endpoint_name();
    note_transfer(party_of(b_).number);
    search_ = std::move(newcomer.search);
    search_.set_caller(party_of(a_));
}

/// What somebody calls by an exchange line, a span or an account rings elsewhere, and is his own.
bool ActiveCall::rings_at(const PickupTarget& target) const {
    if (bridge_.state() != BridgeState::alerting || !b_.leg) return false;
    const auto& there = b_.source;
    if (there.kind != routing::DestinationKind::port || there.line != routing::LineKind::fxs) return false;
    if (!target.only_group.empty() && there.group != target.only_group) return false;
    if (target.kind == routing::DestinationKind::group)
        return !target.name.empty() && there.group == target.name;
    return target.kind == there.kind && there.name == target.name;
}

bool ActiveCall::pick_up(ActiveCall& ringing) {
    if (bridge_.state() != BridgeState::routing || working_ || ringing.working_) return false;
    record_.joined = ringing.id_;
    ringing.record_.joined = id_;
    ringing.newcomer_ = give(Side::a);
    auto& picker = ringing.newcomer_->seat;
    picker.party = {number_of(picker), "", picker.party.presentation};
    ringing.feed({.kind = BridgeEventKind::picked_up});
    return true;
}

void ActiveCall::tell_failed(base::CallId call, base::LegId leg) {
    parts_.host.later(call, [leg](ActiveCall& holder) {
        const auto side = holder.side_of(leg);
        if (side && holder.bridge_.state() < BridgeState::releasing)
            holder.seat(*side).leg->transfer_failed();
    });
}

}  // namespace tipring::call
