#include "simulator/client_channel.hpp"
#include "tipring/base/text.hpp"

#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <utility>

namespace tipring::hardware::simulator {
namespace {

constexpr std::chrono::milliseconds answer_limit{2000};
/// More tokens than a socket holds, so that one read() always comes to an end.
constexpr int most_tokens = 4096;
/// DAHDI_DEFAULT_FLASHTIME
constexpr std::chrono::milliseconds driver_flash{750};

/// What is no number becomes one that is out of every range.
std::int32_t millibel(double decibel) {
    return static_cast<std::int32_t>(
        std::lround(std::clamp(std::isnan(decibel) ? 1000.0 : decibel, -1000.0, 1000.0) * 100));
}

std::string_view reason(Refusal refusal) {
    switch (refusal) {
        case Refusal::none:
            return "done";
        case Refusal::no_such_channel:
            return "the virtual board has no such channel; see its layout";
        case Refusal::channel_busy:
            return "busy: it is open already; close the other user";
        case Refusal::wrong_kind:
            return "not possible on this kind of channel";
        case Refusal::line_busy:
            return "the line is not in a state for it; try again when it is idle";
        case Refusal::bad_argument:
            return "the value is out of range";
        case Refusal::no_resources:
            return "the virtual board has no descriptors or memory left; raise LimitNOFILE";
    }
    return "unknown answer of the virtual board; run the same version on both sides";
}

}  // namespace

base::Error refusal_error(base::ChannelNumber number, std::string_view what, Refusal refusal) {
    return base::fail(base::format("channel {}: {}: {}", number, what, reason(refusal)));
}

bool wait_readable(const base::Fd& socket) {
    const auto end = std::chrono::steady_clock::now() + answer_limit;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        pollfd entry{socket.get(), POLLIN, 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready > 0) return true;
        if (ready == 0 || errno != EINTR) return false;
    }
}

SimulatorBearer::SimulatorBearer(std::shared_ptr<ClientChannel> channel) : channel_(std::move(channel)) {}
SimulatorBearer::~SimulatorBearer() = default;

int SimulatorBearer::descriptor() const noexcept {
    return channel_->bearer.get();
}
std::uint32_t SimulatorBearer::event_poll_mask() const noexcept {
    return EPOLLIN;
}

// A token stands for one queued item. There may be more tokens than items, after queued blocks were flushed.
Bearer::ReadResult SimulatorBearer::read(std::span<std::uint8_t, block_samples> block) noexcept {
    ReadResult result;
    for (int i = 0; i < most_tokens; ++i) {
        std::byte token{};
        const auto received = receive_packet(channel_->bearer, std::span(&token, 1));
        if (received.status == Received::Status::nothing) return result;
        const auto event = channel_->page->events.pop(result.event);
        if (event == QueueResult::done) {
            result.status = ReadStatus::event;
            return result;
        }
        const auto samples = event == QueueResult::nothing ? channel_->page->to_client.pop(block) : event;
        if (samples == QueueResult::done) {
            result.status = ReadStatus::block;
            return result;
        }
        if (samples == QueueResult::broken || received.status == Received::Status::closed) {
            result.status = ReadStatus::failed;
            return result;
        }
    }
    return result;
}

bool SimulatorBearer::write(std::span<const std::uint8_t, block_samples> block) noexcept {
    return channel_->page->from_client.push(block) == QueueResult::done;
}

SimulatorLineControl::SimulatorLineControl(std::shared_ptr<ClientChannel> channel)
    : channel_(std::move(channel)) {}
SimulatorLineControl::~SimulatorLineControl() = default;

base::Result<void> SimulatorLineControl::ring(const RingCadence& cadence) {
    ControlRequest request;
    request.operation = ControlOperation::ring;
    request.cadence = cadence;
    return operate("ring", request);
}

