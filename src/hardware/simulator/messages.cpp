#include "simulator/messages.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace tipring::hardware::simulator {
namespace {

constexpr std::size_t most_descriptors = 4;

/// Room for one control message with descriptors.
union DescriptorBuffer {
    cmsghdr header;
    std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))> space;
};

Received outcome(ssize_t size) noexcept {
    if (size > 0) return {Received::Status::packet, static_cast<std::size_t>(size)};
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return {};
    return {Received::Status::closed, 0};
}

}  // namespace

std::optional<std::array<base::Fd, 2>> make_socket_pair() {
    std::array<int, 2> pair{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0)
        return std::nullopt;
    return std::array<base::Fd, 2>{base::Fd(pair[0]), base::Fd(pair[1])};
}

bool send_packet(const base::Fd& socket, std::span<const std::byte> packet) noexcept {
    const auto sent = ::send(socket.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent == static_cast<ssize_t>(packet.size());
}

bool send_packet_with(const base::Fd& socket, std::span<const std::byte> packet,
                      const std::vector<int>& descriptors) {
    const auto count = std::min(descriptors.size(), most_descriptors);
    if (count == 0) return send_packet(socket, packet);
    DescriptorBuffer buffer{};
    iovec part{const_cast<std::byte*>(packet.data()), packet.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = buffer.space.data();
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(header), descriptors.data(), count * sizeof(int));
    return ::sendmsg(socket.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) ==
           static_cast<ssize_t>(packet.size());
}

Received receive_packet(const base::Fd& socket, std::span<std::byte> buffer) noexcept {
    return outcome(::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC));
}

Received receive_packet_with(const base::Fd& socket, std::span<std::byte> buffer,
                             std::vector<base::Fd>& descriptors) {
    DescriptorBuffer control{};
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.space.data();
    message.msg_controllen = control.space.size();
    const auto size = ::recvmsg(socket.get(), &message, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);
    const auto received = outcome(size);
    if (received.status != Received::Status::packet) return received;
    for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        const auto count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int descriptor = -1;
            std::memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
            descriptors.emplace_back(descriptor);
        }
    }
    return received;
}

}  // namespace tipring::hardware::simulator
