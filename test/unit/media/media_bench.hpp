// What the engine's tests share: a bearer fed by the test, a far end on a loopback socket, and an engine
// ticked by hand.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "block.hpp"
#include "rtp_packet.hpp"
#include "telephone_event.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/base/spsc_ring.hpp"
#include "tipring/dsp/dtmf.hpp"
#include "tipring/dsp/tone_generator.hpp"
#include "tipring/dsp/tone_plan.hpp"
#include "tipring/media/engine.hpp"
#include "wire.hpp"

namespace tipring::media::test {

using Clock = std::chrono::steady_clock;

/// One side is the test's thread, the other the media thread's.
class FakeBearer final : public hardware::Bearer {
  public:
    int descriptor() const noexcept override { return wakes_ ? wake_.descriptor() : -1; }
    std::uint32_t event_poll_mask() const noexcept override { return POLLIN; }
    ReadResult read(std::span<std::uint8_t, block_samples> block) noexcept override {
        Item item;
        if (wakes_) wake_.drain();
        if (!incoming_.pop(item)) return {};
        if (item.status == ReadStatus::block)
            std::copy(item.octets.begin(), item.octets.end(), block.begin());
        return {item.status, item.event};
    }
    bool write(std::span<const std::uint8_t, block_samples> block) noexcept override {
        Octets octets;
        std::copy(block.begin(), block.end(), octets.begin());
        return written_.push(octets);
    }

    /// Test: the descriptor becomes real, so that a sleeping media thread is woken by events.
    void use_descriptor() { wakes_ = true; }
    void say(const Octets& octets) { put({ReadStatus::block, {}, octets}); }
    void event(hardware::LineEventKind kind) { put({ReadStatus::event, {kind, 0}, {}}); }
    void fail() { put({ReadStatus::failed, {}, {}}); }
    std::optional<Octets> written() {
        Octets octets;
        if (!written_.pop(octets)) return std::nullopt;
        return octets;
    }
    std::vector<Octets> all_written() {
        std::vector<Octets> all;
        while (auto octets = written())
            all.push_back(*octets);
        return all;
    }

  private:
    struct Item {
        ReadStatus status = ReadStatus::empty;
        hardware::LineEvent event;
        Octets octets{};
    };
    base::SpscRing<Item> incoming_{1024};
    base::SpscRing<Octets> written_{8192};
    base::EventFd wake_;
    bool wakes_ = false;

    void put(const Item& item) {
        if (!incoming_.push(item)) throw std::runtime_error("the fake bearer is full");
        if (wakes_) wake_.notify();
    }
};

/// A UDP socket pair on 127.0.0.1 that plays the other RTP party.
class FarParty {
  public:
    FarParty() : rtp_(bind_any()), rtcp_(bind_any()) {}

    RtpAddress address() const { return {"127.0.0.1", port_of(rtp_), port_of(rtcp_)}; }
    void aim(std::uint16_t port) { target_ = port; }

    std::uint32_t ssrc = 0x1234567;
    std::uint16_t sequence = 65530;  // wraps early
    std::uint32_t timestamp = 0xFFFFFF00;

    void send_audio(std::span<const std::uint8_t> payload, std::uint8_t payload_type = 8) {
        send_packet(payload, payload_type, timestamp, false);
        timestamp += static_cast<std::uint32_t>(payload.size());
    }
    void send_event(char digit, bool end, std::uint16_t duration, std::uint32_t at, bool marker = false,
                    std::uint8_t payload_type = 101) {
        std::array<std::uint8_t, telephone_event_octets> payload;
        write_telephone_event({static_cast<std::uint8_t>(dsp::dtmf_index(digit)), end, 10, duration},
                              payload);
        send_packet(payload, payload_type, at, marker);
    }
    void send_packet(std::span<const std::uint8_t> payload, std::uint8_t payload_type, std::uint32_t at,
                     bool marker) {
        std::vector<std::uint8_t> octets(rtp_header_octets + payload.size());
        RtpPacket header;
        header.marker = marker;
        header.payload_type = payload_type;
        header.sequence = sequence++;
        header.timestamp = at;
        header.ssrc = ssrc;
        write_rtp_header(header, std::span(octets).first<rtp_header_octets>());
        std::copy(payload.begin(), payload.end(), octets.begin() + rtp_header_octets);
        send_raw(rtp_, octets, target_);
    }
    void send_garbage() { send_raw(rtp_, std::array<std::uint8_t, 5>{0x80, 0x08, 1, 2, 3}, target_); }
    void send_rtcp(std::span<const std::uint8_t> octets) { send_raw(rtcp_, octets, target_ + 1); }

