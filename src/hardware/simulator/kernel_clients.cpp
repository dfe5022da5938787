// The part of Kernel that serves its clients: board connections, opening and closing of channels, control
// requests and D-channel frames. All of it runs on the board's thread, but connect() and serve(), which any
// thread may call.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "simulator/kernel.hpp"
#include "tipring/base/log.hpp"
#include "tipring/base/text.hpp"
#include "tipring/base/unix_socket.hpp"

namespace tipring::hardware::simulator {
namespace {

constexpr std::size_t most_connections = 64;
constexpr std::size_t most_packets_a_turn = 32;
constexpr std::chrono::milliseconds least_longest_flash{100}, most_longest_flash{5000};
constexpr std::chrono::milliseconds least_pulse_time{1}, most_pulse_time{10'000};

base::Error socket_error(const std::string& path, const char* what) {
    return base::fail(
        base::format("virtual board: {} {}: {}", what, path, std::generic_category().message(errno)));
}

}  // namespace

base::Result<base::Fd> Kernel::connect(bool far_side) {
    auto pair = make_socket_pair();
    if (!pair) return base::fail("virtual board: no descriptors left for a connection");
    {
        const std::lock_guard lock(mutex_);
        add_connection(std::move((*pair)[0]), far_side);
    }
    return std::move((*pair)[1]);
}

base::Result<void> Kernel::serve(const std::string& socket_path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_path.empty() || socket_path.size() >= sizeof address.sun_path) {
        return base::fail(
            base::format("virtual board: socket path \"{}\" is empty or longer than {} characters",
                         base::printable(socket_path), sizeof address.sun_path - 1));
    }
    socket_path.copy(address.sun_path, socket_path.size());
    const std::lock_guard lock(mutex_);
    if (!served_path_.empty())
        return base::fail(base::format("virtual board: {} is served already", served_path_));
    if (auto removed = base::remove_stale_socket(address, SOCK_SEQPACKET, "virtual board",
                                                 "stop that one or choose another path");
        !removed)
        return removed.error();
    auto listener =
        std::make_shared<base::Fd>(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!*listener) return socket_error(socket_path, "no socket for");
    if (::bind(listener->get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return socket_error(socket_path, "cannot bind");
    }
    served_path_ = socket_path;
    if (::listen(listener->get(), static_cast<int>(most_connections)) != 0) {
        return socket_error(socket_path, "cannot listen on");
    }
    watch(listener, [this, listener](Key) { accept_connections(*listener); });
    return {};
}

Kernel::Key Kernel::watch(std::shared_ptr<const base::Fd> descriptor, std::function<void(Key)> ready) {
    const auto key = ++last_key_;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = key;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor->get(), &event) != 0) {
        base::log::error("hardware", "virtual board: epoll_ctl: {}", std::generic_category().message(errno));
    }
    watches_.emplace(key, Watch{std::move(descriptor), std::move(ready)});
    return key;
}

void Kernel::unwatch(Key key) {
    const auto found = watches_.find(key);
    if (found == watches_.end()) return;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second.descriptor->get(), nullptr);
    watches_.erase(found);
}

void Kernel::add_connection(base::Fd socket, bool far_side) {
    ++connections_;
    const auto shared = std::make_shared<base::Fd>(std::move(socket));
    watch(shared,
          [this, descriptor = shared.get(), far_side](Key key) { serve_board(key, *descriptor, far_side); });
}

void Kernel::accept_connections(const base::Fd& listener) {
    for (;;) {
        base::Fd socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!socket) return;
        if (connections_ < most_connections) add_connection(std::move(socket), false);
    }
}

void Kernel::serve_board(Key key, const base::Fd& socket, bool far_side) {
    std::array<std::byte, 256> buffer{};
    for (std::size_t i = 0; i < most_packets_a_turn; ++i) {
        const auto received = receive_packet(socket, buffer);
        if (received.status == Received::Status::nothing) return;
        const auto size = std::min(received.size, buffer.size());
        const auto request = message_from<BoardRequest>(std::span(buffer).first(size));
        const bool valid = received.status == Received::Status::packet && received.size <= buffer.size() &&
                           request && request->version == protocol_version;
        if (!valid) {
            --connections_;
            unwatch(key);
            return;
        }
        answer_board(socket, far_side, *request);
    }
}

void Kernel::answer_board(const base::Fd& socket, bool far_side, const BoardRequest& request) {
    BoardResponse response;
    response.far_side = far_side;
    response.fxs = layout_.fxs;
    response.fxo = layout_.fxo;
    response.e1 = layout_.e1;
    response.t1 = layout_.t1;
    for (const auto& span : cut_spans_)
        response.span_alarm[span.value - 1] = 1;
    std::vector<base::Fd> for_client;
    const bool known = request.channel >= 1 && request.channel <= wires_.size();
    const bool about_span =
        request.operation == BoardOperation::read_span || request.operation == BoardOperation::set_loop;
    if (about_span) {
        response.refusal = serve_span(far_side, request, response);
    } else if (request.operation != BoardOperation::inventory && !known) {
        response.refusal = Refusal::no_such_channel;
    } else if (request.operation == BoardOperation::open) {
        response.refusal = open_channel(far_side, request, for_client);
    } else if (request.operation == BoardOperation::open_d_channel) {
        response.refusal = open_frames(far_side, request, for_client);
    } else if (request.operation != BoardOperation::inventory) {
        response.refusal = Refusal::bad_argument;
    }
    std::vector<int> descriptors;
    for (const auto& descriptor : for_client)
        descriptors.push_back(descriptor.get());
    const bool sent = send_packet_with(socket, octets_of(response), descriptors);
    if (!sent && !for_client.empty()) close_channel(request.channel - 1, far_side);
}

