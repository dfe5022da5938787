#include "tipring/base/unix_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tipring/base/fd.hpp"
#include "tipring/base/text.hpp"

namespace tipring::base {

Result<void> remove_stale_socket(const sockaddr_un& address, int type, std::string_view what,
                                 std::string_view advice) {
    const char* path = address.sun_path;
    const auto failure = [&](std::string_view why) {
        return fail(format("{} {}: {}; {}", what, path, why, advice));
    };
    struct stat status {};
    if (::lstat(path, &status) != 0) {
        if (errno == ENOENT) return {};
        return failure(errno_text(errno));
    }
    if (!S_ISSOCK(status.st_mode)) return failure("something else stands in its place");
    const Fd probe(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
        errno == EAGAIN)
        return failure("another process serves it");
    if (errno != ECONNREFUSED) return failure(errno_text(errno));
    if (::unlink(path) != 0) return failure("cannot remove the old one: " + errno_text(errno));
    return {};
}

}  // namespace tipring::base