    struct Received {
        std::vector<std::uint8_t> datagram;
        RtpPacket packet;
    };
    std::vector<Received> receive() {
        std::vector<Received> all;
        for (;;) {
            auto datagram = take(rtp_, 0);
            if (datagram.empty()) return all;
            Received received{std::move(datagram), {}};
            received.packet = parse_rtp(received.datagram).value();
            all.push_back(std::move(received));
        }
    }
    std::vector<std::uint8_t> receive_rtcp() { return take(rtcp_, 1000); }

  private:
    base::Fd rtp_, rtcp_;
    std::uint16_t target_ = 0;

    static base::Fd bind_any() {
        base::Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("bind");
        }
        return fd;
    }
    static std::uint16_t port_of(const base::Fd& fd) {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }
    static void send_raw(const base::Fd& fd, std::span<const std::uint8_t> octets, int port) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        const auto sent =
            ::sendto(fd.get(), octets.data(), octets.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
        if (sent != static_cast<ssize_t>(octets.size())) throw std::runtime_error("sendto");
    }
    static std::vector<std::uint8_t> take(const base::Fd& fd, int wait_ms) {
        pollfd poll{fd.get(), POLLIN, 0};
        if (::poll(&poll, 1, wait_ms) <= 0) return {};
        std::vector<std::uint8_t> octets(2048);
        const auto got = ::recv(fd.get(), octets.data(), octets.size(), 0);
        octets.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return octets;
    }
};

/// An engine on a manual clock.
class Bench {
  public:
    Bench() : engine(EngineOptions{0, false, 30, 64}) {}

    Engine engine;
    Clock::time_point now{std::chrono::seconds(1000)};
    std::vector<Event> events;
    RtpPortPool ports{{42000, 42999, 46}};

    Engine::Handler handler() {
        return [this](const Event& event) { events.push_back(event); };
    }
    void tick(int count = 1) {
        for (; count > 0; --count) {
            now += std::chrono::milliseconds(10);
            engine.tick(now);
            engine.dispatch();
        }
    }
    EndpointId line(FakeBearer& bearer, dsp::Law law = dsp::Law::alaw) {
        const auto id = engine.add_line(bearer, {law, true}, handler());
        engine.start_line(id);
        return id;
    }
    EndpointId session(FarParty& far, const RtpOptions& options) {
        auto socket = ports.open("127.0.0.1");
        far.aim(socket.value().local_port);
        const auto id = engine.add_rtp(std::move(socket.value()), options, handler());
        engine.set_remote(id, far.address());
        return id;
    }
    std::string digits() const {
        std::string text;
        for (const auto& event : events) {
            if (event.kind == EventKind::digit) text += event.digit;
        }
        return text;
    }
    std::size_t count(EventKind kind) const {
        std::size_t count = 0;
        for (const auto& event : events)
            count += event.kind == kind ? 1U : 0U;
        return count;
    }
};

/// Speech-like octets, each block different.
inline Octets pattern(unsigned number) {
    Octets octets;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        octets[i] = static_cast<std::uint8_t>((number * 131 + i * 7 + (i * number) % 11) & 0xFF);
    }
    return octets;
}

inline Octets filled(std::uint8_t octet) {
    Octets octets;
    octets.fill(octet);
    return octets;
}

inline double power(const Octets& octets, dsp::Law law) {
    double sum = 0;
    for (const auto octet : octets) {
        const double sample = dsp::decode(law, octet);
        sum += sample * sample;
    }
    return sum / static_cast<double>(octets.size());
}

inline dsp::ToneSequence tone_of(const char* text) {
    return dsp::parse_tone(text).value();
}

/// Syllables of changing pitch and colour, as a voice has them.
class Babble {
  public:
    explicit Babble(double level) : amplitude_(level) {}
    Linear next() {
        Linear linear;
        for (auto& sample : linear) {
            const double time = static_cast<double>(at_++) / 8000;
            phase_ +=
                2 * std::numbers::pi * (130 + 40 * std::sin(5 * time) + 20 * std::sin(17 * time)) / 8000;
            const double formant = 900 + 600 * std::sin(9 * time), open = std::sin(13 * time);
            double sum = 0;
            for (int harmonic = 2; harmonic < 20; ++harmonic) {
                const double away = (harmonic * 130 - formant) / 200;
                sum += std::sin(harmonic * phase_) / (1 + away * away);
            }
            sample = static_cast<std::int16_t>(amplitude_ * std::max(0.0, open) * sum / 3);
        }
        return linear;
    }

  private:
    const double amplitude_;
    double phase_ = 0;
    int at_ = 0;
};

inline Octets alaw(const Linear& linear) {
    Octets octets;
    dsp::encode(dsp::Law::alaw, linear, octets);
    return octets;
}

inline RtpOptions options(dsp::Law codec = dsp::Law::alaw, bool events = false) {
    RtpOptions result;
    result.codec = codec;
    result.cname = "test@tipring";
    if (events) result.send_event_type = result.receive_event_type = 101;
    return result;
}

}  // namespace tipring::media::test
