#include "tipring/hardware/board.hpp"

namespace tipring::hardware {

std::string_view name(ChannelKind kind) {
    switch (kind) {
        case ChannelKind::fxs:
            return "fxs";
        case ChannelKind::fxo:
            return "fxo";
        case ChannelKind::bearer:
            return "bearer";
        case ChannelKind::d_channel:
            return "d_channel";
    }
    return "unknown";
}

std::string_view name(LineEventKind kind) {
    switch (kind) {
        case LineEventKind::none:
            return "none";
        case LineEventKind::off_hook:
            return "off_hook";
        case LineEventKind::on_hook:
            return "on_hook";
        case LineEventKind::flash:
            return "flash";
        case LineEventKind::pulse_start:
            return "pulse_start";
        case LineEventKind::pulse_digit:
            return "pulse_digit";
        case LineEventKind::ringer_on:
            return "ringer_on";
        case LineEventKind::ringer_off:
            return "ringer_off";
        case LineEventKind::ring_begin:
            return "ring_begin";
        case LineEventKind::ring_end:
            return "ring_end";
        case LineEventKind::battery_lost:
            return "battery_lost";
        case LineEventKind::battery_present:
            return "battery_present";
        case LineEventKind::polarity:
            return "polarity";
        case LineEventKind::hook_complete:
            return "hook_complete";
        case LineEventKind::alarm:
            return "alarm";
        case LineEventKind::alarm_clear:
            return "alarm_clear";
        case LineEventKind::removed:
            return "removed";
    }
    return "unknown";
}

}  // namespace tipring::hardware
