// Sofia-SIP on a steady clock: its timers are moments of the system's time, so an operator or NTP who sets that by an
// hour forwards would let all of them run out at once (timer B, session timers), and backwards hold all of them up.
// Thread: any.
#pragma once

namespace tipring::sip {

/// From now on Sofia's time is the system's time of this moment plus what has really passed. Before its event loops
/// are made; again: no change, and nothing is written that another thread of Sofia reads. Its Date headers are as wrong
/// as the system's time was at the start.
void keep_sofia_time_steady() noexcept;

}  // namespace tipring::sip
