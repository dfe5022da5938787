#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "simulator/client_board.hpp"
#include "simulator/kernel.hpp"
#include "tipring/base/text.hpp"

namespace tipring::hardware {

struct VirtualBoard::Impl {
    explicit Impl(const VirtualLayout& layout) : kernel(layout) {}
    simulator::Kernel kernel;

    std::unique_ptr<Board> client(bool far_side) {
        return std::make_unique<simulator::SimulatorBoard>(kernel.connect(far_side).value());
    }
};

VirtualBoard::VirtualBoard(const VirtualLayout& layout) : impl_(std::make_unique<Impl>(layout)) {}
VirtualBoard::~VirtualBoard() = default;

std::unique_ptr<Board> VirtualBoard::near() {
    return impl_->client(false);
}
std::unique_ptr<Board> VirtualBoard::far() {
    return impl_->client(true);
}
const VirtualLayout& VirtualBoard::layout() const {
    return impl_->kernel.layout();
}

void VirtualBoard::set_faults(base::ChannelNumber near_channel, const WireFaults& faults) {
    impl_->kernel.set_faults(near_channel, faults);
}

void VirtualBoard::add_line_errors(base::SpanNumber span, LineCounter counter, std::uint32_t count) {
    impl_->kernel.add_line_errors(span, counter, count);
}

void VirtualBoard::show_alarm(base::SpanNumber span, SpanAlarm alarm, bool on) {
    impl_->kernel.show_alarm(span, alarm, on);
}

base::Result<void> VirtualBoard::serve(const std::string& socket_path) {
    return impl_->kernel.serve(socket_path);
}

VirtualBoard::Counters VirtualBoard::counters(base::ChannelNumber near_channel, bool far_side) const {
    return impl_->kernel.counters(near_channel, far_side);
}

std::uint64_t VirtualBoard::wakeups() const {
    return impl_->kernel.wakeups();
}

base::Result<std::unique_ptr<Board>> connect_virtual_board(const std::string& socket_path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_path.empty() || socket_path.size() >= sizeof address.sun_path) {
        return base::fail(base::format("virtual board: socket path \"{}\" is empty or too long",
                                       base::printable(socket_path)));
    }
    socket_path.copy(address.sun_path, socket_path.size());
    base::Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return base::fail(
            base::format("virtual board: cannot connect to {}: {}; start the process that serves it",
                         socket_path, std::generic_category().message(errno)));
    }
    auto board = std::make_unique<simulator::SimulatorBoard>(std::move(socket));
    if (const auto channels = board->channels(); !channels) return channels.error();
    return std::unique_ptr<Board>(std::move(board));
}

}  // namespace tipring::hardware