base::Result<void> SimulatorLineControl::stop_ring() {
    return operate("stop ringing", ControlOperation::stop_ring);
}
base::Result<void> SimulatorLineControl::seize() {
    return operate("seize", ControlOperation::seize);
}
base::Result<void> SimulatorLineControl::release() {
    return operate("release", ControlOperation::release);
}
base::Result<void> SimulatorLineControl::flash() {
    return flash(driver_flash);
}
base::Result<void> SimulatorLineControl::flash(std::chrono::milliseconds length) {
    const auto limited = std::clamp<std::int64_t>(length.count(), 0, 100'000);
    return operate(base::format("flash of {} ms", length.count()), ControlOperation::flash,
                   static_cast<std::uint32_t>(limited));
}

base::Result<void> SimulatorLineControl::dial_pulse(std::string_view digits) {
    ControlRequest request;
    request.operation = ControlOperation::dial_pulse;
    const auto what = base::format("dial \"{}\" with pulses", base::printable(digits, most_pulse_digits));
    if (digits.size() > request.digits.size())
        return refusal_error(channel_->info.number, what, Refusal::bad_argument);
    std::copy(digits.begin(), digits.end(), request.digits.begin());
    return operate(what, request);
}

base::Result<void> SimulatorLineControl::set_polarity(bool reversed) {
    return operate(reversed ? "reverse polarity" : "restore polarity", ControlOperation::set_polarity,
                   reversed ? 1 : 0);
}
base::Result<void> SimulatorLineControl::set_message_lamp(unsigned messages) {
    return operate("message lamp", ControlOperation::set_message_lamp, messages);
}
base::Result<void> SimulatorLineControl::start_audio() {
    return operate("start audio", ControlOperation::start_audio);
}
base::Result<void> SimulatorLineControl::stop_audio() {
    return operate("stop audio", ControlOperation::stop_audio);
}

base::Result<void> SimulatorLineControl::set_echo_canceller(unsigned taps) {
    ControlRequest request;
    request.operation = ControlOperation::set_echo_canceller;
    request.taps = taps;
    return operate(base::format("echo canceller of {} taps", taps), request);
}

base::Result<void> SimulatorLineControl::set_gain(double receive_db, double transmit_db) {
    ControlRequest request;
    request.operation = ControlOperation::set_gain;
    request.receive_millibel = millibel(receive_db);
    request.transmit_millibel = millibel(transmit_db);
    return operate(base::format("gain of {} and {} dB", receive_db, transmit_db), request);
}

base::Result<LineStatus> SimulatorLineControl::status() {
    ControlRequest message;
    message.operation = ControlOperation::status;
    const auto response = request(message);
    if (!response) return response.error();
    if (response->refusal != Refusal::none)
        return refusal_error(channel_->info.number, "status", response->refusal);
    LineStatus status;
    status.off_hook = response->off_hook != 0;
    status.ringing = response->ringing != 0;
    status.battery = response->battery != 0;
    status.alarm = response->alarm != 0;
    status.in_use = response->in_use != 0;
    if (response->millivolts >= 0) status.voltage = response->millivolts / 1000.0;
    return status;
}

base::Result<void> SimulatorLineControl::impair(const LineImpairments& impairments) {
    const auto level = [](const std::optional<double>& decibel) {
        return decibel ? millibel(*decibel) : no_level;
    };
    ControlRequest request;
    request.operation = ControlOperation::impair;
    request.impairments = {level(impairments.noise_dbm0), level(impairments.hum_dbm0),
                           millibel(impairments.attenuation_db), level(impairments.return_loss_db),
                           impairments.hum_hz};
    return operate("impair", request);
}

base::Result<void> SimulatorLineControl::set_parallel_phones(unsigned off_hook) {
    return operate("parallel phones", ControlOperation::set_parallel_phones, off_hook);
}
base::Result<void> SimulatorLineControl::set_battery(bool on) {
    return operate("battery", ControlOperation::set_battery, on ? 1 : 0);
}

base::Result<void> SimulatorLineControl::ring_when_seized(const RingCadence& cadence) {
    ControlRequest request;
    request.operation = ControlOperation::ring_when_seized;
    request.cadence = cadence;
    return operate("ring when seized", request);
}

base::Result<void> SimulatorLineControl::play_hook(std::span<const HookTrain> trains) {
    const auto microseconds = [](std::chrono::microseconds time) {
        // What does not fit becomes what is refused.
        return static_cast<std::uint32_t>(
            time.count() < 0 ? -1 : std::min<std::int64_t>(time.count(), 1'000'000'000));
    };
    while (!trains.empty()) {
        ControlRequest request;
        request.operation = ControlOperation::play_hook;
        request.train_count = static_cast<std::uint32_t>(std::min(trains.size(), request.trains.size()));
        for (std::size_t i = 0; i < request.train_count; ++i) {
            const auto& train = trains[i];
            request.trains[i] = {microseconds(train.pause), microseconds(train.open),
                                 microseconds(train.closed), train.count};
        }
        if (auto done = operate("pulses", request); !done) return done;
        trains = trains.subspan(request.train_count);
    }
    return {};
}

base::Result<std::chrono::milliseconds> SimulatorLineControl::last_break() {
    ControlRequest message;
    message.operation = ControlOperation::status;
    const auto response = request(message);
    if (!response) return response.error();
    if (response->refusal != Refusal::none)
        return refusal_error(channel_->info.number, "last break", response->refusal);
    return std::chrono::milliseconds(response->last_break_ms);
}

base::Result<void> SimulatorLineControl::start_listening() {
    return operate("start listening", ControlOperation::start_listening);
}

base::Result<ControlResponse> SimulatorLineControl::request(ControlRequest request) {
    request.sequence = ++last_sequence_;
    const auto& socket = channel_->control;
    const auto gone = [&] {
        return base::fail(base::format(
            "channel {}: the virtual board does not answer; is its process running?", channel_->info.number));
    };
    if (!send_packet(socket, octets_of(request))) return gone();
    while (wait_readable(socket)) {
        std::array<std::byte, sizeof(ControlResponse)> buffer{};
        const auto received = receive_packet(socket, buffer);
        if (received.status == Received::Status::nothing) continue;
        if (received.status == Received::Status::closed || received.size != buffer.size()) return gone();
        const auto response = message_from<ControlResponse>(buffer);
        if (response && response->sequence == request.sequence) return *response;
    }
    return gone();
}

base::Result<void> SimulatorLineControl::operate(std::string_view what, ControlRequest message) {
    const auto response = request(message);
    if (!response) return response.error();
    if (response->refusal != Refusal::none)
        return refusal_error(channel_->info.number, what, response->refusal);
    return {};
}

base::Result<void> SimulatorLineControl::operate(std::string_view what, ControlOperation operation,
                                                 std::uint32_t value) {
    ControlRequest message;
    message.operation = operation;
    message.value = value;
    return operate(what, message);
}

}  // namespace tipring::hardware::simulator
