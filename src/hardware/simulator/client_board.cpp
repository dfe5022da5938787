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

base::Error no_such_span(base::SpanNumber span) {
    return base::fail(
        base::format("span {}: the virtual board has no such digital span; see its layout", span));
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
    const auto limited_pulse = [](std::chrono::milliseconds time) {
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.count(), 0, 1'000'000));
    };
    message.pulse_open_ms = limited_pulse(options.pulses.open);
    message.pulse_closed_ms = limited_pulse(options.pulses.closed);
    message.pulse_pause_ms = limited_pulse(options.pulses.pause);
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

// A digital span takes its clock from the far end, and the first of them clocks the board.
base::Result<SpanSettings> SimulatorBoard::span_settings(base::SpanNumber span) {
    const auto response = inventory();
    if (!response) return response.error();
    const auto all = spans_of(layout_of(*response), {});
    const auto info = std::ranges::find(all, span, &SpanInfo::number);
    if (info == all.end()) return no_such_span(span);
    SpanSettings settings;
    settings.number = span;
    settings.name = info->name;
    settings.description = info->description;
    settings.device = "virtual board";
    settings.channels = settings.configured_channels = info->channels;
    if (!info->is_digital) return settings;
    settings.type = info->is_e1 ? SpanType::e1 : SpanType::t1;
    settings.framing = info->is_e1 ? Framing::ccs : Framing::esf;
    settings.coding = info->is_e1 ? Coding::hdb3 : Coding::b8zs;
    if (info->is_e1) settings.crc4 = true;
    settings.build_out = 0;
    settings.build_out_text = info->is_e1 ? "120 ohm" : "0-133 feet";
    settings.sync_source = span.value;
    const auto first = std::ranges::find(all, true, &SpanInfo::is_digital);
    settings.sync_master = first->number == span;
    return settings;
}

base::Result<SpanReading> SimulatorBoard::read_span(base::SpanNumber span) {
    const auto response = ask_span(BoardOperation::read_span, span, SpanLoop::off);
    if (!response) return response.error();
    SpanReading reading;
    reading.alarms = AlarmSet::from_bits(static_cast<std::uint8_t>(response->line_alarms));
    for (std::size_t i = 0; i < line_counters; ++i)
        reading.counts[i] = response->line_counts[i];
    return reading;
}

base::Result<void> SimulatorBoard::set_loop(base::SpanNumber span, SpanLoop loop) {
    const auto response = ask_span(BoardOperation::set_loop, span, loop);
    if (!response) return response.error();
    return {};
}

base::Result<BoardResponse> SimulatorBoard::ask_span(BoardOperation operation, base::SpanNumber span,
                                                     SpanLoop loop) {
    BoardRequest message;
    message.operation = operation;
    message.span = span.value;
    message.loop = static_cast<std::uint32_t>(loop);
    std::vector<base::Fd> none;
    const auto response = request(message, none);
    if (!response) return response.error();
    if (response->refusal == Refusal::no_such_channel) return no_such_span(span);
    if (response->refusal != Refusal::none)
        return base::fail(base::format("span {}: the virtual board refuses the loop", span));
    return *response;
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
