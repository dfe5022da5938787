// The words for the Bridge's states, events and actions. Pure. Thread: any.
#include "bridge.hpp"

namespace tipring::call {

std::string_view name(BridgeState state) {
    switch (state) {
        case BridgeState::routing:
            return "routing";
        case BridgeState::trying:
            return "trying";
        case BridgeState::alerting:
            return "alerting";
        case BridgeState::talking:
            return "talking";
        case BridgeState::referring:
            return "referring";
        case BridgeState::releasing:
            return "releasing";
        case BridgeState::ended:
            return "ended";
    }
    return "?";
}

std::string_view name(BridgeEventKind kind) {
    switch (kind) {
        case BridgeEventKind::begin:
            return "begin";
        case BridgeEventKind::attempt_started:
            return "attempt_started";
        case BridgeEventKind::attempt_refused:
            return "attempt_refused";
        case BridgeEventKind::out_of_destinations:
            return "out_of_destinations";
        case BridgeEventKind::a_released:
            return "a_released";
        case BridgeEventKind::a_media:
            return "a_media";
        case BridgeEventKind::a_digit:
            return "a_digit";
        case BridgeEventKind::b_proceeding:
            return "b_proceeding";
        case BridgeEventKind::b_alerting:
            return "b_alerting";
        case BridgeEventKind::b_answered:
            return "b_answered";
        case BridgeEventKind::b_released:
            return "b_released";
        case BridgeEventKind::b_media:
            return "b_media";
        case BridgeEventKind::b_digit:
            return "b_digit";
        case BridgeEventKind::abandoned_released:
            return "abandoned_released";
        case BridgeEventKind::no_answer:
            return "no_answer";
        case BridgeEventKind::hang_up:
            return "hang_up";
        case BridgeEventKind::guard:
            return "guard";
        case BridgeEventKind::b_redirected:
            return "b_redirected";
        case BridgeEventKind::hold:
            return "hold";
        case BridgeEventKind::flash:
            return "flash";
        case BridgeEventKind::transfer:
            return "transfer";
        case BridgeEventKind::refer_refused:
            return "refer_refused";
        case BridgeEventKind::referred:
            return "referred";
        case BridgeEventKind::join:
            return "join";
        case BridgeEventKind::taken:
            return "taken";
        case BridgeEventKind::picked_up:
            return "picked_up";
    }
    return "?";
}

std::string_view name(BridgeActionKind kind) {
    switch (kind) {
        case BridgeActionKind::proceed_a:
            return "proceed_a";
        case BridgeActionKind::alert_a:
            return "alert_a";
        case BridgeActionKind::answer_a:
            return "answer_a";
        case BridgeActionKind::release_a:
            return "release_a";
        case BridgeActionKind::release_b:
            return "release_b";
        case BridgeActionKind::abandon_b:
            return "abandon_b";
        case BridgeActionKind::connect:
            return "connect";
        case BridgeActionKind::disconnect:
            return "disconnect";
        case BridgeActionKind::try_next:
            return "try_next";
        case BridgeActionKind::start_no_progress:
            return "start_no_progress";
        case BridgeActionKind::start_no_answer:
            return "start_no_answer";
        case BridgeActionKind::stop_no_answer:
            return "stop_no_answer";
        case BridgeActionKind::digit_to_a:
            return "digit_to_a";
        case BridgeActionKind::digit_to_b:
            return "digit_to_b";
        case BridgeActionKind::dial_on_b:
            return "dial_on_b";
        case BridgeActionKind::start_guard:
            return "start_guard";
        case BridgeActionKind::finish:
            return "finish";
        case BridgeActionKind::redirect:
            return "redirect";
        case BridgeActionKind::reroute:
            return "reroute";
        case BridgeActionKind::leave:
            return "leave";
        case BridgeActionKind::take_b:
            return "take_b";
        case BridgeActionKind::answer_b:
            return "answer_b";
        case BridgeActionKind::ring_a:
            return "ring_a";
        case BridgeActionKind::stop_ring_a:
            return "stop_ring_a";
        case BridgeActionKind::hold:
            return "hold";
        case BridgeActionKind::flash:
            return "flash";
        case BridgeActionKind::transfer_failed:
            return "transfer_failed";
    }
    return "?";
}

}  // namespace tipring::call
