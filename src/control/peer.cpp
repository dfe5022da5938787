#include "peer.hpp"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <vector>

#include "group.hpp"
#include "tipring/base/text.hpp"
#include "tipring/control/server.hpp"

namespace tipring::control {

base::Result<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return base::fail(base::format("SO_PEERCRED: {}", std::generic_category().message(errno)));
    }
    Peer peer{credentials.uid, credentials.pid, {credentials.gid}};
    std::vector<gid_t> groups(64);
    size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    int status = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
    if (status != 0 && errno == ERANGE) {  // `size` tells how much is needed
        groups.resize(size / sizeof(gid_t));
        status = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
    }
    // Without the supplementary groups (kernel before 4.13) the primary one still counts.
    if (status == 0)
        peer.groups.insert(peer.groups.end(), groups.begin(),
                           groups.begin() + static_cast<std::ptrdiff_t>(size / sizeof(gid_t)));
    return peer;
}

std::optional<gid_t> group_id(const std::string& name) {
    std::vector<char> buffer(16384);
    group entry{};
    group* found = nullptr;
    if (name.empty() || ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
        found == nullptr) {
        return std::nullopt;
    }
    return entry.gr_gid;
}

bool may_operate(const Peer& peer, const std::string& group) {
    if (peer.uid == 0 || peer.uid == ::geteuid()) return true;
    const auto allowed = group_id(group);
    return allowed && std::find(peer.groups.begin(), peer.groups.end(), *allowed) != peer.groups.end();
}

}  // namespace tipring::control
