// Thread: core.
#include "dahdi/board.hpp"

#include <dahdi/user.h>
#include <sys/epoll.h>

#include <cerrno>
#include <charconv>

#include "dahdi/bearer.hpp"
#include "dahdi/channel_state.hpp"
#include "dahdi/d_channel.hpp"
#include "dahdi/errors.hpp"
#include "dahdi/line_control.hpp"
#include "dahdi/signalling.hpp"
#include "dahdi/span_line.hpp"
#include "tipring/base/text.hpp"
#include "tipring/hardware/dahdi.hpp"

namespace tipring::hardware::dahdi {
namespace {

constexpr const char* control_path = "/dev/dahdi/ctl";
constexpr const char* channel_path = "/dev/dahdi/channel";

/// 80 ms each way at most. The writer decides how much of it is used.
constexpr int audio_buffers = 8;
constexpr int d_channel_buffers = 32;
constexpr int d_channel_buffer_size = 1024;
/// Time that an fxo channel holds the loop closed before it waits 0.5 s and reports hook_complete. The
/// driver's 1500 ms are made for ground start; an exchange sees a closed loop within 100 ms.
constexpr int loop_start_ms = 250;
constexpr int driver_longest_flash_ms = 1250;
constexpr std::chrono::milliseconds least_longest_flash{100}, most_longest_flash{5000};

struct Geometry {
    std::vector<SpanInfo> spans;
    unsigned channels = 0;
};

std::string loop_operation(SpanLoop loop) {
    return loop == SpanLoop::off ? "cannot take the loop away"
                                 : base::format("cannot set the {} loop", name(loop));
}

/// Span numbers may have gaps, so every number is asked until the total is reached.
Geometry read_spans(Device& device, int control) {
    Geometry geometry;
    for (int number = 1; number <= DAHDI_MAX_SPANS; ++number) {
        dahdi_spaninfo status{};
        status.spanno = number;
        if (device.control(control, DAHDI_SPANSTAT, &status) < 0) continue;
        geometry.spans.push_back(span_info(status));
        geometry.channels += geometry.spans.back().channels;
        if (status.totalspans > 0 && geometry.spans.size() >= static_cast<std::size_t>(status.totalspans))
            break;
    }
    return geometry;
}

}  // namespace

base::Result<std::vector<SpanInfo>> DahdiBoard::spans() {
    return read_spans(device_, control_.get()).spans;
}

base::Result<std::vector<ChannelInfo>> DahdiBoard::channels() {
    const auto geometry = read_spans(device_, control_.get());
    std::vector<ChannelInfo> found;
    unsigned seen = 0;
    for (int number = 1; number < DAHDI_MAX_CHANNELS && seen < geometry.channels; ++number) {
        dahdi_params channel{};
        channel.channo = number;
        if (device_.control(control_.get(), DAHDI_GET_PARAMS, &channel) < 0 || channel.spanno <= 0) continue;
        ++seen;
        if (auto info = channel_info(channel)) found.push_back(std::move(*info));
    }
    return found;
}

/// Their drivers let root alone read them.
std::vector<DriverPower> DahdiBoard::driver_power() {
    std::vector<DriverPower> found;
    for (const std::string driver : {"wctdm", "wctdm24xxp", "wcaxx", "opvxa1200"}) {
        const auto module = "/sys/module/" + driver;
        std::string state;
        if (!device_.read_line(module + "/initstate", state)) continue;
        const auto read = [&](const char* parameter) -> std::optional<int> {
            std::string line;
            int value = 0;
            if (!device_.read_line(module + "/parameters/" + parameter, line)) return std::nullopt;
            const auto parsed = std::from_chars(line.data(), line.data() + line.size(), value);
            return parsed.ec == std::errc{} ? std::optional(value) : std::nullopt;
        };
        DriverPower power{.driver = driver,
                          .readable = true,
                          .loop_current_ma = read("loopcurrent"),
                          .low_power = read("lowpower")};
        power.readable = power.loop_current_ma || power.low_power;
        found.push_back(std::move(power));
    }
    return found;
}

base::Result<base::Fd> DahdiBoard::specify(base::ChannelNumber number) const {
    const int opened = device_.open(channel_path);
    if (opened < 0) return base::fail(open_failure(channel_path, -opened));
    base::Fd channel(opened);
    int value = static_cast<int>(number.value);
    if (const int result = device_.control(channel.get(), DAHDI_SPECIFY, &value); result < 0) {
        return base::fail(specify_failure(number, -result));
    }
    return channel;
}

base::Result<dahdi_params> DahdiBoard::parameters(int channel, base::ChannelNumber number) const {
    dahdi_params found{};
    found.channo = static_cast<int>(number.value);
    if (const int result = device_.control(channel, DAHDI_GET_PARAMS, &found); result < 0) {
        return base::fail(operation_failure(number, "cannot read its parameters", -result));
    }
    return found;
}

base::Result<void> DahdiBoard::set_buffers(int channel, base::ChannelNumber number, int count,
                                           int size) const {
    int block_size = size;
    if (const int result = device_.control(channel, DAHDI_SET_BLOCKSIZE, &block_size); result < 0) {
        return base::fail(operation_failure(number, "cannot set the block size", -result));
    }
    dahdi_bufferinfo buffers{};
    buffers.txbufpolicy = DAHDI_POLICY_IMMEDIATE;
    buffers.rxbufpolicy = DAHDI_POLICY_IMMEDIATE;
    buffers.numbufs = count;
    buffers.bufsize = size;
    if (const int result = device_.control(channel, DAHDI_SET_BUFINFO, &buffers); result < 0) {
        return base::fail(operation_failure(number, "cannot set the buffers", -result));
    }
    block_size = 0;
    if (const int result = device_.control(channel, DAHDI_GET_BLOCKSIZE, &block_size); result < 0) {
        return base::fail(operation_failure(number, "cannot read the block size", -result));
    }
    // A longer block than ours would lose the samples that do not fit, without a word.
    if (block_size != size) {
        return base::fail(base::format(
            "channel {}: the driver made blocks of {} octets instead of {}; this card cannot be used", number,
            block_size, size));
    }
    return {};
}

base::Result<void> DahdiBoard::set_timing(int channel, const ChannelInfo& info, dahdi_params timing,
                                          const ChannelOptions& options) const {
    if (info.kind == ChannelKind::fxo) {
        if (!is_ground_start(timing.sigtype)) timing.starttime = loop_start_ms;
        timing.pulsebreaktime = static_cast<int>(options.pulses.open.count());
        timing.pulsemaketime = static_cast<int>(options.pulses.closed.count());
        timing.pulseaftertime = static_cast<int>(options.pulses.pause.count());
    } else if (options.longest_flash) {
        const auto length = *options.longest_flash;
        if (length < least_longest_flash || length > most_longest_flash) {
            return base::fail(base::format("channel {}: a longest flash of {} ms is outside of {}..{} ms",
                                           info.number, length.count(), least_longest_flash.count(),
                                           most_longest_flash.count()));
        }
        timing.rxflashtime = static_cast<int>(length.count());
    } else {
        // It may have been set by who had the channel before.
        timing.rxflashtime = driver_longest_flash_ms;
    }
    if (const int result = device_.control(channel, DAHDI_SET_PARAMS, &timing); result < 0)
        return base::fail(operation_failure(info.number, "cannot set its timing", -result));
    return {};
}

base::Result<Channel> DahdiBoard::open(base::ChannelNumber number, const ChannelOptions& options) {
    auto descriptor = specify(number);
    if (!descriptor) return descriptor.error();
    auto found = parameters(descriptor->get(), number);
    if (!found) return found.error();
    auto info = channel_info(*found);
    const auto wanted = options.kind.value_or(info ? info->kind : ChannelKind::bearer);
    if (!info || info->kind != wanted || wanted == ChannelKind::d_channel) {
        return base::fail(wrong_signalling(number, found->sigtype,
                                           wanted == ChannelKind::d_channel ? ChannelKind::bearer : wanted));
    }
    if (auto done = set_buffers(descriptor->get(), number, audio_buffers, static_cast<int>(block_samples));
        !done) {
        return done.error();
    }
    // The driver converts no samples. A line has the law of its card, and the bearer converts; on a B-channel
    // the law is an agreement with the network, and the driver only needs to know it (silence, echo
    // canceller, gains).
    auto wire_law = info->law;
    if (info->kind == ChannelKind::bearer) {
        wire_law = options.law;
        int law = driver_law(wire_law);
        if (const int result = device_.control(descriptor->get(), DAHDI_SETLAW, &law); result < 0) {
            return base::fail(operation_failure(number, "cannot set its law", -result));
        }
    }
    if (info->kind != ChannelKind::bearer) {
        if (auto done = set_timing(descriptor->get(), *info, *found, options); !done) return done.error();
    }
    if (info->kind == ChannelKind::fxs) {
        // A reversal outlives the program that made it. Most boards have no polarity: then nothing is lost.
        int normal = 0;
        device_.control(descriptor->get(), DAHDI_SETPOLARITY, &normal);
    }
    std::shared_ptr<ChannelState> state(
        new ChannelState{device_, std::move(*descriptor), *info, found->sigtype, wire_law, options.law});
    Channel channel;
    channel.info = std::move(*info);
    channel.info.law = options.law;
    channel.control = std::make_unique<DahdiLineControl>(state);
    channel.bearer = std::make_unique<DahdiBearer>(std::move(state));
    return channel;
}

base::Result<std::unique_ptr<DChannel>> DahdiBoard::open_d_channel(base::ChannelNumber number) {
    auto descriptor = specify(number);
    if (!descriptor) return descriptor.error();
    const auto found = parameters(descriptor->get(), number);
    if (!found) return found.error();
    if (channel_kind(found->sigtype) != ChannelKind::d_channel) {
        return base::fail(wrong_signalling(number, found->sigtype, ChannelKind::d_channel));
    }
    // Framing and FCS are part of both signalling types; HDLCFCSMODE is for clear channels only and would be
    // refused.
    if (auto done = set_buffers(descriptor->get(), number, d_channel_buffers, d_channel_buffer_size); !done)
        return done.error();
    dahdi_spaninfo span{};
    span.spanno = found->spanno;
    if (const int result = device_.control(descriptor->get(), DAHDI_SPANSTAT, &span); result < 0) {
        return base::fail(operation_failure(number, "cannot read the state of its span", -result));
    }
    base::Fd poll(::epoll_create1(EPOLL_CLOEXEC));
    epoll_event interest{};
    interest.events = EPOLLIN | EPOLLPRI;
    if (!poll || ::epoll_ctl(poll.get(), EPOLL_CTL_ADD, descriptor->get(), &interest) < 0) {
        return base::fail(operation_failure(number, "cannot watch the D-channel", errno));
    }
    return std::unique_ptr<DChannel>(std::make_unique<DahdiDChannel>(
        device_, number, std::move(*descriptor), std::move(poll), span.alarms != DAHDI_ALARM_NONE));
}

base::Result<dahdi_spaninfo> DahdiBoard::status_of(base::SpanNumber span) const {
    dahdi_spaninfo status{};
    status.spanno = static_cast<int>(span.value);
    const int result = device_.control(control_.get(), DAHDI_SPANSTAT, &status);
    if (result < 0) return base::fail(span_failure(span, "cannot read its state", -result));
    return status;
}

base::Result<SpanSettings> DahdiBoard::span_settings(base::SpanNumber span) {
    const auto status = status_of(span);
    if (!status) return status.error();
    auto settings = dahdi::span_settings(*status);
    std::string master;
    const auto file = base::format("/sys/bus/dahdi_spans/devices/span-{}/is_sync_master", span);
    settings.sync_master = device_.read_line(file, master) && base::trim(master) == "1";
    return settings;
}

base::Result<SpanReading> DahdiBoard::read_span(base::SpanNumber span) {
    const auto status = status_of(span);
    if (!status) return status.error();
    std::string page;
    const bool read = device_.read_text(base::format("/proc/dahdi/{}", span), page);
    return span_reading(*status, read ? std::optional<std::string_view>(page) : std::nullopt);
}

base::Result<void> DahdiBoard::set_loop(base::SpanNumber span, SpanLoop loop) {
    dahdi_maintinfo maintenance{};
    maintenance.spanno = static_cast<int>(span.value);
    maintenance.command = maintenance_command(loop);
    const int result = device_.control(control_.get(), DAHDI_MAINT, &maintenance);
    if (result < 0) return base::fail(span_failure(span, loop_operation(loop), -result));
    return {};
}

base::Result<std::unique_ptr<Board>> open_board(Device& device) {
    const int control = device.open(control_path);
    if (control < 0) return base::fail(open_failure(control_path, -control));
    return std::unique_ptr<Board>(std::make_unique<DahdiBoard>(device, base::Fd(control)));
}

}  // namespace tipring::hardware::dahdi

namespace tipring::hardware {

base::Result<std::unique_ptr<Board>> open_dahdi_board() {
    return dahdi::open_board(dahdi::kernel_device());
}

}  // namespace tipring::hardware
