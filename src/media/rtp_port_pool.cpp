// RtpPortPool: pairs of UDP ports in rotation. Thread: core; a lease may be given back on any thread.
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <mutex>
#include <vector>

#include "socket_address.hpp"
#include "tipring/base/text.hpp"
#include "tipring/media/rtp_socket.hpp"

namespace tipring::media {

struct RtpPortPool::State {
    RtpPortRange range;
    std::mutex mutex;
    std::vector<bool> taken;  ///< one flag a pair
    std::size_t next = 0;
    std::size_t count = 0;

    std::uint16_t port(std::size_t pair) const { return static_cast<std::uint16_t>(first_even() + 2 * pair); }
    unsigned first_even() const { return (range.first + 1U) & ~1U; }
};

namespace {

class Lease {
  public:
    explicit Lease(std::function<void()> give_back) : give_back_(std::move(give_back)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { give_back_(); }

  private:
    std::function<void()> give_back_;
};

/// A bound, non-blocking, marked socket; an empty Fd with errno set otherwise.
base::Fd bind_udp(const SocketAddress& address, std::uint8_t dscp) {
    const int family = address.is_v6() ? AF_INET6 : AF_INET;
    base::Fd fd(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return fd;
    const int type_of_service = dscp << 2;
    const int on = 1;
    if (address.is_v6()) {
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_TCLASS, &type_of_service, sizeof type_of_service);
    } else {
        ::setsockopt(fd.get(), IPPROTO_IP, IP_TOS, &type_of_service, sizeof type_of_service);
    }
    if (::bind(fd.get(), address.raw(), address.size()) != 0) {
        const int reason = errno;
        fd.reset();
        errno = reason;
    }
    return fd;
}

}  // namespace

RtpPortPool::RtpPortPool(const RtpPortRange& range) : state_(std::make_shared<State>()) {
    state_->range = range;
    const unsigned first = state_->first_even();
    state_->taken.resize(range.last > first ? (range.last - first + 1U) / 2 : 0);
}

RtpPortPool::~RtpPortPool() = default;

std::size_t RtpPortPool::in_use() const {
    const std::lock_guard lock(state_->mutex);
    return state_->count;
}

base::Result<RtpSocket> RtpPortPool::open(const std::string& host) {
    const auto address = SocketAddress::parse(host, 0);
    if (!address)
        return base::fail(
            base::format("RTP address \"{}\" is no IPv4 or IPv6 literal", base::printable(host)));
    const std::lock_guard lock(state_->mutex);
    const std::size_t pairs = state_->taken.size();
    for (std::size_t tried = 0; tried < pairs; ++tried) {
        const std::size_t pair = state_->next;
        state_->next = (pair + 1) % pairs;
        if (state_->taken[pair]) continue;
        const std::uint16_t port = state_->port(pair);
        RtpSocket socket;
        socket.rtp = bind_udp(address->with_port(port), state_->range.dscp);
        if (socket.rtp)
            socket.rtcp =
                bind_udp(address->with_port(static_cast<std::uint16_t>(port + 1)), state_->range.dscp);
        if (!socket.rtp || !socket.rtcp) {
            if (errno == EADDRINUSE) continue;
            return base::fail(base::format("RTP socket on {} port {} cannot be opened: {}", host, port,
                                           std::strerror(errno)));
        }
        socket.local_host = host;
        socket.local_port = port;
        state_->taken[pair] = true;
        ++state_->count;
        socket.lease = std::make_shared<Lease>([state = state_, pair] {
            const std::lock_guard guard(state->mutex);
            state->taken[pair] = false;
            --state->count;
        });
        return socket;
    }
    return base::fail(
        base::format("no free RTP port pair on {} in the range {}-{} ({} in use by calls); widen the range",
                     host, state_->range.first, state_->range.last, state_->count));
}

}  // namespace tipring::media
