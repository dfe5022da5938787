#include <array>
#include <cstring>
#include <utility>

#include "simulator/client_channel.hpp"
#include "tipring/base/text.hpp"

namespace tipring::hardware::simulator {

SimulatorDChannel::SimulatorDChannel(base::ChannelNumber number, base::Fd socket)
    : number_(number), socket_(std::move(socket)) {}

int SimulatorDChannel::descriptor() const noexcept {
    return socket_.get();
}

base::Result<std::size_t> SimulatorDChannel::read(std::span<std::uint8_t> frame) {
    std::array<std::byte, longest_frame + 1> packet{};
    const auto received = receive_packet(socket_, packet);
    if (received.status == Received::Status::nothing) return std::size_t{0};
    if (received.status == Received::Status::closed) {
        return base::fail(base::format("channel {}: the virtual board has closed the D-channel", number_));
    }
    switch (static_cast<FrameKind>(packet[0])) {
        case FrameKind::frame: {
            const auto size = received.size - 1;
            if (size == 0 || received.size > packet.size() || size > frame.size()) {
                ++errors_;
                return std::size_t{0};
            }
            std::memcpy(frame.data(), packet.data() + 1, size);
            return size;
        }
        case FrameKind::alarm:
            alarm_ = true;
            return std::size_t{0};
        case FrameKind::alarm_clear:
            alarm_ = false;
            return std::size_t{0};
        case FrameKind::aborted:
            break;
    }
    ++errors_;
    return std::size_t{0};
}

base::Result<void> SimulatorDChannel::write(std::span<const std::uint8_t> frame) {
    if (frame.empty() || frame.size() > longest_frame) {
        return base::fail(base::format("channel {}: a D-channel frame has 1 to {} octets, not {}", number_,
                                       longest_frame, frame.size()));
    }
    std::array<std::byte, longest_frame + 1> packet{};
    packet[0] = std::byte{static_cast<std::uint8_t>(FrameKind::frame)};
    std::memcpy(packet.data() + 1, frame.data(), frame.size());
    if (send_packet(socket_, std::span(packet).first(frame.size() + 1))) return {};
    return base::fail(base::format("channel {}: the virtual board does not take the frame", number_));
}

bool SimulatorDChannel::alarm() const noexcept {
    return alarm_;
}
std::uint64_t SimulatorDChannel::errors() const noexcept {
    return errors_;
}

}  // namespace tipring::hardware::simulator
