// libpri's events as LinkEvent. Private to the files that know libpri's types. Pure. Thread: core.
#pragma once

#include <optional>

extern "C" {
#include <libpri.h>
}

#include "pri_link.hpp"
#include "q931_peek.hpp"

namespace tipring::isdn {

/// Change status element (AT&T TR 41459 10.3.2).
inline constexpr int service_in = 0, service_out = 2;

/// What the frame that libpri is handling says and libpri does not pass on.
struct FrameFacts {
    std::optional<call::Location> location{};
    bool inband = false;         ///< progress indicator 8
    bool establishment = false;  ///< SABME: the other end begins the data link anew
    call::UserToUser user_to_user{};
    std::vector<call::ProgressIndicator> progress{};
    std::optional<PeerState> peer_state{};
    std::optional<PeerCall> refusal{};
    bool of_all_channels = false;            ///< a RESTART for an interface or all of them
    std::optional<unsigned> of_interface{};  ///< the one that a RESTART is for
    /// service or service_ack: of a maintenance message
    std::optional<LinkEventKind> maintenance{};
};

/// None: nothing that the gateway needs to know. `frame` is empty for an event of a timer.
std::optional<LinkEvent> link_event(const pri_event& event, const FrameFacts& frame,
                                    const LinkOptions& options);

/// The B-channel in libpri's encoding; none: any, all, or none at all. 0: one that is no B-channel, or none.
std::optional<unsigned> position_of(int encoded, const LinkOptions& options);
/// The B-channel as libpri is to be told of it; 0: none yet.
int libpri_channel(unsigned position, const LinkOptions& options);

}  // namespace tipring::isdn
