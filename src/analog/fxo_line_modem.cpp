// The number that the exchange sends to a closed loop, before it rings (NTT). Pure. Thread: any.
#include "tipring/analog/fxo_line.hpp"

namespace tipring::analog {

/// Asked at the end of a burst. The loop that is closed in a ring for the call would answer it.
bool FxoLine::is_modem_burst(const LineInput& input) const {
    if (!settings_.caller_id_answered || ring_.modem_answered || ring_.caller || ring_.long_burst)
        return false;
    if (!ring_.burst_valid || !ring_.burst_measured || ring_.count != 1) return false;
    const auto length = input.at - ring_.burst_began;
    return length >= settings_.shortest_modem_burst && length <= settings_.longest_modem_burst;
}

void FxoLine::answer_as_modem() {
    apply({});  // as in announce()
    enter(State::id_modem);
    start_timer(LineTimer::dial, settings_.modem_limit);
}

void FxoLine::modem_heard(const LineInput& input) {
    if (input.caller_id.message_waiting) return;
    ring_.caller = input.caller_id;
    start_timer(LineTimer::dial, settings_.message_end);
}

/// The open loop tells the exchange that it may ring now.
void FxoLine::modem_over(const LineInput&) {
    Ring call;
    call.caller = ring_.caller;
    call.modem_answered = true;
    ring_ = call;
    apply({});
    enter(State::ring_wait);
    start_timer(LineTimer::ring, settings_.caller_gone);
}

/// The driver is deaf to the beginning of a ring for 2 s after the loop was opened.
void FxoLine::unseen_burst_ends(const LineInput& input) {
    if (!ring_.modem_answered) return;
    if (ring_.burst_ended && input.at - *ring_.burst_ended < settings_.ring_pause) return;
    ++ring_.count;
    ring_.burst_ended = input.at;
    if (ring_.caller || ring_.count >= settings_.rings) {
        announce();
    } else {
        start_timer(LineTimer::ring, gone_after());
    }
}

}  // namespace tipring::analog
