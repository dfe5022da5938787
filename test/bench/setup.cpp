// What the gateway adds to the set-up of a call from SIP to a span: INVITE in to SETUP out, and CONNECT in to 200 out, at
// ten calls a second on the simulated span. Both times contain the way of the message to this program and its
// threads' wake-ups; the floor, a datagram to another thread and back, is measured beside each call.
// Usage: bench_setup [CALLS]   (default 600; TIPRING_WORLD=dahdi: on the real driver)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "support/gateway.hpp"
#include "support/world.hpp"
#include "tipring/base/fd.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint16_t gateway_port = 5060, caller_port = 5091;
constexpr auto patience = 20s;

/// A UDP socket of 127.0.0.1.
class Datagrams {
  public:
    explicit Datagrams(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        auto local = address(port);
        socklen_t size = sizeof local;
        if (::bind(fd_.get(), reinterpret_cast<sockaddr*>(&local), size) != 0 ||
            ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0)
            throw std::runtime_error("no UDP port on 127.0.0.1");
        port_ = ntohs(local.sin_port);
    }
    std::uint16_t port() const { return port_; }
    void send(std::uint16_t port, const std::string& text) const {
        const auto to = address(port);
        if (::sendto(fd_.get(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                     sizeof to) < 0)
            throw std::runtime_error("cannot send");
    }
    /// "" when nothing came in time.
    std::string receive(std::chrono::milliseconds limit) const {
        pollfd ready{fd_.get(), POLLIN, 0};
        if (::poll(&ready, 1, static_cast<int>(limit.count())) <= 0) return {};
        char buffer[4096];
        const auto got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
        return got <= 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(got));
    }

  private:
    static sockaddr_in address(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }
    base::Fd fd_;
    std::uint16_t port_ = 0;
};

std::string header(const std::string& message, const std::string& name) {
    const auto at = message.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return message.substr(begin, message.find('\r', begin) - begin);
}

std::string request(const std::string& method, unsigned call, unsigned sequence, const std::string& to,
                    const std::string& body) {
    const auto id = std::to_string(call);
    return method + " sip:0555" + id +
           "@127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:" + std::to_string(caller_port) +
           ";branch=z9hG4bK-" + method + id + "\r\nMax-Forwards: 70\r\nFrom: <sip:700@127.0.0.1>;tag=f" + id +
           "\r\nTo: " + to + "\r\nCall-ID: setup-" + id + "\r\nCSeq: " + std::to_string(sequence) + " " +
           method + "\r\nContact: <sip:700@127.0.0.1:" + std::to_string(caller_port) + ">\r\n" +
           (body.empty() ? "" : "Content-Type: application/sdp\r\n") +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// The final answer to `method` of this call.
std::string wait_ok(const Datagrams& socket, unsigned call, const std::string& method) {
    for (;;) {
        const auto answer = socket.receive(patience);
        if (answer.empty()) throw std::runtime_error("no answer to " + method);
        if (header(answer, "Call-ID") != "setup-" + std::to_string(call) ||
            !header(answer, "CSeq").ends_with(method))
            continue;
        if (answer.starts_with("SIP/2.0 200")) return answer;
        if (!answer.starts_with("SIP/2.0 1")) throw std::runtime_error(answer.substr(0, answer.find('\r')));
    }
}

void print(const char* what, std::vector<Clock::duration> times) {
    std::sort(times.begin(), times.end());
    const auto at = [&](double part) {
        const auto index = static_cast<std::size_t>(part * static_cast<double>(times.size() - 1));
        return std::chrono::duration<double, std::milli>(times[index]).count();
    };
    std::printf("%-34s median %6.2f ms   99 %% %6.2f ms   worst %6.2f ms\n", what, at(0.5), at(0.99), at(1));
}

}  // namespace

int main(int argc, char** argv) {
    const unsigned calls = argc > 1 ? static_cast<unsigned>(std::max(1, std::atoi(argv[1]))) : 600;
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, "country: us\n" + world->board_yaml() +
                                "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
                                "    - {name: office, server: 127.0.0.1:5091, mode: peer}\n"
                                "spans:\n  - {span: " +
                                std::to_string(world->span()) +
                                ", name: main, channels: " + world->span_channels() +
                                ", side: user, switch: euroisdn}\n"
                                "routes:\n  - {called: 0x., strip: 1, to: [span main]}\n");
    const auto network = world->isdn_network({.answer_after = {}});
    if (!eventually(patience, [&] { return gateway.call("spans").at(0).at("idle") == 30; })) {
        std::fprintf(stderr, "the span does not come up\n");
        return 1;
    }
    Datagrams socket(caller_port), ping(0), echo(0);
    std::jthread echoing([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            if (!echo.receive(100ms).empty()) echo.send(ping.port(), "x");
        }
    });
    const std::string offer =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP "
        "8\r\n";
    std::vector<Clock::duration> floor, setup, connect;
    auto due = Clock::now();
    for (unsigned call = 1; call <= calls; ++call, due += 100ms) {
        std::this_thread::sleep_until(due);
        const auto pinged = Clock::now();
        ping.send(echo.port(), "x");
        ping.receive(patience);
        floor.push_back(Clock::now() - pinged);

        const auto to = "<sip:0555" + std::to_string(call) + "@127.0.0.1>";
        const auto invited = Clock::now();
        socket.send(gateway_port, request("INVITE", call, 1, to, offer));
        const auto at_network = network->wait_call(patience);
        setup.push_back(Clock::now() - invited);
        if (!at_network) {
            std::fprintf(stderr, "call %u does not reach the network\n", call);
            return 1;
        }
        const auto answered = Clock::now();
        at_network->answer();
        const auto answer = wait_ok(socket, call, "INVITE");
        connect.push_back(Clock::now() - answered);
        socket.send(gateway_port, request("ACK", call, 1, header(answer, "To"), {}));
        socket.send(gateway_port, request("BYE", call, 2, header(answer, "To"), {}));
        wait_ok(socket, call, "BYE");
    }
    std::printf("%u calls, ten a second, %s\n", calls,
                World::is_dahdi() ? "real driver" : "simulated span, its models in this process");
    print("INVITE in to SETUP out", setup);
    print("CONNECT in to 200 out", connect);
    print("floor: datagram there and back", floor);
    return 0;
}
