// What each profile of a telephone port sets. docs/configuration.md has the same as a table, with the reasons.
#include "port_draft.hpp"

namespace tipring::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Nobody reads a display, presses a flash key or dials a star code there.
void no_person(PortDraft& draft) {
    auto& fxs = draft.port.fxs;
    fxs.call_waiting = false;
    fxs.call_waiting_id = false;
    fxs.services = false;
    // A machine that waits for dial tone may know neither the stuttering one nor another tone before it.
    fxs.message_waiting = {false, false, false, false};
    fxs.sip_down_tone = false;
    // A short break of its loop is a fault or a dial pulse, no wish to hold the call.
    draft.flash_window = DurationPair{};
}

/// Modem tones end at the far end: nothing on the way may change them.
void data_device(PortDraft& draft) {
    no_person(draft);
    draft.port.fxs.data = true;
}

void patient(Port& port) {
    port.dial_tone = minutes(1);
    port.first_digit = minutes(1);
    port.inter_digit = seconds(15);
    port.short_inter_digit = seconds(5);
}

/// Somebody in distress, or a machine that dials for them.
void help_line(PortDraft& draft) {
    no_person(draft);
    patient(draft.port);
    draft.port.fxs.anonymous = false;
    // A break of the cabin's travelling cable must not end the rescuer's call.
    draft.port.fxs.late_on_hook = seconds(10);
    draft.port.fxs.lock_out = false;
    draft.port.ring_timeout = minutes(5);
}

}  // namespace

void apply_profile(PortProfile profile, PortDraft& draft) {
    auto& port = draft.port;
    auto& fxs = port.fxs;
    port.profile = profile;
    switch (profile) {
        case PortProfile::phone:
            break;  // what a port has anyway
        case PortProfile::fax:
            data_device(draft);
            break;
        case PortProfile::modem:
            data_device(draft);
            port.echo_taps = 0;  // modems cancel their own echo, and train on the line as it is
            break;
        case PortProfile::alarm:
            data_device(draft);
            patient(port);
            port.echo_taps = 0;  // its non-linear part would clip the receiver's handshake tones
            fxs.caller_id = false;
            fxs.dial_without_tone = true;
            fxs.anonymous = false;  // the monitoring station knows the panel by its number
            fxs.lock_out = false;
            break;
        case PortProfile::elevator:
            help_line(draft);
            fxs.caller_id = false;
            break;
        case PortProfile::emergency:
            help_line(draft);
            break;
        case PortProfile::door:
            no_person(draft);
            fxs.caller_id = false;
            break;
        case PortProfile::paging:
            no_person(draft);
            fxs.caller_id = false;
            // The amplifier would broadcast a busy tone; the drop of the battery releases it silently.
            draft.disconnect = DisconnectWays{.battery = true};
            port.ring_timeout = seconds(30);
            break;
        case PortProfile::hotel:
            fxs.may_forward = false;
            fxs.anonymous = false;
            fxs.message_waiting = {.stutter = true, .fsk = false, .lamp = true, .polarity = false};
            break;
    }
}

}  // namespace tipring::config
