#include "rtp_end.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <utility>

#include "tipring/dsp/g711.hpp"

namespace tipring::acceptance {

namespace {

constexpr std::size_t packet_samples = 160, hearing_samples = 1600;
constexpr std::size_t header_octets = 12;
constexpr std::uint8_t rtp_version = 0x80, pcma_payload = 8;
constexpr int rtp_priority = 20;  // below every thread of the gateway's audio path

sockaddr_in loopback_port(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

}  // namespace

RtpEnd::RtpEnd(std::uint16_t port)
    : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), port_(port) {
    const auto local = loopback_port(port);
    if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0)
        throw std::runtime_error("no UDP port " + std::to_string(port) + " on 127.0.0.1");
}

void RtpEnd::say(std::uint16_t to, const farend::Clip& clip) {
    std::vector<std::uint8_t> octets(clip.size());
    dsp::encode(dsp::Law::alaw, clip, octets);
    const std::lock_guard lock(mutex_);
    to_ = to;
    said_ = std::move(octets);
    position_ = 0;
}

void RtpEnd::start_recording() {
    const std::lock_guard lock(mutex_);
    recorded_.clear();
    recording_ = true;
}

std::size_t RtpEnd::recorded() const {
    const std::lock_guard lock(mutex_);
    return recorded_.size();
}

farend::Clip RtpEnd::stop_recording() {
    const std::lock_guard lock(mutex_);
    recording_ = false;
    return std::exchange(recorded_, {});
}

farend::Clip RtpEnd::hearing() const {
    const std::lock_guard lock(mutex_);
    return newest_;
}

std::size_t RtpEnd::receive() {
    std::array<std::uint8_t, 2048> packet{};
    for (std::size_t packets = 0;;) {
        const auto got = ::recv(fd_.get(), packet.data(), packet.size(), 0);
        if (got < 0) return packets;
        const auto octets = static_cast<std::size_t>(got);
        if (octets <= header_octets || packet[0] != rtp_version || (packet[1] & 0x7fU) != pcma_payload)
            continue;
        ++packets;
        const auto payload = std::span(packet).subspan(header_octets, octets - header_octets);
        farend::Clip samples(payload.size());
        dsp::decode(dsp::Law::alaw, payload, samples);
        const std::lock_guard lock(mutex_);
        if (recording_) recorded_.insert(recorded_.end(), samples.begin(), samples.end());
        newest_.insert(newest_.end(), samples.begin(), samples.end());
        if (newest_.size() > hearing_samples)
            newest_.erase(newest_.begin(), newest_.end() - static_cast<std::ptrdiff_t>(hearing_samples));
    }
}

void RtpEnd::send() {
    std::array<std::uint8_t, header_octets + packet_samples> packet{rtp_version, pcma_payload};
    std::uint16_t to = 0;
    {
        const std::lock_guard lock(mutex_);
        if (said_.empty()) return;
        to = to_;
        for (std::size_t i = header_octets; i < packet.size(); ++i) {
            packet[i] = said_[position_];
            position_ = (position_ + 1) % said_.size();
        }
    }
    const auto put = [&](std::size_t at, std::uint32_t value, std::size_t octets) {
        for (std::size_t i = 0; i < octets; ++i)
            packet[at + i] = static_cast<std::uint8_t>(value >> (8 * (octets - 1 - i)));
    };
    put(2, sequence_++, 2);
    put(4, timestamp_, 4);
    put(8, port_, 4);  // SSRC
    timestamp_ += packet_samples;
    const auto address = loopback_port(to);
    ::sendto(fd_.get(), packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&address),
             sizeof address);
}

RtpEnds::RtpEnds(std::size_t count, std::uint16_t first_port) {
    for (std::size_t i = 0; i < count; ++i)
        ends_.emplace_back(static_cast<std::uint16_t>(first_port + 2 * i));
    thread_ = std::thread([this] { run(); });
}

RtpEnds::~RtpEnds() {
    stopping_ = true;
    thread_.join();
}

void RtpEnds::run() {
    const sched_param parameters{.sched_priority = rtp_priority};
    ::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &parameters);
    std::vector<pollfd> waiting;
    for (const auto& end : ends_)
        waiting.push_back({end.fd_.get(), POLLIN, 0});
    constexpr int until_next_look_ms = 100;
    while (!stopping_) {
        if (::poll(waiting.data(), waiting.size(), until_next_look_ms) <= 0) continue;
        for (std::size_t i = 0; i < ends_.size(); ++i) {
            if (waiting[i].revents == 0) continue;
            for (auto packets = ends_[i].receive(); packets > 0; --packets)
                ends_[i].send();
        }
    }
}

}  // namespace tipring::acceptance
