// Thread: media, core.
#include "dahdi/events.hpp"

#include <dahdi/user.h>

namespace tipring::hardware::dahdi {
namespace {

LineEventKind fxs_kind(int event) noexcept {
    switch (event) {
        case DAHDI_EVENT_RINGOFFHOOK:
            return LineEventKind::off_hook;
        case DAHDI_EVENT_ONHOOK:
            return LineEventKind::on_hook;
        case DAHDI_EVENT_WINKFLASH:
            return LineEventKind::flash;
        case DAHDI_EVENT_PULSE_START:
            return LineEventKind::pulse_start;
        case DAHDI_EVENT_RINGERON:
            return LineEventKind::ringer_on;
        case DAHDI_EVENT_RINGEROFF:
            return LineEventKind::ringer_off;
        case DAHDI_EVENT_HOOKCOMPLETE:
            return LineEventKind::hook_complete;
        default:
            return LineEventKind::none;
    }
}

LineEventKind fxo_kind(int event) noexcept {
    switch (event) {
        case DAHDI_EVENT_RINGBEGIN:
            return LineEventKind::ring_begin;
        case DAHDI_EVENT_RINGOFFHOOK:
            return LineEventKind::ring_end;
        case DAHDI_EVENT_ONHOOK:
            return LineEventKind::battery_lost;
        case DAHDI_EVENT_POLARITY:
            return LineEventKind::polarity;
        case DAHDI_EVENT_DIALCOMPLETE:
            return LineEventKind::pulses_dialled;
        case DAHDI_EVENT_HOOKCOMPLETE:
            return LineEventKind::hook_complete;
        default:
            return LineEventKind::none;
    }
}

}  // namespace

LineEvent map_event(ChannelKind kind, int event) noexcept {
    switch (event) {
        case DAHDI_EVENT_ALARM:
            return {LineEventKind::alarm};
        case DAHDI_EVENT_NOALARM:
            return {LineEventKind::alarm_clear};
        case DAHDI_EVENT_REMOVED:
            return {LineEventKind::removed};
        default:
            break;
    }
    if (kind == ChannelKind::fxs && (event & DAHDI_EVENT_PULSEDIGIT)) {
        const auto digit = static_cast<char>(event & 0x7F);
        // Eleven and twelve pulses are '*' and '#'.
        const bool known = (digit >= '0' && digit <= '9') || digit == '*' || digit == '#';
        return known ? LineEvent{LineEventKind::pulse_digit, digit} : LineEvent{};
    }
    // What remains without meaning here: tones that the kernel plays or detects, timers, state of the echo
    // canceller, signalling bits. None of them is switched on by this back end except the canceller's reports
    // on fax tones.
    if (kind == ChannelKind::fxs) return {fxs_kind(event)};
    if (kind == ChannelKind::fxo) return {fxo_kind(event)};
    return {};
}

}  // namespace tipring::hardware::dahdi
