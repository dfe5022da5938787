// The driver's events in our words. Pure, real-time safe. Thread: media (and core for a D-channel).
#pragma once

#include "tipring/hardware/board.hpp"

namespace tipring::hardware::dahdi {

/// Meaning of a DAHDI_EVENT_... number on a channel of this kind; LineEventKind::none for what has none
/// there.
///
/// When the driver (2.11) sends what, and when it does not:
/// - Opening a channel clears its event queue and reports nothing of the present state: a phone that is
///   off-hook already, or ringing that has begun, is only in LineControl::status().
/// - fxs off_hook: at once, while ringing too; the cadence goes on until seize() or stop_ring().
/// - fxs on_hook: rxflashtime (1250 ms, or ChannelOptions::longest_flash) after the loop opened, because until then it may be a flash. During
///   the battery drop of release() it comes when the drop is over (0.8 s after release()). A phone that is
///   put down 0.5 to 0.8 s after release() is never reported: ask status() after that time.
/// - fxs pulse_start: after the first break of 15..200 ms; pulse_digit 250 ms after the last pulse. flash: at
///   the end of a break of more than 200 ms and less than rxflashtime. In the first 0.6 s after seize() neither is seen.
/// - fxs ringer_on: from the second burst on; the first one begins with ring().
/// - fxo pulses_dialled: 750 ms after the last pulse, never after release(). A write() meanwhile ends the digit
///   at once and drops those that follow; the event comes all the same.
/// - hook_complete: fxo seize() and flash(); fxs release() with battery drop, at its end (0.5 s, 0.3 s before
///   the line may ring again). Never for fxs seize(), for fxo release(), or for fxs release() when the phone
///   is down already.
/// - fxo battery_lost: only while seized and stable, that is after hook_complete; battery_present never.
/// - fxo ring_begin and ring_end: not in the 2 s after opening, release() or battery_lost; ring_end is 50 ms
///   late.
LineEvent map_event(ChannelKind kind, int event) noexcept;

}  // namespace tipring::hardware::dahdi