Refusal Kernel::open_channel(bool far_side, const BoardRequest& request, std::vector<base::Fd>& for_client) {
    const std::size_t index = request.channel - 1;
    auto& wire = wires_[index];
    if (wire.near_kind() == ChannelKind::d_channel) return Refusal::wrong_kind;
    if (request.law > static_cast<std::uint16_t>(dsp::Law::mulaw)) return Refusal::bad_argument;
    const std::chrono::milliseconds longest_flash(request.longest_flash_ms);
    if (longest_flash.count() != 0 &&
        (longest_flash < least_longest_flash || longest_flash > most_longest_flash))
        return Refusal::bad_argument;
    const PulseTimes pulses{std::chrono::milliseconds(request.pulse_open_ms),
                            std::chrono::milliseconds(request.pulse_closed_ms),
                            std::chrono::milliseconds(request.pulse_pause_ms)};
    for (const auto time : {pulses.open, pulses.closed, pulses.pause}) {
        if (time < least_pulse_time || time > most_pulse_time) return Refusal::bad_argument;
    }
    if (wire.in_use(far_side)) return Refusal::channel_busy;
    base::Fd memory;
    auto page = SharedPage::create(memory);
    auto bearer = make_socket_pair();
    auto control = make_socket_pair();
    if (!page || !bearer || !control) return Refusal::no_resources;
    wire.attach(far_side,
                std::make_unique<ChannelEnd>(static_cast<dsp::Law>(request.law), std::move(*page),
                                             std::move((*bearer)[0])),
                std::chrono::steady_clock::now(),
                longest_flash.count() == 0 ? default_longest_flash : longest_flash, pulses);
    const auto socket = std::make_shared<base::Fd>(std::move((*control)[0]));
    channel_watches_[{index, far_side}] =
        watch(socket, [this, descriptor = socket.get(), index, far_side](Key) {
            serve_control(*descriptor, index, far_side);
        });
    for_client.push_back(std::move(memory));
    for_client.push_back(std::move((*bearer)[1]));
    for_client.push_back(std::move((*control)[1]));
    return Refusal::none;
}

Refusal Kernel::open_frames(bool far_side, const BoardRequest& request, std::vector<base::Fd>& for_client) {
    const std::size_t index = request.channel - 1;
    auto& wire = wires_[index];
    if (wire.near_kind() != ChannelKind::d_channel) return Refusal::wrong_kind;
    if (wire.in_use(far_side)) return Refusal::channel_busy;
    auto frames = make_socket_pair();
    if (!frames) return Refusal::no_resources;
    const auto socket = std::make_shared<base::Fd>(std::move((*frames)[0]));
    wire.attach_frames(far_side, socket);
    channel_watches_[{index, far_side}] =
        watch(socket, [this, descriptor = socket.get(), index, far_side](Key) {
            serve_frames(*descriptor, index, far_side);
        });
    for_client.push_back(std::move((*frames)[1]));
    return Refusal::none;
}

void Kernel::serve_control(const base::Fd& socket, std::size_t wire, bool far_side) {
    std::array<std::byte, 2 * sizeof(ControlRequest)> buffer{};
    for (std::size_t i = 0; i < most_packets_a_turn; ++i) {
        const auto received = receive_packet(socket, buffer);
        if (received.status == Received::Status::nothing) return;
        const auto size = std::min(received.size, buffer.size());
        const auto request = message_from<ControlRequest>(std::span(buffer).first(size));
        if (received.status == Received::Status::closed || received.size > buffer.size() || !request ||
            request->version != protocol_version) {
            close_channel(wire, far_side);
            return;
        }
        const auto response = wires_[wire].control(far_side, *request, std::chrono::steady_clock::now());
        send_packet(socket, octets_of(response));
    }
}

void Kernel::serve_frames(const base::Fd& socket, std::size_t wire, bool far_side) {
    std::array<std::byte, longest_frame + 1> buffer{};
    for (std::size_t i = 0; i < most_packets_a_turn; ++i) {
        const auto received = receive_packet(socket, buffer);
        if (received.status == Received::Status::nothing) return;
        if (received.status == Received::Status::closed || received.size > buffer.size()) {
            close_channel(wire, far_side);
            return;
        }
        wires_[wire].forward_frame(far_side, std::span(buffer).first(received.size));
    }
}

void Kernel::close_channel(std::size_t wire, bool far_side) {
    wires_[wire].detach(far_side, std::chrono::steady_clock::now());
    const auto found = channel_watches_.find({wire, far_side});
    if (found == channel_watches_.end()) return;
    const auto key = found->second;
    channel_watches_.erase(found);
    unwatch(key);
}

}  // namespace tipring::hardware::simulator
