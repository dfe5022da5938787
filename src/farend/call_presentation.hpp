// CallPresentation: the steps by which an exchange rings a line and sends the caller ID. Pure: LineOffice does
// the steps. Private to farend. Thread: far end.
#pragma once

#include <deque>

#include "tipring/farend/far_end.hpp"

namespace tipring::farend {

struct PresentationStep {
    enum class Action : std::uint8_t {
        reverse,  ///< the line's polarity
        pulse,    ///< ring voltage for `duration`
        sound,    ///< `sound`, then what the channel buffers
        ring,     ///< the cadence, from now on
        silence,  ///< wait for the cadence's longest silence
        pause,
        modem_bursts,  ///< short bursts until the loop is closed; after `duration` `ring` is next
        loop_opens,    ///< waits for it; after `duration` the call is answered
    };
    Action action;
    std::chrono::milliseconds duration{0};
    Clip sound = {};
};

/// The last step but those that wait for a silence of it is always `ring`.
std::deque<PresentationStep> presentation_of(const IncomingCall& call);

/// Number of the longest silence of a cadence, from 0: which ringer_off begins it.
std::size_t longest_silence(const hardware::RingCadence& cadence);

}  // namespace tipring::farend
