// Socket files of servers that may have died. Thread: any; blocks for a look at the file system only.
#pragma once

#include <sys/un.h>

#include <string_view>

#include "tipring/base/result.hpp"

namespace tipring::base {

/// Removes the socket file of a server that is gone, so that another can bind there; good when there is none.
/// Anything else in its place stays and is an error, a living server's socket included. `type`: SOCK_STREAM or
/// SOCK_SEQPACKET; `what` names the socket in messages, `advice` ends them.
Result<void> remove_stale_socket(const sockaddr_un& address, int type, std::string_view what,
                                 std::string_view advice);

}  // namespace tipring::base
