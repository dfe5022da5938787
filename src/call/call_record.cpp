// What a call shows of itself: the row of `tipringctl calls`, and the record at its end. Thread: core.
#include <utility>

#include "active_call.hpp"
#include "tipring/base/log.hpp"

namespace tipring::call {
namespace {

CallState to_call_state(BridgeState state) {
    switch (state) {
        case BridgeState::routing:
            return CallState::routing;
        case BridgeState::trying:
            return CallState::proceeding;
        case BridgeState::alerting:
            return CallState::alerting;
        case BridgeState::talking:
        case BridgeState::referring:
            return CallState::talking;
        case BridgeState::releasing:
        case BridgeState::ended:
            return CallState::releasing;
    }
    return CallState::releasing;
}

base::Duration since(base::TimePoint from, base::TimePoint until) {
    return std::chrono::duration_cast<base::Duration>(until - from);
}

}  // namespace

std::string_view name(Presentation presentation) {
    switch (presentation) {
        case Presentation::allowed:
            return "allowed";
        case Presentation::restricted:
            return "restricted";
        case Presentation::unavailable:
            return "unavailable";
    }
    return "?";
}

std::string logged_number(const Party& party) {
    return party.presentation == Presentation::restricted ? "restricted" : base::printable(party.number);
}

std::string_view shown_state(const CallView& view) {
    if (view.state == CallState::releasing) return name(view.state);
    if (view.transferring) return "transferring";
    if (view.held) return "held";
    if (view.conference) return "conference";
    return name(view.state);
}

CallView ActiveCall::view() const {
    const auto state = bridge_.state();
    CallView view;
    view.id = id_;
    view.state = to_call_state(state);
    view.from_endpoint = a_.leg ? a_.leg->endpoint_name() : record_.from_endpoint;
    view.to_endpoint = b_.leg ? b_.leg->endpoint_name() : record_.to_endpoint;
    view.caller = a_.party.number;
    view.presentation = a_.party.presentation;
    view.called = b_.party.number;
    view.route = search_.rule();
    view.duration = since(view.state == CallState::talking ? answered_at_ : began_, parts_.reactor.now());
    if (a_.leg) view.from_media = a_.leg->media();
    if (b_.leg) view.to_media = b_.leg->media();
    const bool talking = view.state == CallState::talking;
    view.held = talking && (bridge_.holds(Side::a) || bridge_.holds(Side::b));
    view.transferring =
        state == BridgeState::referring || (transferred() && !talking && view.state != CallState::releasing);
    return view;
}

bool ActiveCall::shares_audio_with(const ActiveCall& another) const {
    for (const auto mine : {audio_.a(), audio_.b()}) {
        if (mine && (mine == another.audio_.a() || mine == another.audio_.b())) return true;
    }
    return false;
}

CallRecord ActiveCall::record() const {
    auto record = record_;
    record.setup = since(began_, answered_ ? answered_at_ : ended_at_);
    if (answered_) record.talk = since(answered_at_, ended_at_);
    record.cause = bridge_.cause();
    record.disconnect = record.cause.method;
    switch (bridge_.released_by()) {
        case Bridge::ReleasedBy::caller:
            record.released_by = a_.role;
            break;
        case Bridge::ReleasedBy::called:
            record.released_by = b_.role;
            break;
        case Bridge::ReleasedBy::gateway:
            record.released_by = "gateway";
            break;
    }
    return record;
}

/// The record tells of the call as it was before the first transfer; a transfer has fields of its own.
void ActiveCall::note_attempt(const std::string& endpoint, const std::string& called) {
    b_.party = {called, "", b_.leg ? b_.leg->presentation() : Presentation::allowed};
    if (transferred()) {
        record_.transfer_endpoint = endpoint;
        return;
    }
    record_.to_endpoint = endpoint;
    record_.called = called;
    record_.route = search_.rule();
}

void ActiveCall::note_transfer(const std::string& number) {
    if (!record_.transferred_to.empty()) record_.transferred_to += ',';
    record_.transferred_to += number;
}

}  // namespace tipring::call
