#include "channel_state.hpp"

namespace tipring::isdn {

BearerState ChannelState::shown() const {
    if (removed_) return BearerState::out_of_service;
    if (alarm_ || span_alarm_ || looped_) return BearerState::alarm;
    if (in_use_) return BearerState::in_use;
    if (out_here_) return BearerState::out_of_service;
    if (out_remote_) return BearerState::out_of_service_remote;
    if (restarting_) return BearerState::restarting;
    return BearerState::idle;
}

bool ChannelState::seize_theirs() {
    // Whether we yield to a collision is the allocator's to know: it asks unconfirmed() and releases first.
    if (blocked() || in_use_) return false;
    in_use_ = true;
    unconfirmed_ = restarting_ = out_remote_ = false;
    return true;
}

bool ChannelState::apply(ChannelEvent event) {
    switch (event) {
        case ChannelEvent::seize_ours:
            if (!idle()) return false;
            in_use_ = unconfirmed_ = true;
            break;
        case ChannelEvent::seize_theirs:
            return seize_theirs();
        case ChannelEvent::lend:
            if (in_use_ || removed_) return false;
            in_use_ = lent_ = true;
            break;
        case ChannelEvent::confirm:
            unconfirmed_ = false;
            break;
        case ChannelEvent::release:
            in_use_ = lent_ = unconfirmed_ = false;
            break;
        case ChannelEvent::restart_begin:
            if (!idle()) return false;
            restarting_ = true;
            break;
        case ChannelEvent::restart_end:
            restarting_ = false;
            break;
        case ChannelEvent::service_out:
            out_here_ = true;
            break;
        case ChannelEvent::service_in:
            out_here_ = false;
            break;
        case ChannelEvent::remote_out:
            out_remote_ = true;
            break;
        case ChannelEvent::remote_in:
            out_remote_ = false;
            break;
        case ChannelEvent::alarm:
            alarm_ = true;
            break;
        case ChannelEvent::alarm_clear:
            alarm_ = false;
            break;
        case ChannelEvent::span_alarm:
            span_alarm_ = true;
            break;
        case ChannelEvent::span_alarm_clear:
            span_alarm_ = false;
            break;
        case ChannelEvent::loop:
            looped_ = true;
            break;
        case ChannelEvent::loop_clear:
            looped_ = false;
            break;
        case ChannelEvent::removed:
            removed_ = true;
            break;
    }
    return true;
}

}  // namespace tipring::isdn
