// What the gateway adds to the set-up of a call between SIP and a span: INVITE in to SETUP out, and CONNECT in to 200 out.
// The far end of the simulated span stamps the frames on its D-channel. The floor is measured beside each call: a
// datagram to a thread that does nothing but write a frame to the D-channel of another span, and back.
// Usage: bench_setup [SECONDS [JSON-FILE]]   (default 20 s; ten calls a second, each held for a second)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <thread>

#include "support/gateway.hpp"
#include "support/sip_peer.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/farend/far_end.hpp"
#include "tipring/hardware/simulator.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;
using Times = std::vector<Clock::duration>;
constexpr std::uint16_t server_port = 5091;
constexpr std::chrono::milliseconds patience{20000}, between_calls{100};
constexpr std::size_t held_calls = 10;
constexpr unsigned e1_channels = 31, d_position = 16;

/// Type of the Q.931 message of an I-frame on a primary rate (two octets of call reference).
constexpr std::size_t type_at = 8;
constexpr std::uint8_t setup_type = 0x05, connect_type = 0x07;

bool is_message(std::span<const std::uint8_t> frame, std::uint8_t type) {
    return frame.size() > type_at && (frame[2] & 1) == 0 && frame[type_at] == type;
}

/// The far end's D-channel, which notes when SETUP came and when CONNECT went.
class StampedDChannel final : public hardware::DChannel {
  public:
    struct Stamps {
        std::atomic<Clock::time_point> setup{}, connect{};
    };
    StampedDChannel(std::unique_ptr<hardware::DChannel> channel, Stamps& stamps)
        : channel_(std::move(channel)), stamps_(stamps) {}
    int descriptor() const noexcept override { return channel_->descriptor(); }
    base::Result<std::size_t> read(std::span<std::uint8_t> frame) override {
        auto length = channel_->read(frame);
        if (length && is_message(frame.first(*length), setup_type)) stamps_.setup = Clock::now();
        return length;
    }
    base::Result<void> write(std::span<const std::uint8_t> frame) override {
        if (is_message(frame, connect_type)) stamps_.connect = Clock::now();
        return channel_->write(frame);
    }
    bool alarm() const noexcept override { return channel_->alarm(); }
    std::uint64_t errors() const noexcept override { return channel_->errors(); }

  private:
    std::unique_ptr<hardware::DChannel> channel_;
    Stamps& stamps_;
};

template <class T>
T opened(base::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
}

/// What a gateway that does nothing would take: a datagram becomes a frame, and a frame a datagram.
class Floor {
  public:
    Floor(hardware::Board& near, hardware::Board& far, unsigned d_channel)
        : near_(opened(near.open_d_channel({d_channel}))), far_(opened(far.open_d_channel({d_channel}))) {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0)
            throw std::runtime_error("no socket pair");
        stop_here_ = base::Fd(ends[0]);
        stop_there_ = base::Fd(ends[1]);
        relaying_ = std::thread([this] { relay(); });
    }
    ~Floor() {
        [[maybe_unused]] const auto sent = ::send(stop_here_.get(), "x", 1, 0);
        relaying_.join();
    }

    Clock::duration to_span() {
        const auto begin = Clock::now();
        here_.send_to(there_.port());
        wait(far_->descriptor());
        std::array<std::uint8_t, 300> frame{};
        while (far_->read(frame).value() == 0)
            wait(far_->descriptor());
        return Clock::now() - begin;
    }
    Clock::duration from_span() {
        constexpr std::array<std::uint8_t, 60> frame{0x02, 0x01};
        const auto begin = Clock::now();
        if (!far_->write(frame)) throw std::runtime_error("the D-channel of the floor is down");
        wait(here_.descriptor());
        here_.take();
        return Clock::now() - begin;
    }

  private:
    class Socket {
      public:
        Socket() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
            auto local = address(0);
            socklen_t size = sizeof local;
            if (::bind(fd_.get(), reinterpret_cast<sockaddr*>(&local), size) != 0 ||
                ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0)
                throw std::runtime_error("no UDP port on 127.0.0.1");
            port_ = ntohs(local.sin_port);
        }
        int descriptor() const { return fd_.get(); }
        std::uint16_t port() const { return port_; }
        void send_to(std::uint16_t port) const {
            const auto to = address(port);
            const std::array<char, 700> message{};
            if (::sendto(fd_.get(), message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                         sizeof to) < 0)
                throw std::runtime_error("cannot send");
        }
        void take() const {
            std::array<char, 700> message{};
            [[maybe_unused]] const auto got = ::recv(fd_.get(), message.data(), message.size(), 0);
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

    static void wait(int descriptor) {
        pollfd ready{descriptor, POLLIN, 0};
        if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0)
            throw std::runtime_error("nothing comes through the floor");
    }
    void relay() {
        std::array<std::uint8_t, 300> frame{};
        for (;;) {
            pollfd ready[] = {{there_.descriptor(), POLLIN, 0},
                              {near_->descriptor(), POLLIN, 0},
                              {stop_there_.get(), POLLIN, 0}};
            if (::poll(ready, std::size(ready), -1) < 0 || ready[2].revents != 0) return;
            if (ready[0].revents != 0) {
                there_.take();
                constexpr std::array<std::uint8_t, 60> out{0x02, 0x01};
                if (!near_->write(out)) return;
            }
            if (ready[1].revents != 0) {
                const auto length = near_->read(frame);
                if (!length) return;
                if (*length > 0) there_.send_to(here_.port());
            }
        }
    }

    std::unique_ptr<hardware::DChannel> near_, far_;
    Socket here_, there_;
    base::Fd stop_here_, stop_there_;
    std::thread relaying_;
};

