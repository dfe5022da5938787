#include "rtp_tap.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>

#include "tipring/dsp/g711.hpp"

namespace tipring::acceptance {

namespace {

constexpr std::size_t longest = 8000;
constexpr std::size_t udp_header = 8;
constexpr std::size_t rtp_header = 12;
constexpr std::uint8_t protocol_udp = 17;

std::uint16_t number_at(std::span<const std::uint8_t> octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets[at] << 8U | octets[at + 1]);
}

}  // namespace

RtpTap::RtpTap() : fd_(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP))) {
    sockaddr_ll loopback{};
    loopback.sll_family = AF_PACKET;
    loopback.sll_protocol = htons(ETH_P_IP);
    loopback.sll_ifindex = static_cast<int>(::if_nametoindex("lo"));
    if (!fd_ || ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&loopback), sizeof loopback) != 0)
        throw std::runtime_error("cannot listen on the loopback interface; CAP_NET_RAW is needed");
    reader_ = std::thread([this] { read(); });
}

RtpTap::~RtpTap() {
    ends_ = true;
    reader_.join();
}

void RtpTap::read() {
    std::array<std::uint8_t, 2048> packet{};
    while (!ends_) {
        pollfd waiting{fd_.get(), POLLIN, 0};
        if (::poll(&waiting, 1, 100) <= 0) continue;
        sockaddr_ll from{};
        socklen_t length = sizeof from;
        const auto got = ::recvfrom(fd_.get(), packet.data(), packet.size(), 0,
                                    reinterpret_cast<sockaddr*>(&from), &length);
        // The loopback interface shows each packet twice.
        if (got > 0 && from.sll_pkttype != PACKET_OUTGOING)
            take(std::span(packet).first(static_cast<std::size_t>(got)));
    }
}

void RtpTap::take(std::span<const std::uint8_t> packet) {
    const std::size_t ip_header = packet.empty() ? 0 : (packet[0] & 15U) * 4U;
    if (ip_header < 20 || packet.size() < ip_header + udp_header + rtp_header || packet[9] != protocol_udp)
        return;
    const auto port = number_at(packet, ip_header + 2);
    const auto rtp = packet.subspan(ip_header + udp_header);
    const auto payload_type = rtp[1] & 0x7FU;
    if (rtp[0] != 0x80 || port % 2 != 0 || (payload_type != 0 && payload_type != 8)) return;
    const auto law = payload_type == 0 ? dsp::Law::mulaw : dsp::Law::alaw;
    const std::lock_guard lock(mutex_);
    auto& clip = newest_[port / ports_of_a_client];
    for (const auto octet : rtp.subspan(rtp_header))
        clip.push_back(dsp::decode(law, octet));
    if (clip.size() > longest) clip.erase(clip.begin(), clip.end() - longest);
}

void RtpTap::forget() {
    const std::lock_guard lock(mutex_);
    newest_.clear();
}

farend::Clip RtpTap::sent_to(std::uint16_t first_port) const {
    const std::lock_guard lock(mutex_);
    const auto found = newest_.find(first_port / ports_of_a_client);
    return found == newest_.end() ? farend::Clip{} : found->second;
}

}  // namespace tipring::acceptance
