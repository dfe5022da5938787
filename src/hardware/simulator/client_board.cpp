#include "simulator/client_board.hpp"

#include <algorithm>
#include <utility>

#include "simulator/client_channel.hpp"
#include "simulator/layout.hpp"
#include "tipring/base/text.hpp"

namespace tipring::hardware::simulator {
namespace {

VirtualLayout layout_of(const BoardResponse& response) {
    return {response.fxs, response.fxo, response.e1, response.t1};
}

base::Error lost() {
    return base::fail("virtual board: it does not answer; is its process running, and of the same version?");
}

}  // namespace

SimulatorBoard::SimulatorBoard(base::Fd socket) : socket_(std::move(socket)) {}

base::Result<std::vector<ChannelInfo>> SimulatorBoard::channels() {
    const auto response = inventory();
    if (!response) return response.error();
    return channels_of(layout_of(*response), response->far_side != 0);
}

base::Result<std::vector<SpanInfo>> SimulatorBoard::spans() {
    const auto response = inventory();
    if (!response) return response.error();
    const std::vector<bool> alarms(response->span_alarm.begin(), response->span_alarm.end());
    return spans_of(layout_of(*response), alarms);
}

base::Result<Channel> SimulatorBoard::open(base::ChannelNumber number, const ChannelOptions& options) {
    BoardRequest message;
    message.operation = BoardOperation::open;
    message.channel = number.value;
    message.law = static_cast<std::uint16_t>(options.law);
    if (options.longest_flash) {
        // A value that does not fit must be refused, and not be taken for none.
        const auto limited = std::clamp<std::int64_t>(options.longest_flash->count(), 1, 1'000'000);
        message.longest_flash_ms = static_cast<std::uint32_t>(limited);
    }
    std::vector<base::Fd> descriptors;
    const auto response = request(message, descriptors);
    if (!response) return response.error();
    if (response->refusal != Refusal::none) return refusal_error(number, "open", response->refusal);
    const auto infos = channels_of(layout_of(*response), response->far_side != 0);
    if (descriptors.size() != 3 || number.value == 0 || number.value > infos.size()) return lost();
    const auto kind = infos[number.value - 1].kind;
    if (kind != options.kind.value_or(kind)) {
        return base::fail(base::format("channel {} is {}, not {}; correct its kind in the port map", number,
                                       hardware::name(kind), hardware::name(*options.kind)));
    }
    auto page = SharedPage::map(descriptors[0]);
    if (!page) return page.error();
    auto info = infos[number.value - 1];
    info.law = options.law;
    auto shared = std::make_shared<ClientChannel>(
        ClientChannel{info, std::move(descriptors[1]), std::move(descriptors[2]), std::move(*page)});
    return Channel{std::move(info), std::make_unique<SimulatorLineControl>(shared),
                   std::make_unique<SimulatorBearer>(shared)};
}

base::Result<std::unique_ptr<DChannel>> SimulatorBoard::open_d_channel(base::ChannelNumber number) {
    BoardRequest message;
    message.operation = BoardOperation::open_d_channel;
    message.channel = number.value;
    std::vector<base::Fd> descriptors;
    const auto response = request(message, descriptors);
    if (!response) return response.error();
    if (response->refusal != Refusal::none) return refusal_error(number, "open", response->refusal);
    if (descriptors.size() != 1) return lost();
    return std::unique_ptr<DChannel>(std::make_unique<SimulatorDChannel>(number, std::move(descriptors[0])));
}

base::Result<BoardResponse> SimulatorBoard::inventory() {
    std::vector<base::Fd> none;
    return request(BoardRequest{}, none);
}

base::Result<BoardResponse> SimulatorBoard::request(const BoardRequest& request,
                                                    std::vector<base::Fd>& descriptors) {
    if (!send_packet(socket_, octets_of(request)) || !wait_readable(socket_)) return lost();
    std::array<std::byte, sizeof(BoardResponse)> buffer{};
    const auto received = receive_packet_with(socket_, buffer, descriptors);
    if (received.status != Received::Status::packet || received.size != buffer.size()) return lost();
    const auto response = message_from<BoardResponse>(buffer);
    if (!response || response->version != protocol_version || !is_sensible(layout_of(*response)))
        return lost();
    return *response;
}

}  // namespace tipring::hardware::simulator
