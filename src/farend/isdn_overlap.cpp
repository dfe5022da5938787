// SimulatedNetwork, continued: numbers that come and go digit by digit (Q.931 5.1.3, 5.2.4). Thread: far end.
#include "isdn_network.hpp"

namespace tipring::farend {

bool SimulatedNetwork::is_complete(const IsdnCallInfo& info) const {
    return (overlap_ && info.complete) || info.called.size() >= number_length_;
}

void SimulatedNetwork::on_more_called(const CallPointer& call, const IsdnCallInfo& more) {
    if (call->released_ || call->state() != "overlap") return;
    if (is_complete({.called = call->add_digits(more.called), .complete = more.complete})) go_on(call);
}

void SimulatedNetwork::dial_now(const CallPointer& call, int digit) {
    if (!call->released_ && call->record_ != nullptr)
        link_.information(call->record_, static_cast<char>(digit));
}

}  // namespace tipring::farend