struct Line {
    const char* name;
    Times times;
};

double at(const Times& sorted, double part) {
    const auto index = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
    return std::chrono::duration<double, std::milli>(sorted[index]).count();
}

void print(std::vector<Line> lines, unsigned seconds, const char* json_file) {
    boost::json::object all{{"calls", lines.front().times.size()}, {"seconds", seconds}, {"unit", "ms"}};
    std::printf("%zu calls in %u s, ten a second, each held for a second (ms)\n\n",
                lines.front().times.size(), seconds);
    std::printf("| | median | 99th percentile | longest |\n| --- | --- | --- | --- |\n");
    for (auto& [name, times] : lines) {
        std::sort(times.begin(), times.end());
        std::printf("| %s | %.2f | %.2f | %.2f |\n", name, at(times, 0.5), at(times, 0.99), at(times, 1));
        all[name] = {{"median", at(times, 0.5)}, {"p99", at(times, 0.99)}, {"longest", at(times, 1)}};
    }
    const double added[] = {at(lines[0].times, 0.5) - at(lines[2].times, 0.5),
                            at(lines[1].times, 0.5) - at(lines[3].times, 0.5)};
    std::printf("\nThe gateway adds %.2f ms and %.2f ms (medians less floor).\n", added[0], added[1]);
    all["added median, INVITE to SETUP"] = added[0];
    all["added median, CONNECT to 200"] = added[1];
    const auto text = boost::json::serialize(all);
    if (json_file != nullptr) return write_file(json_file, text + "\n");
    std::printf("\n%s\n", text.c_str());
}

struct Bench {
    TemporaryFolder folder;
    hardware::VirtualBoard board{{.fxs = 0, .fxo = 0, .e1 = 2, .t1 = 0}};
    std::unique_ptr<hardware::Board> near = board.near(), far = board.far();
    std::string socket = folder.file("board.sock");
    bool served = board.serve(socket).has_value();
    Gateway gateway{folder,
                    "country: us\nboard: {simulator: {socket: " + socket +
                        "}}\n"
                        "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
                        "    - {name: office, server: 127.0.0.1:5091, mode: peer}\n"
                        "spans:\n  - {span: 1, name: main, channels: 1-31, side: user, switch: euroisdn, "
                        "timers: {T316: 2s}}\n"
                        "routes:\n  - {called: 0x., strip: 1, to: [span main]}\n"};
    StampedDChannel::Stamps stamps;
    farend::FarEndThread thread;
    std::unique_ptr<farend::IsdnNetwork> network = make_network();
    SipPeer caller{server_port};
    Floor floor{*near, *far, e1_channels + d_position};

    std::unique_ptr<farend::IsdnNetwork> make_network() {
        std::vector<hardware::Channel> bearers;
        for (unsigned position = 1; position <= e1_channels; ++position) {
            if (position != d_position)
                bearers.push_back(opened(far->open({position}, {.law = dsp::Law::alaw})));
        }
        auto d_channel = std::make_unique<StampedDChannel>(opened(far->open_d_channel({d_position})), stamps);
        return farend::make_isdn_network(thread, std::move(d_channel), std::move(bearers),
                                         {.answer_after = 0ms});
    }
};

void measure(Bench& bench, unsigned calls, std::vector<Line>& lines) {
    std::deque<std::string> held;
    auto due = Clock::now();
    for (unsigned call = 0; call < calls; ++call, due += between_calls) {
        std::this_thread::sleep_until(due - between_calls / 2);
        lines[2].times.push_back(bench.floor.to_span());
        lines[3].times.push_back(bench.floor.from_span());
        if (held.size() == held_calls) {
            bench.caller.bye(held.front());
            held.pop_front();
        }
        std::this_thread::sleep_until(due);
        const auto invited = Clock::now();
        const auto id = bench.caller.call({.called = "0555" + std::to_string(call)});
        const auto answer = bench.caller.wait_final(id, patience);
        const auto answered = Clock::now();
        if (sip_status(answer) != 200)
            throw std::runtime_error("call " + id + " was not answered: " + answer);
        lines[0].times.push_back(bench.stamps.setup.load() - invited);
        lines[1].times.push_back(answered - bench.stamps.connect.load());
        held.push_back(id);
    }
    for (const auto& id : held)
        bench.caller.bye(id);
    bench.gateway.wait_no_calls(patience);
}

}  // namespace

int main(int argc, char** argv) {
    const unsigned seconds = argc > 1 ? static_cast<unsigned>(std::max(1, std::atoi(argv[1]))) : 20;
    try {
        Bench bench;
        // Channels count as idle before the D-channel is up, and again after their RESTART.
        if (!bench.network->wait_up(patience) || !eventually(patience, [&] {
                const auto rows = bench.gateway.call("spans");
                const auto& span = rows.as_array().at(0).as_object();
                return span.at("d_channel_up").as_bool() && span.at("idle").to_number<unsigned>() == 30;
            }))
            throw std::runtime_error("the span does not come up");
        std::vector<Line> lines{{"INVITE in to SETUP out", {}},
                                {"CONNECT in to 200 out", {}},
                                {"floor: datagram to frame", {}},
                                {"floor: frame to datagram", {}}};
        measure(bench, seconds * 10, lines);
        print(std::move(lines), seconds, argc > 2 ? argv[2] : nullptr);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
