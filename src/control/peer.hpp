// Who is at the other end of a Unix socket. Thread: core.
#pragma once

#include "tipring/base/result.hpp"
#include "tipring/control/command.hpp"

namespace tipring::control {

/// Asks the kernel, which took note when the peer connected. Never asks a name service, so it cannot block.
base::Result<Peer> peer_of(int socket);

}  // namespace tipring::control
